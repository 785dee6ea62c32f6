import { visible } from '../report/text.ts';
import type { FileDiff } from '../workspace/diff.ts';

/** Colours as git uses them, by how a line begins. */
const COLOURS: readonly (readonly [RegExp, string])[] = [
  [/^(?:diff |--- |\+\+\+ |(?:old|new|deleted file|new file) mode |secret )/, '1'],
  [/^@@ /, '36'],
  [/^-/, '31'],
  [/^\+/, '32'],
];

/** A file's diff for people, coloured where asked; what could steer a terminal is shown instead. */
export function formatDiff({ status, diff }: FileDiff, { coloured }: { readonly coloured: boolean }): string {
  const remark = REMARKS[status] ?? '';
  if (!coloured) return visible(remark + diff);
  // Within a hunk a removed line may itself begin like a header, so headers end where the first hunk begins.
  const hunks = diff.search(/^@@ /m);
  const head = hunks === -1 ? diff : diff.slice(0, hunks);
  const body = hunks === -1 ? '' : diff.slice(hunks);
  return ansi(remark, '33') + paint(head, COLOURS) + paint(body, COLOURS.slice(1));
}

const REMARKS: Readonly<Partial<Record<FileDiff['status'], string>>> = {
  edited: '# changed by hand; this is what --force would do\n',
  foreign: '# not generated; this is what --force would do\n',
};

function paint(text: string, colours: typeof COLOURS): string {
  const lines = text.match(/(?<![^\n])[^\n]*\n/g) ?? [];
  return lines
    .map((line) => {
      const colour = colours.find(([start]) => start.test(line))?.[1];
      const shown = visible(line);
      return colour === undefined ? shown : ansi(shown, colour);
    })
    .join('');
}

function ansi(text: string, code: string): string {
  if (text === '') return '';
  return `\u001b[${code}m${text.replace(/\n$/, '')}\u001b[0m\n`;
}
