import { defineRule, texts } from '../../rule.ts';
import { globMatcher } from '../../../text/glob.ts';
import { imagesOf, isVariable } from '../objects.ts';

export const digest = defineRule({
  id: 'image/digest',
  description: 'An image is pinned by its digest.',
  rationale: 'A tag can be moved by whoever owns the repository, a digest cannot: what was tested is what runs.',
  source: 'https://kubernetes.io/docs/concepts/containers/images/#image-names',
  options: { exceptions: texts('Patterns of image names that need none.', []) },
  severity: 'off',
  profiles: { strict: 'note', 'single-cluster': 'warning', 'external-secrets': 'error' },
  *check({ objects }, { exceptions }) {
    const isExempt = exceptions.map(globMatcher);
    for (const image of objects.flatMap(imagesOf)) {
      const { repository, tag = '', digest: own, path, object } = image;
      if (isVariable(repository) || isVariable(tag) || isExempt.some((matches) => matches(repository))) continue;
      // In the values of charts the digest stands in the tag.
      if (own !== undefined && /^sha256:[0-9a-f]{64}$/.test(own)) continue;
      yield {
        at: object.spotOf(path),
        message: own === undefined ? `the image ${repository} has no digest` : `${own} is no digest`,
        remedy: 'write `@sha256:` and 64 hexadecimal digits behind the tag; Renovate does so with `pinDigests`',
      };
    }
  },
  examples: {
    good: [{ files: { 'pod.yaml': pod(`:1.2.3@sha256:${'0'.repeat(64)}`) } }],
    bad: [
      { files: { 'pod.yaml': pod(':1.2.3 # <- here') } },
      { files: { 'pod.yaml': pod(':1.2.3@sha256:0 # <- here') } },
    ],
  },
});

function pod(rest: string): string {
  return `apiVersion: v1\nkind: Pod\nmetadata:\n  name: site\nspec:\n  containers:\n    - name: site\n      image: ghcr.io/example/site${rest}\n`;
}
