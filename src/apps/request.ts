import type { AccessMode, ServiceName } from '../checks/style.ts';
import {
  BadAnswer,
  type Base,
  type ChartOrigin,
  type ConfigFile,
  type Image,
  inRegistry,
  type Probe,
  type RequestContext,
} from './answer-values.ts';
import { type AnswerName, ANSWERS, type Answers, flagOf, given, type Monitor } from './answers.ts';
import type { Style } from './style.ts';

// What a new app is to be: answers put together, with what they leave open as the repository has it.

/** A claim that the app mounts. */
interface Volume {
  /** Whether VolSync makes it and backs it up, or a manifest of the app makes it. */
  readonly isBackedUp: boolean;
  readonly claim: string;
  /** A quantity of Kubernetes: `5Gi`. */
  readonly size: string;
  /** Empty for the default class of the cluster. */
  readonly storageClass: string;
  readonly mode: AccessMode;
  readonly mount: string;
}

/** A new app with everything decided. */
export interface AppRequest {
  readonly kind: 'app' | 'cnpg-cluster';
  readonly namespace: string;
  readonly name: string;
  /** Undefined where a chart of its own runs it. */
  readonly image: Image | undefined;
  readonly chart: ChartOrigin;
  /** A base of kustomize in the place of both. */
  readonly base: Base | undefined;
  readonly port: number | undefined;
  /** The Service that a route leads to. */
  readonly service: string;
  /** A host name in full; its domain may be a variable of Flux. */
  readonly host: string | undefined;
  readonly isExternal: boolean;
  readonly routeIn: 'file' | 'values';
  readonly volumes: readonly Volume[];
  readonly nfs: readonly { readonly server: string; readonly path: string; readonly mount: string }[];
  /** Whether it has a folder /tmp of its own. */
  readonly hasTmp: boolean;
  readonly probe: Probe | undefined;
  /** Whom it runs as; undefined where the image wants to begin as root. */
  readonly user: number | undefined;
  readonly cpu: string;
  readonly memory: string;
  /** Addresses of a load balancer, IPv4 before IPv6. */
  readonly addresses: readonly string[];
  readonly database: 'shared' | 'own' | undefined;
  /** Further services that it uses. */
  readonly services: readonly ServiceName[];
  readonly login: 'native' | 'gateway' | undefined;
  readonly oidcClient: 'by-hand' | 'pocket-id';
  readonly monitors: readonly Monitor[];
  readonly configs: readonly ConfigFile[];
  readonly inlineConfigs: readonly ConfigFile[];
  /** Variables of the container in plain text. */
  readonly env: Readonly<Record<string, string>>;
  /** Variables whose values are asked for. */
  readonly secretKeys: readonly string[];
  /** Variables whose values are made up. */
  readonly generatedKeys: readonly string[];
  /** The chart with the definitions of its kinds. */
  readonly crds: ChartOrigin | undefined;
  /** What it waits for beside what its parts do, as `namespace/name`. */
  readonly dependsOn: readonly string[];
}

/** app-template where no release of the repository tells its version: https://github.com/bjw-s-labs/helm-charts/tree/main/charts/other/app-template */
const APP_TEMPLATE = { url: 'oci://ghcr.io/bjw-s-labs/helm/app-template', tag: '4.5.0' };

/**
 * Puts answers together.
 *
 * @param target - `namespace/name`
 * @throws BadAnswer for the first that cannot be taken, or does not go with another
 */
