import type { ProgramCall } from '../programs/call.ts';

/** Where the releases of the bootstrap are listed. */
export const APPS_FILE = 'bootstrap/helmfile.d/01-apps.yaml';
/** Charts whose custom resource definitions other manifests need before their own releases are there; a tree may do without. */
export const CRDS_FILE = 'bootstrap/helmfile.d/00-crds.yaml';

/** Lists the nodes that Kubernetes knows. */
export const LIST_NODES: ProgramCall = kubectlGet(['nodes', '--output', 'json']);

/** Lists the namespaces. */
export const LIST_NAMESPACES: ProgramCall = kubectlGet(['namespaces', '--output', 'name']);

/** Reads one Secret; prints nothing where there is none. Its output is a secret. */
export function readSecret(name: string, namespace: string): ProgramCall {
  return kubectlGet(['secret', name, '--namespace', namespace, '--ignore-not-found', '--output', 'json']);
}

/** Renders the charts that bring custom resource definitions. */
export const RENDER_CRDS: ProgramCall = {
  program: 'helmfile',
  arguments: ['--file', CRDS_FILE, 'template', '--quiet'],
  quiet: true,
  timeoutSeconds: 600,
};

/** Compares manifests with what is in the cluster: exit code 0 where they are equal, 1 where they differ. */
export function diffManifests(input: string): ProgramCall {
  const arguments_ = ['diff', '--server-side', '--force-conflicts', '--filename', '-'];
  return { program: 'kubectl', arguments: arguments_, input, quiet: true, timeoutSeconds: 120 };
}

/**
 * Applies manifests by the server. The field manager stays kubectl's own: Flux takes fields of that one over when it comes to them.
 */
export function applyManifests(input: string, options: { readonly namespace?: string } = {}): ProgramCall {
  const namespace = options.namespace === undefined ? [] : ['--namespace', options.namespace];
  const arguments_ = ['apply', '--server-side', '--force-conflicts', ...namespace, '--filename', '-'];
  return { program: 'kubectl', arguments: arguments_, input, timeoutSeconds: 120 };
}

/** Waits until the API serves the kinds of these definitions. */
export function waitForDefinitions(input: string): ProgramCall {
  const arguments_ = ['wait', '--for=condition=Established', '--timeout=60s', '--filename', '-'];
  return { program: 'kubectl', arguments: arguments_, input, timeoutSeconds: 90 };
}

/** Lists the releases of the bootstrap with chart and version; needs no network. */
export const LIST_WANTED: ProgramCall = {
  program: 'helmfile',
  arguments: ['--file', APPS_FILE, 'list', '--output', 'json'],
  quiet: true,
};

/** Lists the releases that are in the cluster. Every state is named: Helm 4 has no --all, and Helm 3 leaves pending ones out without. */
export const LIST_RELEASES: ProgramCall = {
  program: 'helm',
  arguments: [
    'list',
    '--all-namespaces',
    ...['--deployed', '--failed', '--pending', '--uninstalling'],
    ...['--max', '0', '--output', 'json'],
  ],
  quiet: true,
};

/** Installs releases in the order of their needs; those that are named alone, where some are there already. */
export function syncReleases(names: readonly string[]): ProgramCall {
  const selectors = names.flatMap((name) => ['--selector', `name=${name}`]);
  const arguments_ = ['--file', APPS_FILE, ...selectors, 'sync', '--hide-notes'];
  return { program: 'helmfile', arguments: arguments_, timeoutSeconds: 3600 };
}

/** Takes back a first installation that was interrupted. */
export function uninstallRelease(name: string, namespace: string): ProgramCall {
  const arguments_ = ['uninstall', name, '--namespace', namespace, '--wait', '--timeout', '5m'];
  return { program: 'helm', arguments: arguments_, timeoutSeconds: 330 };
}

/** Takes back an upgrade that was interrupted: the revision before it is in effect again. */
export function rollbackRelease(name: string, namespace: string): ProgramCall {
  const arguments_ = ['rollback', name, '--namespace', namespace, '--wait', '--timeout', '5m'];
  return { program: 'helm', arguments: arguments_, timeoutSeconds: 330 };
}

function kubectlGet(words: readonly string[]): ProgramCall {
  return { program: 'kubectl', arguments: ['get', ...words], quiet: true };
}
