// Writes the sample's cluster.yaml and nodes.yaml from the JSON Schemas: every field that no entry
// of the catalogue brings is in them, the optional ones as comments. And the input of the golden trees of the catalogue.
// Usage: npm run golden   (a test says when they are out of date)
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { readEntries } from './catalogue.mjs';
import { clusterFields, flow, nodeFields, ROOT } from './schema-fields.mjs';

const WIDTH = 120;
const PLAIN_SCHEMATIC = '376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba';

const CLUSTER_HEAD = `# yaml-language-server: $schema=./schemas/cluster.schema.json
#
# The network, the repository and the services of the cluster. This is a complete example: replace what is in it with
# your own. Lines with a single \`#\` before a field show optional fields; remove the \`#\` to set one.
# Every field is explained in docs/configuration.md. After a change run \`task configure\`.
`;

const NODES_HEAD = `# yaml-language-server: $schema=./schemas/nodes.schema.json
#
# The machines of the cluster: an odd number of controllers (one or three, usually) and any number of workers. This is a
# complete example: replace what is in it with your own. \`talosctl get disks\` and \`talosctl get links\` tell disks and
# MAC addresses of a machine that has booted Talos. Every field is explained in docs/configuration.md.

nodes:
`;

const SECRET_HINT = `This file is committed, so the secret itself belongs elsewhere: take it from an environment variable or from a file that
git ignores, as in {file: cloudflare-token.key}. What stands here is the placeholder of this example, which opens nothing.`;

const CATALOGUE_HINT = `# Storage, backups, databases, observability and more: \`cluster-template add\` lists what there is, and
# \`cluster-template add NAME\` writes the fields of a part here. docs/catalogue.md describes each.
`;

/** What is set in the sample. */
const SET = {
  node_cidr: '192.0.2.0/24',
  node_vlan_tag: 100,
  cluster_api_addr: '192.0.2.5',
  cluster_dns_gateway_addr: '192.0.2.6',
  cluster_gateway_addr: '192.0.2.7',
  cloudflare_gateway_addr: '192.0.2.8',
  repository_name: 'example/cluster',
  repository_visibility: 'private',
  cloudflare_domain: 'example.com',
  cloudflare_token: 'SAMPLE-NOT-A-REAL-CLOUDFLARE-TOKEN',
};

/** What a comment shows where neither the default nor the example says much. */
const SHOWN = { cloudflare_domains: ['example.com', 'example.net'], cloudflare_zone: 'example.com' };

const NODES = [
  node('k8s-0', 10, true, '/dev/sda'),
  node('k8s-1', 11, true, '/dev/sda'),
  node('k8s-2', 12, true, '/dev/sda'),
  node('k8s-3', 20, false, '/dev/nvme0n1'),
];

/** The text of the sample cluster.yaml. */
export async function clusterSample() {
  const fields = (await clusterFields()).filter(({ entry }) => entry === undefined);
  const blocks = fields.map((field) => `${heading(field.section)}${block(field, SET[field.name], '')}`);
  return await formatted(
    'cluster.yaml',
    `${CLUSTER_HEAD}\n${blocks.join('\n')}\n${heading('Optional parts')}${CATALOGUE_HINT}`,
  );
}

/** The text of the sample nodes.yaml: the first node has all fields, the others what they need. */
export async function nodesSample() {
  const fields = await nodeFields();
  const [first, ...others] = NODES;
  const blocks = [
    asItem(fields.map((field) => block(field, first[field.name], '    ')).join('')),
    ...others.map((entry) =>
      asItem(
        Object.entries(entry)
          .map(([name, value]) => `    ${name}: ${flow(value)}\n`)
          .join(''),
      ),
    ),
  ];
  return await formatted('nodes.yaml', NODES_HEAD + blocks.join('\n'));
}

/** What the golden trees of the catalogue have besides the values of its entries. */
const GOLDEN = {
  node_cidr: '192.0.2.0/24',
  cluster_api_addr: '192.0.2.10',
  cluster_dns_gateway_addr: '192.0.2.11',
  cluster_gateway_addr: '192.0.2.12',
  cloudflare_gateway_addr: '192.0.2.13',
  repository_name: 'example/home-cluster',
  cloudflare_domain: 'example.com',
  cloudflare_token: 'token-of-the-golden-tree',
};

/** A branch of the templates that each golden tree of the catalogue goes through alone. */
const ALONE = ['onepassword-connect', 'doppler'].map(
  (app) => `kubernetes/apps/external-secrets/${app}/entry.yaml: when, yes`,
);

