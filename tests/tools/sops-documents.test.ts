// Generated documents of every format, both ways with the programs sops and age: what either writes the other opens, and what the other edited.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Failure } from '../../src/report/finding.ts';
import { openAgeFile } from '../../src/sops/age.ts';
import { newDataKey, wrapDataKey } from '../../src/sops/data-key.ts';
import { decrypt, open } from '../../src/sops/decrypt.ts';
import { encrypt, encryptTree, readPlain } from '../../src/sops/encrypt.ts';
import { formatFor } from '../../src/sops/formats/format.ts';
import { generateIdentity, parseIdentityFile } from '../../src/sops/identities.ts';
import { parseRules, requireRule } from '../../src/sops/rules.ts';
import { SELECTORS } from '../../src/sops/selection.ts';
import { mapLeaves, type Tree, visitLeaves } from '../../src/sops/tree.ts';
import { Random } from '../fuzz/random.ts';
import { commentedYaml, otherText } from '../sops/documents.ts';
import { temporaryFolder } from '../support/folders.ts';
import { type Ended, output, run } from './support/run.ts';
import { findTools, REPOSITORY, titled } from './support/tools.ts';

const { paths, missing } = findTools('sops', 'age', 'age-keygen');
const KEY = join(REPOSITORY, 'tests/sample/age.key');
const identities = parseIdentityFile(await readFile(KEY, 'utf8'), 'age.key');
const [recipient = ''] = await Promise.all(identities.map((identity) => identity.recipient()));
const NOW = new Date('2026-03-04T05:06:07Z');

const COUNT = Number(process.env.SOPS_DOCUMENTS ?? 400);
/** Of the documents: other ones are made by another. */
const SEED = Number(process.env.SOPS_SEED ?? 1);
/** YAML has most of the rules. */
const ENDINGS = ['yaml', 'json', 'yaml', 'env', 'yaml', 'ini', 'yaml', 'bin'] as const;

type Ending = (typeof ENDINGS)[number];

/** What was compared, so that nobody takes documents that both refuse for ones that agree. */
const counts = { documents: 0, ours: 0, theirs: 0, editedByThem: 0, editedByUs: 0, refusedHere: 0, unreadable: 0 };

describe.skipIf(missing !== undefined)(titled('documents of sops 3.13.3', missing), () => {
  afterAll(() => {
    console.log(`seed ${String(SEED)}: ${JSON.stringify(counts)}`);
  });

  it.each(Array.from({ length: COUNT }, (_, index) => index))(
    `open on both sides and stay so when the other edits them, document %i of seed ${String(SEED)}`,
    async (index) => {
      const random = Random.of(SEED, index);
      const ending = ENDINGS[index % ENDINGS.length] ?? 'yaml';
      const plain = documentOf(random, ending);
      const rule = rulesText(random, ending);
      const folder = await temporaryFolder({ '.sops.yaml': rule });
      counts.documents += 1;
      await compareOurs({ folder, ending, plain, rule });
      await compareTheirs({ folder, ending, plain });
    },
  );

  it('were nearly all compared', () => {
    expect(counts.documents).toBe(COUNT);
    // Each is opened by both, edited by both and opened by both again, but for what a program refuses and what sops itself cannot read back.
    for (const way of ['ours', 'theirs', 'editedByThem', 'editedByUs'] as const)
      expect(counts[way], way).toBeGreaterThan(COUNT * 0.8);
  });
});

