import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { comparableText, mergeFiles } from '../../../src/operations/secrets/git.ts';
import { rotate } from '../../../src/operations/secrets/keys.ts';
import { setValue } from '../../../src/operations/secrets/values.ts';
import { Secret } from '../../../src/report/redaction.ts';
import { decrypt } from '../../../src/sops/decrypt.ts';
import { mergeTrees } from '../../../src/sops/merge.ts';
import { readYaml } from '../../../src/sops/formats/yaml-reader.ts';
import { writeYaml } from '../../../src/sops/formats/yaml-writer.ts';
import { parseValuePath } from '../../../src/sops/values.ts';
import { NEVER, secretWorld, type World } from './world.ts';

const SITE = 'kubernetes/site.sops.yaml';

/** The file with one value set, which stays as it was on disk. */
async function versionWith(world: World, at: string, text: string): Promise<string> {
  const before = await world.read(SITE);
  await setValue(await world.vault(), { path: SITE, at: parseValuePath(at) }, new Secret(text), { signal: NEVER });
  const after = await world.read(SITE);
  await writeFile(join(world.folder, SITE), before);
  return after;
}

describe('the text that git compares', () => {
  it('shows which value changed and none of them', async () => {
    const world = await secretWorld();
    const before = await world.read(SITE);
    const after = await versionWith(world, 'stringData.token', 'another-token-42');
    const compare = async (text: string): Promise<string[]> =>
      (await comparableText(await world.vault(), { path: SITE, text }, { plain: false })).reveal().split('\n');
    const [old, fresh] = [await compare(before), await compare(after)];
    expect(fresh.filter((line) => !old.includes(line))).toEqual([
      expect.stringMatching(/^ {2}token: "?\[secret [0-9a-f]{8}\]"?$/),
    ]);
    expect([...old, ...fresh].join('\n')).not.toMatch(/marker|another|5432/);
    const plain = await comparableText(await world.vault(), { path: SITE, text: after }, { plain: true });
    expect(plain.reveal()).toContain('another-token-42');
  });

  it('is the file itself without a key, and for what is not encrypted', async () => {
    const world = await secretWorld();
    const text = await world.read(SITE);
    await writeFile(join(world.folder, 'age.key'), await (await secretWorld()).read('age.key'));
    expect((await comparableText(await world.vault(), { path: SITE, text }, { plain: false })).reveal()).toBe(text);
    const open = 'kind: ConfigMap\n';
    expect((await comparableText(await world.vault(), { path: SITE, text: open }, { plain: false })).reveal()).toBe(
      open,
    );
  });
});

describe('a merge of encrypted files', () => {
  it('takes the values of both sides, each with its ciphertext', async () => {
    const world = await secretWorld();
    const base = await world.read(SITE);
    const ours = await versionWith(world, 'stringData.token', 'token-of-ours-1');
    const theirs = await versionWith(world, 'stringData.password', 'password-of-theirs-1');
    const { text, conflicts } = await mergeFiles(await world.vault(), { path: SITE, base, ours, theirs });
    expect(conflicts).toEqual([]);
    const plain = (await decrypt({ path: SITE, text, identities: [world.identity] })).text;
    expect(plain).toMatch(/token: token-of-ours-1\n {2}password: password-of-theirs-1 # of the site\n {2}port: 5432\n/);
    const lineOf = (one: string, key: string): string | undefined =>
      one.split('\n').find((line) => line.startsWith(`  ${key}: `));
    expect(lineOf(text, 'token')).toBe(lineOf(ours, 'token'));
    expect(lineOf(text, 'password')).toBe(lineOf(theirs, 'password'));
    expect(lineOf(text, 'port')).toBe(lineOf(base, 'port'));
  });

  it('tells conflicts by key, keeps ours and shows no value', async () => {
    const world = await secretWorld();
    const base = await world.read(SITE);
    const ours = await versionWith(world, 'stringData.token', 'token-of-ours-1');
    const theirs = await versionWith(world, 'stringData.token', 'token-of-theirs-1');
    const { text, conflicts } = await mergeFiles(await world.vault(), { path: SITE, base, ours, theirs });
    expect(conflicts).toEqual(['`stringData.token`']);
    expect((await decrypt({ path: SITE, text, identities: [world.identity] })).text).toContain('token-of-ours-1');
    expect(text).not.toContain('-of-ours');
  });

  it.each(['ours', 'theirs'] as const)('keeps the new data key where %s was rotated', async (side) => {
    const world = await secretWorld();
    const base = await world.read(SITE);
    const edited = await versionWith(world, 'stringData.token', 'token-of-one-side');
    await rotate(await world.vault(), [SITE], { signal: NEVER });
    const rotated = await world.read(SITE);
    const sides = side === 'ours' ? { ours: rotated, theirs: edited } : { ours: edited, theirs: rotated };
    const { text, conflicts } = await mergeFiles(await world.vault(), { path: SITE, base, ...sides });
    expect(conflicts).toEqual([]);
    const wrapped = (one: string): string => one.slice(one.indexOf('-----BEGIN'), one.indexOf('-----END'));
    expect(wrapped(text)).toBe(wrapped(rotated));
    expect((await decrypt({ path: SITE, text, identities: [world.identity] })).text).toContain('token-of-one-side');
  });

  it.each([
    [
      'each side adds a key',
      'a: 1\nb: 2\n',
      'a: 1\nx: 3\nb: 2\n',
      'a: 1\nb: 2\nz: 4\n',
      'a: 1\nx: 3\nb: 2\nz: 4\n',
      [],
    ],
    ['one removes what the other left', 'a: 1\nb: 2\n', 'b: 2\n', 'a: 1\nb: 3\n', 'b: 3\n', []],
    ['one removes what the other changed', 'a: 1\nb: 2\n', 'b: 2\n', 'a: 5\nb: 2\n', 'a: 5\nb: 2\n', ['a']],
    ['both change the same way', 'a: 1\n', 'a: 2\n', 'a: 2\n', 'a: 2\n', []],
    [
      'within a mapping',
      'm:\n  a: 1\n  b: 2\n',
      'm:\n  a: 3\n  b: 2\n',
      'm:\n  a: 1\n  b: 4\n',
      'm:\n  a: 3\n  b: 4\n',
      [],
    ],
    ['lists are taken whole', 'l:\n  - 1\n', 'l:\n  - 2\n', 'l:\n  - 3\n', 'l:\n  - 2\n', ['l']],
    [
      'comments go with their key',
      '# one\na: 1\nb: 2\n',
      '# one\na: 1\nb: 3\n',
      '# two\na: 1\nb: 2\n',
      '# two\na: 1\nb: 3\n',
      [],
    ],
  ])('where %s', (_, ...[base, ours, theirs, merged, conflicts]) => {
    const [one, two, three] = [base, ours, theirs].map((text) => readYaml(text, 'f.yaml'));
    const result = mergeTrees(one ?? [], two ?? [], three ?? []);
    expect(writeYaml(result.tree, 2)).toBe(merged);
    expect(result.conflicts).toEqual(conflicts);
  });
});
