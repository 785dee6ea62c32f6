import { join } from 'node:path';
import type { Workspace } from '../../src/workspace/disk.ts';
import {
  contentHash,
  type DesiredFile,
  formatManifest,
  type Manifest,
  type ManifestRecord,
  parseManifest,
} from '../../src/workspace/manifest.ts';
import { temporaryFolder } from '../support/folders.ts';

/** What the tests record of a run, the files aside. */
export const RECORD: Omit<ManifestRecord, 'files'> = {
  generator: 'cluster-template test',
  recipient: 'age1test',
  adopted: [],
  inputs: new Map([['cluster.yaml', 'sha256:0']]),
};

export type TestWorkspace = Workspace;

/** A workspace in a new folder that is gone after the test. */
export async function openWorkspace(files: Readonly<Record<string, string>>): Promise<TestWorkspace> {
  const root = await temporaryFolder(files);
  return { root, state: join(root, '.cluster-template'), outputRoots: ['kubernetes', 'talos', '.sops.yaml'] };
}

/** A file to be generated. */
export function file(path: string, text: string, executable = false): DesiredFile {
  return { path, bytes: Buffer.from(text), executable, secret: false };
}

/** A manifest that records these texts. */
export function manifestOf(files: Readonly<Record<string, string>>): Manifest {
  return parseManifest(manifestText(files), 'manifest.json');
}

/** The same as text. */
export function manifestText(files: Readonly<Record<string, string>>): string {
  const hashes = Object.entries(files).map(([path, text]) => [path, contentHash(Buffer.from(text))] as const);
  return formatManifest({ ...RECORD, files: new Map(hashes) });
}
