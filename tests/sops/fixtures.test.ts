import { describe, expect, it } from 'vitest';
import { decrypt, readSealed } from '../../src/sops/decrypt.ts';
import { asWritten } from '../../src/sops/as-written.ts';
import { encrypt, keepOrEncrypt } from '../../src/sops/encrypt.ts';
import { readYaml } from '../../src/sops/formats/yaml-reader.ts';
import { requireRule } from '../../src/sops/rules.ts';
import { SELECTORS } from '../../src/sops/selection.ts';
import {
  type Branch,
  type Comment,
  type Entry,
  sameTree,
  type Tree,
  type Value,
  visitLeaves,
} from '../../src/sops/tree.ts';
import { fixture, fixtureNames, identities, NOW, rules, wholeRule } from './support.ts';

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
    expect(leavesOf(ours.tree)).toStrictEqual(leavesOf(theirs.tree));
  });
});

function shape(metadata: ReturnType<typeof readSealed>['metadata']): unknown {
  const { age, mac, lastModified, ...rest } = metadata;
  return { ...rest, age: age.map(({ recipient }) => recipient), mac: mac !== '', lastModified: lastModified !== '' };
}

/**
 * Paths and values, ciphertext masked: it differs with every encryption. To which block a comment counts may differ too, and sops writes
 * encrypted comments in lists as elements.
 */
function leavesOf(tree: Tree): string[] {
  const leaves: string[] = [];
  visitLeaves(tree, (leaf, { path }) => {
    const text = leaf.kind === 'comment' ? leaf.text : leaf.kind === 'null' ? '' : String(leaf.value);
    const masked = text.replace(/^ENC\[AES256_GCM,data:.*,type:(\w+)\]$/, 'ENC[$1]');
    const isComment = leaf.kind === 'comment' || masked === 'ENC[comment]';
    leaves.push(isComment ? `# ${masked}` : `${path.join('.')} ${leaf.kind} ${masked}`);
  });
  return leaves;
}

/** A tree as short as `fixtures/comments.jsonl` has it. */
function short(node: Branch | Comment | Entry | Value): unknown {
  switch (node.kind) {
    case 'map':
      return { map: node.items.map(short) };
    case 'list':
      return node.items.map(short);
    case 'entry':
      return [node.key, short(node.value)];
    case 'comment':
      return `#${node.text}`;
    case 'null':
      return null;
    case 'int':
    case 'float':
      return String(node.value);
    default:
      return node.value;
  }
}

// Recorded from the YAML store of sops 3.13.3: what its tree holds where, comments by what go-yaml counts them to.
const recorded = fixture('../comments.jsonl')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as { text: string; tree: unknown });

describe('comments', () => {
  it.each(recorded.map(({ text, tree }) => [text, tree] as const))('of %j stand where sops has them', (text, tree) => {
    expect(readYaml(text, 'a.yaml').map(short)).toStrictEqual(tree);
  });

  const quarter = recorded.filter((_, index) => index % 4 === 0);
  const kept = async (by: (typeof SELECTORS)[number], texts: typeof recorded): Promise<void> => {
    const pattern = by.endsWith('suffix') ? '_unencrypted' : by.includes('comment') ? 'hide' : '^(data|k)';
    const rule = { ...wholeRule, selection: { by, pattern } };
    for (const { text: plain } of texts) {
      const options = { path: 'a.sops.yaml', plain, rule, identities: [], now: NOW };
      const text = await encrypt(options);
      const { tree } = await decrypt({ path: 'a.sops.yaml', text, identities });
      expect(sameTree(tree, asWritten(readYaml(plain, 'a.yaml'), options)), plain).toBe(true);
      expect(await keepOrEncrypt({ ...options, identities, previous: text }), plain).toStrictEqual({
        outcome: 'kept',
        text,
      });
    }
  };

  // Together they are a quarter of the texts as well: each is encrypted by one of them.
  it.each(SELECTORS.map((by, index) => [by, index] as const))(
    'of some of these texts come back from encryption by %s, and are kept',
    async (by, part) => {
      await kept(
        by,
        quarter.filter((_, index) => index % SELECTORS.length === part),
      );
    },
  );

  it.each(SELECTORS)(
    'of a quarter of these texts come back from encryption by %s, and are kept',
    { tags: 'long' },
    async (by) => {
      await kept(by, quarter);
    },
  );
});
