import { posix } from 'node:path';
import ipaddr from 'ipaddr.js';
import { type AccessMode, ACCESS_MODES } from '../checks/style.ts';
import { parseQuantity } from '../text/quantities.ts';
import { suggestNearest } from '../text/suggest.ts';
import type { Style } from './style.ts';
import type { Surroundings } from './surroundings.ts';

// Answers about a new app, one by one, from what was typed to what is meant.

/** An answer that cannot be taken, in words for whoever gave it. */
export class BadAnswer extends Error {
  /** What would be right. */
  readonly remedy: string;

  constructor(message: string, remedy: string) {
    super(message);
    this.remedy = remedy;
  }
}

/** What answers are read against. */
export interface RequestContext {
  readonly style: Style;
  readonly surroundings: Surroundings;
  /** Texts of files that options name, by the names as given. */
  readonly files: ReadonlyMap<string, string>;
}

/** An image of a container. */
export interface Image {
  readonly repository: string;
  readonly tag: string | undefined;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string | undefined;
}

/** Where a chart that is not app-template comes from. */
export interface ChartOrigin {
  readonly kind: 'OCIRepository' | 'HelmRepository';
  /** Of the registry, the chart's name in it; of the repository. */
  readonly url: string;
  readonly chart: string;
  readonly version: string;
}

/** What tells whether a container lives. */
export type Probe =
  | { readonly kind: 'http'; readonly path: string; readonly port: number }
  | { readonly kind: 'tcp'; readonly port: number };

/** A base of kustomize. */
export interface Base {
  /** A folder from the top of the repository, or an address. */
  readonly path: string;
  /** What it brings, as far as it can be read: kind and name of each object; undefined for an address. */
  readonly objects: readonly { readonly kind: string; readonly name: string }[] | undefined;
}

/** A file that the app reads, out of a ConfigMap. */
export interface ConfigFile {
  readonly name: string;
  readonly text: string;
  readonly mount: string;
}

/** `namespace/name` of a new app. Throws a BadAnswer. */
export function readTarget(text: string): { readonly namespace: string; readonly name: string } {
  const [namespace = '', name = '', ...rest] = text.split('/');
  const isName = (one: string): boolean => /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(one);
  if (isName(namespace) && isName(name) && rest.length === 0) return { namespace, name };
  throw new BadAnswer(
    `${text} does not name an app`,
    'write namespace/name, both of lower-case letters, digits and hyphens: media/jellyfin',
  );
}

export function oneOf<const T extends string>(option: string, text: string, words: readonly T[]): T {
  const found = words.find((word) => word === text);
  if (found !== undefined) return found;
  const near = suggestNearest(text, words);
  throw new BadAnswer(
    `${option} does not take ${text}`,
    near === undefined ? `it takes ${words.join(', ')}` : `did you mean ${near}?`,
  );
}

export function yesOrNo(text: string): boolean {
  if (/^(?:y|yes|true)$/i.test(text)) return true;
  if (/^(?:n|no|false|)$/i.test(text)) return false;
  throw new BadAnswer(`${text} is neither yes nor no`, 'answer yes or no');
}

export function dnsLabel(option: string, text: string): string {
  if (/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(text)) return text;
  throw new BadAnswer(`${option} ${text} is no name of an object`, 'write lower-case letters, digits and hyphens');
}

export function variable(option: string, text: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(text)) return text;
  if (text.includes('=')) {
    const [name = ''] = text.split('=');
    throw new BadAnswer(
      `${option} takes a name alone: an argument is seen by every process, and kept in the history of the shell`,
      `write ${option} ${name}; its value is asked for. Replace what you typed where it is in use`,
    );
  }
  throw new BadAnswer(`${option} ${text} is no name of a variable`, 'write letters, digits and underscores: API_KEY');
}

export function quantity(option: string, text: string, example: string): string {
  if ((parseQuantity(text) ?? 0) > 0) return text;
  throw new BadAnswer(`${option} ${text} is no quantity`, `write one as ${example}`);
}

const MOVING = /^(?:latest|main|master|edge|nightly|develop|dev|stable|rolling|unstable)$/;
const VERSION = /^v?\d+\.\d+(?:\.\d+)*(?:[.+_-][\w.+-]*)?$/;

