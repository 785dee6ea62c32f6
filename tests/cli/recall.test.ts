import { chmod, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { openUserCache } from '../../src/system/user-folders.ts';
import { recallCommand, runCommand, type CommandResult } from '../support/cluster.ts';
import { readFiles, temporaryFolder } from '../support/folders.ts';
import { smallCluster } from '../support/small-cluster.ts';

let repository: string;
let env: Record<string, string | undefined>;

beforeEach(async () => {
  const cluster = await smallCluster();
  repository = cluster.repository;
  env = { ...cluster.env };
});

/** What is said without running anything; undefined where the command has to be run. */
async function recalled(...words: string[]): Promise<CommandResult | undefined> {
  return await recallCommand([...words, '--root', repository], { env });
}

async function run(...words: string[]): Promise<CommandResult> {
  return await runCommand([...words, '--root', repository], { env });
}

describe('a command that is asked again', () => {
  it.each([['configure'], ['configure', '--check'], ['plan', '--all'], ['validate', '--json'], ['diff']])(
    'says the same without being run: %s %s',
    async (...words) => {
      expect(await recalled(...words)).toBeUndefined();
      const first = await run(...words);
      expect(await recalled(...words)).toEqual(first);
      expect(await run(...words, '--no-cache')).toEqual(first);
    },
  );

  it('is run where another command, another folder or another option is meant', async () => {
    await run('plan');
    expect(await recalled('plan', '--all')).toBeUndefined();
    expect(await recalled('validate')).toBeUndefined();
    expect(await recalled('plan', '--no-cache')).toBeUndefined();
    await run('plan', '--no-cache');
    expect(openUserCache().digest, 'goes for that command alone').toBeDefined();
    expect(await recallCommand(['plan', '--root', await temporaryFolder()], { env })).toBeUndefined();
    expect(await recalled('plan')).toBeDefined();
  });

  it('is run where it says that the repository is trusted, which is kept', async () => {
    await run('plan', '--trust');
    expect(await recalled('plan', '--trust')).toBeUndefined();
  });

  it('is run where it wrote something, failed, or would have to ask', async () => {
    await writeFile(join(repository, 'talos/extra.yaml'), 'own: true\n');
    await edit('cluster.yaml', (text) => text.replace(/^node_cidr: .*$/m, 'node_cidr: nonsense'));
    expect((await run('plan')).code).toBe(1);
    expect(await recalled('plan')).toBeUndefined();
  });

  it('keeps no secret', async () => {
    await run('configure');
    const cache = env.CLUSTER_TEMPLATE_CACHE ?? '';
    const kept = Object.entries(await readFiles(cache)).filter(([name]) => name.startsWith('run-'));
    expect(kept).toHaveLength(1);
    const key = /AGE-SECRET-KEY-\w+/.exec(await readFile(join(repository, 'age.key'), 'utf8'))?.[0] ?? '';
    expect(key).not.toBe('');
    for (const [, text] of kept) expect(text).not.toContain(key.slice(15, 40));
  });

  it('believes nothing that somebody else has written', async () => {
    await run('plan');
    const cache = env.CLUSTER_TEMPLATE_CACHE ?? '';
    for (const name of Object.keys(await readFiles(cache)).filter((one) => one.startsWith('run-'))) {
      const bytes = await readFile(join(cache, name));
      await writeFile(
        join(cache, name),
        Buffer.from(bytes.toString('latin1').replace('unchanged', 'all fine!'), 'latin1'),
      );
    }
    expect(await recalled('plan')).toBeUndefined();
  });
});

describe('a change is seen', { tags: 'long' }, () => {
  it.each<[what: string, change: () => unknown]>([
    ['of a value', () => edit('cluster.yaml', (text) => text.replace(/^# /m, '# another '))],
    ['of nodes.yaml', () => edit('nodes.yaml', (text) => `${text}\n`)],
    ['of the settings', () => edit('makejinja.toml', (text) => `${text}\n# more\n`)],
    ['of a template', () => edit('templates/overrides/talos/own.sops.yaml.j2', (text) => `${text}# more\n`)],
    ['a new template', () => writeFile(join(repository, 'templates/overrides/talos/more.yaml.j2'), 'a: 1\n')],
    ['a template that is gone', () => rm(join(repository, 'templates/overrides/talos/own.sops.yaml.j2'))],
    ['of the plugin', () => edit('templates/scripts/plugin.ts', (text) => `${text}// more\n`)],
    ['of a result', () => edit('talos/talconfig.yaml', (text) => `${text}# by hand\n`)],
    ['of the bits of a result', () => chmod(join(repository, 'talos/talconfig.yaml'), 0o755)],
    ['a result that is gone', () => rm(join(repository, 'talos/talconfig.yaml'))],
    ['a link in the place of a result', () => moveAside('talos/talconfig.yaml')],
    ['an own file beside the results', () => mkdirAndWrite('kubernetes/apps/own.yaml')],
    ['of the manifest', () => edit('.cluster-template/manifest.json', (text) => text.replace('sha256:', 'sha256:0'))],
    ['an unfinished write', () => writeFile(join(repository, '.cluster-template/journal.json'), '{}')],
    ['of the key', () => edit('age.key', (text) => `${text}\n`)],
    ['of a local credential', () => edit('github-push-token.txt', (text) => `${text}0`)],
    ['of the companion', () => edit('cluster.sops.yaml', (text) => `${text}\n`)],
    ['another key in the environment', () => set('SOPS_AGE_KEY', 'nonsense')],
    ['a secret in the environment', () => set('MY_API_TOKEN', 'k3yk3yk3y-0123456789')],
    ['another PATH', () => set('PATH', '/nowhere')],
  ])('%s', async (_, change) => {
    await run('plan');
    expect(await recalled('plan')).toBeDefined();
    await change();
    expect(await recalled('plan')).toBeUndefined();
  });

  it('trust that is taken back', async () => {
    await edit('templates/scripts/plugin.ts', (text) => text.replace('data: {}', "data: { zone: 'one' }"));
    await run('plan');
    expect(await recalled('plan')).toBeDefined();
    set('CLUSTER_TEMPLATE_TRUST', '');
    expect(await recalled('plan')).toBeUndefined();
  });

  it('of a variable that a template reads, and of no other', async () => {
    await writeFile(join(repository, 'templates/overrides/talos/zone.yaml.j2'), "zone: '#< env.MY_ZONE >#'\n");
    set('MY_ZONE', 'one');
    set('OTHER', 'one');
    expect((await run('configure', '--yes')).code).toBe(0);
    await run('plan');
    set('OTHER', 'two');
    expect(await recalled('plan')).toBeDefined();
    set('MY_ZONE', 'two');
    expect(await recalled('plan')).toBeUndefined();
    expect((await run('plan')).stdout).toContain('talos/zone.yaml');
  });

  it('of a module that the plugin imports', async () => {
    await edit(
      'templates/scripts/plugin.ts',
      (text) => `import { zone } from './zone.ts';\n${text.replace('data: {}', 'data: { zone }')}`,
    );
    await writeFile(join(repository, 'templates/scripts/zone.ts'), "export const zone = 'one';\n");
    await run('plan');
    expect(await recalled('plan')).toBeDefined();
    await writeFile(join(repository, 'templates/scripts/zone.ts'), "export const zone = 'two';\n");
    expect(await recalled('plan')).toBeUndefined();
  });

  it.each([
    ['the clock', 'data: { day: new Date().getDay() }'],
    ['chance', 'data: { number: Math.random() }'],
    ['the process', 'data: { folder: process.cwd() }'],
    ['a module of Node.js', 'data: { host: os.hostname() }', "import os from 'node:os';"],
    ['a package', 'data: { text: stringify({}) }', "import { stringify } from 'yaml';"],
  ])('never said of a plugin that reads %s', async (_, data, head = '') => {
    await edit('templates/scripts/plugin.ts', (text) => `${head}\n${text.replace('data: {}', data)}`);
    await run('plan');
    expect(await recalled('plan')).toBeUndefined();
  });

  it('never said of a template that depends on chance', async () => {
    await writeFile(join(repository, 'templates/overrides/talos/chance.yaml.j2'), 'a: #< [1, 1] | random >#\n');
    await run('plan');
    expect(await recalled('plan')).toBeUndefined();
  });
});

function set(name: string, value: string): string {
  return (env[name] = value);
}

async function edit(path: string, change: (text: string) => string): Promise<void> {
  const file = join(repository, path);
  const text = await readFile(file, 'utf8');
  expect(change(text)).not.toBe(text);
  await writeFile(file, change(text));
}

async function moveAside(path: string): Promise<void> {
  await rename(join(repository, path), join(repository, `${path}.aside`));
  await symlink(`${path.split('/').at(-1) ?? ''}.aside`, join(repository, path));
}

async function mkdirAndWrite(path: string): Promise<void> {
  await mkdir(join(repository, path, '..'), { recursive: true });
  await writeFile(
    join(repository, path),
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: own\n  namespace: default\n',
  );
}
