import { readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterEach, expect, it, vi } from 'vitest';
import { keepSecrets } from '../../src/report/redaction.ts';
import { reportFault } from '../../src/system/fault-report.ts';
import { temporaryFolder } from '../support/folders.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

it('keeps the stack in a file of the user alone, without secrets of the run', async () => {
  const state = await temporaryFolder();
  vi.stubEnv('XDG_STATE_HOME', state);
  keepSecrets([{ name: 'a password', value: 'correct-horse-battery' }]);
  const { path = '' } = reportFault(new Error('cannot use correct-horse-battery'), '1.2.3');
  expect(path).toBe(join(state, 'cluster-template', 'last-fault.txt'));
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  const text = await readFile(path, 'utf8');
  expect(text).toMatch(
    /^1\.2\.3, Node\.js \d+\.\d+\.\d+, \w+ \w+\nError: cannot use \[secret\]\n {4}at .*fault-report\.test\.ts/,
  );
});

it('gives the text where there is no folder to keep it in', async () => {
  vi.stubEnv('XDG_STATE_HOME', join(await temporaryFolder({ file: '' }), 'file'));
  expect(reportFault(new Error('lost'), '1.2.3')).toEqual({
    text: expect.stringContaining('Error: lost\n    at ') as string,
  });
});

it('names places in the sources where the map of a bundle is there', async () => {
  vi.stubEnv('XDG_STATE_HOME', await temporaryFolder());
  const folder = await temporaryFolder({
    'src/wrong.ts': '\n\nexport function wrong(): never {\n  throw new Error("wrong");\n}\n',
  });
  const outfile = join(folder, 'dist/bundle.cjs');
  const common = { bundle: true, minify: true, format: 'cjs', platform: 'node', sourcemap: 'linked' } as const;
  await build({ ...common, entryPoints: [join(folder, 'src/wrong.ts')], outfile });
  const { wrong } = createRequire(outfile)(outfile) as { wrong: () => void };
  let thrown: unknown;
  try {
    wrong();
  } catch (error) {
    thrown = error;
  }
  expect(reportFault(thrown, '1.2.3').text).toMatch(/Error: wrong\n {4}at .*\(src\/wrong\.ts:4:\d+\)/);
});
