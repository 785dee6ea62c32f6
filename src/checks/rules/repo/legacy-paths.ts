import { globMatcher } from '../../../text/glob.ts';
import { defineRule, texts as textList } from '../../rule.ts';

export const legacyPaths = defineRule({
  id: 'repo/legacy-paths',
  description: 'Folders that are being left get no new files.',
  rationale: 'While a repository moves to another layout, what is added at the old place has to be moved again.',
  source: 'https://fluxcd.io/flux/guides/repository-structure/',
  options: { paths: textList('Patterns of the files; with `--changed-since` only those that are new are told.', []) },
  severity: 'warning',
  *check({ texts }, { paths }) {
    const isLegacy = paths.map(globMatcher);
    for (const file of texts) {
      if (!isLegacy.some((matches) => matches(file.path))) continue;
      yield {
        at: { file, start: 0, end: 0 },
        message: 'the file lies where nothing new belongs',
        remedy: 'put it where its kind lies now',
      };
    }
  },
  examples: {
    good: [{ files: { 'cluster-cd/a.yaml': 'a: b\n' } }],
    bad: [{ files: { 'cluster-cd/a.yaml': 'a: b # <- here\n' }, options: { paths: ['cluster-cd/'] } }],
  },
});
