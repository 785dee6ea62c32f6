import { dirname, join } from 'node:path';

/** Names of the folders and files that rendering owns, relative to the cluster's root. Nothing else is ever written. */
export const OUTPUT_ROOTS = ['bootstrap', 'kubernetes', 'talos', '.sops.yaml', 'AGENTS.md'] as const;

/** Files that a cluster's repository has at its top; any of the groups tells it. */
export const ROOT_MARKERS = [
  ['cluster.yaml', 'makejinja.toml'],
  ['.cluster-template/manifest.json'],
] as const satisfies readonly (readonly string[])[];

/** Where everything of one cluster lies. All paths are absolute; no stage looks at the current directory. */
export interface ClusterRoot {
  /** The repository's (or the cluster's) top folder. */
  readonly path: string;
  readonly clusterFile: string;
  readonly nodesFile: string;
  readonly rendererConfig: string;
  /** Folder that holds age.key, github-deploy.key, github-push-token.txt and cloudflare-tunnel.json. */
  readonly keys: string;
  /** Folder of the inventory, the caches, the lock and the journal. */
  readonly state: string;
  /** Whether the user said that the repository's own code may be run in this run. */
  readonly isTrusted?: boolean;
  /** Texts that take the place of those on disk, to see what would come of them: through such a root nothing is written. */
  readonly tried?: TriedTexts;
}

/** Texts of the configuration that were not written yet. */
export interface TriedTexts {
  readonly cluster?: string;
  readonly nodes?: string;
  /** Undefined where there shall be none. */
  readonly companion?: string | undefined;
}

/** What is tried in the place of a file; undefined where the one on disk counts. */
export function triedText(
  { tried = {}, clusterFile, nodesFile }: ClusterRoot,
  path: string,
): { readonly text: string | undefined } | undefined {
  if (path === clusterFile && tried.cluster !== undefined) return { text: tried.cluster };
  if (path === nodesFile && tried.nodes !== undefined) return { text: tried.nodes };
  const isCompanion = path === join(dirname(clusterFile), COMPANION_FILE);
  return isCompanion && 'companion' in tried ? { text: tried.companion } : undefined;
}

/** The usual layout below `path`; `keys` is another folder for the keys (the sample's, say). */
export function clusterRoot(path: string, keys: string = path): ClusterRoot {
  return {
    path,
    clusterFile: join(path, 'cluster.yaml'),
    nodesFile: join(path, 'nodes.yaml'),
    rendererConfig: join(path, 'makejinja.toml'),
    keys,
    state: join(path, '.cluster-template'),
  };
}

/** Name of the encrypted companion of cluster.yaml, beside it. It is committed, and only ever written encrypted. */
export const COMPANION_FILE = 'cluster.sops.yaml';

/** The token of the sample: no secret, and written so that everybody sees it. */
export const SAMPLE_CLOUDFLARE_TOKEN = 'SAMPLE-NOT-A-REAL-CLOUDFLARE-TOKEN';

/**
 * Public half of the published sample key, `tests/sample/age.key`. Whatever is encrypted to it can be read by everybody: a tree that holds
 * anything of the kind must not be bootstrapped.
 */
export const SAMPLE_RECIPIENT = 'age1r2e5wj5zqdt7wlvl2cn8cmuzs5r3a3yfqfvxc7qr3gky5h2y7sgsgdn2m3';
