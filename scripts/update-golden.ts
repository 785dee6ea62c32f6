// Renders the golden cases, and the sample where the repository is the published one, anew and writes what differs: npm run
// golden. Look at the result with git diff.
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { below, removeEmptyFolders, removeFile, replaceFile } from '../src/system/writing.ts';
import { expectedTree, goldenCases, renderCase } from '../tests/golden/cases.ts';
import { recordVersions } from '../tests/support/versions.ts';
import { configureSample, isPublished, makeSample, SAMPLE_FILES } from '../tests/support/sample.ts';

await recordVersions(process.cwd());
const folder = await mkdtemp(join(tmpdir(), 'cluster-template-golden-'));
try {
  const sample = join(folder, 'sample');
  await makeSample(sample);
  process.env.SAMPLE_CLUSTER = sample;
  for (const golden of await goldenCases()) await update(golden, join(folder, 'state'));
} finally {
  await rm(folder, { recursive: true });
}
await publish(process.cwd());

async function update(golden: string, state: string): Promise<void> {
  const [rendered, expected] = [await renderCase(golden, state), await expectedTree(golden)];
  const root = join(golden, 'expected');
  let changes = 0;
  for (const { path, bytes, executable } of rendered) {
    const present = expected.get(path);
    expected.delete(path);
    const isEqual = present?.executable === executable && Buffer.compare(present.bytes, bytes) === 0;
    if (isEqual) continue;
    await replaceFile(below(root, path), bytes, executable ? 0o755 : 0o644);
    changes += 1;
  }
  for (const path of expected.keys()) {
    await removeFile(below(root, path));
    await removeEmptyFolders(below(root, path));
    changes += 1;
  }
  console.log(`${basename(golden)}: ${String(rendered.length)} files, ${String(changes)} changed`);
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
