// @module-tag long
import { cp, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clusterRoot } from '../../src/cluster/root.ts';
import { isToolFile, OWNERSHIP } from '../../src/upgrade/owners.ts';
import type { UpgradePlan } from '../../src/upgrade/plan.ts';
import { takeBackUpgrade, upgrade } from '../../src/upgrade/upgrade.ts';
import { copySample, SAMPLE_FILES } from '../support/sample.ts';
import { change, commit, copyWithoutHistory, exists, git, stateOf } from './histories.ts';

// Histories of the whole tree of the tool, thousands of files, as users have them.
const APPS = 'templates/config/kubernetes/apps/default';
const OVERRIDES = 'templates/overrides/kubernetes/apps/default';
const signal = new AbortController().signal;

let folder = '';
let template = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cluster-template-real-'));
  template = join(folder, 'template');
  await layOutTool();
  git(template, 'init', '--quiet');
  await releaseAs('100.0.0');
  await rename(join(template, APPS, 'echo'), join(template, APPS, 'hello'));
  await edit(template, `${APPS}/hello/app/helmrelease.yaml.j2`, 'interval: 1h', 'interval: 2h');
  await edit(template, `${APPS}/hello/app/ocirepository.yaml.j2`, 'interval: 15m', 'interval: 30m');
  await edit(template, 'src/pipeline/configure.ts', /$/, '// of the new version\n');
  await edit(template, 'cluster.yaml', /^/, '# of the sample of the new version\n');
  await change(template, { 'src/new/module.ts': 'export {};\n', 'docs/renovate.svg': undefined });
  await releaseAs('100.1.0');
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('an upgrade of the whole tree', () => {
  it('makes an untouched copy without history into the new version, and back', async () => {
    const copy = await copyWithoutHistory(template, 'v100.0.0');
    const before = await stateOf(copy);
    const { from, files } = await merged(copy);
    expect(from).toMatchObject({ version: '100.0.0', origin: 'tag' });
    expect(files.filter(({ change: what }) => what === 'conflict')).toEqual([]);
    expect(git(copy, 'ls-files', '--unmerged')).toBe('');
    const wanted = toolFiles(template, 'HEAD');
    expect(wanted.size).toBeGreaterThan(1000);
    expect(toolFiles(copy)).toEqual(wanted);
    expect(git(copy, 'diff', '--name-only', 'HEAD', '--', 'cluster.yaml', 'kubernetes', 'talos')).toBe('');
    await takeBackUpgrade(clusterRoot(copy), signal);
    expect(await stateOf(copy)).toBe(before);
  });

  it('carries an edit along with a template that has another name, and names the override of another one', async () => {
    const fork = await copyWithoutHistory(template, 'v100.0.0');
    await edit(fork, `${APPS}/echo/app/helmrelease.yaml.j2`, 'memory: 64Mi', 'memory: 96Mi');
    const original = await readFile(join(fork, APPS, 'echo/app/ocirepository.yaml.j2'), 'utf8');
    const override = `${OVERRIDES}/echo/app/ocirepository.yaml.j2`;
    await commit(fork, { [override]: `${original}# mine\n` });
    const { files, originals } = await merged(fork, true);
    expect(files.filter(({ change: what }) => what === 'conflict')).toEqual([]);
    const carried = await readFile(join(fork, APPS, 'hello/app/helmrelease.yaml.j2'), 'utf8');
    expect(carried).toContain('memory: 96Mi');
    expect(carried).toContain('interval: 2h');
    expect(await exists(fork, `${APPS}/echo`)).toBe(false);
    expect(originals.map(({ path, change: what, renamedTo }) => [path, what, renamedTo])).toEqual([
      [override, 'renamed', `${APPS}/hello/app/ocirepository.yaml.j2`],
    ]);
    expect(await exists(fork, override)).toBe(false);
    const moved = await readFile(join(fork, OVERRIDES, 'hello/app/ocirepository.yaml.j2'), 'utf8');
    expect(moved).toMatch(/interval: 30m[^]*# mine\n$/);
  });
});

/** The tool as it is in this checkout, and the sample in the place of what belongs to its owner. */
async function layOutTool(): Promise<void> {
  const paths = OWNERSHIP.filter(({ owner }) => owner === 'tool').flatMap((entry) => entry.paths);
  const present = new Set(await readdir('.'));
  for (const path of paths.filter((one) => !['dist/', 'makejinja.toml', 'README.md', 'templates/'].includes(one))) {
    // A fork may do without it.
    if (!present.has(path.split('/')[0] ?? '')) continue;
    await cp(path, join(template, path), { recursive: true });
  }
  copySample(template);
  await cp(SAMPLE_FILES, template, { recursive: true });
}

/** Commits all as a version, with its tag. */
async function releaseAs(version: string): Promise<void> {
  await edit(template, 'package.json', /"version": "[^"]*"/, `"version": "${version}"`);
  const record = `${JSON.stringify({ version, source: template }, undefined, 2)}\n`;
  await commit(template, { '.cluster-template/template.json': record }, `release ${version}`);
  git(template, 'tag', `v${version}`);
}

async function edit(root: string, path: string, from: string | RegExp, to: string): Promise<void> {
  const text = await readFile(join(root, path), 'utf8');
  const next = text.replace(from, to);
  expect(next, `${path} has no ${String(from)}`).not.toBe(text);
  await change(root, { [path]: next });
}

async function merged(root: string, overrides = false): Promise<UpgradePlan> {
  const request = { wanted: undefined, from: undefined, overrides, write: true, signal };
  const result = await upgrade(clusterRoot(root), { ...request, confirm: () => Promise.resolve(true) });
  if (result.status !== 'merged') throw new Error(result.status);
  return result.plan;
}

/** Objects of the tool's files by path, in the index or a commit; but for the record, which says where a repository comes from. */
function toolFiles(root: string, commit?: string): Map<string, string> {
  const listed =
    commit === undefined
      ? git(root, 'ls-files', '--format=%(objectmode) %(objectname)%x09%(path)')
      : git(root, 'ls-tree', '-r', '--format=%(objectmode) %(objectname)%x09%(path)', commit);
  const lines = listed.split('\n').map((line) => line.split('\t') as [string, string]);
  return new Map(
    lines
      .map(([object, path]): [string, string] => [path, object])
      .filter(([path]) => isToolFile(path) && path !== '.cluster-template/template.json'),
  );
}
