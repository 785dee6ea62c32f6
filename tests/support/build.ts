import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { makeSample } from './sample.ts';

const run = promisify(execFile);
const LAUNCHER = resolve(import.meta.dirname, '../../bin/cluster-template.mjs');

/**
 * Runs once before all tests: the bundle is made before several tests start the command line at the same time, and the sample is
 * configured once, so that its copies start with the caches that a user has after the first run.
 */
export async function setup(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'cluster-template-sample-'));
  // What the tests keep for their user is theirs alone.
  process.env.CLUSTER_TEMPLATE_CACHE = join(folder, 'cache');
  process.env.XDG_STATE_HOME = join(folder, 'state');
  // Their repositories have plugins of their own; tests of the trust itself take it away.
  process.env.CLUSTER_TEMPLATE_TRUST = tmpdir();
  await run(process.execPath, [LAUNCHER, '--version']);
  const cluster = join(folder, 'cluster');
  await makeSample(cluster);
  process.env.SAMPLE_CLUSTER = cluster;
  return () => rm(folder, { recursive: true });
}
