import type { ValueSource } from '../../cluster/config/sources.ts';
import { formatFlow } from '../../cluster/config/issue.ts';
import { MASK, showConfiguration, type ShownValue } from '../../pipeline/show-configuration.ts';
import { failure } from '../../report/finding.ts';
import { suggestNearest } from '../../text/suggest.ts';
import { print } from '../../system/terminal.ts';
import { EXIT } from '../exit-codes.ts';
import { printFindingsOfChange, printJson, widthOf } from '../output.ts';
import { rootOf, type RootOptions } from '../root.ts';

/** Options of `config show`. */
export interface ConfigShowOptions extends RootOptions {
  readonly computed?: boolean;
}

/** `cluster-template config show [KEY...]`; gives back the exit code. */
export async function runConfigShow(keys: readonly string[], options: ConfigShowOptions): Promise<number> {
  const root = await rootOf(options);
  const { values: all, findings } = await showConfiguration(root, { computed: options.computed === true });
  const values = selected(all, keys);
  if (options.json === true) {
    printJson({ status: 'done', values, findings });
    return EXIT.done;
  }
  printFindingsOfChange(findings, options);
  // Whoever asks for a few values wants the whole of them.
  print(valueLines(values, keys.length > 0 ? Infinity : widthOf(process.stdout)));
  return EXIT.done;
}

/** The values with these names, in them (`nodes[0]`) or of a pattern (`cilium_*`), in their order; all where there are no names. */
function selected(values: readonly ShownValue[], keys: readonly string[]): readonly ShownValue[] {
  const isAt = (name: string, key: string): boolean =>
    key.includes('*')
      ? new RegExp(`^${key.split('*').map(escaped).join('.*')}$`).test(name)
      : name === key || name.startsWith(`${key}.`) || name.startsWith(`${key}[`);
  for (const key of keys) {
    if (values.some(({ name }) => isAt(name, key))) continue;
    const near = suggestNearest(
      key,
      values.map(({ name }) => name),
    );
    throw failure('usage', {
      code: 'usage/argument',
      message: `there is no value ${key}`,
      remedy: near === undefined ? '`cluster-template config show` lists them' : `did you mean ${near}?`,
    });
  }
  return keys.length === 0 ? values : values.filter(({ name }) => keys.some((key) => isAt(name, key)));
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

/** A place that is longer than this moves its own value alone to the right. */
const LONGEST_SOURCE = 24;

/** A line for each value: its name, where it comes from, and the value, of which as much is shown as a line takes. */
function valueLines(values: readonly ShownValue[], room: number): string {
  const rows = values.map(({ name, value, source, secret }) => {
    const text = secret && value !== null ? MASK : valueText(value);
    return [name, sourceText(source), text] as const;
  });
  const widthOfNames = Math.max(0, ...rows.map(([name]) => name.length));
  const sources = rows.map(([, source]) => source.length).filter((length) => length <= LONGEST_SOURCE);
  const widthOfSources = Math.max(0, ...sources);
  return rows
    .map(([name, source, value]) => `${name.padEnd(widthOfNames)}  ${source.padEnd(widthOfSources)}  ${value}`)
    .map((line) => `${line.length > room ? `${line.slice(0, room - 1)}…` : line}\n`)
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
