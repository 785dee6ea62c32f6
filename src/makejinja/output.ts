import { dirname, extname, join, relative, resolve } from 'node:path';
import { Failure, failure, type Finding } from '../report/finding.ts';
import { listFolders, reasonOf } from '../system/files.ts';
import { below, makeFolder, removeEmptyFolder, removeTree } from '../system/writing.ts';
import { copyMetadataSync, kindAt, realPathSync, writeFileInPlace } from '../system/tree.ts';
import { clashFinding, findClashes, type Claim } from './clashes.ts';
import type { Inputs } from './inputs.ts';
import type { RenderedFile } from './render.ts';
import type { Settings } from './settings.ts';

/** Where the results go. */
export type Target =
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'standard output' };

/** The path that stands for standard output, as with makejinja. */
const STANDARD_OUTPUT = '/dev/stdout';

/**
 * Where the results of these settings go. A single file of input may be rendered to a file or to standard output;
 * everything else goes into a folder.
 *
 * @param folder - absolute path of the folder that the settings' paths are relative to
 * @throws Failure where something else than a folder lies there
 */
export function outputTarget(settings: Settings, folder: string): Target {
  const path = resolve(folder, settings.output);
  const present = kindAt(path);
  const [first, second] = settings.inputs;
  const isSingle = second === undefined && first !== undefined && kindAt(resolve(folder, first)) !== 'folder';
  if (isSingle && settings.output === STANDARD_OUTPUT) return { kind: 'standard output' };
  const namesFile = extname(path) !== '' || present === 'file';
  if (isSingle && namesFile && present !== 'folder') return { kind: 'file', path };
  if (present === undefined || present === 'folder') return { kind: 'folder', path };
  throw failure('input', {
    code: 'render/output',
    message: `the output ${settings.output} is not a folder`,
    remedy: 'name a folder, or a single file as the only input',
  });
}

/** Absolute path of a result; undefined where it goes to standard output. */
export function placeOf(target: Target, path: string): string | undefined {
  if (target.kind === 'standard output') return undefined;
  return target.kind === 'file' ? target.path : join(target.path, path);
}

/** Files that exist are only overwritten by force; their templates are not even rendered. */
export function withoutExisting(inputs: Inputs, target: Target, settings: Settings): Inputs {
  if (settings.force || (settings.clean && target.kind === 'folder')) return inputs;
  const entries = [...inputs.outputs].filter(([path]) => {
    const place = placeOf(target, path);
    return place === undefined || kindAt(place) === undefined;
  });
  return { ...inputs, outputs: new Map(entries) };
}

/**
 * Asks whether the output folder may be removed, where the settings want that.
 *
 * @throws Failure where that would remove an input or data as well
 */
export function checkClean(target: Target, settings: Settings, folder: string): void {
  if (!settings.clean || target.kind !== 'folder') return;
  const removed = realPathSync(target.path);
  const kept = [...settings.inputs, ...settings.data].find((path) =>
    isInside(removed, realPathSync(resolve(folder, path))),
  );
  if (kept === undefined) return;
  throw failure('input', {
    code: 'render/output',
    message: `\`clean\` would remove ${kept}, which lies in the output ${settings.output}`,
    remedy: 'name another folder as the output, or take `clean` out',
  });
}

/** Removes the output folder, where the settings want that; of a link what it leads to, which is made again, as with makejinja. */
export async function cleanOutput(target: Target, settings: Settings): Promise<void> {
  if (!settings.clean || target.kind !== 'folder' || kindAt(target.path) === undefined) return;
  const folder = realPathSync(target.path);
  try {
    await removeTree(below(folder));
    await makeFolder(below(folder));
  } catch (error) {
    throw notWritten(settings.output, error);
  }
}

/** Whether a path is that of a folder or lies below it. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith('../') && !way.startsWith('/');
}

/**
 * The results that can lie beside each other. Without `force` makejinja leaves out a file where a folder is already.
 *
 * @throws Failure naming every clash, and both files of each
 */
