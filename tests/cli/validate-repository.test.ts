import { execFileSync } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/report/finding.ts';
import { encrypt } from '../../src/sops/encrypt.ts';
import { identities, NOW, SAMPLE_KEY, secretRule } from '../sops/support.ts';
import { runCommand } from '../support/cluster.ts';
import { readFiles, temporaryFolder, writeFiles } from '../support/folders.ts';

const CONFIG_MAP =
  'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n  namespace: default\ndata:\n  a: b\n';

function kustomization(name: string, path: string, more = ''): string {
  return `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: ${name}
  namespace: flux-system
spec:
  interval: 10m
  path: ${path}
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system
${more}`;
}

function gitRepository(name: string, url: string): string {
  return `apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata:
  name: ${name}
  namespace: flux-system
spec:
  interval: 1m
  ref:
    branch: main
  url: ${url}
`;
}

/** What `flux bootstrap` leaves behind, for a folder below clusters/. */
function bootstrapped(cluster: string): Record<string, string> {
  const folder = `clusters/${cluster}`;
  return {
    [`${folder}/flux-system/kustomization.yaml`]:
      'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [gotk-sync.yaml]\n',
    [`${folder}/flux-system/gotk-sync.yaml`]: `${gitRepository('flux-system', 'ssh://git@example.com/fleet')}---\n${kustomization('flux-system', `./${folder}`)}`,
    [`${folder}/apps.yaml`]: kustomization('apps', './apps/base'),
  };
}

const APPS = {
  'apps/base/kustomization.yaml': 'kind: Kustomization\nresources: [settings.yaml]\n',
  'apps/base/settings.yaml': CONFIG_MAP,
};

interface Answer {
  readonly status: string;
  readonly clusters: readonly { folders: readonly string[]; kustomizations: number; objects: number }[];
  readonly findings: readonly Finding[];
}

async function repository(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await temporaryFolder();
  await writeFiles(folder, files);
  return folder;
}

async function validated(folder: string, ...options: readonly string[]): Promise<Answer & { code: number }> {
  const { code, stdout } = await runCommand(['validate', folder, '--json', ...options]);
  return { ...(JSON.parse(stdout) as Answer), code };
}

function heads({ findings }: Answer): string[] {
  return findings.map(({ severity, code, place }) => `${place?.file ?? ''} ${severity} ${code}`);
}

