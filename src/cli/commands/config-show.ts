import type { ValueSource } from '../../cluster/config/sources.ts';
import { formatFlow } from '../../cluster/config/flow.ts';
import { MASK, showConfiguration, type ShownValue } from '../../pipeline/show-configuration.ts';
import { print } from '../../system/terminal.ts';
import { EXIT } from '../exit-codes.ts';
import { printFindingsOfChange, printJson } from '../output.ts';
import { rootOf, type RootOptions } from '../root.ts';

/** Options of `config show`. */
export interface ConfigShowOptions extends RootOptions {
  readonly computed?: boolean;
}

/** `cluster-template config show`; gives back the exit code. */
export async function runConfigShow(options: ConfigShowOptions): Promise<number> {
  const root = await rootOf(options);
  const { values, findings } = await showConfiguration(root, { computed: options.computed === true });
  if (options.json === true) {
    printJson({ status: 'done', values, findings });
    return EXIT.done;
  }
  printFindingsOfChange(findings, options);
  print(valueLines(values));
  return EXIT.done;
}

/** A line for each value: its name, where it comes from, and the value, which may be long. */
function valueLines(values: readonly ShownValue[]): string {
  const rows = values.map(({ name, value, source, secret }) => {
    const text = secret && value !== null ? MASK : valueText(value);
    return [name, sourceText(source), text] as const;
  });
  const width = (column: 0 | 1): number => Math.max(0, ...rows.map((row) => row[column].length));
  return rows
    .map(([name, source, value]) => `${name.padEnd(width(0))}  ${source.padEnd(width(1))}  ${value}\n`)
    .join('');
}

function sourceText(source: ValueSource): string {
  if (source.kind === 'unset') return '-';
  if (source.kind !== 'written') return source.kind;
  const place = `${source.file}:${String(source.line)}`;
  return source.via === undefined ? place : `${place}, ${source.via}`;
}

/** Nodes among the values stand below in full; here their names do. */
function valueText(value: unknown): string {
  if (value === null) return 'not set';
  return formatFlow(isNodes(value) ? value.map(({ name }) => name) : value);
}

function isNodes(value: unknown): value is readonly { readonly name: string }[] {
  return (
    Array.isArray(value) && value.some((entry) => typeof entry === 'object' && entry !== null && 'mac_addr' in entry)
  );
}
