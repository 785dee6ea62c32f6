/** The pictures of docs/pictures by name, as they are drawn of the texts beside them. */
export function pictures(): Promise<{ readonly name: string; readonly svg: string }[]>;
