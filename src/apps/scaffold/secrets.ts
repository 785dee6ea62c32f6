import type { Style } from '../style.ts';
import { type Making, objectOf } from './flux.ts';
import { type Content, type Manifest, manifestText } from './yaml.ts';

// The secrets of an app: an ExternalSecret for what lies in a store, or a Secret that SOPS encrypts.

/** Where the value of a key comes from. */
type SecretValue =
  /** Known, and no secret. */
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'secret';
      /** The item of a store that holds it. */
      readonly item: string;
      /** Its field there. */
      readonly field: string;
      /** Whether it can be made up, or somebody else made it. */
      readonly isMade: boolean;
    };

/** A Secret of an app. */
export interface AppSecret {
  /** Of the ExternalSecret. */
  readonly source: string;
  readonly name: string;
  readonly values: Readonly<Record<string, SecretValue>>;
}

/** Something that a store has to hold, or that is asked for. */
export interface Requirement {
  readonly secret: string;
  readonly key: string;
  readonly item: string;
  readonly field: string;
  readonly isMade: boolean;
}

/** The name of a Secret as the repository has it. */
export function secretName({ secretName: pattern }: Style, app: string): string {
  return pattern.replaceAll('{app}', app);
}

/** A name as part of the name of a variable or of a field in a store. */
export function shouted(name: string): string {
  return name.toUpperCase().replace(/[^A-Z0-9]+/g, '_');
}

/** The field of a store that holds a variable of an app: stores that know no folders tell apps apart by it. */
export function fieldOf(app: string, key: string): string {
  const prefix = `${shouted(app)}_`;
  return key.startsWith(prefix) ? key : `${prefix}${key}`;
}

/** The Secrets that an app needs. */
export function secretsOf(making: Making): AppSecret[] {
  const { request, style } = making;
  const { name } = request;
  const values = [
    ...request.secretKeys.map((key) => own(name, key)),
    ...request.generatedKeys.map((key) => own(name, key, key, true)),
    ...databaseValues(making),
    ...serviceValues(making),
    ...(request.login === 'native' && request.oidcClient === 'by-hand'
      ? [own(name, 'OIDC_CLIENT_ID'), own(name, 'OIDC_CLIENT_SECRET'), known('OIDC_ISSUER_URL', style.oidcIssuer)]
      : []),
  ];
  const isSecret = values.some(([, { kind }]) => kind === 'secret');
  return [
    ...(isSecret ? [{ source: name, name: secretName(style, name), values: sorted(values) }] : []),
    ...databaseInitSecrets(making),
    ...gatewayLoginSecrets(making),
    ...backupSecrets(making),
    ...databaseBackupSecrets(making),
  ];
}

/** A key of a Secret, and where its value comes from. */
type Entry = readonly [key: string, value: SecretValue];

/** A value of the app itself. */
function own(app: string, key: string, field = key, isMade = false): Entry {
  return [key, { kind: 'secret', item: app, field: fieldOf(app, field), isMade }];
}

/** A value of something that apps share. */
function sharedValue(key: string, item: string, field: string): Entry {
  return [key, { kind: 'secret', item, field, isMade: false }];
}

/** A value that is no secret, and stands beside one. */
function known(key: string, text: string): Entry {
  return [key, { kind: 'text', text }];
}

/** Where the shared server of databases listens; undefined where the app does not use it. */
function sharedServer({
  request,
  style,
}: Making): { readonly host: string; readonly port: string; readonly item: string } | undefined {
  const { postgres } = style.services;
  if (request.database !== 'shared' || postgres === undefined) return undefined;
  const [host = '', port = '5432'] = hostOf(style, postgres.host).split(':');
  return { host, port, item: postgres.item ?? 'postgres' };
}

function databaseValues(making: Making): Entry[] {
  const { name } = making.request;
  const server = sharedServer(making);
  if (server === undefined) return [];
  return [
    known('POSTGRES_DB', name),
    known('POSTGRES_HOST', server.host),
    own(name, 'POSTGRES_PASSWORD', 'POSTGRES_PASSWORD', true),
    known('POSTGRES_PORT', server.port),
    own(name, 'POSTGRES_USER', 'POSTGRES_USER', true),
  ];
}

