import { defineRule } from '../../rule.ts';
import { manifestDocuments } from '../objects.ts';

export const documentStart = defineRule({
  id: 'yaml/document-start',
  description: 'A manifest begins with `---`.',
  rationale: 'Files that are joined, by kubectl or by hand, stay apart, and yamllint asks for it.',
  source: 'https://yamllint.readthedocs.io/en/stable/rules.html#module-yamllint.rules.document_start',
  severity: 'off',
  profiles: { strict: 'warning', template: 'warning', 'single-cluster': 'warning', guarded: 'warning' },
  *check({ tree }) {
    const files = new Set(manifestDocuments(tree).map(({ file }) => file));
    for (const file of files) {
      // What SOPS wrote is SOPS' own.
      if (file.isSecret || /^(?:\uFEFF)?(?:#[^\n]*\n|[^\S\n]*\n)*---(?:\s|$)/.test(file.text)) continue;
      yield {
        at: { file, start: 0, end: file.text.indexOf('\n') },
        message: 'the file does not begin with `---`',
        remedy: 'write `---` as its first line',
        edits: [{ file, start: 0, end: 0, text: '---\n' }],
      };
    }
  },
  examples: {
    good: [{ files: { 'namespace.yaml': '---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: web\n' } }],
    bad: [
      {
        files: { 'namespace.yaml': 'apiVersion: v1 # <- here\nkind: Namespace\nmetadata:\n  name: web\n' },
        fixed: { 'namespace.yaml': '---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: web\n' },
      },
    ],
  },
});
