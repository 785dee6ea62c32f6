import type { ExampleFiles } from '../../rule.ts';

/** A cluster whose one Kustomization applies the folder site/: it stands beside the examples of the rules of this folder. */
export const APPLIED: ExampleFiles = {
  'clusters/home/site.yaml': `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: site
  namespace: flux-system
spec:
  interval: 1h
  path: ./site
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system
`,
};

/** A Kustomization of Flux for the folder site/, with more in its specification. */
export function applied(more: string): string {
  return `${APPLIED['clusters/home/site.yaml'] ?? ''}${more}`;
}

/** An object with its specification. */
export function object(apiVersion: string, kind: string, name: string, rest = ''): string {
  return `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata:\n  name: ${name}\n${rest}`;
}

/** A kustomization with what it lists. */
export function kustomization(rest: string): string {
  return `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n${rest}`;
}
