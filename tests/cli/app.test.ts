import { spawnSync } from 'node:child_process';
import { chmod, readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HOME } from '../apps/fixtures.ts';
import { runCommand, sampleCluster } from '../support/cluster.ts';
import { readFiles, temporaryFolder, writeFiles } from '../support/folders.ts';
import { eachOf } from '../support/parted.ts';

const KEYS = resolve(import.meta.dirname, '../sample');
const DIGEST = `sha256:${'a'.repeat(64)}`;

async function app(folder: string, ...words: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return await runCommand(['app', ...words, '--root', folder, '--keys', KEYS]);
}

/** The app of docs/apps.md, beside another one that waits for it and calls it. */
async function ownApps(): Promise<string> {
  const folder = await sampleCluster();
  const page = await readFile(join(import.meta.dirname, '../../docs/apps.md'), 'utf8');
  const files = [...page.matchAll(/`(templates\/overrides\/\S+\.j2)`[^`]*[^]*?```jinja\n([^]*?)```/g)];
  const texts = Object.fromEntries(files.map(([, path = '', text = '']) => [path, text]));
  const base = 'templates/overrides/kubernetes/apps/home';
  expect(Object.keys(texts)).toContain(`${base}/dashboard/app/helmrelease.yaml.j2`);
  await writeFiles(folder, {
    ...texts,
    [`${base}/kustomization.yaml.j2`]: `${texts[`${base}/kustomization.yaml.j2`] ?? ''}  - ./probe/ks.yaml\n`,
    [`${base}/dashboard/app/kustomization.yaml.j2`]: (
      texts[`${base}/dashboard/app/kustomization.yaml.j2`] ?? ''
    ).replace('  - ./secret.sops.yaml\n', '  - ./secret.yaml\n'),
    [`${base}/dashboard/app/secret.yaml.j2`]:
      'apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata:\n  name: dashboard\nspec:\n  secretStoreRef:\n    kind: ClusterSecretStore\n    name: store\n  dataFrom:\n    - extract:\n        key: dashboard\n',
    [`${base}/probe/ks.yaml.j2`]:
      "#% from 'kubernetes/app.partial.yaml.j2' import flux_kustomization %#\n#< flux_kustomization('home', 'probe', depends_on=[{'name': 'dashboard', 'namespace': 'home'}]) >#\n",
    [`${base}/probe/app/kustomization.yaml.j2`]:
      'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n  - ./map.yaml\n',
    [`${base}/probe/app/map.yaml.j2`]:
      '---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: probe\ndata:\n  url: http://dashboard.home.svc.cluster.local:3000\n',
  });
  return folder;
}

/** All folders below one. */
async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((one) => one.isDirectory()).map(({ parentPath, name }) => join(parentPath, name));
}

/** What people write in the repository of a cluster. */
async function overrides(folder: string): Promise<Record<string, string>> {
  return await readFiles(join(folder, 'templates/overrides'));
}

describe('apps of a cluster, which are templates', () => {
  eachOf([false, true], 2)(
    'go to another namespace, get another name (and are as they were afterwards: %s)',
    async (isBack) => {
      const folder = await ownApps();
      const before = await overrides(folder);
      const moved = await app(folder, 'move', 'home/dashboard', 'portal', '--yes');
      expect(moved).toMatchObject({ code: 0, stderr: '' });
      expect(moved.stdout).toMatch(/configure.* renders them/);
      const after = await overrides(folder);
      expect(after['kubernetes/apps/portal/dashboard/ks.yaml.j2']).toContain(
        "flux_kustomization('portal', 'dashboard'",
      );
      expect(after['kubernetes/apps/portal/kustomization.yaml.j2']).toContain('namespace: portal\n');
      expect(after['kubernetes/apps/home/probe/ks.yaml.j2']).toContain("{'name': 'dashboard', 'namespace': 'portal'}");
      expect(after['kubernetes/apps/home/probe/app/map.yaml.j2']).toContain(
        'http://dashboard.portal.svc.cluster.local:',
      );
      const renamed = await app(folder, 'rename', 'portal/dashboard', 'start', '--yes');
      expect(renamed).toMatchObject({ code: 0, stderr: '' });
      const started = await overrides(folder);
      expect(started['kubernetes/apps/home/probe/ks.yaml.j2']).toContain("{'name': 'start', 'namespace': 'portal'}");
      expect(started['kubernetes/apps/portal/start/app/helmrelease.yaml.j2']).toContain('      start:\n');
      if (!isBack) return;
      expect(await app(folder, 'rename', 'portal/start', 'dashboard', '--yes')).toMatchObject({ code: 0, stderr: '' });
      expect(await app(folder, 'move', 'portal/dashboard', 'home', '--yes')).toMatchObject({ code: 0, stderr: '' });
      expect(await overrides(folder)).toEqual(before);
    },
  );

  it('are copied, moved, renamed and removed again, and leave no trace', { tags: 'long' }, async () => {
    const folder = await ownApps();
    const before = await overrides(folder);
    const made = await app(folder, 'new', 'home/second', '--like', 'home/dashboard', '--yes');
    expect(made).toMatchObject({ code: 0, stderr: '' });
    const own = Object.entries(await overrides(folder)).filter(([path]) => path.includes('/second/'));
    expect(own).toHaveLength(5);
    expect(own.filter(([, text]) => /dashboard/i.test(text))).toEqual([]);
    expect(await app(folder, 'move', 'home/second', 'portal', '--yes')).toMatchObject({ code: 0, stderr: '' });
    expect(await app(folder, 'rename', 'portal/second', 'third', '--yes')).toMatchObject({ code: 0, stderr: '' });
    expect(await app(folder, 'remove', 'portal/third', '--yes')).toMatchObject({ code: 0, stderr: '' });
    expect(await overrides(folder)).toEqual(before);
  });

  it('are shown and built, with what stands in Secrets hidden', async () => {
    const folder = await ownApps();
    const shown = await app(folder, 'show', 'home/dashboard');
    expect(shown.stdout).toContain('  template    templates/overrides/kubernetes/apps/home/dashboard/ks.yaml.j2\n');
    expect(shown.stdout).toContain(
      '  needed by   Kustomization home/probe depends on home/dashboard, kubernetes/apps/home/probe/ks.yaml\n',
    );
    const built = await app(folder, 'build', 'home/dashboard');
    expect(built.stdout).toContain('  namespace: home\n');
    expect(built.stdout).toContain('HOMEPAGE_ALLOWED_HOSTS: dashboard.${SECRET_DOMAIN}\n');
    expect(built.stderr).toBe('SECRET_DOMAIN stays as it is written: it stands in the Secret cluster-secrets\n');
    const sealed = await app(folder, 'build', 'network/cloudflare-dns');
    expect(sealed.stdout).toMatch(/kind: Secret\n(?:.*\n)*?stringData:\n {2}\S+: "\*\*\*"\n/);
  });

  it('are removed, with what is left of their namespace', async () => {
    const folder = await ownApps();
    const first = await app(folder, 'remove', 'home/probe', '--yes');
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toContain('Flux removes 1 of 1 objects of home/probe from the cluster: ConfigMap\n');
    const second = await app(folder, 'remove', 'home/dashboard', '--yes');
    expect(second.stdout).toContain('nothing else is in home: its folder kubernetes/apps/home goes too\n');
    expect(Object.keys(await overrides(folder))).toEqual(['README.md']);
  });

  it('are not those of the template, and none is written where nobody says yes', async () => {
    const folder = await ownApps();
    const before = await overrides(folder);
    const ofTemplate = await app(folder, 'remove', 'default/echo', '--yes');
    expect(ofTemplate.code).toBe(64);
    expect(ofTemplate.stderr).toContain('default/echo belongs to the template');
    expect(await app(folder, 'move', 'home/probe', 'portal', '--dry-run')).toMatchObject({ code: 0 });
    const unasked = await app(folder, 'move', 'home/probe', 'portal');
    expect(unasked.code).toBe(64);
    expect(unasked.stderr).toContain('Make portal/probe of home/probe?');
    expect(await overrides(folder)).toEqual(before);
  });

  it('get another image, which is one line of a template', async () => {
    const folder = await ownApps();
    const { code, stdout } = await app(folder, 'set-image', 'home/dashboard', `v1.5.0@${DIGEST}`, '--yes');
    expect(code).toBe(0);
    expect(stdout.match(/^[-+] .*$/gm)).toEqual(['-              tag: v1.4.0', `+              tag: v1.5.0@${DIGEST}`]);
  });

  it('are listed, shown and moved where a secret of the configuration is not at hand, and built with a word about it', async () => {
    const folder = await ownApps();
    const text = await readFile(join(folder, 'cluster.yaml'), 'utf8');
    await writeFiles(folder, {
      'cluster.yaml': `${text.replace(/^cloudflare_token:.*$/m, '')}\ncloudflare_token:\n  env: CLOUDFLARE_TOKEN\n`,
    });
    expect(await app(folder, 'list', 'home')).toMatchObject({ code: 0, stderr: '' });
    const shown = await app(folder, 'build', 'home/dashboard');
    expect(shown.code).toBe(0);
    expect(shown.stderr).toContain('`cloudflare_token` was not checked');
    expect(await app(folder, 'move', 'home/dashboard', 'portal', '--yes')).toMatchObject({ code: 0, stderr: '' });
    expect((await runCommand(['plan', '--root', folder, '--keys', KEYS])).stderr).toContain('which is not set');
  });

  it('are listed with those of the template', async () => {
    const { stdout } = await app(await ownApps(), 'list', 'home');
    expect(stdout).toMatch(
      /^home\/dashboard +v1\.4\.0 +oci app-template +dashboard\.\$\{SECRET_DOMAIN\} +- +- +store$/m,
    );
    expect(stdout).toContain('2 apps\n');
  });
});

describe('apps of any repository', () => {
  it('are listed, moved and removed on disk, and nothing else is left', async () => {
    const folder = await temporaryFolder(HOME);
    const { stdout } = await app(folder, 'list', '--json');
    const { apps } = JSON.parse(stdout) as { apps: { namespace: string; name: string; routes: unknown }[] };
    expect(apps.map(({ namespace, name }) => `${namespace}/${name}`)).toEqual([
      'media/films',
      'media/radio',
      'web/front',
    ]);
    const moved = await app(folder, 'move', 'media/films', 'cinema', '--yes', '--json');
    expect(JSON.parse(moved.stdout)).toMatchObject({ status: 'written', findings: [] });
    expect(await app(folder, 'move', 'cinema/films', 'media', '--yes')).toMatchObject({ code: 0, stderr: '' });
    expect(await readFiles(folder)).toEqual(HOME);
    const removed = await app(folder, 'remove', 'web/front', '--yes');
    expect(removed).toMatchObject({ code: 0, stderr: '' });
    expect(Object.keys(await readFiles(folder)).filter((path) => path.includes('/web/'))).toEqual([]);
  });

  it('are pinned by a digest where the profile says so', async () => {
    const folder = await temporaryFolder({ ...HOME, '.cluster-template.yaml': 'profile: external-secrets\n' });
    const refused = await app(folder, 'set-image', 'media/films', '2.0.0', '--yes');
    expect(refused.code).toBe(64);
    expect(refused.stderr).toContain('ghcr.io/example/films gets a version without a digest');
    expect(await app(folder, 'set-image', 'media/films', `2.0.0@${DIGEST}`, '--yes')).toMatchObject({ code: 0 });
  });

  it('are listed beside a manifest that is no YAML, and nothing is changed then', async () => {
    const path = 'kubernetes/apps/media/films/ks.yaml';
    const folder = await temporaryFolder({ ...HOME, [path]: `${HOME[path] ?? ''}  timeout: *late\n` });
    const listed = await app(folder, 'list');
    expect(listed.code).toBe(0);
    expect(listed.stdout).toContain('2 apps\n');
    expect(listed.stderr).toMatch(/films\/ks\.yaml:\d+:12: error: .*the alias \*late has no anchor &late before it/);
    expect(await app(folder, 'rename', 'web/front', 'back', '--yes')).toMatchObject({ code: 1, stdout: '' });
  });

  it(
    'are left as they are where a folder or a file is read-only, with one message for all of it',
    { tags: 'long' },
    async () => {
      const folder = await temporaryFolder(HOME);
      const home = await temporaryFolder({});
      const [media, list] = ['kubernetes/apps/media', 'kubernetes/apps/web/kustomization.yaml'];
      // Root may write everywhere.
      const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
      for (const one of [home, folder, ...(await foldersIn(folder))]) await chmod(one, 0o777);
      for (const path of Object.keys(HOME)) await chmod(join(folder, path), 0o666);
      const asUser = (...words: string[]): { status: number | null; stderr: string } =>
        spawnSync(process.execPath, [resolve('bin/cluster-template.mjs'), 'app', ...words, '--yes', '--root', folder], {
          encoding: 'utf8',
          env: { PATH: process.env.PATH, NO_COLOR: '1', HOME: home },
          ...user,
        });
      await chmod(join(folder, media), 0o555);
      await chmod(join(folder, list), 0o444);
      for (const [words, closed] of [
        [['new', 'media/third', '--image', 'ghcr.io/example/third:1.0.0'], media],
        [['rename', 'media/radio', 'wave'], media],
        [['remove', 'media/radio'], media],
        [['remove', 'web/front'], list],
      ] as const) {
        const { status, stderr } = asUser(...words);
        expect([words, status]).toEqual([words, 3]);
        expect(stderr.replaceAll(/\s+/g, ' ')).toContain(
          `error: ${closed} cannot be written to, so that nothing was changed: permission denied (EACCES)`,
        );
        expect(stderr).toContain('1 error; nothing was written');
        expect(await readFiles(folder)).toEqual(HOME);
      }
    },
  );

  it('are told of where they are there by half', async () => {
    const entries = Object.entries(HOME).filter(([path]) => !path.includes('/films/app/'));
    const folder = await temporaryFolder(Object.fromEntries(entries));
    const listed = await app(folder, 'list');
    expect(listed.stderr).toContain('the Kustomization media/films applies nothing');
    for (const words of [
      ['build', 'media/films'],
      ['set-image', 'media/films', '2.0.0'],
      ['move', 'media/films', 'web'],
      ['rename', 'media/films', 'movies'],
      ['migrate', 'media/films'],
      ['new', 'media/movies', '--like', 'media/films'],
    ]) {
      const { code, stdout, stderr } = await app(folder, ...words, ...(words[0] === 'build' ? [] : ['--yes']));
      expect([words[0], code, stdout]).toEqual([words[0], 1, '']);
      expect(stderr).toContain('there is no folder kubernetes/apps/media/films/app');
    }
    expect(await app(folder, 'remove', 'media/films', '--yes')).toMatchObject({ code: 0 });
    expect(Object.keys(await readFiles(folder)).filter((path) => path.includes('films'))).toEqual([]);
  });

  it.each([
    [['list', 'medai'], 'no app is in a namespace medai', 'did you mean media?'],
    [['move', 'media/film', 'web'], 'there is no app media/film', 'did you mean media/films?'],
    [['move', 'films', 'web'], 'films is no app', 'write it as in default/echo'],
  ])('refuses %j', async (words, message, remedy) => {
    const { code, stderr } = await app(await temporaryFolder(HOME), ...words);
    expect(code).toBe(64);
    expect(stderr).toContain(message);
    expect(stderr).toContain(remedy);
  });
});