/** The password of the server's superuser is for the container that makes the role and the database, and for no other one. */
function databaseInitSecrets(making: Making): AppSecret[] {
  const { request, style } = making;
  const { name } = request;
  const server = sharedServer(making);
  if (server === undefined) return [];
  const values = [
    known('INIT_POSTGRES_DBNAME', name),
    known('INIT_POSTGRES_HOST', server.host),
    own(name, 'INIT_POSTGRES_PASS', 'POSTGRES_PASSWORD', true),
    ...(server.port === '5432' ? [] : [known('INIT_POSTGRES_PORT', server.port)]),
    sharedValue('INIT_POSTGRES_SUPER_PASS', server.item, 'POSTGRES_SUPER_PASS'),
    own(name, 'INIT_POSTGRES_USER', 'POSTGRES_USER', true),
  ];
  return [{ source: `${name}-db-init`, name: databaseInitSecret(style, name), values: sorted(values) }];
}

function serviceValues({ request, style }: Making): Entry[] {
  const { redis, s3 } = style.services;
  const of = (service: 'redis' | 's3', item: string | undefined, keys: readonly string[]): Entry[] =>
    item === undefined || !request.services.includes(service)
      ? []
      : keys.map((key) => sharedValue(`${service.toUpperCase()}_${key}`, item, `${shouted(item)}_${key}`));
  return [...of('redis', redis?.item, ['PASSWORD']), ...of('s3', s3?.item, ['ACCESS_KEY_ID', 'SECRET_ACCESS_KEY'])];
}

/** Envoy Gateway reads these two keys: https://gateway.envoyproxy.io/docs/tasks/security/oidc/ */
function gatewayLoginSecrets({ request, style }: Making): AppSecret[] {
  const { name } = request;
  if (request.login !== 'gateway' || request.oidcClient !== 'by-hand') return [];
  const values = [own(name, 'client-id', 'OIDC_CLIENT_ID'), own(name, 'client-secret', 'OIDC_CLIENT_SECRET')];
  return [{ source: `${name}-oidc`, name: loginSecret({ request, style }), values: Object.fromEntries(values) }];
}

/** The name of the Secret that the role and the database of an app are made with. */
export function databaseInitSecret(style: Style, app: string): string {
  return secretName(style, `${app}-db-init`);
}

/** The name of the Secret that Envoy logs in with: that of the store, or the one that the operator of Pocket ID makes. */
export function loginSecret({ request, style }: Pick<Making, 'request' | 'style'>): string {
  const name = `${request.name}-oidc`;
  return request.oidcClient === 'pocket-id' ? name : secretName(style, name);
}