export function readImage(text: string, { style }: RequestContext): Image {
  const [, repository, tag, digest] =
    /^([a-z0-9][\w./-]*(?::\d+\/[\w./-]+)?)(?::([\w][\w.-]{0,127}))?(?:@(.+))?$/.exec(text) ?? [];
  if (repository === undefined)
    throw new BadAnswer(`${text} is no image`, 'write registry/name:tag, as ghcr.io/example/site:1.2.3');
  if (digest !== undefined && !/^sha256:[0-9a-f]{64}$/.test(digest))
    throw new BadAnswer(
      `${digest} is no digest`,
      'write sha256: and 64 hexadecimal digits; `crane digest IMAGE` tells it',
    );
  const asked = `${repository}:${tag ?? '1.2.3'}`;
  if (style.images === 'digest' && digest === undefined)
    throw new BadAnswer(
      `${text} has no digest, which the profile ${style.profile} asks for`,
      `write ${asked}@sha256:…; \`crane digest ${asked}\` tells it`,
    );
  if (digest !== undefined && style.isTagFreeWithDigest) return { repository, tag, digest };
  if (tag === undefined) throw new BadAnswer(`${text} has no tag, which means latest`, `write ${asked}`);
  if (MOVING.test(tag))
    throw new BadAnswer(
      `the tag ${tag} of ${repository} moves`,
      'write the tag of a version, and its digest behind it',
    );
  if (style.images !== 'tag' && !VERSION.test(tag))
    throw new BadAnswer(`the tag ${tag} of ${repository} is no full version`, 'write the tag of a version: 1.2.3');
  return { repository, tag, digest };
}

export function inRegistry(text: string): ChartOrigin | undefined {
  const [, url, chart, version] = /^(oci:\/\/[^\s@]+\/([^\s/:@]+)):([\w.+-]+)$/.exec(text) ?? [];
  return url === undefined || chart === undefined || version === undefined
    ? undefined
    : { kind: 'OCIRepository', url, chart, version };
}

export function readHost(text: string, { style, surroundings }: RequestContext): string {
  const { domain } = style;
  if (style.route === 'tailscale-ingress') return text.includes('.') ? text : dnsLabel('--host', text);
  if (!text.includes('.')) {
    dnsLabel('--host', text);
    if (domain !== '') return `${text}.${domain}`;
    throw new BadAnswer(
      `the domain of ${text} is not known`,
      'write the host name in full, or name the domain in apps.domain of .cluster-template.yaml',
    );
  }
  for (const [name, variable_] of surroundings.variables) {
    if (text === name || text.endsWith(`.${name}`))
      return `${text.slice(0, text.length - name.length)}\${${variable_}}`;
  }
  const known = [...new Set([domain, ...surroundings.domains].filter((one) => one !== ''))];
  if (!/^[a-z0-9*]([-a-z0-9]*[a-z0-9])?(?:\.(?:\$\{\w+\}|[a-z0-9]([-a-z0-9]*[a-z0-9])?))+$/.test(text))
    throw new BadAnswer(`${text} is no host name`, 'write lower-case letters, digits, hyphens and dots');
  if (known.length === 0 || known.some((one) => text.endsWith(`.${one}`))) return text;
  throw new BadAnswer(`${text} lies in none of the domains of this repository`, `they are ${known.join(', ')}`);
}

export function readVolume(
  option: string,
  text: string,
  _: RequestContext,
  name: string,
): { claim: string; size: string; mount: string | undefined } {
  const [, claim, size, mount] = /^(?:([a-z0-9][-a-z0-9]*)=)?([^:=\s]+)(?::(\/[^\s:]*))?$/.exec(text) ?? [];
  if (size === undefined)
    throw new BadAnswer(`${option} ${text} cannot be read`, 'write 5Gi, 5Gi:/data or cache=5Gi:/cache');
  const bytes = parseQuantity(size);
  if (bytes === undefined || bytes <= 0 || !/[A-Za-z]/.test(size))
    throw new BadAnswer(`${size} is no size of a volume`, 'write one as 5Gi');
  const full = claim === undefined ? name : claim === name || claim.startsWith(`${name}-`) ? claim : `${name}-${claim}`;
  return { claim: full, size, mount };
}

export function readClass(text: string, { style }: RequestContext): string {
  const known = Object.keys(style.storageClasses);
  if (known.length === 0 || known.includes(text)) return dnsName(text);
  const near = suggestNearest(text, known);
  throw new BadAnswer(
    `there is no storage class ${text}`,
    near === undefined
      ? `there are ${known.join(', ')}; apps.storageClasses of .cluster-template.yaml lists them`
      : `did you mean ${near}?`,
  );
}

function dnsName(text: string): string {
  if (/^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$/.test(text)) return text;
  throw new BadAnswer(`${text} is no name of a storage class`, 'write lower-case letters, digits, hyphens and dots');
}

export function readConfig(text: string, { files }: RequestContext, name: string): ConfigFile {
  const [, path = text, mount] = /^(.*?)(?::(\/[^:]+))?$/.exec(text) ?? [];
  const content = files.get(path);
  if (content === undefined) throw new BadAnswer(`${path} cannot be read`, 'name a file of text');
  const base = path.split('/').at(-1) ?? path;
  if (!/^[-._a-zA-Z0-9]+$/.test(base))
    throw new BadAnswer(
      `${base} is no key of a ConfigMap`,
      'name the file with letters, digits, dots, hyphens and underscores',
    );
  return { name: base, text: content, mount: mount ?? `/etc/${name}/${base}` };
}

