// @module-tag long
import { execFileSync } from 'node:child_process';
import { chmod, cp, readFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readAgeKey } from '../../src/cluster/credentials/read.ts';
import { encrypt } from '../../src/sops/encrypt.ts';
import { parseRules, ruleFor } from '../../src/sops/rules.ts';
import { runCommand } from '../support/cluster.ts';
import { temporaryFolder, writeFiles } from '../support/folders.ts';
import { copySample } from '../support/sample.ts';
import { canMakeTerminal } from '../support/terminal.ts';
import { answersIn, codeBlocks, fits, runStep, stepsOf } from '../support/transcripts.ts';
import { repositoryText } from './rendering.ts';

/** Pages that show commands with what they print, and whose repository they are typed in. */
const PAGES: Readonly<Record<string, (folder: string) => Promise<void>>> = {
  'docs/getting-started.md': published,
  'docs/operations.md': published,
  'docs/apps.md': own,
  'docs/app-commands.md': withBackup,
};

/** Pages whose commands run at a terminal of this many columns, and print no line that is wider. */
const COLUMNS: Readonly<Record<string, number>> = { 'docs/app-commands.md': 80 };

describe('what pages show of commands', () => {
  it.for(Object.entries(PAGES))('is what they print: %s', async ([page, make], context) => {
    const blocks = codeBlocks(await repositoryText(page));
    const isConversation = blocks.some(({ language, text }) => language === 'console' && hasQuestions(text));
    context.skip(isConversation && !canMakeTerminal(), 'there is no python3 to make a terminal');
    const folder = join(await temporaryFolder(), 'home-ops');
    await make(folder);
    const columns = COLUMNS[page] ?? 0;
    const place = { folder, path: await pathWithTask(), columns };
    let transcripts = 0;
    for (const { language, path, text } of blocks) {
      if (language === 'jinja' && path !== undefined) await writeFiles(folder, { [path]: text });
      if (language === 'yaml' && path?.includes('.sops.') === true) await seal(folder, path, text);
      for (const step of language === 'console' ? stepsOf(text) : []) {
        const printed = await runStep(step, place);
        expect(fits(step.expected, printed) ? step.expected : printed, `$ ${step.command}`).toBe(step.expected);
        if (columns > 0) expect(printed.split('\n').filter((line) => line.length > columns)).toEqual([]);
        transcripts += 1;
      }
    }
    expect(transcripts).toBeGreaterThan(0);
  });
});

describe('the app of docs/apps.md', () => {
  it('is rendered as it is said there, and is valid', async () => {
    const folder = join(await temporaryFolder(), 'home-ops');
    await own(folder);
    const blocks = codeBlocks(await repositoryText('docs/apps.md')).filter(({ path }) => path !== undefined);
    const templates = blocks.filter(({ language }) => language === 'jinja');
    expect(templates.length).toBe(5);
    for (const { path = '', text } of templates) await writeFiles(folder, { [path]: text });
    const refused = await runCommand(['configure'], { cwd: folder });
    expect(refused.stderr).toContain('kubernetes/apps/home/dashboard/app/secret.sops.yaml does not exist');
    for (const { path = '', text } of blocks.filter(({ language }) => language === 'yaml'))
      await seal(folder, path, text);
    for (const words of [['configure'], ['validate'], ['configure', '--check']]) {
      const { code, stderr } = await runCommand(words, { cwd: folder });
      expect(code, stderr).toBe(0);
      expect(stderr).not.toMatch(/dashboard/);
    }
    for (const { path = '' } of templates) {
      const rendered = path.replace('templates/overrides/', '').replace(/\.j2$/, '');
      const text = await readFile(join(folder, rendered), 'utf8');
      await expect(text).toMatchFileSnapshot(`own-app/${rendered.replace('kubernetes/apps/', '')}`);
    }
  });
});

/** A clone of the repository as it is published. */
async function published(folder: string): Promise<void> {
  await cp('.gitignore', join(folder, '.gitignore'));
  copySample(folder);
  for (const part of ['Taskfile.yaml', '.taskfiles', 'bin']) await cp(part, join(folder, part), { recursive: true });
  git(folder, 'init', '--quiet', '--initial-branch=main', '--template=');
  git(folder, 'add', '--all');
  git(folder, 'commit', '--quiet', '--message', 'the template');
  git(folder, 'remote', 'add', 'origin', 'git@github.com:me/home-ops.git');
}

/** The same with keys of its own. */
async function own(folder: string): Promise<void> {
  await published(folder);
  const { code, stderr } = await runCommand(['configure', '--yes'], { cwd: folder });
  expect(code, stderr).toBe(0);
  git(folder, 'add', '--all');
  git(folder, 'commit', '--quiet', '--message', 'mine');
}

/** The same with VolSync and an identity provider, and a file of secrets beside it. */
async function withBackup(folder: string): Promise<void> {
  await own(folder);
  const configuration = await readFile(join(folder, 'cluster.yaml'), 'utf8');
  await writeFiles(folder, {
    'cluster.yaml': `${configuration}\nvolsync_enabled: true\nsnapshot_controller_enabled: true\n`,
    '.cluster-template.yaml': 'profile: template\napps:\n  oidcIssuer: https://id.example.com\n',
    '../jellyfin.env': [
      'AWS_ACCESS_KEY_ID=volsync',
      'AWS_SECRET_ACCESS_KEY=correct-horse-battery',
      'RESTIC_REPOSITORY=s3:https://s3.example.com/volsync/jellyfin',
      'OIDC_CLIENT_ID=jellyfin',
      'OIDC_CLIENT_SECRET=staple-battery-horse',
      '',
    ].join('\n'),
  });
  const { code, stderr } = await runCommand(['configure', '--yes'], { cwd: folder });
  expect(code, stderr).toBe(0);
  git(folder, 'add', '--all');
  git(folder, 'commit', '--quiet', '--message', 'backups');
}

function hasQuestions(text: string): boolean {
  return stepsOf(text).some(({ expected }) => answersIn(expected).length > 0);
}

function git(folder: string, ...words: readonly string[]): void {
  const who = ['-c', 'user.name=Owner', '-c', 'user.email=owner@example.com'];
  execFileSync('git', [...who, ...words], { cwd: folder, stdio: 'pipe' });
}

/** Does what `sops FILE` does with what is typed into its editor. */
async function seal(folder: string, path: string, plain: string): Promise<void> {
  const { identities } = await readAgeKey(folder);
  const rule = ruleFor(parseRules(await readFile(join(folder, '.sops.yaml'), 'utf8')), path);
  if (rule === undefined) throw new Error(`.sops.yaml has no rule for ${path}`);
  const text = await encrypt({ path, plain, rule, indent: 2, identities, now: new Date() });
  await writeFiles(folder, { [path]: text });
}

/** Folders of programs, among them one called task: messages then name tasks, as for whoever installed it. */
async function pathWithTask(): Promise<string> {
  const folder = await temporaryFolder({ task: '#!/bin/sh\n' });
  await chmod(join(folder, 'task'), 0o755);
  return [folder, dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter);
}
