import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

/** Runs once before all tests: the bundle is made before several tests start the command line at the same time. */
export async function setup(): Promise<void> {
  await promisify(execFile)(process.execPath, [
    resolve(import.meta.dirname, '../../bin/cluster-template.mjs'),
    '--version',
  ]);
}
