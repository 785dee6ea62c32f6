import { type AppFacts, type AppRelease, factsOf } from '../../apps/facts.ts';
import { gapsOf, gapsOfApp } from '../../apps/gaps.ts';
import { referrersOf } from '../../apps/referrers.ts';
import { appNamed } from '../../apps/named.ts';
import { type App, appLabel } from '../../apps/repository.ts';
import { readApps } from '../../pipeline/apps.ts';
import { type Failure, failure, type Finding } from '../../report/finding.ts';
import { print, printError } from '../../system/terminal.ts';
import { suggestNearest } from '../../text/suggest.ts';
import { EXIT } from '../exit-codes.ts';
import { count, printFindings, printJson, widthOf } from '../output.ts';
import { type AppOptions, placeOf } from './app-change.ts';

/** `cluster-template app show NS/APP`; gives back the exit code. */
export async function runAppShow(name: string, options: AppOptions): Promise<number> {
  const { repository, notes } = await readApps(await placeOf(options), { isLooking: true });
  const app = appNamed(repository, name);
  const facts = factsOf(app);
  const findings = [...gapsOfApp(repository, app), ...notes];
  const referrers = referrersOf(app).map(({ from, path, how, target }) => ({
    kind: from.kind,
    namespace: from.namespace,
    name: from.name,
    how,
    target,
    file: from.originOf(path).document.file.path,
  }));
  if (options.json === true) {
    printJson({ status: 'done', ...appToJson(app, facts), referrers, findings });
    return EXIT.done;
  }
  const rows = shownRows(app, facts, referrers);
  print(`${appLabel(app)}\n`);
  print(
    rows
      .map(([key, values]) =>
        values.map((value, index) => `  ${(index === 0 ? key : '').padEnd(10)}  ${value}\n`).join(''),
      )
      .join(''),
  );
  printFindings(findings);
  return EXIT.done;
}

/** Who refers to an app, as it is shown. */
interface ShownReferrer {
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly how: string;
  readonly target: string;
  readonly file: string;
}

/** What is shown of an app: a heading, and a line for each value. */
function shownRows(
  app: App,
  facts: AppFacts,
  referrers: readonly ShownReferrer[],
): (readonly [string, readonly string[]])[] {
  const { kustomizations, owners, registrations, objects, folder } = app;
  const sources = unique(kustomizations.map(({ document }) => document.file.source));
  const applying = kustomizations.length > 0 ? kustomizations : owners;
  return [
    ['folder', [folder]],
    ['template', sources.filter((source) => source.endsWith('.j2'))],
    ['applied by', applying.map((one) => `Kustomization ${one.namespace}/${one.name}, ${one.document.file.path}`)],
    ['listed in', unique(registrations.map(({ file }) => file.path))],
    ['waits for', facts.dependsOn],
    [
      'release',
      facts.releases.map((one) =>
        [one.kind, one.name, sourceOf(one), one.version]
          .filter((part) => part !== one.kind || one.kind !== 'HelmRelease')
          .join(' '),
      ),
    ],
    ['source', unique(facts.releases.flatMap(({ source }) => source ?? []))],
    ['image', unique(facts.images.map(imageText))],
    [
      'route',
      facts.routes.map(({ hostname, through }) =>
        through === undefined ? hostname : `${hostname} through ${through}`,
      ),
    ],
    [
      'volume',
      facts.volumes.map(({ name: own, size, storageClass, kind }) =>
        [own, size, storageClass, VOLUMES[kind]].filter((part) => part !== undefined).join(' '),
      ),
    ],
    [
      'backup',
      facts.backups.map(({ kind, name: own, schedule }) =>
        [kind, own, schedule].filter((part) => part !== undefined).join(' '),
      ),
    ],
    ['secret', facts.secrets.map(({ name: own, from, store }) => `${own}, ${store ?? SECRETS[from]}`)],
    ['object', objects.map((object) => `${object.kind} ${object.name}`)],
    [
      'needed by',
      referrers.map(
        ({ kind, namespace, name: own, how, target, file }) =>
          `${kind} ${namespace === undefined ? '' : `${namespace}/`}${own} ${how} ${target}, ${file}`,
      ),
    ],
  ];
}

const VOLUMES = {
  claim: undefined,
  mounted: 'of another app',
  chart: 'of the chart',
  nfs: 'of another machine',
  database: 'of a database',
};
const SECRETS = {
  sops: 'encrypted in git',
  external: 'out of a store',
  plain: 'in plain text',
  elsewhere: 'made elsewhere',
};

