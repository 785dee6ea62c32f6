import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { clusterRoot } from '../../src/cluster/root.ts';
import { Failure } from '../../src/report/finding.ts';
import type { UpgradePlan } from '../../src/upgrade/plan.ts';
import { takeBackUpgrade, upgrade, type UpgradeRequest, type UpgradeResult } from '../../src/upgrade/upgrade.ts';
import {
  change,
  clone,
  commit,
  copyWithoutHistory,
  git,
  release,
  repository,
  stateOf,
  exists,
  type FileChanges,
} from './histories.ts';

const LINES = Array.from({ length: 20 }, (_, index) => `line ${String(index + 1)}\n`);

/** A text of numbered lines, some of them replaced. */
function lines(changes: Readonly<Record<number, string>> = {}): string {
  return LINES.map((line, index) => (changes[index + 1] === undefined ? line : `${changes[index + 1] ?? ''}\n`)).join(
    '',
  );
}

const BINARY = Buffer.from([0, 1, 2, 3, 0, 255, 254]);

/** A template in small, with a file of every owner. */
const FIRST: FileChanges = {
  'cluster.yaml': '# the sample\nold_name: 1\n',
  'nodes.yaml': 'nodes: []\n',
  'makejinja.toml': '[makejinja]\n',
  '.gitignore': '*.key\n/.cluster-template/*\n!/.cluster-template/template.json\n!/.cluster-template/manifest.json\n',
  'src/main.ts': lines(),
  'src/gone.ts': 'gone\n',
  'docs/guide.md': lines(),
  'docs/old.md': 'old\n',
  'scripts/run.sh': '#!/bin/sh\n',
  'docs/picture.png': BINARY,
  'templates/config/app.yaml.j2': lines(),
  'templates/config/moved.yaml.j2': lines({ 1: 'to be moved' }),
  'templates/config/other.yaml.j2': 'other\n',
  'templates/overrides/README.md': 'yours\n',
  'templates/scripts/plugin.ts': 'export {};\n',
  'kubernetes/app.yaml': 'rendered: 1\n',
  '.sops.yaml': 'creation_rules: []\n',
  'AGENTS.md': 'rendered\n',
  '.cluster-template/manifest.json': `${JSON.stringify({ format: 1, generator: 'x', recipient: 'age1x', adopted: [], files: {}, inputs: {} })}\n`,
};

/** What the second version changes. */
const SECOND: FileChanges = {
  'cluster.yaml': '# another sample\nnew_name: 1\n',
  'src/main.ts': lines({ 3: 'theirs 3' }),
  'src/gone.ts': undefined,
  'src/new.ts': 'new\n',
  'docs/guide.md': lines({ 10: 'theirs 10' }),
  'docs/old.md': 'old, and changed\n',
  'scripts/run.sh': undefined,
  'scripts/run.sh*': '#!/bin/sh\n',
  'docs/picture.png': Buffer.concat([BINARY, BINARY]),
  'templates/config/app.yaml.j2': lines({ 3: 'theirs 3' }),
  'templates/config/moved.yaml.j2': undefined,
  'templates/config/sub/moved.yaml.j2': lines({ 1: 'to be moved', 20: 'theirs 20' }),
  'templates/overrides/README.md': 'yours, in other words\n',
  'templates/scripts/plugin.ts': 'export const sample = 1;\n',
  'kubernetes/app.yaml': 'rendered: 2\n',
  'kubernetes/new.yaml': 'rendered: 2\n',
  'AGENTS.md': 'rendered again\n',
  'schemas/migrations.json': `${JSON.stringify({ steps: [{ name: 'name', version: '0.2.0', file: 'cluster.yaml', rename: 'old_name', to: 'new_name' }] })}\n`,
};

let template: string;
let first: string;
let second: string;

beforeEach(async () => {
  template = await repository(FIRST);
  first = await release(template, '0.1.0');
  await commit(template, { 'src/main.ts': lines({ 3: 'theirs 3' }) });
  await commit(template, SECOND);
  second = await release(template, '0.2.0');
});

