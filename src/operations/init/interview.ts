import {
  contains,
  firstAddress,
  formatAddress,
  formatNetwork,
  hostBits,
  lastAddress,
} from '../../cluster/addresses.ts';
import { nthHost, parseAddress, parseNetwork, type Network } from '../../cluster/addresses.ts';
import { CLUSTER_FIELDS, NODE_FIELDS, schemaAt } from '../../cluster/config/schemas.ts';

/** What an interview speaks with. */
interface Interviewer {
  /** Puts a question and gives back what was typed, without white space around it. */
  readonly ask: (question: string) => Promise<string>;
  readonly tell: (line: string) => void;
  /** Asks a machine that has booted Talos; what it cannot tell is undefined, and why is told. */
  readonly look: (address: string) => Promise<Hardware | undefined>;
}

/** What a machine tells of itself. */
export interface Hardware {
  readonly disk: string;
  readonly mac: string;
}

/** The texts of cluster.yaml and nodes.yaml. */
export interface ConfigurationTexts {
  readonly cluster: string;
  readonly nodes: string;
}

/** What is wrong with an answer; undefined where nothing is. */
type Check = (answer: string) => string | undefined;

/** Where in the node network the addresses are proposed, as in the sample; machines follow from the last one on. */
const PLACES = { api: 5n, dns: 6n, internal: 7n, external: 8n, nodes: 10n } as const;

/**
 * Asks for the fields that must be one's own and writes them into the sample, with its comments. A wrong answer is asked for again.
 *
 * @param repository - `owner/name` to propose, where it is known
 */
export async function interview(
  sample: ConfigurationTexts,
  interviewer: Interviewer,
  repository?: string,
): Promise<ConfigurationTexts> {
  const put = asker(interviewer);
  const domain = await put('Domain of the cluster, a zone at Cloudflare', undefined, formOf('cloudflare_domain'));
  const name = await put('GitHub repository, as owner/name', repository, formOf('repository_name'));
  const isPrivate = await put('Is it private?', 'yes', yesOrNo);
  const network = parseNetwork(await put('Network of the machines', '192.168.1.0/24', networkCheck));
  if (network === undefined) throw new Error('a network that was checked cannot be read');
  const taken = new Set<string>();
  const own = async (question: string, place: bigint): Promise<string> => {
    const answer = await put(question, proposal(network, place, taken), addressCheck(network, taken));
    taken.add(answer);
    return answer;
  };
  const router = await own('Address of the router', 1n);
  const vlan = await put('VLAN tag, where the machines are on a trunk port', 'none', vlanCheck);
  const fields = {
    node_cidr: formatNetwork(network),
    node_default_gateway: router === proposal(network, 1n, new Set()) ? undefined : router,
    node_vlan_tag: vlan === 'none' ? undefined : vlan,
    cluster_api_addr: await own('Unused address for the Kubernetes API', PLACES.api),
    cluster_dns_gateway_addr: await own('Unused address for DNS at home', PLACES.dns),
    cluster_gateway_addr: await own('Unused address for what is reached from home only', PLACES.internal),
    cloudflare_gateway_addr: await own('Unused address for what is reached over the Internet', PLACES.external),
    repository_name: name,
    repository_visibility: isPrivate.startsWith('y') ? 'private' : 'public',
    cloudflare_domain: domain,
  };
  const nodes = await askNodes(put, interviewer, own);
  const cluster = Object.entries(fields).reduce(
    (text, [field, value]) => withField(text, field, value),
    sample.cluster,
  );
  return { cluster, nodes: withNodes(sample.nodes, nodes) };
}

type Put = (question: string, proposed: string | undefined, check: Check) => Promise<string>;

function asker({ ask, tell }: Interviewer): Put {
  return async (question, proposed, check) => {
    for (;;) {
      const typed = await ask(`${question}${proposed === undefined ? '' : ` [${proposed}]`}: `);
      const answer = typed === '' ? (proposed ?? '') : typed;
      const wrong = check(answer);
      if (wrong === undefined) return answer;
      tell(`  ${wrong}`);
    }
  };
}

interface OwnNode {
  readonly name: string;
  readonly address: string;
  readonly controller: boolean;
  readonly disk: string;
  readonly mac_addr: string;
}

async function askNodes(
  put: Put,
  { look }: Interviewer,
  own: (question: string, place: bigint) => Promise<string>,
): Promise<OwnNode[]> {
  const count = Number(await put('How many machines?', '3', wholeNumber(1, 100)));
  const most = count >= 3 ? 3 : 1;
  const controllers = Number(await put('How many of them are controllers?', String(most), oddNumber(count)));
  const nodes: OwnNode[] = [];
  for (let index = 0; index < count; index += 1) {
    const controller = index < controllers;
    const known = (name: string): string | undefined =>
      nodes.some((node) => node.name === name) ? `${name} is another machine` : formOf('name', 'nodes')(name);
    const name = await put(
      `Name of ${controller ? 'controller' : 'worker'} ${String(index + 1)}`,
      `k8s-${String(index)}`,
      known,
    );
    const address = await own(`Address of ${name}`, PLACES.nodes + BigInt(index));
    const answers = (await put(`Does ${name} run Talos there now, so that it can be asked?`, 'no', yesOrNo)).startsWith(
      'y',
    );
    const found = answers ? await look(address) : undefined;
    const disk = await put(
      `Disk of ${name}, as path or serial number`,
      found?.disk ?? '/dev/sda',
      formOf('disk', 'nodes'),
    );
    const mac = await put(`MAC address of ${name}`, found?.mac, (text) => macCheck(text.toLowerCase(), nodes));
    nodes.push({ name, address, controller, disk, mac_addr: mac.toLowerCase() });
  }
  return nodes;
}

