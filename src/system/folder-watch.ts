import { statSync, watch, type FSWatcher } from 'node:fs';

/** Watches folders, each without those inside of it. */
interface FolderWatch {
  /**
   * Watches these folders from now on and no others; where one cannot be watched, the callback is called every second.
   *
   * @returns whether folders came in, whose changes up to now nobody told of
   */
  set(folders: Iterable<string>): boolean;
  /** Ends the watch: nothing is called any more, and nothing keeps the process alive. */
  close(): void;
}

/** How often folders are looked at that the system cannot watch (a network's, or too many). */
const POLL_MILLISECONDS = 1000;

/**
 * Calls back when something in the folders may have changed. It does not say what, as systems differ in that and lose
 * events: who is called looks for itself. Events come in bursts and may come for nothing.
 */
export function watchFolders(onEvent: () => void): FolderWatch {
  const watched = new Map<string, Watched>();
  let poll: NodeJS.Timeout | undefined;
  const drop = (folder: string): void => {
    watched.get(folder)?.watcher.close();
    watched.delete(folder);
  };
  const add = (folder: string): void => {
    try {
      const watcher = watch(folder, onEvent);
      watcher.on('error', onEvent);
      watched.set(folder, { watcher, identity: identityOf(folder) });
    } catch {
      poll ??= setInterval(onEvent, POLL_MILLISECONDS);
    }
  };
  return {
    set(folders) {
      const wanted = new Set(folders);
      // A watcher does not follow its folder's name: a folder that was removed and made again is another one.
      for (const [folder, { identity }] of [...watched]) {
        if (!wanted.has(folder) || identityOf(folder) !== identity) drop(folder);
      }
      const missing = [...wanted].filter((folder) => !watched.has(folder));
      missing.forEach(add);
      return missing.some((folder) => watched.has(folder));
    },
    close() {
      for (const folder of [...watched.keys()]) drop(folder);
      clearInterval(poll);
    },
  };
}

interface Watched {
  readonly watcher: FSWatcher;
  /** Number of the folder in the file system. */
  readonly identity: number | undefined;
}

function identityOf(folder: string): number | undefined {
  return statSync(folder, { throwIfNoEntry: false })?.ino;
}
