import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readCompanion } from '../../../src/cluster/config/companion.ts';
import { readAgeKey } from '../../../src/cluster/credentials/read.ts';
import { portUpstream } from '../../../src/operations/init/upstream.ts';
import type { Failure } from '../../../src/report/finding.ts';
import { generateIdentity } from '../../../src/sops/identities.ts';
import { runCommand, sampleCluster } from '../../support/cluster.ts';
import { readFiles, temporaryFolder } from '../../support/folders.ts';
import { ownCluster } from '../support/own-cluster.ts';

const SCHEMATIC = '376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba';
const TOKEN = 'upstream-cloudflare-token-0815';

const MINIMAL = `[network]
node_cidr = "10.10.10.0/24"

[kubernetes.api]
addr = "10.10.10.254"

[gateways]
internal = "10.10.10.252"
dns = "10.10.10.253"
external = "10.10.10.251"

[repository]
url = "https://github.com/somebody/home-ops"

[domain]
name = "home.internal"

[dns]
token = "${TOKEN}"

[[nodes]]
name = "k8s-0"
address = "10.10.10.100"
controller = true
disk = "/dev/sda"
mac_addr = "52:54:00:00:00:10"
schematic_id = "${SCHEMATIC}"
`;

const FULL = `[network]
node_cidr = "10.10.10.0/24"
dns_servers = ["1.1.1.1", "1.0.0.1"]
ntp_servers = ["162.159.200.1", "162.159.200.123"]
default_gateway = "10.10.10.1"
vlan_tag = "100"

[kubernetes]
pod_cidr = "10.42.0.0/16"
svc_cidr = "10.43.0.0/16"
coredns_addr = "10.43.0.10"

[kubernetes.api]
addr = "10.10.10.254"
tls_sans = ["api.home.internal"]

[gateways]
internal = "10.10.10.252"
dns = "10.10.10.253"
external = "10.10.10.251"

[repository]
url = "ssh://git@git.home.internal/somebody/home-ops.git"
branch = "main"
webhook_provider = "generic-hmac"
known_hosts = """
git.home.internal ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl
"""

[domain]
name = "home.internal"

[dns]
provider = "cloudflare"
token = "${TOKEN}"

[ingress]
mode = "cloudflare-tunnel"

[cilium]
loadbalancer_mode = "snat"

[cilium.bgp]
router_addr = "10.10.10.1"
router_asn = "64513"
node_asn = "64514"

[talos]
schematic_id = "${SCHEMATIC}"

[spegel]
enabled = true

[[nodes]]
name = "k8s-0"
address = "10.10.10.100"
controller = true
disk = "/dev/sda"
mac_addr = "52:54:00:00:00:10"
mtu = 1500
secureboot = false
encrypt_disk = false
kernel_modules = []

[[nodes]]
name = "k8s-1"
address = "10.10.10.101"
controller = false
disk = "S4EWNX0M123456"
mac_addr = "52:54:00:00:00:11"
schematic_id = "${SCHEMATIC}"
`;

