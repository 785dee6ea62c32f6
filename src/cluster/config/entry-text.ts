import { parseDocument } from 'yaml';
import { CATALOGUE, type Entry } from '../catalogue.ts';
import { formatFlow } from './issue.ts';
import { CLUSTER_FIELDS, type FieldSchema, schemaAt } from './schemas.ts';
import { YamlText } from './yaml-text.ts';

// The fields of an entry in the text of cluster.yaml: what stands there already stays byte for byte.

const WIDTH = 120;

/** A field with the value that it gets. */
type FieldValues = ReadonlyMap<string, unknown>;

/**
 * A text of cluster.yaml with fields of an entry set. One that is there gets the value; one that stands there as a comment is set in its
 * place; others come to stand in a section of their own, each below what it is, optional ones as comments.
 *
 * @param values - fields of the entry that hold no secret
 * @param shown - optional fields that are shown as comments where a section is made
 * @throws NotEditable where the text is no YAML, or cannot be edited line by line
 */
export function withEntry(text: string, entry: Entry, values: FieldValues, shown: readonly string[]): string {
  const yaml = new YamlText(text);
  const written = new Set(Object.keys(yaml.value() ?? {}));
  const added: string[] = [];
  for (const name of entry.fields) {
    const value = values.get(name);
    const commented = commentedLine(yaml.text, name);
    if (value === undefined) {
      if (shown.includes(name) && commented === undefined && !written.has(name)) added.push(block(name, undefined));
      continue;
    }
    const line = `${name}: ${formatFlow(value)}`;
    if (written.has(name)) yaml.replaceWith([name], formatFlow(value));
    else if (commented === undefined) added.push(block(name, value));
    else yaml.splice(commented.start, commented.end, line);
  }
  if (added.length === 0) return yaml.text;
  const title = heading(entry);
  const at = endOfSection(yaml.text, title);
  const before = yaml.text.slice(0, at ?? yaml.text.length).trimEnd();
  const section = at === undefined ? [`${title}\n`, ...added] : added;
  const lines = `${before === '' ? '' : `${before}\n\n`}${section.join('\n')}`;
  const rest = at === undefined ? '' : yaml.text.slice(at).replace(/^\s*/, '\n');
  yaml.splice(0, yaml.text.length, lines + rest);
  return yaml.text;
}

/**
 * A text of cluster.yaml without the fields of an entry, with the comments that belong to them and the section that is left empty.
 *
 * @throws NotEditable where the text is no YAML, or a field stands where it cannot be cut out
 */
export function withoutEntry(text: string, entry: Entry): string {
  const yaml = new YamlText(text);
  const written = new Set(Object.keys(yaml.value() ?? {}));
  for (const name of entry.fields) if (written.has(name)) yaml.cut([name]);
  const title = heading(entry);
  const start = yaml.text.indexOf(title);
  const end = endOfSection(yaml.text, title);
  if (start < 0 || end === undefined) return yaml.text;
  const rest = yaml.text.slice(start + title.length, end);
  if (rest.split('\n').some((line) => line.trim() !== '' && !line.startsWith('#'))) return yaml.text;
  const before = `${yaml.text.slice(0, start).trimEnd()}\n`;
  const after = yaml.text.slice(end).replace(/^\s*/, '');
  yaml.splice(0, yaml.text.length, `${before}${after === '' ? '' : `\n${after}`}`);
  return yaml.text;
}

/** What a field is, then the field: set, or as a comment. */
function block(name: string, value: unknown): string {
  const field: FieldSchema = schemaAt('cluster', [name]) ?? {};
  const condition = field['x-required'];
  const words = `${field.description ?? ''}${condition === undefined ? '' : ` Required ${condition}.`}`;
  const about = wrapped(words, WIDTH - 2).map((line) => `# ${line}\n`);
  const example = field.default ?? field.examples?.[0];
  const line = `${value === undefined ? '# ' : ''}${name}: ${formatFlow(value ?? example)}\n`;
  return `${about.join('')}${line}`;
}

/** The line that begins the section of an entry, without its break. */
function heading({ title = '' }: Entry): string {
  return `# --- ${title} ${'-'.repeat(WIDTH - 7 - title.length)}`;
}

/** Where the section below a heading ends; undefined where there is no such heading. */
function endOfSection(text: string, title: string): number | undefined {
  const start = text.indexOf(title);
  if (start < 0) return undefined;
  const next = text.slice(start + title.length).search(/^# (?:---|===)/m);
  return next < 0 ? text.length : start + title.length + next;
}

/** The line of a field that is commented out, where there is just one. */
function commentedLine(text: string, name: string): { readonly start: number; readonly end: number } | undefined {
  const found = [...text.matchAll(new RegExp(`^# ?${name}:.*$`, 'gm'))];
  const [one] = found;
  return one === undefined || found.length > 1 ? undefined : { start: one.index, end: one.index + one[0].length };
}

function wrapped(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + word.length + 1 > width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}

/** The entries that an entry takes, itself last; each once. */
export function withNeeds(entry: Entry): Entry[] {
  const needed = entry.needs.flatMap((name) => {
    const found = CATALOGUE.find((one) => one.name === name);
    return found === undefined ? [] : withNeeds(found);
  });
  return [...new Set([...needed, entry])];
}

/** Whether a field has an effect with the values that are known: by what it says itself, or by what switches its entry on. */
export function hasEffect(name: string, entry: Entry, valueOf: (field: string) => unknown): boolean {
  const own = CLUSTER_FIELDS[name]?.['x-with'];
  const conditions = own === undefined ? entry.switch.map((field) => [field, true] as const) : Object.entries(own);
  return conditions.every(([field, wanted]) => {
    const value = valueOf(field);
    if (wanted === true) return value !== undefined && value !== null && value !== false;
    return [wanted].flat().includes(value);
  });
}

/** A value as `--set` gives it: YAML on one line, so that numbers, lists and `{env: NAME}` are what they look like. */
export function valueOfText(text: string): unknown {
  const document = parseDocument(text, { version: '1.2', schema: 'core', logLevel: 'error' });
  return document.errors.length > 0 ? text : (document.toJS() as unknown);
}
