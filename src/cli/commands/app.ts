import { doEdits } from '../../apps/edit.ts';
import { gapsOfApp, refuseWithoutFolder } from '../../apps/gaps.ts';
import { imageEdits, imagesMeant, parseVersion } from '../../apps/image.ts';
import { type Destination, moveApp } from '../../apps/move.ts';
import { removeApp } from '../../apps/remove.ts';
import { appNamed } from '../../apps/named.ts';
import { type App, appLabel } from '../../apps/repository.ts';
import { draftOf, readApps, refuseWithoutDigest } from '../../pipeline/apps.ts';
import { Failure } from '../../report/finding.ts';
import { print, printError, printResult } from '../../system/terminal.ts';
import { EXIT } from '../exit-codes.ts';
import { printFindings, printJson } from '../output.ts';
import { type AppChangeOptions, type AppOptions, carryOut, edit, placeOf, refuseOfTemplate } from './app-change.ts';

/** Options of `app set-image`. */
interface SetImageOptions extends AppChangeOptions {
  readonly container?: string;
  readonly repository?: string;
}

/** `cluster-template app set-image NS/APP VERSION`; gives back the exit code. */
export async function runAppSetImage(name: string, version: string, options: SetImageOptions): Promise<number> {
  const read = await readApps(await placeOf(options));
  const app = appNamed(read.repository, name);
  refuseWithoutFolder(read.repository, app);
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
  refuseWithoutFolder(read.repository, app);
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
  const removed = removeApp(read.repository, app);
  const findings = [...gapsOfApp(read.repository, app), ...removed.findings];
  return await edit({ read, made: { ...removed, findings }, question: `Remove ${appLabel(app)}?` }, options);
}

/** `cluster-template app build NS/APP`; gives back the exit code. */
export async function runAppBuild(name: string, options: AppOptions): Promise<number> {
  const { repository, notes } = await readApps(await placeOf(options), { isLooking: true });
  const app = appNamed(repository, name);
  refuseWithoutFolder(repository, app);
  const { buildApp } = await import('../../apps/build.ts');
  const { objects, left, text } = buildApp(app);
  if (options.json === true) {
    printJson({ status: 'done', objects, left });
    return EXIT.done;
  }
  printResult(text);
  printFindings(notes);
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
  refuseWithoutFolder(read.repository, app);
  const { migrateApp } = await import('../../apps/migrate.ts');
  const { gateway, store } = options;
  const made = migrateApp(read.repository, app, { gateway, store });
  const notes = made.notes.map((note, index) => `${String(index + 1)}. ${note}`);
  return await edit({ read, made: { ...made, notes }, question: `Migrate ${name}?` }, options);
}
