import { mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryName } from '../../src/system/writing.ts';
import { adoptFiles, applyPlan, pendingInventory, recover, removeAbandoned } from '../../src/workspace/apply.ts';
import {
  isInsideOutputRoots,
  keepCopies,
  readDisk,
  repositoriesAmong,
  type Workspace,
} from '../../src/workspace/disk.ts';
import { type DesiredFile, type Inventory, parseInventory } from '../../src/workspace/inventory.ts';
import { planChanges, type Plan, type PlanEntry } from '../../src/workspace/plan.ts';
import { readFiles, writeFiles } from '../support/folders.ts';
import { file, inventoryOf, inventoryText, openWorkspace, RECORD } from './workspaces.ts';

const INVENTORY = '.cluster-template/manifest.json';

describe('applyPlan', () => {
  it('creates, changes and removes, and records it all', async () => {
    const workspace = await openWorkspace({
      'talos/old': 'stays\n',
      'kubernetes/a/b/stale': 'stale\n',
      'kubernetes/a/mine': 'mine\n',
    });
    const before = inventoryOf({ 'talos/old': 'stays\n', 'kubernetes/a/b/stale': 'stale\n' });
    const desired = [file('talos/old', 'changed\n'), file('talos/run.sh', 'new\n', true)];
    await applyPlan(workspace, await plan(workspace, desired, before), RECORD);
    expect(await readFiles(workspace.root)).toEqual({
      'talos/old': 'changed\n',
      'talos/run.sh*': 'new\n',
      'kubernetes/a/mine': 'mine\n',
      [INVENTORY]: inventoryText({ 'talos/old': 'changed\n', 'talos/run.sh': 'new\n' }),
    });
  });

  it('leaves the tree as it was where something came into its way', async () => {
    const workspace = await openWorkspace({ 'talos/a': 'a\n', 'kubernetes/stale': 'stale\n' });
    const before = inventoryOf({ 'talos/a': 'a\n', 'kubernetes/stale': 'stale\n' });
    const desired = [file('talos/a', 'changed\n'), file('talos/b', 'b\n'), file('talos/c', 'c\n')];
    const changes = await plan(workspace, desired, before);
    // Appears between plan and apply.
    await mkdir(join(workspace.root, 'talos/c/full'), { recursive: true });
    const tree = await readFiles(workspace.root);
    await expect(applyPlan(workspace, changes, RECORD)).rejects.toThrow('a folder lies where');
    expect(await readFiles(workspace.root)).toEqual(tree);
  });

  it.each<[what: string, path: string, disturb: (path: string) => Promise<unknown>]>([
    ['edited', 'talos/a', (path) => writeFile(path, 'edited\n')],
    ['removed', 'talos/a', (path) => rm(path)],
    ['created', 'talos/b', (path) => writeFile(path, 'theirs\n')],
  ])('changes nothing where a file was %s after the plan was made', async (_, path, disturb) => {
    const workspace = await openWorkspace({ 'talos/a': 'a\n' });
    const desired = [file('talos/a', 'changed\n'), file('talos/b', 'b\n')];
    const changes = await plan(workspace, desired, inventoryOf({ 'talos/a': 'a\n' }));
    await disturb(join(workspace.root, path));
    const tree = await readFiles(workspace.root);
    await expect(applyPlan(workspace, changes, RECORD)).rejects.toMatchObject({
      findings: [{ code: 'workspace/concurrent', place: { file: path } }],
    });
    expect(await readFiles(workspace.root)).toEqual(tree);
  });

  it('refuses to write outside the output roots', async () => {
    const workspace = await openWorkspace({});
    for (const path of ['src/x', '../x', 'talos/../../x', 'talosx/y', 'package.json', '/etc/x']) {
      const changes: Plan = {
        entries: [
          { path, status: 'created', secret: false, desired: file(path, 'x\n'), present: undefined, recorded: [] },
        ],
      };
      await expect(applyPlan(workspace, changes, RECORD)).rejects.toThrow('lies outside');
    }
    expect(await readFiles(workspace.root)).toEqual({});
  });
});

