import { choice, defineRule, flag } from '../../rule.ts';
import { type Image, imagesOf, isVariable } from '../objects.ts';

export const noLatest = defineRule({
  id: 'image/no-latest',
  description: 'An image is named by a version.',
  rationale:
    'What `latest` is changes without a commit: two nodes run two programs, and there is no way back to what ran before. A digest names one image for ever.',
  source: 'https://kubernetes.io/docs/concepts/containers/images/#image-names',
  options: {
    tags: choice(
      '`moving` refuses latest, main and the like and images without a tag, `semver` all tags that are no full version.',
      ['moving', 'semver'],
      'moving',
    ),
    anyTagWithDigest: flag('Whether the tag counts for nothing where a digest stands behind it.', true),
  },
  severity: 'warning',
  profiles: {
    strict: 'error',
    guarded: { severity: 'error', options: { tags: 'semver', anyTagWithDigest: false } },
    'external-secrets': { severity: 'error', options: { tags: 'semver' } },
  },
  *check({ objects }, { tags, anyTagWithDigest }) {
    for (const image of objects.flatMap(imagesOf)) {
      if (image.digest !== undefined && anyTagWithDigest) continue;
      const message = complaintOf(image, tags === 'semver');
      if (message === undefined) continue;
      yield {
        at: image.object.spotOf(image.path),
        message,
        remedy: 'write the tag of a version, and its digest behind it',
      };
    }
  },
  examples: {
    good: [
      { files: { 'pod.yaml': pod('ghcr.io/example/site:1.2.3') } },
      { files: { 'pod.yaml': pod(`ghcr.io/example/site:latest@sha256:${'0'.repeat(64)}`) } },
      { files: { 'pod.yaml': pod('ghcr.io/example/site:18') } },
    ],
    bad: [
      { files: { 'pod.yaml': pod('ghcr.io/example/site:latest # <- here') } },
      { files: { 'pod.yaml': pod('registry.example.com:5000/site # <- here') } },
      { files: { 'pod.yaml': pod('ghcr.io/example/site:18 # <- here') }, options: { tags: 'semver' } },
      { files: { 'pod.yaml': pod('ghcr.io/example/site:v1 # <- here') }, options: { tags: 'semver' } },
      {
        files: { 'pod.yaml': pod(`ghcr.io/example/site:latest@sha256:${'0'.repeat(64)} # <- here`) },
        options: { anyTagWithDigest: false },
      },
    ],
  },
});

const MOVING = /^(?:latest|main|master|edge|nightly|develop|dev|stable|rolling|unstable)$/;
const VERSION = /^v?\d+\.\d+(?:\.\d+)*(?:[.+_-][\w.+-]*)?$/;

function complaintOf({ repository, tag, digest }: Image, isStrict: boolean): string | undefined {
  if (isVariable(repository) || isVariable(tag ?? '')) return undefined;
  if (tag === undefined)
    return digest === undefined ? `the image ${repository} has no tag, which means latest` : undefined;
  if (MOVING.test(tag)) return `the tag ${tag} of ${repository} moves`;
  return isStrict && !VERSION.test(tag) ? `the tag ${tag} of ${repository} is no full version` : undefined;
}

function pod(image: string): string {
  return `apiVersion: v1\nkind: Pod\nmetadata:\n  name: site\nspec:\n  containers:\n    - name: site\n      image: ${image}\n`;
}
