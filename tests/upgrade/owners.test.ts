import { describe, expect, it } from 'vitest';
import { OUTPUT_ROOTS } from '../../src/cluster/root.ts';
import { isToolFile, ownershipOf, type Owner, type Purpose } from '../../src/upgrade/owners.ts';

describe('ownershipOf', () => {
  it.each<[path: string, owner: Owner | undefined, purpose?: Purpose]>([
    ['cluster.yaml', 'user', 'rendering'],
    ['cluster.sops.yaml', 'user', 'rendering'],
    ['templates/overrides/kubernetes/apps/a.yaml.j2', 'user', 'rendering'],
    ['templates/scripts/plugin.ts', 'user', 'rendering'],
    ['templates/config/talos/talconfig.yaml.j2', 'tool', 'rendering'],
    ['kubernetes/apps/own/app.yaml', 'generated', 'cluster'],
    ['.cluster-template/manifest.json', 'generated', 'rendering'],
    ['.cluster-template/template.json', 'tool', 'rendering'],
    ['talos/talsecret.sops.yaml', 'user', 'cluster'],
    ['talos/talconfig.yaml', 'generated', 'cluster'],
    ['age.key', 'user', 'cluster'],
    ['tests/sample/age.key', 'tool', 'development'],
    ['.taskfiles/template/Taskfile.yaml', 'tool', 'rendering'],
    ['.taskfiles/talos/Taskfile.yaml', 'tool', 'cluster'],
    ['src/cli/main.ts', 'tool', 'rendering'],
    ['srcs/own.ts', undefined],
    ['notes.md', undefined],
  ])('%s: %s, %s', (path, owner, purpose) => {
    const found = ownershipOf(path);
    expect([found?.owner, found?.purpose]).toEqual([owner, purpose]);
  });

  it('generates what the renderer may write', () => {
    expect(OUTPUT_ROOTS.map((path) => ownershipOf(`${path}/x`)?.owner ?? ownershipOf(path)?.owner)).toEqual(
      OUTPUT_ROOTS.map(() => 'generated'),
    );
  });

  it('counts what only the template has as the tool, and the rest of the user', () => {
    expect(['.nvmrc', 'docs/new.md', 'nodes.yaml', 'kubernetes/new.yaml'].map(isToolFile)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
