/** Name of the encrypted companion of cluster.yaml, beside it. It is committed, and only ever written encrypted. */
export const COMPANION_FILE = 'cluster.sops.yaml';
