import { describe, expect, it } from 'vitest';
import { readDotenv } from '../../src/sops/formats/dotenv.ts';
import { readIni, writeIni } from '../../src/sops/formats/ini.ts';
import { readJson, writeJson } from '../../src/sops/formats/json.ts';
import { readYaml } from '../../src/sops/formats/yaml-reader.ts';
import { writeYaml } from '../../src/sops/formats/yaml-writer.ts';
import { seal, unseal, Vectors } from '../../src/sops/seal.ts';
import type { Branch, Tree, Value } from '../../src/sops/tree.ts';
import { findingsOf, NOW, wholeRule } from './support.ts';

const { selection, macOnlyEncrypted } = wholeRule;
const KEY = new Uint8Array(32).fill(7);
const METADATA = { age: [], selection, macOnlyEncrypted, version: '3.13.3', others: [] };
const PAIRS = 200;

/** A mapping that tells how often its items were asked for. */
function counted({ items }: Branch): { branch: Branch; reads: () => number } {
  let reads = 0;
  const branch: Branch = {
    kind: 'map',
    get items() {
      reads += 1;
      return items;
    },
  };
  return { branch, reads: () => reads };
}

/** The comments in front of the values, and so in another block than the one that they were encrypted in. */
function movedComments([branch]: Tree): Branch {
  const [nested] = (branch?.items ?? []).flatMap((item) => (item.kind === 'entry' ? [item] : []));
  const items = nested?.value.kind === 'map' ? nested.value.items : [];
  const values = items.filter((item) => item.kind === 'entry');
  const comments = items.filter((item) => item.kind === 'comment');
  return { kind: 'map', items: [...comments, { kind: 'entry', key: 'data', value: { kind: 'map', items: values } }] };
}

describe('many comments', () => {
  const lines = Array.from(
    { length: PAIRS },
    (_, at) => `  # note ${String(at)}\n  key${String(at)}: v${String(at)}\n`,
  );
  const sealed = seal(readYaml(`data:\n${lines.join('')}`, 'a.sops.yaml'), {
    metadata: METADATA,
    dataKey: KEY,
    vectors: new Vectors(),
    now: NOW,
  });

  it.each([
    ['where they were encrypted', sealed.tree[0] ?? { kind: 'map' as const, items: [] }, 1],
    ['in another block', movedComments(sealed.tree), 2],
  ])('%s are opened without a walk of the file for each', (_what, given, limit) => {
    const { branch, reads } = counted(given);
    const opened = JSON.stringify(unseal({ ...sealed, tree: [branch] }, KEY, 'a.sops.yaml').tree);
    expect(opened.match(/ note \d+"/g)).toHaveLength(PAIRS);
    expect(reads()).toBeLessThanOrEqual(limit);
  });
});

describe('a file beyond what anybody writes', () => {
  const deep = `a${'__map_b'.repeat(30_000)}`;

  it.each([
    ['metadata of dotenv', () => readDotenv(`sops_${deep}=1\n`, 'a'), 'sops/metadata'],
    ['metadata of INI', () => readIni(`[sops]\n${deep} = 1\n`, 'a'), 'sops/metadata'],
    ['lists of JSON', () => readJson(`{"a":${'['.repeat(30_000)}`, 'a'), 'sops/syntax'],
    ['lists of YAML', () => readYaml(`a: ${'['.repeat(50_000)}${']'.repeat(50_000)}\n`, 'a'), 'sops/yaml'],
  ])('has %s that are nested without end, and is refused with one finding', async (_what, read, code) => {
    const findings = await findingsOf(read);
    expect(findings.map((finding) => finding.code)).toStrictEqual([code]);
    expect(findings[0]?.message).toMatch(/nested|EXHAUST/);
  });

  it.each([
    ['letters', 'x'],
    ['backslashes', '\\'],
    ['quotes', '"'],
  ])('has a JSON text of sixteen million %s, and is read', (_what, letter) => {
    const value = letter.repeat(2 ** 24);
    const [branch] = readJson(JSON.stringify({ a: value, b: 1 }), 'a');
    expect(branch?.items).toHaveLength(2);
    const [item] = branch?.items ?? [];
    expect(item?.kind === 'entry' && item.value.kind === 'str' && item.value.value === value).toBe(true);
  });

  it.each([
    ['that nothing closes', `{"a":"${'\\"'.repeat(2 ** 20)}`],
    ['with a line break', '{"a":"b\nc"}'],
    ['with an escape that is none', '{"a":"secret\\x"}'],
    ['with half an escape', '{"a":"secret\\u12"}'],
    ['with an escape at the end', '{"a":"secret\\"}'],
  ])('has a JSON text %s, and is refused at its place', async (_what, text) => {
    expect(await findingsOf(() => readJson(text, 'a'))).toStrictEqual([
      {
        code: 'sops/syntax',
        severity: 'error',
        message: 'The text is not valid JSON',
        place: { file: 'a', line: 1, column: 6 },
      },
    ]);
  });

  const many = Array.from({ length: 200_000 }, (_, at): Value => ({ kind: 'int', value: BigInt(at) }));
  const keys: Branch = {
    kind: 'map',
    items: many.map((value, at) => ({ kind: 'entry', key: `k${String(at)}`, value })),
  };

  it.each([
    ['a list in YAML', () => writeYaml(treeOf('a', { kind: 'list', items: many }), 2)],
    ['keys in YAML', () => writeYaml(treeOf('a', keys), 2)],
    ['keys in INI', () => writeIni(treeOf('a', keys))],
    ['keys in JSON', () => writeJson(treeOf('a', keys), 2)],
  ])('has two hundred thousand of %s, and is written', (_what, write) => {
    expect(write().match(/\b199999$/gm)).toHaveLength(1);
  });

  it('has a text that looks like hours and minutes for ever, and is written in quotes', { tags: 'long' }, () => {
    const value = `1${':1'.repeat(2 ** 23)}`;
    expect(writeYaml(treeOf('a', { kind: 'str', value }), 2) === `a: "${value}"\n`).toBe(true);
  });
});

function treeOf(key: string, value: Value): Tree {
  return [{ kind: 'map', items: [{ kind: 'entry', key, value }] }];
}