describe('validate in a repository that is not rendered here', () => {
  const instance = `apiVersion: fluxcd.controlplane.io/v1
kind: FluxInstance
metadata:
  name: flux
  namespace: flux-system
spec:
  distribution: {version: 2.x, registry: ghcr.io/fluxcd}
  sync: {kind: GitRepository, url: 'https://example.com/fleet', ref: refs/heads/main, path: PATH}
`;
  const layouts: [string, Record<string, string>, string[]][] = [
    ['what flux bootstrap made', bootstrapped('home'), ['clusters/home']],
    [
      'two clusters',
      { ...bootstrapped('production'), ...bootstrapped('staging') },
      ['clusters/production', 'clusters/staging'],
    ],
    [
      'a second cluster that nothing names',
      { ...bootstrapped('production'), 'clusters/lab/apps.yaml': kustomization('apps', './apps/base') },
      ['clusters/production', 'clusters/lab'],
    ],
    ['folders of clusters alone', { 'clusters/lab/apps.yaml': kustomization('apps', './apps/base') }, ['clusters/lab']],
    [
      'an instance of the Flux operator',
      {
        'instance.yaml': instance.replace('PATH', './kubernetes/flux'),
        'kubernetes/flux/apps.yaml': kustomization('apps', './apps/base'),
      },
      ['kubernetes/flux'],
    ],
    [
      'values of the chart flux-instance in a file of their own',
      {
        'kubernetes/apps/flux-instance/values.yaml':
          'instance:\n  sync: {kind: GitRepository, url: "https://example.com/fleet", path: kubernetes/flux/cluster}\n',
        'kubernetes/flux/cluster/ks.yaml': kustomization('apps', './apps/base'),
      },
      ['kubernetes/flux/cluster'],
    ],
    ['Kustomizations that nothing applies', { 'flux/apps.yaml': kustomization('apps', './apps/base') }, ['flux']],
  ];

  it.each(layouts)('finds by itself where Flux begins: %s', async (_, files, folders) => {
    const folder = await repository({ ...APPS, ...files });
    const before = await readFiles(folder);
    const answer = await validated(folder);
    expect(answer.clusters.map((cluster) => cluster.folders).flat()).toEqual(folders);
    for (const { objects } of answer.clusters) expect(objects).toBeGreaterThanOrEqual(2);
    expect(await readFiles(folder)).toEqual(before);
  });

  it('begins at the folders that are named', async () => {
    const folder = await repository({ ...APPS, ...bootstrapped('production'), ...bootstrapped('staging') });
    const { clusters } = await validated(folder, '--path', 'clusters/staging');
    expect(clusters.map(({ folders }) => folders)).toEqual([['clusters/staging']]);
    const wrong = await runCommand(['validate', folder, '--path', 'clusters/lab']);
    expect(wrong).toMatchObject({ code: 64 });
    expect(wrong.stderr).toContain('--path: clusters/lab is no folder of');
  });

  it('says where nothing of Flux is', async () => {
    const folder = await repository({ 'README.md': 'text\n' });
    const answer = await runCommand(['validate', folder]);
    expect(answer.code).toBe(1);
    expect(answer.stderr).toContain('tells where Flux begins');
  });

  it('leaves out what git ignores, and reads what is not committed yet', async () => {
    const folder = await repository({
      ...APPS,
      ...bootstrapped('home'),
      '.gitignore': 'ignored/\n',
      'ignored/clusters/x/ks.yaml': kustomization('x', './nowhere'),
    });
    execFileSync('git', ['init', '-q'], { cwd: folder });
    const { clusters } = await validated(folder);
    expect(clusters).toHaveLength(1);
  });

  it('refuses a link that leads out of the repository', async () => {
    const folder = await repository({ ...APPS, ...bootstrapped('home') });
    const outside = await repository({ 'x.yaml': CONFIG_MAP });
    await symlink(join(outside, 'x.yaml'), join(folder, 'apps/base/link.yaml'));
    const answer = await runCommand(['validate', folder]);
    expect(answer.code).toBe(1);
    expect(answer.stderr).toContain('leads out of the repository');
  });

  it('names a folder of another repository as not read, and misses nothing that it may bring', async () => {
    const folder = await repository({
      ...bootstrapped('home'),
      'clusters/home/apps.yaml': `${gitRepository('team', 'https://example.com/team')}---\n${kustomization('apps', './deploy').replace('name: flux-system\n', 'name: team\n').replace('GitRepository\n    name: flux-system', 'GitRepository\n    name: team')}`,
    });
    const answer = await validated(folder);
    expect(answer.code).toBe(0);
    expect(heads(answer)).toEqual(['clusters/home/apps.yaml note manifests/not-read']);
  });

  it.each([
    ['a file that is named as encrypted and is none', 'stringData:\n  token: abcdefgh1234\n', 'sops/not-encrypted'],
    [
      'a value that lies open',
      'stringData:\n  token: ENC[AES256_GCM,data:YQ==,iv:YQ==,tag:YQ==,type:str]\n  other: abcdefgh1234\nsops:\n  lastmodified: "2026-01-01T00:00:00Z"\n  mac: ENC[AES256_GCM,data:YQ==,iv:YQ==,tag:YQ==,type:str]\n  encrypted_regex: ^(data|stringData)$\n  version: 3.13.3\n',
      'sops/not-encrypted',
    ],
    [
      'a ciphertext that is none',
      'stringData:\n  token: ENC[AES256_GCM,data:YQ==,iv:YQ==,type:str]\nsops:\n  lastmodified: "2026-01-01T00:00:00Z"\n  mac: ENC[AES256_GCM,data:YQ==,iv:YQ==,tag:YQ==,type:str]\n  encrypted_regex: ^(data|stringData)$\n  version: 3.13.3\n',
      'sops/damaged',
    ],
  ])('finds without a key %s', async (_, text, code) => {
    const folder = await repository({
      ...APPS,
      ...bootstrapped('home'),
      'apps/base/kustomization.yaml': 'kind: Kustomization\nresources: [settings.yaml, key.sops.yaml]\n',
      'apps/base/key.sops.yaml': `apiVersion: v1\nkind: Secret\nmetadata:\n  name: key\n  namespace: default\n${text}`,
    });
    const answer = await validated(folder);
    expect(answer.code).toBe(1);
    expect(heads(answer)).toContain(`apps/base/key.sops.yaml error ${code}`);
    expect(JSON.stringify(answer)).not.toContain('abcdefgh1234');
  });
});

