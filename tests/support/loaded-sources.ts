import { dirname, join, relative, resolve, sep } from 'node:path';
import type { Plugin } from 'vitest/config';

/*
 * The sources as Node itself loads them. Modules that vitest evaluates are asked for one by one, and reach through a getter for everything
 * that they import: src/ is loaded and runs in a good part less time without.
 */

const repository = resolve(import.meta.dirname, '../..');

/** Where `laySources` lays the copies; runs of other processes in the same checkout have others beside it. */
export const FOLDER = join(repository, 'node_modules/.cache/test-sources', String(process.pid));

/**
 * Sends imports of src/ to the copies that `laySources` has made, which Node loads. A watched run has none, as vitest knows what a change of
 * its own modules makes stale, and Windows, whose paths are no addresses.
 */
export function loadedSources(): Plugin {
  let isOff = process.platform === 'win32';
  return {
    name: 'sources that Node loads',
    enforce: 'pre',
    configureVitest: ({ vitest }) => {
      isOff ||= vitest.config.watch;
    },
    resolveId: (source, importer) => {
      if (isOff || importer === undefined || !source.startsWith('.')) return undefined;
      const path = fromTop(resolve(dirname(importer), source));
      return isLoaded(path) ? { id: copyOf(path), external: true } : undefined;
    },
  };
}

/** True for a module of src/; what runs in a browser is bundled, or loaded by vitest where a test takes a part of it. */
export function isLoaded(path: string): boolean {
  return /^src\/(?!(?:graph|studio)\/page\/).*(?<!\.d)\.[jt]s$/.test(path);
}

/** Where the copy of a module lies. */
export function copyOf(path: string): string {
  return join(FOLDER, path.replace(/\.ts$/, '.js'));
}

/** A path relative to the top of the checkout, with forward slashes. */
export function fromTop(file: string): string {
  return relative(repository, file).replaceAll(sep, '/');
}
