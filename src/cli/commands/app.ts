import type { Draft, FileChange } from '../../apps/change.ts';
import { doEdits } from '../../apps/edit.ts';
import { imageEdits, imagesMeant, parseVersion } from '../../apps/image.ts';
import { type AppEdits, type Destination, moveApp } from '../../apps/move.ts';
import { removeApp } from '../../apps/remove.ts';
import {
  type App,
  type AppFacts,
  appLabel,
  appNamed,
  type AppRelease,
  factsOf,
  referrersOf,
} from '../../apps/repository.ts';
import {
  type AppPlace,
  draftOf,
  newProblems,
  type EditPlan,
  planEdits,
  type ReadApps,
  readApps,
  refuseWithoutDigest,
  writeEdits,
} from '../../pipeline/apps.ts';
import { Failure, failure, type Finding, inOrder } from '../../report/finding.ts';
import { wrapPath } from '../../report/text.ts';
import { suggestNearest } from '../../text/suggest.ts';
import { print, printColoured, printError, printResult, printSentences, wantsColour } from '../../system/terminal.ts';
import { approve } from '../approve.ts';
import { EXIT } from '../exit-codes.ts';
import { interruptible } from '../interrupt.ts';
import { worded } from '../invocation.ts';
import { count, printFindings, printJson, widthOf } from '../output.ts';
import { formatDiff } from '../plan-output.ts';
import { anyRootOf, rootOf, type RootOptions } from '../root.ts';

/** Options that all commands on apps take. */
export interface AppOptions extends RootOptions {
  readonly path?: readonly string[];
}

/** The repository that the options name: one of this template as it is rendered, any other as it lies on disk. */
export async function placeOf(options: AppOptions): Promise<AppPlace> {
  const { path: paths = [] } = options;
  const { kind, path } = await anyRootOf(undefined, options);
  if (kind === 'cluster' && paths.length === 0) {
    return { kind, root: await rootOf({ ...options, root: path }) };
  }
  return { kind: 'other', path, paths };
}

/** Options of commands that change files. */
export interface AppChangeOptions extends AppOptions {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  /** Whether what follows from templates is rendered at once. */
  readonly configure?: boolean;
}

/** What a command wants to do to the files of a repository. */
interface AppChange {
  readonly read: ReadApps;
  readonly changes: readonly FileChange[];
  /** What could not be decided, and what else is worth knowing. */
  readonly findings: readonly Finding[];
  /** What is told before the question, one thing a line. */
  readonly notes?: readonly string[];
  readonly question: string;
}

/** Shows what a command would change, asks and writes; gives back the exit code. */
export async function carryOut(change: AppChange, options: AppChangeOptions): Promise<number> {
  const { read, findings, notes = [], question } = change;
  const { top, place } = read;
  const edits = await planEdits(top, change.changes);
  if (options.json !== true) {
    printSentences(notes.map((note) => `${note}\n`).join(''));
    printFindings(findings);
    printEdits(edits);
  }
  const isWanted = edits.changes.length > 0 && options.dryRun !== true && (await approve(options, question));
  if (isWanted) await interruptible((signal) => writeEdits(place, edits, signal));
  if (options.json === true) {
    printJson({
      status: isWanted ? 'written' : options.dryRun === true ? 'dry-run' : 'unchanged',
      files: edits.changes.map((one) => ({
        path: one.path,
        status: statusOf(one),
        ...(one.from === undefined ? {} : { from: one.from }),
      })),
      notes,
      findings,
    });
  } else if (isWanted) tellNext(change, options);
  else if (edits.changes.length === 0) print('nothing to change\n');
  if (isWanted && options.configure === true && place.kind === 'cluster') {
    const { runConfigure } = await import('./configure.ts');
    return await runConfigure({ ...options, yes: true });
  }
  return isWanted || options.dryRun === true || edits.changes.length === 0 ? EXIT.done : EXIT.findings;
}

function statusOf({ from, before, after }: FileChange): 'moved' | 'created' | 'changed' | 'removed' {
  if (from !== undefined) return 'moved';
  if (before === undefined) return 'created';
  return after === undefined ? 'removed' : 'changed';
}

const SIGNS = { moved: '>', created: '+', changed: '~', removed: '-' } as const;

