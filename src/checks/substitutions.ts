import { textsIn } from '../manifests/fields.ts';
import { isSubstituted, type AppliedObject, type FluxTree, type Substitution } from '../manifests/flux.ts';
import { variablesIn, type Variable } from '../manifests/substitution.ts';
import type { Finding } from '../report/finding.ts';
import { suggestNearest } from '../report/suggest.ts';
import { manifestFinding, type Complaint } from './manifest-finding.ts';

/** Finds variables that Flux would replace by an empty text, as nothing defines them, and those that it cannot read. */
export function checkSubstitutions({ objects }: FluxTree): Finding[] {
  return objects.flatMap((object) => {
    const substitution = object.owner?.substitution;
    if (substitution === undefined || !isSubstituted(object.document)) return [];
    return findingsIn(object, substitution);
  });
}

function findingsIn({ document, generatedKeys }: AppliedObject, substitution: Substitution): Finding[] {
  if (generatedKeys !== undefined || !document.file.text.includes('${')) return [];
  return textsIn(document.fields).flatMap(({ text, path }) =>
    variablesIn(text).flatMap((variable) => {
      const complaint = complain(variable, substitution);
      return complaint === undefined ? [] : [manifestFinding(document, path, complaint)];
    }),
  );
}

function complain({ expression, name, hasDefault }: Variable, { names, isOpen }: Substitution): Complaint | undefined {
  if (name === undefined) {
    return {
      code: 'manifests/substitution',
      message: `Flux cannot read the substitution ${expression}`,
      remedy: `write $${expression} where it shall stay as it is`,
    };
  }
  if (hasDefault || names.has(name) || isOpen) return undefined;
  const near = suggestNearest(name, names);
  return {
    code: 'manifests/variable',
    message: `nothing defines the variable ${name}: Flux would put an empty text in the place of ${expression}`,
    remedy:
      near === undefined ? `define it, or write $${expression} where it shall stay as it is` : `did you mean ${near}?`,
  };
}
