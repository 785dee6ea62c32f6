export function thinRepository(root: string): Promise<Record<string, string>>;
