import { join } from 'node:path';
import type { ClusterRoot } from '../../cluster/root.ts';
import { failure } from '../../report/finding.ts';
import { inspect, listFolder } from '../../system/files.ts';
import type { ClusterAccess, OperationRun } from '../operation.ts';
import type { StepReport } from '../../report/progress.ts';
import type { ProgramCall } from '../programs/catalogue.ts';
import { unsuccessful } from '../programs/programs.ts';
import { type Patience, retrying } from '../programs/waiting.ts';

/** Charts whose custom resource definitions other manifests need before their own releases are there; a tree may do without. */
export const CRDS_FILE = 'bootstrap/helmfile.d/00-crds.yaml';

/** Lists the nodes that Kubernetes knows. */
export const LIST_NODES: ProgramCall = kubectlGet(['nodes', '--output', 'json']);

/** Lists the namespaces. */
export const LIST_NAMESPACES: ProgramCall = kubectlGet(['namespaces', '--output', 'name']);

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

export function kubectlGet(words: readonly string[]): ProgramCall {
  return { program: 'kubectl', arguments: ['get', ...words], quiet: true };
}

/** The namespaces of the tree: the folders of kubernetes/apps. */
export async function namespacesOf(root: ClusterRoot): Promise<string[]> {
  const folders = await listFolder(join(root.path, 'kubernetes/apps'));
  return folders.filter(({ kind }) => kind === 'folder').map(({ name }) => name);
}

/** Those of them that the cluster does not have. */
export async function missingNamespaces({ root, programs }: ClusterAccess): Promise<string[]> {
  const { stdout } = await programs.run(LIST_NAMESPACES);
  const present = new Set(stdout.split('\n').map((line) => line.trim().replace(/^namespace\//, '')));
  return (await namespacesOf(root)).filter((name) => !present.has(name));
}

/** Makes the namespaces that are not there; those that are stay as they are, labels and all. */
export async function makeNamespaces(
  { run, patience }: { run: OperationRun; patience: Patience },
  report: StepReport,
): Promise<void> {
  const wanted = await namespacesOf(run.root);
  const attempts = { signal: run.signal, pauseSeconds: patience.pauseSeconds };
  const missing = await retrying(attempts, report, () => missingNamespaces(run));
  if (missing.length > 0) {
    await retrying(attempts, report, () => run.programs.run(applyManifests(namespaceManifests(missing))));
  }
  report.say(missing.length === 0 ? `all ${String(wanted.length)} are there` : `made ${missing.join(', ')}`);
}

/** The manifests of namespaces, as few words as possible: labels and annotations come with Flux. */
function namespaceManifests(names: readonly string[]): string {
  return names.map((name) => `---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${name}\n`).join('');
}

/**
 * Applies the custom resource definitions of the charts that others rely on, and waits until the API serves them. Skipped where the
 * tree lists none, or the cluster has them as they are.
 *
 * @throws Failure where no chart brings a definition, or the API refuses one
 */
export async function applyDefinitions(
  { run, patience }: { readonly run: OperationRun; readonly patience: Patience },
  report: StepReport,
): Promise<void> {
  const attempts = { signal: run.signal, pauseSeconds: patience.pauseSeconds };
  const definitions = await retrying(attempts, report, () => renderDefinitions(run));
  const count = definitions.length === 1 ? 'one definition' : `${String(definitions.length)} definitions`;
  const verb = definitions.length === 1 ? 'is' : 'are';
  if (definitions.length === 0) report.say('the tree lists none');
  else if (await areInCluster(run, definitions)) report.say(`${count} ${verb} in the cluster already`);
  else {
    const text = definitions.join('---\n');
    await retrying(attempts, report, () => run.programs.run(applyManifests(text)));
    await retrying(attempts, report, () => run.programs.run(waitForDefinitions(text)));
    report.say(`${count} applied`);
  }
}

/** The definitions of the charts that the tree lists; none where it lists no chart. */
export async function renderDefinitions({ root, programs }: ClusterAccess): Promise<string[]> {
  if ((await inspect(join(root.path, CRDS_FILE))) === undefined) return [];
  const { stdout } = await programs.run(RENDER_CRDS);
  const definitions = definitionsOf(stdout);
  if (definitions.length === 0) throw noDefinition();
  return definitions;
}

/** Whether the cluster has these definitions as they are. */
export async function areInCluster({ programs }: ClusterAccess, definitions: readonly string[]): Promise<boolean> {
  const call = diffManifests(definitions.join('---\n'));
  const output = await programs.ask(call);
  // 1 is a difference; above it kubectl could not compare.
  if (output.exitCode > 1) throw unsuccessful(call, output);
  return output.exitCode === 0;
}

/** The documents of a stream of manifests that are custom resource definitions, as they are written. */
export function definitionsOf(manifests: string): string[] {
  return manifests
    .split(/^---(?:[ \t].*)?$/m)
    .map((document) => document.replace(/^\n+/, ''))
    .filter((document) => /^kind: ["']?CustomResourceDefinition["']?\s*$/m.test(document))
    .map((document) => (document.endsWith('\n') ? document : `${document}\n`));
}

function noDefinition(): Error {
  return failure('outside', {
    code: 'cluster/state',
    message: `the charts of ${CRDS_FILE} bring no custom resource definition`,
    place: { file: CRDS_FILE },
    remedy: `run \`helmfile --file ${CRDS_FILE} template\`, and look at what it prints`,
  });
}
