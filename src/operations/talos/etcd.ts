import type { Programs } from '../programs/catalogue.ts';
import { foldOutput } from '../programs/programs.ts';
import type { TalosNode } from './cluster.ts';

/** How the member of etcd on a controller is. */
export interface EtcdMember {
  readonly node: TalosNode;
  /** Why it does not count; undefined for a healthy member. */
  readonly problem: string | undefined;
}

/** Asks every controller for its member of etcd; one that does not answer is not healthy. */
export async function readEtcd(programs: Programs, controllers: readonly TalosNode[]): Promise<EtcdMember[]> {
  const members: EtcdMember[] = [];
  for (const node of controllers) members.push({ node, problem: await memberProblem(programs, node) });
  return members;
}

/** How many members must be healthy, so that etcd goes on: more than half of them. */
function quorumOf(members: number): number {
  return Math.floor(members / 2) + 1;
}

/**
 * Whether a controller, or a worker, may be restarted now.
 *
 * @returns why not; undefined where it may
 */
export function quorumProblem(members: readonly EtcdMember[], leaving: TalosNode): string | undefined {
  const sick = members.filter(({ problem }) => problem !== undefined);
  const isMember = members.some(({ node }) => node.name === leaving.name);
  const healthy = members.filter(({ node, problem }) => problem === undefined && node.name !== leaving.name);
  const quorum = quorumOf(members.length);
  // With one or two members there is never a quorum while one of them restarts: all of them have to be well before that.
  const isFine = isMember && members.length <= 2 ? sick.length === 0 : healthy.length >= quorum;
  if (isFine) return undefined;
  const why = sick.map(({ node, problem }) => `${node.name}: ${problem ?? ''}`).join('; ');
  return `etcd would have ${String(healthy.length)} of ${String(members.length)} members, and needs ${String(quorum)}${why === '' ? '' : ` (${why})`}`;
}

async function memberProblem(programs: Programs, { address }: TalosNode): Promise<string | undefined> {
  const { exitCode, stdout, stderr } = await programs.ask({
    program: 'talosctl',
    arguments: ['etcd', 'status', '--nodes', address],
    quiet: true,
    timeoutSeconds: 20,
    toleratesTimeout: true,
  });
  if (exitCode !== 0) return foldOutput(stderr) || 'does not answer';
  return rowProblem(stdout);
}

/** Reads the table of `talosctl etcd status`, whose columns differ between versions, by its headings. */
function rowProblem(table: string): string | undefined {
  const [heading = '', row] = table.split('\n').filter((line) => line.trim() !== '');
  if (row === undefined) return 'is not a member';
  const learner = cellOf(heading, row, 'LEARNER');
  const errors = cellOf(heading, row, 'ERRORS');
  if (learner === 'true') return 'is still learning';
  return errors === '' ? undefined : errors;
}

function cellOf(heading: string, row: string, title: string): string {
  const start = heading.indexOf(title);
  if (start === -1) return '';
  const next = heading.slice(start).search(/\s\S/);
  return row.slice(start, next === -1 ? undefined : start + next).trim();
}
