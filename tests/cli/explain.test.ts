import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type CommandResult, runCommand, sampleCluster } from '../support/cluster.ts';
import { readFiles } from '../support/folders.ts';
import { eachOf } from '../support/parted.ts';

const SAMPLE_KEYS = resolve(import.meta.dirname, '../sample');
const TOKEN = 'marker-of-the-token-0123456789';

async function run(
  root: string,
  arguments_: readonly string[],
  env: Record<string, string> = {},
): Promise<CommandResult> {
  return await runCommand(['explain', '--root', root, '--keys', SAMPLE_KEYS, ...arguments_], { env });
}

describe('explain', () => {
  it('answers as text and as JSON, and writes nothing', async () => {
    const cluster = await sampleCluster();
    const before = await readFiles(cluster);
    const { code, stdout, stderr } = await run(cluster, ['talos/talconfig.yaml:4']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^talos\/talconfig\.yaml:4\n {4}\| /);
    const json = JSON.parse((await run(cluster, ['--json', 'talos/talconfig.yaml:6:9'])).stdout) as unknown;
    expect(json).toMatchObject({
      status: 'done',
      file: 'talos/talconfig.yaml',
      line: 6,
      made: [{ file: 'templates/config/talos/talconfig.yaml.j2' }],
      keys: [
        {
          key: 'cluster_endpoint',
          kind: 'computed',
          from: [{ key: 'cluster_api_addr', kind: 'written', value: '"192.0.2.5"', place: { file: 'cluster.yaml' } }],
        },
      ],
    });
    expect(await readFiles(cluster)).toEqual(before);
  });

  it('tells which lines come from a key, however it is named', { tags: 'long' }, async () => {
    const cluster = await sampleCluster();
    const byName = await run(cluster, ['--json', 'cluster_api_addr']);
    const { use, files } = JSON.parse(byName.stdout) as {
      use: object;
      files: { file: string; secret: boolean; printed: number[]; decided: number[] }[];
    };
    const line = String(await lineOf(cluster, 'cluster_api_addr'));
    expect(use).toMatchObject({
      key: 'cluster_api_addr',
      value: '"192.0.2.5"',
      place: { file: 'cluster.yaml', line: Number(line) },
    });
    const talconfig = files.find(({ file }) => file === 'talos/talconfig.yaml');
    const text = (await readFile(join(cluster, 'talos/talconfig.yaml'), 'utf8')).split('\n');
    const withAddress = text.flatMap((line, index) => (/192\.0\.2\.5\b/.test(line) ? [index + 1] : []));
    expect(withAddress.length).toBeGreaterThan(1);
    expect(talconfig?.printed).toEqual(expect.arrayContaining(withAddress));
    // Each way round gives the same answer.
    for (const one of withAddress) {
      const { stdout } = await run(cluster, [`talos/talconfig.yaml:${String(one)}`]);
      expect(stdout, String(one)).toContain('cluster_api_addr');
    }
    expect((await run(cluster, ['--json', `cluster.yaml:${line}`])).stdout).toBe(byName.stdout);
    const shown = await run(cluster, ['cluster_api_addr']);
    expect(shown.stdout).toContain(`cluster_api_addr = "192.0.2.5"\n  cluster.yaml:${line}:19\n\nPrinted in\n`);
    expect(shown.stdout.split('\n').every((line) => line.length <= 80)).toBe(true);
  });

  it.each([
    ['cluster.yaml:15', 'cluster.yaml:15 sets no field'],
    ['cluster.yaml', 'cluster.yaml is no generated file'],
    ['cluster.yaml:9999', 'so there is no line 9999'],
    ['node_cdir', 'did you mean node_cidr?'],
  ])('says of %s that %s', async (place, said) => {
    const { code, stdout, stderr } = await run(await sampleCluster(), [place]);
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toContain(said);
  });

  it.each([
    ['a merge is not finished here', '<<<<<<< ours\nnode_vlan_tag: 1\n=======\nnode_vlan_tag: 2\n>>>>>>> theirs\n'],
    ['is set twice', 'node_cidr: 10.0.0.0/24\n'],
  ])('says of a line of a file that cannot be read that %s', async (said, broken) => {
    const cluster = await sampleCluster();
    await appendFile(join(cluster, 'cluster.yaml'), broken);
    const { code, stderr } = await run(cluster, ['cluster.yaml:11']);
    expect(stderr).toContain(said);
    expect(code).toBe(1);
  });

  eachOf<[string, RegExp]>(
    [
      ['cluster.yaml:14', /^node_dns_servers = .*\n {2}not set in cluster\.yaml: the default/],
      [
        'nodes.yaml:19',
        /^nodes\[0\]\.mac_addr = "00:00:5e:00:53:0a"\n {2}nodes\.yaml:19:15\n\nPrinted in\n {2}talos\/talconfig\.yaml\n {4}line 30\n$/,
      ],
      [
        'cloudflare_token',
        /\(value hidden\)\n\nPrinted in\n(?: {2}\S+\.sops\.yaml\n {4}\(a secret: lines are not shown\)\n)+$/,
      ],
      ['config/host-bits', /^config\/host-bits\n\n {2}a network is not written by its first address\n {2}= /],
    ],
    3,
  )('reads well: %s', async (place, expected) => {
    const { code, stdout } = await run(await sampleCluster(), [place]);
    expect(code).toBe(0);
    expect(stdout).toMatch(expected);
  });

  it('takes paths from the folder that it is called in', { tags: 'long' }, async () => {
    const cluster = await sampleCluster();
    const result = await runCommand(['explain', '--root', '..', '--keys', SAMPLE_KEYS, 'talconfig.yaml:4'], {
      cwd: join(cluster, 'talos'),
    });
    expect(result).toMatchObject({ code: 0, stderr: '' });
  });

  it.each([
    ['talos/talconfig.yml', 'talos/talconfig.yml is not a generated file', 'did you mean talos/talconfig.yaml?'],
    ['talconfig.yaml', 'is not a generated file', 'did you mean talos/talconfig.yaml?'],
    ['package.json', 'package.json is not a generated file', 'cluster-template.mjs plan --all'],
    ['talos/talconfig.yaml:9999', 'so there is no line 9999', 'give a line from 1 to '],
    ['talos/talconfig.yaml:0', 'lines count from 1', 'write talos/talconfig.yaml:1'],
    ['../other', 'lies outside of', ''],
  ])('refuses %s', async (place, message, remedy) => {
    const { code, stdout, stderr } = await run(await sampleCluster(), [place]);
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toContain(remedy);
  });

  it('says what was adopted, what is no longer generated and what renders to nothing', { tags: 'long' }, async () => {
    const cluster = await sampleCluster();
    const inventory = join(cluster, '.cluster-template/manifest.json');
    const text = JSON.parse(await readFile(inventory, 'utf8')) as Record<string, unknown>;
    const files = { ...(text.files as Record<string, string>), 'talos/old.yaml': 'sha256:0' };
    await writeFile(inventory, JSON.stringify({ ...text, adopted: ['talos/talenv.yaml'], files }));
    await appendFile(join(cluster, 'cluster.yaml'), '\nspegel_enabled: false\n');
    const cases = [
      ['talos/talenv.yaml', 'talos/talenv.yaml was adopted', 'cluster-template.mjs adopt --release talos/talenv.yaml'],
      ['talos/old.yaml', 'is no longer generated', 'cluster-template.mjs configure'],
      [
        'kubernetes/apps/kube-system/spegel/ks.yaml',
        'is not generated with this configuration: it takes `spegel_enabled`',
        '',
      ],
      ['kubernetes/apps/kube-system/cilium/app/bgp.yaml', 'renders to nothing with this configuration', ''],
    ] as const;
    for (const [path, message, remedy] of cases) {
      const { code, stderr } = await run(cluster, [path]);
      expect(code).toBe(64);
      expect(stderr).toContain(message);
      expect(stderr).toContain(remedy);
    }
  });

  it('never shows a secret', { tags: 'long' }, async () => {
    const cluster = await sampleCluster();
    const file = join(cluster, 'cluster.yaml');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace(/^cloudflare_token:.*$/m, 'cloudflare_token: {env: CF_TOKEN}'));
    const secret = 'kubernetes/components/sops/token.sops.yaml';
    const template =
      'apiVersion: v1\nkind: Secret\nstringData:\n  # a comment\n  TOKEN: "#< cloudflare_token >#"\n  LONG: |\n    #< cloudflare_token >#\n    literal-in-the-template\n  DOMAIN: #< primary_domain >#\n';
    await writeFile(join(cluster, 'templates/config', `${secret}.j2`), template);
    for (const place of [secret, ...[1, 2, 3, 4, 5, 6, 7].map((line) => `${secret}:${String(line)}`)]) {
      for (const options of [[], ['--json']]) {
        const { code, stdout, stderr } = await run(cluster, [...options, place], { CF_TOKEN: TOKEN });
        expect({ code, stderr }, place).toEqual({ code: 0, stderr: '' });
        for (const value of [TOKEN, 'literal-in-the-template', 'example.com']) expect(stdout).not.toContain(value);
      }
    }
    const last = await run(cluster, [`${secret}:7`], { CF_TOKEN: TOKEN });
    expect(last.stdout).toContain('DOMAIN: "[secret]"');
    expect(last.stdout).toContain(`${secret}.j2:9`);
    const line = await lineOf(cluster, 'cloudflare_domain');
    expect(last.stdout).toContain(`cluster.yaml:${String(line)}:20 (value hidden)`);
  });

  it('needs no key', { tags: 'long' }, async () => {
    const cluster = await sampleCluster();
    const { code, stdout } = await runCommand(['explain', '--root', cluster, 'bootstrap/github-deploy-key.sops.yaml']);
    expect(code).toBe(0);
    expect(stdout).toContain('reads github-deploy.key (value hidden)');
  });
});

/** The line of cluster.yaml that sets a field. */
async function lineOf(cluster: string, field: string): Promise<number> {
  const lines = (await readFile(join(cluster, 'cluster.yaml'), 'utf8')).split('\n');
  return lines.findIndex((line) => line.startsWith(`${field}:`)) + 1;
}

/** Compiled plugins may be kept between runs. */
