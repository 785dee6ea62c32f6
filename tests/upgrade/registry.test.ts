import { chmod, readFile, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { clusterRoot } from '../../src/cluster/root.ts';
import { newestOfRegistry } from '../../src/upgrade/thin.ts';
import { temporaryFolder } from '../support/folders.ts';

// In the folder of a repository npm would do what its `.npmrc` says.
describe('the registry is asked', () => {
  it.each([
    ['outside of a repository that is not trusted', false],
    ['in a repository that is', true],
  ])('%s', async (_, isTrusted) => {
    const repository = await temporaryFolder({ '.npmrc': 'registry=http://127.0.0.1:9/${HOME}/\n' });
    const programs = await temporaryFolder();
    const npm = join(programs, 'npm');
    await writeFile(npm, `#!/bin/sh\npwd > '${programs}/cwd'\necho 1.2.3\n`);
    await chmod(npm, 0o755);
    onTestFinished(() => void vi.unstubAllEnvs());
    vi.stubEnv('PATH', `${programs}:${process.env.PATH ?? ''}`);
    vi.stubEnv('CLUSTER_TEMPLATE_TRUST', undefined);
    vi.stubEnv('XDG_STATE_HOME', await temporaryFolder());
    const root = { ...clusterRoot(repository), ...(isTrusted ? { isTrusted } : {}) };
    expect(await newestOfRegistry(root, { spec: '^1.0.0' })).toBe('1.2.3');
    const asked = (await readFile(join(programs, 'cwd'), 'utf8')).trim();
    expect(asked === (await realpath(repository))).toBe(isTrusted);
  });
});
