// Writes docs/configuration.md and docs/catalogue.md from the JSON Schemas and the entries of the catalogue.
// Usage: node scripts/make-docs.mjs   (a test says when the committed page is out of date)
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { readEntries, switchOf, writeCatalogue } from './catalogue.mjs';
import { clusterFields, flow, nodeFields, readSchema, ROOT } from './schema-fields.mjs';

const PAGE = join(ROOT, 'docs/configuration.md');
const CATALOGUE_PAGE = join(ROOT, 'docs/catalogue.md');

const INTRODUCTION = `# Configuration

<!-- Made by scripts/make-docs.mjs from schemas/*.schema.json; edits are lost. -->

Two files say what your cluster is: \`cluster.yaml\` and \`nodes.yaml\`. Both are committed. Editors that know YAML Schema complete and check
them as you type, through the line \`# yaml-language-server: $schema=…\` at their top; \`task configure\` checks them and says everything that is wrong at once.

They are YAML 1.2. Other programs read them as YAML 1.1, so a value without quotes that the two read differently (\`yes\`, \`0123\`, the MAC address
\`10:20:30:40:50:59\`) is an error: quote it. Aliases and several documents in one file are not taken.
`;

const SECRETS = `## Secrets

A field marked _secret_ takes one of three forms:

\`\`\`yaml
cloudflare_token: {env: CLOUDFLARE_TOKEN}          # an environment variable of the command
cloudflare_token: {file: cloudflare-token.key}     # a file relative to the repository, which Git should ignore
cloudflare_token: the-token-itself                 # a warning while Git tracks the file
\`\`\`

A variable or a file that is missing or empty is an error. White space around the text is dropped. No message ever shows a secret.
`;

const TWO_FAMILIES = `## IPv4 and IPv6

Networks and addresses may be of IPv4, of IPv6 or of both. For both, write a list of two, in any order:

\`\`\`yaml
node_cidr: [192.0.2.0/24, "2001:db8::/64"]
cluster_pod_cidr: [10.42.0.0/16, "fd42:5a1e:c0d::/56"]
cluster_svc_cidr: [10.43.0.0/16, "fd42:5a1e:c0e::/112"]
cluster_gateway_addr: [192.0.2.7, "2001:db8::7"]
\`\`\`

Pods and Services have the same families, and the nodes have at least those: with IPv6 nodes alone, \`cluster_pod_cidr\` and \`cluster_svc_cidr\` have to be set. Every node
then has an address in each of the node networks. The Kubernetes API has one address, of either family. A second IPv6 address, which a node takes where the router announces
the network (SLAAC), is not the one that Kubernetes uses.

Nodes without IPv4 take a network with NAT64 and resolvers with DNS64, such as \`node_dns_servers: ["2606:4700:4700::64", "2606:4700:4700::6400"]\`: github.com, which
Flux reads, and ghcr.io, where the images of Talos' kubelet and of most apps lie, have no IPv6 address. The back ends of the AI gateway are not reached from Pods without
IPv4, with NAT64 neither: agentgateway connects to the IPv4 address of a host that has one.
`;

const DOMAINS = `## Several domains

Each domain gets a certificate for itself and all names below it, a listener on both gateways, its zone in DNS and its rule in the tunnel. Templates and manifests name the first one
\`SECRET_DOMAIN\` and the others \`SECRET_DOMAIN_2\`, \`SECRET_DOMAIN_3\` and so on, in the order in which they are written: put a new one at the end.
The apps of the template have their names below the first.
`;

