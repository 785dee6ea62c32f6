import { failure, type Failure } from '../report/finding.ts';
import { type Path, textAt, valueAt } from '../text/values.ts';
import type { Edit } from './edit.ts';
import { type AppImage, factsOf } from './facts.ts';
import { type App, appLabel } from './repository.ts';

/** A version of an image. */
export interface ImageVersion {
  /** Undefined where only a digest is given. */
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

/** Which of the images of an app is meant. */
interface ImageChoice {
  readonly container?: string | undefined;
  readonly repository?: string | undefined;
}

/**
 * Reads `TAG`, `TAG@sha256:DIGEST`, `sha256:DIGEST`, each with the image before it or without.
 *
 * @throws Failure of kind `usage` where it is none of these
 */
export function parseVersion(text: string): ImageVersion & { readonly repository: string | undefined } {
  const [named = '', digest, ...more] = text.split('@');
  if (digest === undefined && DIGEST.test(named)) return { repository: undefined, tag: undefined, digest: named };
  const [, repository, tag] = /^(?:(.*[^/]):)?([^:/]+)$/.exec(named) ?? [];
  const isRight = more.length === 0 && (digest === undefined || DIGEST.test(digest));
  if (isRight && tag !== undefined && TAG.test(tag)) return { repository, tag, digest };
  if (isRight && digest !== undefined && tag === undefined && named !== '')
    return { repository: named, tag: undefined, digest };
  throw failure('usage', {
    code: 'usage/argument',
    message: `${JSON.stringify(text)} is no version of an image`,
    remedy: 'write a tag, and the digest behind it: 1.2.3@sha256: and 64 hexadecimal digits',
  });
}

/** https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests. */
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/**
 * The images of an app that are meant: all places of one image.
 *
 * @throws Failure of kind `usage` where it has none, where none fits, or where more than one does
 */
export function imagesMeant(app: App, choice: ImageChoice): readonly AppImage[] {
  const all = factsOf(app).images.filter(({ tag, digest }) => tag !== undefined || digest !== undefined);
  if (all.length === 0) {
    const message = `${appLabel(app)} names no image with a version: its chart brings it`;
    throw failure('usage', { code: 'usage/argument', message, remedy: 'raise the version of the chart' });
  }
  const { container, repository } = choice;
  const meant = all.filter(
    (image) =>
      (container === undefined || image.container === container) &&
      (repository === undefined || image.repository === repository || image.repository.endsWith(`/${repository}`)),
  );
  const images = new Set(meant.map((image) => image.repository));
  if (images.size === 1) return meant;
  throw severalImages(app, images.size === 0 ? all : meant, images.size === 0);
}

function severalImages(app: App, images: readonly AppImage[], isNone: boolean): Failure {
  const named = images.map(
    ({ repository, container }) => repository + (container === undefined ? '' : ` (${container})`),
  );
  const all = [...new Set(named)].join(', ');
  return failure('usage', {
    code: 'usage/argument',
    message: isNone
      ? `${appLabel(app)} has no such image: it has ${all}`
      : `${appLabel(app)} has several images: ${all}`,
    remedy: 'say which by --container or --repository',
  });
}

/**
 * What gives images another version, each at the place where it is written.
 *
 * @throws Failure of kind `input` where a digest stands in a field of its own and none is given
 */
export function imageEdits(images: readonly AppImage[], version: ImageVersion): Edit[] {
  return images.flatMap((image): Edit[] => {
    const { object, path } = image;
    const around = path.slice(0, -1);
    const ownDigest = path.at(-1) === 'tag' ? textAt(object.fields, ...around, 'digest') : undefined;
    if (path.at(-1) !== 'tag' && path.at(-1) !== 'digest') {
      const { document, path: place } = object.originOf(path);
      const from = String(valueAt(document.fields, place));
      return changed(image, path, from, withVersion(from, image, version));
    }
    if (ownDigest === undefined && path.at(-1) === 'tag') {
      return changed(image, path, written(image, path), joined(version));
    }
    if (version.digest === undefined) throw digestNeeded(image);
    const tag =
      version.tag === undefined || ownDigest === undefined ? [] : changed(image, path, image.tag ?? '', version.tag);
    return [...tag, ...changed(image, [...around, 'digest'], image.digest ?? '', version.digest)];
  });
}

function changed({ object }: AppImage, path: Path, from: string, to: string): Edit[] {
  const { document, path: place } = object.originOf(path);
  return from === to ? [] : [{ kind: 'value', document, path: place, from, to }];
}

function written({ object }: AppImage, path: Path): string {
  const { document, path: place } = object.originOf(path);
  return String(valueAt(document.fields, place));
}

function joined({ tag, digest }: ImageVersion): string {
  return [tag, digest].filter((one) => one !== undefined).join('@');
}

/** `registry/name:tag@digest`, or the tag alone where a kustomization changes it. */
function withVersion(text: string, { repository }: AppImage, version: ImageVersion): string {
  if (!text.startsWith(repository)) return joined(version);
  const { tag, digest } = version;
  return `${repository}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}

function digestNeeded({ repository }: AppImage): Failure {
  return failure('input', {
    code: 'usage/argument',
    message: `the digest of ${repository} stands in a field of its own, and would be that of another version`,
    remedy: 'give the digest too: TAG@sha256: and 64 hexadecimal digits',
  });
}
