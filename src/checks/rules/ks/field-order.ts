import { reorder, spanOf, entriesAt } from '../../../manifests/written.ts';
import { defineRule, texts } from '../../rule.ts';
import { fluxKustomizations } from '../objects.ts';

export const fieldOrder = defineRule({
  id: 'ks/field-order',
  description: 'The fields of `spec` of a Kustomization of Flux stand in one order.',
  rationale: 'Whoever reads many of them finds each field at its place, and two of them can be compared line by line.',
  source: 'https://fluxcd.io/flux/components/kustomize/kustomizations/#writing-a-kustomization-spec',
  options: {
    first: texts('Fields that stand before all others, in this order; the others are sorted by the alphabet.', [
      'targetNamespace',
    ]),
  },
  severity: 'off',
  profiles: { 'single-cluster': 'warning' },
  *check(context, { first }) {
    const rank = (name = ''): string => {
      const place = first.indexOf(name);
      return `${String(place === -1 ? first.length : place).padStart(3, '0')} ${name}`;
    };
    for (const { document } of fluxKustomizations(context)) {
      const names = entriesAt(document, ['spec']).map(({ name }) => name ?? '');
      const sorted = names.toSorted((one, other) => (rank(one) < rank(other) ? -1 : 1));
      const wrong = names.find((name, index) => name !== sorted[index]);
      if (wrong === undefined) continue;
      const edit = reorder(document, ['spec'], (entries) =>
        entries.toSorted((one, other) => (rank(one.name) < rank(other.name) ? -1 : 1)),
      );
      yield {
        at: { file: document.file, ...spanOf(document, ['spec', wrong], 'key') },
        message: `the fields of spec are not in order from ${wrong} on`,
        remedy: `write them as ${sorted.join(', ')}`,
        edits: edit === undefined ? [] : [{ file: document.file, ...edit }],
      };
    }
  },
  examples: {
    good: [
      {
        files: {
          'ks.yaml':
            'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: site\nspec:\n  targetNamespace: web\n  interval: 1h\n  path: ./site\n',
        },
      },
    ],
    bad: [
      {
        files: {
          'ks.yaml':
            'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: site\nspec:\n  # Every hour.\n  interval: 1h # <- here\n  targetNamespace: web\n  path: ./site\n',
        },
        fixed: {
          'ks.yaml':
            'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: site\nspec:\n  targetNamespace: web\n  # Every hour.\n  interval: 1h\n  path: ./site\n',
        },
      },
    ],
  },
});
