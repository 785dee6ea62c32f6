export { applyPlan, recover } from './apply.ts';
export { isInsideOutputRoots, readDisk, type Workspace } from './disk.ts';
export { contentHash, type DesiredFile, type DiskFile } from './entry.ts';
export { formatManifest, MANIFEST_NAME, parseManifest, type Manifest } from './manifest.ts';
export { changesOf, conflictsOf, planChanges, type Plan, type PlanEntry, type PlanStatus } from './plan.ts';
