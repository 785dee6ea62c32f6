import { globMatcher } from '../../../text/glob.ts';
import { defineRule, texts as textList } from '../../rule.ts';

export const scripts = defineRule({
  id: 'repo/scripts',
  description: 'What is done by hand is a task, and no script that lies about.',
  rationale:
    'A list of tasks says what there is, with one line on each, and starts it from any folder with the same tools.',
  source: 'https://taskfile.dev/',
  options: { allowed: textList('Patterns of scripts that may be there.', ['scripts/', '.github/', 'hack/']) },
  severity: 'off',
  profiles: { 'external-secrets': 'note' },
  *check({ texts }, { allowed }) {
    const isAllowed = allowed.map(globMatcher);
    for (const file of texts) {
      if (!/\.(?:sh|bash|zsh)$/.test(file.path) || isAllowed.some((matches) => matches(file.path))) continue;
      yield {
        at: { file, start: 0, end: 0 },
        message: 'a script',
        remedy: 'make it a task, or move it where scripts lie',
      };
    }
  },
  examples: {
    good: [{ files: { 'scripts/a.sh': 'true\n' } }],
    bad: [{ files: { 'apps/a.sh': 'true # <- here\n' } }],
  },
});
