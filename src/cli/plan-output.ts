import type { ConfigureResult } from '../pipeline/configure.ts';
import type { Plan, PlanStatus } from '../workspace/plan.ts';
import { count } from './output.ts';

const SIGNS: Readonly<Record<PlanStatus, string>> = {
  created: '+',
  changed: '~',
  removed: '-',
  edited: '!',
  foreign: '!',
  unchanged: ' ',
};

/** A plan as lines: a sign, what happens and the path of each file, and a count at the end. */
export function planLines(plan: Plan, options: { readonly all: boolean }): string {
  const shown = plan.entries.filter(({ status }) => options.all || status !== 'unchanged');
  const lines = shown.map(
    ({ status, secret, path }) => `${SIGNS[status]} ${status.padEnd(9)} ${path}${secret ? ' (secret)' : ''}\n`,
  );
  return `${lines.join('')}${countLine(plan)}\n`;
}

/** What `--json` prints: stable names, no contents. */
export function toJson(result: ConfigureResult): unknown {
  return {
    status: result.written ? 'written' : 'planned',
    files: result.plan.entries.map(({ path, status, secret }) => ({ path, status, secret })),
    keysMade: result.made.map(({ file }) => file),
    sampleTakenOver: result.takenOver,
    findings: result.findings,
  };
}

function countLine({ entries }: Plan): string {
  const order: readonly PlanStatus[] = ['created', 'changed', 'removed', 'edited', 'foreign', 'unchanged'];
  const counts = order.map((status) => ({ status, number: entries.filter((entry) => entry.status === status).length }));
  const parts = counts.filter(({ number }) => number > 0).map(({ status, number }) => `${String(number)} ${status}`);
  return `${count(entries.length, 'file')}${parts.length === 0 ? '' : `: ${parts.join(', ')}`}`;
}