describe('upgrade', () => {
  it('takes everything into an untouched copy without history, and nothing of the user', async () => {
    const folder = await copyWithoutHistory(template, 'v0.1.0');
    const { plan } = await merged(folder);
    expect(plan.from).toEqual({ commit: first, version: '0.1.0', origin: 'tag' });
    expect(git(folder, 'status', '--porcelain').split('\n').sort()).toEqual([
      'A  schemas/migrations.json',
      'A  src/new.ts',
      'D  src/gone.ts',
      'M  .cluster-template/template.json',
      'M  cluster.yaml',
      'M  docs/guide.md',
      'M  docs/old.md',
      'M  docs/picture.png',
      'M  package.json',
      'M  scripts/run.sh',
      'M  src/main.ts',
      'M  templates/config/app.yaml.j2',
      'R  templates/config/moved.yaml.j2 -> templates/config/sub/moved.yaml.j2',
    ]);
    expect(await text(folder, 'cluster.yaml')).toBe('# the sample\nnew_name: 1\n');
    expect(await text(folder, 'kubernetes/app.yaml')).toBe('rendered: 1\n');
    expect((await stat(join(folder, 'scripts/run.sh'))).mode & 0o111).toBe(0o111);
    expect(await readFile(join(folder, 'docs/picture.png'))).toEqual(Buffer.concat([BINARY, BINARY]));
    expect(JSON.parse(await text(folder, '.cluster-template/template.json'))).toEqual({
      version: '0.2.0',
      commit: second,
      source: template,
    });
    await commit(folder, {});
    expect((await run(folder)).status).toBe('current');
  });

  it('says that the steps of the new version cannot be read', async () => {
    const folder = await copyWithoutHistory(template, 'v0.1.0');
    await release(template, '0.3.0', { 'schemas/migrations.json': '{"steps": [' });
    await expect(run(folder)).rejects.toThrow(/migrations\.json of the template in commit [0-9a-f]{12} is no JSON/);
    expect(git(folder, 'status', '--porcelain')).toBe('');
  });

  it('finds its base in the history of a clone', { tags: 'long' }, async () => {
    const between = git(template, 'rev-parse', 'v0.2.0~2');
    const folder = await clone(template, between);
    await commit(folder, { 'src/main.ts': lines({ 3: 'theirs 3', 18: 'mine 18' }) });
    const { plan } = await merged(folder);
    expect(plan.from).toEqual({ commit: between, version: '0.1.0', origin: 'history' });
    expect(await text(folder, 'src/main.ts')).toBe(lines({ 3: 'theirs 3', 18: 'mine 18' }));
    expect(unmerged(folder)).toEqual([]);
  });

  it('finds what is most like a copy that was taken between two versions', { tags: 'long' }, async () => {
    const between = git(template, 'rev-parse', 'v0.2.0~2');
    const folder = await copyWithoutHistory(template, between);
    await commit(folder, { 'src/main.ts': lines({ 3: 'mine 3' }) });
    const { plan } = await merged(folder, { dry: true });
    expect(plan.from).toMatchObject({ commit: first, origin: 'tag' });
    await commit(folder, { 'src/main.ts': lines({ 3: 'theirs 3' }), 'docs/guide.md': lines({ 1: 'mine' }) });
    const again = await merged(folder);
    expect(again.plan.from).toMatchObject({ commit: between, origin: 'nearest commit' });
    expect(again.plan.findings[0]?.message).toContain('is most like this repository');
    expect(await text(folder, 'docs/guide.md')).toBe(lines({ 1: 'mine', 10: 'theirs 10' }));
  });

  it('merges edits without a conflict, also through a rename', { tags: 'long' }, async () => {
    const folder = await copyWithoutHistory(template, 'v0.1.0');
    await commit(folder, {
      'templates/config/app.yaml.j2': lines({ 15: 'mine 15' }),
      'templates/config/moved.yaml.j2': lines({ 1: 'to be moved', 8: 'mine 8' }),
      'templates/overrides/own.yaml.j2': 'own\n',
      'templates/config/mine.yaml.j2': 'mine\n',
      'docs/mine.md': 'mine\n',
      'kubernetes/app.yaml': 'rendered: 1\nmine: 1\n',
    });
    const { plan } = await merged(folder);
    expect(plan.files.filter((file) => file.change === 'conflict')).toEqual([]);
    expect(await text(folder, 'templates/config/app.yaml.j2')).toBe(lines({ 3: 'theirs 3', 15: 'mine 15' }));
    expect(await text(folder, 'templates/config/sub/moved.yaml.j2')).toBe(
      lines({ 1: 'to be moved', 8: 'mine 8', 20: 'theirs 20' }),
    );
    expect(await text(folder, 'kubernetes/app.yaml')).toBe('rendered: 1\nmine: 1\n');
    expect(unmerged(folder)).toEqual([]);
  });

  it('leaves what both changed as conflicts of git, with the base shown', { tags: 'long' }, async () => {
    const folder = await copyWithoutHistory(template, 'v0.1.0');
    await commit(folder, {
      'templates/config/app.yaml.j2': lines({ 3: 'mine 3' }),
      'src/gone.ts': 'gone, but not for me\n',
      'docs/picture.png': Buffer.from([0, 9, 9]),
    });
    const { plan } = await merged(folder);
    expect(unmerged(folder)).toEqual([
      '1 docs/picture.png',
      '2 docs/picture.png',
      '3 docs/picture.png',
      '1 src/gone.ts',
      '2 src/gone.ts',
      '1 templates/config/app.yaml.j2',
      '2 templates/config/app.yaml.j2',
      '3 templates/config/app.yaml.j2',
    ]);
    expect(await text(folder, 'templates/config/app.yaml.j2')).toMatch(
      /<<<<<<< yours\nmine 3\n\|{7} [0-9a-f]+\nline 3\n=======\ntheirs 3\n>>>>>>> template\n/,
    );
    expect(await text(folder, 'src/gone.ts')).toBe('gone, but not for me\n');
    expect([...(await readFile(join(folder, 'docs/picture.png')))]).toEqual([0, 9, 9]);
    expect(plan.findings.map(({ message }) => message)).toEqual([
      'docs/picture.png was changed here and in the new version',
      'src/gone.ts was changed here and removed in the new version',
      'templates/config/app.yaml.j2 was changed here and in the new version',
    ]);
    expect(git(folder, 'show', ':3:docs/picture.png').length).toBeGreaterThan(0);
    git(folder, 'fsck', '--connectivity-only');
  });

  it('leaves removed what the user removed, also where it is called something else now', { tags: 'long' }, async () => {
    const folder = await copyWithoutHistory(template, 'v0.1.0');
    await commit(folder, {
      'docs/old.md': undefined,
      'docs/guide.md': undefined,
      'templates/config/other.yaml.j2': undefined,
    });
    const { plan } = await merged(folder);
    expect(await exists(folder, 'docs/old.md')).toBe(false);
    expect(await exists(folder, 'docs/guide.md')).toBe(false);
    expect(await exists(folder, 'templates/config/other.yaml.j2')).toBe(false);
    expect(plan.findings.map(({ message }) => message)).toEqual([
      'docs/guide.md was removed here and changed in the new version: it stays removed',
      'docs/old.md was removed here and changed in the new version: it stays removed',
    ]);
    await commit(folder, {});
    await commit(template, {
      'templates/config/other.yaml.j2': undefined,
      'templates/config/renamed.yaml.j2': 'other\n',
    });
    const third = git(template, 'rev-parse', 'HEAD');
    try {
      const next = await merged(folder, { wanted: third });
      expect(next.plan.findings.map(({ message }) => message)).toEqual([
        'templates/config/other.yaml.j2 was removed here and is called templates/config/renamed.yaml.j2 in the new version: it stays removed',
      ]);
      expect(await exists(folder, 'templates/config/renamed.yaml.j2')).toBe(false);
    } finally {
      git(template, 'reset', '--quiet', '--hard', 'v0.2.0');
    }
  });

  it('touches no file of the user at a place that the new version takes', { tags: 'long' }, async () => {
    const folder = await copyWithoutHistory(template, 'v0.1.0');
    await commit(folder, { 'src/new.ts': 'my own\n' });
    await change(folder, { 'schemas/migrations.json': 'not tracked\n' });
    const { plan } = await merged(folder);
    expect(await text(folder, 'src/new.ts')).toBe('my own\n');
    expect(await text(folder, 'schemas/migrations.json')).toBe('not tracked\n');
    expect(unmerged(folder)).toEqual(['3 schemas/migrations.json', '2 src/new.ts', '3 src/new.ts']);
    expect(plan.findings.map(({ message }) => message)).toEqual([
      'schemas/migrations.json is a file of yours that git does not track, and the new version brings one of that name',
      'src/new.ts is a file of yours, and the new version brings one of that name',
    ]);
  });

  it('names an override whose original changed, and merges the change on request', { tags: 'long' }, async () => {
    const folder = await copyWithoutHistory(template, 'v0.1.0');
    const own = {
      'templates/overrides/app.yaml.j2': lines({ 12: 'mine 12' }),
      'templates/overrides/moved.yaml.j2': lines({ 1: 'to be moved', 5: 'mine 5' }),
      'templates/overrides/other.yaml.j2': 'mine\n',
    };
    await commit(folder, own);
    const { plan } = await merged(folder);
    expect(plan.originals.map(({ path, change: what }) => [path, what])).toEqual([
      ['templates/overrides/app.yaml.j2', 'changed'],
      ['templates/overrides/moved.yaml.j2', 'renamed'],
    ]);
    expect(plan.originals[0]?.diff).toContain('-line 3\n+theirs 3\n');
    expect(await text(folder, 'templates/overrides/app.yaml.j2')).toBe(own['templates/overrides/app.yaml.j2']);
    await takeBack(folder);
    await merged(folder, { overrides: true });
    expect(await text(folder, 'templates/overrides/app.yaml.j2')).toBe(lines({ 3: 'theirs 3', 12: 'mine 12' }));
    expect(await text(folder, 'templates/overrides/sub/moved.yaml.j2')).toBe(
      lines({ 1: 'to be moved', 5: 'mine 5', 20: 'theirs 20' }),
    );
    expect(await exists(folder, 'templates/overrides/moved.yaml.j2')).toBe(false);
    await takeBack(folder);
    await commit(folder, { 'templates/overrides/app.yaml.j2': lines({ 3: 'mine 3' }) });
    await merged(folder, { overrides: true });
    expect(unmerged(folder)).toEqual([1, 2, 3].map((stage) => `${String(stage)} templates/overrides/app.yaml.j2`));
    expect(await text(folder, 'templates/overrides/app.yaml.j2')).toContain('<<<<<<< yours\nmine 3\n');
  });
});