export function readRequest(
  target: { readonly namespace: string; readonly name: string },
  answers: Answers,
  context: RequestContext,
): AppRequest {
  const { namespace, name } = target;
  const { style, surroundings } = context;
  const read = new AnswerReader(answers, context, name);
  const kind = read.one('kind') ?? 'app';
  const { image, chart, base } = originOf(read, { kind, name, style });
  const port = read.one('port');
  const host = read.one('host');
  const addresses = read.one('lb') ?? [];
  const monitors = read.one('monitor') ?? [];
  refuseWithoutPort({ port, host, addresses, monitors });
  refuseAddress(style, namespace, name, addresses);
  const login = loginOf(read, host, style);
  const volumes = volumesOf(read, kind, name, context);
  const other = chart?.chart ?? base?.path;
  if (other !== undefined) refuseValues({ answers, chart: other, isBase: base !== undefined, kind, login, volumes });
  return {
    kind,
    namespace,
    name,
    image,
    base,
    chart: chart ?? {
      kind: 'OCIRepository',
      chart: 'app-template',
      url: surroundings.appTemplate?.url ?? APP_TEMPLATE.url,
      version: read.one('appTemplate') ?? surroundings.appTemplate?.tag ?? APP_TEMPLATE.tag,
    },
    port,
    service: serviceOf(read, name, base),
    host,
    isExternal: read.isOn('external'),
    routeIn: other === undefined ? (read.one('route') ?? style.routeIn) : 'file',
    volumes,
    nfs: read.all('nfs'),
    hasTmp: answers.tmp !== false && answers.securityContext !== false,
    probe: probeOf(read, port),
    user: answers.securityContext === false ? undefined : (read.one('user') ?? 1000),
    cpu: read.one('cpu') ?? '100m',
    memory: read.one('memory') ?? '512Mi',
    addresses,
    database: databaseOf(read, kind, style),
    services: [...new Set(read.all('use'))].sort(),
    login: login.way,
    oidcClient: login.client,
    monitors,
    configs: read.all('config'),
    inlineConfigs: read.all('inlineConfig'),
    env: Object.fromEntries(read.all('env')),
    secretKeys: [...new Set(read.all('secret'))],
    generatedKeys: [...new Set(read.all('generate'))],
    crds: read.one('crds'),
    dependsOn: [...new Set(read.all('dependsOn'))],
  };
}

/** What an answer gives when it is read. */
type ReadAs<K extends AnswerName> = ReturnType<(typeof ANSWERS)[K]['read']>;

/** Answers as their readers give them. */
class AnswerReader {
  readonly #answers: Answers;
  readonly #context: RequestContext;
  readonly #app: string;

  constructor(answers: Answers, context: RequestContext, app: string) {
    this.#answers = answers;
    this.#context = context;
    this.#app = app;
  }

  one<K extends AnswerName>(key: K): ReadAs<K> | undefined {
    const value = this.#answers[key];
    return typeof value === 'string' && value !== '' ? this.#read(key, value) : undefined;
  }

