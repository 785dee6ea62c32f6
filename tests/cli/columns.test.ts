import { join, resolve } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { printSentences } from '../../src/system/terminal.ts';
import { temporaryFolder } from '../support/folders.ts';
import { copySample } from '../support/sample.ts';
import { canMakeTerminal, converse } from '../support/terminal.ts';

const LAUNCHER = resolve(import.meta.dirname, '../../bin/cluster-template.mjs');
const COLUMNS = 80;

/** What a newcomer runs, in this order. */
const COMMANDS = [
  'help',
  'help configure',
  'init --yes',
  'configure --yes --verbose',
  'plan',
  'doctor configuration keys',
  'config show cluster_*',
  'explain node_cidr',
  'explain config/host-bits',
  'bootstrap talos --dry-run',
  'bootstrap apps --dry-run',
  'upgrade --check',
];

describe('a terminal of 80 columns', () => {
  it(
    'breaks no word of what a newcomer reads: only commands and paths are longer than a line',
    { tags: 'long' },
    async (context) => {
      context.skip(!canMakeTerminal(), 'there is no python3 to make a terminal');
      const folder = join(await temporaryFolder(), 'cluster');
      copySample(folder);
      for (const command of COMMANDS) {
        const program = [process.execPath, LAUNCHER, ...command.split(' ')];
        const printed = await converse(program, [], { folder, columns: COLUMNS });
        expect(printed.trim(), command).not.toBe('');
        // Wherever the checkout lies, its path is one word.
        const lines = printed.replaceAll(LAUNCHER, 'bin/cluster-template.mjs').split('\n');
        expect(lines.filter(isBroken), command).toEqual([]);
      }
    },
  );

  it('gets sentences broken between words, and commands whole', () => {
    expect(printedAt(22, 'a sentence that is too long: `a command of ours` is one\n')).toBe(
      'a sentence that is too\n  long:\n  `a command of ours`\n  is one\n',
    );
    expect(printedAt(undefined, 'a sentence that is left whole\n')).toBe('a sentence that is left whole\n');
  });
});

/** Whether a terminal breaks a line inside of a word that a line break before it would have kept whole. */
function isBroken(line: string): boolean {
  const isCommand = /^ {5}\S/.test(line) || /^ *`[^`]*`\S*$/.test(line);
  const isRow = /^\S \w+ +\S+(?: \(secret\))?$/.test(line);
  return line.length > COLUMNS && !isCommand && !isRow && /\S\s+\S/.test(line);
}

function printedAt(columns: number | undefined, text: string): string {
  const stream = process.stdout as { isTTY: boolean; columns: number | undefined };
  const before = { isTTY: stream.isTTY, columns: stream.columns };
  onTestFinished(() => void Object.assign(stream, before));
  Object.assign(stream, { isTTY: columns !== undefined, columns });
  const parts: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((part) => {
    parts.push(String(part));
    return true;
  });
  printSentences(text);
  write.mockRestore();
  return parts.join('');
}
