import { resolverOf, type AppliedObject, type FluxTree } from '../manifests/flux.ts';
import { at, listAt, textAt } from '../manifests/fields.ts';
import { entriesOf, indexObjects, type ObjectIndex } from '../manifests/objects.ts';
import { referencesOf, type Reference } from '../manifests/references.ts';
import type { Finding } from '../report/finding.ts';
import { manifestFinding, type Complaint } from './manifest-finding.ts';

/**
 * Finds names that lead nowhere: objects, entries of Secrets and ConfigMaps, listeners and ports. Where another program could
 * make the object while the cluster runs, the finding is a warning; where nothing but the tree can, it is an error.
 */
export function checkReferences({ objects }: FluxTree): Finding[] {
  const index = indexObjects(objects);
  const grants = objects.filter(({ kind }) => kind === 'ReferenceGrant');
  return objects.flatMap((object) =>
    referencesOf(object).flatMap((reference) =>
      [unresolved(index, reference), ungranted(grants, reference)].flatMap((complaint) =>
        complaint === undefined ? [] : [manifestFinding(object.document, reference.path, complaint)],
      ),
    ),
  );
}

/** Kinds that nobody but Flux and this tree makes. */
const ONLY_HERE: ReadonlySet<string> = new Set([
  'Kustomization',
  'HelmRelease',
  'OCIRepository',
  'GitRepository',
  'HelmRepository',
  'HelmChart',
  'Bucket',
]);

function unresolved(index: ObjectIndex, reference: Reference): Complaint | undefined {
  if (reference.isOptional) return undefined;
  const resolution = index.resolve(reference);
  if (resolution.kind === 'product') return undefined;
  if (resolution.kind === 'object') return misfit(resolution.object, reference);
  const { kind, writtenName, namespace } = reference;
  const isSource = reference.path.includes('substituteFrom');
  return {
    code: 'manifests/reference',
    severity: ONLY_HERE.has(kind) || isSource ? 'error' : 'warning',
    message: `nothing makes the ${kind} ${writtenName}${namespace === undefined ? '' : ` in the namespace ${namespace}`}`,
    remedy: 'correct the name, or add the object to the tree',
  };
}

/** What is there, but has not the part that is asked for. */
function misfit(object: AppliedObject, { kind, writtenName, key, section, port }: Reference): Complaint | undefined {
  const complain = (part: string, present: readonly string[]): Complaint => ({
    code: 'manifests/reference',
    message: `the ${kind} ${writtenName} has no ${part}`,
    remedy: present.length === 0 ? 'it has none at all' : `it has ${present.join(', ')}`,
  });
  const { fields } = object.document;
  if (key !== undefined && (kind === 'Secret' || kind === 'ConfigMap')) {
    const entries = entriesOf(object);
    if (!entries.includes(key)) return complain(`entry ${key}`, entries);
  }
  if (section !== undefined && kind === 'Gateway') {
    const sections = listAt(fields, 'spec', 'listeners').map((listener) => textAt(listener, 'name') ?? '');
    if (!sections.includes(section)) return complain(`listener ${section}`, sections);
  }
  if (port !== undefined && kind === 'Service') {
    const ports = listAt(fields, 'spec', 'ports').map((one) => String(at(one, 'port')));
    if (!ports.includes(String(port))) return complain(`port ${String(port)}`, ports);
  }
  return undefined;
}

/** The fields for which the Gateway API asks the other namespace to agree: https://gateway-api.sigs.k8s.io/api-types/referencegrant/. */
const NEEDS_GRANT: ReadonlySet<string> = new Set(['backendRefs', 'certificateRefs', 'caCertificateRefs']);

function ungranted(grants: readonly AppliedObject[], reference: Reference): Complaint | undefined {
  const { from, path, kind, namespace, writtenName } = reference;
  if (!from.group.startsWith('gateway.') || !path.some((step) => NEEDS_GRANT.has(String(step)))) return undefined;
  if (namespace === undefined || namespace === from.namespace) return undefined;
  const isGranted = grants.some((grant) => grant.namespace === namespace && allows(grant, reference));
  if (isGranted) return undefined;
  return {
    code: 'manifests/reference-grant',
    message: `the namespace ${namespace} does not let a ${from.kind} of ${from.namespace ?? ''} name its ${kind} ${writtenName}`,
    remedy: `add a ReferenceGrant in the namespace ${namespace}`,
  };
}

function allows(grant: AppliedObject, { from, kind, group, name }: Reference): boolean {
  const { fields } = grant.document;
  const resolve = resolverOf(grant);
  const isFrom = listAt(fields, 'spec', 'from').some(
    (one) =>
      textAt(one, 'kind') === from.kind &&
      textAt(one, 'namespace') === from.namespace &&
      (textAt(one, 'group') ?? '') === from.group,
  );
  const isTo = listAt(fields, 'spec', 'to').some(
    (one) =>
      textAt(one, 'kind') === kind &&
      (textAt(one, 'group') ?? '') === (group ?? '') &&
      resolve(textAt(one, 'name') ?? name) === name,
  );
  return isFrom && isTo;
}
