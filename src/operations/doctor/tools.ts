import type { ClusterRoot } from '../../cluster/root.ts';
import { readTalosCluster, type TalosCluster } from '../talos/cluster.ts';
import {
  howToGet,
  inspectPrograms,
  type InstalledProgram,
  programFinding,
  type ProgramName,
  PROGRAMS,
  type Programs,
} from '../programs/catalogue.ts';
import type { AccessFiles } from '../programs/programs.ts';
import { Failure, type Finding } from '../../report/finding.ts';
import { openUserFolder } from '../../system/user-folders.ts';
import type { Check } from '../repository/configuration.ts';

/** The commands that start each program; those without one are for work by hand, and their lack is no error. */
const COMMANDS: Readonly<Record<ProgramName, readonly string[]>> = {
  git: ['init', 'doctor'],
  talhelper: ['bootstrap talos', 'talos generate-config'],
  talosctl: ['bootstrap talos', 'talos apply-node', 'talos status'],
  kubectl: ['bootstrap apps', 'debug'],
  helmfile: ['bootstrap apps'],
  helm: ['bootstrap apps'],
  flux: ['reconcile'],
  sops: [],
  cloudflared: [],
  lefthook: [],
};

/** Every program that some command needs: whether it is there, new enough, and what for; then whether it goes with the cluster. */
export async function checkTools(programs: Programs, root: ClusterRoot): Promise<Check[]> {
  const names = Object.keys(COMMANDS) as ProgramName[];
  const installed = await inspectPrograms(programs, names);
  return [
    ...installed.map((one): Check => ({ area: 'tools', subject: subjectOf(one), findings: findingsOf(one) })),
    {
      area: 'tools',
      subject: 'kubectl and talosctl beside the versions of the cluster',
      findings: await skew(installed, root),
    },
  ];
}

/**
 * Programs that are too far from the cluster's own versions: kubectl is supported one minor version older or newer than the API, and
 * talosctl where it is of the minor version of Talos.
 *
 * @see https://kubernetes.io/releases/version-skew-policy/#kubectl
 */
async function skew(installed: readonly InstalledProgram[], root: ClusterRoot): Promise<Finding[]> {
  let cluster: TalosCluster;
  try {
    cluster = await readTalosCluster(root);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const [first] = error.findings;
    return [{ code: 'programs/skew', severity: 'note', message: `they were not compared: ${first?.message ?? ''}` }];
  }
  const { kubernetesVersion, talosVersion } = cluster;
  const wanted = [
    { program: 'kubectl', of: 'Kubernetes', version: kubernetesVersion, distance: 1 },
    { program: 'talosctl', of: 'Talos', version: talosVersion, distance: 0 },
  ] as const;
  return wanted.flatMap(({ program, of, version, distance }): Finding[] => {
    const own = installed.find((one) => one.program === program && one.state === 'present')?.version;
    if (own === undefined || Math.abs(minorOf(own) - minorOf(version)) <= distance) return [];
    const message = `${program} ${own} is too far from ${of} ${version} of this cluster`;
    return [{ code: 'programs/skew', severity: 'warning', message, remedy: howToGet(program) }];
  });
}

function minorOf(version: string): number {
  return Number(version.split('.')[1]);
}

/** The folders in which something is kept for the user: without them runs are slower, and trust is not remembered. */
export function checkUserFolders(root: ClusterRoot): Check[] {
  const purposes = { cache: 'runs are slower', state: 'caches are not used, and `--trust` is not remembered' } as const;
  return (Object.keys(purposes) as (keyof typeof purposes)[]).map((kind) => {
    const folder = openUserFolder(kind, root.path);
    if (!('refusal' in folder)) return { area: 'tools', subject: `the ${kind} folder ${folder.path}`, findings: [] };
    const name = folder.path ?? `for the user's ${kind}`;
    const message = `the folder ${name} is not used: ${folder.refusal}; ${purposes[kind]}`;
    const remedy = `give it to you alone, or name another: ${kind === 'cache' ? 'CLUSTER_TEMPLATE_CACHE' : 'XDG_STATE_HOME'}`;
    return {
      area: 'tools',
      subject: `the ${kind} folder`,
      findings: [{ code: 'trust/user-folder', severity: 'note', message, remedy }],
    };
  });
}

/** Variables of the shell that name other files than this cluster's: our commands set them aside, programs started by hand do not. */
export function checkEnvironment(files: AccessFiles, env: Readonly<Record<string, string | undefined>>): Check {
  const expected = { KUBECONFIG: files.kubeconfig, TALOSCONFIG: files.talosconfig, SOPS_CONFIG: files.sopsConfig };
  const findings = Object.entries(expected).flatMap(([name, path]): Finding[] => {
    const set = env[name];
    if (set === undefined || set === '' || set === path) return [];
    const message = `${name} is ${set}: programs that are started by hand work on another cluster`;
    const remedy = `set it to ${path}; \`mise activate\` does so in this folder`;
    return [{ code: 'programs/environment', severity: 'warning', message, remedy }];
  });
  return { area: 'tools', subject: 'KUBECONFIG, TALOSCONFIG and SOPS_CONFIG', findings };
}

function subjectOf({ program, version, state }: InstalledProgram): string {
  if (state === 'missing') return program;
  return version === undefined ? `${program}, which says no version` : `${program} ${version}`;
}

function findingsOf(installed: InstalledProgram): Finding[] {
  const finding = programFinding(installed);
  if (finding === undefined) return [];
  const commands = COMMANDS[installed.program];
  if (commands.length === 0) {
    const wanted = `${installed.program} would be good to have ${PROGRAMS[installed.program].purpose}`;
    return [{ ...finding, severity: 'note', message: wanted }];
  }
  return [{ ...finding, message: `${finding.message} (${commands.map((name) => `\`${name}\``).join(', ')})` }];
}
