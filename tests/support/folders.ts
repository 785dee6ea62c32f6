import { readdirSync, readFileSync, statSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { onTestFinished } from 'vitest';
import { removeTree } from './copy-tree.ts';

/** A new folder that is gone after the test, filled with files by path; executable ones are named with a trailing `*`. */
export async function temporaryFolder(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cluster-template-'));
  onTestFinished(() => {
    removeTree(folder);
  });
  await writeFiles(folder, files);
  return folder;
}

/** Writes files by path below a folder. */
export async function writeFiles(folder: string, files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name.replace(/\*$/, ''));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    if (name.endsWith('*')) await chmod(path, 0o755);
  }
}

/**
 * Every file below a folder by path, with its text; executable ones are named with a trailing `*`. Trees are small and read often: in one
 * go, which takes a fifth of the time.
 */
export function readFiles(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const path of filesBelow(folder)) {
    const executable = (statSync(path).mode & 0o100) !== 0;
    found[relative(folder, path) + (executable ? '*' : '')] = readFileSync(path, 'utf8');
  }
  return Promise.resolve(found);
}

/** Not by `recursive`: since Node 22 that goes through links to folders. */
function* filesBelow(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else if (entry.isFile()) yield path;
  }
}
