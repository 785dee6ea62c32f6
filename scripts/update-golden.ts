// Renders the golden cases anew and writes what differs: npm run golden. Look at the result with git diff.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { below, removeEmptyFolders, removeFile, replaceFile } from '../src/system/files.ts';
import { expectedTree, goldenCases, renderCase } from '../tests/golden/cases.ts';

const state = await mkdtemp(join(tmpdir(), 'cluster-template-golden-'));
try {
  for (const folder of await goldenCases(join(process.cwd(), 'tests/golden'))) await update(folder);
} finally {
  await rm(state, { recursive: true });
}

async function update(folder: string): Promise<void> {
  const [rendered, expected] = [await renderCase(folder, state), await expectedTree(folder)];
  const root = join(folder, 'expected');
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
  console.log(`${basename(folder)}: ${String(rendered.length)} files, ${String(changes)} changed`);
}