describe('init --from with the cluster.toml of upstream', () => {
  it.each([
    ['minimal', MINIMAL],
    ['full', FULL],
  ])('takes the %s form, which renders without an error', { tags: 'long' }, async (_, text) => {
    const cluster = await sampleCluster();
    const from = await temporaryFolder({ 'cluster.toml': text });
    const result = await runCommand(['init', '--from', from, '--root', cluster]);
    expect(result, result.stderr).toMatchObject({ code: 0 });
    expect(result.stdout).toContain('taken    cluster.yaml\n');
    expect(result.stdout).toContain('taken    nodes.yaml\n');
    const companion = await readFile(join(cluster, 'cluster.sops.yaml'), 'utf8');
    expect(await readCompanion(companion, (await readAgeKey(cluster)).identities)).toEqual({ cloudflare_token: TOKEN });
    for (const [path, content] of Object.entries(await readFiles(cluster))) expect(content, path).not.toContain(TOKEN);
    const configured = await runCommand(['configure', '--root', cluster]);
    expect(configured, configured.stderr).toMatchObject({ code: 0 });
    expect(configured.stderr).not.toMatch(/error|\[config\//);
    expect(await readFile(join(cluster, 'talos/talconfig.yaml'), 'utf8')).toContain('10.10.10.100');
  });
});

describe('portUpstream', () => {
  it('writes every key under our name', () => {
    const { cluster, nodes, secrets, left } = portUpstream(FULL);
    expect(left).toEqual([]);
    expect(secrets).toEqual({ cloudflare_token: TOKEN });
    expect(parse(cluster)).toMatchObject({
      node_cidr: '10.10.10.0/24',
      node_vlan_tag: 100,
      cluster_api_addr: '10.10.10.254',
      cluster_dns_gateway_addr: '10.10.10.253',
      ingress: 'tunnel',
      repository_url: 'ssh://git@git.home.internal/somebody/home-ops.git',
      repository_known_hosts: [expect.stringMatching(/^git\.home\.internal ssh-ed25519 /) as string],
      webhook_type: 'generic-hmac',
      cloudflare_domain: 'home.internal',
      cilium_bgp_router_asn: 64_513,
      node_schematic_id: SCHEMATIC,
      spegel_enabled: true,
    });
    expect((parse(nodes) as { nodes: unknown[] }).nodes).toHaveLength(2);
  });

  it.each([
    ['https://github.com/a/b.git', { repository_name: 'a/b', repository_visibility: 'public' }],
    ['ssh://git@github.com/a/b', { repository_name: 'a/b', repository_visibility: 'private' }],
    ['https://git.example.org/a/b', { repository_url: 'https://git.example.org/a/b' }],
  ])('knows the repository of %s', (url, fields) => {
    expect(parse(portUpstream(`[repository]\nurl = "${url}"\n`).cluster)).toEqual(fields);
  });

  it('says at its place what could not be taken, without what may be a secret', () => {
    const { cluster, nodes, left } = portUpstream(
      `[network]\nmtu = 9000\napi_token = "hidden"\n[kubernetes]\ncoredns_addr = "10.43.0.53"\n[other]\na = 1\n[[nodes]]\nname = "a"\ncolour = "red"\n`,
    );
    expect(cluster).toMatch(/# --- Nodes -+\n\n# Not taken: network\.mtu = 9000 \(there is no field for it here\)\n/);
    expect(cluster).toContain('# Not taken: network.api_token = … ');
    expect(cluster).toContain('# Not taken: kubernetes.coredns_addr = 10.43.0.53 (CoreDNS has the tenth address');
    expect(cluster).toContain('# --- Not taken');
    expect(nodes).toContain('  - name: a\n    # Not taken: colour = red');
    expect([...left].sort()).toEqual([
      'kubernetes.coredns_addr',
      'network.api_token',
      'network.mtu',
      'nodes[0].colour',
      'other.a',
    ]);
  });

  it('names line and column of what is no TOML', () => {
    const ended = ((): unknown => {
      try {
        return portUpstream('[network]\nnode_cidr = \n');
      } catch (error) {
        return error;
      }
    })();
    expect((ended as Failure).findings[0]?.place).toMatchObject({ file: 'cluster.toml', line: 2 });
  });
});

describe('init --keys-from', () => {
  it('takes existing keys under both names, private and never over those that are here', { tags: 'long' }, async () => {
    const old = await ownCluster();
    const key = await readFile(join(old, 'github-deploy.key'), 'utf8');
    const folder = await temporaryFolder({
      'age.key': await readFile(join(old, 'age.key'), 'utf8'),
      'deploy.key': key,
      'flux-webhook-token.txt': 'abcdef0123456789\n',
      'cloudflare-tunnel.json': await readFile(join(old, 'cloudflare-tunnel.json'), 'utf8'),
      'talos/secrets.sops.yaml': await readFile(
        join(old, 'kubernetes/components/sops/cluster-secrets.sops.yaml'),
        'utf8',
      ),
    });
    const cluster = await sampleCluster();
    const result = await runCommand(['init', '--keys-from', folder, '--root', cluster]);
    expect(result, result.stderr).toMatchObject({ code: 0 });
    for (const file of ['age.key', 'github-deploy.key', 'github-push-token.txt', 'cloudflare-tunnel.json']) {
      expect(result.stdout, file).toContain(`taken    ${file}\n`);
      expect((await stat(join(cluster, file))).mode & 0o777, file).toBe(0o600);
    }
    expect(result.stdout).toContain('taken    talos/talsecret.sops.yaml\n');
    expect(await readFile(join(cluster, 'github-deploy.key'), 'utf8')).toBe(key);
    const other = await temporaryFolder({ 'github-push-token.txt': 'another-token-000\n' });
    const again = await runCommand(['init', '--keys-from', other, '--root', cluster]);
    expect(again.stdout).toContain('kept     github-push-token.txt\n');
    expect(await readFile(join(cluster, 'github-push-token.txt'), 'utf8')).toBe('abcdef0123456789\n');
  });

  it('takes nothing that does not fit', async () => {
    const cluster = await ownCluster();
    const before = await readFiles(cluster);
    const key = generateIdentity();
    const stranger = await temporaryFolder({ 'age.key': `${key.reveal()}\n` });
    const refused = await runCommand(['init', '--keys-from', stranger, '--root', cluster]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('[workspace/owner]');
    const broken = await temporaryFolder({ 'deploy.key': 'nothing of the kind\n' });
    expect(await runCommand(['init', '--keys-from', broken, '--root', cluster])).toMatchObject({ code: 1 });
    const empty = await runCommand(['init', '--keys-from', await temporaryFolder(), '--root', cluster]);
    expect(empty.stderr).toContain('none of the files of keys');
    expect(await readFiles(cluster)).toEqual(before);
  });
});