describe.skipIf(missing !== undefined)(titled('age 1.3.1', missing), () => {
  it.each(['x25519', 'post-quantum'] as const)(
    'opens what we wrap for a key of ours (%s), and ours is its',
    async (kind) => {
      const identity = generateIdentity(kind);
      const folder = await temporaryFolder({ 'age.key': `${identity.reveal()}\n` });
      const own = await identity.recipient();
      expect((await output(paths['age-keygen'], ['-y', 'age.key'], { cwd: folder })).trim()).toBe(own);
      for (let index = 0; index < 20; index += 1) {
        const key = newDataKey();
        const [wrapped] = await wrapDataKey(key, [own]);
        await writeFile(join(folder, 'wrapped.age'), wrapped?.enc ?? '');
        await output(paths.age, ['--decrypt', '--identity', 'age.key', '--output', 'opened', 'wrapped.age'], {
          cwd: folder,
        });
        expect(new Uint8Array(await readFile(join(folder, 'opened')))).toEqual(key);
      }
    },
  );

  it('wraps what we open, for a key of its own', async () => {
    const folder = await temporaryFolder();
    await output(paths['age-keygen'], ['-o', 'age.key'], { cwd: folder });
    const [identity] = parseIdentityFile(await readFile(join(folder, 'age.key'), 'utf8'), 'age.key');
    const own = (await identity?.recipient()) ?? '';
    for (let index = 0; index < 20; index += 1) {
      const key = Buffer.from(newDataKey()).toString('hex');
      const enc = await output(paths.age, ['--armor', '--recipient', own], { cwd: folder, input: key });
      const opened = openAgeFile(enc, (stanzas) => identity?.unwrap(stanzas) ?? null);
      expect(Buffer.from(opened ?? []).toString()).toBe(key);
    }
  });
});

function documentOf(random: Random, ending: Ending): Buffer {
  if (ending === 'bin') return Buffer.from(Array.from({ length: random.int(1, 200) }, () => random.int(0, 255)));
  return Buffer.from(ending === 'yaml' ? commentedYaml(random) : otherText(random, ending), 'utf8');
}

function rulesText(random: Random, ending: Ending): string {
  const by = random.pick(SELECTORS);
  const pattern = by.endsWith('suffix') ? '_unencrypted' : by.includes('comment') ? 'hide' : '^(data|k)';
  // A binary file has one key, of which a rule for others would leave the value plain.
  const selection = ending === 'bin' ? '' : `    ${by}: "${pattern}"\n`;
  const macOnly = random.chance(0.3) ? '    mac_only_encrypted: true\n' : '';
  return `creation_rules:\n  - age: ${recipient}\n${selection}${macOnly}`;
}

/** Ours, opened by sops, edited by sops and opened here again. */
async function compareOurs(one: { folder: string; ending: Ending; plain: Buffer; rule: string }): Promise<void> {
  const { folder, ending, plain, rule } = one;
  const path = `document.sops.${ending}`;
  const options = { path, plain, rule: requireRule(parseRules(rule), path), identities, now: NOW };
  const ours = await orFailure(() => encrypt(options));
  if (ours === undefined) {
    counts.refusedHere += 1;
    return;
  }
  await writeFile(join(folder, path), ours);
  const { tree } = await decrypt({ path, text: ours, identities });
  const opened = await sops(folder, ['decrypt', path]);
  expect(valuesOf(treeOf(path, opened.bytes)), shown(plain)).toBe(valuesOf(tree));
  if (ending !== 'bin') expect(opened.stdout, shown(plain)).not.toContain('type:comment]');
  counts.ours += 1;

  const changed = edited(tree, 'by-sops');
  const next = formatFor(path).bytes?.write(changed) ?? Buffer.from(formatFor(path).write(changed, 2), 'utf8');
  await writeFile(join(folder, 'next'), next);
  const ended = await sops(folder, ['edit', path], { EDITOR: `cp ${join(folder, 'next')}` });
  // 200 says that nothing changed: there is no text to be changed in it.
  if (ended.code === 200) return;
  expect(ended.stderr).not.toContain('rror');
  const again = await sops(folder, ['decrypt', path]);
  // The program cannot open some of the files with comments that it writes itself.
  if (again.code !== 0) {
    counts.unreadable += 1;
    return;
  }
  const read = await decrypt({ path, text: await readFile(join(folder, path), 'utf8'), identities });
  expect(valuesOf(read.tree), shown(plain)).toBe(valuesOf(treeOf(path, again.bytes)));
  expect(valuesOf(read.tree), shown(plain)).toBe(valuesOf(treeOf(path, next)));
  counts.editedByThem += 1;
}

