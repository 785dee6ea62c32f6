import { basename, dirname, join, relative, resolve } from 'node:path';
import type { Finding } from '../../report/finding.ts';
import { kindAt, listTreeSync, readFileWithMode, signature } from '../../system/tree.ts';
import { below, removeEmptyFolders, removeFile } from '../../system/writing.ts';
import { pluginCandidates } from '../load-plugin.ts';
import { moduleFiles } from '../module-files.ts';
import { checkPlaces, placeOf, type Target, writeResult } from '../output.ts';
import type { ProjectPlace } from '../project.ts';
import type { RenderedFile } from '../render.ts';
import type { Settings } from '../settings.ts';

/** What a watch tells; paths of outputs are relative to the project's folder. */
export type WatchEvent =
  /** Files changed; what follows is what came of it. */
  | { readonly kind: 'changed'; readonly changes: readonly FileChange[] }
  /** An output was written. */
  | { readonly kind: 'written'; readonly path: string; readonly source: string; readonly isRendered: boolean }
  /** An output was removed that no template gives any more. */
  | { readonly kind: 'removed'; readonly path: string }
  /** A file was left as it is that is not the watch's to change. */
  | { readonly kind: 'kept'; readonly path: string; readonly reason: string }
  /** Something is wrong; the outputs that it concerns stay as they are. */
  | { readonly kind: 'wrong'; readonly findings: readonly Finding[] }
  /** All is done. */
  | { readonly kind: 'done'; readonly written: number; readonly removed: number; readonly outputs: number };

/** What a file means to a project; one file may mean several things. */
export type Area = 'settings' | 'data' | 'file data' | 'plugin' | 'input';

/** The files of a project as they are at a moment: what is there is told by its signature. */
export interface Snapshot {
  readonly files: ReadonlyMap<Area, ReadonlyMap<string, string>>;
  /** Folders in which a change can change the snapshot. */
  readonly folders: ReadonlySet<string>;
}

/** What happened to a file. */
export interface FileChange {
  readonly area: Area;
  /** Absolute. */
  readonly path: string;
  readonly change: 'added' | 'changed' | 'removed';
}

/** The snapshot of a project; without settings it holds the files of the settings alone. */
export function takeSnapshot(
  settingsFiles: readonly string[],
  settings: Settings | undefined,
  place: ProjectPlace,
): Snapshot {
  const taken = new SnapshotTaker();
  for (const path of settingsFiles) taken.file('settings', path);
  if (settings === undefined) return taken;
  const at = (path: string): string => resolve(place.folder, path);
  for (const path of settings.data) taken.tree('data', at(path));
  for (const path of Object.values(settings.fileData).flat()) taken.file('file data', at(path));
  const search = { ...place, importPaths: settings.importPaths };
  for (const path of settings.plugins.flatMap((name) => pluginFiles(pluginCandidates(name, search)))) {
    taken.file('plugin', path);
  }
  for (const path of settings.inputs) taken.tree('input', at(path));
  return taken;
}

/** The snapshot of single files and of all files of folders, as one area. */
export function snapshotOf(paths: readonly string[]): Snapshot {
  const taken = new SnapshotTaker();
  for (const path of paths) taken.tree('input', path);
  return taken;
}

/** Those that would win if they came to be, and the one that is there with what it imports. */
function pluginFiles(candidates: readonly string[]): string[] {
  const index = candidates.findIndex((path) => kindAt(path) === 'file');
  if (index === -1) return [...candidates];
  return [...candidates.slice(0, index), ...moduleFiles(candidates[index] ?? '')];
}

/** What differs between two snapshots, area by area. */
export function compareSnapshots(before: Snapshot, after: Snapshot): FileChange[] {
  const areas = new Set([...before.files.keys(), ...after.files.keys()]);
  return [...areas].flatMap((area) => {
    const old = before.files.get(area) ?? new Map<string, string>();
    const now = after.files.get(area) ?? new Map<string, string>();
    const kept = [...now].flatMap(([path, state]): FileChange[] => {
      if (old.get(path) === state) return [];
      return [{ area, path, change: old.has(path) ? 'changed' : 'added' }];
    });
    const gone = [...old.keys()].filter((path) => !now.has(path));
    return [...kept, ...gone.map((path): FileChange => ({ area, path, change: 'removed' }))];
  });
}