/**
 * The configurations of the golden trees of the catalogue: three nodes with the first values of every entry, and one with the second values
 * of those that have them, and the first ones of the others.
 */
export async function catalogueInputs() {
  const entries = await readEntries();
  return ALONE.map((branch, index) => {
    const values = Object.assign({}, ...entries.map(({ golden = [] }) => golden[index] ?? golden[0] ?? {}));
    const text =
      index === 0
        ? 'The catalogue, with the first values of every entry'
        : 'The catalogue on one node, with the second values of entries';
    const head = `---\n# yaml-language-server: $schema=../../../../schemas/cluster.schema.json\n# ${text}; made by npm run golden.\n`;
    const lines = Object.entries({ ...GOLDEN, ...values }).map(([name, value]) => `${name}: ${flow(value)}\n`);
    return {
      name: `catalogue-${index + 1}`,
      nodes: catalogueNodes(index === 0 ? [0, 1, 2] : [0]),
      cluster: `${head}# Alone here: ${branch}\n${lines.join('')}`,
    };
  });
}

function catalogueNodes(hosts) {
  const nodes = hosts.map((host) => node(`k8s-${host}`, 20 + host, true, '/dev/sda'));
  const items = nodes.map((one) =>
    Object.entries(one)
      .map(([name, value], index) => `${index === 0 ? '  - ' : '    '}${name}: ${flow(value)}\n`)
      .join(''),
  );
  return `---\n# yaml-language-server: $schema=../../../../schemas/nodes.schema.json\nnodes:\n${items.join('')}`;
}

function node(name, host, controller, disk) {
  return {
    name,
    address: `192.0.2.${host}`,
    controller,
    disk,
    mac_addr: `00:00:5e:00:53:${host.toString(16).padStart(2, '0')}`,
    schematic_id: PLAIN_SCHEMATIC,
  };
}

function heading(section) {
  return section === undefined ? '' : `# --- ${section} ${'-'.repeat(WIDTH - 7 - section.length)}\n\n`;
}

/** What a field is, then the field: set, or as a comment. */
function block(field, value, indent) {
  const condition = field['x-required'];
  const secret = field.name in SET && field['x-secret'] === true ? ` ${SECRET_HINT}` : '';
  const text = `${field.description}${condition === undefined ? '' : ` Required ${condition}.`}${secret}`;
  const lines = wrapped(text, WIDTH - indent.length - 2).map((line) => `${indent}# ${line}\n`);
  const shown =
    value === undefined
      ? valueLines(field).map((line) => `${indent}# ${line}\n`)
      : [`${indent}${field.name}: ${flow(value)}\n`];
  return [...lines, ...shown].join('');
}

/** A switch is shown the way that it is not by default; for others the default says most. */
function valueLines(field) {
  const { name, type, examples } = field;
  const value = SHOWN[name] ?? (type === 'boolean' ? examples[0] : (field.default ?? examples[0]));
  const shown = Array.isArray(value) && value.length === 0 ? examples[0] : value;
  if (type !== 'object') return [`${name}: ${flow(shown)}`];
  return [`${name}:`, ...Object.entries(shown).map(([key, member]) => `  ${key}: ${flow(member)}`)];
}

/** The first line of a list item that is no comment carries the hyphen, and comments before it stay above. */
function asItem(text) {
  const lines = text.split('\n');
  const first = lines.findIndex((line) => /^ {4}\w/.test(line));
  return lines
    .map((line, index) => (index < first ? line.slice(2) : index === first ? `  - ${line.slice(4)}` : line))
    .join('\n');
}

function wrapped(text, width) {
  const lines = [''];
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1);
    if (line !== '' && line.length + word.length + 1 > width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}

async function formatted(name, text) {
  const path = join(ROOT, name);
  return await format(text, { ...(await resolveConfig(path)), filepath: path });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = join(ROOT, 'tests/sample/cluster');
  await writeFile(join(folder, 'cluster.yaml'), await clusterSample());
  await writeFile(join(folder, 'nodes.yaml'), await nodesSample());
  for (const { name, cluster, nodes } of await catalogueInputs()) {
    const input = join(ROOT, 'tests/golden', name, 'input');
    await mkdir(input, { recursive: true });
    await writeFile(join(input, 'cluster.yaml'), cluster);
    await writeFile(join(input, 'nodes.yaml'), nodes);
  }
}
