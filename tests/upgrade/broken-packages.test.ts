// Packages as npm leaves them where it was interrupted, and what somebody made of package.json by hand.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { clusterRoot } from '../../src/cluster/root.ts';
import { dependencyOf } from '../../src/upgrade/thin.ts';
import { runCommand } from '../support/cluster.ts';
import { temporaryFolder, writeFiles } from '../support/folders.ts';

const PACKAGE = 'node_modules/cluster-template';

/** A package of the tool as far as an upgrade looks at it. */
const INSTALLED = {
  [`${PACKAGE}/package.json`]: '{"name": "cluster-template", "version": "0.1.0"}',
  [`${PACKAGE}/dist/repository.json`]: '{}',
  [`${PACKAGE}/schemas/migrations.json`]: '{}',
  [`${PACKAGE}/templates/config/a.j2`]: '',
};

/** Texts that are no object of JSON. */
const BROKEN = ['', '{', '{"name": "home",}', 'null', '5', '[]', '"text"', '\0', '\uFEFF{}', '<<<<<<< HEAD\n{}\n'];

describe('package.json of a repository', () => {
  it.each(BROKEN.map((text) => [JSON.stringify(text), text] as const))('that is %s is one finding', async (_, text) => {
    const root = clusterRoot(await temporaryFolder({ 'package.json': text }));
    await expect(dependencyOf(root)).rejects.toMatchObject({
      kind: 'input',
      findings: [
        {
          code: 'upgrade/version',
          message: 'package.json is no object of JSON, so what this repository depends on cannot be told',
          place: { file: 'package.json' },
        },
      ],
    });
  });

  it.each(['{}', '{"dependencies": null}', '{"dependencies": []}', '{"dependencies": {"cluster-template": 5}}'])(
    'that is %s names no package',
    async (text) => {
      const root = clusterRoot(await temporaryFolder({ 'package.json': text }));
      expect(await dependencyOf(root)).toBeUndefined();
    },
  );
});

describe('the installed package of a thin repository', () => {
  it.each(Object.keys(INSTALLED).filter((path) => path.endsWith('.json')))(
    'whose %s is broken is one finding',
    { tags: 'long' },
    async (path) => {
      const folder = await temporaryFolder({
        '.gitignore': 'node_modules\n',
        'cluster.yaml': '',
        'makejinja.toml': '',
        'package.json': '{"name": "home", "dependencies": {"cluster-template": "^0.1.0"}}',
        'package-lock.json': '{',
      });
      const identity = ['-c', 'user.name=Owner', '-c', 'user.email=owner@example.com'];
      for (const words of [
        ['init', '--quiet'],
        ['add', '--all'],
        [...identity, 'commit', '--quiet', '--message', 'all'],
      ])
        execFileSync('git', words, { cwd: folder });
      for (const text of BROKEN) {
        await writeFiles(folder, { ...INSTALLED, [path]: text });
        const { code, stderr } = await runCommand([
          'upgrade',
          '--dry-run',
          '--from',
          join(folder, 'new.tgz'),
          '--root',
          folder,
        ]);
        expect({ code, errors: stderr.match(/error:.*/g) }, text).toEqual({
          code: 1,
          errors: [
            `error: ${path.slice(PACKAGE.length + 1)} of the package cluster-template in ${join(folder, PACKAGE)} is not what the package has there [upgrade/version]`,
          ],
        });
        expect(stderr).not.toMatch(/\n\s+at /);
      }
    },
  );
});
