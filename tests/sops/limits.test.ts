import { describe, expect, it } from 'vitest';
import { readYaml } from '../../src/sops/formats/yaml-reader.ts';
import { seal, Vectors } from '../../src/sops/seal.ts';
import type { Branch, Tree } from '../../src/sops/tree.ts';
import { unseal } from '../../src/sops/unseal.ts';
import { NOW, wholeRule } from './support.ts';

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
