/** A name of the templates' data with the keys that follow it; `*` is any item of a list. */
export type DataPath = readonly string[];

/** A macro that an expression calls. */
export interface MacroUse {
  readonly name: string;
  /** Name of the template that defines it. */
  readonly template: string;
  readonly line: number;
}

/** What an expression or a statement reads. */
export interface Reads {
  readonly paths: readonly DataPath[];
  /** Names that stand for no data of the configuration: functions and globals. */
  readonly functions: readonly string[];
  readonly macros: readonly MacroUse[];
}

/** Reads nothing. */
export const NOTHING: Reads = { paths: [], functions: [], macros: [] };

/** All of these together, each thing once. */
export function joinReads(all: readonly Reads[]): Reads {
  return {
    paths: unique(
      all.flatMap(({ paths }) => paths),
      (path) => path.join('\n'),
    ),
    functions: [...new Set(all.flatMap(({ functions }) => functions))],
    macros: unique(
      all.flatMap(({ macros }) => macros),
      ({ template, line }) => `${template}:${String(line)}`,
    ),
  };
}

/** The first of those with the same key. */
export function unique<T>(values: readonly T[], keyOf: (value: T) => string): T[] {
  const found = new Map<string, T>();
  for (const value of values) if (!found.has(keyOf(value))) found.set(keyOf(value), value);
  return [...found.values()];
}

/** Whether a path leads into what another one names. */
export function isBelow(path: DataPath, outer: DataPath): boolean {
  return path.length > outer.length && outer.every((step, index) => path[index] === step);
}
