import { chmod, cp, mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { copyForMakejinja } from '../../bench/makejinja/sample.ts';
import { startCommand, sampleCluster } from '../support/cluster.ts';
import { temporaryFolder } from '../support/folders.ts';
import { output } from './support/run.ts';
import { findTools, REPOSITORY, titled } from './support/tools.ts';

const { paths, missing } = findTools('makejinja');
const PROJECT = join(REPOSITORY, 'tests/makejinja/project');
const KEYS = join(REPOSITORY, 'tests/sample');

describe.skipIf(missing !== undefined)(titled('makejinja 2.8.1', missing), () => {
  it('makes of the golden project what is recorded, byte for byte and mode for mode', async () => {
    const [theirs, ours] = [await projectCopy(), await projectCopy()];
    const env = { PROJECT_MARK: 'marked', PYTHONDONTWRITEBYTECODE: '1' };
    await output(paths.makejinja, ['-m', 'makejinja'], { cwd: theirs, env });
    await output(process.execPath, [join(REPOSITORY, 'bin/makejinja.mjs')], { cwd: ours, env });
    const made = await readTree(join(theirs, 'out'));
    expect(made).toEqual(await readTree(join(ours, 'out')));
    // git keeps of a mode only whether the file can be run.
    expect(withoutModes(made)).toEqual(withoutModes(await readTree(join(PROJECT, 'expected'))));
  });

  it('makes the same plain files of the sample as we do', async () => {
    const cluster = await sampleCluster();
    const ours = join(cluster, 'ours');
    const result = await startCommand(['render', '--output', ours, '--root', cluster, '--keys', KEYS]);
    expect(result, result.stderr).toMatchObject({ code: 0 });
    const theirs = await temporaryFolder();
    await copyForMakejinja(cluster, KEYS, theirs);
    await output(paths.makejinja, ['-m', 'makejinja'], { cwd: theirs, env: { PYTHONDONTWRITEBYTECODE: '1' } });
    const made = await readTree(ours);
    expect(made.size).toBeGreaterThan(40);
    for (const [path, { text }] of made) {
      expect({ path, text: await readFile(join(theirs, path), 'latin1') }).toEqual({ path, text });
    }
  });
});

async function projectCopy(): Promise<string> {
  const folder = await temporaryFolder({ 'out/stale.txt': 'cleaned away\n' });
  const parts = await readdir(PROJECT);
  for (const part of parts.filter((name) => name !== 'expected')) {
    await cp(join(PROJECT, part), join(folder, part), { recursive: true });
  }
  // A mode that neither program would choose by itself.
  await mkdir(join(folder, 'first'), { recursive: true });
  await chmod(join(folder, 'first/values.txt.tpl'), 0o640);
  return folder;
}

interface TreeFile {
  readonly text: string;
  readonly mode: number;
  readonly executable: boolean;
}

/** Every file by path; its bytes as text of one byte a character. */
async function readTree(folder: string): Promise<Map<string, TreeFile>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const files = await Promise.all(
    paths.sort().map(async (path): Promise<[string, TreeFile]> => {
      const mode = (await stat(path)).mode & 0o777;
      return [relative(folder, path), { text: await readFile(path, 'latin1'), mode, executable: (mode & 0o100) !== 0 }];
    }),
  );
  return new Map(files);
}

function withoutModes(tree: ReadonlyMap<string, TreeFile>): [string, Omit<TreeFile, 'mode'>][] {
  return [...tree].map(([path, { text, executable }]) => [path, { text, executable }]);
}
