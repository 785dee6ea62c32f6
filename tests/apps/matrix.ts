import type { Answers } from '../../src/apps/answers.ts';
import type { Profile } from '../../src/checks/rule.ts';
import { coveringArray } from '../checks/covering-array.ts';

/** A choice of the matrix: settings of the repository and answers. */
interface Choice {
  readonly answers?: Answers;
  readonly apps?: Readonly<Record<string, unknown>>;
}

const DIGEST = `sha256:${'5a'.repeat(32)}`;

/** Profiles, each with what its repositories keep their secrets in. */
export const PROFILE_NAMES: readonly Profile[] = [
  'default',
  'strict',
  'template',
  'single-cluster',
  'guarded',
  'external-secrets',
  'overlays',
];

/** The dimensions of the matrix beside the profile. */
export const DIMENSIONS: Readonly<Record<string, Readonly<Record<string, Choice>>>> = {
  secrets: {
    none: {},
    sops: { apps: { secrets: 'sops' }, answers: { secret: ['API_KEY'], generate: ['SESSION_KEY'] } },
    onepassword: { apps: { secrets: 'onepassword' }, answers: { secret: ['API_KEY'] } },
    doppler: { apps: { secrets: 'doppler' }, answers: { secret: ['API_KEY'] } },
  },
  storage: {
    none: {},
    pvc: { answers: { pvc: ['5Gi'] } },
    backup: { answers: { backup: '5Gi:/data' } },
    both: { answers: { backup: '5Gi', pvc: ['cache=10Gi:/cache'], nfs: ['nas.home.arpa:/media:/media'] } },
    shared: { answers: { pvc: ['5Gi'], class: 'rook-ceph-filesystem', accessMode: 'RWX' } },
  },
  route: {
    none: {},
    file: { answers: { host: 'site', route: 'file' } },
    values: { answers: { host: 'site', route: 'values' } },
    external: { answers: { host: 'site', external: true } },
  },
  database: {
    none: {},
    shared: { answers: { db: 'postgres', dbMode: 'shared', use: ['redis', 's3', 'smtp'] } },
    own: { answers: { db: 'postgres', dbMode: 'own' } },
  },
  login: {
    none: {},
    native: { answers: { oidc: 'native', client: 'by-hand' } },
    'pocket-id': { answers: { oidc: 'native', client: 'pocket-id' } },
    gateway: { answers: { oidc: 'gateway', client: 'by-hand' } },
    'pocket-id at the gateway': { answers: { oidc: 'gateway', client: 'pocket-id' } },
  },
  monitoring: {
    none: {},
    prometheus: { answers: { monitor: 'rule,servicemonitor' } },
    all: {
      answers: {
        monitor: 'rule,servicemonitor,gatus,lokirule',
        config: ['site.yaml'],
        inlineConfig: ['inline.yaml:/etc/inline.yaml'],
      },
    },
  },
  chart: {
    'app-template': { answers: { image: `ghcr.io/example/site:1.2.3@${DIGEST}`, probe: 'http:/health' } },
    root: {
      answers: {
        image: `ghcr.io/example/site:1.2.3@${DIGEST}`,
        securityContext: false,
        crds: 'oci://ghcr.io/example/charts/site-crds:1.0.0',
      },
    },
    chart: { answers: { chart: 'oci://ghcr.io/example/charts/site:1.2.3' } },
  },
  // Where the files go; the answers are the same.
  files: { plain: {}, templates: {} },
};

/** Files that the answers name. */
export const CONFIG_FILES: ReadonlyMap<string, string> = new Map([
  ['site.yaml', 'home: ${HOME}\n'],
  // What a template would take for its own.
  ['inline.yaml', 'theme: dark # #% if night %#\ncolour: "#<black>#" #| or white |#\n'],
]);

/** Services and an identity provider, which no repository tells by itself. */
const SETTINGS: Readonly<Record<string, unknown>> = {
  oidcIssuer: 'https://id.home.example',
  services: {
    postgres: {
      host: 'postgres-rw.storage.svc.cluster.local:5432',
      item: 'cloudnative-pg',
      dependsOn: 'storage/cloudnative-pg-cluster',
    },
    redis: { host: 'dragonfly.storage.svc.cluster.local:6379', item: 'dragonfly', dependsOn: 'storage/dragonfly' },
    s3: { host: 'garage.storage.svc.cluster.local:3900', item: 'garage', dependsOn: 'storage/garage' },
    smtp: { host: 'smtp-relay.network.svc.cluster.local:25', dependsOn: 'network/smtp-relay' },
  },
};

/** Settings and answers of a row, and why it cannot be; what a profile forbids is another choice of its own. */
export function combination(
  profile: Profile,
  choices: Readonly<Record<string, string>>,
): { readonly settings: string; readonly answers: Answers } {
  const picked = Object.entries(choices).map(([dimension, choice]) => DIMENSIONS[dimension]?.[choice] ?? {});
  const apps: Record<string, unknown> = { ...SETTINGS };
  const answers: Record<string, string | boolean | readonly string[] | undefined> = { port: '8080' };
  for (const one of picked) {
    Object.assign(apps, one.apps);
    Object.assign(answers, one.answers);
  }
  // A store is what this profile is about, and its images have digests; one server for all is what that one forbids.
  if (profile === 'external-secrets' && apps.secrets === 'sops') apps.secrets = 'doppler';
  if (profile === 'guarded' && answers.dbMode === 'shared') answers.dbMode = 'own';
  if (choices.chart === 'chart') {
    for (const name of [
      'secret',
      'generate',
      'db',
      'dbMode',
      'use',
      'pvc',
      'class',
      'accessMode',
      'nfs',
      'config',
      'inlineConfig',
      'probe',
      'backup',
    ])
      answers[name] = undefined;
    if (answers.oidc === 'native') answers.oidc = 'gateway';
  }
  if (profile === 'overlays' && answers.oidc === 'gateway')
    answers.oidc = choices.chart === 'chart' ? undefined : 'native';
  if (answers.host === undefined && (answers.oidc === 'gateway' || answers.client === 'pocket-id'))
    answers.host = 'site';
  return { settings: `apps: ${JSON.stringify(apps)}\n`, answers };
}

/** How many choices each dimension has, the profile first. */
export const LEVELS: readonly number[] = [
  PROFILE_NAMES.length,
  ...Object.values(DIMENSIONS).map((choices) => Object.keys(choices).length),
];

/** A row of the matrix. */
interface Combination {
  readonly profile: Profile;
  readonly choices: Readonly<Record<string, string>>;
}

/** Rows in which every two choices come together, each with its title. */
export const COMBINATIONS: readonly (readonly [string, Combination])[] = coveringArray(LEVELS).map(
  ([first = 0, ...row]) => {
    const profile = PROFILE_NAMES[first] ?? 'default';
    const choices = Object.fromEntries(
      Object.entries(DIMENSIONS).map(([name, known], index) => [name, Object.keys(known)[row[index] ?? 0] ?? '']),
    );
    const title = [profile, ...Object.entries(choices).map(([name, choice]) => `${name} ${choice}`)].join(', ');
    return [title, { profile, choices }];
  },
);
