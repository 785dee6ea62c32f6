export declare const MADE: { readonly schema: string; readonly catalogue: string };

/** An entry.yaml with where it lies; `golden` are the values of its golden trees. */
export interface WrittenEntry {
  readonly name: string;
  readonly folder: string;
  readonly when: string;
  readonly part_of?: string;
  readonly needs?: readonly string[];
  readonly title?: string;
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly golden?: readonly Readonly<Record<string, unknown>>[];
}

export declare function readEntries(): Promise<readonly WrittenEntry[]>;
/** Throws an Error where entries contradict one another. */
export declare function refuseContradictions(entries: readonly WrittenEntry[]): void;
export declare function composedSchema(): Promise<unknown>;
export declare function composedCatalogue(): Promise<unknown>;
export declare function json(value: unknown): string;