/** Keys by the alphabet. */
function sorted(values: readonly (readonly [string, SecretValue])[]): Record<string, SecretValue> {
  return Object.fromEntries(values.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

/** https://volsync.readthedocs.io/en/stable/usage/restic/index.html#specifying-a-repository */
function backupSecrets({ request, surroundings: { backup } }: Making): AppSecret[] {
  const { name, volumes } = request;
  if (backup?.secret === undefined || !volumes.some(({ isBackedUp }) => isBackedUp)) return [];
  const secret = backup.secret.replace(/\$\{APP(?::[=-][^}]*)?\}/g, name);
  const tool = backup.engine.toUpperCase();
  const value = (field: string, isMade = false): SecretValue => ({ kind: 'secret', item: 'volsync', field, isMade });
  return [
    {
      source: secret,
      name: secret,
      values: {
        AWS_ACCESS_KEY_ID: value('AWS_ACCESS_KEY_ID'),
        AWS_SECRET_ACCESS_KEY: value('AWS_SECRET_ACCESS_KEY'),
        [`${tool}_PASSWORD`]: value(`${tool}_PASSWORD`, true),
        [`${tool}_REPOSITORY`]: {
          kind: 'secret',
          item: name,
          field: fieldOf(name, `${tool}_REPOSITORY`),
          isMade: false,
        },
      },
    },
  ];
}

/** What the Barman plugin writes the log of a database with. */
function databaseBackupSecrets({ request, style }: Making): AppSecret[] {
  if (request.database !== 'own' && request.kind !== 'cnpg-cluster') return [];
  const item = style.services.s3?.item ?? 's3';
  const name = databaseName(request);
  const value = (key: string): SecretValue => ({
    kind: 'secret',
    item,
    field: `${shouted(item)}_${key}`,
    isMade: false,
  });
  return [
    {
      source: `${name}-backup`,
      name: secretName(style, `${name}-backup`),
      values: { ACCESS_KEY_ID: value('ACCESS_KEY_ID'), SECRET_ACCESS_KEY: value('SECRET_ACCESS_KEY') },
    },
  ];
}

/** The name of the database server of an app; of one that stands by itself its own. */
export function databaseName({ kind, name }: { readonly kind: string; readonly name: string }): string {
  return kind === 'cnpg-cluster' ? name : `${name}-db`;
}

/** A host as the repository writes the names of Services. */
export function hostOf({ isShort }: Style, host: string): string {
  return isShort ? host.replace(/\.svc\.cluster\.local(?=:|$)/, '') : host;
}

/** What has to be there for Secrets, each once. */
export function requirementsOf(secrets: readonly AppSecret[]): Requirement[] {
  const all = secrets.flatMap(({ name, values }) =>
    Object.entries(values).flatMap(([key, value]): Requirement[] =>
      value.kind === 'secret'
        ? [{ secret: name, key, item: value.item, field: value.field, isMade: value.isMade }]
        : [],
    ),
  );
  return [...new Map(all.map((one) => [`${one.item}/${one.field}`, one])).values()];
}

/** ExternalSecrets that make Secrets out of a store; the template says which keys there are. */
export function externalSecretText({ style }: Making, secrets: readonly AppSecret[]): string {
  const store = style.secretStore === '' ? style.secrets : style.secretStore;
  return manifestText(secrets.map((secret) => externalSecret(style, secret, store)));
}

function externalSecret(style: Style, { source, name, values }: AppSecret, store: string): Manifest {
  const used = Object.values(values).flatMap((one) => (one.kind === 'secret' ? [one] : []));
  const fields = [...new Set(used.map(({ field }) => field))].sort();
  const items = [...new Set(used.map(({ item }) => item))].sort();
  // Doppler has no items: each field is asked for by its name. https://external-secrets.io/latest/provider/doppler/
  const from: Readonly<Record<string, Content>> =
    style.secrets === 'doppler'
      ? { data: fields.map((field) => ({ secretKey: field, remoteRef: { key: field } })) }
      : { dataFrom: items.map((key) => ({ extract: { key } })) };
  return objectOf(style, 'external-secrets.io/v1', 'ExternalSecret', {
    metadata: { name: source },
    spec: {
      ...from,
      secretStoreRef: { kind: 'ClusterSecretStore', name: store },
      target: {
        name,
        creationPolicy: 'Owner',
        template: { data: dataOf(values, ({ field }) => `{{ .${field} }}`), engineVersion: 'v2' },
      },
    },
  });
}

/**
 * Secrets in plain text, for SOPS to encrypt.
 *
 * @param valueOf - the value of a field of an item
 */
export function plainSecretText(
  { style }: Making,
  secrets: readonly AppSecret[],
  valueOf: (requirement: { readonly item: string; readonly field: string }) => string,
): string {
  return manifestText(
    secrets.map(({ name, values }) =>
      objectOf(style, 'v1', 'Secret', { metadata: { name }, stringData: dataOf(values, valueOf) }),
    ),
  );
}

function dataOf(
  values: Readonly<Record<string, SecretValue>>,
  textOf: (value: Extract<SecretValue, { kind: 'secret' }>) => string,
): Content {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, value.kind === 'text' ? value.text : textOf(value)]),
  );
}
