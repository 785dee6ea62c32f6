import { join } from 'node:path';
import type { ClusterRoot } from '../../cluster/root.ts';
import { failure, type Finding } from '../../report/finding.ts';
import { inspect } from '../../system/files.ts';
import type { Programs } from '../programs/call.ts';
import { foldOutput } from '../programs/output.ts';
import { TALOSCONFIG_FILE } from '../talos/generate.ts';

/** What is looked at, in this order. */
const RESOURCES = [
  'certificates',
  'certificaterequests',
  'gitrepositories',
  'helmrepositories',
  'helmreleases',
  'httproutes',
  'kustomizations',
  'nodes',
  'pods',
] as const;

/** What kubectl said of one kind of resource. */
export interface ResourceTable {
  readonly resource: string;
  readonly text: string;
  /** Why it could not be listed. */
  readonly problem?: string;
}

/**
 * Lists the resources that tell how a cluster is. One that cannot be listed (a kind that is not installed yet, say) does not stop the
 * others.
 *
 * @throws Failure where there is no kubeconfig, or no kubectl
 */
export async function listResources(
  root: ClusterRoot,
  programs: Programs,
  show: (table: ResourceTable) => void,
): Promise<Finding[]> {
  await requireKubeconfig(root);
  const findings: Finding[] = [];
  for (const resource of RESOURCES) {
    const { exitCode, stdout, stderr } = await programs.ask({
      program: 'kubectl',
      arguments: ['get', '--all-namespaces', resource],
      quiet: true,
    });
    const problem = exitCode === 0 ? undefined : foldOutput(stderr);
    show({ resource, text: exitCode === 0 ? stdout : '', ...(problem === undefined ? {} : { problem }) });
    if (problem === undefined) continue;
    const message = `${resource} could not be listed: ${problem}`;
    findings.push({ code: 'programs/failed', severity: 'warning', message });
  }
  return findings;
}

/** Ends a command that asks the machines where there is no talosconfig: talosctl looks for another one then. */
export async function requireTalosconfig(root: ClusterRoot): Promise<void> {
  if ((await inspect(join(root.path, TALOSCONFIG_FILE))) !== undefined) return;
  throw failure('input', {
    code: 'operations/not-generated',
    message: `there is no ${TALOSCONFIG_FILE}: talosctl would take the one of another cluster`,
    place: { file: TALOSCONFIG_FILE },
    remedy: 'run `cluster-template talos generate-config`',
  });
}

/** Ends a command that asks Kubernetes where there is no kubeconfig. */
export async function requireKubeconfig(root: ClusterRoot): Promise<void> {
  if ((await inspect(join(root.path, 'kubeconfig'))) !== undefined) return;
  throw failure('input', {
    code: 'operations/not-generated',
    message: 'there is no kubeconfig',
    place: { file: 'kubeconfig' },
    remedy: 'run `cluster-template bootstrap talos`, which fetches it',
  });
}
