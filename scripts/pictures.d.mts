export declare function drawPicture(source: string): string;
export declare function pictures(root: string): Promise<Readonly<Record<string, string>>>;
