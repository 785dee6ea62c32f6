import { commentsIn } from '../../../manifests/written.ts';
import { defineRule, texts } from '../../rule.ts';
import { manifestDocuments } from '../objects.ts';

export const noComments = defineRule({
  id: 'yaml/no-comments',
  description: 'Manifests have no comments but those that a program reads, and links that say why something is so.',
  rationale:
    'A comment that repeats the manifest grows old beside it. What has to be explained stands in the page of the app.',
  source: 'https://github.com/redhat-developer/yaml-language-server#using-inlined-schema',
  options: {
    allowed: texts('Regular expressions; a comment that one of them finds something in may stay.', [
      '^# *yaml-language-server:',
      '^# *cluster-template:',
      '^# *renovate:',
      'https?://',
    ]),
  },
  severity: 'off',
  profiles: { 'single-cluster': 'note' },
  *check({ tree }, { allowed }) {
    const patterns = allowed.map((source) => new RegExp(source));
    for (const file of new Set(manifestDocuments(tree).map((document) => document.file))) {
      if (file.isSecret) continue;
      for (const span of commentsIn(file)) {
        const comment = file.text.slice(span.start, span.end);
        if (patterns.some((pattern) => pattern.test(comment))) continue;
        yield { at: { file, ...span }, message: 'a comment', remedy: 'remove it, or link to what it is about' };
      }
    }
  },
  examples: {
    good: [
      {
        files: {
          'service.yaml':
            '# yaml-language-server: $schema=https://example.com/service.json\napiVersion: v1\nkind: Service\nmetadata:\n  # https://github.com/example/site/issues/1\n  name: "a # b"\n',
        },
      },
    ],
    bad: [
      {
        files: { 'service.yaml': '---\napiVersion: v1\nkind: Service\nmetadata:\n  name: site # the name # <- here\n' },
      },
    ],
  },
});
