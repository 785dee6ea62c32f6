// A secret reaches the cluster as it was entered, whatever it looks like to a template, to YAML, to SOPS or to Flux.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { expect } from 'vitest';
import { CLUSTER_FIELDS, SECRET_FIELDS } from '../../src/cluster/config/schemas.ts';
import { textsIn } from '../../src/manifests/document.ts';
import { at, isFields, type Fields } from '../../src/text/values.ts';
import { SUBSTITUTE_KEY, substitute } from '../../src/manifests/flux/substitution.ts';
import { encryptSecrets } from '../../src/pipeline/encrypt.ts';
import { findAccess, settleAccess } from '../../src/pipeline/access.ts';
import { clusterRoot } from '../../src/cluster/root.ts';
import { decrypt } from '../../src/sops/decrypt.ts';
import { parseIdentityFile } from '../../src/sops/identities.ts';
import { renderTexts } from '../golden/cases.ts';
import { temporaryFolder } from '../support/folders.ts';
import { eachOf } from '../support/parted.ts';
import { configuredSample, SAMPLE_KEYS } from '../support/sample.ts';

/** Texts without white space: the schema takes no others. */
const AWKWARD: Readonly<Record<string, string>> = {
  'a dollar twice': 'pa$$ss-of-4711',
  'a variable of Flux': 'x${SECRET_DOMAIN}y${NOT_SET:=z}',
  'an open brace': 'a${b-4711-$-${',
  'a template of Helm': '{{.Values.x}}-{{-printf"%s"-}}',
  'delimiters of the starter': '#<cloudflare_token>#-#%raw%#-#|x|#',
  quotes: `it's-"quoted"-\`so\`-''`,
  'signs of YAML': '&a!b|c>d%e@f:g-#h,[i]{j}?k*',
  'a comment': '#not-a-comment-4711',
  'a number': '0123456789012345678901234567890123456789',
  'a truth value': 'yes/no/true/null/~',
  'percent and backslash': '100%\\n\\u0041%41\\\\',
  'an ending of SOPS': 'ENC[AES256_GCM,data:x,iv:y,tag:z,type:str',
  emoji: 'key-\u{1F511}-\u00e9-\u4e2d-\u05d0',
  '4 kB': 'kB$'.repeat(1365),
};

/** The golden trees that have a Secret for every field between them. */
const TREES = ['bgp', 'everything', 'many-nodes', 'catalogue-1', 'catalogue-2'];
/** Fields with a pattern of their own take no other texts. */
const ANY_TEXT = SECRET_FIELDS.filter((field) => CLUSTER_FIELDS[field]?.pattern === undefined);
/** This one alone is more than a text: Cilium takes 80 characters of it. */
const LONGEST: Readonly<Record<string, number>> = { cilium_bgp_password: 80 };

eachOf(Object.entries(AWKWARD), Object.keys(AWKWARD).length)(
  'a secret with %s is in the cluster what was entered, by every field',
  async (_, text) => {
    const entered = new Map(
      ANY_TEXT.map((field) => [field, `${field.slice(0, 3)}${text}`.slice(0, LONGEST[field] ?? Infinity)]),
    );
    const held = await heldByCluster(Object.fromEntries(entered));
    expect([...entered].filter(([, value]) => !held.includes(value)).map(([field]) => field)).toEqual([]);
  },
);

/** Every text that Secrets of the cluster hold: rendered, encrypted, decrypted by the controller and substituted as Flux does. */
async function heldByCluster(secrets: Fields): Promise<string[]> {
  const held = await Promise.all(TREES.map((tree) => heldByTree(tree, secrets)));
  return held.flat();
}

async function heldByTree(tree: string, secrets: Fields): Promise<string[]> {
  const input = join(process.cwd(), 'tests/golden', tree, 'input');
  const cluster = parse(await readFile(join(input, 'cluster.yaml'), 'utf8')) as Fields;
  const nodes = await readFile(join(input, 'nodes.yaml'), 'utf8');
  const rendered = await renderTexts(
    { cluster: JSON.stringify({ ...cluster, ...asWritten(cluster, secrets) }), nodes },
    await temporaryFolder(),
  );
  const root = clusterRoot(configuredSample(), SAMPLE_KEYS);
  const { access } = await settleAccess(root, await findAccess(root, undefined, false));
  const { files } = await encryptSecrets(rendered, new Map(), access);
  const identities = parseIdentityFile(await readFile(join(SAMPLE_KEYS, 'age.key'), 'utf8'), 'age.key');
  const held: string[] = [];
  for (const { path, bytes, secret } of files) {
    if (!secret) continue;
    const plain = await decrypt({ path, text: Buffer.from(bytes).toString('utf8'), identities });
    const object = parse(plain.text) as Fields;
    held.push(...textsOf(isUntouched(object) ? object : substituted(object)));
  }
  return held;
}

/** Those that the tree has already: others may not go with what it is. */
function asWritten(cluster: Fields, secrets: Fields): Fields {
  return Object.fromEntries(Object.entries(secrets).filter(([field]) => Object.hasOwn(cluster, field)));
}

function isUntouched(object: Fields): boolean {
  return at(object, 'metadata', 'annotations', SUBSTITUTE_KEY) === 'disabled';
}

function substituted(object: Fields): Fields {
  return JSON.parse(substitute(JSON.stringify(object), new Map([['SECRET_DOMAIN', 'example.com']]))) as Fields;
}

/** The values, and those within one that is a configuration file by itself. */
function textsOf(object: Fields): string[] {
  const data = at(object, 'stringData');
  const values = isFields(data) ? Object.values(data).map(String) : [];
  const inner = values
    .filter((value) => value.includes('\n') && !value.startsWith('-----'))
    .map((value) => parse(value) as unknown);
  return [...values, ...inner.flatMap((value) => textsIn(value).map(({ text }) => text))];
}
