import { describe, expect, it } from 'vitest';
import { decrypt, readSealed } from '../../src/sops/decrypt.ts';
import { encrypt } from '../../src/sops/encrypt.ts';
import { readYaml } from '../../src/sops/formats/yaml-reader.ts';
import { requireRule } from '../../src/sops/rules.ts';
import { sameTree } from '../../src/sops/tree.ts';
import { fixture, fixtureNames, identities, NOW, rules } from './support.ts';

describe('files of the real sops program', () => {
  it.each(fixtureNames)('decrypts %s to its plain text', async (name) => {
    const { tree } = await decrypt({ path: `${name}.sops.yaml`, text: fixture(`${name}.sops.yaml`), identities });
    expect(sameTree(tree, readYaml(fixture(`${name}.plain.yaml`), name))).toBe(true);
  });

  it.each(fixtureNames)('decrypts %s to a text that holds the same', async (name) => {
    const { text, tree } = await decrypt({ path: `${name}.sops.yaml`, text: fixture(`${name}.sops.yaml`), identities });
    expect(sameTree(readYaml(text, name), tree)).toBe(true);
  });

  it.each(fixtureNames)('writes %s with the same metadata and the same values encrypted', async (name) => {
    const path = `${name}.sops.yaml`;
    const plain = fixture(`${name}.plain.yaml`);
    const rule = requireRule(rules, path);
    const ours = readSealed(path, await encrypt({ path, plain, rule, indent: 2, identities, now: NOW }));
    const theirs = readSealed(path, fixture(path));
    expect(shape(ours.metadata)).toStrictEqual(shape(theirs.metadata));
    expect(mask(JSON.stringify(ours.tree, plainBigInt))).toBe(mask(JSON.stringify(theirs.tree, plainBigInt)));
  });
});

function shape(metadata: ReturnType<typeof readSealed>['metadata']): unknown {
  const { age, mac, lastModified, ...rest } = metadata;
  return { ...rest, age: age.map(({ recipient }) => recipient), mac: mac !== '', lastModified: lastModified !== '' };
}

function plainBigInt(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}

/** Ciphertext differs with every encryption, and sops writes encrypted comments in lists as elements. */
function mask(json: string): string {
  return json
    .replace(/ENC\[AES256_GCM,data:[^\]]*?,type:(\w+)\]/g, 'ENC[$1]')
    .replace(/\{"kind":"(?:str","value|comment","text)":"ENC\[comment\]"(?:,"inline":\w+)?\}/g, '"ENC[comment]"')
    .replace(/"inline":\w+/g, '"inline":0');
}
