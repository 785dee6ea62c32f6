import { Failure, type Finding, type Place } from '../report/finding.ts';
import { isTelling, type KnownSecret, type SecretSearch } from '../report/secret-search.ts';
import { formatFor } from '../sops/formats/format.ts';
import { parseIdentity } from '../sops/identities.ts';
import { allLeaves, isHidden, keptLeaves, type KeptLeaf } from '../sops/redact.ts';
import type { Tree } from '../sops/tree.ts';
import { isSecretPath } from '../sops/rules.ts';

/** Whether git must never hold a file, whatever is in it: it gives access to the cluster. */
export function isPrivateFile(path: string): boolean {
  return PRIVATE_FILES.test(path);
}

const PRIVATE_FILES =
  /(?:^|\/)(?:age\.key|[^/]+\.agekey|github-deploy\.key|github-push-token\.txt|cloudflare-tunnel\.json|kubeconfig|talosconfig|talsecret\.yaml|[^/]*\.decrypted~[^/]*)$|(?:^|\/)talos\/clusterconfig\/(?!\.gitignore$)/;

/** Whether a file lies where the published keys of the sample and the fixtures of tests do. */
export function isPublished(path: string): boolean {
  return /^(?:tests|node_modules)\//.test(path);
}

/** What sort of private key a text holds, whoever's it is; undefined where it holds none. */
export function keyIn(text: string): string | undefined {
  const identity = AGE_KEY.exec(text)?.[0];
  if (identity !== undefined && parseIdentity(identity) !== undefined) return 'an age key';
  return PEM_KEY.test(text) ? 'a private key' : undefined;
}

/** A token that its issuer made recognizable. */
interface FoundToken {
  /** What it is, with its article: `a token of GitHub`. */
  readonly what: string;
  readonly start: number;
  readonly end: number;
}

/**
 * The forms of tokens by which their issuers, and whoever searches for them, know them. What follows the prefix has to be there at the
 * length that they have, so that a page may name the prefix.
 *
 * @see https://docs.github.com/en/code-security/reference/secret-security/supported-secret-scanning-patterns
 */
const TOKENS: readonly (readonly [what: string, form: RegExp])[] = [
  ['a token of GitHub', /\bgh[pousr]_[A-Za-z0-9]{36,255}\b|\bgithub_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}\b/g],
  ['a token of GitLab', /\bgl(?:pat|dt|rt|ptt|agent|ft|imt)-[\w-]{20,}/g],
  ['a token of Slack', /\bxox[abeoprs]-(?:[0-9A-Za-z]+-){1,5}[0-9A-Za-z]{12,}/g],
  ['a webhook of Slack', /https:\/\/hooks\.slack\.com\/services\/T\w{8,}\/B\w{8,}\/\w{20,}/g],
  ['a webhook of Discord', /https:\/\/(?:\w+\.)?discord(?:app)?\.com\/api\/webhooks\/\d{17,20}\/[\w-]{60,}/g],
  ['a token of a bot of Telegram', /\b\d{8,10}:AA[\w-]{33}\b/g],
  ['an access key of AWS', /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b(?<!EXAMPLE)/g],
  ['a key of a Google API', /\bAIza[\w-]{35}\b/g],
  ['an auth key of Tailscale', /\btskey-[a-z]+-[A-Za-z0-9]{6,}CNTRL-[A-Za-z0-9]{16,}/g],
  ['a service account of 1Password', /\bops_eyJ[\w-]{100,}/g],
  ['a token of Doppler', /\bdp\.(?:ct|pt|st|sa|scim|audit)\.(?:[\w-]+\.)?[A-Za-z0-9]{40,44}\b/g],
  ['a key of Anthropic', /\bsk-ant-(?:api|admin)\d{2}-[\w-]{80,}/g],
  ['a key of OpenAI', /\bsk-(?:proj|svcacct|admin)-[\w-]{40,}|\bsk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}\b/g],
  ['a key of Stripe', /\b[rs]k_live_[A-Za-z0-9]{20,}\b/g],
  ['a token of npm', /\bnpm_[A-Za-z0-9]{36}\b/g],
  ['a token of PyPI', /\bpypi-AgEIcHlwaS5vcmc[\w-]{50,}/g],
  ['a token of Docker Hub', /\bdckr_(?:pat|oat)_[\w-]{27,}/g],
  ['a token of Hugging Face', /\bhf_[A-Za-z]{34}\b/g],
  ['a token of DigitalOcean', /\bdo[opr]_v1_[0-9a-f]{64}\b/g],
  ['a token of Vault', /\bhv[sbr]\.[\w-]{24,}/g],
  ['a token of Grafana', /\bgl(?:c|sa)_[\w+/=]{32,}/g],
  ['a key of SendGrid', /\bSG\.[\w-]{22}\.[\w-]{43}\b/g],
];

