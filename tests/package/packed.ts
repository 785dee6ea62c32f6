import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
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
 * Packs this repository as it is published.
 *
 * @param to - folder for the tarball; without one it is only said what would be in it
 */
export async function packTool(to?: string): Promise<Packed> {
  const words = [join(REPOSITORY, 'scripts/pack.mjs'), '--json', ...options(to), '--offline'];
  return parsePacked((await run(process.execPath, words, { maxBuffer: 2 ** 26 })).stdout);
}

/** Packs another package, by npm itself. */
export async function pack(folder: string, to: string): Promise<Packed> {
  return parsePacked((await npm(['pack', '--json', '--ignore-scripts', ...options(to)], folder)).stdout);
}

/**
 * Tarballs of packages that this repository has installed, with the parts for this machine that belong to them: what a test installs by
 * them comes from no registry.
 *
 * @param to - folder for the tarballs
 */
export async function packInstalled(names: readonly string[], to: string): Promise<string[]> {
  const packages = ofRepository('node_modules');
  const tarballs: string[] = [];
  for (const name of names) {
    const parts = name.startsWith('@') ? [] : await readdir(join(packages, `@${name}`)).catch(() => []);
    for (const one of [name, ...parts.map((part) => `@${name}/${part}`)])
      tarballs.push(join(to, (await pack(join(packages, one), to)).filename));
  }
  return tarballs;
}

function options(to: string | undefined): string[] {
  return to === undefined ? ['--dry-run'] : ['--pack-destination', to];
}

function parsePacked(text: string): Packed {
  const [packed] = JSON.parse(text) as Packed[];
  if (packed === undefined) throw new Error(`npm pack says nothing: ${text}`);
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