class SnapshotTaker implements Snapshot {
  readonly files = new Map<Area, Map<string, string>>();
  readonly folders = new Set<string>();

  file(area: Area, path: string): void {
    this.#watchAbove(path);
    this.#note(area, path);
  }

  /** A single file, or every file of a folder. */
  tree(area: Area, path: string): void {
    if (kindAt(path) !== 'folder') {
      this.file(area, path);
      return;
    }
    this.#watchAbove(path);
    this.folders.add(path);
    for (const { name, kind } of listTreeIfPresent(path)) {
      if (kind === 'folder') this.folders.add(join(path, name));
      else if (!isEditorFile(name)) this.#note(area, join(path, name));
    }
  }

  #note(area: Area, path: string): void {
    const state = signature(path);
    if (state === undefined) return;
    const files = this.files.get(area) ?? new Map<string, string>();
    this.files.set(area, files.set(path, state));
  }

  /** The folder that holds a path, or the nearest that is there. */
  #watchAbove(path: string): void {
    let folder = dirname(path);
    while (kindAt(folder) !== 'folder' && dirname(folder) !== folder) folder = dirname(folder);
    this.folders.add(folder);
  }
}

/** A folder may go away while it is looked at, or must not be read: the run that follows says so. */
function listTreeIfPresent(path: string): ReturnType<typeof listTreeSync> {
  try {
    return listTreeSync(path);
  } catch {
    return [];
  }
}

/** Whether a signature is that of a file without a single byte. */
export function isEmpty(state: string): boolean {
  return state.split(' ')[2] === '0';
}

/** Whether a file is one that editors put beside the one that they save: swap files, backups, locks. */
export function isEditorFile(path: string): boolean {
  return /^(?:4913|.*~|\.#.*|#.*#|\..*\.sw[a-z]|.*___jb_(?:tmp|old)___|\.goutputstream-.*)$/.test(basename(path));
}

/** Where the outputs of a watch go. */
export interface OutputPlace {
  readonly settings: Settings;
  readonly target: Target;
  readonly folder: string;
}

/** The files that a watch wrote: those alone may be overwritten without force, and removed. */
export class WatchOutputs {
  readonly #written = new Map<string, { readonly bytes: Buffer; readonly mode: number }>();
  readonly #report: (event: WatchEvent) => void;

  constructor(report: (event: WatchEvent) => void) {
    this.#report = report;
  }

  /**
   * Writes a result where it differs from what was written before.
   *
   * @returns whether something was written
   * @throws Failure where it cannot be written
   */
  write(file: RenderedFile, { settings, target, folder }: OutputPlace): boolean {
    const place = placeOf(target, file.path);
    if (place === undefined) return false;
    const before = this.#written.get(place);
    const isThere = kindAt(place) !== undefined;
    if (isThere && before?.bytes.equals(file.bytes) === true && before.mode === file.mode) return false;
    const path = relative(folder, place);
    if (isThere && before === undefined && !settings.force) {
      this.#report({ kind: 'kept', path, reason: 'it was there before, and `force` is off' });
      return false;
    }
    checkPlaces([file], target, folder);
    writeResult(file, place, { settings, folder });
    this.#written.set(place, { bytes: file.bytes, mode: file.mode });
    this.#report({ kind: 'written', path, source: file.source, isRendered: file.isRendered });
    return true;
  }

  /**
   * Removes the file of an output, with the folders that it leaves empty, where this watch wrote it and nobody changed it
   * since.
   *
   * @returns whether it was removed
   */
  async remove(path: string, { target, folder }: OutputPlace): Promise<boolean> {
    const place = placeOf(target, path);
    const before = place === undefined ? undefined : this.#written.get(place);
    if (place === undefined || before === undefined) return false;
    this.#written.delete(place);
    const present = kindAt(place) === 'file' ? readFileWithMode(place) : undefined;
    if (present === undefined) return false;
    const shown = relative(folder, place);
    if (!present.bytes.equals(before.bytes)) {
      this.#report({ kind: 'kept', path: shown, reason: 'it was changed since it was written' });
      return false;
    }
    await removeFile(below(dirname(place), basename(place)));
    if (target.kind === 'folder') await removeEmptyFolders(below(target.path, path));
    this.#report({ kind: 'removed', path: shown });
    return true;
  }
}
