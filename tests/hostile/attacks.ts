import { execFileSync } from 'node:child_process';
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LOOKS, type CommandName, type Sandbox } from './sandbox.ts';

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
  /** Whether a watch ends with it: it goes on where the next change may mend what is wrong. */
  readonly watchEnds?: boolean;
  /** Commands that may do it: `makejinja` follows links and starts programs as the Python program does. */
  readonly exempt?: readonly CommandName[];
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

/** Commands that do not take the lock. */
const WITHOUT_LOCK: readonly CommandName[] = WITHOUT_RECOVERY.filter(
  (name) => name !== 'init' && name !== 'template tidy',
);

export const ATTACKS: readonly Attack[] = [
  {
    name: 'linked-state-folder',
    async make({ repository, outside }) {
      await rename(join(repository, '.cluster-template'), join(outside, 'state'));
      await symlink('../outside/state', join(repository, '.cluster-template'));
    },
    refusal: /^\.cluster-template: error: a link lies where a generated folder belongs/m,
    watchEnds: true,
    exempt: ['makejinja'],
  },
  {
    name: 'file-as-state-folder',
    async make({ repository }) {
      await rm(join(repository, '.cluster-template'), { recursive: true });
      await writeFile(join(repository, '.cluster-template'), '');
    },
    refusal: /^\.cluster-template: error: a file lies where a generated folder belongs/m,
    watchEnds: true,
    exempt: ['makejinja'],
  },
  {
    name: 'linked-manifest',
    async make({ repository, outside }) {
      await rename(join(repository, '.cluster-template/manifest.json'), join(outside, 'manifest.json'));
      await symlink('../../outside/manifest.json', join(repository, '.cluster-template/manifest.json'));
    },
    refusal: /^\.cluster-template\/manifest\.json: error: a link lies where a generated file belongs/m,
    unaffected: ['doctor --staged', 'template tidy', 'makejinja'],
  },
  {
    name: 'pipe-as-manifest',
    async make({ repository }) {
      const path = join(repository, '.cluster-template/manifest.json');
      await rm(path);
      execFileSync('mkfifo', [path]);
    },
    refusal: /^\.cluster-template\/manifest\.json: error: a pipe or a device lies where a generated file belongs/m,
    unaffected: ['doctor --staged', 'template tidy', 'makejinja'],
  },
  {
    name: 'lock-that-leads-nowhere',
    make: ({ repository, outside }) => symlink(join(outside, 'nothing'), join(repository, '.cluster-template/lock')),
    refusal: /^\.cluster-template\/lock: error: a link lies where a generated file belongs/m,
    unaffected: WITHOUT_LOCK,
  },
  {
    name: 'lock-that-leads-out',
    make: ({ repository, outside }) => symlink(join(outside, 'secret.txt'), join(repository, '.cluster-template/lock')),
    refusal: /^\.cluster-template\/lock: error: a link lies where a generated file belongs/m,
    unaffected: WITHOUT_LOCK,
  },
  {
    name: 'folder-as-lock',
    async make({ repository }) {
      await mkdir(join(repository, '.cluster-template/lock'));
    },
    refusal: /^\.cluster-template\/lock: error: a folder lies where a generated file belongs/m,
    unaffected: WITHOUT_LOCK,
  },
  {
    name: 'linked-staging',
    async make({ repository, outside }) {
      const state = join(repository, '.cluster-template');
      await writeFile(
        join(state, 'journal.json'),
        '{"writes":{"talos/talenv.yaml":"new-0"},"created":[],"removals":[]}',
      );
      await rename(join(outside, 'secret.txt'), join(outside, 'new-0'));
      await symlink('../../outside', join(state, 'staging'));
    },
    refusal: /\.cluster-template\/staging: error: a link lies where a generated folder belongs/,
    unaffected: ['doctor --staged', 'template tidy', 'makejinja'],
  },

  {
    name: 'linked-archive',
    make: ({ repository, outside }) => symlink(outside, join(repository, '.private')),
    refusal: /^\.private: error: a link lies where a generated folder belongs/m,
    unaffected: [...LOOKS, 'configure', 'configure --force', 'init', 'adopt', 'template reset', 'makejinja'],
  },
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
