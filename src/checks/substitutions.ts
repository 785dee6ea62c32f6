import { textsIn, type FieldPath } from '../manifests/fields.ts';
import { isSubstituted, type AppliedObject, type FluxTree, type Substitution } from '../manifests/flux.ts';
import { losesDollar, SUBSTITUTE_KEY, variablesIn, type Variable } from '../manifests/substitution.ts';
import type { Finding } from '../report/finding.ts';
import { suggestNearest } from '../text/suggest.ts';
import { manifestFinding, type Complaint } from './manifest-finding.ts';

/** Finds variables that nothing defines, expressions that Flux cannot read, and what it would change although nobody asked for it. */
export function checkSubstitutions({ objects }: FluxTree): Finding[] {
  return objects.flatMap((object) => {
    const substitution = object.owner?.substitution;
    if (substitution === undefined || !isSubstituted(object.document)) return [];
    return findingsIn(object, substitution);
  });
}

function findingsIn({ document, kind, generatedKeys }: AppliedObject, substitution: Substitution): Finding[] {
  if (generatedKeys !== undefined || !/\$[${]/.test(document.file.text)) return [];
  return textsIn(document.fields).flatMap(({ text, path }) => {
    const complaints = isSecretValue(kind, path) ? complainOfSecret(text) : complainOf(text, substitution);
    return complaints.map((complaint) => manifestFinding(document, path, complaint));
  });
}

function complainOf(text: string, substitution: Substitution): Complaint[] {
  const complaints = variablesIn(text).flatMap((variable) => complain(variable, substitution) ?? []);
  if (complaints.length > 0 || !losesDollar(text)) return complaints;
  const message = 'Flux makes one dollar sign of two here';
  return [{ code: 'manifests/substitution', severity: 'warning', message, remedy: `write four where two are meant` }];
}

function isSecretValue(kind: string, path: FieldPath): boolean {
  return kind === 'Secret' && (path[0] === 'data' || path[0] === 'stringData');
}

/** The value itself stands in no message. */
function complainOfSecret(text: string): Complaint[] {
  if (!/\$[${]/.test(text)) return [];
  return [
    {
      code: 'manifests/substitution',
      message: 'Flux would take a part of this value of a Secret for a variable, and change it or fail',
      remedy: `add the annotation \`${SUBSTITUTE_KEY}: disabled\` to the Secret`,
    },
  ];
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
    message: `nothing defines the variable ${name}: Flux refuses the whole Kustomization because of ${expression}`,
    remedy:
      near === undefined ? `define it, or write $${expression} where it shall stay as it is` : `did you mean ${near}?`,
  };
}
