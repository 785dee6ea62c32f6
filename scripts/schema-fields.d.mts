export interface SchemaField {
  readonly name: string;
  readonly isRequired: boolean;
  readonly section?: string;
  readonly entry?: string;
  readonly description: string;
  readonly default?: unknown;
  readonly examples: readonly unknown[];
}

export declare const ROOT: string;
export declare function clusterFields(): Promise<readonly SchemaField[]>;
export declare function nodeFields(): Promise<readonly SchemaField[]>;
export declare function flow(value: unknown): string;
