import { spawnSync } from 'node:child_process';
import { cp } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readFiles, temporaryFolder } from '../support/folders.ts';

const EXAMPLE = resolve(import.meta.dirname, '../../examples/plugin');
const PROGRAM = resolve(import.meta.dirname, '../../bin/makejinja.mjs');
const PYTHON = process.env.MAKEJINJA_PYTHON ?? 'python3';

// `expected/` is what makejinja 2.8.1 makes of the example with scripts/plugin.py.
describe('examples/plugin', () => {
  it('gives with plugin.ts what makejinja gives with plugin.py', async () => {
    await expectRendering(process.execPath, [PROGRAM]);
  });

  it('is what makejinja renders today', async (context) => {
    const version = "import importlib.metadata as m; print(m.version('makejinja'))";
    const { stdout } = spawnSync(PYTHON, ['-c', version], { encoding: 'utf8' });
    if (stdout.trim() !== '2.8.1') {
      context.skip('makejinja 2.8.1 is not installed (MAKEJINJA_PYTHON names another python)');
    }
    await expectRendering(PYTHON, ['-m', 'makejinja']);
  });
});

async function expectRendering(program: string, arguments_: readonly string[]): Promise<void> {
  const folder = await temporaryFolder();
  for (const part of ['makejinja.toml', 'site.yaml', 'templates', 'scripts']) {
    await cp(join(EXAMPLE, part), join(folder, part), { recursive: true });
  }
  const { status, stderr } = spawnSync(program, arguments_, { cwd: folder, encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(await readFiles(join(folder, 'out'))).toEqual(await readFiles(join(EXAMPLE, 'expected')));
}
