// A tree as its difference from another one: a text that says which files are gone, and in the form of `diff -u` what is new and
// what is other.
import { applyPatch, formatPatch, parsePatch, structuredPatch } from 'diff';
import type { DiskFile } from '../../src/workspace/inventory.ts';

/** Files by path. */
export type FileTree = ReadonlyMap<string, DiskFile>;

/** Lines around a change, by which a reader and a later reading find its place. */
const CONTEXT = 2;

const NOWHERE = '/dev/null';
const GONE = 'gone: ';

/**
 * What has to be done to one tree to get another.
 *
 * @throws Error where a file can be executed in one of them alone, which the form has no word for
 */
export function differenceOf(base: FileTree, tree: FileTree): string {
  const gone = [...base.keys()].filter((path) => !tree.has(path)).map((path) => `${GONE}${path}\n`);
  const patches = [...tree].flatMap(([path, file]) => {
    const before = base.get(path);
    if ((before?.executable ?? false) !== file.executable) throw new Error(`${path}: the mode differs`);
    if (before !== undefined && Buffer.compare(before.bytes, file.bytes) === 0) return [];
    const [old, other] = [before === undefined ? NOWHERE : path, path];
    const patch = formatPatch(structuredPatch(old, other, textOf(before), textOf(file), '', '', { context: CONTEXT }));
    return `--- ${old}\n+++ ${other}\n${patch.slice(patch.indexOf('@@'))}`;
  });
  return [gone.join(''), ...patches].filter(Boolean).join('\n');
}

/**
 * The other tree, its paths in order.
 *
 * @param difference - what `differenceOf` gave
 * @throws Error where a change has no place in the first tree any more
 */
export function withDifference(base: FileTree, difference: string): FileTree {
  const tree = new Map(base);
  const start = difference.search(/^--- /m);
  const head = start === -1 ? difference : difference.slice(0, start);
  for (const [, path = ''] of head.matchAll(/^gone: (.+)$/gm)) {
    if (!tree.delete(path)) throw new Error(`${path} is to be gone and is not there`);
  }
  for (const change of start === -1 ? [] : parsePatch(difference.slice(start))) {
    const { oldFileName, newFileName: path = '' } = change;
    const before = tree.get(path);
    const text = (before === undefined) === (oldFileName === NOWHERE) && applyPatch(textOf(before), change);
    if (text === false) throw new Error(`what is to change in ${path} is not there`);
    tree.set(path, { bytes: Buffer.from(text), executable: before?.executable ?? false });
  }
  return new Map([...tree].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function textOf(file: DiskFile | undefined): string {
  return file === undefined ? '' : Buffer.from(file.bytes).toString('utf8');
}