describe('recover', () => {
  const journal = JSON.stringify({
    writes: { 'talos/a': 'new-0', 'talos/b': 'new-1', [INVENTORY]: 'manifest' },
    created: ['talos/b'],
    removals: ['talos/stale'],
  });
  const finished = { 'talos/a': 'A\n', 'talos/b': 'B\n', [INVENTORY]: '{}\n' };

  // The states that a run killed between two steps can leave, in the order of the steps.
  it.each([
    ['before the first move', { 'talos/a': 'a\n', 'talos/stale': 's\n' }, ['new-0', 'new-1', 'manifest']],
    ['after the first move', { 'talos/a': 'A\n', 'talos/stale': 's\n' }, ['new-1', 'manifest']],
    ['before the removal', { ...finished, 'talos/stale': 's\n' }, []],
    ['after the last step', finished, []],
  ])('finishes a run killed %s', async (_, files, staged) => {
    const texts: Readonly<Record<string, string>> = { 'new-0': 'A\n', 'new-1': 'B\n', manifest: '{}\n' };
    const workspace = await openWorkspace(files);
    await writeFiles(workspace.state, { 'journal.json': journal, 'staging/old-0': 'a\n' });
    await writeFiles(workspace.state, Object.fromEntries(staged.map((name) => [`staging/${name}`, texts[name] ?? ''])));
    expect(await recover(workspace)).toBe(true);
    expect(await readFiles(workspace.root)).toEqual(finished);
    expect(await recover(workspace)).toBe(false);
  });

  it('clears what a run killed before its journal left', async () => {
    const workspace = await openWorkspace({ 'talos/a': 'a\n' });
    await writeFiles(workspace.state, { 'staging/new-0': 'A\n' });
    expect(await recover(workspace)).toBe(false);
    expect(await readFiles(workspace.root)).toEqual({ 'talos/a': 'a\n' });
  });
});

describe('what an interrupted run left', () => {
  const JOURNAL = '{"writes":{},"created":[],"removals":[]}';

  it('is no tree to go on with where it was an upgrade', async () => {
    const workspace = await openWorkspace({});
    await writeFiles(workspace.state, { 'upgrade/journal.json': JOURNAL });
    await expect(recover(workspace)).rejects.toMatchObject({ findings: [{ code: 'upgrade/unfinished' }] });
  });

  it('is told by its journal: the inventory that was about to be put into place', async () => {
    const workspace = await openWorkspace({});
    await writeFiles(workspace.state, { 'staging/manifest': 'pending\n' });
    expect(await pendingInventory(workspace)).toBeUndefined();
    await writeFiles(workspace.state, { 'journal.json': JOURNAL });
    expect(await pendingInventory(workspace)).toBe('pending\n');
  });

  it('is taken back where it was being taken back', async () => {
    const workspace = await openWorkspace({ 'talos/a': 'A\n', 'talos/b': 'B\n' });
    const writes = { 'talos/a': 'new-0', 'talos/b': 'new-1', [INVENTORY]: 'manifest' };
    await writeFiles(workspace.state, {
      'undo.json': JSON.stringify({ writes, created: ['talos/b', INVENTORY], removals: [] }),
      'staging/old-0': 'a\n',
      'staging/manifest': '{}\n',
    });
    expect(await recover(workspace)).toBe(true);
    expect(await readFiles(workspace.root)).toEqual({ 'talos/a': 'a\n' });
  });

  it('is cleared of temporary files, those of running processes aside', async () => {
    const running = temporaryName('x');
    const dead = `.${(2 ** 22 + 1).toString(36)}-1.cluster-template.tmp`;
    const others = [`a${dead}`, `${dead}.x`, '.x.cluster-template.tmp'];
    const { root } = await openWorkspace(Object.fromEntries([running, dead, ...others].map((name) => [name, ''])));
    await removeAbandoned(root);
    expect((await readdir(root)).sort()).toEqual([running, ...others].sort());
  });
});

describe('adoptFiles', () => {
  const inventory = { ...inventoryOf({ 'talos/a': 'a\n', 'talos/b': 'b\n' }), adopted: ['talos/own'] };

  it.each([
    { path: 'talos/a', release: false, outcome: 'adopted', adopted: ['talos/a', 'talos/own'], files: ['talos/b'] },
    { path: 'talos/own', release: false, outcome: 'unchanged', adopted: ['talos/own'], files: ['talos/a', 'talos/b'] },
    // There already, and never ours.
    {
      path: 'talos/mine',
      release: false,
      outcome: 'adopted',
      adopted: ['talos/mine', 'talos/own'],
      files: ['talos/a', 'talos/b'],
    },
    { path: 'talos/own', release: true, outcome: 'released', adopted: [], files: ['talos/a', 'talos/b'] },
  ])('records $path as $outcome', async ({ path, release, outcome, adopted, files }) => {
    const workspace = await openWorkspace({ 'talos/mine': 'mine\n' });
    expect(await adoptFiles(workspace, inventory, { paths: [path], release })).toEqual([{ path, outcome }]);
    const recorded = parseInventory(await readFile(join(workspace.root, INVENTORY), 'utf8'), 'm');
    expect([recorded.adopted, [...recorded.files.keys()]]).toEqual([adopted, files]);
    expect(recorded).toMatchObject({ generator: inventory.generator, recipient: inventory.recipient });
    expect([...recorded.inputs]).toEqual([...inventory.inputs]);
  });

  it.each([
    ['what is not there', ['talos/own', 'talos/ab'], false, 'did you mean talos/a?'],
    ['what is called like no file of ours', ['kubernetes/other.yaml'], false, 'plan --all'],
    ['what lies elsewhere', ['src/main.ts'], false, 'plan --all'],
    ['a folder', ['talos/folder'], false, 'plan --all'],
    ['the rules of encryption', ['.sops.yaml'], false, 'templates/overrides'],
    ['to take back what is not adopted', ['talos/own', 'talos/b'], true, 'adopted are: talos/own'],
  ])('refuses %s, and records nothing', async (_, paths, release, remedy) => {
    const workspace = await openWorkspace({ 'src/main.ts': '', 'talos/folder/x': '', '.sops.yaml': '' });
    const refused = adoptFiles(workspace, inventory, { paths, release });
    await expect(refused).rejects.toMatchObject({
      kind: 'usage',
      findings: [{ code: 'usage/argument', remedy: expect.stringContaining(remedy) as string }],
    });
    expect(await readdir(workspace.root)).not.toContain('.cluster-template');
  });

  it('says that none is adopted where none is', async () => {
    const request = { paths: ['talos/a'], release: true };
    const refused = adoptFiles(await openWorkspace({}), { ...inventory, adopted: [] }, request);
    await expect(refused).rejects.toMatchObject({ findings: [{ remedy: 'no file is' }] });
  });
});

