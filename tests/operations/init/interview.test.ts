import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfiguration } from '../../../src/cluster/config/load.ts';
import { interview, type ConfigurationTexts } from '../../../src/operations/init/interview.ts';
import { runCommand, sampleCluster } from '../../support/cluster.ts';
import { canMakeTerminal, converse } from '../../support/terminal.ts';

const REPOSITORY = resolve(import.meta.dirname, '../../..');
const HARDWARE = { disk: '/dev/nvme0n1', mac: 'bc:24:11:00:00:02' };

/** Answers by the beginning of a question, the next one each time it is asked; Enter where there is none. */
type Answers = Readonly<Record<string, readonly string[]>>;

async function hold(answers: Answers): Promise<{ texts: ConfigurationTexts; asked: string[]; told: string[] }> {
  const [asked, told]: [string[], string[]] = [[], []];
  const left = Object.entries(answers)
    .sort(([one], [other]) => other.length - one.length)
    .map(([start, list]) => ({ start, list: [...list] }));
  const folder = await sampleCluster();
  const sample = {
    cluster: await readFile(join(folder, 'cluster.yaml'), 'utf8'),
    nodes: await readFile(join(folder, 'nodes.yaml'), 'utf8'),
  };
  const texts = await interview(
    sample,
    {
      ask: (question) => {
        asked.push(question);
        if (asked.length > 100) throw new Error(`asked for ever: ${question}`);
        return Promise.resolve(left.find(({ start }) => question.startsWith(start))?.list.shift() ?? '');
      },
      tell: (line) => told.push(line),
      look: (address) => Promise.resolve(address.endsWith('.11') ? HARDWARE : undefined),
    },
    'me/home-ops',
  );
  return { texts, asked, told };
}

const ONE: Answers = {
  Domain: ['lab.dev'],
  Network: ['10.20.30.0/24'],
  'How many machines': ['1'],
  'MAC address': ['bc:24:11:00:00:01'],
};

