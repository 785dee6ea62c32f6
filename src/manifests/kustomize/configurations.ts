import { type Fields, isFields, listAt } from '../../text/values.ts';
import { DEFAULT_FIELD_SPECS, type FieldSpec, type FieldSpecs, mergeSpecs, type NameReference } from './field-specs.ts';
import { Refusal } from './resource.ts';

/** The specs of a file of `configurations`. */
export function readSpecs(fields: Fields, file: string): FieldSpecs {
  const known = Object.keys(DEFAULT_FIELD_SPECS);
  const unknown = Object.keys(fields).find((key) => !known.includes(key));
  if (unknown !== undefined) {
    throw new Refusal(`${file} has a field ${unknown} that kustomize does not know`, `known are ${known.join(', ')}`);
  }
  return Object.fromEntries(known.map((key) => [key, listAt(fields, key).filter(isFields)])) as unknown as FieldSpecs;
}

/** The specs of a kustomization with those of what it lists. */
export function mergeAllSpecs(own: FieldSpecs, more: FieldSpecs): FieldSpecs {
  if (own === more || more === DEFAULT_FIELD_SPECS) return own;
  const keys = Object.keys(DEFAULT_FIELD_SPECS) as (keyof FieldSpecs)[];
  const merged = keys.map((key): [string, unknown] =>
    key === 'nameReference'
      ? [key, mergeReferences(own.nameReference, more.nameReference)]
      : [key, mergedSpecs(own[key], more[key])],
  );
  return Object.fromEntries(merged) as unknown as FieldSpecs;
}

function mergedSpecs(own: readonly FieldSpec[], more: readonly FieldSpec[]): readonly FieldSpec[] {
  try {
    return mergeSpecs(own, more);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Refusal(error.message, 'say the same in both');
  }
}

function mergeReferences(own: readonly NameReference[], more: readonly NameReference[]): readonly NameReference[] {
  return more.reduce<readonly NameReference[]>((all, one) => {
    const isSame = ({ kind = '', group = '', version = '' }: NameReference): boolean =>
      kind === (one.kind ?? '') && group === (one.group ?? '') && version === (one.version ?? '');
    if (!all.some(isSame)) return [...all, one];
    return all.map((other) =>
      isSame(other) ? { ...other, fieldSpecs: mergedSpecs(other.fieldSpecs, one.fieldSpecs) } : other,
    );
  }, own);
}

/** The fields that the labels of an entry are written to. */
export function labelSpecs(fields: Fields, specs: FieldSpecs): readonly FieldSpec[] {
  const own = mergeSpecs(listAt(fields, 'fields').filter(isFields) as unknown as readonly FieldSpec[], specs.labels);
  if (fields.includeSelectors === true) return mergeSpecs(own, specs.commonLabels);
  const withTemplates = fields.includeTemplates === true ? mergeSpecs(own, specs.templateLabels) : own;
  return mergeSpecs(withTemplates, [{ path: 'metadata/labels', create: true }]);
}