describe('the disk', () => {
  it('is read with what can be executed, and without what is not there', async () => {
    const workspace = await openWorkspace({ 'talos/a': 'a\n', 'talos/run.sh*': 'x\n' });
    const disk = await readDisk(workspace, ['talos/a', 'talos/run.sh', 'talos/none', 'none/a']);
    expect([...disk].map(([path, { executable }]) => [path, executable])).toEqual([
      ['talos/a', false],
      ['talos/run.sh', true],
    ]);
  });

  it('may hold repositories of their own', async () => {
    const workspace = await openWorkspace({ 'talos/.git': 'gitdir: elsewhere\n', 'kubernetes/a': '' });
    expect(await repositoriesAmong(workspace)).toEqual(['talos']);
  });

  it.each([
    ['.sops.yaml', true],
    ['talos/a', true],
    ['.sops.yaml.bak', false],
    ['talos/.git/config', false],
    ['talos/../age.key', false],
  ])('%s lies where runs write: %s', (path, expected) => {
    expect(isInsideOutputRoots(path, ['talos', '.sops.yaml'])).toBe(expected);
  });

  it('keeps copies that are for their owner alone and that git ignores', async () => {
    const workspace = await openWorkspace({ 'talos/a': 'a\n', 'talos/run.sh*': 'x\n' });
    const paths = ['talos/a', 'talos/run.sh', 'talos/none'];
    const disk = await readDisk(workspace, paths);
    const folder = await keepCopies(
      workspace,
      paths.map((path) => ({ path, present: disk.get(path) }) as PlanEntry),
    );
    expect(folder).toMatch(/^\.private\/backup\/[\dT.-]+Z$/);
    expect(await readFiles(join(workspace.root, '.private/backup'))).toEqual({
      '.gitignore': '*\n',
      [`${basename(folder)}/talos/a`]: 'a\n',
      [`${basename(folder)}/talos/run.sh*`]: 'x\n',
    });
    const modes = ['talos/a', 'talos/run.sh', ''].map((name) => stat(join(workspace.root, folder, name)));
    expect((await Promise.all(modes)).map(({ mode }) => mode & 0o777)).toEqual([0o600, 0o700, 0o700]);
  });

  it('says that nothing was changed where no copy can be kept', async () => {
    const workspace = await openWorkspace({});
    await mkdir(join(workspace.root, '.private/backup/.gitignore'), { recursive: true });
    await expect(keepCopies(workspace, [])).rejects.toMatchObject({ kind: 'outside' });
    await expect(keepCopies(workspace, [])).rejects.toThrow(/^no copy could be kept, so nothing was changed: E/);
  });
});

describe('readDisk', () => {
  it('refuses links and folders in the place of files and links on the way', async () => {
    const workspace = await openWorkspace({ 'talos/a/b': 'b\n', 'outside/x': 'x\n' });
    await symlink(join(workspace.root, 'outside'), join(workspace.root, 'kubernetes'));
    await symlink('b', join(workspace.root, 'talos/a/link'));
    await expect(readDisk(workspace, ['kubernetes/x'])).rejects.toThrow('a link lies where a generated folder belongs');
    await expect(readDisk(workspace, ['talos/a/link'])).rejects.toThrow('a link lies where a generated file belongs');
    await expect(readDisk(workspace, ['talos/a'])).rejects.toThrow('a folder lies where a generated file belongs');
    await expect(readDisk(workspace, ['talos/a/b/c'])).rejects.toThrow('a file lies where a generated folder belongs');
  });
});

async function plan(workspace: Workspace, desired: readonly DesiredFile[], inventory: Inventory): Promise<Plan> {
  const paths = new Set([...desired.map(({ path }) => path), ...inventory.files.keys()]);
  const present = { disk: await readDisk(workspace, paths), repositories: [], isSecret: () => false };
  return planChanges(desired, present, inventory);
}
