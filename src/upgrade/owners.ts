/**
 * Who changes a file of a repository that was made from the template. `tool` files come from the template: `upgrade` merges newer
 * versions into them. `user` files are never touched. `generated` files are never merged, as `configure` renders them anew.
 */
export type Owner = 'tool' | 'user' | 'generated';

/**
 * What a file is there for. `cluster` is what Flux, Talos and the repository's own tasks and robots work with; `rendering` makes the
 * generated files out of the configuration; `development` serves those who change the tool.
 */
export type Purpose = 'cluster' | 'rendering' | 'development';

/** Whom some files belong to, and what for. */
interface Ownership {
  readonly owner: Owner;
  readonly purpose: Purpose;
  /** Files by their path from the root of the repository; a folder ends with a slash and means everything below it. */
  readonly paths: readonly string[];
}

/**
 * What belongs to whom, for every file that the template has: the longest path that fits a file decides. A file that no entry names is
 * the user's own, unless a version of the template has one of that name.
 */
export const OWNERSHIP: readonly Ownership[] = [
  {
    owner: 'user',
    purpose: 'rendering',
    paths: ['cluster.yaml', 'cluster.sops.yaml', 'nodes.yaml', 'templates/overrides/', 'templates/scripts/'],
  },
  {
    owner: 'user',
    purpose: 'cluster',
    paths: [
      'age.key',
      'cloudflare-tunnel.json',
      'github-deploy.key',
      'github-deploy.key.pub',
      'github-push-token.txt',
      'kubeconfig',
      'talosconfig',
      'talos/clusterconfig/',
      'talos/talsecret.sops.yaml',
    ],
  },
  {
    owner: 'generated',
    purpose: 'cluster',
    paths: ['.sops.yaml', 'AGENTS.md', 'bootstrap/', 'kubernetes/', 'talos/'],
  },
  { owner: 'generated', purpose: 'rendering', paths: ['.cluster-template/manifest.json'] },
  {
    owner: 'tool',
    purpose: 'rendering',
    paths: [
      '.cluster-template/template.json',
      '.taskfiles/template/',
      'bin/',
      'dist/',
      'makejinja.toml',
      'package-lock.json',
      'package.json',
      'schemas/',
      'src/',
      'templates/',
    ],
  },
  {
    owner: 'tool',
    purpose: 'development',
    paths: [
      '.ci/',
      '.prettierignore',
      '.prettierrc.json',
      'bench/',
      'CHANGELOG.md',
      'CONTRIBUTING.md',
      'SECURITY.md',
      'docs/',
      'eslint.config.js',
      'examples/',
      'scripts/',
      'tests/',
      'tsconfig.json',
      'vitest.config.ts',
      'vitest.tools.config.ts',
    ],
  },
  {
    owner: 'tool',
    purpose: 'cluster',
    paths: [
      '.editorconfig',
      '.gitattributes',
      '.github/',
      '.gitignore',
      '.mise.toml',
      '.renovaterc.json5',
      '.taskfiles/',
      '.vscode/',
      'lefthook.yaml',
      'LICENSE',
      'README.md',
      'Taskfile.yaml',
    ],
  },
];

/**
 * The entry of `OWNERSHIP` that a file belongs to; undefined where none names it.
 *
 * @param path - relative to the root of the repository, with forward slashes
 */
export function ownershipOf(path: string): Ownership | undefined {
  let longest = '';
  let found: Ownership | undefined;
  for (const entry of OWNERSHIP) {
    for (const one of entry.paths) {
      const fits = one.endsWith('/') ? path.startsWith(one) : path === one;
      if (fits && one.length > longest.length) [longest, found] = [one, entry];
    }
  }
  return found;
}

/** Whether newer versions of a file that the template has are merged into a repository. */
export function isToolFile(path: string): boolean {
  return (ownershipOf(path)?.owner ?? 'tool') === 'tool';
}
