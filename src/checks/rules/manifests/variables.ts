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
import { listAt, type Path } from '../../../text/values.ts';
import { atObject, type Complaint, defineCheck, once, type Rule, type Told } from '../../rule.ts';
import { applied, object } from './examples.ts';

/** Finds variables that nothing defines, expressions that Flux cannot read, and what it would change although nobody asked for it. */
function checkSubstitutions({ kustomizations, objects, refusesUnset }: FluxTree): Told[] {
  const isOpen = objects.some(addsVariables);
  return [
    ...kustomizations.flatMap(refusedNames),
    ...objects.flatMap((object) => findingsOf(object, { isOpen, refusesUnset })),
  ];
}

/** A webhook that changes Kustomizations as they are applied: what it adds stands nowhere in the repository. */
function addsVariables({ kind, name, fields }: AppliedObject): boolean {
  if (kind !== 'MutatingWebhookConfiguration') return kind === 'HelmRelease' && name === 'kustomize-mutating-webhook';
  const rules = listAt(fields, 'webhooks').flatMap((webhook) => listAt(webhook, 'rules'));
  return rules.some((rule) => listAt(rule, 'resources').includes('kustomizations'));
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

function findingsOf(object: AppliedObject, { isOpen, refusesUnset }: Pick<Known, 'isOpen' | 'refusesUnset'>): Told[] {
  const substitution = object.owner?.substitution;
  if (substitution === undefined || !isSubstituted(object.fields)) return [];
  return findingsIn(object, { ...substitution, isOpen: isOpen || substitution.isOpen, refusesUnset });
}

/** What variables have a value, and what becomes of the others. */
interface Known extends Substitution {
  readonly refusesUnset: () => boolean;
}

function findingsIn(object: AppliedObject, substitution: Known): Told[] {
  const { fields, kind, document } = object;
  return textsIn(fields, '$').flatMap(({ text, path }) => {
    const isHidden = isSecretValue(kind, path) && (document.file.isGenerated || document.file.isSecret);
    // Descriptions of fields speak of dollar signs; nobody runs them.
    const isProse = kind === 'CustomResourceDefinition' && path.at(-1) === 'description';
    const complaints = isHidden ? complainOfSecret(text) : complainOf(text, substitution, isProse);
    return complaints.map((complaint) => atObject(object, path, complaint));
  });
}

function complainOf(text: string, substitution: Known, isProse: boolean): Complaint[] {
  const complaints = variablesIn(text).flatMap((variable) => complain(variable, substitution) ?? []);
  if (complaints.length > 0 || isProse || !losesDollar(text)) return complaints;
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
  { names, isOpen, refusesUnset }: Known,
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
  const isRefused = refusesUnset();
  const effect = isRefused ? 'refuses the whole Kustomization because of' : 'puts nothing in the place of';
  return {
    code: 'manifests/variable',
    ...(isRefused ? {} : { severity: 'warning' as const }),
    message: `nothing defines the variable ${name}: Flux ${effect} ${expression}`,
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
      'Since version 2.9 Flux refuses the whole Kustomization because of one variable that nothing defines, and because of one name that can be none. Older ones, and those with `StrictPostBuildSubstitutions=false`, put nothing in the place of such a variable: there it is a warning.',
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