const COMPUTED = `## Computed values

Templates see every field above by its name (\`None\` where an optional one is not set), the list \`nodes\`, and what follows from them. A computed name that is
no field cannot be set. \`npx cluster-template config show\` lists all values in effect and where each comes from.

Of a field that takes two addresses or networks, templates see the one of IPv4 under its own name, the list under the name in the plural, and where listed here that of
each family. IPv4 stands first.

| Name | Value |
|---|---|
| \`node_cidrs\`, \`node_cidr_v4\`, \`node_cidr_v6\` | the node networks |
| \`cluster_pod_cidrs\`, \`cluster_pod_cidr_v4\`, \`cluster_pod_cidr_v6\` | the Pod networks |
| \`cluster_svc_cidrs\`, \`cluster_svc_cidr_v4\`, \`cluster_svc_cidr_v6\` | the Service networks |
| \`node_ipv4_enabled\`, \`node_ipv6_enabled\` | whether the nodes have the family |
| \`ipv4_enabled\`, \`ipv6_enabled\`, \`dual_stack\` | whether Pods and Services have the family, or both |
| \`ip_families\`, \`ip_family_policy\` | what a Service takes for both: IPv4 and IPv6, PreferDualStack |
| \`node_cidr_mask_size_ipv4\`, \`node_cidr_mask_size_ipv6\` | what each node takes of the Pod network, where kube-controller-manager's default does not fit |
| \`coredns_addr\`, \`coredns_addrs\` | address number 10 of each Service network |
| \`node_default_gateway\`, \`node_default_gateways\`, \`node_default_gateway_v4\`, \`node_default_gateway_v6\` | as written, or the first address of each node network |
| \`cluster_dns_gateway_addrs\`, \`cluster_gateway_addrs\`, \`cloudflare_gateway_addrs\`, \`agentgateway_addrs\`, \`cilium_bgp_router_addrs\` | the addresses as lists, empty where there are none |
| \`lb_pool_blocks\` | \`cilium_lb_pool_cidr\` without the addresses of nodes, router, API and servers, or the gateways alone, as \`cidr\` or \`start\` and \`stop\` |
| \`cilium_bgp_multihop\` | the hops that a BGP session may take, where a router lies outside of the node networks |
| \`cluster_endpoint\` | the URL of the Kubernetes API |
| \`cert_sans\` | 127.0.0.1, \`cluster_api_addr\` and \`cluster_api_tls_sans\`, each once |
| \`cloudflare_domains\`, \`primary_domain\` | the domains, and the first of them |
| \`domains\` | the domains with \`name\`, \`variable\` (SECRET_DOMAIN, SECRET_DOMAIN_2, …), \`slug\`, \`tls_secret\` and \`listener\` (https, https-2, …) |
| \`cluster_name\` | as written, or the last part of the repository's name |
| \`repository_url\`, \`repository_host\`, \`deploy_key_enabled\` | what Flux reads, from where and whether over SSH |
| \`repository_known_hosts\`, \`repository_known_hosts_lines\` | the host keys for SSH, as written or bundled |
| \`webhook_type\`, \`webhook_enabled\` | as written, or that of the host; none where nothing is reached from the Internet |
| \`ingress\`, \`external_gateway_enabled\`, \`public_gateway\` | as written, or \`tunnel\` with Cloudflare and \`none\` without; whether there is an external gateway; the gateway of what may be public |
| \`cloudflare_enabled\`, \`cloudflare_tunnel_enabled\`, \`cloudflare_dns_enabled\` | whether Cloudflare, its tunnel and the publishing of names are used |
| \`cluster_issuer\` | letsencrypt-production (or letsencrypt-staging) with Cloudflare, internal-ca without |
| \`cloudflare_zones\` | the zones that the domains lie in, with \`name\`, \`variable\` (SECRET_DOMAIN, SECRET_ZONE, …) and \`is_domain\` |
| \`cilium_bgp_enabled\`, \`bgp_enabled\`, \`l2_enabled\` | whether all three fields of BGP are set; whether addresses are announced on the node network: without BGP, or where some lie in it |
| \`hubble_ui_enabled\` | with Hubble, unless switched off |
| \`k8s_gateway_fallback_dns\` | as written, or the public addresses of \`node_dns_servers\` (not private, unique local, loopback, link-local or of a carrier's NAT), or 1.1.1.1 and 1.0.0.1 where none is left |
| \`spegel_enabled\` | as written, or whether there is more than one node |
| \`agentgateway_enabled\`, \`kgateway_enabled\`, \`agentgateway_observability_enabled\` | whether the AI gateway is on, and observed |
| \`tracing_enabled\`, \`otel_collector_host\`, \`otel_collector_port\` | whether the AI gateway is traced, and the parts of the endpoint |
| \`ai_system_enabled\`, \`azure_openai_enabled\`, \`cohere_enabled\`, \`anthropic_enabled\` | whether there are back ends, and which |
| \`azure_openai_endpoint\`, \`cohere_hostname\`, \`anthropic_hostname\` | what they are reached at |
| \`cohere_foundry_enabled\`, \`anthropic_foundry_enabled\` | whether through Azure AI Foundry |
| \`proxmox_api_url\`, \`proxmox_csi_enabled\` | the URL with /api2/json; whether both parts of the token are set |
| \`node_vlan_tag\` | as written, unless \`proxmox_vlan_mode\` is set |
| \`controllers\`, \`workers\`, \`node_count\`, \`controller_count\`, \`worker_count\` | the nodes by their role, and how many there are |
| \`nvidia_enabled\`, \`intel_gpu_enabled\`, \`openebs_enabled\` | whether some node has it |
| \`openebs_on_all_nodes\` | whether all nodes that run Pods have the folder of OpenEBS |

A node also has \`addresses\`, \`address_cidrs\` (with the prefix lengths of their networks) and \`routes\` (each with \`network\` and \`gateway\`); its \`schematic_id\` is filled in,
and its \`kernel_modules\` and \`nodeLabels\` contain those of its GPU.
`;

