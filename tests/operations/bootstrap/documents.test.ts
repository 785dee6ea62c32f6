import { readFile, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { main } from '../../../src/cli/main.ts';

const repository = resolve(import.meta.dirname, '../../..');
const PAGES = ['getting-started.md', 'recovery.md', 'troubleshooting.md'];

const pages = await Promise.all(
  PAGES.map(async (page) => ({ page, text: await readFile(join(repository, 'docs', page), 'utf8') })),
);
const commands = pages.flatMap(({ page, text }) => commandsOf(text).map((command) => ({ page, command })));

describe('the pages on getting started, recovery and troubleshooting', () => {
  it('have the stages and steps that they promise', () => {
    const headings = (page: number): string[] => pages[page]?.text.match(/^## \d\. .+$/gm) ?? [];
    expect(headings(0)).toHaveLength(6);
    expect(headings(1)).toHaveLength(6);
  });

  it('name commands at all', () => {
    expect(commands.filter(({ command }) => command.startsWith('task ')).length).toBeGreaterThan(8);
    expect(commands.filter(({ command }) => command.startsWith('cluster-template ')).length).toBeGreaterThan(8);
  });

  it.each(commands.filter(({ command }) => /^(?:cluster-template|node bin)/.test(command)))(
    'name a command of ours with its options: $command ($page)',
    async ({ command }) => {
      const [words, options] = split(command.replace(/^node bin\/cluster-template\.mjs/, 'cluster-template'));
      const { code, help, known } = await helpOf(words);
      expect(code, help).toBe(0);
      expect(known).toBeGreaterThan(0);
      for (const option of options) expect(help).toContain(`${option} `);
    },
  );

  it.each(commands.filter(({ command }) => command.startsWith('task ')))(
    'name a task that is there: $command ($page)',
    async ({ command }) => {
      expect(await taskNames()).toContain(command.split(' ')[1]);
    },
  );

  it('name no other file of the documentation than those that are there', async () => {
    const present = await readdir(join(repository, 'docs'));
    const links = pages.flatMap(({ text }) => [...text.matchAll(/\]\(([\w-]+\.md)[)#]/g)].map((match) => match[1]));
    expect(links.filter((link) => link === undefined || !present.includes(link))).toEqual([]);
  });
});

/** Lines of shell blocks and code spans that start one of our commands. */
function commandsOf(text: string): string[] {
  const blocks = [...text.matchAll(/```sh\n([^]*?)```/g)].flatMap((match) => (match[1] ?? '').split('\n'));
  const spans = [...text.replace(/```[^]*?```/g, '').matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
  const lines = [...blocks, ...spans].map((line) => line.trim());
  return [
    ...new Set(
      lines
        .map((line) => line.replace(/^npx (?=cluster-template )/, ''))
        .filter((line) => /^(?:task|cluster-template|node bin\/cluster-template\.mjs) \S/.test(line)),
    ),
  ];
}

function split(command: string): [words: string[], options: string[]] {
  const parts = command.split(/\s+/).slice(1);
  return [parts.filter((part) => !part.startsWith('-')), parts.filter((part) => part.startsWith('-'))];
}

/** The help of the longest command that the words name; what follows it are arguments. */
async function helpOf(words: readonly string[]): Promise<{ code: number; help: string; known: number }> {
  for (let known = words.length; known > 0; known -= 1) {
    const { code, text } = await capture([...words.slice(0, known), '--help']);
    const name = words.slice(0, known).join(' ');
    if (code === 0 && new RegExp(`^Usage: \\S+ \\S*cluster-template\\.mjs ${name} `, 'm').test(text))
      return { code, help: text, known };
  }
  return { code: 64, help: `no command: ${words.join(' ')}`, known: 0 };
}

async function capture(words: readonly string[]): Promise<{ code: number; text: string }> {
  let text = '';
  const write = (chunk: unknown): boolean => {
    text += String(chunk);
    return true;
  };
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation(write),
    vi.spyOn(process.stderr, 'write').mockImplementation(write),
  ];
  try {
    return { code: await main(words), text };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

interface Taskfile {
  readonly includes?: Readonly<Record<string, string>>;
  readonly tasks: Readonly<Record<string, unknown>>;
}

/** Names as users type them: those of an included file behind its namespace, those that start with a colon alone. */
async function taskNames(): Promise<string[]> {
  const read = async (path: string): Promise<Taskfile> =>
    parse(await readFile(join(repository, path), 'utf8')) as Taskfile;
  const root = await read('Taskfile.yaml');
  const included = await Promise.all(
    Object.entries(root.includes ?? {}).map(async ([namespace, path]) =>
      Object.keys((await read(path)).tasks).map((name) =>
        name.startsWith(':') ? name.slice(1) : `${namespace}:${name}`,
      ),
    ),
  );
  return [...Object.keys(root.tasks), ...included.flat()];
}
