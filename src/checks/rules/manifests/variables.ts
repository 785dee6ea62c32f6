import { textsIn } from '../../../manifests/document.ts';
import { losesDollar, SUBSTITUTE_KEY, type Variable, variablesIn } from '../../../manifests/flux/substitution.ts';
import {
  type AppliedObject,
  type FluxKustomization,
  type FluxTree,
  isSubstituted,
  type Substitution,
} from '../../../manifests/flux/tree.ts';
import { suggestNearest } from '../../../text/suggest.ts';
import type { Path } from '../../../text/values.ts';
import { atObject, type Complaint, defineCheck, once, type Rule, type Told } from '../../rule.ts';
import { applied, object } from './examples.ts';

/** Finds variables that nothing defines, expressions that Flux cannot read, and what it would change although nobody asked for it. */
function checkSubstitutions({ kustomizations, objects }: FluxTree): Told[] {
  return [...kustomizations.flatMap(refusedNames), ...objects.flatMap(findingsOf)];
}

/** Flux refuses the whole Kustomization because of one entry that cannot be a variable. */
function refusedNames(kustomization: FluxKustomization): Told[] {
  return (kustomization.substitution?.refused ?? []).map(({ name, path }) =>
    atObject(kustomization, path, {
      code: 'manifests/variable',
      message: `${name} can be no variable: Flux refuses the Kustomization whose source of variables has such an entry`,
      remedy: 'take letters, digits and underscores, and no digit first',
    }),
  );
}

function findingsOf(object: AppliedObject): Told[] {
  const substitution = object.owner?.substitution;
  return substitution === undefined || !isSubstituted(object.fields) ? [] : findingsIn(object, substitution);
}

function findingsIn(object: AppliedObject, substitution: Substitution): Told[] {
  const { fields, kind, document } = object;
  return textsIn(fields, '$').flatMap(({ text, path }) => {
    const isHidden = isSecretValue(kind, path) && (document.file.isGenerated || document.file.isSecret);
    const complaints = isHidden ? complainOfSecret(text) : complainOf(text, substitution);
    return complaints.map((complaint) => atObject(object, path, complaint));
  });
}

function complainOf(text: string, substitution: Substitution): Complaint[] {
  const complaints = variablesIn(text).flatMap((variable) => complain(variable, substitution) ?? []);
  if (complaints.length > 0 || !losesDollar(text)) return complaints;
  const message = 'Flux makes one dollar sign of two here';
  return [{ code: 'manifests/substitution', severity: 'warning', message, remedy: `write four where two are meant` }];
}

function isSecretValue(kind: string, path: Path): boolean {
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

function complain(
  { expression, name, hasDefault, problem }: Variable,
  { names, isOpen }: Substitution,
): Complaint | undefined {
  if (name === undefined) {
    return {
      code: 'manifests/substitution',
      message: `Flux cannot read the substitution ${expression}${problem === undefined ? '' : `: ${problem}`}`,
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

const walk = once(({ clusters }) => clusters.flatMap(checkSubstitutions));

/** A Kustomization that knows the variable HOST, and a ConfigMap with a text. */
function example(text: string): Readonly<Record<string, string>> {
  return {
    'clusters/home/site.yaml': applied('  postBuild:\n    substitute:\n      HOST: www\n'),
    'site/config.yaml': object('v1', 'ConfigMap', 'site', `data:\n  host: ${text}\n`),
  };
}

/** What Flux replaces in texts. */
export const VARIABLE_RULES: readonly Rule[] = [
  defineCheck({
    id: 'manifests/variable',
    description:
      'Every variable has a value: in `postBuild.substitute`, in a source of `substituteFrom`, or a default.',
    rationale:
      'Flux refuses the whole Kustomization because of one variable that nothing defines, and because of one name that can be none.',
    source: 'https://fluxcd.io/flux/components/kustomize/kustomizations/#post-build-variable-substitution',
    walk,
    examples: {
      good: [{ files: example('${HOST}.${ZONE:=example.com}') }],
      bad: [{ files: example('${HOSTS} # <- here') }],
    },
  }),
  defineCheck({
    id: 'manifests/substitution',
    description: 'What looks like a variable is one that Flux can read, and no text that was meant to stay as it is.',
    rationale:
      'An expression that Flux cannot read stops its Kustomization; a script or a secret that looks like one is changed in silence.',
    source: 'https://github.com/fluxcd/pkg/tree/main/envsubst',
    walk,
    examples: {
      good: [{ files: example('$${HOST}') }],
      bad: [{ files: example('${HOST/a} # <- here') }, { files: example("'$${HOST} ${a.b}' # <- here") }],
    },
  }),
];