/** Every token and private key in a text that is known by its form. */
export function tokensIn(text: string): FoundToken[] {
  const tokens = TOKENS.flatMap(([what, form]) =>
    [...text.matchAll(form)].map((match) => ({ what, start: match.index, end: match.index + match[0].length })),
  );
  const key = keyIn(text);
  if (key === undefined) return tokens;
  const found = (key === 'an age key' ? AGE_KEY : PEM_KEY).exec(text);
  return found === null ? tokens : [...tokens, { what: key, start: found.index, end: found.index + found[0].length }];
}

/**
 * Whether a value that its key calls a secret is none that somebody would write for a name: letters of both cases with digits, or many
 * hexadecimal digits, without a break.
 */
export function isRandomSecret(key: string, value: string): boolean {
  const last = lastWord(key);
  if (!SECRET_NAME.test(last) || /public|hash|checksum|fingerprint/i.test(key) || ADDRESS.test(value)) return false;
  const isDigest = /^(?:sha\d+[:-])/.test(value);
  return !isDigest && (new RegExp(`^${RANDOM.source}$`).test(value) || /^(?=.*[a-f])(?=.*\d)[\da-f]{32,}$/.test(value));
}

/** What of a file that is named as an encrypted one is not, in words; undefined where all is, or where others tell of it. */
export function openValuesIn(path: string, text: string): string | undefined {
  if (text.trim() === '') return undefined;
  try {
    const open = openValues(formatFor(path).read(text, path));
    return open === undefined ? undefined : describeOpen(open);
  } catch (error) {
    // A merge that is not finished, or no text of its format: told where it is decrypted.
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

const AGE_KEY = /\bAGE-SECRET-KEY-(?:PQ-)?1[0-9A-Z]{50,}/;

/** A header with at least what a key of 32 bytes takes, also within a text of JSON or YAML in quotes. */
const PEM_KEY = /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----(?:\s|\\[rn]){1,9}[\w+/=]{40}/;

/**
 * The secrets of an object of kind Secret whose file is not one that is encrypted, by the names that messages have for them. What is no
 * YAML is told by others.
 */
export function plainSecretNames(path: string, text: string): string[] {
  if (isSecretPath(path) || !/\.(?:ya?ml|json)$/.test(path) || !SECRET_KIND.test(text)) return [];
  try {
    const tree = formatFor(path).read(text, path);
    return keptLeaves(tree) === undefined ? [] : [...new Set(secretsIn(path, tree).map(({ name }) => name))];
  } catch (error) {
    if (error instanceof Failure) return [];
    throw error;
  }
}

/** A text in which an object of kind Secret may stand, in whatever style it is written. */
export const SECRET_KIND = /\bkind["']?\s*:\s*["']?Secret\b/;

/** A file as it is about to be written, or lies there. */
export interface WrittenFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** A secret that stands in plain text. */
export interface PlainSecret {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** What it is called: never the secret itself. */
  readonly name: string;
}

/** Every secret in the bytes of the files, each once a file; what a file is called, and what it says of itself, counts for nothing. */
export function findPlainSecrets(files: readonly WrittenFile[], search: SecretSearch): PlainSecret[] {
  return files.flatMap(({ path, bytes }) => {
    const found = new Map<string, PlainSecret>();
    for (const { name, start } of search.find(bytes)) {
      if (!found.has(name)) found.set(name, { path, line: lineAt(bytes, start), name });
    }
    return [...found.values()];
  });
}

function lineAt(bytes: Uint8Array, offset: number): number {
  let line = 1;
  for (let index = bytes.indexOf(10); index !== -1 && index < offset; index = bytes.indexOf(10, index + 1)) line += 1;
  return line;
}

/** The finding of a secret that a run would write in plain text; `place` is where it comes from. */
export function plainSecretFinding({ path, line, name }: PlainSecret, place: Place): Finding {
  return {
    code: 'secrets/plain-text',
    severity: 'error',
    message: `line ${String(line)} of ${path} would show ${name} in plain text`,
    place,
    remedy: isSecretPath(path)
      ? 'write it as a value below `stringData`: names, comments, annotations and labels stay as they are'
      : 'put it into a file named *.sops.yaml: those are encrypted before they are written',
  };
}

/** What of a secret file is in plain text although it must not be. */
interface OpenValues {
  /** Whether nothing in it is encrypted at all. */
  readonly isWhole: boolean;
  /** The keys of the values, as `stringData.token`. */
  readonly keys: readonly string[];
}

/**
 * The values of a secret file that lie open: of an object of kind Secret all that it keeps has to be encrypted, of any other file
 * something. Neither a rule nor the file's own metadata are asked. Undefined where all is well.
 */
export function openValues(tree: Tree): OpenValues | undefined {
  const kept = keptLeaves(tree);
  const leaves = (kept ?? allLeaves(tree)).filter(({ path }) => path[0] !== 'sops');
  const open = leaves.filter(({ leaf }) => !isHidden(leaf));
  const isWhole = leaves.every(({ leaf }) => isOpenOrEmpty(leaf));
  if (open.length === 0 || (kept === undefined && !isWhole)) return undefined;
  return { isWhole, keys: [...new Set(open.map(nameOf))] };
}

function isOpenOrEmpty(leaf: KeptLeaf['leaf']): boolean {
  return !isHidden(leaf) || leaf.kind === 'null' || (leaf.kind === 'str' && leaf.value === '');
}

function nameOf({ path, leaf }: KeptLeaf): string {
  const key = path.join('.');
  return leaf.kind === 'comment' ? `a comment below ${key}` : key;
}

/** What the values are called in a message. */
export function describeOpen({ isWhole, keys }: OpenValues): string {
  if (isWhole) return 'none of its values is encrypted';
  const shown = keys.slice(0, 3).map((key) => (key.startsWith('a comment') ? key : `\`${key}\``));
  return `${shown.join(', ')}${keys.length > shown.length ? ', …' : ''} ${keys.length === 1 ? 'is' : 'are'} not encrypted`;
}

/** Last words of names whose values are no secrets by themselves: where something is, who it is, what it is called. */
const PUBLIC_NAME =
  /(?:user|login|owner|host|hosts|server|url|uri|endpoint|domain|zone|mail|account|bucket|region|name|address|addr|port|path|dir|folder|file|database|db|mode|level|version|issuer|from|to|id|type|algorithm|crt|cert|ca|pub|public|recipient)$/;

const SECRET_NAME = /pass|token|secret|key$|private|credential|auth|salt|seed|hash|cookie|webhook|identity/;

/** Addresses, names of hosts and files: what stands elsewhere with good reason. */
const ADDRESS =
  /^(?:[a-z][a-z0-9+.-]*:\/\/(?![^/@]*:[^/@]*@).*|[^\s@]+@[^\s@]+\.[a-z]+|(?:[a-z0-9-]+\.)+[a-z0-9-]+(?::\d+)?|[./~][\w./-]*|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|[\da-f]*[.:][\da-f.:]*(?:\/\d+)?|\$\{[^}]*\})$/i;

const SHORTEST_UNNAMED = 12;

/** Letters of both cases and digits without a break: nobody names anything so. The blobs of public SSH keys begin as named. */
const RANDOM = /(?<![\w+/-])(?!AAAA[BCE][23])(?=[\w-]*\d)(?=[\w-]*[a-z])(?=[\w-]*[A-Z])[\w-]{20,}/g;

/**
 * The secrets in a secret file that is still in plain text: of an object of kind Secret the values that it keeps, of any other file all.
 * What a value is follows from the last word of its key: of a `…_HOST` or `…_ID` only a random part counts, of a `…-token` all,
 * and of what is named neither way what is long enough and no address. Each is a secret whose value may still be too short to be
 * searched for.
 */
export function secretsIn(path: string, tree: Tree): KnownSecret[] {
  const leaves = keptLeaves(tree) ?? allLeaves(tree);
  return leaves.flatMap(({ path: keys, leaf }) => {
    if ((leaf.kind !== 'str' && leaf.kind !== 'int') || isHidden(leaf)) return [];
    const name = `\`${keys.join('.')}\` of ${path}`;
    const text = String(leaf.value);
    const texts = keys[0] === 'data' ? [text, decoded(text)] : [text];
    return texts.flatMap((one) => valuesIn(keys.at(-1) ?? '', one)).map((value) => ({ name, value }));
  });
}

/**
 * The keys of values that a template of a secret file has literally, and that look like secrets: git would hold them in plain text.
 * Only what is named as one, or is random, counts; what an expression gives does not stand there.
 *
 * @param text - the template, with delimiters as the starter has them
 */
export function literalSecrets(text: string): string[] {
  const keys: string[] = [];
  let indent: number | undefined;
  for (const line of text.replace(/#[<%|][^]*?[>%|]#/g, '').split('\n')) {
    const [, space = '', key = '', rest = ''] = /^(\s*)["']?([\w.-]+)["']?:(.*)$/.exec(line) ?? [];
    if (indent !== undefined && key !== '' && space.length <= indent) indent = undefined;
    if (key === 'data' || key === 'stringData') indent = space.length;
    if (indent === undefined || rest.trim() === '' || key === '') continue;
    const value = rest.trim().replace(/^(["'])(.*)\1$/, '$2');
    const texts = [value, decoded(value)];
    const isNamed = SECRET_NAME.test(lastWord(key)) && texts.some((one) => isTelling(one) && isSecretValue(key, one));
    if (isNamed || texts.some((one) => one.match(RANDOM) !== null)) keys.push(key);
  }
  return keys;
}

/** The secrets in a value, whose own lines may name them: `token: …` in the text of a file. */
function valuesIn(key: string, text: string): string[] {
  const value = text.trim();
  if (/public/i.test(key)) return [];
  if (/^-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/.test(value)) return [value];
  if (/^-----BEGIN |^LS0tLS1CRUdJTi/.test(value)) return [];
  if (!value.includes('\n')) return isSecretValue(key, value) ? [value] : (value.match(RANDOM) ?? []);
  return value.split('\n').flatMap((line) => {
    const [, name, rest] = /^[\s"'-]*([\w.][\w.-]*)["']?\s*[:=]\s*(.+)$/.exec(line) ?? [];
    if (name === undefined || rest === undefined) return line.match(RANDOM) ?? [];
    return valuesIn(name, rest.replace(/^(["'])(.*)\1,?$/, '$2'));
  });
}

function isSecretValue(key: string, value: string): boolean {
  const last = lastWord(key);
  if (ADDRESS.test(value) || PUBLIC_NAME.test(last)) return false;
  if (SECRET_NAME.test(last)) return value !== '';
  return value.length >= SHORTEST_UNNAMED && !/^\d+$/.test(value);
}

/** `TOKEN` of `CF_API_TOKEN`, `key` of `accessKey`, `apikey` of `apikey`; in lower case. */
function lastWord(key: string): string {
  const words = key
    .replace(/([a-z\d])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .split(/[^a-z\d]+/);
  return words.filter((word) => word !== '').at(-1) ?? '';
}

/** Text that stands there in base64; nothing where it is none. */
function decoded(text: string): string {
  const bytes = Buffer.from(text, 'base64');
  const isBase64 = bytes.toString('base64') === text.replace(/\s/g, '');
  return isBase64 && !/[\p{Cc}\ufffd]/u.test(bytes.toString('utf8').replace(/[\n\t\r]/g, ''))
    ? bytes.toString('utf8')
    : '';
}
