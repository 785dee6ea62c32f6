import { textAt } from '../manifests/fields.ts';
import type { AppliedObject, FluxTree } from '../manifests/flux.ts';
import type { Finding } from '../report/finding.ts';
import { manifestFinding } from './manifest-finding.ts';

/** Namespaces that every cluster has from its start. */
const GIVEN: ReadonlySet<string> = new Set(['default', 'kube-node-lease', 'kube-public', 'kube-system']);

/** Finds objects in namespaces that nothing in the tree makes; one finding for each of these namespaces. */
export function checkNamespaces({ objects }: FluxTree): Finding[] {
  const made = new Set(objects.filter(({ kind }) => kind === 'Namespace').map(({ name }) => name));
  const told = new Set<string>();
  return objects.flatMap((object): Finding[] => {
    const { namespace, owner } = object;
    // What the bootstrap applies is told by its own gate.
    if (owner === undefined || namespace === undefined || GIVEN.has(namespace) || made.has(namespace)) return [];
    if (told.has(namespace)) return [];
    told.add(namespace);
    return [missing(object, namespace)];
  });
}

function missing({ document, owner }: AppliedObject, namespace: string): Finding {
  const complaint = {
    code: 'manifests/namespace',
    message: `nothing makes the namespace ${namespace}`,
    remedy: 'add a namespace.yaml, or correct the name',
  } as const;
  const target = [document, owner?.document].find(
    (one) => textAt(one?.fields, 'spec', 'targetNamespace') === namespace,
  );
  return target === undefined
    ? manifestFinding(document, ['metadata', 'namespace'], complaint)
    : manifestFinding(target, ['spec', 'targetNamespace'], complaint);
}
