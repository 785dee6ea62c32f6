import { isRandomSecret } from '../checks/secrets.ts';
import { SERVICES } from '../checks/style.ts';
import { suggestNearest } from '../text/suggest.ts';
import {
  BadAnswer,
  dnsLabel,
  inRegistry,
  oneOf,
  quantity,
  readAccessMode,
  readAddresses,
  readBase,
  readClass,
  readConfig,
  readHost,
  readImage,
  readLogin,
  readProbe,
  readShare,
  readVolume,
  type RequestContext,
  variable,
  yesOrNo,
} from './answer-values.ts';

// Everything that can be said of a new app. Each answer stands in one table with its option, its question, what is proposed and how it is
// read: the command line, the questions at a terminal and the documentation are made from it.

/** Kinds of files that watch over an app. */
const MONITORS = ['rule', 'servicemonitor', 'gatus', 'lokirule'] as const;

/** One of them. */
export type Monitor = (typeof MONITORS)[number];

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

export const given = (value: unknown): boolean => value !== undefined && value !== '' && value !== false;
const nothing = (): string => '';

/** Whether app-template runs it, whose values are known. */
const isOfTemplate = ({ kind, chart, fromBase }: Answers): boolean =>
  kind !== 'cnpg-cluster' && !given(chart) && !given(fromBase);

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
      isAsked: (answers) => isOfTemplate(answers),
      proposal: nothing,
    },
    read: readImage,
  }),
  chart: answer({
    option: '--chart <chart>',
    help: 'a chart of its own instead: oci://registry/name:version, or name:version with --helm-repo',
    read: (text) => text,
  }),
  fromBase: answer({
    option: '--from-base <folder>',
    help: 'a base of kustomize instead, patched and not changed: a folder of the repository, or https://…?ref=version',
    read: readBase,
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
      isAsked: ({ port, chart, fromBase }) => given(port) || given(chart) || given(fromBase),
      proposal: ({ port }, { style }, name) =>
        given(port) && (style.domain !== '' || style.route === 'tailscale-ingress') ? name : '',
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
      isAsked: ({ kind, fromBase }, { surroundings }) =>
        surroundings.backup !== undefined && kind !== 'cnpg-cluster' && !given(fromBase),
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
      isAsked: ({ fromBase }) => !given(fromBase),
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
    read: readAccessMode,
  }),
  nfs: answer({
    option: '--nfs <share>',
    help: 'share of an NFS server: server:/path[:/mount]',
    isList: true,
    read: readShare,
  }),
  db: answer({
    option: '--db <kind>',
    help: '`postgres`: a database on the server that apps share, or one of its own, as the settings say',
    question: {
      text: 'Database, postgres',
      isAsked: (answers) => isOfTemplate(answers),
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
    read: readLogin,
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
      isAsked: (answers) => isOfTemplate(answers),
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
    read: readProbe,
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
    read: readAddresses,
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

/** The option of an answer as it is typed. */
export function flagOf(name: AnswerName): string {
  return ANSWERS[name].option.split(' ')[0] ?? '';
}
