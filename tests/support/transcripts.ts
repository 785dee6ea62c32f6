import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { converse } from './terminal.ts';

const LAUNCHER = resolve(import.meta.dirname, '../../bin/cluster-template.mjs');

/** A block of code of a page. */
export interface CodeBlock {
  /** The word behind the fence. */
  readonly language: string;
  readonly text: string;
  /** The path in backticks with which the paragraph before the block begins, or which stands in a command there. */
  readonly path: string | undefined;
}

/** The blocks of code of a page in Markdown, without their indentation. */
export function codeBlocks(page: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  for (const match of page.matchAll(/^(?<indent> *)```(?<language>\w+)\n(?<body>[^]*?)^\k<indent>```$/gm)) {
    const { indent = '', language = '', body = '' } = match.groups ?? {};
    const paragraph = page.slice(0, match.index).trimEnd().split('\n\n').at(-1) ?? '';
    const path = /^`([\w./-]+)`/.exec(paragraph)?.[1] ?? /`sops ([\w./-]+)`/.exec(paragraph)?.[1];
    blocks.push({ language, text: body.replace(new RegExp(`^${indent}`, 'gm'), ''), path });
  }
  return blocks;
}

/** A command of a transcript and what stands below it. */
export interface TranscriptStep {
  readonly command: string;
  readonly expected: string;
}

/** The commands of a block that shows what is typed behind `$ ` and what is printed then. */
export function stepsOf(text: string): TranscriptStep[] {
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const end = part.indexOf('\n');
      return { command: part.slice(0, end), expected: part.slice(end + 1) };
    });
}

/** Whether a command printed what a transcript says: `…` on a line of its own stands for any lines, elsewhere for any text. */
export function fits(expected: string, printed: string): boolean {
  const lines = trimmed(expected).split('\n');
  const patterns = lines.map((line) =>
    line.trim() === '…' ? '(?:.*\n)*?' : `${line.split('…').map(escaped).join('.*')}\n`,
  );
  return new RegExp(`^${patterns.join('')}$`).test(`${trimmed(printed)}\n`);
}

/**
 * Runs a command of a transcript: one of ours by npx, or a task, which is the same. One in whose output questions are answered runs at a
 * terminal.
 *
 * @param folder - where it is typed
 * @param path - folders in which programs are looked for
 * @param columns - how wide the terminal is; without it only questions are asked at one, which does not say
 */
export async function runStep(
  { command, expected }: TranscriptStep,
  { folder, path, columns = 0 }: { readonly folder: string; readonly path: string; readonly columns?: number },
): Promise<string> {
  const words = wordsOf(command);
  const answers = answersIn(expected);
  if (answers.length > 0 || columns > 0) {
    return await converse([process.execPath, LAUNCHER, ...words], answers, { folder, columns, env: { PATH: path } });
  }
  const { SOPS_AGE_KEY_FILE: _file, SOPS_AGE_KEY: _key, FORCE_COLOR: _colour, ...inherited } = process.env;
  const env = { ...inherited, NO_COLOR: '1', PATH: path };
  return await new Promise((settle) => {
    const line = ['-c', 'exec "$0" "$@" 2>&1', process.execPath, LAUNCHER, ...words];
    execFile('/bin/sh', line, { cwd: folder, env, maxBuffer: 2 ** 26 }, (_, stdout) => {
      settle(stdout);
    });
  });
}

/** What questions are answered with: what stands behind the colon, or behind `[y/N]`. */
export function answersIn(expected: string): string[] {
  const isAsked = /^.*\? \[y\/N\]|^Enter takes /.test(expected);
  if (!isAsked) return [];
  const lines = expected.split('\n');
  const end = lines.findIndex((line) => /^(?:\w+ {2,}\S|[-+~>] \w)/.test(line));
  const [asked, rest] = end === -1 ? [lines, []] : [lines.slice(0, end), lines.slice(end)];
  return [
    ...asked.flatMap((line) => /^(?:.*\? \[y\/N\]|[^:]*:)(.*)$/.exec(line)?.[1]?.trim() ?? []),
    ...rest.flatMap((line) => /^.*\? \[y\/N\](.*)$/.exec(line)?.[1]?.trim() ?? []),
  ];
}

function wordsOf(command: string): string[] {
  const [, ours] = /^npx cluster-template (.+)$/.exec(command) ?? [];
  if (ours !== undefined) return ours.split(' ');
  const [, task = '', rest = ''] = /^task (\S+)(?: -- (.*))?$/.exec(command) ?? [];
  if (task === '') throw new Error(`a transcript runs \`${command}\`, which is no command of ours`);
  return [...task.split(':'), ...rest.split(' ')].filter(Boolean);
}

function trimmed(text: string): string {
  return text.replace(/[ \t]+$/gm, '').trimEnd();
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}
