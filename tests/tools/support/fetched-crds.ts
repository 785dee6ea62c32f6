import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { REPOSITORY } from './tools.ts';

/** Why there are no CRDs; undefined where scripts/fetch-crds.sh has fetched them. */
export function fetchCrds(): string | undefined {
  const script = join(REPOSITORY, 'scripts/fetch-crds.sh');
  const { status, stderr } = spawnSync(script, ['--strict'], { encoding: 'utf8' });
  return status === 0 ? undefined : `the CRDs are not all there: ${stderr.trim()}`;
}
