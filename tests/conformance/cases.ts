// Conformance cases: data files of templates with what Jinja2 makes of them. ../shared/conformance/README.md describes them.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Environment } from '../../src/jinja/environment.ts';
import { TemplateError } from '../../src/jinja/errors.ts';
import { DictLoader } from '../../src/jinja/loaders.ts';
import { Exhausted } from '../../src/jinja/python/budget.ts';
import { makeDict } from '../../src/jinja/python/dict.ts';
import { PyFloat } from '../../src/jinja/python/numbers.ts';
import type { EnvironmentOptions } from '../../src/jinja/settings.ts';

/** One line of a file of cases. */
export interface Case {
  readonly id: string;
  readonly template: string;
  readonly templates?: Readonly<Record<string, string>>;
  readonly context: Readonly<Record<string, unknown>>;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly expect?: string;
  readonly error?: { readonly type: string; readonly line: number | null };
}

/** What a template came to: its text, or the error. */
export type Outcome = { readonly text: string } | { readonly error: string; readonly line: number | null };

/** How a case went. */
export interface Judgement {
  readonly passed: boolean;
  readonly expected: string;
  readonly got: string;
}

/** The files of cases in a folder, sorted; a file stands for itself. */
export function caseFiles(path: string): string[] {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
    .map((name) => join(path, name));
}

/** The cases of a file. */
export function loadCases(file: string): Case[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line.trim() !== '').map((line) => JSON.parse(line) as Case);
}

/** Renders a case and compares. */
export function judge(testCase: Case): Judgement {
  const outcome = run(testCase);
  return { passed: matches(testCase, outcome), expected: show(wanted(testCase)), got: show(outcome) };
}

function matches(testCase: Case, outcome: Outcome): boolean {
  const expected = wanted(testCase);
  if ('text' in expected || 'text' in outcome) {
    return 'text' in expected && 'text' in outcome && expected.text === outcome.text;
  }
  return expected.error === outcome.error && (expected.line === null || expected.line === outcome.line);
}

function wanted(testCase: Case): Outcome {
  if (testCase.error === undefined) return { text: testCase.expect ?? '' };
  return { error: testCase.error.type, line: testCase.error.line };
}

function show(outcome: Outcome): string {
  if ('text' in outcome) return JSON.stringify(outcome.text);
  return outcome.line === null ? outcome.error : `${outcome.error} in line ${String(outcome.line)}`;
}

/** The error of a template that the budget of a render is too small for, which Jinja2 does not have. */
export const BEYOND_BUDGET = 'beyond the budget';

/** What the engine makes of a case. */
export function run(testCase: Case): Outcome {
  try {
    const environment = new Environment(environmentOptions(testCase));
    const context = Object.entries(testCase.context).map(([name, value]) => [name, decode(value)] as const);
    return { text: environment.fromString(testCase.template).render(new Map(context)) };
  } catch (error) {
    if (error instanceof Exhausted) return { error: BEYOND_BUDGET, line: error.line ?? null };
    if (error instanceof TemplateError) return { error: error.kind, line: error.line ?? null };
    return { error: `crash: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`, line: null };
  }
}

const OPTION_NAMES: Readonly<Record<string, keyof EnvironmentOptions>> = {
  block_start_string: 'blockStart',
  block_end_string: 'blockEnd',
  variable_start_string: 'variableStart',
  variable_end_string: 'variableEnd',
  comment_start_string: 'commentStart',
  comment_end_string: 'commentEnd',
  line_statement_prefix: 'lineStatementPrefix',
  line_comment_prefix: 'lineCommentPrefix',
  trim_blocks: 'trimBlocks',
  lstrip_blocks: 'lstripBlocks',
  keep_trailing_newline: 'keepTrailingNewline',
  newline_sequence: 'newlineSequence',
  autoescape: 'autoescape',
  undefined: 'undefined',
  extensions: 'extensions',
};

function environmentOptions(testCase: Case): EnvironmentOptions {
  const options: Partial<Record<keyof EnvironmentOptions, unknown>> = {
    loader: new DictLoader(testCase.templates ?? {}),
  };
  for (const [name, value] of Object.entries(testCase.options ?? {})) {
    const option = OPTION_NAMES[name];
    if (option === undefined) throw new Error(`${testCase.id}: unknown option ${name}`);
    options[option] = value ?? undefined;
  }
  return options as EnvironmentOptions;
}

/** A value of a case as a value of a template. */
export function decode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decode);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && first?.[0] === '__float__') return decodeFloat(String(first[1]));
  if (entries.length === 1 && first?.[0] === '__int__') return BigInt(String(first[1]));
  return makeDict(entries.map(([key, item]) => [key, decode(item)] as const));
}

function decodeFloat(text: string): unknown {
  const words: Readonly<Record<string, number>> = { inf: Infinity, '-inf': -Infinity, nan: NaN };
  const number = words[text] ?? Number(text);
  return Number.isInteger(number) ? new PyFloat(number) : number;
}
