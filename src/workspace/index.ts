export { adoptFiles, type Adoption } from './adopt.ts';
export { applyPlan, pendingManifest, recover, removeAbandoned } from './apply.ts';
export { keepCopies } from './backup.ts';
export { isInsideOutputRoots, readDisk, refuseStrangeFolder, repositoriesAmong, type Workspace } from './disk.ts';
export { contentHash, type DesiredFile, type DiskFile, type SecretChange } from './entry.ts';
export { exclusively, type Exclusive } from './exclusive.ts';
export { fileDiff, type FileDiff } from './file-diff.ts';
export { LOCK_NAME, takeLock, type Lock, type LockPatience } from './lock.ts';
export {
  formatManifest,
  MANIFEST_NAME,
  parseManifest,
  unionOf,
  type Manifest,
  type ManifestRecord,
} from './manifest.ts';
export {
  changesOf,
  conflictsOf,
  filesAfter,
  overwrite,
  planChanges,
  type Plan,
  type PlanEntry,
  type PlanStatus,
  type Present,
} from './plan.ts';
export { isRunning, thisProcess, type ProcessIdentity } from './process-identity.ts';
export { unifiedDiff } from './unified-diff.ts';
