import { isInScalar } from '../../../manifests/written.ts';
import { defineRule } from '../../rule.ts';
import { manifestDocuments } from '../objects.ts';

export const whitespace = defineRule({
  id: 'yaml/whitespace',
  description: 'No line ends with white space, and the last one ends with a line break.',
  rationale: 'Editors take such characters away while they save, so that lines are changed that nobody meant.',
  source: 'https://yamllint.readthedocs.io/en/stable/rules.html#module-yamllint.rules.trailing_spaces',
  severity: 'off',
  profiles: { strict: 'note', template: 'warning', guarded: 'warning', 'external-secrets': 'warning' },
  *check({ tree }) {
    for (const file of new Set(manifestDocuments(tree).map((document) => document.file))) {
      if (file.isSecret) continue;
      for (const match of file.text.matchAll(/(?<![ \t])[ \t]+(?=\r?$)/gm)) {
        const [start, end] = [match.index, match.index + match[0].length];
        // In a text of several lines they are part of the value.
        if (isInScalar(file, start)) continue;
        const edits = [{ file, start, end, text: '' }];
        yield { at: { file, start, end }, message: 'the line ends with white space', remedy: 'take it away', edits };
      }
      const { length } = file.text;
      if (file.text.endsWith('\n')) continue;
      const edits = [{ file, start: length, end: length, text: '\n' }];
      const message = 'the last line does not end with a line break';
      yield { at: { file, start: length, end: length }, message, remedy: 'end it with one', edits };
    }
  },
  examples: {
    good: [{ files: { 'a.yaml': 'apiVersion: v1\nkind: ConfigMap\ndata:\n  a: |\n    kept \n    so\n' } }],
    bad: [
      {
        files: { 'a.yaml': 'apiVersion: v1 # <- here \nkind: ConfigMap\nmetadata:\n  name: a # <- here' },
        fixed: { 'a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n' },
      },
    ],
  },
});
