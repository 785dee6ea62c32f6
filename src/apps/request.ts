import { isRandomSecret } from '../checks/secrets.ts';
import { type AccessMode, ACCESS_MODES, SERVICES, type ServiceName } from '../checks/style.ts';
import { parseQuantity } from '../text/quantities.ts';
import { suggestNearest } from '../text/suggest.ts';
import type { Style } from './style.ts';
import type { Surroundings } from './surroundings.ts';

// What a new app is to be. Each answer stands in one table with its option, its question, what is proposed and how it is read: the command
// line, the questions at a terminal and the documentation are made from it.

/** An answer that cannot be taken, in words for whoever gave it. */
export class BadAnswer extends Error {
  /** What would be right. */
  readonly remedy: string;

  constructor(message: string, remedy: string) {
    super(message);
    this.remedy = remedy;
  }
}

/** An image of a container. */
interface Image {
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

/** What tells whether a container lives. */
export type Probe =
  | { readonly kind: 'http'; readonly path: string; readonly port: number }
  | { readonly kind: 'tcp'; readonly port: number };

/** A file that the app reads, out of a ConfigMap. */
interface ConfigFile {
  readonly name: string;
  readonly text: string;
  readonly mount: string;
}

/** Kinds of files that watch over an app. */
const MONITORS = ['rule', 'servicemonitor', 'gatus', 'lokirule'] as const;

/** One of them. */
type Monitor = (typeof MONITORS)[number];

/** A new app with everything decided. */
export interface AppRequest {
  readonly kind: 'app' | 'cnpg-cluster';
  readonly namespace: string;
  readonly name: string;
  /** Undefined where a chart of its own runs it. */
  readonly image: Image | undefined;
  readonly chart: ChartOrigin;
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

/** What answers are read against. */
export interface RequestContext {
  readonly style: Style;
  readonly surroundings: Surroundings;
  /** Texts of files that options name, by the names as given. */
  readonly files: ReadonlyMap<string, string>;
}

/** Answers as they were given, by the names of `ANSWERS`. */
export type Answers = Readonly<Partial<Record<string, string | boolean | readonly string[]>>>;

/** A question at a terminal. */
interface Question {
  readonly text: string;
  /** Whether it is to be put, after what was answered so far. */
  readonly isAsked: (answers: Answers, context: RequestContext) => boolean;
  /** What Enter takes; empty for nothing, which `-` stands for as well. */
  readonly proposal: (answers: Answers, context: RequestContext, name: string) => string;
}

interface Answer<T> {
  /** As commander reads it. */
  readonly option: string;
  readonly help: string;
  /** Whether it may be given several times. */
  readonly isList?: boolean;
  readonly question?: Question;
  /** Throws a BadAnswer. */
  readonly read: (text: string, context: RequestContext, name: string) => T;
}

function answer<const T>(one: Answer<T>): Answer<T> {
  return one;
}

const given = (value: unknown): boolean => value !== undefined && value !== '' && value !== false;
const nothing = (): string => '';

/** All answers, in the order of the questions. */
export const ANSWERS = {
  kind: answer({
    option: '--kind <kind>',
    help: '`app`, or `cnpg-cluster` for a database server of CloudNativePG alone',
    read: (text) => oneOf('--kind', text, ['app', 'cnpg-cluster']),
  }),
  image: answer({
    option: '--image <image>',
    help: 'image that app-template runs: registry/name:tag@digest',
    question: {
      text: 'Image with its tag or digest',
      isAsked: ({ chart, kind }) => !given(chart) && kind !== 'cnpg-cluster',
      proposal: nothing,
    },
    read: readImage,
  }),
  chart: answer({
    option: '--chart <chart>',
    help: 'a chart of its own instead: oci://registry/name:version, or name:version with --helm-repo',
    read: (text) => text,
  }),
  helmRepo: answer({
    option: '--helm-repo <url>',
    help: 'address of a Helm repository, for a chart that is in no registry',
    read: (text) => {
      if (/^https?:\/\/[^\s/]+/.test(text)) return text;
      throw new BadAnswer(`--helm-repo ${text} is no address`, 'write https://charts.example.com');
    },
  }),
  appTemplate: answer({
    option: '--app-template <version>',
    help: 'version of app-template (default: the one that most apps have)',
    read: (text) => {
      if (/^\d+\.\d+\.\d+$/.test(text)) return text;
      throw new BadAnswer(`--app-template ${text} is no version`, 'write one as 4.5.0');
    },
  }),
  port: answer({
    option: '--port <number>',
    help: 'port that it listens on',
    question: {
      text: 'Port that it listens on',
      isAsked: ({ kind }) => kind !== 'cnpg-cluster',
      proposal: nothing,
    },
    read: (text) => {
      const port = Number(text);
      if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port;
      throw new BadAnswer(`${text} is no port`, 'write a number from 1 to 65535');
    },
  }),
  service: answer({
    option: '--service <name>',
    help: 'Service that a route leads to, of a chart that calls it otherwise than the app',
    read: (text) => dnsLabel('--service', text),
  }),
  host: answer({
    option: '--host <name>',
    help: 'host name; without a dot it is one of the domain of the repository',
    question: {
      text: 'Host name, - for none',
      isAsked: ({ port, chart }) => given(port) || given(chart),
      proposal: ({ port }, _, name) => (given(port) ? name : ''),
    },
    read: readHost,
  }),
  external: answer({
    option: '--external',
    help: 'reached from the Internet, and not from home alone',
    question: {
      text: 'Is it reached from the Internet?',
      isAsked: ({ host }, { style }) => given(host) && style.route === 'httproute',
      proposal: () => 'no',
    },
    read: yesOrNo,
  }),
  route: answer<'file' | 'values'>({
    option: '--route <place>',
    help: '`file` or `values`: whether the route is a file of its own or stands in the values of app-template',
    read: (text) => oneOf('--route', text, ['file', 'values']),
  }),
  backup: answer({
    option: '--backup <volume>',
    help: 'volume that VolSync makes and backs up: [claim=]size[:/mount]',
    question: {
      text: 'Volume that is backed up, as 5Gi',
      isAsked: ({ kind }, { surroundings }) => surroundings.backup !== undefined && kind !== 'cnpg-cluster',
      proposal: nothing,
    },
    read: (text, context, name) => readVolume('--backup', text, context, name),
  }),
  pvc: answer({
    option: '--pvc <volume>',
    help: 'volume without a backup, for what can be made anew: [claim=]size[:/mount]',
    isList: true,
    question: {
      text: 'Volume without a backup, as 5Gi',
      isAsked: () => true,
      proposal: ({ kind }) => (kind === 'cnpg-cluster' ? '10Gi' : ''),
    },
    read: (text, context, name) => readVolume('--pvc', text, context, name),
  }),
  class: answer({
    option: '--class <name>',
    help: 'storage class of its volumes',
    question: {
      text: 'Storage class',
      isAsked: ({ pvc, backup }, { style }) =>
        (given(pvc) || given(backup)) && Object.keys(style.storageClasses).length > 1,
      proposal: (_, { style }) => style.storageClass,
    },
    read: readClass,
  }),
  accessMode: answer({
    option: '--access-mode <mode>',
    help: 'of its volumes: RWO, RWOP, RWX or ROX (default: RWO)',
    read: (text) => {
      const short = { RWO: ACCESS_MODES[0], RWOP: ACCESS_MODES[1], ROX: ACCESS_MODES[2], RWX: ACCESS_MODES[3] };
      const mode = (short as Record<string, AccessMode>)[text] ?? ACCESS_MODES.find((one) => one === text);
      if (mode !== undefined) return mode;
      throw new BadAnswer(`${text} is no access mode`, `take one of ${Object.keys(short).join(', ')}`);
    },
  }),
  nfs: answer({
    option: '--nfs <share>',
    help: 'share of an NFS server: server:/path[:/mount]',
    isList: true,
    read: (text) => {
      const [, server, path, mount] = /^([^:\s]+):(\/[^:\s]*)(?::(\/[^:\s]+))?$/.exec(text) ?? [];
      if (server !== undefined && path !== undefined) return { server, path, mount: mount ?? path };
      throw new BadAnswer(`--nfs ${text} cannot be read`, 'write server:/path, or server:/path:/mount');
    },
  }),
  db: answer({
    option: '--db <kind>',
    help: '`postgres`: a database on the server that apps share, or one of its own, as the settings say',
    question: {
      text: 'Database, postgres',
      isAsked: ({ kind, chart }) => kind !== 'cnpg-cluster' && !given(chart),
      proposal: nothing,
    },
    read: (text) => oneOf('--db', text, ['postgres']),
  }),
  dbMode: answer<'shared' | 'own'>({
    option: '--db-mode <mode>',
    help: '`shared` or `own`, instead of what the settings say',
    read: (text) => oneOf('--db-mode', text, ['shared', 'own']),
  }),
  use: answer({
    option: '--use <service>',
    help: 'shared service that it uses: redis, s3, smtp',
    isList: true,
    read: (text, { style }) => {
      const name = oneOf('--use', text, SERVICES);
      if (style.services[name] !== undefined) return name;
      throw new BadAnswer(
        `the repository has no service ${name}`,
        `name its host in apps.services.${name} of .cluster-template.yaml`,
      );
    },
  }),
  oidc: answer({
    option: '--oidc <way>',
    help: 'login: `native` where the app speaks OpenID Connect, `gateway` where Envoy asks before it',
    question: {
      text: 'Login, native or gateway',
      isAsked: ({ host }, { style }) => given(host) && style.oidcIssuer !== '',
      proposal: nothing,
    },
    read: (text, { style }) => {
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
    },
  }),
  client: answer<'by-hand' | 'pocket-id'>({
    option: '--client <who>',
    help: '`by-hand` or `pocket-id`: who makes the client at the identity provider',
    read: (text) => oneOf('--client', text, ['by-hand', 'pocket-id']),
  }),
  secret: answer({
    option: '--secret <variable>',
    help: 'variable of the container with a secret value, which is asked for',
    isList: true,
    question: {
      text: 'Variables with secret values, by commas',
      isAsked: ({ kind, chart }) => kind !== 'cnpg-cluster' && !given(chart),
      proposal: nothing,
    },
    read: (text) => variable('--secret', text),
  }),
  generate: answer({
    option: '--generate <variable>',
    help: 'as --secret, with a value that is made up',
    isList: true,
    read: (text) => variable('--generate', text),
  }),
  env: answer({
    option: '--env <name=value>',
    help: 'variable of the container in plain text',
    isList: true,
    read: (text) => {
      const [, key, value = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
      if (key === undefined) throw new BadAnswer(`--env ${text} has no value`, 'write NAME=value');
      variable('--env', key);
      if (isRandomSecret(key, value) || /(?:PASSWORD|PASSWD|TOKEN|SECRET)$/.test(key))
        throw new BadAnswer(
          `${key} sounds like a secret, and an argument is seen by every process`,
          `take --secret ${key}, which asks for it`,
        );
      return [key, value] as const;
    },
  }),
  config: answer({
    option: '--config <file>',
    help: 'file that it reads, put into config/: file[:/mount]',
    isList: true,
    read: readConfig,
  }),
  inlineConfig: answer({
    option: '--inline-config <file>',
    help: 'as --config, in the values of app-template',
    isList: true,
    read: readConfig,
  }),
  monitor: answer({
    option: '--monitor <kinds>',
    help: 'what watches over it: rule, servicemonitor, gatus, lokirule, by commas',
    question: {
      text: 'Monitoring, of rule, servicemonitor, gatus and lokirule',
      isAsked: ({ port }, { surroundings }) => given(port) && surroundings.groups.has('monitoring.coreos.com'),
      proposal: nothing,
    },
    read: (text) => [...new Set(text.split(',').map((one) => oneOf('--monitor', one.trim(), MONITORS)))],
  }),
  probe: answer({
    option: '--probe <probe>',
    help: 'http:/path[:port], tcp[:port] or none (default: tcp at --port)',
    read: (text) => {
      const [, path, httpPort] = /^http:(\/[^:\s]*)(?::(\d+))?$/.exec(text) ?? [];
      if (path !== undefined)
        return { kind: 'http', path, port: httpPort === undefined ? undefined : Number(httpPort) } as const;
      const [, isTcp, tcpPort] = /^(tcp)(?::(\d+))?$/.exec(text) ?? [];
      if (isTcp !== undefined)
        return { kind: 'tcp', path: '', port: tcpPort === undefined ? undefined : Number(tcpPort) } as const;
      if (text === 'none') return { kind: 'none', path: '', port: undefined } as const;
      throw new BadAnswer(`--probe ${text} cannot be read`, 'write http:/health, http:/health:8080, tcp:5432 or none');
    },
  }),
  user: answer({
    option: '--user <number>',
    help: 'user and group that it runs as (default: 1000)',
    read: (text) => {
      if (/^[1-9]\d{0,9}$/.test(text)) return Number(text);
      throw new BadAnswer(`${text} is no user that a container may run as`, 'write a number above 0');
    },
  }),
  securityContext: answer({
    option: '--no-security-context',
    help: 'for an image that begins as root and drops it itself (s6-overlay, gosu)',
    read: yesOrNo,
  }),
  tmp: answer({
    option: '--no-tmp',
    help: 'without a folder /tmp of its own: the root file system is read-only',
    read: yesOrNo,
  }),
  cpu: answer({
    option: '--cpu <quantity>',
    help: 'processor time that is reserved (default: 100m)',
    read: (text) => quantity('--cpu', text, '100m'),
  }),
  memory: answer({
    option: '--memory <quantity>',
    help: 'memory that it may take (default: 512Mi)',
    read: (text) => quantity('--memory', text, '512Mi'),
  }),
  lb: answer({
    option: '--lb <addresses>',
    help: 'addresses of a load balancer of its own: IPv4, or IPv4,IPv6',
    read: (text) => {
      const all = text.split(',').map((one) => one.trim());
      const [four, six] = [
        all.filter((one) => /^\d+(?:\.\d+){3}$/.test(one)),
        all.filter((one) => one.includes(':') && /^[0-9a-f:]+$/i.test(one)),
      ];
      if (four.length + six.length === all.length && four.length < 2 && six.length < 2) return [...four, ...six];
      throw new BadAnswer(
        `--lb ${text} are no addresses`,
        'write an IPv4 address, an IPv6 address, or both with a comma between',
      );
    },
  }),
  crds: answer({
    option: '--crds <chart>',
    help: 'chart with the definitions of its kinds, for a Kustomization of their own: oci://registry/name:version',
    read: (text) => {
      const origin = inRegistry(text);
      if (origin !== undefined) return origin;
      throw new BadAnswer(`--crds ${text} cannot be read`, 'write oci://registry/name:version');
    },
  }),
  dependsOn: answer({
    option: '--depends-on <kustomization>',
    help: 'Kustomization that it waits for: namespace/name',
    isList: true,
    read: (text, { surroundings }) => {
      if (surroundings.kustomizations.has(text)) return text;
      const near = suggestNearest(text, surroundings.kustomizations);
      throw new BadAnswer(
        `there is no Kustomization ${text}`,
        near === undefined ? 'write namespace/name of one' : `did you mean ${near}?`,
      );
    },
  }),
} as const;

/** The name of an answer. */
export type AnswerName = keyof typeof ANSWERS;

/** The names of all answers, in the order of the questions. */
export const ANSWER_NAMES = Object.keys(ANSWERS) as readonly AnswerName[];

/** What is wrong with an answer; undefined where nothing is. */
export function mistakeIn(
  name: AnswerName,
  value: string,
  context: RequestContext,
  app: string,
): BadAnswer | undefined {
  try {
    for (const one of ANSWERS[name].isList === true ? value.split(',') : [value])
      ANSWERS[name].read(one.trim(), context, app);
    return undefined;
  } catch (error) {
    if (error instanceof BadAnswer) return error;
    throw error;
  }
}

/** app-template where no release of the repository tells its version: https://github.com/bjw-s-labs/helm-charts/tree/main/charts/other/app-template */
const APP_TEMPLATE = { url: 'oci://ghcr.io/bjw-s-labs/helm/app-template', tag: '4.5.0' };

/**
 * Puts answers together.
 *
 * @param target - `namespace/name`
 * @throws BadAnswer for the first that cannot be taken
 */
export function readRequest(
  target: { readonly namespace: string; readonly name: string },
  answers: Answers,
  context: RequestContext,
): AppRequest {
  const { namespace, name } = target;
  const { style, surroundings } = context;
  const one = <K extends AnswerName>(key: K): ReturnType<(typeof ANSWERS)[K]['read']> | undefined => {
    const value = answers[key];
    return typeof value === 'string' && value !== ''
      ? (ANSWERS[key].read(value, context, name) as ReturnType<(typeof ANSWERS)[K]['read']>)
      : undefined;
  };
  const all = <K extends AnswerName>(key: K): ReturnType<(typeof ANSWERS)[K]['read']>[] => {
    const value = answers[key];
    const texts =
      typeof value === 'string' ? value.split(',') : Array.isArray(value) ? (value as readonly string[]) : [];
    return texts
      .filter((text) => text.trim() !== '')
      .map((text) => ANSWERS[key].read(text.trim(), context, name) as ReturnType<(typeof ANSWERS)[K]['read']>);
  };
  const isOn = (key: AnswerName): boolean =>
    answers[key] === true || (typeof answers[key] === 'string' && one(key) === true);

  const kind = one('kind') ?? 'app';
  const image = one('image');
  const chart = chartOf(
    { chart: one('chart'), repository: one('helmRepo'), version: one('appTemplate') },
    context,
    name,
  );
  if (kind === 'app' && image === undefined && chart === undefined)
    throw new BadAnswer(
      'neither an image nor a chart is named',
      'add --image registry/name:tag@digest, or --chart oci://registry/name:version',
    );
  if (image !== undefined && chart !== undefined)
    throw new BadAnswer('both an image and a chart are named', 'leave one out: --image is run by app-template');
  const port = one('port');
  const host = one('host');
  const isTemplate = chart === undefined;
  if (host !== undefined && port === undefined)
    throw new BadAnswer(`nothing is known to listen behind ${host}`, 'add --port');
  const probed = one('probe');
  const addresses = one('lb') ?? [];
  const monitors = one('monitor') ?? [];
  if ((addresses.length > 0 || monitors.length > 0) && port === undefined)
    throw new BadAnswer(`${addresses.length > 0 ? '--lb' : '--monitor'} needs a port`, 'add --port');
  refuseAddress(style, namespace, name, addresses);
  const login = one('oidc');
  if (login === 'gateway' && host === undefined)
    throw new BadAnswer('--oidc gateway needs a host name, where Envoy comes back to after the login', 'add --host');
  const oidcClient = one('client') ?? style.oidcClient;
  if (login === 'native' && oidcClient === 'pocket-id' && host === undefined)
    throw new BadAnswer(
      'a client at Pocket ID needs a host name, where it comes back to',
      'add --host, or --client by-hand',
    );
  const volumes = volumesOf(one('backup'), all('pvc'), {
    storageClass: one('class'),
    mode: one('accessMode'),
    kind,
    name,
    context,
  });
  const database = one('db') === undefined ? undefined : (one('dbMode') ?? style.database);
  if (database === 'shared' && style.services.postgres === undefined)
    throw new BadAnswer(
      'the repository has no database server that apps share',
      'take --db-mode own, or name one in apps.services.postgres of .cluster-template.yaml',
    );
  const onlyTemplate: readonly AnswerName[] = [
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
  if (!isTemplate) {
    const used = onlyTemplate.find(
      (key) => given(answers[key]) && (!Array.isArray(answers[key]) || answers[key].length > 0),
    );
    if (used !== undefined)
      throw new BadAnswer(
        `${flagOf(used)} is for an image that app-template runs: what the values of ${chart.chart} are called is not known`,
        'leave it out, and write the values by hand',
      );
    if (login === 'native')
      throw new BadAnswer(`--oidc native is for an image that app-template runs`, 'take --oidc gateway');
    if (volumes.some(({ isBackedUp }) => !isBackedUp) && kind === 'app') refuseMount(chart.chart);
  }
  return {
    kind,
    namespace,
    name,
    image,
    chart: chart ?? {
      kind: 'OCIRepository',
      chart: 'app-template',
      url: surroundings.appTemplate?.url ?? APP_TEMPLATE.url,
      version: one('appTemplate') ?? surroundings.appTemplate?.tag ?? APP_TEMPLATE.tag,
    },
    port,
    service: one('service') ?? name,
    host,
    isExternal: isOn('external'),
    routeIn: isTemplate ? (one('route') ?? style.routeIn) : 'file',
    volumes,
    nfs: all('nfs'),
    hasTmp: answers.tmp !== false && answers.securityContext !== false,
    probe:
      probed?.kind === 'none' || port === undefined
        ? undefined
        : probed?.kind === 'http'
          ? { kind: 'http', path: probed.path, port: probed.port ?? port }
          : { kind: 'tcp', port: probed?.port ?? port },
    user: answers.securityContext === false ? undefined : (one('user') ?? 1000),
    cpu: one('cpu') ?? '100m',
    memory: one('memory') ?? '512Mi',
    addresses,
    database,
    services: [...new Set(all('use'))].sort(),
    login,
    oidcClient,
    monitors,
    configs: all('config'),
    inlineConfigs: all('inlineConfig'),
    env: Object.fromEntries(all('env')),
    secretKeys: [...new Set(all('secret'))],
    generatedKeys: [...new Set(all('generate'))],
    crds: one('crds'),
    dependsOn: [...new Set(all('dependsOn'))],
  };
}

function refuseMount(chart: string): never {
  throw new BadAnswer(
    `a volume is mounted by values of ${chart} that are not known`,
    'leave --pvc out, and let the chart make its volumes',
  );
}

/** The option of an answer as it is typed. */
function flagOf(name: AnswerName): string {
  return ANSWERS[name].option.split(' ')[0] ?? '';
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

function oneOf<const T extends string>(option: string, text: string, words: readonly T[]): T {
  const found = words.find((word) => word === text);
  if (found !== undefined) return found;
  const near = suggestNearest(text, words);
  throw new BadAnswer(
    `${option} does not take ${text}`,
    near === undefined ? `it takes ${words.join(', ')}` : `did you mean ${near}?`,
  );
}

function yesOrNo(text: string): boolean {
  if (/^(?:y|yes|true)$/i.test(text)) return true;
  if (/^(?:n|no|false|)$/i.test(text)) return false;
  throw new BadAnswer(`${text} is neither yes nor no`, 'answer yes or no');
}

function dnsLabel(option: string, text: string): string {
  if (/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(text)) return text;
  throw new BadAnswer(`${option} ${text} is no name of an object`, 'write lower-case letters, digits and hyphens');
}

function variable(option: string, text: string): string {
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

function quantity(option: string, text: string, example: string): string {
  if ((parseQuantity(text) ?? 0) > 0) return text;
  throw new BadAnswer(`${option} ${text} is no quantity`, `write one as ${example}`);
}

const MOVING = /^(?:latest|main|master|edge|nightly|develop|dev|stable|rolling|unstable)$/;
const VERSION = /^v?\d+\.\d+(?:\.\d+)*(?:[.+_-][\w.+-]*)?$/;

function readImage(text: string, { style }: RequestContext): Image {
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

function inRegistry(text: string): ChartOrigin | undefined {
  const [, url, chart, version] = /^(oci:\/\/[^\s@]+\/([^\s/:@]+)):([\w.+-]+)$/.exec(text) ?? [];
  return url === undefined || chart === undefined || version === undefined
    ? undefined
    : { kind: 'OCIRepository', url, chart, version };
}

function chartOf(
  { chart: text, repository, version }: Readonly<Record<'chart' | 'repository' | 'version', string | undefined>>,
  { style }: RequestContext,
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

function readHost(text: string, { style, surroundings }: RequestContext): string {
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

function readVolume(
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

function readClass(text: string, { style }: RequestContext): string {
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

function readConfig(text: string, { files }: RequestContext, name: string): ConfigFile {
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
  backup: ReturnType<typeof readVolume> | undefined,
  claims: readonly ReturnType<typeof readVolume>[],
  {
    storageClass,
    mode = 'ReadWriteOnce',
    kind,
    name,
    context: { style, surroundings },
  }: {
    storageClass: string | undefined;
    mode: AccessMode | undefined;
    kind: AppRequest['kind'];
    name: string;
    context: RequestContext;
  },
): Volume[] {
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
  const chosen = storageClass ?? style.storageClass;
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
