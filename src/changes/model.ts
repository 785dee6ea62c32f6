import type { AppliedObject } from '../manifests/flux/tree.ts';
import type { Path } from '../text/values.ts';

/** A value of an object that is another one than it was. */
export interface ValueChange {
  readonly path: Path;
  /** Undefined where it was not there. */
  readonly before: unknown;
  /** Undefined where it is gone. */
  readonly after: unknown;
}

/** What becomes of an object of the cluster. */
export interface ObjectChange {
  readonly what: 'added' | 'changed' | 'removed';
  readonly kind: string;
  /** Undefined where the kind has none. */
  readonly namespace: string | undefined;
  readonly name: string;
  /** Who applies it, as `namespace/name`; undefined for the bootstrap. */
  readonly owner: string | undefined;
  /** The file that it is written in, of the later tree where it has it. */
  readonly file: string;
  /** Whether it is a Secret, whose values are never told. */
  readonly isSecret: boolean;
  /** Of a changed object alone. */
  readonly values: readonly ValueChange[];
  readonly images: readonly ImageChange[];
  readonly dangers: readonly Danger[];
  /** The whole object in each tree, for a difference of its lines. */
  readonly before: AppliedObject | undefined;
  readonly after: AppliedObject | undefined;
}

/** An image or chart in another version. */
export interface ImageChange {
  /** Without its version. */
  readonly image: string;
  /** Tag and digest; undefined where it was not there. */
  readonly before: string | undefined;
  /** Tag and digest; undefined where it is gone. */
  readonly after: string | undefined;
}

/** What a change may destroy, or why the cluster will not take it. */
export interface Danger {
  readonly kind:
    'immutable' | 'smaller-volume' | 'crd-removed' | 'data-pruned' | 'uninstalled' | 'suspended' | 'secret-replaced';
  readonly message: string;
}