export async function withoutClashes(
  rendered: readonly RenderedFile[],
  { settings, inputs, folder }: { readonly settings: Settings; readonly inputs: Inputs; readonly folder: string },
): Promise<RenderedFile[]> {
  const order = new Map([...inputs.outputs.keys()].map((path, index) => [path, index]));
  const isEarlier = (one: Claim, other: Claim): boolean => (order.get(one.path) ?? -1) < (order.get(other.path) ?? -1);
  const folders = settings.keepEmpty ? await foldersOf(settings, folder) : [];
  const skipped = new Set<string>();
  const clashes = [...(settings.force ? inputs.rivals : []), ...findClashes(rendered, folders)].filter((clash) => {
    const isSkipped = !settings.force && clash.kind === 'folder' && isEarlier(clash.first, clash.second);
    if (isSkipped) skipped.add(clash.second.path);
    return !isSkipped;
  });
  if (clashes.length > 0) throw new Failure('input', clashes.map(clashFinding));
  return rendered.filter(({ path }) => !skipped.has(path));
}

async function foldersOf({ inputs }: Settings, folder: string): Promise<Claim[]> {
  const lists = await Promise.all(
    inputs.map(async (input) =>
      (await listFolders(resolve(folder, input))).map((path) => ({ path, source: join(input, path) })),
    ),
  );
  return lists.flat();
}

/**
 * Asks before the first file is written whether each has its place.
 *
 * @throws Failure naming every file in the place of a folder and every folder in the place of a file
 */
export function checkPlaces(rendered: readonly RenderedFile[], target: Target, folder: string): void {
  const findings = rendered.flatMap(({ path, source }) => {
    const place = placeOf(target, path);
    const obstacle = place === undefined ? undefined : findObstacle(place);
    return obstacle === undefined ? [] : [obstructed(place ?? '', obstacle, { source, folder })];
  });
  if (findings.length > 0) throw new Failure('input', findings);
}

/** What keeps a file from being written: a folder under its own name, or a file where one of its folders would be. */
function findObstacle(path: string): string | undefined {
  const kind = kindAt(path);
  if (kind === 'folder') return path;
  if (kind !== undefined) return undefined;
  let above = dirname(path);
  while (kindAt(above) === undefined && dirname(above) !== above) above = dirname(above);
  return kindAt(above) === 'folder' ? undefined : above;
}

function obstructed(place: string, obstacle: string, from: { source: string; folder: string }): Finding {
  const kind = obstacle === place ? 'a folder' : 'a file';
  return {
    code: 'render/output',
    severity: 'error',
    message: `cannot write ${relative(from.folder, place)}: ${relative(from.folder, obstacle)} is ${kind}`,
    place: { file: from.source },
    remedy: `remove ${relative(from.folder, obstacle)}, or give the template another name`,
  };
}

/**
 * Writes one result to its file, with the metadata of its template where the settings ask for that.
 *
 * @throws Failure of kind `outside` where the disk is full, say
 */
export function writeResult(
  { source, bytes, isRendered }: RenderedFile,
  place: string,
  { settings, folder }: { readonly settings: Settings; readonly folder: string },
): void {
  try {
    writeFileInPlace(place, bytes);
    if (settings.copyMetadata || !isRendered) copyMetadataSync(resolve(folder, source), place);
  } catch (error) {
    throw notWritten(relative(folder, place), error);
  }
}

/** What a disk that is full or may not be written to means to the user. */
export function notWritten(path: string, error: unknown): Failure {
  const message = `cannot write ${path}: ${reasonOf(error)}`;
  return failure('outside', { code: 'render/output', message }, error);
}

/** Folders of the inputs are made where empty ones are kept, and removed where they stayed empty; the deepest first. */
export async function tidyFolders(output: string, settings: Settings, folder: string): Promise<void> {
  for (const input of settings.inputs) {
    const root = resolve(folder, input);
    for (const path of (await listFolders(root)).reverse()) {
      const made = join(output, path);
      if (settings.keepEmpty) await makeFolder(below(made));
      else if (await removeEmptyFolder(made)) continue;
      if (settings.copyMetadata && kindAt(made) === 'folder') copyMetadataSync(join(root, path), made);
    }
  }
}
