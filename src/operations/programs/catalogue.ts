/** What is known of an external program. */
export interface ProgramFacts {
  /** What it is needed for, as the end of "needed …". */
  readonly purpose: string;
  /** Arguments that make it print its version. */
  readonly versionArguments: readonly string[];
  /** The oldest version that does what is asked of it. */
  readonly minimum: string;
  /** Where to read how it is installed. */
  readonly site: string;
}

/**
 * The programs that commands of ours start; .mise.toml pins the same ones. `talhelper` is new enough from 3.1.14, the first to
 * know Talos 1.13.7 (before 3.1.11 it lost the virtual address of a VLAN).
 */
export const PROGRAMS = {
  cloudflared: {
    purpose: 'to make the Cloudflare tunnel',
    versionArguments: ['--version'],
    minimum: '2024.1.0',
    site: 'https://developers.cloudflare.com/cloudflare-one/networks/connectors/cloudflare-tunnel/downloads/',
  },
  flux: {
    purpose: 'to reconcile and to look at what Flux does',
    versionArguments: ['--version'],
    minimum: '2.7.0',
    site: 'https://fluxcd.io/flux/installation/#install-the-flux-cli',
  },
  git: {
    purpose: 'to keep the repository',
    versionArguments: ['--version'],
    minimum: '2.30.0',
    site: 'https://git-scm.com/downloads',
  },
  helm: {
    purpose: 'by helmfile',
    versionArguments: ['version', '--short'],
    minimum: '3.18.0',
    site: 'https://helm.sh/docs/intro/install/',
  },
  helmfile: {
    purpose: 'to install the first releases',
    versionArguments: ['--version'],
    minimum: '1.1.0',
    site: 'https://helmfile.readthedocs.io/en/latest/#installation',
  },
  kubectl: {
    purpose: 'to talk to Kubernetes',
    versionArguments: ['version', '--client'],
    minimum: '1.30.0',
    site: 'https://kubernetes.io/docs/tasks/tools/#kubectl',
  },
  lefthook: {
    purpose: 'to install the git hooks',
    versionArguments: ['version'],
    minimum: '1.6.0',
    site: 'https://lefthook.dev/installation/',
  },
  sops: {
    purpose: 'to read and edit encrypted files by hand',
    versionArguments: ['--version', '--disable-version-check'],
    minimum: '3.9.0',
    site: 'https://getsops.io/docs/#download',
  },
  talhelper: {
    purpose: 'to generate the configuration of the nodes',
    versionArguments: ['--version'],
    minimum: '3.1.14',
    site: 'https://budimanjojo.github.io/talhelper/latest/installation/',
  },
  talosctl: {
    purpose: 'to talk to the nodes',
    versionArguments: ['version', '--client', '--short'],
    minimum: '1.12.0',
    site: 'https://www.talos.dev/latest/talos-guides/install/talosctl/',
  },
} as const satisfies Record<string, ProgramFacts>;

/** A program that may be started. */
export type ProgramName = keyof typeof PROGRAMS;

/** How to get a program, as the remedy of a finding. */
export function howToGet(program: ProgramName): string {
  return `run \`mise install\`, or see ${PROGRAMS[program].site}`;
}
