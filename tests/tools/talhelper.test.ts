import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listAt } from '../golden/trees.ts';
import { machineConfigurations } from './support/machines.ts';
import { output } from './support/run.ts';
import { findTools, titled } from './support/tools.ts';
import { copyOf, treeCases } from './support/trees.ts';

const { paths, missing } = findTools('talhelper');
const trees = await treeCases();

describe.skipIf(missing !== undefined)(titled('talhelper', missing), () => {
  it.each(trees)('takes talconfig.yaml of %s', async (_, tree) => {
    const talos = join(await copyOf(tree), 'talos');
    expect(await output(paths.talhelper, ['validate', 'talconfig', 'talconfig.yaml'], { cwd: talos })).toContain(
      'great',
    );
  });

  it.each(trees)('makes of %s a valid configuration for each node', async (_, tree) => {
    const { folder, files } = await machineConfigurations(tree, paths.talhelper);
    const talconfig = tree.documents.find(({ path }) => path === 'talos/talconfig.yaml');
    expect(files).toHaveLength(listAt(talconfig?.fields, 'nodes').length);
    for (const file of files) {
      const said = await output(paths.talhelper, ['validate', 'nodeconfig', '--mode', 'metal', file], { cwd: folder });
      expect(said).toContain('is valid for metal mode');
    }
  });
});