/** Earlier names, as the steps of schemas/migrations.json have them. */
async function oldNames() {
  const { steps } = JSON.parse(await readFile(join(ROOT, 'schemas/migrations.json'), 'utf8'));
  const rows = steps
    .filter(({ rename }) => rename !== undefined)
    .map(({ rename, to }) => `| \`${rename}\` | \`${[...rename.split('.').slice(0, -1), to].join('.')}\` |\n`);
  return `## Earlier names

Fields that had another name in earlier versions or in forks are read under it too, with a note that says the new one.
\`npx cluster-template config migrate\` writes the new names, and \`upgrade\` does so on its way.

| Earlier | Now |
|---|---|
${rows.join('')}`;
}

/** What somebody wants to do, with the fields of the base that it takes; `nodes[]` stands before those of a node. The catalogue tells what its entries are for. */
const TASKS = [
  ['Name the domain, and get certificates for it', ['cloudflare_domain', 'cloudflare_token', 'acme_staging']],
  ['Have a domain below a zone', ['cloudflare_domain', 'cloudflare_zone']],
  ['Do without Cloudflare and the Internet', ['dns_provider', 'ingress']],
  ['Forward a port instead of a tunnel', ['ingress', 'cloudflare_gateway_addr']],
  ['Keep the repository elsewhere than at GitHub', ['repository_url', 'repository_known_hosts', 'webhook_type']],
  ['Put the machines on a trunk port', ['node_vlan_tag', 'proxmox_vlan_mode']],
  [
    'Resolve names of the cluster at home',
    ['cluster_dns_gateway_addr', 'k8s_gateway_fallback_dns', 'k8s_gateway_fallthrough'],
  ],
  ['Give Services addresses of their own', ['cilium_lb_pool_cidr']],
  [
    'Announce addresses by BGP',
    ['cilium_bgp_router_addr', 'cilium_bgp_router_asn', 'cilium_bgp_node_asn', 'cilium_bgp_password'],
  ],
  ['Use IPv6, alone or beside IPv4', ['node_cidr', 'cluster_pod_cidr', 'cluster_svc_cidr']],
  ['Add a machine', ['nodes[].name', 'nodes[].address', 'nodes[].controller', 'nodes[].disk', 'nodes[].mac_addr']],
  [
    'Take another image for a machine',
    ['nodes[].schematic_id', 'node_schematic_id', 'nodes[].secureboot', 'nodes[].encrypt_disk'],
  ],
  ['Use a graphics processor', ['nodes[].gpu', 'nodes[].kernel_modules']],
  ['Run everything on one machine', ['schedule_on_controllers']],
  ['Close the machines to the network', ['node_firewall']],
  ['Have local volumes', ['nodes[].openebs_hostpath_enabled']],
  ['See what talks to what', ['hubble_enabled']],
];

/** The index by task; a field that is none of the base stops the run. */
async function tasks() {
  const known = new Set([
    ...(await clusterFields()).filter(({ entry }) => entry === undefined).map(({ name }) => name),
    ...(await nodeFields()).map(({ name }) => `nodes[].${name}`),
  ]);
  const unknown = TASKS.flatMap(([, fields]) => fields).filter((field) => !known.has(field));
  if (unknown.length > 0) throw new Error(`no such field of the base: ${unknown.join(', ')}`);
  const link = (field) => `[\`${field}\`](#${field.replace('nodes[].', '')})`;
  const rows = TASKS.map(([task, fields]) => `| ${task} | ${fields.map(link).join(', ')} |\n`);
  return `## By task\n\n| What you want | Fields |\n|---|---|\n${rows.join('')}| Have storage, backups, databases, metrics and more | [the catalogue](catalogue.md) tells what each part is for |\n`;
}

