// Renders the golden cases, and the sample where the repository is the published one, anew and writes what differs: npm run
// golden. Look at the result with git diff. Versions in golden trees stay those that were recorded once, but for templates that
// have others in number: a raised version changes the sample alone.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { below, removeEmptyFolders, removeFile, replaceFile } from '../src/system/writing.ts';
import type { DiskFile } from '../src/workspace/inventory.ts';
import {
  baseOf,
  differenceHead,
  differencePath,
  expectedTree,
  goldenCases,
  isWhole,
  renderCase,
} from '../tests/golden/cases.ts';
import { differenceOf, type FileTree } from '../tests/golden/difference.ts';
import { recordVersions } from '../tests/support/versions.ts';
import { configureSample, isPublished, makeSample, SAMPLE_FILES } from '../tests/support/sample.ts';

await recordVersions(process.cwd());
const folder = await mkdtemp(join(tmpdir(), 'cluster-template-golden-'));
try {
  const sample = join(folder, 'sample');
  await makeSample(sample);
  process.env.SAMPLE_CLUSTER = sample;
  await updateAll(join(folder, 'state'));
} finally {
  await rm(folder, { recursive: true });
}
await publish(process.cwd());

/** All are rendered before the first is written: what differs from a tree is read by that tree as it was. */
async function updateAll(state: string): Promise<void> {
  const whole = new Map<string, FileTree>();
  const others = new Map<string, { readonly base: string; readonly tree: FileTree }>();
  const cases = await goldenCases();
  for (const path of cases.filter(isWhole)) whole.set(path, await render(path, state, [await expectedTree(path)]));
  for (const path of cases.filter((one) => !isWhole(one))) {
    const base = (await baseOf(path)) ?? nearest(await render(path, state, []), whole);
    const previous = [whole.get(base) ?? new Map(), await expectedTree(path).catch(misfit)];
    others.set(path, { base, tree: await render(path, state, previous) });
  }
  for (const [path, tree] of whole) await writeWhole(path, tree);
  for (const [path, { base, tree }] of others) await writeDifference(path, base, whole.get(base) ?? new Map(), tree);
}

async function render(path: string, state: string, previous: readonly FileTree[]): Promise<FileTree> {
  return new Map((await renderCase(path, state, previous)).map((file) => [file.path, file]));
}

/** What cannot be read is written anew, with secrets encrypted anew. */
function misfit(error: unknown): FileTree {
  console.log(`${error instanceof Error ? error.message : String(error)}: written anew`);
  return new Map();
}

/** The case from whose tree another one differs by the shortest text. */
function nearest(tree: FileTree, whole: ReadonlyMap<string, FileTree>): string {
  const lengths = [...whole].map(([path, base]) => ({ path, length: differenceOf(base, tree).length }));
  const [first] = lengths.sort((a, b) => a.length - b.length);
  if (first === undefined) throw new Error('there is no whole tree');
  return first.path;
}

async function writeWhole(path: string, tree: FileTree): Promise<void> {
  const expected = await expectedTree(path);
  const root = join(path, 'expected');
  const changed = [...tree].filter(([name, file]) => !isEqual(file, expected.get(name)));
  const gone = [...expected.keys()].filter((name) => !tree.has(name));
  for (const [name, { bytes, executable }] of changed) {
    await replaceFile(below(root, name), bytes, executable ? 0o755 : 0o644);
  }
  for (const name of gone) {
    await removeFile(below(root, name));
    await removeEmptyFolders(below(root, name));
  }
  console.log(`${basename(path)}: ${String(tree.size)} files, ${String(changed.length + gone.length)} changed`);
}

async function writeDifference(path: string, base: string, from: FileTree, tree: FileTree): Promise<void> {
  const text = `${differenceHead(path, base)}\n${differenceOf(from, tree)}`;
  const before = await readFile(differencePath(path), 'utf8').catch(() => undefined);
  if (text !== before) await writeFile(differencePath(path), text);
  const lines = text.split('\n').length;
  const outcome = text === before ? 'as it was' : 'changed';
  console.log(`${basename(path)}: ${String(lines)} lines from ${basename(base)}, ${outcome}`);
}

function isEqual(a: DiskFile, b: DiskFile | undefined): boolean {
  return a.executable === b?.executable && Buffer.compare(a.bytes, b.bytes) === 0;
}

/** Puts the sample into the repository as it is published, rendered. */
async function publish(root: string): Promise<void> {
  const owner = await isPublished(root);
  if (owner !== true) {
    console.log(`sample: left as it is: ${owner}`);
    return;
  }
  await cp(SAMPLE_FILES, root, { recursive: true });
  console.log(`sample: ${(await configureSample(root)).trimEnd().split('\n').at(-1) ?? ''}`);
}
