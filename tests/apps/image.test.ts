import { describe, expect, it } from 'vitest';
import { Draft } from '../../src/apps/draft.ts';
import { doEdits } from '../../src/apps/edit.ts';
import { imageEdits, imagesMeant, parseVersion } from '../../src/apps/image.ts';
import { appNamed } from '../../src/apps/named.ts';
import { appsIn, filesOf, HOME } from './fixtures.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const RELEASE = 'kubernetes/apps/media/films/app/helmrelease.yaml';
const LIST = 'kubernetes/apps/media/films/app/kustomization.yaml';
const WORKLOAD = 'kubernetes/apps/media/films/app/deployment.yaml';

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: films
spec:
  template:
    spec:
      initContainers:
        - name: first
          image: example/first:1.0.0
      containers:
        - name: main
          image: "registry:5000/example/main:1.0.0@${DIGEST}"
`;

/** Sets an image in the repository with other texts; gives back the lines that differ, as a diff has them. */
function setImage(
  texts: Readonly<Record<string, string>>,
  version: string,
  choice: { container?: string } = {},
): string[] {
  const files = filesOf({ ...HOME, ...texts });
  const draft = new Draft(files);
  const wanted = parseVersion(version);
  const images = imagesMeant(appNamed(appsIn(files), 'media/films'), { repository: wanted.repository, ...choice });
  expect(doEdits(draft, imageEdits(images, wanted))).toEqual([]);
  return draft.changes().flatMap(({ before = '', after = '' }) => {
    const [old, young] = [before.split('\n'), after.split('\n')];
    expect(young).toHaveLength(old.length);
    return old.flatMap((line, index) => (line === young[index] ? [] : [`-${line}`, `+${young[index] ?? ''}`]));
  });
}

const workload = {
  [WORKLOAD]: DEPLOYMENT,
  [LIST]: HOME[LIST]?.replace('helmrelease', 'deployment') ?? '',
};

describe('another version of an image', () => {
  it('is one line of a release, which keeps its comment', () => {
    expect(setImage({}, `1.1.0@${DIGEST}`)).toEqual([
      '-              tag: 1.0.0 # stays',
      `+              tag: 1.1.0@${DIGEST} # stays`,
    ]);
    expect(setImage({}, 'ghcr.io/example/films:1.1')).toEqual([
      '-              tag: 1.0.0 # stays',
      "+              tag: '1.1' # stays",
    ]);
  });

  it('is written beside a digest of its own', () => {
    const text =
      HOME[RELEASE]?.replace('tag: 1.0.0 # stays', `digest: sha256:${'0'.repeat(64)}\n              tag: 1.0.0`) ?? '';
    expect(setImage({ [RELEASE]: text }, `1.1.0@${DIGEST}`)).toEqual(
      [`-              digest: sha256:${'0'.repeat(64)}`, '-              tag: 1.0.0'].flatMap((line, index) => [
        line,
        index === 0 ? `+              digest: ${DIGEST}` : '+              tag: 1.1.0',
      ]),
    );
    expect(() => setImage({ [RELEASE]: text }, '1.1.0')).toThrow('stands in a field of its own');
  });

  it('is that of a container of a workload', () => {
    expect(setImage(workload, `2.0.0@${DIGEST}`, { container: 'main' })).toEqual([
      `-          image: "registry:5000/example/main:1.0.0@${DIGEST}"`,
      `+          image: "registry:5000/example/main:2.0.0@${DIGEST}"`,
    ]);
    expect(() => setImage(workload, '2.0.0')).toThrow(
      'media/films has several images: example/first (first), registry:5000/example/main (main)',
    );
    expect(() => setImage(workload, '2.0.0', { container: 'other' })).toThrow('media/films has no such image');
  });

  it.each(['', '1.0 0', '1.0.0@sha256:0', `1.0.0@${DIGEST}@${DIGEST}`, 'a'.repeat(200), 'a:b:'])(
    'is not %j',
    (text) => {
      expect(() => parseVersion(text)).toThrow('is no version of an image');
    },
  );
});
