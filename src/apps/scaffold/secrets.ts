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
export function secretsOf({ request, style, surroundings }: Making): AppSecret[] {
  const { name } = request;
  const own = (key: string, field = key, isMade = false): [string, SecretValue] => [
    key,
    { kind: 'secret', item: name, field: fieldOf(name, field), isMade },
  ];
  const text = (value: string): SecretValue => ({ kind: 'text', text: value });
  const values: [string, SecretValue][] = [
    ...request.secretKeys.map((key) => own(key)),
    ...request.generatedKeys.map((key) => own(key, key, true)),
  ];
  const { postgres, redis, s3 } = style.services;
  const database: [string, SecretValue][] = [];
  if (request.database === 'shared' && postgres !== undefined) {
    const [host = '', port = '5432'] = hostOf(style, postgres.host).split(':');
    database.push(
      ['INIT_POSTGRES_DBNAME', text(name)],
      ['INIT_POSTGRES_HOST', text(host)],
      own('INIT_POSTGRES_PASS', 'POSTGRES_PASSWORD', true),
      ...(port === '5432' ? [] : [['INIT_POSTGRES_PORT', text(port)] as [string, SecretValue]]),
      [
        'INIT_POSTGRES_SUPER_PASS',
        { kind: 'secret', item: postgres.item ?? 'postgres', field: 'POSTGRES_SUPER_PASS', isMade: false },
      ],
      own('INIT_POSTGRES_USER', 'POSTGRES_USER', true),
    );
    values.push(
      ['POSTGRES_DB', text(name)],
      ['POSTGRES_HOST', text(host)],
      own('POSTGRES_PASSWORD', 'POSTGRES_PASSWORD', true),
      ['POSTGRES_PORT', text(port)],
      own('POSTGRES_USER', 'POSTGRES_USER', true),
    );
  }
  if (request.services.includes('redis') && redis?.item !== undefined)
    values.push([
      'REDIS_PASSWORD',
      { kind: 'secret', item: redis.item, field: `${shouted(redis.item)}_PASSWORD`, isMade: false },
    ]);
  if (request.services.includes('s3') && s3?.item !== undefined) {
    for (const key of ['ACCESS_KEY_ID', 'SECRET_ACCESS_KEY'])
      values.push([`S3_${key}`, { kind: 'secret', item: s3.item, field: `${shouted(s3.item)}_${key}`, isMade: false }]);
  }
  if (request.login === 'native' && request.oidcClient === 'by-hand')
    values.push(own('OIDC_CLIENT_ID'), own('OIDC_CLIENT_SECRET'), ['OIDC_ISSUER_URL', text(style.oidcIssuer)]);
  const isSecret = values.some(([, { kind }]) => kind === 'secret');
  return [
    ...(isSecret ? [{ source: name, name: secretName(style, name), values: sorted(values) }] : []),
    // The password of the server's superuser is for the container that makes the role and the database, and for no other one.
    ...(database.length > 0
      ? [
          {
            source: `${name}-db-init`,
            name: databaseInitSecret(style, name),
            values: sorted(database),
          },
        ]
      : []),
    ...(request.login === 'gateway' && request.oidcClient === 'by-hand'
      ? [
          {
            source: `${name}-oidc`,
            name: loginSecret({ request, style }),
            // Envoy Gateway reads these two keys: https://gateway.envoyproxy.io/docs/tasks/security/oidc/
            values: Object.fromEntries([
              own('client-id', 'OIDC_CLIENT_ID'),
              own('client-secret', 'OIDC_CLIENT_SECRET'),
            ]),
          },
        ]
      : []),
    ...backupSecrets({ request, style, surroundings }),
    ...databaseBackupSecrets({ request, style, surroundings }),
  ];
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
