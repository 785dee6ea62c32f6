import { readFileSync } from 'node:fs';

/** A block of code of a page, the heading that it stands under, and the output that the page shows below it. */
export interface Example {
  readonly heading: string;
  readonly language: string;
  readonly code: string;
  readonly output: string | undefined;
}

/**
 * The examples of a page, in order; those in lists are indented there and not here.
 *
 * @param path - of the page in Markdown
 * @param languages - of the blocks that are taken: `ts`
 */
export function examplesOf(path: string, ...languages: readonly string[]): Example[] {
  const page = readFileSync(path, 'utf8');
  const blocks = page.matchAll(
    /^(?<indent> *)```(?<language>\w+)\n(?<code>.*?)^\k<indent>```\n(?:\n\k<indent>```text\n(?<output>.*?)^\k<indent>```)?/gms,
  );
  return [...blocks].flatMap(({ index, groups }) => {
    const { indent = '', language = '', code = '', output }: Partial<Record<string, string>> = groups ?? {};
    if (!languages.includes(language)) return [];
    const heading = [...page.slice(0, index).matchAll(/^#+ (.*)$/gm)].at(-1)?.[1] ?? '';
    return [{ heading, language, code: code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''), output }];
  });
}

/** A text without what nobody sees in a page: the ends of its lines. */
export function trimmed(text: string): string {
  return text.replace(/[ \t]+$/gm, '').trimEnd();
}
