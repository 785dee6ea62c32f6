import type { Programs } from '../programs/catalogue.ts';
import { conditionOf, listObjects, type KubernetesObject } from '../kubernetes/objects.ts';
import { asFieldsList, asText } from '../../text/values.ts';

/** A Kustomization or HelmRelease of Flux. */
export interface FluxObject {
  readonly kind: 'Kustomization' | 'HelmRelease';
  readonly namespace: string;
  readonly name: string;
  readonly suspended: boolean;
  readonly ready: boolean;
  /** What Flux says of it. */
  readonly reason: string;
  readonly message: string;
  /** Objects that have to be ready first, as `namespace/name`. */
  readonly dependsOn: readonly string[];
  /** Label values that name the Kustomization that made it; undefined where none did. */
  readonly madeBy: string | undefined;
}

/** The kinds by the names that kubectl takes. */
export const FLUX_KINDS = {
  Kustomization: 'kustomizations.kustomize.toolkit.fluxcd.io',
  HelmRelease: 'helmreleases.helm.toolkit.fluxcd.io',
} as const;

/**
 * All objects of a kind.
 *
 * @param namespace - that namespace alone; all where it is not given
 * @returns undefined where Flux is not installed
 */
export async function listFlux(
  programs: Programs,
  kind: FluxObject['kind'],
  namespace?: string,
): Promise<FluxObject[] | undefined> {
  const scope = namespace === undefined ? ['--all-namespaces'] : ['--namespace', namespace];
  const objects = await listObjects(programs, [FLUX_KINDS[kind], ...scope]);
  return objects?.map((object) => readFluxObject(object, kind));
}

function readFluxObject(object: KubernetesObject, kind: FluxObject['kind']): FluxObject {
  const ready = conditionOf(object, 'Ready');
  const labels = (object.metadata.labels ?? {}) as Readonly<Record<string, unknown>>;
  const maker = asText(labels['kustomize.toolkit.fluxcd.io/name']);
  const space = asText(labels['kustomize.toolkit.fluxcd.io/namespace']);
  return {
    kind,
    namespace: object.namespace,
    name: object.name,
    suspended: object.spec.suspend === true,
    ready: ready?.status === 'True',
    reason: ready?.reason ?? 'Unknown',
    message: ready?.message ?? 'not reconciled yet',
    dependsOn: asFieldsList(object.spec.dependsOn).map(
      ({ name, namespace }) => `${asText(namespace) || object.namespace}/${asText(name)}`,
    ),
    madeBy: maker === '' ? undefined : `${space}/${maker}`,
  };
}
