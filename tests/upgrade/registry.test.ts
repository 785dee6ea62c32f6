import { chmod, readFile, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type * as Execa from 'execa';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { clusterRoot } from '../../src/cluster/root.ts';
import { patiently } from '../../src/upgrade/source.ts';
import { newestOfRegistry } from '../../src/upgrade/thin.ts';
import { temporaryFolder } from '../support/folders.ts';

/** Seconds that each program was given, and those that it gets here where a test wants fewer. */
const time = vi.hoisted(() => ({ given: [] as number[], most: Number.POSITIVE_INFINITY }));

vi.mock('execa', async (original) => {
  const { execa, ...others } = await original<typeof Execa>();
  const timed = (program: string, words: readonly string[], options: { timeout: number }): unknown => {
    time.given.push(options.timeout / 1000);
    return execa(program, words, { ...options, timeout: Math.min(options.timeout, time.most * 1000) });
  };
  return { ...others, execa: timed };
});

let programs = '';
const waiting = { signal: new AbortController().signal };

beforeEach(async () => {
  programs = await temporaryFolder();
  vi.stubEnv('PATH', `${programs}:${process.env.PATH ?? ''}`);
  vi.stubEnv('CLUSTER_TEMPLATE_TRUST', undefined);
  vi.stubEnv('XDG_STATE_HOME', await temporaryFolder());
  Object.assign(time, { given: [], most: Number.POSITIVE_INFINITY });
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.useRealTimers();
});

// In the folder of a repository npm would do what its `.npmrc` says.
describe('the registry is asked', () => {
  it.each([
    ['outside of a repository that is not trusted', false],
    ['in a repository that is', true],
  ])('%s', async (_, isTrusted) => {
    const repository = await temporaryFolder({ '.npmrc': 'registry=http://127.0.0.1:9/${HOME}/\n' });
    await writeNpm(`pwd > '${programs}/cwd'`, 'echo 1.2.3');
    const root = { ...clusterRoot(repository), ...(isTrusted ? { isTrusted } : {}) };
    expect(await newestOfRegistry(root, { spec: '^1.0.0' }, waiting)).toBe('1.2.3');
    const asked = (await readFile(join(programs, 'cwd'), 'utf8')).trim();
    expect(asked === (await realpath(repository))).toBe(isTrusted);
  });
});

describe('a line that is slow', () => {
  it('has an hour for what npm fetches, and an end that is told', async () => {
    const root = clusterRoot(await temporaryFolder());
    await writeNpm('echo 1.2.3');
    await newestOfRegistry(root, { spec: '^1.0.0' }, waiting);
    expect(time.given).toEqual([3600]);
    await writeNpm('exec sleep 600');
    time.most = 0.1;
    await expect(newestOfRegistry(root, { spec: '^1.0.0' }, waiting)).rejects.toMatchObject({
      findings: [
        {
          code: 'programs/failed',
          message: expect.stringMatching(/: it did not come to an end within an hour$/) as string,
        },
      ],
    });
  });

  it('is named once where somebody waits for it', async () => {
    vi.useFakeTimers();
    const told: string[] = [];
    const tell = (text: string): void => void told.push(text);
    let end: (value: string) => void = () => undefined;
    const slow = patiently('the moon', new Promise<string>((resolve) => (end = resolve)), { tell });
    await vi.advanceTimersByTimeAsync(9_000);
    expect(told).toEqual([]);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(told).toEqual(['still waiting for the moon; Ctrl-C ends it']);
    end('risen');
    expect(await slow).toBe('risen');
    await patiently('the sun', Promise.resolve(), { tell });
    await vi.advanceTimersByTimeAsync(600_000);
    expect(told.length).toBe(1);
  });
});

/** Puts a program called npm on PATH. */
async function writeNpm(...lines: readonly string[]): Promise<void> {
  const npm = join(programs, 'npm');
  await writeFile(npm, `#!/bin/sh\n${lines.join('\n')}\n`);
  await chmod(npm, 0o755);
}
