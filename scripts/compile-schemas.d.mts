export declare function compileSchemas(outDir?: string): Promise<void>;
export declare function compiledSchemas(): Promise<Readonly<Record<string, string>>>;