/** Theirs, opened here, edited here and opened by sops again. */
async function compareTheirs(one: { folder: string; ending: Ending; plain: Buffer }): Promise<void> {
  const { folder, ending, plain } = one;
  const path = `theirs.sops.${ending}`;
  await writeFile(join(folder, path), plain);
  const encrypted = await sops(folder, ['encrypt', '--in-place', path]);
  const before = encrypted.code === 0 ? await sops(folder, ['decrypt', path]) : encrypted;
  if (before.code !== 0) {
    counts.unreadable += 1;
    return;
  }
  const text = await readFile(join(folder, path), 'utf8');
  const opened = await open({ path, text, identities });
  expect(valuesOf(opened.tree), shown(plain)).toBe(valuesOf(treeOf(path, before.bytes)));
  counts.theirs += 1;

  const changed = edited(opened.tree, 'by-us');
  const { selection, macOnlyEncrypted } = opened.metadata;
  const rule = { recipients: [recipient], otherStores: [], selection, macOnlyEncrypted };
  const sealed = await orFailure(() => encryptTree(changed, { path, rule, identities, now: NOW }, opened));
  if (sealed === undefined) {
    counts.refusedHere += 1;
    return;
  }
  const kept = (from: string): string[] => from.match(/ENC\[AES256_GCM[^\]]*\]/g) ?? [];
  const fresh = kept(sealed).filter((cipher) => !kept(text).includes(cipher) && !cipher.endsWith('type:comment]'));
  // Those of the one value and of the MAC, which each document of a file repeats. A comment may come to stand in another block, which counts where a rule chooses by comments.
  if (!selection.by.includes('comment')) expect(new Set(fresh).size, shown(plain)).toBeLessThanOrEqual(2);
  await writeFile(join(folder, path), sealed);
  const after = await sops(folder, ['decrypt', path]);
  expect(after.stderr, shown(plain)).toBe('');
  expect(valuesOf(treeOf(path, after.bytes)), shown(plain)).toBe(valuesOf(changed));
  counts.editedByUs += 1;
}

/** The tree with its first text replaced. */
function edited(tree: Tree, by: string): Tree {
  let isDone = false;
  return mapLeaves(tree, (leaf) => {
    if (isDone || (leaf.kind !== 'str' && leaf.kind !== 'bytes')) return leaf;
    isDone = true;
    return { ...leaf, value: leaf.kind === 'bytes' ? Buffer.from([0xff, ...Buffer.from(by)]).toString('base64') : by };
  });
}

function treeOf(path: string, plain: Uint8Array): Tree {
  return plain.length === 0 ? [] : readPlain(path, plain);
}

/** What is refused here with a finding is no document to compare. */
async function orFailure<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

/** Paths and values: comments count to other blocks once they are written anew. */
function valuesOf(tree: Tree): string {
  const values: string[] = [];
  visitLeaves(tree, (leaf, { path }) => {
    if (leaf.kind !== 'comment') values.push(`${path.join('.')} ${leaf.kind === 'null' ? '' : String(leaf.value)}`);
  });
  return values.join('\n');
}

/** The documents are made up, so that one which fails may be shown. */
function shown(plain: Buffer): string {
  return plain.toString('utf8');
}

async function sops(
  folder: string,
  words: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const env = {
    SOPS_AGE_KEY_FILE: KEY,
    HOME: folder,
    XDG_CONFIG_HOME: folder,
    SOPS_DISABLE_VERSION_CHECK: '1',
    ...more,
  };
  return await run(paths.sops, words, { cwd: folder, env });
}
