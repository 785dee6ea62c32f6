import type { Plugin, SignedFunction } from '../makejinja/plugin.ts';
import { failure, type Failure } from '../report/finding.ts';
import { parseIdentityFile } from '../sops/identities.ts';
import { formatAddress, nthHost, parseNetwork, size } from './addresses.ts';
import { templateData } from './computed.ts';
import type { Configuration } from './config/generated/types.ts';
import {
  cloudflareTunnelId,
  cloudflareTunnelSecret,
  CREDENTIAL_FILES,
  type CredentialFile,
  deployKey,
  ORIGINS,
  parseTunnel,
  pushToken,
} from './credentials/read.ts';

/** What the cluster's extension is made from. */
interface ExtensionInput {
  readonly configuration: Configuration;
  /** Reads a credential file when a template asks for it. */
  readonly read: ReadCredential;
  /** The renderer's input folders, the one that wins first, once it is known what is rendered. */
  readonly folders: () => readonly TemplateFolder[];
  /** Whether a file may become output, by its path as messages show it. */
  readonly wants: (path: string) => boolean;
  /** Names of the apps of a namespace that are rendered. */
  readonly appsOf: (namespace: string) => readonly string[];
}

/** A plugin whose data are a table of names. */
export type ClusterExtension = Plugin & { readonly data: Readonly<Record<string, unknown>> };

/** The starter's own plugin for the renderer: data, functions and filters that its templates are written with. */
export function clusterExtension({ configuration, read, folders, wants, appsOf }: ExtensionInput): ClusterExtension {
  return {
    name: 'cluster',
    data: templateData(configuration),
    functions: {
      ...credentialFunctions(read),
      namespace_apps: { signature: 'namespace_apps(namespace)', run: (namespace) => appsOf(String(namespace)) },
      talos_patches: talosPatches(folders),
      tool_path: toolPath(folders),
    },
    filters: {
      basename: { signature: 'basename(value)', run: basename },
      nthhost: { signature: 'nthhost(cidr, n)', run: nthhost },
    },
    pathFilters: [wants],
  };
}

/**
 * Text of a credential file by its name, relative to the folder of the keys; undefined where there is none. `kind` is the usual
 * name of such a file: a template may name another one.
 */
export type ReadCredential = (file: string, kind: CredentialFile) => string | undefined;

/**
 * The template functions that give credentials. Each reads its file when a template calls it and not before, so that
 * only what a cluster uses has to be there. They throw a Failure where a file is missing or holds something else; none
 * of their messages quotes a file.
 */
export function credentialFunctions(read: ReadCredential): Readonly<Record<string, SignedFunction>> {
  const credential = (name: string, file: CredentialFile, parse: Parse): SignedFunction => ({
    signature: `${name}(file='${file}')`,
    run: (other) => {
      const path = pathOf(other, file);
      return parse(textOf(read, path, file), path);
    },
  });
  const { ageKey: ageKeyFile, tunnel } = CREDENTIAL_FILES;
  return {
    age_key: {
      signature: `age_key(kind, file='${ageKeyFile}')`,
      run: (kind, other) => {
        const path = pathOf(other, ageKeyFile);
        return ageKeyHalf(kind, textOf(read, path, ageKeyFile), path);
      },
    },
    cloudflare_tunnel_id: credential('cloudflare_tunnel_id', tunnel, (text, file) =>
      cloudflareTunnelId(parseTunnel(text, file)),
    ),
    cloudflare_tunnel_secret: credential('cloudflare_tunnel_secret', tunnel, (text, file) =>
      cloudflareTunnelSecret(parseTunnel(text, file)),
    ),
    github_deploy_key: credential('github_deploy_key', CREDENTIAL_FILES.deployKey, deployKey),
    github_push_token: credential('github_push_token', CREDENTIAL_FILES.pushToken, pushToken),
  };
}

/** What a function gives of a file's text; the file's name is for messages. */
type Parse = (text: string, file: string) => string;

/** The file that a template names, or the usual one. */
function pathOf(named: unknown, usual: CredentialFile): string {
  if (named === undefined) return usual;
  if (typeof named === 'string') return named;
  const message = `a credential file is named by a text, not by a ${typeof named}`;
  throw failure('input', { code: 'config/bad-argument', message, remedy: `leave it out, or write file='${usual}'` });
}

/**
 * Templates are rendered synchronously and a recipient is computed asynchronously, so the public half is taken from the
 * file's own comment; reading the key for encryption compares both.
 */
function ageKeyHalf(kind: unknown, text: string, file: string): string {
  if (kind === 'private') return parseIdentityFile(text, file)[0]?.reveal() ?? '';
  if (kind !== 'public') {
    const message = `age_key takes 'public' or 'private', not ${typeof kind === 'string' ? JSON.stringify(kind) : `a ${typeof kind}`}`;
    throw failure('input', {
      code: 'config/bad-argument',
      message,
      remedy: "write age_key('public') or age_key('private')",
    });
  }
  const recipient = /^# public key: (age1\w+)\s*$/m.exec(text)?.[1];
  if (recipient !== undefined) return recipient;
  const remedy = 'add the line `# public key: age1…`, which `age-keygen -y` prints';
  throw failure('input', {
    code: 'credentials/invalid',
    message: `${file} does not say its public key`,
    place: { file },
    remedy,
  });
}

