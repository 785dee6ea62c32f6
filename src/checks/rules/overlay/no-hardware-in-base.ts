import { textsIn } from '../../../manifests/document.ts';
import { defineRule, texts } from '../../rule.ts';
import { globMatcher } from '../../../text/glob.ts';
import { manifestDocuments } from '../objects.ts';

export const noHardwareInBase = defineRule({
  id: 'overlay/no-hardware-in-base',
  description: 'A base names no disks, nodes or addresses of one cluster.',
  rationale: 'Every cluster takes the base. What holds for one machine belongs into the overlay of its cluster.',
  source: 'https://kubectl.docs.kubernetes.io/guides/config_management/components/',
  options: {
    bases: texts('Patterns of the files of bases.', ['**/base/**']),
    patterns: texts('Regular expressions of what belongs to one machine.', [
      '/dev/disk/by-(?:id|path|uuid)/',
      '^/dev/(?:sd[a-z]|nvme\\d)',
      '^kubernetes\\.io/hostname$',
    ]),
  },
  severity: 'off',
  profiles: { overlays: 'warning' },
  *check({ tree }, { bases, patterns }) {
    const isBase = bases.map(globMatcher);
    const expressions = patterns.map((source) => new RegExp(source));
    for (const document of manifestDocuments(tree)) {
      if (document.file.isSecret || !isBase.some((matches) => matches(document.file.path))) continue;
      for (const { text, path } of textsIn(document.fields)) {
        if (!expressions.some((expression) => expression.test(text))) continue;
        // A Pod that spreads over host names names none.
        if (path.at(-1) === 'topologyKey') continue;
        yield {
          at: { document, path },
          message: `${text} belongs to one machine`,
          remedy: 'patch it in the overlay of its cluster',
        };
      }
    }
  },
  examples: {
    good: [{ files: { 'rook/overlays/home/a.yaml': cluster('/dev/disk/by-id/nvme-1') } }],
    bad: [{ files: { 'rook/base/a.yaml': cluster('/dev/disk/by-id/nvme-1 # <- here') } }],
  },
});

function cluster(disk: string): string {
  return `apiVersion: ceph.rook.io/v1\nkind: CephCluster\nmetadata:\n  name: rook\nspec:\n  storage:\n    devices:\n      - name: ${disk}\n`;
}