  all<K extends AnswerName>(key: K): ReadAs<K>[] {
    const value = this.#answers[key];
    const texts =
      typeof value === 'string' ? value.split(',') : Array.isArray(value) ? (value as readonly string[]) : [];
    return texts.filter((text) => text.trim() !== '').map((text) => this.#read(key, text.trim()));
  }

  isOn(key: AnswerName): boolean {
    return this.#answers[key] === true || (typeof this.#answers[key] === 'string' && this.one(key) === true);
  }

  #read<K extends AnswerName>(key: K, text: string): ReadAs<K> {
    return ANSWERS[key].read(text, this.#context, this.#app) as ReadAs<K>;
  }
}

/** The image that app-template runs, or a chart of its own; neither for a database server alone. */
function originOf(
  read: AnswerReader,
  { kind, name, style }: { readonly kind: AppRequest['kind']; readonly name: string; readonly style: Style },
): {
  readonly image: Image | undefined;
  readonly chart: ChartOrigin | undefined;
  readonly base: Base | undefined;
} {
  const image = read.one('image');
  const base = read.one('fromBase');
  const named = { chart: read.one('chart'), repository: read.one('helmRepo'), version: read.one('appTemplate') };
  const chart = chartOf(named, style, name);
  if (kind === 'app' && image === undefined && chart === undefined && base === undefined)
    throw new BadAnswer(
      'neither an image nor a chart is named',
      'add --image registry/name:tag@digest, --chart oci://registry/name:version or --from-base folder',
    );
  if (image !== undefined && chart !== undefined)
    throw new BadAnswer('both an image and a chart are named', 'leave one out: --image is run by app-template');
  if (base !== undefined && (image !== undefined || chart !== undefined || kind !== 'app'))
    throw new BadAnswer(
      `--from-base goes with neither ${kind === 'app' ? '--image nor --chart' : `--kind ${kind}`}`,
      'leave one out: a base brings what it runs',
    );
  return { image, chart, base };
}

/** The Service that is named, or the only one that a base brings. */
function serviceOf(read: AnswerReader, name: string, base: Base | undefined): string {
  const named = read.one('service');
  const known = (base?.objects ?? []).filter(({ kind }) => kind === 'Service').map((one) => one.name);
  const isNeeded = read.one('host') !== undefined || (read.one('monitor') ?? []).length > 0;
  if (named === undefined && isNeeded && known.length > 1 && !known.includes(name))
    throw new BadAnswer(`${base?.path ?? ''} brings several Services: ${known.join(', ')}`, 'say which by --service');
  if (named !== undefined && known.length > 0 && !known.includes(named))
    throw new BadAnswer(`${base?.path ?? ''} brings no Service ${named}`, `it brings ${known.join(', ')}`);
  return named ?? (known.length === 1 ? (known[0] ?? name) : name);
}

function refuseWithoutPort({
  port,
  host,
  addresses,
  monitors,
}: Pick<AppRequest, 'port' | 'host' | 'addresses' | 'monitors'>): void {
  if (port !== undefined) return;
  if (host !== undefined) throw new BadAnswer(`nothing is known to listen behind ${host}`, 'add --port');
  if (addresses.length > 0) throw new BadAnswer('--lb needs a port', 'add --port');
  if (monitors.length > 0) throw new BadAnswer('--monitor needs a port', 'add --port');
}

function loginOf(
  read: AnswerReader,
  host: string | undefined,
  style: Style,
): { readonly way: AppRequest['login']; readonly client: AppRequest['oidcClient'] } {
  const way = read.one('oidc');
  const client = read.one('client') ?? style.oidcClient;
  if (way === 'gateway' && host === undefined)
    throw new BadAnswer('--oidc gateway needs a host name, where Envoy comes back to after the login', 'add --host');
  if (way === 'native' && client === 'pocket-id' && host === undefined)
    throw new BadAnswer(
      'a client at Pocket ID needs a host name, where it comes back to',
      'add --host, or --client by-hand',
    );
  return { way, client };
}

function databaseOf(read: AnswerReader, kind: AppRequest['kind'], style: Style): AppRequest['database'] {
  const database = read.one('db') === undefined ? undefined : (read.one('dbMode') ?? style.database);
  if ((database === 'own' || kind === 'cnpg-cluster') && style.services.s3 === undefined)
    throw new BadAnswer(
      'nobody knows where a database server is backed up to: the repository has no S3',
      'name its host in apps.services.s3 of .cluster-template.yaml',
    );
  if (database === 'shared' && style.services.postgres === undefined)
    throw new BadAnswer(
      'the repository has no database server that apps share',
      'take --db-mode own, or name one in apps.services.postgres of .cluster-template.yaml',
    );
  return database;
}

function probeOf(read: AnswerReader, port: number | undefined): AppRequest['probe'] {
  const probed = read.one('probe');
  if (probed?.kind === 'none' || port === undefined) return undefined;
  return probed?.kind === 'http'
    ? { kind: 'http', path: probed.path, port: probed.port ?? port }
    : { kind: 'tcp', port: probed?.port ?? port };
}

/** What is said by values of app-template. */
const ONLY_APP_TEMPLATE: readonly AnswerName[] = [
  'db',
  'use',
  'env',
  'config',
  'inlineConfig',
  'secret',
  'generate',
  'probe',
  'nfs',
  'lb',
  'user',
];

/** Another chart calls its values otherwise. */
function refuseValues({
  answers,
  chart,
  isBase,
  kind,
  login,
  volumes,
}: {
  readonly answers: Answers;
  readonly chart: string;
  readonly isBase: boolean;
  readonly kind: AppRequest['kind'];
  readonly login: { readonly way: AppRequest['login'] };
  readonly volumes: readonly Volume[];
}): void {
  const isUsed = (value: Answers[string]): boolean => given(value) && !(Array.isArray(value) && value.length === 0);
  const used = ONLY_APP_TEMPLATE.find((key) => isUsed(answers[key]));
  if (used !== undefined)
    throw new BadAnswer(
      `${flagOf(used)} is for an image that app-template runs: ${isBase ? `${chart} is not changed` : `what the values of ${chart} are called is not known`}`,
      isBase ? 'leave it out, and patch the base by hand' : 'leave it out, and write the values by hand',
    );
  if (login.way === 'native')
    throw new BadAnswer('--oidc native is for an image that app-template runs', 'take --oidc gateway');
  if (isBase && volumes.length > 0)
    throw new BadAnswer(`what mounts a volume in ${chart} is not known`, 'leave it out, and patch the base by hand');
  if (kind === 'app' && volumes.some(({ isBackedUp }) => !isBackedUp))
    throw new BadAnswer(
      `a volume is mounted by values of ${chart} that are not known`,
      'leave --pvc out, and let the chart make its volumes',
    );
}

function chartOf(
  { chart: text, repository, version }: Readonly<Record<'chart' | 'repository' | 'version', string | undefined>>,
  style: Style,
  name: string,
): ChartOrigin | undefined {
  if (text === undefined) {
    if (repository === undefined) return undefined;
    throw new BadAnswer('--helm-repo needs a chart', `add --chart ${name}:1.2.3`);
  }
  if (version !== undefined)
    throw new BadAnswer('--app-template is for --image', 'write the version of the chart behind it: name:1.2.3');
  const origin = repository === undefined ? inRegistry(text) : undefined;
  if (origin !== undefined) return origin;
  const [, plain, plainVersion] = /^([a-z0-9][\w-]*):([\w.+-]+)$/i.exec(text) ?? [];
  if (plain === undefined || plainVersion === undefined || repository === undefined)
    throw new BadAnswer(
      `--chart ${text} cannot be read`,
      'write oci://registry/name:version, or name:version with --helm-repo https://…',
    );
  if (style.sources === 'oci-per-app')
    throw new BadAnswer(
      `the profile ${style.profile} takes charts out of registries alone`,
      'take --chart oci://…, or set helm/oci-per-app to helmrepository-fallback',
    );
  return { kind: 'HelmRepository', url: repository, chart: plain, version: plainVersion };
}

function refuseAddress(
  { loadBalancers, profile }: Style,
  namespace: string,
  name: string,
  addresses: readonly string[],
): void {
  if (addresses.length === 0 || loadBalancers === undefined) return;
  if (loadBalancers.includes(name) || loadBalancers.includes(`${namespace}/${name}`)) return;
  throw new BadAnswer(
    `the profile ${profile} has no load balancer for ${namespace}/${name}`,
    'publish it by --host, or name it in the option `allowed` of service/no-loadbalancer',
  );
}

function volumesOf(
  read: AnswerReader,
  kind: AppRequest['kind'],
  name: string,
  { style, surroundings }: RequestContext,
): Volume[] {
  const [backup, claims] = [read.one('backup'), read.all('pvc')];
  const chosen = read.one('class') ?? style.storageClass;
  const mode = read.one('accessMode') ?? 'ReadWriteOnce';
  if (backup !== undefined && surroundings.backup === undefined)
    throw new BadAnswer(
      `the repository has no component ${style.backup} that backs volumes up`,
      'install VolSync with its component, or take --pvc for a volume without a backup',
    );
  const same = claims.find(({ claim }) => claim === backup?.claim);
  if (same !== undefined)
    throw new BadAnswer(
      `both --backup and --pvc make the claim ${same.claim}`,
      `VolSync makes the one that it backs up: leave --pvc out, or give it a name of its own: --pvc cache=${same.size}`,
    );
  const twice = claims.find(({ claim }, index) => claims.findIndex((other) => other.claim === claim) !== index);
  if (twice !== undefined)
    throw new BadAnswer(`--pvc makes the claim ${twice.claim} twice`, `name the second one: --pvc cache=${twice.size}`);
  const modes = chosen === '' ? undefined : style.storageClasses[chosen];
  if ((claims.length > 0 || backup !== undefined) && modes !== undefined && !modes.includes(mode)) {
    const able = Object.entries(style.storageClasses).flatMap(([one, known]) => (known.includes(mode) ? [one] : []));
    throw new BadAnswer(
      `the storage class ${chosen} cannot do ${mode}: it makes volumes of ${modes.join(' and ')}`,
      able.length === 0 ? `take --access-mode ${modes[0] ?? 'RWO'}` : `take --class ${able.join(' or ')}`,
    );
  }
  const mounts = kind === 'app' ? ['/config', '/cache'] : ['/data'];
  const all = [
    ...(backup === undefined ? [] : [{ ...backup, isBackedUp: true }]),
    ...claims.map((one) => ({ ...one, isBackedUp: false })),
  ];
  return all.map(({ claim, size, mount, isBackedUp }, index) => ({
    isBackedUp,
    claim,
    size,
    storageClass: chosen,
    mode,
    mount: mount ?? mounts[index] ?? `/${claim.replace(`${name}-`, '')}`,
  }));
}
