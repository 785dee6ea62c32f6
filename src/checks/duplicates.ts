import type { AppliedObject, FluxTree } from '../manifests/flux.ts';
import type { Finding } from '../report/finding.ts';
import { manifestFinding } from './manifest-finding.ts';

/** Finds objects that two files define, which Flux would apply in turn for ever. */
export function checkDuplicates({ objects }: FluxTree): Finding[] {
  const first = new Map<string, AppliedObject>();
  return objects.flatMap((object): Finding[] => {
    const key = [object.group, object.kind, object.namespace ?? '', object.name].join('/');
    const other = first.get(key);
    if (other === undefined) first.set(key, object);
    // The bootstrap and Flux may bring the same Secret.
    if (other?.owner === undefined || object.owner === undefined) return [];
    const { file } = other.document;
    const where = file === object.document.file ? 'this file' : file.path;
    const home = object.namespace === undefined ? '' : ` in the namespace ${object.namespace}`;
    const message = `${where} defines this ${object.kind}${home} already`;
    const remedy = 'give it another name, or remove one of the two';
    return [
      manifestFinding(object.document, ['metadata', 'name'], { code: 'manifests/duplicate-object', message, remedy }),
    ];
  });
}
