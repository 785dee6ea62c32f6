// What plugins of cluster templates bring, for plugins of other projects.
export { basename, nthhost } from './extension.ts';
export { credentialFunctions, type ReadCredential } from './extension.ts';
