import { cp } from 'node:fs/promises';
import { join, resolve } from 'node:path';

const repository = resolve(import.meta.dirname, '../..');

/** Where a cluster keeps what may be thrown away. */
export const CACHE = '.cluster-template/cache';

/** The part of the repository that configure reads and writes. */
export const SAMPLE_PARTS = [
  'cluster.yaml',
  'nodes.yaml',
  'makejinja.toml',
  'templates',
  'kubernetes',
  'talos',
  'bootstrap',
  '.sops.yaml',
  'AGENTS.md',
  '.cluster-template/manifest.json',
];

/** Copies the sample cluster into a folder. */
export async function copySample(folder: string): Promise<void> {
  for (const part of SAMPLE_PARTS) await cp(join(repository, part), join(folder, part), { recursive: true });
}
