// What plugins of cluster templates bring, for plugins of other projects.
export { basename, nthhost } from './filters.ts';
export { credentialFunctions, type ReadCredential } from './functions.ts';
