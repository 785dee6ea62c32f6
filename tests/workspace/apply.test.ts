import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { applyPlan, recover } from '../../src/workspace/apply.ts';
import { readDisk, type Workspace } from '../../src/workspace/disk.ts';
import type { DesiredFile, Inventory } from '../../src/workspace/inventory.ts';
import { planChanges, type Plan } from '../../src/workspace/plan.ts';
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