describe('an encrypted file of a repository with its key', () => {
  const plain =
    'apiVersion: v1\nkind: Secret\nmetadata:\n  name: key\n  namespace: default\nstringData:\n  token: abcdefgh1234\n  user: hidden-user\n';
  const other = (text: string): string => (text.startsWith('A') ? `B${text.slice(1)}` : `A${text.slice(1)}`);

  it.each([
    ['that is whole', (text: string) => text, []],
    [
      'of which a ciphertext was changed',
      (text: string) =>
        text.replace(/(token: ENC\[AES256_GCM,data:)([^,]+)/, (_, head: string, data: string) => head + other(data)),
      ['sops/damaged'],
    ],
    ['of which an entry was taken out', (text: string) => text.replace(/^ *user: .*\n/m, ''), ['sops/mac']],
    [
      'in which two entries changed places',
      (text: string) => text.replace('token:', 'other:').replace('user:', 'token:').replace('other:', 'user:'),
      ['sops/damaged'],
    ],
    ['whose time was changed', (text: string) => text.replace('05:06:07Z', '05:06:08Z'), ['sops/mac']],
  ])('is told by its MAC, one %s', async (_, spoil, codes) => {
    const path = 'apps/base/key.sops.yaml';
    const sealed = await encrypt({ path, plain, rule: secretRule, identities, now: NOW });
    const folder = await repository({
      ...APPS,
      ...bootstrapped('home'),
      'clusters/home/apps.yaml': kustomization('apps', './apps/base', '  decryption:\n    provider: sops\n'),
      'apps/base/kustomization.yaml': 'kind: Kustomization\nresources: [settings.yaml, key.sops.yaml]\n',
      [path]: spoil(sealed),
    });
    const keys = await temporaryFolder();
    await writeFile(join(keys, 'age.key'), SAMPLE_KEY);
    const answer = await validated(folder, '--keys', keys);
    expect(heads(answer)).toEqual(codes.map((code) => `${path} error ${code}`));
    expect(answer.code).toBe(codes.length === 0 ? 0 : 1);
    expect(JSON.stringify(answer)).not.toMatch(/abcdefgh1234|hidden-user/);
    // Whoever has no key sees that the form is right, and no more.
    expect(heads(await validated(folder))).toEqual([]);
  });
});

describe('validate in a repository of a cluster', () => {
  it('reads the files of a part that is named as they lie there', async () => {
    const folder = await repository({ ...APPS, ...bootstrapped('home'), 'cluster.yaml': '', 'makejinja.toml': '' });
    const answer = await validated(folder, '--path', 'clusters/home');
    expect(answer.clusters.map(({ folders }) => folders)).toEqual([['clusters/home']]);
  });

  it('takes one folder', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'one'));
    await writeFile(join(folder, 'two'), '');
    expect(await runCommand(['validate', join(folder, 'one'), '--root', folder])).toMatchObject({ code: 64 });
    expect(await runCommand(['validate', join(folder, 'two')])).toMatchObject({ code: 64 });
  });
});

describe('settings and comments of a repository that is not rendered here', () => {
  const wrong = { 'apps/base/settings.yaml': CONFIG_MAP.replace('  a: b', '  a: 1') };

  it.each([
    ['none', {}, ['apps/base/settings.yaml error manifests/schema'], 1],
    [
      'a severity',
      { '.cluster-template.yaml': 'rules:\n  manifests/schema: warning\n' },
      ['apps/base/settings.yaml warning manifests/schema'],
      0,
    ],
    [
      'a mistake',
      { '.cluster-template.yaml': 'rules:\n  manifests/shema: warning\n' },
      ['.cluster-template.yaml error lint/unknown-rule', 'apps/base/settings.yaml error manifests/schema'],
      1,
    ],
    [
      'a comment with a reason',
      {
        'apps/base/settings.yaml': CONFIG_MAP.replace(
          '  a: b',
          '  a: 1 # cluster-template: ignore manifests/schema -- as it is',
        ),
      },
      [],
      0,
    ],
  ])('%s', async (_, files, wanted, code) => {
    const answer = await validated(await repository({ ...bootstrapped('home'), ...APPS, ...wrong, ...files }));
    expect(heads(answer)).toEqual(wanted);
    expect(answer.code).toBe(code);
  });
});
