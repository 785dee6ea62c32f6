import { describe, expect, it } from 'vitest';
import { fluxObject, listOf, runOn, standInCluster, UNKNOWN_KIND } from '../day2/stand-in-cluster.ts';
import { eachOf } from '../../support/parted.ts';
import type { StandInRule } from '../support/stand-ins.ts';

/** A fault as the cluster shows it. */
interface Fault {
  readonly cause: string | undefined;
  readonly says: string;
  readonly rules: readonly StandInRule[];
}

const WAITING = fluxObject('HelmRelease', 'default/web', {
  ready: 'False',
  reason: 'InstallFailed',
  message: 'Helm install failed: context deadline exceeded',
  madeBy: 'flux-system/web',
});

const FAULTS: Readonly<Record<string, Fault>> = {
  'a Kustomization that cannot be built': {
    cause: 'Flux',
    says: 'kustomize build failed: accumulating resources',
    rules: [
      flux(
        [],
        [
          fluxObject('Kustomization', 'default/web', {
            ready: 'False',
            reason: 'BuildFailed',
            message: 'kustomize build failed: accumulating resources',
          }),
        ],
      ),
    ],
  },
  'a release that is suspended': {
    cause: 'Flux',
    says: 'HelmRelease default/web is suspended',
    rules: [flux([fluxObject('HelmRelease', 'default/web', { suspend: true })], [])],
  },
  'a repository that cannot be fetched': {
    cause: 'Flux',
    says: 'authentication required',
    rules: [
      kubectl('gitrepositories', [
        {
          kind: 'GitRepository',
          metadata: { namespace: 'flux-system', name: 'flux-system' },
          status: {
            conditions: [
              { type: 'Ready', status: 'False', reason: 'GitOperationFailed', message: 'authentication required' },
            ],
          },
        },
      ]),
    ],
  },
  'an image that is not there': {
    cause: 'Pods',
    says: 'ImagePullBackOff, 3 restarts: Back-off pulling image "ghcr.io/x/web:9"',
    rules: [
      flux([WAITING], []),
      kubectl('pods', [
        pod({ waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image "ghcr.io/x/web:9"' } }),
      ]),
    ],
  },
  'a program that ends': {
    cause: 'Logs',
    says: 'cannot open database',
    rules: [
      flux([WAITING], []),
      kubectl('pods', [pod({ waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m0s' } })]),
      {
        program: 'kubectl',
        match: '^logs web-1 .*--container web --previous',
        stdout: 'starting\nfatal: cannot open database\n',
      },
    ],
  },
  'a volume that cannot be mounted': {
    cause: 'Events',
    says: 'FailedMount: MountVolume.SetUp failed',
    rules: [
      flux([WAITING], []),
      kubectl('pods', [pod({ waiting: { reason: 'ContainerCreating' } })]),
      kubectl('events', [event('FailedMount', 'MountVolume.SetUp failed')]),
    ],
  },
  'a quota that is used up': {
    cause: 'Objects',
    says: 'Deployment default/web: exceeded quota',
    rules: [
      flux([WAITING], []),
      kubectl('deployments', [
        {
          kind: 'Deployment',
          metadata: { namespace: 'default', name: 'web' },
          status: { conditions: [{ type: 'ReplicaFailure', status: 'True', message: 'exceeded quota' }] },
        },
      ]),
    ],
  },
  'a secret that is not in the store': {
    cause: 'External secrets',
    says: 'could not get secret data from provider',
    rules: [
      flux([WAITING], []),
      kubectl('pods', [pod({ waiting: { reason: 'CreateContainerConfigError', message: 'secret "web" not found' } })]),
      kubectl('events', [event('FailedMount', 'references non-existent secret key: x')]),
      kubectl('externalsecrets', [
        {
          kind: 'ExternalSecret',
          metadata: { namespace: 'default', name: 'web' },
          status: {
            conditions: [
              {
                type: 'Ready',
                status: 'False',
                reason: 'SecretSyncedError',
                message: 'could not get secret data from provider',
              },
            ],
          },
        },
      ]),
    ],
  },
  'a dependency that is not ready': {
    cause: 'Dependencies',
    says: 'HelmRelease default/web waits for HelmRelease database/postgres, which is not ready: Helm upgrade failed: timeout waiting',
    rules: [
      flux(
        [
          fluxObject('HelmRelease', 'default/web', {
            ready: 'False',
            reason: 'DependencyNotReady',
            message: "dependency 'database/postgres' is not ready",
            dependsOn: ['database/postgres'],
          }),
          fluxObject('HelmRelease', 'database/postgres', {
            ready: 'False',
            reason: 'UpgradeFailed',
            message: 'Helm upgrade failed: timeout waiting',
          }),
        ],
        [],
      ),
    ],
  },
  nothing: { cause: undefined, says: 'no cause was found', rules: [] },
};

describe('debug', () => {
  eachOf(Object.entries(FAULTS), 4)('finds %s', async (_, { cause, says, rules }) => {
    const cluster = await standInCluster([...rules, ...HEALTHY]);
    const { code, stdout, stderr } = await runOn(cluster, ['debug', 'default/web']);
    expect(code, stderr).toBe(cause === undefined ? 0 : 1);
    expect(stdout).toContain(says);
    const checks = stdout.split('\n').filter((line) => /^[A-Z]/.test(line));
    if (cause !== undefined) expect(checks.at(-1)).toBe(`${cause}: here is the cause`);
  });

  it('looks in a fixed order, and only looks', async () => {
    const cluster = await standInCluster(HEALTHY);
    const { stdout } = await runOn(cluster, ['debug', 'default', '--json']);
    const { steps } = JSON.parse(stdout) as { steps: { check: string }[] };
    expect(steps.map(({ check }) => check)).toEqual([
      'Flux',
      'Pods',
      'Logs',
      'Events',
      'Objects',
      'External secrets',
      'Dependencies',
    ]);
    await expect(await cluster.stands.script()).toMatchFileSnapshot('golden/debug.txt');
  });

  it('takes the whole cluster, and tells dependencies that wait for each other', { tags: 'long' }, async () => {
    const circle = [
      fluxObject('HelmRelease', 'a/one', {
        ready: 'False',
        reason: 'DependencyNotReady',
        message: 'dependency not ready',
        dependsOn: ['a/two'],
      }),
      fluxObject('HelmRelease', 'a/two', {
        ready: 'False',
        reason: 'DependencyNotReady',
        message: 'dependency not ready',
        dependsOn: ['a/one'],
      }),
    ];
    const cluster = await standInCluster([flux(circle, []), ...HEALTHY]);
    const { code, stdout } = await runOn(cluster, ['debug']);
    expect(code).toBe(1);
    expect(stdout).toContain('they wait for each other');
  });

  it('says what names neither a namespace nor an app', { tags: 'long' }, async () => {
    const cluster = await standInCluster(HEALTHY);
    for (const name of ['/web', 'a/', 'a/b/c']) expect((await runOn(cluster, ['debug', name])).code).toBe(64);
  });
});

/** A cluster in which nothing is wrong. */
const HEALTHY: readonly StandInRule[] = [
  kubectl('gitrepositories', []),
  kubectl('kustomizations', []),
  flux([fluxObject('HelmRelease', 'default/web')], []),
  kubectl('pods', [pod({ running: {} }, true)]),
  kubectl('events', []),
  kubectl('deployments', []),
  { program: 'kubectl', match: '^get externalsecrets', ...UNKNOWN_KIND },
];

function flux(releases: readonly object[], kustomizations: readonly object[]): StandInRule {
  return releases.length > 0 ? kubectl('helmreleases', releases) : kubectl('kustomizations', kustomizations);
}

function kubectl(resource: string, items: readonly object[]): StandInRule {
  return { program: 'kubectl', match: `^get ${resource}`, stdout: listOf(items) };
}

function pod(state: object, ready = false): object {
  return {
    kind: 'Pod',
    metadata: { namespace: 'default', name: 'web-1', labels: { 'app.kubernetes.io/instance': 'web' } },
    status: {
      phase: ready || !JSON.stringify(state).includes('ContainerCreating') ? 'Running' : 'Pending',
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
      containerStatuses: [{ name: 'web', restartCount: 3, state }],
    },
  };
}

function event(reason: string, message: string): object {
  return {
    kind: 'Event',
    metadata: { namespace: 'default', name: 'x' },
    involvedObject: { kind: 'Pod', name: 'web-1' },
    reason,
    message,
  };
}
