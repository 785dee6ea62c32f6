import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { Failure, type Finding } from '../../../src/report/finding.ts';

export const SAMPLE = join(import.meta.dirname, '..', '..', 'sample');

/** A function that makes empty folders, which are removed after each test. */
export function temporaryFolders(): () => string {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });
  return () => {
    const folder = mkdtempSync(join(tmpdir(), 'credentials-test-'));
    folders.push(folder);
    return folder;
  };
}

export async function findingOf(run: () => unknown): Promise<Finding> {
  try {
    await run();
  } catch (error) {
    if (error instanceof Failure && error.findings[0] !== undefined) return error.findings[0];
    throw error;
  }
  throw new Error('it did not fail');
}
