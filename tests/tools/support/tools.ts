import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The top of the repository; tests are started there. */
export const REPOSITORY = process.cwd();

/** Where scripts/install-tools.sh installs to. */
export const TOOLS = process.env.TOOLS_DIR ?? join(REPOSITORY, '.tools');

/** The programs that the installer knows, with the paths that it installs them to, and kubectl, which it cannot install. */
const INSTALLED = {
  age: 'bin/age',
  'age-keygen': 'bin/age-keygen',
  'controller-gen': 'bin/controller-gen',
  etcd: 'bin/etcd',
  flux: 'bin/flux',
  'flux-envsubst': 'bin/flux-envsubst',
  helm: 'bin/helm',
  'helm-controller': 'bin/helm-controller',
  helmfile: 'bin/helmfile',
  jinja2: 'python/jinja2/bin/python3',
  'kube-apiserver': 'bin/kube-apiserver',
  kubeconform: 'bin/kubeconform',
  kubectl: undefined,
  kustomize: 'bin/kustomize',
  'kustomize-controller': 'bin/kustomize-controller',
  'load-balancer-pools': 'bin/load-balancer-pools',
  'machine-config': 'bin/machine-config',
  makejinja: 'python/makejinja/bin/python3',
  sops: 'bin/sops',
  'source-controller': 'bin/source-controller',
  talhelper: 'bin/talhelper',
  task: 'bin/task',
} as const;

/** A program that tests can ask for. `jinja2` (with PyYAML) and `makejinja` are a Python that has the package. */
export type ToolName = keyof typeof INSTALLED;

/** Paths of the programs that a test asked for, and why it cannot run where one is missing. */
export interface Tools<Name extends ToolName> {
  readonly paths: Readonly<Record<Name, string>>;
  readonly missing: string | undefined;
}

/**
 * The paths of real programs: those in .tools/, else what scripts/install-tools.sh installs, else what is on PATH. With
 * TOOLS_INSTALL=never nothing is installed.
 */
export function findTools<const Name extends ToolName>(...names: readonly Name[]): Tools<Name> {
  const reasons: string[] = [];
  const paths = {} as Record<Name, string>;
  for (const name of names) {
    const found = install(name);
    if ('path' in found) paths[name] = found.path;
    else reasons.push(found.reason);
  }
  return { paths, missing: reasons.length === 0 ? undefined : reasons.join('; ') };
}

/** A title that says why its tests are skipped. */
export function titled(title: string, missing: string | undefined): string {
  return missing === undefined ? title : `${title} (skipped: ${missing})`;
}

type Found = { readonly path: string } | { readonly reason: string };

function install(name: ToolName): Found {
  const file = INSTALLED[name];
  const there = onPath(name);
  if (file === undefined) return there === undefined ? { reason: `${name} is not on PATH` } : { path: there };
  const path = join(TOOLS, file);
  if (process.env.TOOLS_INSTALL === 'never')
    return isExecutable(path) ? { path } : orOnPath(name, 'TOOLS_INSTALL=never');
  const script = join(REPOSITORY, 'scripts/install-tools.sh');
  const package_ = name === 'age-keygen' ? 'age' : name;
  const { status, stderr, error } = spawnSync(script, ['--strict', package_], { encoding: 'utf8' });
  if (status === 0 && isExecutable(path)) return { path };
  return orOnPath(name, error?.message ?? stderr.trim());
}

/** A Python on PATH need not have the package. */
function orOnPath(name: ToolName, reason: string): Found {
  const path = name === 'jinja2' || name === 'makejinja' ? undefined : onPath(name);
  return path === undefined
    ? { reason: reason === 'TOOLS_INSTALL=never' ? `${name} is not installed` : reason }
    : { path };
}

function onPath(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