/** The text of docs/configuration.md. */
export async function configurationReference() {
  const [cluster, nodes] = await Promise.all([readSchema('cluster'), readSchema('nodes')]);
  const sections = [
    INTRODUCTION,
    await tasks(),
    `## cluster.yaml\n\n${cluster.description}\n`,
    ...(await clusterFields()).filter(({ entry }) => entry === undefined).map(reference),
    await optionalParts(),
    `## nodes.yaml\n\n${nodes.properties.nodes.description} They stand in a list below \`nodes:\`; each one has these fields.\n`,
    ...(await nodeFields()).map(reference),
    SECRETS,
    TWO_FAMILIES,
    DOMAINS,
    await oldNames(),
    COMPUTED,
  ];
  return format(sections.join('\n'), { ...(await resolveConfig(PAGE)), parser: 'markdown' });
}

/** The fields of each entry of the catalogue. */
async function optionalParts() {
  const fields = await clusterFields();
  const entries = (await readEntries()).filter((entry) => Object.keys(entry.fields ?? {}).length > 0);
  const parts = entries.map(({ name, title, purpose }) => {
    const own = fields.filter(({ entry }) => entry === name).map(reference);
    return `#### ${title}\n\n${purpose} [catalogue.md](catalogue.md#${name}) says more.\n\n${own.join('\n')}`;
  });
  return `### Optional parts\n\n\`cluster-template add NAME\` writes them, with their comments; \`add\` alone lists what there is.\n\n${parts.join('\n').replaceAll(/^#### `/gm, '##### `')}`;
}

/** The text of docs/catalogue.md. */
export async function cataloguePage() {
  const entries = (await readEntries()).filter(({ title }) => title !== undefined);
  const categories = [...new Set(entries.map(({ category }) => category))];
  const rows = entries.map(
    (entry) => `| [${entry.title}](#${entry.name}) | ${entry.category} | ${entry.purpose} | ${switchedBy(entry)} |\n`,
  );
  const sections = categories.flatMap((category) => [
    `## ${category}\n`,
    ...entries.filter((entry) => entry.category === category).map((entry) => entrySection(entry, entries)),
  ]);
  const text = `${CATALOGUE_INTRODUCTION}\n| Part | Category | Purpose | Switched on by |\n|---|---|---|---|\n${rows.join('')}\n${sections.join('\n')}`;
  return format(text, { ...(await resolveConfig(CATALOGUE_PAGE)), parser: 'markdown' });
}

const CATALOGUE_INTRODUCTION = `# Catalogue

<!-- Made by scripts/make-docs.mjs from entry.yaml of each part; edits are lost. -->

Optional parts of a cluster. \`cluster-template add\` lists them, \`cluster-template add NAME\` switches one on, with the parts that it takes, and
\`cluster-template add NAME --remove\` off again. [configuration.md](configuration.md#optional-parts) describes their fields, and
[development.md](development.md#an-entry-of-the-catalogue) how to write one.
`;

function switchedBy(entry) {
  const names = switchOf(entry);
  if (names.length > 0) return names.map((name) => `\`${name}\``).join(', ');
  return entry.category === 'Base' ? 'by itself' : 'see below';
}

function entrySection({ name, title, purpose, needs = [], fields = {}, notes = '', folder }, entries) {
  const names = Object.keys(fields).map((field) => `[\`${field}\`](configuration.md#${field})`);
  const needed = needs.map((one) => `[${entries.find((entry) => entry.name === one).title}](#${one})`);
  const facts = [
    purpose,
    ...(names.length === 0 ? [] : [`Fields: ${names.join(', ')}.`]),
    ...(needed.length === 0 ? [] : [`It takes ${needed.join(', ')}.`]),
    `Its templates lie in \`${folder}\`.`,
  ];
  return `<a id="${name}"></a>\n\n### ${title}\n\n${facts.join(' ')}\n\n${notes}\n`;
}

function reference(field) {
  const { name, section } = field;
  return `${section === undefined ? '' : `### ${section}\n\n`}#### \`${name}\`\n\n${describe(field)}\n`;
}

function describe(field) {
  const condition = field['x-required'];
  const facts = [
    field.isRequired ? 'required' : condition === undefined ? 'optional' : `required ${condition}`,
    ...(field['x-secret'] === true ? ['secret'] : []),
    field['x-form'],
    ...(field.default === undefined ? [] : [`default \`${flow(field.default)}\``]),
  ];
  const lines = field.examples.map((value) => `${field.name}: ${flow(value)}`);
  return `_${facts[0]}_; ${facts.slice(1).join('; ')}\n\n${field.description}\n\n\`\`\`yaml\n${lines.join('\n')}\n\`\`\``;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeCatalogue();
  await writeFile(PAGE, await configurationReference());
  await writeFile(CATALOGUE_PAGE, await cataloguePage());
}