function macCheck(mac: string, nodes: readonly OwnNode[]): string | undefined {
  const other = nodes.find((node) => node.mac_addr === mac);
  return other === undefined ? formOf('mac_addr', 'nodes')(mac) : `${mac} is that of ${other.name}`;
}

/** A check by the form of a field, as the schema has it. */
function formOf(field: string, file: 'cluster' | 'nodes' = 'cluster'): Check {
  const fields = file === 'cluster' ? CLUSTER_FIELDS : NODE_FIELDS;
  const schema = schemaAt(file, file === 'cluster' ? [field] : ['nodes', 0, field]) ?? fields[field];
  const text = schema?.anyOf?.find(({ type }) => type === 'string') ?? schema;
  const pattern = new RegExp(text?.pattern ?? '^\\S+$');
  return (answer) =>
    pattern.test(answer) ? undefined : `${JSON.stringify(answer)} is not ${schema?.['x-form'] ?? 'valid'}`;
}

function yesOrNo(answer: string): string | undefined {
  return /^(?:y|yes|n|no)$/.test(answer) ? undefined : 'answer yes or no';
}

function networkCheck(answer: string): string | undefined {
  const network = parseNetwork(answer);
  if (network === undefined) return `${JSON.stringify(answer)} is not a network, such as 192.168.1.0/24`;
  if (hostBits(network) !== 0n) return `did you mean ${formatNetwork(network)}?`;
  return nthHost(network, PLACES.nodes) === undefined ||
    !contains(network, { ...network, value: network.value + PLACES.nodes })
    ? `${answer} is too small for the addresses of a cluster`
    : undefined;
}

function addressCheck(network: Network, taken: ReadonlySet<string>): Check {
  return (answer) => {
    const address = parseAddress(answer);
    if (address === undefined) return `${JSON.stringify(answer)} is not an IP address`;
    if (!contains(network, address)) return `${answer} lies outside of ${formatNetwork(network)}`;
    const ends = [firstAddress(network).value, lastAddress(network).value];
    if (ends.includes(address.value)) return `${answer} belongs to the network itself`;
    return taken.has(answer) ? `${answer} has another owner already` : undefined;
  };
}

function vlanCheck(answer: string): string | undefined {
  return answer === 'none' ? undefined : wholeNumber(1, 4094)(answer);
}

function wholeNumber(least: number, most: number): Check {
  return (answer) =>
    /^\d+$/.test(answer) && Number(answer) >= least && Number(answer) <= most
      ? undefined
      : `answer a whole number from ${String(least)} to ${String(most)}`;
}

function oddNumber(most: number): Check {
  return (answer) =>
    wholeNumber(1, most)(answer) ?? (Number(answer) % 2 === 1 ? undefined : 'etcd wants an odd number');
}

/** The address at a place of a network, or the next one that nobody has. */
function proposal(network: Network, place: bigint, taken: ReadonlySet<string>): string | undefined {
  for (let index = place; index < place + BigInt(taken.size) + 1n; index += 1n) {
    const address = nthHost(network, index);
    if (address !== undefined && contains(network, address) && !taken.has(formatAddress(address)))
      return formatAddress(address);
  }
  return undefined;
}

/** A text with a field set in its line, or in the comment that shows it; with one that is not wanted made a comment. */
function withField(text: string, field: string, value: string | undefined): string {
  const written = new RegExp(`^${field}:.*$`, 'm');
  if (value === undefined) return text.replace(written, (line) => `# ${line}`);
  const line = `${field}: ${value}`;
  return written.test(text) ? text.replace(written, line) : text.replace(new RegExp(`^# ${field}:.*$`, 'm'), line);
}

/** The sample with other nodes: the first one keeps the comments of the first, the others are as the last one is. */
function withNodes(text: string, nodes: readonly OwnNode[]): string {
  const starts = [...text.matchAll(/^ {2}(?:#.*\n {2})*- name:/gm)].map(({ index }) => index);
  const blocks = starts.map((start, index) => text.slice(start, starts[index + 1]).trimEnd());
  const [first = '', plain = first] = [blocks[0], blocks.at(-1)];
  const written = nodes.map((node, index) => nodeBlock(index === 0 ? first : plain, node));
  return `${text.slice(0, starts[0])}${written.join('\n\n')}\n`;
}

function nodeBlock(block: string, { name, mac_addr: mac, controller, ...plain }: OwnNode): string {
  const values = { name, ...plain, controller: String(controller), mac_addr: `'${mac}'` };
  return Object.entries(values).reduce(
    (text, [field, value]) => text.replace(new RegExp(`^( {2}- | {4})${field}: .*$`, 'm'), `$1${field}: ${value}`),
    block,
  );
}
