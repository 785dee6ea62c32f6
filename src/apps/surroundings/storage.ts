import { posix } from 'node:path';
import { type AccessMode, ACCESS_MODES } from '../../checks/style.ts';
import type { AppliedObject, FluxTree } from '../../manifests/flux/tree.ts';
import { kustomizationIn } from '../../manifests/kustomize/files.ts';
import type { ManifestTree } from '../../manifests/tree.ts';
import { at, isFields, listAt, textAt, walk } from '../../text/values.ts';
import { ofKind } from './objects.ts';

// Storage classes, and what backs volumes up.

/** A component that makes a volume and backs it up, as VolSync's custom is. */
export interface BackupComponent {
  readonly folder: string;
  /** The Secret that an app has to bring for it, `${APP}` standing for its name; undefined where the component brings one itself. */
  readonly secret: string | undefined;
  /** The Kustomization that brings VolSync, as `namespace/name`. */
  readonly dependsOn: string | undefined;
  /** What fills the repository of a backup: restic or kopia. */
  readonly engine: 'restic' | 'kopia';
  /** Variables that it takes. */
  readonly variables: ReadonlySet<string>;
}

/** What makes block devices is mounted by one node; file systems by as many as want to. */
const SHARED_STORAGE = /nfs|cephfs|filesystem|efs|smb|gluster|seaweed|juicefs|rwx/i;

/** Storage classes with the access modes that they can do, the usual one, and who makes them as `namespace/name`. */
export function storageClassesIn(flux: FluxTree): {
  readonly modes: Record<string, readonly AccessMode[]>;
  readonly usual: string;
  readonly makers: ReadonlyMap<string, string>;
} {
  const modes: Record<string, readonly AccessMode[]> = {};
  const makers = new Map<string, string>();
  let usual = '';
  const note = (name: string, provisioner: string, isDefault: boolean, { owner }: AppliedObject): void => {
    if (owner !== undefined) makers.set(name, `${owner.namespace}/${owner.name}`);
    modes[name] = SHARED_STORAGE.test(`${name} ${provisioner}`)
      ? ['ReadWriteMany', 'ReadWriteOnce']
      : ['ReadWriteOnce'];
    if (isDefault) usual = name;
  };
  for (const object of ofKind(flux, 'StorageClass')) {
    const { fields, name } = object;
    const annotation = at(fields, 'metadata', 'annotations', 'storageclass.kubernetes.io/is-default-class');
    note(name, textAt(fields, 'provisioner') ?? '', String(annotation) === 'true', object);
  }
  for (const object of ofKind(flux, 'HelmRelease')) {
    walk(at(object.fields, 'spec', 'values'), (value, path) => {
      if (!isFields(value) || !/^storageClass(?:es)?$/.test(String(path.findLast((step) => typeof step === 'string'))))
        return;
      if (typeof value.name !== 'string' || value.name === '') return;
      const annotation = at(value, 'annotations', 'storageclass.kubernetes.io/is-default-class');
      note(
        value.name,
        '',
        value.isDefault === true || value.isDefaultClass === true || String(annotation) === 'true',
        object,
      );
    });
  }
  // What claims name is there as well, and what they ask of it can be done.
  for (const { fields } of ofKind(flux, 'PersistentVolumeClaim')) {
    const name = textAt(fields, 'spec', 'storageClassName');
    if (name === undefined || name.includes('${')) continue;
    const asked = listAt(fields, 'spec', 'accessModes').filter((one): one is AccessMode =>
      ACCESS_MODES.includes(one as AccessMode),
    );
    modes[name] = [...new Set([...(modes[name] ?? []), ...asked])];
  }
  return { modes, usual, makers };
}

/** A component whose ReplicationSource is named after the app that takes it. */
export function backupIn(tree: ManifestTree, flux: FluxTree): BackupComponent | undefined {
  const sources = tree.documents.filter(
    ({ fields }) =>
      fields.kind === 'ReplicationSource' && textAt(fields, 'metadata', 'name')?.includes('${APP') === true,
  );
  const found = sources.flatMap((document) => {
    let folder = posix.dirname(document.file.path);
    for (; folder !== '.'; folder = posix.dirname(folder)) {
      const top = kustomizationIn(tree, folder);
      if (top?.fields.kind === 'Component') return [{ folder, fields: document.fields }];
    }
    return [];
  });
  const uses = new Set(
    flux.kustomizations.flatMap(({ fields, folder }) =>
      listAt(fields, 'spec', 'components').map((one) => posix.join(folder, String(one))),
    ),
  );
  const best = found.find(({ folder }) => uses.has(folder)) ?? found[0];
  if (best === undefined) return undefined;
  const { folder, fields } = best;
  const engine = at(fields, 'spec', 'kopia') === undefined ? 'restic' : 'kopia';
  const secret = textAt(fields, 'spec', engine, 'repository');
  const own = tree.documents.filter(({ file }) => file.path.startsWith(`${folder}/`));
  const isBrought = own.some(
    ({ fields: one }) =>
      [textAt(one, 'metadata', 'name'), textAt(one, 'spec', 'target', 'name')].includes(secret) &&
      String(one.kind).endsWith('Secret'),
  );
  const operator = ofKind(flux, 'HelmRelease').find(({ name }) => name === 'volsync')?.owner;
  return {
    folder,
    secret: isBrought ? undefined : secret,
    dependsOn: operator === undefined ? undefined : `${operator.namespace}/${operator.name}`,
    engine,
    variables: new Set(own.flatMap(({ file }) => [...file.text.matchAll(/\$\{(\w+)/g)].map(([, name = '']) => name))),
  };
}