/** An upgrade that is taken back afterwards has to leave no trace. */
async function merged(
  folder: string,
  { dry = false, ...request }: Partial<UpgradeRequest> & { dry?: boolean } = {},
): Promise<{ plan: UpgradePlan }> {
  const before = await stateOf(folder);
  const first = await run(folder, { ...request, write: !dry });
  if (!('plan' in first)) throw new Error(first.status);
  if (dry) {
    expect(await stateOf(folder)).toBe(before);
    return first;
  }
  const after = await stateOf(folder);
  await takeBack(folder);
  expect(await stateOf(folder)).toBe(before);
  const again = await run(folder, request);
  expect(await stateOf(folder)).toBe(after);
  if (again.status !== 'merged') throw new Error(again.status);
  return again;
}

async function run(folder: string, request: Partial<UpgradeRequest> = {}): Promise<UpgradeResult> {
  const { signal } = new AbortController();
  const usual = {
    wanted: undefined,
    from: undefined,
    overrides: false,
    write: true,
    confirm: () => Promise.resolve(true),
    signal,
  };
  try {
    return await upgrade(clusterRoot(folder), { ...usual, ...request });
  } catch (error) {
    if (error instanceof Failure) throw new Error(JSON.stringify(error.findings, undefined, 2), { cause: error });
    throw error;
  }
}

async function takeBack(folder: string): Promise<void> {
  await takeBackUpgrade(clusterRoot(folder), new AbortController().signal);
}

/** Stages and paths in conflict. */
function unmerged(folder: string): string[] {
  return git(folder, 'ls-files', '--unmerged')
    .split('\n')
    .filter(Boolean)
    .map((line) => line.replace(/^\d+ [0-9a-f]+ (\d)\t(.*)$/, '$1 $2'));
}

async function text(folder: string, path: string): Promise<string> {
  return await readFile(join(folder, path), 'utf8');
}
