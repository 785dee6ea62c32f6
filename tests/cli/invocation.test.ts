import { chmod, cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  findInvocation,
  findStart,
  writeCommand,
  writeCommands,
  type Invocation,
  type Surroundings,
} from '../../src/cli/invocation.ts';
import { runCommand, sampleCluster } from '../support/cluster.ts';
import { temporaryFolder } from '../support/folders.ts';

const REPOSITORY = resolve(import.meta.dirname, '../..');

/** A machine: a checkout, a repository with the tool as a dependency, one without it, and places where programs are installed. */
async function machine(): Promise<{ folder: string; at: (place: Partial<Surroundings>) => Surroundings }> {
  const folder = await temporaryFolder({
    'fork/bin/cluster-template.mjs': '',
    'fork/bin/makejinja.mjs': '',
    'thin/node_modules/cluster-template/bin/cluster-template.mjs': '',
    'bare/cluster.yaml': '',
    'usr/lib/node_modules/cluster-template/bin/cluster-template.mjs*': '#!/usr/bin/env node\n',
    'npx/node_modules/cluster-template/bin/cluster-template.mjs*': '#!/usr/bin/env node\n',
    'with-task/task*': '#!/bin/sh\n',
    'a folder/cluster-template.mjs': '',
  });
  for (const part of ['Taskfile.yaml', '.taskfiles']) {
    for (const kind of ['fork', 'thin'])
      await cp(join(REPOSITORY, part), join(folder, kind, part), { recursive: true });
  }
  const link = async (from: string, to: string): Promise<void> => {
    await mkdir(join(folder, from, '..'), { recursive: true });
    await symlink(join(folder, to), join(folder, from));
  };
  await link('thin/node_modules/.bin/cluster-template', 'thin/node_modules/cluster-template/bin/cluster-template.mjs');
  await link('usr/bin/cluster-template', 'usr/lib/node_modules/cluster-template/bin/cluster-template.mjs');
  await link('npx/node_modules/.bin/cluster-template', 'npx/node_modules/cluster-template/bin/cluster-template.mjs');
  return {
    folder,
    at: ({ cwd = 'fork', root = 'fork', script = 'fork/bin/cluster-template.mjs', path = '', ...rest }) => ({
      isNamed: false,
      keys: undefined,
      ...rest,
      cwd: join(folder, cwd),
      root: root === '' ? undefined : join(folder, root),
      script: join(folder, script),
      path: path
        .split(' ')
        .map((one) => join(folder, one))
        .join(delimiter),
    }),
  };
}

