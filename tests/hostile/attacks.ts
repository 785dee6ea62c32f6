import { rename, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandName, Sandbox } from './sandbox.ts';

/** A hostile repository. */
export interface Attack {
  /** Also the name of the folder beside this file whose files are copied over the repository, where git can hold them. */
  readonly name: string;
  /** Makes what git cannot store, or what needs the paths of the sandbox. */
  readonly make?: (sandbox: Sandbox) => Promise<void>;
  /** What the commands say that meet it; undefined where it does no harm and nobody minds. */
  readonly refusal?: RegExp;
  /** Exit code of those commands. */
  readonly code?: number;
  /** Commands that never come to the place where it lies: they end as in a healthy repository. */
  readonly unaffected?: readonly CommandName[];
}

/** Commands that compare nothing with the tree on disk. */
const WITHOUT_COMPARISON: readonly CommandName[] = [
  'validate',
  'explain',
  'doctor',
  'doctor --staged',
  'config show',
  'render',
  'render --output',
  'init',
  'adopt',
  'template tidy',
  'makejinja',
];

/** Commands that leave the journal of an interrupted run to others. */
const WITHOUT_RECOVERY: readonly CommandName[] = [
  'validate',
  'plan',
  'diff',
  'explain',
  'doctor',
  'doctor --staged',
  'config show',
  'render',
  'render --output',
  'configure --check',
  'watch',
  'init',
  'template tidy',
  'makejinja',
];

export const ATTACKS: readonly Attack[] = [
  {
    name: 'linked-output-root',
    async make({ repository, outside }) {
      await rename(join(repository, 'talos'), join(outside, 'talos'));
      await symlink('../outside/talos', join(repository, 'talos'));
    },
    refusal: /talos: error: a link lies where a generated folder belongs/,
    unaffected: WITHOUT_COMPARISON,
  },
  {
    name: 'journal-that-leads-out',
    refusal: /error: an interrupted run could not be finished: \.\.\/outside\/secret\.txt lies outside/,
    code: 3,
    unaffected: WITHOUT_RECOVERY,
  },
];