function textOf(read: ReadCredential, file: string, kind: CredentialFile): string {
  const text = read(file, kind);
  if (text === undefined) throw missingFile(file);
  return text;
}

/** The one finding about a credential file that a template asks for and nobody has. */
export function missingFile(file: string): Failure {
  const origins: Readonly<Record<string, string | undefined>> = ORIGINS;
  const remedy = origins[file] ?? 'correct the name in the template, or make the file';
  return failure('input', { code: 'credentials/missing', message: `${file} does not exist`, place: { file }, remedy });
}

/** The credential file that each of the cluster's functions reads unless a template names another one. */
export const FUNCTION_FILES: Readonly<Record<string, CredentialFile>> = {
  age_key: CREDENTIAL_FILES.ageKey,
  cloudflare_tunnel_id: CREDENTIAL_FILES.tunnel,
  cloudflare_tunnel_secret: CREDENTIAL_FILES.tunnel,
  github_deploy_key: CREDENTIAL_FILES.deployKey,
  github_push_token: CREDENTIAL_FILES.pushToken,
};

/**
 * The last element of a path without its last extension, as Python's `PurePath.stem` has it:
 * `patches/global/machine-time.yaml.j2` gives `machine-time.yaml`, `.sops` stays as it is.
 *
 * @throws Failure for anything that is no text
 */
export function basename(value: unknown): string {
  if (typeof value !== 'string') throw badArgument(`basename takes a text, not ${show(value)}`, 'pipe a path into it');
  const name = value.split('/').findLast((part) => part !== '' && part !== '.') ?? '';
  const dot = name.lastIndexOf('.');
  return dot > 0 && dot < name.length - 1 ? name.slice(0, dot) : name;
}

/**
 * The n-th address of a network, IPv4 or IPv6, counted from the network address, which is number 0. Host bits of the
 * network are ignored.
 *
 * @throws Failure for what is no network, and for a number outside of it. (Upstream's filter gives `False` then, which ends up in a manifest.)
 */
export function nthhost(cidr: unknown, index: unknown): string {
  const network = typeof cidr === 'string' ? parseNetwork(cidr) : undefined;
  const number = toInteger(index);
  if (network === undefined) {
    const message = `nthhost(${show(index)}) of ${show(cidr)}: it is not a network`;
    throw badArgument(message, 'pipe a network in CIDR notation into it, for example 192.0.2.0/24');
  }
  const address = number === undefined ? undefined : nthHost(network, number);
  if (address === undefined) {
    const last = size(network) - 1n;
    throw badArgument(
      `nthhost(${show(index)}) of ${show(cidr)}: the network has no such address`,
      `take a whole number from 0 to ${String(last)}`,
    );
  }
  return formatAddress(address);
}

/** A template's whole number: a JavaScript number or, beyond what those hold, a bigint. */
function toInteger(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value;
  return typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : undefined;
}

function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  return value === null || ['number', 'bigint', 'boolean', 'undefined'].includes(typeof value)
    ? String(value)
    : `a ${typeof value}`;
}

function badArgument(message: string, remedy: string): Failure {
  return failure('input', { code: 'config/bad-argument', message, remedy });
}

/** The templates of one input folder of the renderer. */
export interface TemplateFolder {
  /** Path as templates should name it, relative to the cluster's root: `templates/overrides`. */
  readonly path: string;
  /** Paths of its files relative to it, those that are rendered only: no partials. */
  readonly files: readonly string[];
}

const SUFFIX = '.yaml.j2';

/**
 * The template function `talos_patches(dir)`: the paths of the patches of one group (`global`, `controller`, `worker`, or
 * the name of a node), sorted by name. Where several folders hold the same file the first one counts, as it does for the renderer.
 */
export function talosPatches(folders: () => readonly TemplateFolder[]): SignedFunction {
  return {
    signature: 'talos_patches(dir)',
    run: (dir) => patchesOf(folders(), `talos/patches/${String(dir)}/`),
  };
}

const TEMPLATES = 'templates/config';

/**
 * The template function `tool_path(path)`: a file that belongs to the tool, `docs/apps.md` say, as it is opened from the cluster's
 * repository. A fork has it itself; elsewhere it lies beside the templates, in the package that the settings name as an input.
 */
export function toolPath(folders: () => readonly Pick<TemplateFolder, 'path'>[]): SignedFunction {
  const prefix = (): string => {
    const paths = folders().map(({ path }) => path.replace(/(?<!\/)\/+$/, ''));
    return paths.find((path) => path.endsWith(`/${TEMPLATES}`))?.slice(0, -TEMPLATES.length) ?? '';
  };
  return { signature: 'tool_path(path)', run: (path) => `${prefix()}${String(path)}` };
}

function patchesOf(folders: readonly TemplateFolder[], prefix: string): string[] {
  const found = new Map<string, string>();
  for (const { path, files } of folders) {
    for (const file of files.filter((name) => isPatch(name, prefix))) {
      if (!found.has(file)) found.set(file, `${path}/${file}`);
    }
  }
  return [...found].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, path]) => path);
}

function isPatch(file: string, prefix: string): boolean {
  if (!file.startsWith(prefix) || !file.endsWith(SUFFIX)) return false;
  const name = file.slice(prefix.length);
  return !name.includes('/') && name.length > SUFFIX.length;
}
