import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take longest, from the longest on. */
const LONGEST = [
  'tests/hostile/hostile.test.ts',
  'tests/cli/recall-edits.test.ts',
  'tests/package/thin.test.ts',
  'tests/package/rebuild.test.ts',
  'tests/package/consumers.test.ts',
  'tests/kill/secrets.test.ts',
  'tests/kill/kill.test.ts',
  'tests/upgrade/kill.test.ts',
  'tests/repository/workflows.test.ts',
  'tests/pipeline/merge.test.ts',
  'tests/sops/tampering.test.ts',
  'tests/cli/robustness.test.ts',
  'tests/graph/page.test.ts',
  'tests/cli/app.test.ts',
];

/**
 * Starts the files first that take longest, so that no worker is at one of them while the others have nothing left. Vitest knows that by
 * itself only where it ran before, and goes by the size of a file in a fresh clone.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const { root } = this.ctx.config;
    const gone = LONGEST.filter((path) => !existsSync(join(root, path)));
    if (gone.length > 0) throw new Error(`tests/support/order.ts names files that are not there: ${gone.join(', ')}`);
    const sorted = await super.sort(files);
    const rank = ({ moduleId }: TestSpecification): number => {
      const index = LONGEST.indexOf(relative(root, moduleId));
      return index === -1 ? LONGEST.length : index;
    };
    // Files of one project stay together, which share their workers.
    const projects = [...new Set(sorted.map(({ project }) => project))];
    const place = (file: TestSpecification): number => projects.indexOf(file.project);
    return sorted.toSorted((one, other) => place(one) - place(other) || rank(one) - rank(other));
  }
}
