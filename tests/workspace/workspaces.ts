import { join } from 'node:path';
import type { Workspace } from '../../src/workspace/disk.ts';
import {
  contentHash,
  type DesiredFile,
  formatInventory,
  type Inventory,
  type InventoryRecord,
  parseInventory,
} from '../../src/workspace/inventory.ts';
import { temporaryFolder } from '../support/folders.ts';

/** What the tests record of a run, the files aside. */
export const RECORD: Omit<InventoryRecord, 'files'> = {
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

/** An inventory that records these texts. */
export function inventoryOf(files: Readonly<Record<string, string>>): Inventory {
  return parseInventory(inventoryText(files), 'manifest.json');
}

/** The same as text. */
export function inventoryText(files: Readonly<Record<string, string>>): string {
  const hashes = Object.entries(files).map(([path, text]) => [path, contentHash(Buffer.from(text))] as const);
  return formatInventory({ ...RECORD, files: new Map(hashes) });
}
