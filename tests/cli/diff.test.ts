import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type CommandResult, runCommand, sampleCluster } from '../support/cluster.ts';
import { readFiles } from '../support/folders.ts';

const SAMPLE_KEYS = resolve(import.meta.dirname, '../sample');
const SECRET = 'kubernetes/components/sops/cluster-secrets.sops.yaml';
const OLD_TOKEN = 'marker-of-the-old-token-0123456789';
const NEW_TOKEN = 'marker-of-the-new-token-0123456789';

describe('diff', () => {
  it('shows nothing where nothing would change', async () => {
    const cluster = await sampleCluster();
    expect(await run(cluster, ['--exit-code'])).toMatchObject({ code: 0, stdout: '' });
  });

  it('shows changed, removed and edited files and writes nothing', async () => {
    const cluster = await sampleCluster();
    await appendFile(join(cluster, 'cluster.yaml'), '\nrepository_branch: release\nspegel_enabled: false\n');
    await appendFile(join(cluster, 'talos/talenv.yaml'), '# mine\n');
    const before = await readFiles(cluster);
    const { code, stdout } = await run(cluster, ['--exit-code']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^-\s+ref: refs\/heads\/main\n\+\s+ref: refs\/heads\/release\n/m);
    expect(stdout).toContain('deleted file mode 100644\n--- a/kubernetes/apps/kube-system/spegel/');
    expect(stdout).toContain('# changed by hand; this is what --force would do\ndiff --git a/talos/talenv.yaml');
    expect(stdout).toContain('\n-# mine\n');
    expect(await readFiles(cluster)).toEqual(before);
  });

  it('takes files and folders, and says what it does not know', { tags: 'long' }, async () => {
    const cluster = await sampleCluster();
    await appendFile(join(cluster, 'cluster.yaml'), '\nspegel_enabled: false\n');
    await appendFile(join(cluster, 'talos/talenv.yaml'), '# mine\n');
    const { stdout } = await run(cluster, ['talos']);
    expect(stdout.match(/^diff --git/gm)).toHaveLength(1);
    expect(await run(cluster, ['--exit-code', 'kubernetes/flux'])).toMatchObject({ code: 0, stdout: '' });
    const unknown = await run(cluster, ['talos/talenv.yml']);
    expect(unknown).toMatchObject({ code: 64, stdout: '' });
    expect(unknown.stderr).toContain('did you mean talos/talenv.yaml?');
  });

  it('never shows a secret, only which key changed', { tags: 'long' }, async () => {
    const cluster = await sampleCluster();
    await useToken(cluster);
    const old = await runCommand(['configure', '--keys', SAMPLE_KEYS, '--root', cluster], {
      env: { CF_TOKEN: OLD_TOKEN },
    });
    expect(old, old.stderr).toMatchObject({ code: 0 });
    for (const options of [[], ['--json']]) {
      const { stdout, stderr } = await run(cluster, options, NEW_TOKEN);
      expect(stdout).toContain(options.length === 0 ? 'secret changed: stringData.TOKEN\n' : '"stringData.TOKEN"');
      for (const token of [OLD_TOKEN, NEW_TOKEN]) expect(stdout + stderr).not.toContain(token);
      expect(stdout).not.toContain('ENC[');
    }
    const { files } = JSON.parse((await run(cluster, ['--json'], NEW_TOKEN)).stdout) as { files: { path: string }[] };
    expect(files.filter(({ path }) => path === SECRET)).toMatchObject([
      { status: 'changed', secret: true, changedKeys: ['stringData.TOKEN'] },
    ]);
  });

  it('is coloured where asked, and keeps escape sequences from the terminal', { tags: 'long' }, async () => {
    const cluster = await sampleCluster();
    await appendFile(join(cluster, 'talos/talenv.yaml'), '# \u001b[2J\n');
    const { stdout } = await runCommand(['diff', '--keys', SAMPLE_KEYS, '--root', cluster], {
      env: { FORCE_COLOR: '1', NO_COLOR: '' },
    });
    expect(stdout).toContain('\u001b[31m-# \\x1b[2J\u001b[0m\n');
  });
});

async function run(cluster: string, arguments_: readonly string[], token = OLD_TOKEN): Promise<CommandResult> {
  return await runCommand(['diff', ...arguments_, '--keys', SAMPLE_KEYS, '--root', cluster], {
    env: { CF_TOKEN: token },
  });
}

async function useToken(cluster: string): Promise<void> {
  const configuration = join(cluster, 'cluster.yaml');
  const text = await readFile(configuration, 'utf8');
  await writeFile(configuration, text.replace(/^cloudflare_token: .*$/m, 'cloudflare_token: {env: CF_TOKEN}'));
  const secret = join(cluster, `templates/config/${SECRET}.j2`);
  await writeFile(secret, `${await readFile(secret, 'utf8')}  TOKEN: '#< cloudflare_token >#'\n`);
}
