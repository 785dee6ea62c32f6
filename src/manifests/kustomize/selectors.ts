import type { Origin } from '../document.ts';
import { compileGoRegex } from '../../text/go-regex.ts';
import { asText, type Fields, isFields } from '../../text/values.ts';
import {
  effectiveNamespace,
  type GroupVersionKind,
  type ObjectId,
  Refusal,
  type Resource,
  textsAt,
} from './resource.ts';

/** Finds the objects that patches and replacements are for. */
export interface Selector {
  /** Whether one of the names that an object has fits. */
  readonly fits: (id: GroupVersionKind & { readonly name: string; readonly namespace: string }) => boolean;
  readonly fitsKind: (type: GroupVersionKind) => boolean;
  readonly fitsName: (name: string) => boolean;
  readonly fitsNamespace: (namespace: string) => boolean;
  /** Whether labels and annotations fit. */
  readonly fitsLabels: (fields: Fields) => boolean;
  /** Whether it says nothing of the name and kind. */
  readonly isOpen: boolean;
  readonly hasLabels: boolean;
}

/**
 * A selector as it is written: its parts are patterns of Go for the whole text.
 *
 * @throws Refusal where a pattern or a label selector has a mistake
 */
export function readSelector(written: unknown, origin: Origin): Selector {
  const fields = isFields(written) ? written : {};
  const pattern = (key: string) =>
    matcherOf(asText(fields[key]), { document: origin.document, path: [...origin.path, key] });
  const [group, version, kind, fitsName, fitsNamespace] = ['group', 'version', 'kind', 'name', 'namespace'].map(
    pattern,
  ) as [Matcher, Matcher, Matcher, Matcher, Matcher];
  const labels = labelSelector(asText(fields.labelSelector), {
    document: origin.document,
    path: [...origin.path, 'labelSelector'],
  });
  const annotations = labelSelector(asText(fields.annotationSelector), {
    document: origin.document,
    path: [...origin.path, 'annotationSelector'],
  });
  const fitsKind = (type: GroupVersionKind): boolean => group(type.group) && version(type.version) && kind(type.kind);
  return {
    fitsKind,
    fitsName,
    fitsNamespace,
    fits: (id) => fitsKind(id) && fitsName(id.name) && fitsNamespace(id.namespace),
    fitsLabels: (object) =>
      labels(textsAt(object, 'metadata', 'labels')) && annotations(textsAt(object, 'metadata', 'annotations')),
    isOpen: ['group', 'version', 'kind', 'name', 'namespace'].every((key) => asText(fields[key]) === ''),
    hasLabels: asText(fields.labelSelector) !== '' || asText(fields.annotationSelector) !== '',
  };
}

type Matcher = (text: string) => boolean;

function matcherOf(pattern: string, place: Origin): Matcher {
  if (pattern === '') return () => true;
  if (/^[\w-]+$/.test(pattern)) return (text) => text === pattern;
  try {
    const regex = compileGoRegex(`^(?:${pattern})$`);
    return (text) => regex.test(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new Refusal(`${pattern} is no pattern of Go: ${error.message}`, 'correct it', place);
  }
}

/** The objects that a selector of a patch means, by their first name or the present one. */
export function selected(resources: readonly Resource[], selector: Selector): Resource[] {
  return resources.filter((resource) => {
    const ids: readonly ObjectId[] = [resource.firstId, resource.id];
    return (
      ids.some(({ namespace }) => selector.fitsNamespace(effectiveNamespace(namespace))) &&
      ids.some(({ name }) => selector.fitsName(name)) &&
      selector.fitsKind(resource.type) &&
      selector.fitsLabels(resource.fields)
    );
  });
}

type Labels = Readonly<Record<string, string>>;

/**
 * A label selector: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors. What one requires is
 * separated by commas, of which those in parentheses separate values.
 */
function labelSelector(text: string, place: Origin): (labels: Labels) => boolean {
  if (text.trim() === '') return () => true;
  const requirements = text.split(/,(?![^(]*\))/).map((one) => requirementOf(one.trim(), place));
  return (labels) => requirements.every((fits) => fits(labels));
}

const KEY = String.raw`[\w./-]+`;
const FORMS: readonly (readonly [RegExp, (label: string | undefined, values: readonly string[]) => boolean])[] = [
  [new RegExp(`^(${KEY})$`), (label) => label !== undefined],
  [new RegExp(String.raw`^!\s*(${KEY})$`), (label) => label === undefined],
  [new RegExp(String.raw`^(${KEY})\s*!=\s*([\w.-]*)$`), (label, [value]) => label !== value],
  [new RegExp(String.raw`^(${KEY})\s*==?\s*([\w.-]*)$`), (label, [value]) => label === value],
  [
    new RegExp(String.raw`^(${KEY})\s+in\s*\(([^()]*)\)$`),
    (label, values) => label !== undefined && values.includes(label),
  ],
  [
    new RegExp(String.raw`^(${KEY})\s+notin\s*\(([^()]*)\)$`),
    (label, values) => label === undefined || !values.includes(label),
  ],
  [
    new RegExp(String.raw`^(${KEY})\s*>\s*(\d+)$`),
    (label, [value]) => isNumber(label) && Number(label) > Number(value),
  ],
  [
    new RegExp(String.raw`^(${KEY})\s*<\s*(\d+)$`),
    (label, [value]) => isNumber(label) && Number(label) < Number(value),
  ],
];

function isNumber(text: string | undefined): boolean {
  return text !== undefined && /^-?\d+$/.test(text);
}

function requirementOf(text: string, place: Origin): (labels: Labels) => boolean {
  for (const [form, fits] of FORMS) {
    const [, key = '', values = ''] = form.exec(text) ?? [];
    if (key === '') continue;
    const listed = values.split(',').map((value) => value.trim());
    return (labels) => fits(Object.hasOwn(labels, key) ? labels[key] : undefined, listed);
  }
  throw new Refusal(
    `${text} is no label selector`,
    'write key=value, key!=value, key in (a,b), key notin (a,b), key or !key',
    place,
  );
}