function imageText({ repository, tag, digest, container }: AppFacts['images'][number]): string {
  const version = `${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
  return `${repository}${version}${container === undefined ? '' : ` (${container})`}`;
}

/** `cluster-template app list [NAMESPACE]`; gives back the exit code. */
export async function runAppList(namespace: string | undefined, options: AppOptions): Promise<number> {
  const { repository, notes } = await readApps(await placeOf(options), { isLooking: true });
  const apps = repository.apps.filter((app) => namespace === undefined || app.namespace === namespace);
  if (namespace !== undefined && apps.length === 0) throw unknownNamespace(namespace, repository.apps);
  const rows = apps.map((app) => ({ app, facts: factsOf(app) }));
  const about = namespace === undefined ? gapsOf(repository) : apps.flatMap((app) => gapsOfApp(repository, app));
  // No value of a secret is in this table.
  const gaps = [...notes.filter(({ code }) => code !== 'secrets/not-checked'), ...about];
  if (options.json === true) {
    printJson({ status: 'done', apps: rows.map(({ app, facts }) => appToJson(app, facts)), findings: gaps });
    return EXIT.done;
  }
  if (apps.length > 0) print(table(HEAD, rows.map(rowOf), widthOf(process.stdout)));
  print(`${count(apps.length, 'app')}\n`);
  tellGaps(gaps);
  return EXIT.done;
}

/** How many files of a kind are named one by one. */
const MOST_NAMED = 5;

/** What is wrong is told in full; what may well be meant, one sentence for all of a kind. */
function tellGaps(gaps: readonly Finding[]): void {
  printFindings(gaps.filter(({ severity }) => severity !== 'note'));
  for (const [code, what] of [
    ['manifests/orphan-file', 'not applied, as no kustomization.yaml that Flux reads lists it'],
    ['manifests/not-read', 'not read, as Flux takes it from elsewhere'],
  ] as const) {
    const notes = gaps.filter((one) => one.code === code && one.severity === 'note');
    const files = unique(notes.map(({ place }) => place?.file ?? ''));
    if (files.length === 0) continue;
    const more = files.length - MOST_NAMED;
    const rest = more > 0 ? ` and ${String(more)} more; --json has all` : '';
    printError(`${what}: ${files.slice(0, MOST_NAMED).join(', ')}${rest}\n`);
  }
}

function unknownNamespace(namespace: string, apps: readonly App[]): Failure {
  const names = [...new Set(apps.map((app) => app.namespace))];
  const near = suggestNearest(namespace, names);
  return failure('usage', {
    code: 'usage/argument',
    message: `no app is in a namespace ${namespace}`,
    remedy: near === undefined ? `there are ${names.join(', ')}` : `did you mean ${near}?`,
  });
}

/** An app as `--json` has it: stable names, no value of a secret. */
function appToJson(app: App, facts: AppFacts): Readonly<Record<string, unknown>> {
  const { namespace, name, folder, kustomizations, owners, registrations, files } = app;
  return {
    namespace,
    name,
    folder,
    files: files.map(({ path }) => path),
    kustomizations: kustomizations.map((one) => ({
      namespace: one.namespace,
      name: one.name,
      file: one.document.file.path,
      path: one.folder,
    })),
    appliedBy: owners.map((one) => `${one.namespace}/${one.name}`),
    listedIn: registrations.map(({ file }) => file.path),
    releases: facts.releases,
    images: facts.images.map(({ repository, tag, digest, container }) => ({ repository, tag, digest, container })),
    routes: facts.routes,
    volumes: facts.volumes,
    backups: facts.backups,
    secrets: facts.secrets,
    dependsOn: facts.dependsOn,
  };
}

const HEAD = ['APP', 'VERSION', 'SOURCE', 'ROUTES', 'STORAGE', 'BACKUP', 'SECRETS'];

function rowOf({ app, facts }: { app: App; facts: AppFacts }): string[] {
  const { releases, images, routes, volumes, backups, secrets } = facts;
  const kept = volumes.filter(({ kind }) => kind !== 'mounted' || !volumes.some((one) => one.kind === 'claim'));
  return [
    `${app.namespace}/${app.name}`,
    versionOf(releases, images),
    unique(releases.map(sourceOf)).join(', '),
    someOf(routes.map(({ hostname }) => hostname)),
    someOf(kept.map(({ name, size, kind }) => size ?? (kind === 'nfs' ? 'nfs' : name))),
    unique(backups.map(({ kind }) => kind)).join(', '),
    unique(secrets.map(({ from, store }) => store ?? from)).join(', '),
  ].map((cell) => (cell === '' ? '-' : cell));
}

/** Of a chart that runs any image the version of the image is that of the app. */
function versionOf(releases: readonly AppRelease[], images: AppFacts['images']): string {
  const [release] = releases;
  const [image] = images;
  const isGeneral = release?.chart === undefined || release.chart === 'app-template';
  return (isGeneral ? (image?.tag ?? image?.digest?.slice(0, 19)) : release.version) ?? release?.version ?? '';
}

function sourceOf({ kind, chart, source }: AppRelease): string {
  if (kind !== 'HelmRelease') return kind;
  const way = source?.startsWith('oci://') === true ? 'oci' : source?.startsWith('http') === true ? 'helm' : source;
  return [way, chart].filter((one) => one !== undefined).join(' ');
}

function someOf(items: readonly string[]): string {
  const [first = '', ...more] = unique(items);
  return more.length === 0 ? first : `${first} +${String(more.length)}`;
}

function unique(items: readonly string[]): string[] {
  return [...new Set(items)];
}

/** Columns with room for what stands in them; where a line does not fit, the widest ones but the first are cut off. */
function table(head: readonly string[], rows: readonly (readonly string[])[], room: number): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  const gaps = 2 * (widths.length - 1);
  while (gaps + widths.reduce((sum, width) => sum + width, 0) > room) {
    const widest = Math.max(...widths.slice(1));
    if (widest <= NARROWEST) break;
    widths[widths.indexOf(widest, 1)] = widest - 1;
  }
  return all
    .map((row) => row.map((cell, column) => clipped(cell, widths[column] ?? 0)))
    .map((cells) => `${cells.join('  ').trimEnd()}\n`)
    .join('');
}

/** A narrower column says nothing. */
const NARROWEST = 7;

function clipped(cell: string, width: number): string {
  return cell.length > width ? `${cell.slice(0, width - 1)}…` : cell.padEnd(width);
}
