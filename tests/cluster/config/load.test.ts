import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadConfiguration, type LoadedConfiguration } from '../../../src/cluster/config/load.ts';
import { SAMPLE_CLOUDFLARE_TOKEN } from '../../../src/cluster/root.ts';
import { secretValues, type SecretSources } from '../../../src/cluster/config/secrets.ts';
import { clusterSample, nodesSample } from '../../../scripts/make-samples.mjs';
import { CLUSTER_FIELDS, NODE_FIELDS } from '../../../src/cluster/config/schemas.ts';
import { eachOf } from '../../support/parted.ts';
import { SAMPLE_FILES } from '../../support/sample.ts';
import { configurationTexts, validConfiguration } from '../configurations.ts';

const SECRET = 'do-not-show-this-token';

const SOURCES: SecretSources = {
  env: { TOKEN: `  ${SECRET}\n`, EMPTY: ' ' },
  readFile: (path) => Promise.resolve(path === 'token.txt' ? `${SECRET}\r\n` : path === 'empty.txt' ? '\n' : undefined),
  isTracked: (path) => Promise.resolve(path === 'cluster.yaml'),
};

async function load(cluster: string, nodes: string, sources: SecretSources = SOURCES): Promise<LoadedConfiguration> {
  return loadConfiguration(
    { cluster: { file: 'cluster.yaml', text: cluster }, nodes: { file: 'nodes.yaml', text: nodes } },
    sources,
  );
}

async function loadWithToken(token: unknown): Promise<LoadedConfiguration> {
  const texts = configurationTexts({ cloudflare_token: token });
  return load(texts.cluster, texts.nodes);
}

describe('defaults', () => {
  it('are not changed by whoever changes those of another configuration, as a plugin may', async () => {
    const texts = configurationTexts({});
    const dns = async () => (await load(texts.cluster, texts.nodes)).configuration?.cluster.node_dns_servers ?? [];
    const before = [...(await dns())];
    ((await dns()) as string[]).push('192.0.2.99');
    expect(before).not.toEqual([]);
    expect(await dns()).toEqual(before);
  });
});

