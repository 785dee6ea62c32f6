import { globMatcher } from '../../../text/glob.ts';
import { listAt } from '../../../text/values.ts';
import { choice, defineRule, texts } from '../../rule.ts';
import { fluxKustomizations, kustomizationFiles } from '../objects.ts';

export const componentsInKs = defineRule({
  id: 'ks/components-in-ks',
  description:
    'Components such as that of VolSync stand all in the Kustomizations of Flux, or all in those of kustomize.',
  rationale: 'One place tells which apps are backed up, and the variables of the component stand beside it.',
  source: 'https://fluxcd.io/flux/components/kustomize/kustomizations/#components',
  options: {
    place: choice('`ks` is spec.components of Flux, `app` the kustomization.yaml of the app.', ['ks', 'app'], 'ks'),
    components: texts('Which ones, by the end of their path.', ['*volsync*']),
  },
  severity: 'off',
  profiles: {
    'single-cluster': 'warning',
    'external-secrets': 'warning',
  },
  *check(context, { place, components }) {
    const isMeant = (entry: unknown): entry is string =>
      typeof entry === 'string' && components.some((pattern) => globMatcher(pattern)(entry.replace(/\/$/, '')));
    const documents =
      place === 'ks' ? kustomizationFiles(context.tree) : fluxKustomizations(context).map(({ document }) => document);
    const path = place === 'ks' ? ['components'] : ['spec', 'components'];
    for (const document of new Set(documents)) {
      for (const [index, entry] of listAt(document.fields, ...path).entries()) {
        if (!isMeant(entry)) continue;
        yield {
          at: { document, path: [...path, index] },
          message: `the component ${entry} stands in ${place === 'ks' ? 'a kustomization.yaml' : 'a Kustomization of Flux'}`,
          remedy:
            place === 'ks'
              ? 'move it to spec.components of the ks.yaml'
              : 'move it to the kustomization.yaml of the app',
        };
      }
    }
  },
  examples: {
    good: [{ files: both('', '') }],
    bad: [
      { files: both('', 'components:\n  - ../../../components/volsync # <- here\n') },
      {
        files: both('  components:\n    - ../../../components/volsync # <- here\n', ''),
        options: { place: 'app' },
      },
    ],
  },
});

function both(ks: string, app: string): Record<string, string> {
  return {
    'site/ks.yaml': `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: site\nspec:\n  path: ./site/app\n${ks}`,
    'site/app/kustomization.yaml': `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n  - ./a.yaml\n${app}`,
  };
}