export function readBase(text: string, { surroundings }: RequestContext): Base {
  if (/^https:\/\/[^\s/]+\/\S+$/.test(text)) {
    if (/[?&]ref=[^&\s]+/.test(text)) return { path: text, objects: undefined };
    throw new BadAnswer(
      `--from-base ${text} names no version, so that it changes whenever its owner wants`,
      `write it behind the address: ${text}${text.includes('?') ? '&' : '?'}ref=v1.2.3`,
    );
  }
  const path = posix.normalize(text).replace(/\/$/, '');
  const base = path.startsWith('..') || path.startsWith('/') ? undefined : surroundings.baseAt(path);
  if (base === undefined)
    throw new BadAnswer(
      `--from-base ${text} is no base: there is no kustomization.yaml in that folder, or Flux does not read it`,
      'name a folder with one by its path from the top (below kubernetes/ in a cluster of the template), or https://…?ref=version',
    );
  // It would apply the app that is made of it, and all beside it.
  if (base.some(({ kind }) => kind === 'Kustomization'))
    throw new BadAnswer(
      `--from-base ${text} has Kustomizations of Flux: that is a folder of apps, and no base of one`,
      'name the folder with the manifests of one app',
    );
  return { path, objects: base };
}

export function readAccessMode(text: string): AccessMode {
  const short = { RWO: ACCESS_MODES[0], RWOP: ACCESS_MODES[1], ROX: ACCESS_MODES[2], RWX: ACCESS_MODES[3] };
  const mode = (short as Record<string, AccessMode>)[text] ?? ACCESS_MODES.find((one) => one === text);
  if (mode !== undefined) return mode;
  throw new BadAnswer(`${text} is no access mode`, `take one of ${Object.keys(short).join(', ')}`);
}

export function readShare(text: string): { readonly server: string; readonly path: string; readonly mount: string } {
  const [, server, path, mount] = /^([^:\s]+):(\/[^:\s]*)(?::(\/[^:\s]+))?$/.exec(text) ?? [];
  if (server !== undefined && path !== undefined) return { server, path, mount: mount ?? path };
  throw new BadAnswer(`--nfs ${text} cannot be read`, 'write server:/path, or server:/path:/mount');
}

export function readLogin(text: string, { style }: RequestContext): 'native' | 'gateway' {
  const way = oneOf('--oidc', text, ['native', 'gateway']);
  if (style.oidcIssuer === '')
    throw new BadAnswer(
      'no identity provider is known',
      'name its address in apps.oidcIssuer of .cluster-template.yaml',
    );
  if (way === 'gateway' && style.route !== 'httproute')
    throw new BadAnswer(
      'a login at the gateway needs an HTTPRoute, and apps are published by Ingresses here',
      'take --oidc native',
    );
  return way;
}

/** A probe as it is asked for: without a port it is that of the app. */
type AskedProbe =
  | { readonly kind: 'http'; readonly path: string; readonly port: number | undefined }
  | { readonly kind: 'tcp' | 'none'; readonly path: ''; readonly port: number | undefined };

export function readProbe(text: string): AskedProbe {
  const [, path, httpPort] = /^http:(\/[^:\s]*)(?::(\d+))?$/.exec(text) ?? [];
  if (path !== undefined) return { kind: 'http', path, port: httpPort === undefined ? undefined : Number(httpPort) };
  const [, isTcp, tcpPort] = /^(tcp)(?::(\d+))?$/.exec(text) ?? [];
  if (isTcp !== undefined) return { kind: 'tcp', path: '', port: tcpPort === undefined ? undefined : Number(tcpPort) };
  if (text === 'none') return { kind: 'none', path: '', port: undefined };
  throw new BadAnswer(`--probe ${text} cannot be read`, 'write http:/health, http:/health:8080, tcp:5432 or none');
}

/** Addresses of a load balancer, IPv4 before IPv6. */
export function readAddresses(text: string): readonly string[] {
  const all = text.split(',').map((one) => one.trim());
  const [four, six] = [
    all.filter((one) => ipaddr.IPv4.isValidFourPartDecimal(one)),
    all.filter((one) => ipaddr.IPv6.isValid(one) && !one.includes('%')),
  ];
  if (four.length + six.length === all.length && four.length < 2 && six.length < 2) return [...four, ...six];
  throw new BadAnswer(
    `--lb ${text} are no addresses`,
    'write an IPv4 address, an IPv6 address, or both with a comma between',
  );
}
