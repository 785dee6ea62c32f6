import { execFileSync } from 'node:child_process';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { generateSshKeyPair } from '../../../src/cluster/credentials/openssh.ts';
import { generateIdentity } from '../../../src/sops/identities.ts';
import { runCommand } from '../../support/cluster.ts';
import { readFiles, temporaryFolder } from '../../support/folders.ts';
import { ownCluster, OWN_TOKEN } from '../support/own-cluster.ts';

const PRIVATE = ['github-deploy.key', 'github-push-token.txt', 'cloudflare-tunnel.json'];
const LOCAL = [...PRIVATE, 'github-deploy.key.pub'];
const DEPLOY_SECRET = 'bootstrap/github-deploy-key.sops.yaml';
const TOKEN_SECRET = 'kubernetes/apps/flux-system/flux-instance/app/secret.sops.yaml';
const TUNNEL_SECRET = 'kubernetes/apps/network/cloudflare-tunnel/app/secret.sops.yaml';

describe('on a second machine, with age.key alone', () => {
  it('init restores every credential that the tree holds, byte for byte and private, and says from where', async () => {
    const first = await ownCluster();
    const second = await secondMachine(first);
    const result = await runCommand(['init', '--root', second]);
    expect(result, result.stderr).toMatchObject({ code: 0 });
    expect(result.stdout).toContain(`restored github-deploy.key from ${DEPLOY_SECRET}\n`);
    expect(result.stdout).toContain(`restored github-push-token.txt from ${TOKEN_SECRET}\n`);
    expect(result.stdout).toContain(`restored cloudflare-tunnel.json from ${TUNNEL_SECRET}\n`);
    expect(await localFiles(second)).toEqual(await localFiles(first));
    for (const file of PRIVATE) expect((await stat(join(second, file))).mode & 0o777, file).toBe(0o600);
    expect(await runCommand(['configure', '--check', '--root', second])).toMatchObject({ code: 0 });
    const again = await runCommand(['init', '--root', second]);
    expect(again.stdout).not.toMatch(/restored|created/);
    expect(again.stdout).toMatch(/^Next: run `[^`]* configure [^`]*`\.$/m);
  });

  it('configure restores them as well and changes no file of the tree', { tags: 'long' }, async () => {
    const first = await ownCluster();
    const second = await secondMachine(first);
    const before = await treeOf(second);
    const planned = await runCommand(['plan', '--root', second]);
    expect(planned, planned.stderr).toMatchObject({ code: 0 });
    expect(planned.stderr).toContain(
      `github-deploy.key does not exist here; the tree holds the deploy key in ${DEPLOY_SECRET} [credentials/restored]`,
    );
    expect(await localFiles(second)).toEqual({});
    const result = await runCommand(['configure', '--root', second]);
    expect(result, result.stderr).toMatchObject({ code: 0 });
    expect(result.stdout).toContain(`restored github-push-token.txt from ${TOKEN_SECRET}\n`);
    expect(await localFiles(second)).toEqual(await localFiles(first));
    expect(await treeOf(second)).toEqual(before);
  });

  it('what is missing alone is restored, and what is there stays', { tags: 'long' }, async () => {
    const first = await ownCluster();
    const second = await secondMachine(first);
    await writeFile(
      join(second, 'github-push-token.txt'),
      await readFile(join(first, 'github-push-token.txt'), 'utf8').then((text) => text.trim()),
    );
    const result = await runCommand(['configure', '--json', '--root', second]);
    expect((JSON.parse(result.stdout) as { restored: { file: string }[] }).restored.map(({ file }) => file)).toEqual([
      'github-deploy.key',
      'cloudflare-tunnel.json',
    ]);
    expect(await readFile(join(second, 'github-push-token.txt'), 'utf8')).not.toContain('\n');
  });

  it(
    'finds them where a template of the user puts them, and where an earlier version put them',
    { tags: 'long' },
    async () => {
      const first = await ownCluster();
      await override(
        first,
        'kubernetes/apps/flux-system/flux-instance/app/secret.sops.yaml.j2',
        'apiVersion: v1\nkind: Secret\nmetadata:\n  name: github-webhook-token-secret\ndata:\n  token: #< github_push_token() | b64encode >#\n',
      );
      await override(
        first,
        'bootstrap/github-deploy-key.sops.yaml.j2',
        'apiVersion: v1\nkind: Secret\nmetadata:\n  name: github-deploy-key\n  namespace: flux-system\nstringData:\n  config: "key=#< github_deploy_key() | replace("\\n", "\\\\n") >#;"\n  identity: |\n    #< github_deploy_key() | indent(4) >#\n',
      );
      const receiver = 'kubernetes/apps/flux-system/flux-instance/app/receiver.yaml.j2';
      const text = await readFile(join(first, 'templates/config', receiver), 'utf8');
      await override(first, receiver, text.replace('name: flux-webhook-token', 'name: github-webhook-token-secret'));
      await plugin(first);
      const configured = await runCommand(['configure', '--root', first]);
      expect(configured, configured.stderr).toMatchObject({ code: 0 });
      const second = await secondMachine(first);
      // The file gets another name in the tree, as a newer version of the template may give it.
      const folder = join(second, 'templates/overrides/bootstrap');
      await rename(join(folder, 'github-deploy-key.sops.yaml.j2'), join(folder, 'deploy-key.sops.yaml.j2'));
      await rm(join(second, 'templates/config/bootstrap/github-deploy-key.sops.yaml.j2'));
      const result = await runCommand(['init', '--root', second]);
      expect(result, result.stderr).toMatchObject({ code: 0 });
      expect(result.stdout).toContain(`restored github-deploy.key from ${DEPLOY_SECRET}\n`);
      expect(await localFiles(second)).toEqual(await localFiles(first));
    },
  );

  it('makes nothing while it cannot be told what the tree holds', { tags: 'long' }, async () => {
    const second = await secondMachine(await ownCluster());
    const config = join(second, 'cluster.yaml');
    const text = await readFile(config, 'utf8');
    await writeFile(config, text.replace('node_cidr: 10.11.12.0/24', 'node_cidr: 10.11.12.1/24'));
    const broken = await runCommand(['init', '--root', second]);
    expect(broken.code).toBe(1);
    expect(broken.stderr).toContain('[config/host-bits]');
    await writeFile(config, text);
    const secret = join(second, DEPLOY_SECRET);
    const sealed = await readFile(secret, 'utf8');
    await writeFile(
      secret,
      sealed.replace(/ENC\[AES256_GCM,data:..../, (start) => `${start.slice(0, -4)}AAAA`),
    );
    const damaged = await runCommand(['init', '--root', second]);
    expect(damaged.code).toBe(1);
    expect(damaged.stderr).toContain(DEPLOY_SECRET);
    expect(await localFiles(second)).toEqual({});
  });

  it('a credential that is nowhere is one finding, however many templates ask for it', { tags: 'long' }, async () => {
    const second = await secondMachine(await ownCluster());
    await rm(join(second, TUNNEL_SECRET));
    const result = await runCommand(['configure', '--root', second]);
    expect(result.code).toBe(1);
    expect(result.stderr.match(/\[credentials\/missing\]/g)).toHaveLength(1);
    expect(result.stderr).toContain('cloudflare-tunnel.json does not exist');
  });
});

describe('the age key', () => {
  it.each(['SOPS_AGE_KEY', 'SOPS_AGE_KEY_FILE'])('may come from %s, among others', { tags: 'long' }, async (name) => {
    const second = await secondMachine(await ownCluster());
    const own = await readFile(join(second, 'age.key'), 'utf8');
    await rm(join(second, 'age.key'));
    const ring = `${generateIdentity().reveal()}\n${own.split('\n').at(-2) ?? ''}\n`;
    const file = join(await temporaryFolder({ 'keys.txt': ring }), 'keys.txt');
    const env = { [name]: name === 'SOPS_AGE_KEY' ? ring : file };
    const result = await runCommand(['init', '--root', second], { env });
    expect(result, result.stderr).toMatchObject({ code: 0 });
    expect(result.stdout).toContain('restored github-deploy.key');
    expect(Object.keys(await readFiles(second))).not.toContain('age.key');
    const checked = await runCommand(['configure', '--check', '--root', second], { env });
    expect(checked, checked.stderr).toMatchObject({ code: 0 });
    expect(checked.stderr).not.toContain('[secrets/not-checked]');
    const stranger = await runCommand(['init', '--root', second], {
      env: { SOPS_AGE_KEY: generateIdentity().reveal() },
    });
    expect(stranger.code).toBe(1);
    expect(stranger.stderr).toContain('[workspace/owner]');
  });
});

describe('another credential than the tree holds', () => {
  it.each([
    ['deploy-key', 'github-deploy.key', () => generateSshKeyPair('x').privateKey],
    ['webhook-token', 'github-push-token.txt', () => '0123456789abcdef0123456789abcdef\n'],
    [
      'tunnel',
      'cloudflare-tunnel.json',
      () => JSON.stringify({ AccountTag: 'other', TunnelSecret: 'b3RoZXI=', TunnelID: 'other' }),
    ],
  ])('is a finding that names both ways out: %s', { tags: 'long' }, async (name, file, make) => {
    const cluster = await ownCluster();
    const other = make();
    await writeFile(join(cluster, file), other);
    const before = await readFiles(cluster);
    const refused = await runCommand(['configure', '--root', cluster]);
    expect(refused.code).toBe(1);
    expect(refused.stderr.match(/\[credentials\/other\]/g)).toHaveLength(1);
    expect(refused.stderr).toContain(`move ${file} away`);
    expect(refused.stderr).toContain(`configure --rotate ${name}`);
    expect(await readFiles(cluster)).toEqual(before);
    expect(await runCommand(['plan', '--root', cluster])).toMatchObject({ code: 1 });
    const told = await runCommand(['init', '--root', cluster]);
    expect(told.stderr).toContain('[credentials/other]');
    expect(await readFile(join(cluster, file), 'utf8')).toBe(other);

    const rotated = await runCommand(['configure', '--rotate', name, '--root', cluster]);
    expect(rotated, rotated.stderr).toMatchObject({ code: 0 });
    expect(rotated.stderr).toMatch(
      /: note: --rotate replaced the \S.* in \S+\.sops\.yaml; .* \[credentials\/rotated\]/,
    );
    expect(rotated.stderr).toMatch(name === 'tunnel' ? /Cloudflare/ : /GitHub/);
    expect(await readFile(join(cluster, file), 'utf8')).toBe(other);
    expect(await runCommand(['configure', '--check', '--root', cluster])).toMatchObject({ code: 0 });
    // What lies here and what the tree holds are one again: a clone gets the new one.
    const clone = await secondMachine(cluster);
    expect(await runCommand(['init', '--root', clone])).toMatchObject({ code: 0 });
    expect(JSON.stringify(await localFiles(clone))).toContain(JSON.stringify(other.trim()).slice(1, -1));
  });

  it('moved away, it is restored from the tree', async () => {
    const cluster = await ownCluster();
    const own = await readFile(join(cluster, 'github-push-token.txt'), 'utf8');
    await rm(join(cluster, 'github-push-token.txt'));
    expect(await runCommand(['configure', '--root', cluster])).toMatchObject({ code: 0 });
    expect(await readFile(join(cluster, 'github-push-token.txt'), 'utf8')).toBe(own);
  });

  it('may take the place of the placeholder of the sample', { tags: 'long' }, async () => {
    const cluster = await ownCluster();
    const own = await readFile(join(cluster, 'cloudflare-tunnel.json'), 'utf8');
    const placeholder = { AccountTag: 'x', TunnelSecret: 'eA==', TunnelID: '00000000-0000-4000-8000-000000000000' };
    await writeFile(join(cluster, 'cloudflare-tunnel.json'), JSON.stringify(placeholder));
    expect(await runCommand(['configure', '--rotate', 'tunnel', '--root', cluster])).toMatchObject({ code: 0 });
    await writeFile(join(cluster, 'cloudflare-tunnel.json'), own);
    const result = await runCommand(['configure', '--root', cluster]);
    expect(result, result.stderr).toMatchObject({ code: 0 });
  });
});

describe('configure --rotate', () => {
  it('makes a new credential where the one that lies here is the one of the tree', { tags: 'long' }, async () => {
    const cluster = await ownCluster();
    const before = await localFiles(cluster);
    const result = await runCommand(['configure', '--rotate', 'deploy-key', 'webhook-token', '--root', cluster]);
    expect(result, result.stderr).toMatchObject({ code: 0 });
    const after = await localFiles(cluster);
    expect(after['cloudflare-tunnel.json']).toBe(before['cloudflare-tunnel.json']);
    for (const file of ['github-deploy.key', 'github-deploy.key.pub', 'github-push-token.txt']) {
      expect(after[file], file).not.toBe(before[file]);
    }
    expect((await stat(join(cluster, 'github-deploy.key'))).mode & 0o777).toBe(0o600);
    const clone = await secondMachine(cluster);
    expect(await runCommand(['init', '--root', clone])).toMatchObject({ code: 0 });
    expect(await localFiles(clone)).toEqual(after);
  });

  it.each([
    [['--rotate', 'tunnel'], 'cloudflared tunnel create'],
    [['--rotate', 'age-key'], 'there are deploy-key, webhook-token, tunnel'],
    [['--check', '--rotate', 'tunnel'], '--check writes nothing'],
  ])('%j is used wrongly', async (arguments_, message) => {
    const cluster = await ownCluster();
    const result = await runCommand(['configure', ...arguments_, '--root', cluster]);
    expect(result.code).toBe(64);
    expect(result.stderr).toContain(message);
  });

  it('changes nothing where the configuration is wrong', async () => {
    const cluster = await ownCluster();
    await writeFile(join(cluster, 'nodes.yaml'), 'nodes: []\n');
    const before = await localFiles(cluster);
    expect(await runCommand(['configure', '--rotate', 'deploy-key', '--root', cluster])).toMatchObject({ code: 1 });
    expect(await localFiles(cluster)).toEqual(before);
  });
});

/** A clone of a cluster's repository: what git tracks, and its age key. */
async function secondMachine(first: string): Promise<string> {
  const ignore = new URL('../../../.gitignore', import.meta.url);
  await writeFile(join(first, '.gitignore'), await readFile(ignore, 'utf8'));
  const git = (...arguments_: string[]): void => {
    const identity = ['-c', 'user.name=a', '-c', 'user.email=a@b.c'];
    execFileSync('git', [...identity, ...arguments_], { cwd: first, stdio: 'ignore' });
  };
  git('init', '-q', '-b', 'main');
  git('add', '-A');
  git('commit', '-qm', 'a');
  const clone = join(await temporaryFolder(), 'clone');
  execFileSync('git', ['clone', '-q', first, clone], { stdio: 'ignore' });
  await writeFile(join(clone, 'age.key'), await readFile(join(first, 'age.key'), 'utf8'), { mode: 0o600 });
  await writeFile(join(clone, 'cloudflare-token.key'), `${OWN_TOKEN}\n`, { mode: 0o600 });
  return clone;
}

async function localFiles(cluster: string): Promise<Record<string, string>> {
  const texts = await Promise.all(
    LOCAL.map(async (file): Promise<[string, string][]> => {
      const text = await readFile(join(cluster, file), 'utf8').catch(() => undefined);
      return text === undefined ? [] : [[file, text]];
    }),
  );
  return Object.fromEntries(texts.flat());
}

async function treeOf(cluster: string): Promise<Record<string, string>> {
  const files = await readFiles(cluster);
  return Object.fromEntries(
    Object.entries(files).filter(([path]) => /^(?:kubernetes|talos|bootstrap|\.sops\.yaml|AGENTS\.md)/.test(path)),
  );
}

async function override(cluster: string, path: string, text: string): Promise<void> {
  const file = join(cluster, 'templates/overrides', path);
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, text);
}

/** A plugin with the filter that the override uses. */
async function plugin(cluster: string): Promise<void> {
  const text = `export const Plugin = () => ({
  filters: { b64encode: (value) => Buffer.from(String(value)).toString('base64') },
});
`;
  await writeFile(join(cluster, 'templates/scripts/plugin.ts'), text);
}
