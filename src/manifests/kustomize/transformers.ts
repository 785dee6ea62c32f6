import type { Origin } from '../document.ts';
import { compileGoRegex } from '../../text/go-regex.ts';
import { at, isFields, type Path, walk } from '../../text/values.ts';
import { type FieldSpec, fieldsOf } from './field-specs.ts';
import { type Entry, entryText } from './kustomization.ts';
import { isSelected, Refusal, type Resource, textOf } from './resource.ts';

/** What an entry of `images` says of an image. */
interface ImageChange {
  readonly name: string;
  readonly newName: string;
  readonly newTag: string;
  readonly digest: string;
  readonly tagSuffix: string;
}

/** Changes names, tags and digests of images in containers, at any depth, and in the fields that specs name. */
export function setImages(
  resources: readonly Resource[],
  entry: Entry,
  specs: readonly FieldSpec[],
  origin: Origin,
): void {
  const [name, newName, newTag, digest, tagSuffix] = ['name', 'newName', 'newTag', 'digest', 'tagSuffix'].map((key) =>
    entryText(entry, key),
  ) as [string, string, string, string, string];
  const matches = imageMatcher(name);
  if (matches === undefined) return;
  const change = { name, newName, newTag, digest, tagSuffix };
  for (const resource of resources) {
    if (resource.type.kind === 'CustomResourceDefinition') continue;
    const update = (path: Path): void => {
      const image = textOf(at(resource.fields, ...path));
      if (image !== '' && matches(image)) resource.set(path, changedImage(image, change), origin);
    };
    containerImages(resource).forEach(update);
    // The spec makes no field: it stands for those that are there.
    for (const spec of specs) fieldsOf(resource, spec, undefined).forEach(update);
  }
}

/** https://github.com/kubernetes-sigs/kustomize/blob/master/api/internal/image/image.go: the name is a pattern. */
function imageMatcher(name: string): ((image: string) => boolean) | undefined {
  try {
    const pattern = compileGoRegex(`^${name}(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?$`);
    return (image) => pattern.test(image);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function containerImages({ fields }: Resource): Path[] {
  const paths: Path[] = [];
  walk(fields, (value, path) => {
    const key = path[path.length - 1];
    if ((key !== 'containers' && key !== 'initContainers') || !Array.isArray(value)) return;
    for (const [index, container] of value.entries()) {
      if (isFields(container) && textOf(container.image) !== '') paths.push([...path, index, 'image']);
    }
  });
  return paths;
}

function changedImage(image: string, change: ImageChange): string {
  let { name, tag, digest } = splitImage(image);
  if (change.newName !== '') name = change.newName;
  if (change.newTag !== '') [tag, digest] = [change.newTag, change.digest];
  else if (change.digest !== '') [tag, digest] = ['', change.digest];
  else if (change.tagSuffix !== '') [tag, digest] = [tag + change.tagSuffix, ''];
  return name + (tag === '' ? '' : `:${tag}`) + (digest === '' ? '' : `@${digest}`);
}

/** A colon before the first slash belongs to the registry. */
function splitImage(image: string): { name: string; tag: string; digest: string } {
  const start = Math.max(0, image.indexOf('/'));
  const [named = '', ...digests] = image.slice(start).split('@');
  const [name = '', ...tags] = named.split(':');
  return { name: image.slice(0, start) + name, tag: tags.join(':'), digest: digests.join('@') };
}

/**
 * Sets how many replicas the workloads of a name have.
 *
 * @throws Refusal where there is none of that name
 */
export function setReplicas(
  resources: readonly Resource[],
  entry: Entry,
  specs: readonly FieldSpec[],
  origin: Origin,
): void {
  const name = entryText(entry, 'name');
  const count = at(entry.fields, 'count') ?? 0;
  let isFound = false;
  for (const spec of specs) {
    const named = resources.filter(({ previous, id }) =>
      [...previous, id].some((one) => one.name === name && isSelected(one, spec)),
    );
    isFound ||= named.length > 0;
    for (const resource of named) {
      for (const path of fieldsOf(resource, spec, 'scalar')) resource.set(path, count, origin);
    }
  }
  if (!isFound)
    throw new Refusal(`there is no workload ${name} whose replicas could be set`, 'correct the name', origin);
}
