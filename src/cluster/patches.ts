import type { SignedFunction } from '../makejinja/plugin.ts';

/** The templates of one input folder of the renderer. */
export interface TemplateFolder {
  /** Path as templates should name it, relative to the cluster's root: `templates/overrides`. */
  readonly path: string;
  /** Paths of its files relative to it, those that are rendered only: no partials. */
  readonly files: readonly string[];
}

const SUFFIX = '.yaml.j2';

/**
 * The template function `talos_patches(dir)`: the paths of the patches of one group (`global`, `controller`, `worker`, or
 * the name of a node), sorted by name. Where several folders hold the same file the first one counts, as it does for the renderer.
 */
export function talosPatches(folders: readonly TemplateFolder[]): SignedFunction {
  return {
    signature: 'talos_patches(dir)',
    run: (dir) => patchesOf(folders, `talos/patches/${String(dir)}/`),
  };
}

const TEMPLATES = 'templates/config';

/**
 * The template function `tool_path(path)`: a file that belongs to the tool, `docs/apps.md` say, as it is opened from the cluster's
 * repository. A fork has it itself; elsewhere it lies beside the templates, in the package that the settings name as an input.
 */
export function toolPath(folders: readonly Pick<TemplateFolder, 'path'>[]): SignedFunction {
  const own = folders.map(({ path }) => path.replace(/(?<!\/)\/+$/, '')).find((path) => path.endsWith(`/${TEMPLATES}`));
  const prefix = own === undefined ? '' : own.slice(0, -TEMPLATES.length);
  return { signature: 'tool_path(path)', run: (path) => `${prefix}${String(path)}` };
}

function patchesOf(folders: readonly TemplateFolder[], prefix: string): string[] {
  const found = new Map<string, string>();
  for (const { path, files } of folders) {
    for (const file of files.filter((name) => isPatch(name, prefix))) {
      if (!found.has(file)) found.set(file, `${path}/${file}`);
    }
  }
  return [...found].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, path]) => path);
}

function isPatch(file: string, prefix: string): boolean {
  if (!file.startsWith(prefix) || !file.endsWith(SUFFIX)) return false;
  const name = file.slice(prefix.length);
  return !name.includes('/') && name.length > SUFFIX.length;
}
