import { entriesAt, reorder } from '../../../manifests/written.ts';
import { choice, defineRule, texts } from '../../rule.ts';
import { kustomizationFiles } from '../objects.ts';

export const alphabetical = defineRule({
  id: 'kustomization/alphabetical',
  description: 'The resources of a kustomization stand in one order.',
  rationale: 'Two branches that add a file change different lines, and a file that is missing shows.',
  source: 'https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/resource/',
  options: {
    order: choice('By the alphabet, or by what the files are.', ['alphabetical', 'functional'], 'alphabetical'),
    functions: texts('Beginnings of file names in the order `functional`; what none of them names comes last.', [
      'namespace',
      'ocirepository',
      'helmrepository',
      'helmrelease',
      'externalsecret',
      'secret',
      'pvc',
    ]),
  },
  severity: 'off',
  profiles: {
    guarded: 'warning',
    'single-cluster': { severity: 'off', options: { order: 'functional' } },
  },
  *check({ tree }, { order, functions }) {
    const rank = (name = ''): string => {
      const bare = name.replace(/^\.\//, '');
      if (order === 'alphabetical') return bare;
      const place = functions.findIndex((one) => (bare.split('/').at(-1) ?? '').startsWith(one));
      return String(place === -1 ? functions.length : place).padStart(3, '0');
    };
    for (const document of kustomizationFiles(tree)) {
      const names = entriesAt(document, ['resources']).map(({ name }) => name ?? '');
      const sorted = names.toSorted((one, other) => compare(rank(one), rank(other)));
      const index = names.findIndex((name, position) => name !== sorted[position]);
      if (index === -1) continue;
      const edit = reorder(document, ['resources'], (entries) =>
        entries.toSorted((one, other) => compare(rank(one.name), rank(other.name))),
      );
      yield {
        at: { document, path: ['resources', index] },
        message: `the resources are not in order from ${names[index] ?? ''} on`,
        remedy: `write them as ${sorted.join(', ')}`,
        edits: edit === undefined ? [] : [{ file: document.file, ...edit }],
      };
    }
  },
  examples: {
    good: [
      { files: { 'kustomization.yaml': listing('./a.yaml', './b.yaml') } },
      {
        files: { 'kustomization.yaml': listing('./ocirepository.yaml', './helmrelease.yaml') },
        options: { order: 'functional' },
      },
    ],
    bad: [
      {
        files: { 'kustomization.yaml': listing('./b.yaml # <- here', './a.yaml') },
        fixed: { 'kustomization.yaml': listing('./a.yaml', './b.yaml') },
      },
      {
        files: { 'kustomization.yaml': listing('./helmrelease.yaml # <- here', './ocirepository.yaml') },
        options: { order: 'functional' },
        fixed: { 'kustomization.yaml': listing('./ocirepository.yaml', './helmrelease.yaml') },
      },
    ],
  },
});

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function listing(...names: string[]): string {
  return `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n${names.map((name) => `  - ${name}\n`).join('')}`;
}
