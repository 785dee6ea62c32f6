import { listAt, textAt } from '../../../text/values.ts';
import { choice, defineRule, type RuleContext, type RuleObject } from '../../rule.ts';
import { fluxKustomizations } from '../objects.ts';

export const substituteFromSecret = defineRule({
  id: 'ks/substitute-from-secret',
  description: 'Variables that come out of a Secret are there before the Kustomization that substitutes them is built.',
  rationale:
    'Flux substitutes before it applies: a Secret that the same Kustomization brings is missing the first time, and old after a change. What is substituted also stands in plain text in the objects that take it.',
  source: 'https://fluxcd.io/flux/components/kustomize/kustomizations/#post-build-variable-substitution',
  options: {
    mode: choice(
      '`separate-producer` asks for another Kustomization that brings the Secret, `forbid-sops` forbids Secrets that SOPS encrypts in git, `forbid` all.',
      ['separate-producer', 'forbid-sops', 'forbid'],
      'separate-producer',
    ),
  },
  severity: 'note',
  profiles: {
    strict: 'warning',
    template: 'warning',
    guarded: { severity: 'error', options: { mode: 'forbid' } },
    'external-secrets': { severity: 'error', options: { mode: 'forbid-sops' } },
  },
  *check(context, { mode }) {
    for (const kustomization of fluxKustomizations(context)) {
      const { document, fields } = kustomization;
      for (const [index, source] of listAt(fields, 'spec', 'postBuild', 'substituteFrom').entries()) {
        if (textAt(source, 'kind') !== 'Secret') continue;
        const name = textAt(source, 'name') ?? '';
        const producers = producersOf(context, kustomization, name);
        const complaint = complainOf(mode, name, producers, kustomization);
        if (complaint === undefined) continue;
        yield { at: { document, path: ['spec', 'postBuild', 'substituteFrom', index, 'name'] }, ...complaint };
      }
    }
  },
  examples: {
    good: [{ files: repository('web', 'secrets') }],
    bad: [
      { files: repository('web', 'web # <- here') },
      { files: repository('web', 'secrets # <- here'), options: { mode: 'forbid-sops' } },
      { files: repository('web', 'secrets # <- here'), options: { mode: 'forbid' } },
    ],
  },
});

function producersOf({ objects }: RuleContext, { namespace }: RuleObject, name: string): RuleObject[] {
  return objects.filter(
    (object) =>
      object.kind === 'Secret' &&
      object.name === name &&
      (object.namespace ?? namespace) === (namespace ?? object.namespace),
  );
}

function complainOf(
  mode: 'separate-producer' | 'forbid-sops' | 'forbid',
  name: string,
  producers: readonly RuleObject[],
  kustomization: RuleObject,
): { message: string; remedy: string } | undefined {
  if (mode === 'forbid') {
    return { message: `variables come out of the Secret ${name}`, remedy: 'let the app read the Secret itself' };
  }
  if (mode === 'forbid-sops') {
    if (!producers.some(({ document }) => document.file.isSecret)) return undefined;
    return {
      message: `variables come out of the Secret ${name}, which SOPS encrypts in git`,
      remedy: 'take an ExternalSecret',
    };
  }
  const isOwn = producers.length > 0 && producers.every(({ owner }) => owner?.document === kustomization.document);
  if (!isOwn) return undefined;
  return {
    message: `this Kustomization brings the Secret ${name} itself, so that its variables are not there the first time`,
    remedy: 'let another Kustomization bring it, and depend on that',
  };
}

/** Two Kustomizations, each with a Secret of its own; the first takes its variables out of one of them. */
function repository(first: string, taken: string): Record<string, string> {
  const ks = (name: string, rest = ''): string =>
    `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: ${name}\n  namespace: web\nspec:\n  path: ./kubernetes/${name}\n  prune: true\n  targetNamespace: web\n${rest}`;
  const folder = (name: string): Record<string, string> => ({
    [`kubernetes/${name}/kustomization.yaml`]:
      'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n  - ./secret.sops.yaml\n',
    [`kubernetes/${name}/secret.sops.yaml`]: `apiVersion: v1\nkind: Secret\nmetadata:\n  name: ${name}\nstringData:\n  A: ENC[b]\n`,
  });
  const substitution = `  postBuild:\n    substituteFrom:\n      - kind: Secret\n        name: ${taken}\n`;
  return {
    'kubernetes/flux/cluster/ks.yaml': `${ks(first, substitution)}---\n${ks('secrets')}`,
    ...folder(first),
    ...folder('secrets'),
  };
}