describe('a command of ours', () => {
  it.each<[string, Partial<Surroundings>, string, string]>([
    ['in a fork', {}, 'configure --force', 'node bin/cluster-template.mjs configure --force'],
    ['in a folder of a fork', { cwd: 'fork/bin' }, 'plan', 'node cluster-template.mjs plan'],
    ['in a fork with Task', { path: 'with-task' }, 'configure', 'task configure'],
    ['with an option, by Task', { path: 'with-task' }, 'configure --force', 'task configure -- --force'],
    ['of two words, by Task', { path: 'with-task' }, 'bootstrap talos', 'task bootstrap:talos'],
    ['in a group, by Task', { path: 'with-task' }, 'talos status --problems', 'task talos:status -- --problems'],
    [
      'whose task wants variables',
      { path: 'with-task' },
      'talos apply-node k8s-0',
      'node bin/cluster-template.mjs talos apply-node k8s-0',
    ],
    [
      'that has no task',
      { path: 'with-task' },
      'prune-pods --dry-run',
      'node bin/cluster-template.mjs prune-pods --dry-run',
    ],
    ['with a folder of keys, by Task', { path: 'with-task', keys: 'k' }, 'plan', 'task plan -- --keys k'],
    ['with a folder of keys', { keys: 'my keys' }, 'plan', "node bin/cluster-template.mjs plan --keys 'my keys'"],
    [
      'in a thin repository',
      { cwd: 'thin', root: 'thin', script: 'thin/node_modules/.bin/cluster-template' },
      'configure',
      'npx cluster-template configure',
    ],
    [
      'in a thin repository with Task',
      { cwd: 'thin', root: 'thin', script: 'thin/node_modules/.bin/cluster-template', path: 'with-task' },
      'configure',
      'task configure',
    ],
    [
      'of a program for all users, in a thin repository',
      { cwd: 'thin', root: 'thin', script: 'usr/bin/cluster-template', path: 'usr/bin' },
      'configure',
      'npx cluster-template configure',
    ],
    [
      'of a program for all users, where the repository brings none',
      { cwd: 'bare', root: 'bare', script: 'usr/bin/cluster-template', path: 'with-task usr/bin' },
      'configure',
      'cluster-template configure',
    ],
    [
      'of a program for all users, outside of any repository',
      { cwd: 'bare', root: '', script: 'usr/bin/cluster-template', path: 'usr/bin' },
      'create home',
      'cluster-template create home',
    ],
    [
      'that npx fetched',
      { cwd: 'bare', root: '', script: 'npx/node_modules/.bin/cluster-template', path: 'npx/node_modules/.bin' },
      'create home',
      'node FOLDER/npx/node_modules/cluster-template/bin/cluster-template.mjs create home',
    ],
    [
      'while another program has its name',
      { cwd: 'bare', root: 'bare', path: 'usr/bin' },
      'plan',
      'node FOLDER/fork/bin/cluster-template.mjs plan',
    ],
    [
      'on a repository elsewhere',
      { cwd: 'fork', root: 'bare', isNamed: true, path: 'with-task' },
      'plan --all',
      'node bin/cluster-template.mjs plan --all --root FOLDER/bare',
    ],
    [
      'at a place with a space in it',
      { cwd: 'bare', root: 'bare', script: 'a folder/cluster-template.mjs' },
      'plan',
      "node 'FOLDER/a folder/cluster-template.mjs' plan",
    ],
  ])('%s', async (_, place, words, expected) => {
    const { folder, at } = await machine();
    expect(writeCommand(words, await findInvocation(at(place)))).toBe(expected.replace('FOLDER', folder));
  });

  it('is the program itself where the Taskfile is not ours', async () => {
    const { folder, at } = await machine();
    await writeFile(join(folder, 'fork/Taskfile.yaml'), 'version: "3"\ntasks: {configure: {cmd: "make all"}}\n');
    const invocation = await findInvocation(at({ path: 'with-task' }));
    expect(writeCommand('configure', invocation)).toBe('node bin/cluster-template.mjs configure');
    await chmod(join(folder, 'fork/Taskfile.yaml'), 0o644);
  });

  it('is makejinja too', async () => {
    const { at } = await machine();
    expect(await findStart('makejinja', at({}))).toBe('node bin/makejinja.mjs');
  });
});

describe('a message', () => {
  const invocation: Invocation = {
    program: 'npx cluster-template',
    toolFolder: 'node_modules/cluster-template/',
    tasks: new Map([['configure', 'configure']]),
    options: '',
  };

  it.each([
    [
      'run `cluster-template init`, then `cluster-template configure`',
      'run `npx cluster-template init`, then `task configure`',
    ],
    ['run `sops decrypt`', 'run `sops decrypt`'],
    ['.cluster-template/manifest.json and `cluster-template.tmp` stay', undefined],
    [
      'as docs/configuration.md shows (docs/errors.md, too)',
      'as node_modules/cluster-template/docs/configuration.md shows (node_modules/cluster-template/docs/errors.md, too)',
    ],
    ['copy templates/config/x.j2', 'copy node_modules/cluster-template/templates/config/x.j2'],
    ['see mydocs/own.md and a/docs/own.md, templates/overrides/x', undefined],
    ['start `cluster-template`', 'start `npx cluster-template`'],
  ])('%s', (text, expected = text) => {
    expect(writeCommands(text, invocation)).toBe(expected);
  });

  it('names the same command in text, in JSON and in the help', async () => {
    const cluster = await sampleCluster();
    const command = `node ${join(REPOSITORY, 'bin/cluster-template.mjs')} plan --all`;
    const options = { cwd: cluster, env: { PATH: '' } };
    expect((await runCommand(['explain', 'nothing.yaml'], options)).stderr).toContain(`\`${command}\``);
    const { stdout } = await runCommand(['explain', 'nothing.yaml', '--json'], options);
    expect((JSON.parse(stdout) as { findings: { remedy: string }[] }).findings[0]?.remedy).toContain(`\`${command}\``);
    const help = await runCommand(['plan', '--help'], options);
    expect(help.stdout).toContain(`Usage: ${command.replace(' --all', '')} [options]`);
    const elsewhere = await runCommand(['explain', 'nothing.yaml', '--root', cluster], {
      cwd: REPOSITORY,
      env: { PATH: '' },
    });
    expect(elsewhere.stderr).toContain(`\`node bin/cluster-template.mjs plan --all --root ${cluster}\``);
  });
});