/** A line for each file, then how those differ that stay. */
function printEdits({ changes, diffs }: EditPlan): void {
  for (const change of changes) {
    const { path, from } = change;
    const status = statusOf(change);
    const head = `${SIGNS[status]} ${status.padEnd(7)} `;
    const line = `${head}${from === undefined ? '' : `${from} -> `}${path}`;
    print(`${wrapPath(line, widthOf(process.stdout), ' '.repeat(head.length))}\n`);
  }
  const coloured = wantsColour(process.stdout);
  for (const diff of diffs) printColoured(formatDiff(diff, { coloured }));
}

function tellNext({ read: { place }, changes }: AppChange, { configure }: AppChangeOptions): void {
  const isRendered = place.kind === 'cluster' && changes.some(({ path }) => path.startsWith('templates/'));
  const next =
    !isRendered || configure === true
      ? 'look at them with git diff, then commit'
      : worded('`cluster-template configure` renders them');
  printSentences(`${count(changes.length, 'file')} changed; ${next}\n`);
}

/** Options of `app set-image`. */
interface SetImageOptions extends AppChangeOptions {
  readonly container?: string;
  readonly repository?: string;
}

/** `cluster-template app set-image NS/APP VERSION`; gives back the exit code. */
export async function runAppSetImage(name: string, version: string, options: SetImageOptions): Promise<number> {
  const read = await readApps(await placeOf(options));
  const app = appNamed(read.repository, name);
  const wanted = parseVersion(version);
  const images = imagesMeant(app, {
    container: options.container,
    repository: options.repository ?? wanted.repository,
  });
  const findings = refuseWithoutDigest(read, images, wanted);
  const draft = draftOf(read);
  const undone = doEdits(draft, imageEdits(images, wanted));
  // A version that was changed in half of its places is none.
  if (undone.length > 0)
    throw new Failure(
      'input',
      undone.map((finding) => ({ ...finding, severity: 'error' as const })),
    );
  const question = `Set ${images[0]?.repository ?? ''} to ${version}?`;
  return await carryOut({ read, changes: draft.changes(), findings, question }, options);
}

/** `cluster-template app move NS/APP NS2`; gives back the exit code. */
export async function runAppMove(name: string, namespace: string, options: AppChangeOptions): Promise<number> {
  return await relocate(name, ({ name: own }) => ({ namespace, name: own }), options);
}

/** `cluster-template app rename NS/APP NEW`; gives back the exit code. */
export async function runAppRename(name: string, wanted: string, options: AppChangeOptions): Promise<number> {
  return await relocate(name, ({ namespace }) => ({ namespace, name: wanted }), options);
}

async function relocate(
  name: string,
  destinationOf: (app: App) => Destination,
  options: AppChangeOptions,
): Promise<number> {
  const read = await readApps(await placeOf(options));
  const app = appNamed(read.repository, name);
  refuseOfTemplate(read, app);
  const to = destinationOf(app);
  if (appLabel(to) === appLabel(app)) {
    print(`${name} is there already\n`);
    return EXIT.done;
  }
  const question = `Make ${appLabel(to)} of ${appLabel(app)}?`;
  return await edit({ read, made: moveApp(read.repository, app, to), question }, options);
}

/** `cluster-template app remove NS/APP`; gives back the exit code. */
export async function runAppRemove(name: string, options: AppChangeOptions): Promise<number> {
  const read = await readApps(await placeOf(options));
  const app = appNamed(read.repository, name);
  refuseOfTemplate(read, app);
  return await edit({ read, made: removeApp(read.repository, app), question: `Remove ${appLabel(app)}?` }, options);
}

/** Does what was made of an app, as far as it can be done, and tells the rest. */
export async function edit(
  {
    read,
    made,
    question,
    also = () => Promise.resolve(),
  }: {
    readonly read: ReadApps;
    readonly made: AppEdits;
    readonly question: string;
    /** What else is done to the files. */
    readonly also?: (draft: Draft) => Promise<void>;
  },
  options: AppChangeOptions,
): Promise<number> {
  const draft = draftOf(read);
  const undone = doEdits(draft, made.edits);
  await also(draft);
  const findings = inOrder([...made.findings, ...undone, ...(await newProblems(read, draft))]);
  return await carryOut({ read, changes: draft.changes(), findings, notes: made.notes, question }, options);
}

