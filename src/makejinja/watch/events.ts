import type { Finding } from '../../report/finding.ts';
import type { FileChange } from './snapshot.ts';

/** What a watch tells; paths of outputs are relative to the project's folder. */
export type WatchEvent =
  /** Files changed; what follows is what came of it. */
  | { readonly kind: 'changed'; readonly changes: readonly FileChange[] }
  /** An output was written. */
  | { readonly kind: 'written'; readonly path: string; readonly source: string; readonly isRendered: boolean }
  /** An output was removed that no template gives any more. */
  | { readonly kind: 'removed'; readonly path: string }
  /** A file was left as it is that is not the watch's to change. */
  | { readonly kind: 'kept'; readonly path: string; readonly reason: string }
  /** Something is wrong; the outputs that it concerns stay as they are. */
  | { readonly kind: 'wrong'; readonly findings: readonly Finding[] }
  /** All is done. */
  | { readonly kind: 'done'; readonly written: number; readonly removed: number; readonly outputs: number };
