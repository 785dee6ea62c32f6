// What is said on Windows, where the command line does not run.
import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/folders.ts';
import { eachOf } from '../support/parted.ts';

const run = promisify(execFile);
const BIN = resolve(import.meta.dirname, '../../bin');
const REFUSAL =
  'error: cluster-template runs on Linux and macOS, as Windows cannot keep keys and locks as it needs them [usage/platform]\n' +
  '  = run it in WSL 2 (`wsl --install`), in a folder of the Linux file system\n' +
  '1 error; nothing was written\n';

describe('on Windows', () => {
  eachOf([['configure'], ['init'], ['validate'], ['doctor'], ['bootstrap', 'talos'], ['create', 'home']], 3)(
    '%s says in one sentence that it does not run there',
    async (...words) => {
      expect(await start('cluster-template', words)).toEqual({ code: 3, stdout: '', stderr: REFUSAL });
    },
  );

  it('help is given, and so are completions', async () => {
    for (const words of [
      ['--help'],
      ['help', 'configure'],
      ['configure', '--help'],
      ['completion', 'bash'],
      ['--version'],
    ]) {
      const { code, stdout, stderr } = await start('cluster-template', words);
      expect({ code, stderr }, words.join(' ')).toEqual({ code: 0, stderr: '' });
      expect(stdout).not.toBe('');
    }
  });

  it('makejinja is not refused', async () => {
    expect(await start('makejinja', ['--help'])).toMatchObject({ code: 0, stderr: '' });
  });
});

/** Starts a program that takes the machine for one with Windows. */
async function start(
  program: string,
  words: readonly string[],
): Promise<{ code: number; stdout: string; stderr: string }> {
  const windows = `Object.defineProperty(process, 'platform', { value: 'win32' });`;
  const preload = `data:text/javascript,${encodeURIComponent(windows)}`;
  const arguments_ = ['--import', preload, join(BIN, `${program}.mjs`), ...words];
  const options = { cwd: await temporaryFolder(), env: { ...process.env, NO_COLOR: '1' } };
  return await run(process.execPath, arguments_, options)
    .then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      (error: unknown) => error as { code: number; stdout: string; stderr: string },
    )
    .then(({ code, stdout, stderr }) => ({ code, stdout, stderr }));
}
