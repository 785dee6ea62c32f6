import { indentationsIn } from '../../../manifests/written.ts';
import { choice, defineRule } from '../../rule.ts';
import { manifestDocuments } from '../objects.ts';

export const indent = defineRule({
  id: 'yaml/indent',
  description: 'Maps are indented by the same number of spaces everywhere; lists in maps by that or not at all.',
  rationale: 'Parts that are copied from one file to another fit, and a change shows as the lines that it changes.',
  source: 'https://yamllint.readthedocs.io/en/stable/rules.html#module-yamllint.rules.indentation',
  options: { spaces: choice('How many.', ['2', '4'], '2') },
  severity: 'off',
  profiles: { strict: 'warning', template: 'warning', guarded: 'warning' },
  *check({ tree }, { spaces }) {
    for (const document of manifestDocuments(tree)) {
      // SOPS writes lists its own way.
      if (document.file.isSecret) continue;
      for (const { step, start, end, isInList } of indentationsIn(document)) {
        if (step === Number(spaces) || (isInList && step === 0)) continue;
        yield {
          at: { file: document.file, start, end },
          message: `indented by ${String(step)} instead of ${spaces} spaces`,
          remedy: `indent by ${spaces}`,
        };
      }
    }
  },
  examples: {
    good: [
      { files: { 'a.yaml': 'apiVersion: v1\nkind: Service\nmetadata:\n    name: site\n' }, options: { spaces: '4' } },
      {
        files: {
          'a.yaml': 'apiVersion: v1\nkind: List\nitems:\n- kind: A\n  spec:\n    a:\n      - b: 1\n        c: 2\n',
        },
      },
    ],
    bad: [
      {
        files: {
          'a.yaml': 'apiVersion: v1\nkind: Service\nmetadata:\n    name: site # <- here\n    labels:\n      a: b\n',
        },
      },
    ],
  },
});
