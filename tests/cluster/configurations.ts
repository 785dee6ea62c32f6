import { loadConfiguration } from '../../src/cluster/config/load.ts';
import type { Configuration } from '../../src/cluster/config/generated/types.ts';
import { formatFindings } from '../../src/report/text.ts';

const CLUSTER = {
  node_cidr: '192.0.2.0/24',
  cluster_api_addr: '192.0.2.5',
  cluster_dns_gateway_addr: '192.0.2.6',
  cluster_gateway_addr: '192.0.2.7',
  cloudflare_gateway_addr: '192.0.2.8',
  repository_name: 'example/cluster',
  cloudflare_domain: 'example.com',
  cloudflare_token: { env: 'TOKEN' },
};

/** The texts of a valid pair of files: `cluster` is laid over the required fields, `controllers` says which nodes are some. */
export function configurationTexts(
  cluster: Readonly<Record<string, unknown>> = {},
  controllers: readonly boolean[] = [true],
): { cluster: string; nodes: string } {
  const nodes = controllers.map((controller, index) => ({
    name: `k8s-${String(index)}`,
    address: `192.0.2.${String(10 + index)}`,
    controller,
    disk: '/dev/sda',
    mac_addr: `00:00:5e:00:53:0${String(index)}`,
    schematic_id: '376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba',
  }));
  // JSON is YAML.
  return { cluster: JSON.stringify({ ...CLUSTER, ...cluster }), nodes: JSON.stringify({ nodes }) };
}

/** The effective configuration of such a pair. Throws where it is not valid. */
export async function validConfiguration(
  cluster: Readonly<Record<string, unknown>> = {},
  controllers: readonly boolean[] = [true],
): Promise<Configuration> {
  const texts = configurationTexts(cluster, controllers);
  const { findings, configuration } = await loadConfiguration(
    { cluster: { file: 'cluster.yaml', text: texts.cluster }, nodes: { file: 'nodes.yaml', text: texts.nodes } },
    { env: { TOKEN: 'token' }, readFile: () => Promise.resolve(undefined), isTracked: () => Promise.resolve(false) },
  );
  if (configuration === undefined) throw new Error(formatFindings(findings));
  return configuration;
}
