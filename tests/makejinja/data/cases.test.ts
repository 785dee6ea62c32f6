import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { length } from '../../../src/jinja/python/iteration.ts';
import { Environment, repr, str } from '../../../src/jinja/index.ts';
import { DataError } from '../../../src/makejinja/data/data-error.ts';
import { readJson } from '../../../src/makejinja/data/json.ts';
import { readToml } from '../../../src/makejinja/data/toml.ts';
import { readYaml } from '../../../src/makejinja/data/yaml.ts';

/** A text and what Python made of it; cases/record.py writes them. */
interface ValueCase {
  readonly text: string;
  readonly repr?: readonly string[];
  readonly str?: readonly (readonly string[])[];
  readonly refused?: true;
}

interface MemberCase {
  readonly value?: string;
  readonly toml?: string;
  readonly other?: string;
  readonly expression: string;
  readonly printed: string;
}

const READERS: readonly (readonly [string, (text: string) => readonly unknown[]])[] = [
  ['yaml', readYaml],
  ['toml', (text) => [readToml(text)]],
  ['json', (text) => [readJson(text)]],
];

const folder = join(import.meta.dirname, 'cases');

describe.each(READERS)('%s is read as in Python', (kind, read) => {
  const cases = readCases<ValueCase>(kind);

  it('has cases enough', () => {
    expect(cases.length).toBeGreaterThanOrEqual(kind === 'yaml' ? 200 : 60);
  });

  it.each(cases.map((one) => [JSON.stringify(one.text).slice(0, 100), one] as const))('%s', (_, one) => {
    if (one.refused === true) {
      expect(() => read(one.text)).toThrow(DataError);
      return;
    }
    const documents = read(one.text);
    expect(documents.map(repr)).toEqual(one.repr);
    expect(documents.map(printing)).toEqual(one.str);
  });
});

describe('dates, times and sets in templates', () => {
  const environment = new Environment({ globals: { str, repr, len: length } });

  it.each(readCases<MemberCase>('members'))('$expression of $value', (one) => {
    const d = one.value === undefined ? readToml(one.toml ?? '').get('d') : readYaml(one.value)[0];
    const variables = { d, other: one.other === undefined ? null : readYaml(one.other)[0] };
    expect(environment.fromString(`{{ ${one.expression} }}`).render(variables)).toBe(one.printed);
  });
});

describe('the records', () => {
  const record = (option: string) => spawnSync('python3', [join(folder, 'record.py'), option], { encoding: 'utf8' });
  const isPythonHere = record('--probe').status === 0;

  it('are what Python says today', (context) => {
    if (!isPythonHere) context.skip('python3 with PyYAML 6.0.3 and tomllib is not installed');
    const { stdout, status } = record('--check');
    expect(stdout).toBe('');
    expect(status).toBe(0);
  });
});

function readCases<T>(name: string): T[] {
  return JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as T[];
}

/** What the parts of a document print as. */
function printing(document: unknown): string[] {
  if (document instanceof Map) return [...(document.values() as Iterable<unknown>)].map(str);
  return Array.isArray(document) ? document.map(str) : [str(document)];
}