describe('the sample', () => {
  const read = (file: string) => readFile(join(SAMPLE_FILES, file), 'utf8');

  it('is valid as it stands, though git tracks it', async () => {
    const { findings, configuration } = await load(await read('cluster.yaml'), await read('nodes.yaml'));
    expect(findings).toEqual([]);
    expect(configuration?.cluster).toMatchObject({ repository_visibility: 'private', node_vlan_tag: 100 });
    expect(configuration?.nodes.map(({ controller }) => controller)).toEqual([true, true, true, false]);
  });

  it('stays valid when the optional fields that it shows are taken in', async () => {
    const uncomment = (text: string): string =>
      text.replace(/^(\s*)# ((?:[a-z0-9_]+|nodeLabels):(?: .*)?| {2}topology\S*: .*)$/gm, '$1$2');
    // Only one of the two names for the domains may be set, and only a tunnel has a protocol.
    const cluster = uncomment((await read('cluster.yaml')).replace(/^# (?:cloudflare_domains|ingress):.*$/gm, ''));
    const labels =
      '    nodeLabels:\n      topology.kubernetes.io/region: home\n      topology.kubernetes.io/zone: rack-2\n';
    const nodes = uncomment(await read('nodes.yaml')).replace(
      /^( {4}schematic_id: .*\n)(?=\n|$(?![^]))/gm,
      `$1${labels}`,
    );
    const env = new Proxy({}, { get: () => SECRET });
    const { findings, configuration } = await load(cluster, nodes, { ...SOURCES, env });
    // The sample's schematic is the plain image.
    expect(findings.map(({ code }) => code)).toEqual(['config/plain-schematic']);
    const isOwn = (name: string): boolean => CLUSTER_FIELDS[name]?.['x-entry'] === undefined;
    const unset = Object.entries(configuration?.cluster ?? {}).filter(([name, value]) => value === null && isOwn(name));
    expect(unset.map(([name]) => name)).toEqual(['ingress', 'cloudflare_domains']);
    expect(Object.values(configuration?.nodes[0] ?? {})).not.toContain(null);
  });

  it('is what the schemas make of it (npm run golden)', async () => {
    expect(await read('cluster.yaml')).toBe(await clusterSample());
    expect(await read('nodes.yaml')).toBe(await nodesSample());
  });

  it.each([
    ['cluster.yaml', CLUSTER_FIELDS, /^(?:# )?([a-z0-9_]+):/gm],
    ['nodes.yaml', NODE_FIELDS, /^ {2}(?:- | {2}(?:# )?)([a-zA-Z_]+):/gm],
  ])('%s shows every field once that no entry of the catalogue brings', async (file, fields, pattern) => {
    const [text = ''] = (await read(file)).split(/\n\n {2}- name: k8s-1/);
    const shown = [...text.matchAll(pattern)].map(([, name]) => name);
    const own = Object.entries(fields).filter(([, field]) => field['x-entry'] === undefined);
    expect(shown).toEqual(own.map(([name]) => name));
  });

  it('names its schemas and its placeholder', async () => {
    expect(await read('cluster.yaml')).toContain('# yaml-language-server: $schema=./schemas/cluster.schema.json\n');
    expect(await read('nodes.yaml')).toContain('# yaml-language-server: $schema=./schemas/nodes.schema.json\n');
    expect(await read('cluster.yaml')).toContain(`\ncloudflare_token: ${SAMPLE_CLOUDFLARE_TOKEN}\n`);
  });
});

describe('secrets', () => {
  it.each([[{ env: 'TOKEN' }], [{ file: 'token.txt' }], [SECRET]])('are read from %j', async (token) => {
    const { configuration } = await loadWithToken(token);
    if (configuration === undefined) throw new Error('not valid');
    expect(secretValues(configuration)).toEqual([SECRET]);
  });

  it.each([
    [{ env: 'EMPTY' }, 'config/secret-missing', 'error'],
    [{ env: 'ABSENT' }, 'config/secret-missing', 'error'],
    [{ file: 'empty.txt' }, 'config/secret-missing', 'error'],
    [{ file: 'absent.txt' }, 'config/secret-missing', 'error'],
    [{ file: SECRET }, 'config/secret-missing', 'error'],
    [{ env: SECRET.replaceAll('-', '_') }, 'config/secret-missing', 'error'],
    [SECRET, 'config/secret-in-git', 'warning'],
  ])('%j gives %s, a %s', async (token, code, severity) => {
    const { findings } = await loadWithToken(token);
    expect(findings).toMatchObject([{ code, severity }]);
    expect(JSON.stringify(findings)).not.toMatch(/do.not.show/);
    expect(findings[0]?.sourceLine).toBeUndefined();
  });

  it('the placeholder of the sample is no secret', async () => {
    expect((await loadWithToken(SAMPLE_CLOUDFLARE_TOKEN)).findings).toEqual([]);
  });
});

describe('every pair of equal addresses', () => {
  const fields = [
    'node_default_gateway',
    'cluster_api_addr',
    'cluster_dns_gateway_addr',
    'cluster_gateway_addr',
    'cloudflare_gateway_addr',
    'agentgateway_addr',
  ];
  const pairs = fields.flatMap((one, index) =>
    [...fields.slice(index + 1), 'nodes[0].address'].map((other) => [one, other] as const),
  );

  it.each(pairs)('%s and %s are one finding that names both', async (one, other) => {
    const texts = configurationTexts({
      [one]: '192.0.2.99',
      ...(other.startsWith('nodes') ? {} : { [other]: '192.0.2.99' }),
    });
    const nodes = other.startsWith('nodes') ? texts.nodes.replace('192.0.2.10', '192.0.2.99') : texts.nodes;
    const { findings } = await load(texts.cluster, nodes);
    expect(findings.map(({ code }) => code)).toEqual(['config/address-taken']);
    expect(findings[0]?.message).toContain(`\`${one}\``);
    expect(findings[0]?.message).toContain(`\`${other}\``);
  });
});

describe('BGP', () => {
  const FIELDS = { cilium_bgp_router_addr: '192.0.2.1', cilium_bgp_router_asn: 64513, cilium_bgp_node_asn: 64514 };
  const subsets = Array.from({ length: 8 }, (_, bits) =>
    Object.entries(FIELDS).filter((_entry, index) => (bits >> index) & 1),
  );

  it.each(subsets.map((entries) => ({ names: entries.map(([name]) => name), entries })))(
    'with $names',
    async ({ entries }) => {
      const texts = configurationTexts(Object.fromEntries(entries));
      const { findings } = await load(texts.cluster, texts.nodes);
      const partial = entries.length === 1 || entries.length === 2;
      expect(findings.map(({ code }) => code)).toEqual(partial ? ['config/bgp-incomplete'] : []);
    },
  );
});

describe('what is not valid', () => {
  eachOf([60, 300], 2)('never throws, whatever the files hold: %d times', async (numRuns) => {
    const texts = configurationTexts();
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ':',
      ' ',
      '\n',
      '\t',
      '-',
      '"',
      "'",
      '&a',
      '*a',
      '!!x',
      '|',
      '>',
      '#',
      '%',
      'nodes',
      '\u0000',
      '__proto__: 1',
    );
    const damaged = fc
      .tuple(fc.constantFrom(...Object.values(texts)), fc.nat(), fc.array(pieces, { maxLength: 6 }))
      .map(([text, at, inserted]) => {
        const cut = at % text.length;
        return text.slice(0, cut) + inserted.join('') + text.slice(cut);
      });
    await fc.assert(
      fc.asyncProperty(damaged, damaged, async (cluster, nodes) => {
        const { findings, configuration } = await load(cluster, nodes);
        expect(configuration === undefined).toBe(findings.some(({ severity }) => severity === 'error'));
      }),
      { numRuns },
    );
  });

  it('is said of a file nested too deeply', async () => {
    const { findings } = await load('['.repeat(100_000), configurationTexts().nodes);
    expect(findings.every(({ code }) => code === 'config/yaml-syntax')).toBe(true);
    expect(findings).not.toHaveLength(0);
  });

  it('is sorted as it stands in the files', async () => {
    const { findings } = await load('b: 1\na: 1\nnode_cidr: 10.0.0.1/8\n', 'nodes:\n  - z: 1\n  - y: 1\n');
    const order = findings.map(({ place }) => [place?.file, place?.line, place?.column] as const);
    const sorted = [...order].sort(
      (one, other) =>
        String(one[0]).localeCompare(String(other[0])) ||
        Number(one[1]) - Number(other[1]) ||
        Number(one[2]) - Number(other[2]),
    );
    expect(order).toEqual(sorted);
  });
});

describe('defaults', () => {
  it('are applied to every node', async () => {
    const { nodes } = await validConfiguration({}, [true, false]);
    expect(nodes[1]).toMatchObject({
      mtu: 1500,
      secureboot: false,
      encrypt_disk: false,
      kernel_modules: [],
      nodeLabels: null,
    });
  });
});
