import { execFileSync, spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { commandLine } from '../../src/cli/command-line.ts';
import { completionScript } from '../../src/cli/completion.ts';
import { planLines } from '../../src/cli/plan-output.ts';
import { AREAS } from '../../src/operations/repository/configuration.ts';
import type { Finding } from '../../src/report/finding.ts';
import type { Plan } from '../../src/workspace/plan.ts';
import { runCommand } from '../support/cluster.ts';
import { temporaryFolder } from '../support/folders.ts';

const program = commandLine(() => undefined);
const commands = allCommands(program, []);

describe('help', () => {
  it.each(commands.map(({ words, command }) => [words.join(' '), command] as const))(
    'of %j fits into 80 columns, its examples included',
    async (words) => {
      const { stdout, code } = await printed(['help', ...words.split(' ').filter((word) => word !== '')]);
      expect(code).toBe(0);
      expect(stdout).toMatch(/^Usage: /);
      const tooLong = stdout.split('\n').filter((line) => line.length > 80);
      expect(tooLong).toEqual([]);
    },
  );

  it('of doctor names its areas, and no other', async () => {
    const { stdout } = await printed(['help', 'doctor']);
    const named = /^ {2}area +([^;]*);/m.exec(stdout)?.[1] ?? '';
    expect(named.split(/,\s+|\s+or\s+/)).toEqual(AREAS);
  });

  it('has every command in a group, and examples of commands and options that exist', async () => {
    const { stdout } = await printed(['--help']);
    expect(stdout).not.toContain('\nCommands:');
    expect(stdout).toMatch(/\nSet up:\n[^]*\nRender the repository:\n[^]*\nHelp:\n/);
    const examples: string[] = [];
    for (const { words } of commands) {
      const help = await printed(['help', ...words]);
      const [, text = ''] = help.stdout.split('\nExamples:\n');
      examples.push(...[...text.matchAll(/^ {2}cluster-template (.+)$/gm)].map(([, example]) => example ?? ''));
    }
    expect(examples.length).toBeGreaterThan(20);
    for (const example of examples) {
      const parts = example.split(' ');
      const command = commands
        .filter(({ words }) => words.every((word, index) => parts[index] === word))
        .sort((one, other) => other.words.length - one.words.length)[0];
      expect(command?.words.length, example).toBeGreaterThan(0);
      const flags = command?.command.options.flatMap(({ short, long }) => [short, long]) ?? [];
      expect(flags, example).toEqual(expect.arrayContaining(parts.filter((part) => part.startsWith('-'))));
    }
  });

  it('names the nearest command where there is none', async () => {
    const { code, stderr } = await runCommand(['help', 'bootstrap', 'tlos']);
    expect({ code, stderr }).toMatchObject({ code: 64 });
    expect(stderr).toContain('there is no command "bootstrap tlos"');
    expect(stderr).toContain('did you mean talos?');
  });
});

describe('what was typed wrongly', () => {
  it.each([
    [['frob'], "unknown command 'frob'"],
    [['plna'], 'Did you mean plan?'],
    [['plan', '--nonsense'], "unknown option '--nonsense'"],
    [['explain'], "missing required argument 'place'"],
    [['talos', 'apply-node', '--mode', 'fast'], 'Allowed choices are auto, no-reboot'],
  ])('%j is told as JSON where that was asked for', async (words, said) => {
    const text = await runCommand(words);
    expect(text).toMatchObject({ code: 64, stdout: '' });
    expect(text.stderr).toContain(said);
    const { code, stdout, stderr } = await runCommand([...words, '--json']);
    expect({ code, stderr }).toEqual({ code: 64, stderr: '' });
    const { status, findings } = JSON.parse(stdout) as { status: string; findings: Finding[] };
    expect(status).toBe('failed');
    expect(findings).toMatchObject([{ code: 'usage/argument', severity: 'error' }]);
    expect(JSON.stringify(findings)).toContain(said.split('\n')[0]);
  });
});

/** Words as they stand on the line so far, the last one being completed, and what is offered for it. */
const COMPLETIONS: readonly (readonly [string, readonly string[]])[] = [
  ['con', ['config', 'configure']],
  ['talos ap', ['apply', 'apply-node']],
  ['talos --root /somewhere upgrade-', ['upgrade-k8s', 'upgrade-node']],
  ['talos apply-node --mo', ['--mode']],
  ['talos apply-node --mode re', ['reboot']],
  ['configure --for', ['--force']],
  ['bootstrap ', ['apps', 'talos']],
  ['completion ba', ['bash']],
  ['bootstrap apps --node', ['--nodes-timeout']],
  ['configure --nonsense', []],
];

describe('completion', () => {
  it('works in bash', async () => {
    const script = await scriptFor('bash');
    for (const [line, expected] of COMPLETIONS) {
      const words = ['cluster-template', ...line.split(' ')].map((word) => JSON.stringify(word)).join(' ');
      const call = `source ${script}; COMP_WORDS=(${words}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _cluster_template; printf '%s\\n' "\${COMPREPLY[@]}"`;
      expect(linesOf(execFileSync('bash', ['-c', call], { encoding: 'utf8' })), line).toEqual(expected);
    }
    const registered = execFileSync('bash', ['-c', `source ${script}; complete -p`], { encoding: 'utf8' });
    expect(registered).toMatch(/-F _cluster_template cluster-template$/m);
    expect(registered).toMatch(/-F _cluster_template cluster-template\.mjs$/m);
  });

  it('works in zsh', async (context) => {
    context.skip(spawnSync('zsh', ['-c', 'exit']).error !== undefined, 'there is no zsh here');
    const script = await scriptFor('zsh');
    for (const [line, expected] of COMPLETIONS) {
      const words = ['cluster-template', ...line.split(' ')].map((word) => JSON.stringify(word)).join(' ');
      // What zsh's own functions offer is the part of each entry that begins with the word.
      const call = [
        'compdef() { : }; _files() { : }',
        'offer() { local one; for one in "$@"; do [[ "$one" == "${words[CURRENT]}"* ]] && print -r -- "$one"; done }',
        '_describe() { local -a all; all=("${(@P)2}"); offer "${(@)all%%:*}" }',
        'compadd() { shift; offer "$@" }',
        `source ${script}; words=(${words}); CURRENT=\${#words}; _cluster_template; true`,
      ].join('; ');
      expect(linesOf(execFileSync('zsh', ['-fc', call], { encoding: 'utf8' })), line).toEqual(expected);
    }
  });

  it('works in fish', async (context) => {
    context.skip(spawnSync('fish', ['-c', 'exit']).error !== undefined, 'there is no fish here');
    const script = await scriptFor('fish');
    for (const [line, expected] of COMPLETIONS) {
      const call = `source ${script}; complete -C ${JSON.stringify(`cluster-template ${line}`)}`;
      const text = execFileSync('fish', ['--no-config', '-c', call], { encoding: 'utf8', cwd: join(script, '..') });
      expect(linesOf(text.replace(/\t.*$/gm, '')), line).toEqual(expected);
    }
  });
});

describe('the plan', () => {
  const entry = { secret: false, present: undefined, desired: undefined, recorded: [] };
  const plan = {
    entries: (['created', 'changed', 'removed', 'edited', 'unchanged'] as const).map((status) => ({
      ...entry,
      path: `${status}.yaml`,
      status,
    })),
  } as unknown as Plan;

  it('is coloured by what happens to a file, and is the same text without', () => {
    const coloured = planLines(plan, { all: true, coloured: true });
    expect(coloured).toContain('\u001b[32m+ created  \u001b[0m created.yaml\n');
    expect(coloured).toContain('\u001b[31m- removed  \u001b[0m removed.yaml\n');
    expect(coloured.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g'), '')).toBe(
      planLines(plan, { all: true }),
    );
  });
});

function allCommands(command: Command, words: readonly string[]): { words: readonly string[]; command: Command }[] {
  return [{ words, command }, ...command.commands.flatMap((child) => allCommands(child, [...words, child.name()]))];
}

/** What a command line of this process prints. */
async function printed(words: readonly string[]): Promise<{ stdout: string; code: number }> {
  let [stdout, code] = ['', 64];
  const own = commandLine((exitCode) => (code = exitCode));
  const write = (text: string): void => void (stdout += text);
  for (const { command } of allCommands(own, []))
    command.configureOutput({ writeOut: write, getOutHelpWidth: () => 80 });
  await own.parseAsync([...words], { from: 'user' }).catch((error: unknown) => {
    code = (error as { exitCode: number }).exitCode;
  });
  return { stdout, code };
}

async function scriptFor(shell: 'bash' | 'zsh' | 'fish'): Promise<string> {
  const file = join(await temporaryFolder(), 'completion');
  await writeFile(file, completionScript(shell, program));
  return file;
}

function linesOf(text: string): string[] {
  return [...new Set(text.split('\n').filter((line) => line !== ''))].sort();
}
