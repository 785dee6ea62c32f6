import type { ChildProcess } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { endAll, freePorts, lastLines, startProcess } from './processes.ts';
import type { Tools } from './tools.ts';

/** The controllers that a tree is reconciled by. */
export const CONTROLLERS = ['source-controller', 'kustomize-controller', 'helm-controller'] as const;

type Controller = (typeof CONTROLLERS)[number];

/** Controllers that run. */
export interface FluxControllers {
  /** Throws an Error with the end of its log where one of them has ended by itself. */
  readonly check: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** What they are started with. */
export interface ControllerOptions {
  /** An empty folder for what they fetch and for their logs. */
  readonly folder: string;
  readonly kubeconfig: string;
  readonly env: Readonly<Record<string, string>>;
}

/** The arguments that the rendered FluxInstance gives each of them, but for what only a Pod has. */
const ARGUMENTS: Readonly<Record<Controller, readonly string[]>> = {
  'source-controller': ['--helm-cache-max-size=10', '--helm-cache-ttl=60m', '--helm-cache-purge-interval=5m'],
  'kustomize-controller': [
    '--sops-age-secret=sops-age',
    '--feature-gates=CancelHealthCheckOnNewRevision=true',
    '--watch-configs-label-selector=owner!=helm',
  ],
  // OOMWatch reads the limits of a container.
  'helm-controller': [
    '--feature-gates=OOMWatch=false,DisableChartDigestTracking=true',
    '--watch-configs-label-selector=owner!=helm',
  ],
};

/** Starts the real controllers as plain processes that listen on loopback. */
export async function startFlux({ paths }: Tools<Controller>, options: ControllerOptions): Promise<FluxControllers> {
  const { folder } = options;
  const [storage = 0, ...ports] = await freePorts(1 + 2 * CONTROLLERS.length);
  const address = `127.0.0.1:${String(storage)}`;
  await mkdir(join(folder, 'storage'));
  await mkdir(join(folder, 'temporary'));
  const env = {
    ...options.env,
    KUBECONFIG: options.kubeconfig,
    RUNTIME_NAMESPACE: 'flux-system',
    SOURCE_CONTROLLER_LOCALHOST: address,
    TMPDIR: join(folder, 'temporary'),
  };
  const started: ChildProcess[] = [];
  const kill = (): void => {
    for (const child of started) child.kill('SIGKILL');
  };
  process.once('exit', kill);
  for (const [index, name] of CONTROLLERS.entries()) {
    const [health = 0, metrics = 0] = ports.slice(2 * index);
    const words = [
      `--health-addr=127.0.0.1:${String(health)}`,
      `--metrics-addr=127.0.0.1:${String(metrics)}`,
      ...['--events-addr=', '--watch-all-namespaces=true', '--log-encoding=json'],
      ...['--concurrent=10', '--requeue-dependency=5s'],
      ...(name === 'source-controller'
        ? [`--storage-path=${join(folder, 'storage')}`, `--storage-addr=${address}`, `--storage-adv-addr=${address}`]
        : []),
      ...ARGUMENTS[name],
    ];
    started.push(await startProcess(paths[name], words, { folder, name, env }));
  }
  return {
    check: async () => {
      const index = started.findIndex(({ exitCode, signalCode }) => exitCode !== null || signalCode !== null);
      const name = CONTROLLERS[index];
      if (name !== undefined) throw new Error(`${name} ended: ${await lastLines(join(folder, `${name}.log`))}`);
    },
    stop: async () => {
      await endAll(started);
      process.removeListener('exit', kill);
    },
  };
}