describe('an interview', () => {
  it('makes a valid configuration of the sample that keeps its comments and none of its values', async () => {
    const { texts } = await hold({
      ...ONE,
      VLAN: ['20'],
      'Address of the router': ['10.20.30.254'],
      'Is it private': ['no'],
      'How many machines': ['4'],
      'Does k8s-1': ['yes'],
      'MAC address of k8s-0': ['BC:24:11:00:00:01'],
      'MAC address of k8s-2': ['bc:24:11:00:00:03'],
      'MAC address of k8s-3': ['bc:24:11:00:00:04'],
      'Disk of k8s-3': ['/dev/vda'],
    });
    const { findings, configuration } = await loadConfiguration(
      {
        cluster: { file: 'cluster.yaml', text: texts.cluster },
        nodes: { file: 'nodes.yaml', text: texts.nodes },
        isOwned: true,
      },
      { env: {}, readFile: () => Promise.resolve(undefined), isTracked: () => Promise.resolve(false) },
    );
    // The token belongs into cluster.sops.yaml.
    expect(findings.map(({ message }) => message)).toEqual([
      '`cloudflare_token` is a placeholder, which opens nothing',
    ]);
    expect(configuration?.cluster).toMatchObject({
      ...{ node_cidr: '10.20.30.0/24', node_default_gateway: '10.20.30.254', node_vlan_tag: 20 },
      ...{ cluster_api_addr: '10.20.30.5', cluster_dns_gateway_addr: '10.20.30.6', cluster_gateway_addr: '10.20.30.7' },
      ...{ cloudflare_gateway_addr: '10.20.30.8', cloudflare_domain: 'lab.dev' },
      ...{ repository_name: 'me/home-ops', repository_visibility: 'public' },
    });
    expect(
      configuration?.nodes.map(({ name, address, controller, disk, mac_addr: mac }) => [
        name,
        address,
        controller,
        disk,
        mac,
      ]),
    ).toEqual([
      ['k8s-0', '10.20.30.10', true, '/dev/sda', 'bc:24:11:00:00:01'],
      ['k8s-1', '10.20.30.11', true, '/dev/nvme0n1', 'bc:24:11:00:00:02'],
      ['k8s-2', '10.20.30.12', true, '/dev/sda', 'bc:24:11:00:00:03'],
      ['k8s-3', '10.20.30.13', false, '/dev/vda', 'bc:24:11:00:00:04'],
    ]);
    expect(texts.cluster).toContain('# The virtual address of the Kubernetes API, which the controllers share');
    expect(texts.nodes).toContain('    # The static address of the node, in `node_cidr`');
    expect(texts.cluster + texts.nodes).not.toMatch(/^(?!\s*#).*(?:192\.0\.2\.|example\.com|00:00:5e)/m);
  });

  it('asks again for what cannot be, says why, and proposes no address twice', async () => {
    const { texts, asked, told } = await hold({
      ...ONE,
      Domain: ['Not A Domain', 'lab.dev'],
      'GitHub repository': ['home-ops', ''],
      Network: ['10.20.30.0/33', '10.20.30.4/24', '10.20.30.0/30', '10.20.30.0/24'],
      VLAN: ['5000', ''],
      'Unused address for the Kubernetes API': ['10.20.31.5', '10.20.30.0', '10.20.30.6'],
      'Unused address for DNS at home': ['10.20.30.6', ''],
      'How many of them': ['2', '1'],
      'MAC address': ['nonsense', 'bc:24:11:00:00:01'],
    });
    expect(told).toEqual([
      expect.stringContaining('"Not A Domain" is not a domain name'),
      expect.stringContaining('"home-ops" is not a GitHub repository'),
      expect.stringContaining('is not a network'),
      '  did you mean 10.20.30.0/24?',
      '  10.20.30.0/30 is too small for the addresses of a cluster',
      '  answer a whole number from 1 to 4094',
      '  10.20.31.5 lies outside of 10.20.30.0/24',
      '  10.20.30.0 belongs to the network itself',
      '  10.20.30.6 has another owner already',
      '  answer a whole number from 1 to 1',
      expect.stringContaining('"nonsense" is not a MAC address'),
    ]);
    expect(asked).toContain('Unused address for DNS at home [10.20.30.7]: ');
    expect(texts.cluster).toMatch(/^cluster_dns_gateway_addr: 10\.20\.30\.7$/m);
    expect(texts.cluster).toMatch(/^# node_vlan_tag: 100$/m);
  });
});

describe('init --interactive', () => {
  it.each([[['--yes']], [['--json']], [[]]])('is used wrongly with %j where nobody can be asked', async (options) => {
    const cluster = await sampleCluster();
    const result = await runCommand(['init', '--interactive', ...options, '--root', cluster]);
    expect(result.code).toBe(64);
    expect(result.stdout + result.stderr).toMatch(/--interactive asks/);
  });

  it('asks at a terminal', async (context) => {
    context.skip(!canMakeTerminal(), 'there is no python3 to make a terminal');
    const cluster = await sampleCluster();
    const answers = [
      'y',
      'lab.dev',
      'me/home',
      '',
      '10.20.30.0/24',
      ...Array<string>(6).fill(''),
      '1',
      ...Array<string>(5).fill(''),
      'bc:24:11:00:00:01',
    ];
    const program = [process.execPath, join(REPOSITORY, 'bin/cluster-template.mjs'), 'init', '--root', cluster];
    const stdout = await converse(program, answers);
    expect(stdout).toContain('still the sample; answer some questions to make them yours?');
    expect(stdout).toContain('taken    cluster.yaml');
    expect(stdout).toContain('Next: put secrets into cluster.sops.yaml');
    expect(await readFile(join(cluster, 'cluster.yaml'), 'utf8')).toMatch(/^cluster_api_addr: 10\.20\.30\.5$/m);
    expect(await readFile(join(cluster, 'nodes.yaml'), 'utf8')).toContain("mac_addr: 'bc:24:11:00:00:01'");
  });
});