/** An app whose templates are the tool's own is switched by its fields. */
export function refuseOfTemplate({ place }: ReadApps, { folder, kustomizations, namespace, name }: App): void {
  const source = kustomizations[0]?.document.file.source ?? '';
  if (place.kind !== 'cluster' || !/(?:^|\/)templates\/config\//.test(source)) return;
  throw failure('usage', {
    code: 'usage/argument',
    message: `${namespace}/${name} belongs to the template: ${folder} is rendered out of ${source}`,
    remedy: 'docs/apps.md tells which field of cluster.yaml switches it',
  });
}

/** `cluster-template app show NS/APP`; gives back the exit code. */
export async function runAppShow(name: string, options: AppOptions): Promise<number> {
  const { repository } = await readApps(await placeOf(options));
  const app = appNamed(repository, name);
  const facts = factsOf(app);
  const referrers = referrersOf(app).map(({ from, path, how, target }) => ({
    kind: from.kind,
    namespace: from.namespace,
    name: from.name,
    how,
    target,
    file: from.originOf(path).document.file.path,
  }));
  if (options.json === true) {
    printJson({ status: 'done', ...appToJson(app, facts), referrers });
    return EXIT.done;
  }
  const { kustomizations, owners, registrations, objects, folder } = app;
  const sources = unique(kustomizations.map(({ document }) => document.file.source));
  const applying = kustomizations.length > 0 ? kustomizations : owners;
  const rows: (readonly [string, readonly string[]])[] = [
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
  print(`${appLabel(app)}\n`);
  print(
    rows
      .map(([key, values]) =>
        values.map((value, index) => `  ${(index === 0 ? key : '').padEnd(10)}  ${value}\n`).join(''),
      )
      .join(''),
  );
  return EXIT.done;
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

/** `cluster-template app build NS/APP`; gives back the exit code. */
export async function runAppBuild(name: string, options: AppOptions): Promise<number> {
  const { repository } = await readApps(await placeOf(options));
  const { buildApp } = await import('../../apps/build.ts');
  const { objects, left, text } = buildApp(appNamed(repository, name));
  if (options.json === true) {
    printJson({ status: 'done', objects, left });
    return EXIT.done;
  }
  printResult(text);
  for (const one of left) printError(`${one.name} stays as it is written: it ${one.why}\n`);
  return EXIT.done;
}

/** Options of `app migrate`. */
interface MigrateOptions extends AppChangeOptions {
  readonly gateway?: string;
  readonly store?: string;
}

/** `cluster-template app migrate NS/APP`; gives back the exit code. */
export async function runAppMigrate(name: string, options: MigrateOptions): Promise<number> {
  const read = await readApps(await placeOf(options));
  const app = appNamed(read.repository, name);
  refuseOfTemplate(read, app);
  const { migrateApp } = await import('../../apps/migrate.ts');
  const { gateway, store } = options;
  const made = migrateApp(read.repository, app, { gateway, store });
  const notes = made.notes.map((note, index) => `${String(index + 1)}. ${note}`);
  return await edit({ read, made: { ...made, notes }, question: `Migrate ${name}?` }, options);
}

/** `cluster-template app list [NAMESPACE]`; gives back the exit code. */
export async function runAppList(namespace: string | undefined, options: AppOptions): Promise<number> {
  const { repository } = await readApps(await placeOf(options));
  const apps = repository.apps.filter((app) => namespace === undefined || app.namespace === namespace);
  if (namespace !== undefined && apps.length === 0) throw unknownNamespace(namespace, repository.apps);
  const rows = apps.map((app) => ({ app, facts: factsOf(app) }));
  if (options.json === true) {
    printJson({ status: 'done', apps: rows.map(({ app, facts }) => appToJson(app, facts)) });
    return EXIT.done;
  }
  print(table(HEAD, rows.map(rowOf), widthOf(process.stdout)));
  print(`${count(apps.length, 'app')}\n`);
  return EXIT.done;
}

function unknownNamespace(namespace: string, apps: readonly App[]) {
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
