import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listAt } from '../golden/trees.ts';
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
    const talos = join(await copyOf(tree), 'talos');
    // The tree's own secrets, where it has some, cannot be read without its key: thrown-away ones are as good here.
    await rm(join(talos, 'talsecret.sops.yaml'), { force: true });
    const secrets = await output(paths.talhelper, ['gensecret'], { cwd: talos });
    await writeFile(join(talos, 'talsecret.yaml'), secrets, { mode: 0o600 });
    await output(paths.talhelper, ['genconfig', '--offline-mode', '--secret-file', 'talsecret.yaml'], { cwd: talos });
    const made = (await readdir(join(talos, 'clusterconfig'))).filter((name) => name.endsWith('.yaml'));
    const talconfig = tree.documents.find(({ path }) => path === 'talos/talconfig.yaml');
    expect(made).toHaveLength(listAt(talconfig?.fields, 'nodes').length);
    for (const name of made) {
      const file = join('clusterconfig', name);
      const said = await output(paths.talhelper, ['validate', 'nodeconfig', '--mode', 'metal', file], { cwd: talos });
      expect(said).toContain('is valid for metal mode');
    }
  });
});
