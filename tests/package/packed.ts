import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const REPOSITORY = resolve(import.meta.dirname, '../..');

/** What `npm pack` says of a package. */
export interface Packed {
  readonly filename: string;
  /** Bytes of the tarball, and of what is in it. */
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string; readonly size: number; readonly mode: number }[];
}

/**
 * Packs a package as it would be published, by npm itself; without a folder for the tarball it is only said what would be in it.
 *
 * @param folder - the package; this repository where none is given
 */
export async function pack({ folder = REPOSITORY, to }: { folder?: string; to?: string } = {}): Promise<Packed> {
  // What is packed was built before the tests, and other tests are at work with it.
  const target = to === undefined ? ['--dry-run'] : ['--pack-destination', to];
  const { stdout } = await npm(['pack', '--json', '--ignore-scripts', ...target], folder);
  const [packed] = JSON.parse(stdout) as Packed[];
  if (packed === undefined) throw new Error(`npm pack says nothing of ${folder}`);
  return packed;
}

/** Runs npm, which asks no registry. */
export async function npm(words: readonly string[], cwd: string): Promise<{ stdout: string; stderr: string }> {
  const arguments_ = [...words, '--offline', '--no-audit', '--no-fund', '--no-update-notifier'];
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
  return await run('npm', arguments_, { cwd, env, maxBuffer: 2 ** 26, shell: process.platform === 'win32' });
}

/** Path of a file of this repository. */
export function ofRepository(path: string): string {
  return join(REPOSITORY, path);
}
