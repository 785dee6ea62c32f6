import { basename, dirname, relative } from 'node:path';
import { below, removeEmptyFolders, removeFile } from '../../system/writing.ts';
import { kindAt, readFileWithMode } from '../../system/tree.ts';
import { checkPlaces, placeOf, writeResult, type Target } from '../output.ts';
import type { RenderedFile } from '../render.ts';
import type { Settings } from '../settings.ts';
import type { WatchEvent } from './events.ts';

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
