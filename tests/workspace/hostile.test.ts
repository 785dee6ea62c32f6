import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../src/report/finding.ts';
import { recover } from '../../src/workspace/apply.ts';
import type { Workspace } from '../../src/workspace/disk.ts';
import { parseInventory } from '../../src/workspace/inventory.ts';
import { readFiles, temporaryFolder, writeFiles } from '../support/folders.ts';
import { flips } from '../support/flips.ts';
import { inventoryText } from './workspaces.ts';

const SHA = `sha256:${'0'.repeat(64)}`;

/** A journal with one write of a staged file. */
function writing(path: string, name = 'new-0'): string {
  return JSON.stringify({ writes: { [path]: name }, created: [], removals: [] });
}

/** A journal that removes a file. */
function removing(path: string): string {
  return JSON.stringify({ writes: {}, created: [], removals: [path] });
}

/** Journals that no run has written: what each of them would like to touch lies outside of the generated files. */
const JOURNALS: Readonly<Record<string, string>> = {
  'writes above the tree': writing('../outside/secret'),
  'writes above the tree by a detour': writing('talos/../../outside/secret'),
  'writes to an absolute path': writing('/etc/hosts'),
  'writes beside the generated files': writing('src/main.ts'),
  'writes to a folder whose name begins alike': writing('talosx/a'),
  'writes into .git': writing('talos/.git/config'),
  'writes into .git in capitals': writing('talos/.GIT/config'),
  'writes to a key': writing('age.key'),
  'writes through an empty part': writing('talos//a'),
  'writes an empty path': writing(''),
  'writes a dot': writing('talos/./a'),
  'takes a file from outside of the staging folder': writing('talos/a', '../../../outside/secret'),
  'takes an old file for a new one': writing('talos/a', 'old-0'),
  'takes no file': JSON.stringify({ writes: { 'talos/a': null }, created: [], removals: [] }),
  'removes above the tree': removing('../outside/secret'),
  'removes a key': removing('age.key'),
  'removes the lock': removing('.cluster-template/lock'),
  'removes an output root above itself': removing('talos/..'),
  'removes a number': JSON.stringify({ writes: {}, created: [], removals: [1] }),
  'has no list of what was created': JSON.stringify({ writes: {}, removals: [] }),
  'is a list': '[]',
  'is null': 'null',
  'is cut off': '{"writes":',
  'is empty': '',
  'is deep': '['.repeat(20_000),
};

describe('a journal that no run has written', () => {
  it.each(Object.entries(JOURNALS).flatMap(([what, text]) => ['journal', 'undo'].map((name) => [what, name, text])))(
    'and that %s (%s.json) is refused, and nothing is touched',
    async (_, name, text) => {
      const { parent, workspace } = await hostileTree(name, text);
      const before = await readFiles(parent);
      await expect(recover(workspace)).rejects.toBeInstanceOf(Failure);
      expect(await readFiles(parent)).toEqual(before);
    },
  );

  it('may be any: what lies outside of the generated files stays', async () => {
    const journal = JSON.stringify({ writes: { 'talos/a': 'new-0' }, created: ['talos/a'], removals: ['talos/b'] });
    for (const changed of flips(Buffer.from(journal), Number(process.env.BIT_FLIPS ?? 60))) {
      const { parent, workspace } = await hostileTree('journal', changed);
      await recover(workspace).catch((error: unknown) => {
        expect(error).toBeInstanceOf(Failure);
      });
      const { 'outside/secret': secret, 'root/age.key': key, 'root/src/main.ts': source } = await readFiles(parent);
      expect({ secret, key, source }).toEqual({ secret: 'theirs\n', key: 'key\n', source: 'mine\n' });
    }
  });
});

/** Texts of an inventory that break its reading at one place or another. */
const INVENTORIES: readonly string[] = [
  'null',
  '1',
  '"x"',
  '{"format":1}',
  '{"format":"1","generator":"x","recipient":"y","files":{}}',
  '{"format":1,"generator":"x","recipient":"y","files":null}',
  '{"format":1,"generator":"x","recipient":"y","files":{"a":null}}',
  '{"format":1,"generator":"x","recipient":"y","files":{},"adopted":"a"}',
  '{"format":1,"generator":"x","recipient":"y","files":{},"inputs":{"a":[]}}',
  '['.repeat(20_000),
  '<<<<<<< HEAD\n=======\n>>>>>>> theirs\n',
  conflict(`    "\\q": "${SHA}",`),
  conflict(`    "\\u12": "${SHA}",`),
  conflict(`    "a\u0001b": "${SHA}",`),
];

describe('an inventory that no run has written', () => {
  it.each(INVENTORIES.map((text) => [text.slice(0, 60), text]))('such as %j is refused', (_, text) => {
    expect(() => parseInventory(text, 'manifest.json')).toThrow(Failure);
  });

  it('may be any: it is read or refused', () => {
    for (const text of [inventoryText({ 'talos/a': 'a\n' }), conflict(`    "talos/a": "${SHA}",`)]) {
      for (const changed of flips(Buffer.from(text), Number(process.env.BIT_FLIPS ?? 1500))) {
        try {
          parseInventory(changed.toString('utf8'), 'manifest.json');
        } catch (error) {
          expect(error, changed.toString('latin1')).toBeInstanceOf(Failure);
        }
      }
    }
  });
});

/** An inventory that git could not merge, with a line of files on one of its sides. */
function conflict(line: string): string {
  const [head, tail] = ['{\n  "format": 1,\n  "recipient": "age1x",\n  "files": {\n', '  }\n}\n'];
  return `${head}<<<<<<< HEAD\n${line}\n=======\n    "talos/b": "${SHA}"\n>>>>>>> theirs\n${tail}`;
}

async function hostileTree(name: string, text: string | Buffer): Promise<{ parent: string; workspace: Workspace }> {
  const parent = await temporaryFolder({
    'outside/secret': 'theirs\n',
    'root/age.key': 'key\n',
    'root/src/main.ts': 'mine\n',
    'root/talos/a': 'a\n',
    'root/talos/b': 'b\n',
    'root/.cluster-template/staging/new-0': 'staged\n',
    'root/.cluster-template/staging/old-0': 'old\n',
    'root/.cluster-template/lock': 'held\n',
  });
  const root = join(parent, 'root');
  const state = join(root, '.cluster-template');
  await writeFiles(state, { [`${name}.json`]: text });
  return { parent, workspace: { root, state, outputRoots: ['kubernetes', 'talos', '.sops.yaml'] } };
}
