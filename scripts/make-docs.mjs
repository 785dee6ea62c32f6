// Writes docs/configuration.md from the JSON Schemas.
// Usage: node scripts/make-docs.mjs   (a test says when the committed page is out of date)
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PAGE = join(ROOT, 'docs/configuration.md');

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

const COMPUTED = `## Computed values

Templates see every field above by its name (\`None\` where an optional one is not set), the list \`nodes\`, and these:

| Name | Value |
|---|---|
| \`node_default_gateway\` | as written, or the first address of \`node_cidr\` |
| \`cloudflare_domains\` | \`cloudflare_domain\` as a list |
| \`primary_domain\` | the first of them |
| \`cilium_bgp_enabled\`, \`bgp_enabled\` | whether all three fields of BGP are set |
| \`spegel_enabled\` | as written, or whether there is more than one node |
| \`k8s_gateway_fallback_dns\` | as written, or the public addresses of \`node_dns_servers\` (not private, unique local, loopback, link-local or of a carrier's NAT), or 1.1.1.1 and 1.0.0.1 where none is left |
| \`node_count\`, \`controller_count\` | how many nodes there are, and how many of them are controllers |
| \`cert_sans\` | 127.0.0.1, \`cluster_api_addr\` and \`cluster_api_tls_sans\`, each once |
| \`coredns_addr\` | address number 10 of \`cluster_svc_cidr\` |

A computed name that is no field cannot be set.
`;

/** The text of docs/configuration.md. */
export async function configurationReference() {
  const cluster = await readSchema('cluster');
  const nodes = await readSchema('nodes');
  const sections = [
    INTRODUCTION,
    `## cluster.yaml\n\n${cluster.description}\n`,
    ...fieldsOf(cluster, cluster, '###'),
    `## nodes.yaml\n\n${nodes.properties.nodes.description} They stand in a list below \`nodes:\`; each one has these fields.\n`,
    ...fieldsOf(nodes, nodes.$defs.node, '###'),
    SECRETS,
    COMPUTED,
  ];
  return format(sections.join('\n'), { ...(await resolveConfig(PAGE)), parser: 'markdown' });
}

async function readSchema(name) {
  return JSON.parse(await readFile(join(ROOT, `schemas/${name}.schema.json`), 'utf8'));
}

function fieldsOf(root, schema, heading) {
  return Object.entries(schema.properties).map(([name, field]) => {
    const isRequired = schema.required.includes(name);
    return `${heading} \`${name}\`\n\n${describe(name, resolved(root, field), isRequired)}\n`;
  });
}

function resolved(root, field) {
  return field.$ref === undefined ? field : { ...root.$defs[field.$ref.replace('#/$defs/', '')], ...field };
}

function describe(name, field, isRequired) {
  const facts = [
    isRequired ? 'required' : 'optional',
    ...(field['x-secret'] === true ? ['secret'] : []),
    field['x-form'],
    ...(field.default === undefined ? [] : [`default \`${flow(field.default)}\``]),
  ];
  const example = `\`\`\`yaml\n${field.examples.map((value) => `${name}: ${flow(value)}`).join('\n')}\n\`\`\``;
  return `_${facts[0]}_; ${facts.slice(1).join('; ')}\n\n${field.description}\n\n${example}`;
}

function flow(value) {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (typeof value === 'object')
    return `{${Object.entries(value)
      .map(([key, member]) => `${key}: ${flow(member)}`)
      .join(', ')}}`;
  if (typeof value !== 'string') return String(value);
  return /^[a-zA-Z/.][\w./-]*$|^\d+(?:\.\d+){3}(?:\/\d+)?$/.test(value) ? value : JSON.stringify(value);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeFile(PAGE, await configurationReference());
}
