export declare function compileSchemas(outDir?: string): Promise<void>;
export declare function schemaTypes(): Promise<string>;
