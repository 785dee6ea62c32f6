import { requireTalosconfig } from '../../operations/talos/configuration.ts';
import { readStatus, type ClusterStatus, type NodeStatus } from '../../operations/day2/status.ts';
import { openPrograms } from '../../operations/programs/programs.ts';
import { requirePrograms } from '../../operations/programs/catalogue.ts';
import { print } from '../../system/terminal.ts';
import { EXIT } from '../exit-codes.ts';
import { interruptible } from '../interrupt.ts';
import { count, printJson } from '../output.ts';
import { rootOf, type RootOptions } from '../root.ts';
import { formatTable } from '../table.ts';

/** `cluster-template talos status`; gives back the exit code: 1 where something is wrong. */
export async function runTalosStatus(options: RootOptions & { readonly problems?: boolean }): Promise<number> {
  const root = await rootOf(options);
  return await interruptible(async (signal) => {
    const programs = openPrograms({ root, signal });
    await requireTalosconfig(root);
    await requirePrograms(programs, ['talosctl']);
    const status = await readStatus(root, programs);
    if (options.json === true) printJson({ status: status.problems.length === 0 ? 'fine' : 'findings', ...status });
    else print(`${options.problems === true ? '' : overview(status)}${problemLines(status)}`);
    return status.problems.length === 0 ? EXIT.done : EXIT.findings;
  });
}

function overview({ nodes, flux, pods }: ClusterStatus): string {
  const heading = ['NODE', 'ADDRESS', 'ROLE', 'STAGE', 'TALOS', 'KUBERNETES', 'READY', 'ETCD'];
  const table = formatTable([heading, ...nodes.map(row)]);
  const counts = (['Kustomization', 'HelmRelease'] as const).map((kind) => {
    const own = flux?.filter((object) => object.kind === kind) ?? [];
    return `${String(own.filter(({ ready }) => ready).length)} of ${count(own.length, kind)} ready`;
  });
  const lines = [
    `Flux: ${flux === undefined ? 'not installed, or not to be asked' : counts.join(', ')}`,
    `Pods: ${pods === undefined ? 'not to be asked' : `${String(pods.length)} not well`}`,
  ];
  return `${table}\n${lines.join('\n')}\n`;
}

function row({ name, address, role, stage, talos, kubernetes, ready, etcd }: NodeStatus): string[] {
  const dash = (text: string): string => (text === '' ? '-' : text);
  return [
    name,
    address,
    role,
    stage,
    dash(talos),
    dash(kubernetes),
    ready ? 'yes' : 'no',
    etcd === '' || etcd === 'ok' ? dash(etcd) : 'failing',
  ];
}

function problemLines({ problems }: ClusterStatus): string {
  if (problems.length === 0) return 'nothing is wrong\n';
  return `\n${count(problems.length, 'problem')}:\n${problems.map((problem) => `  ${problem}\n`).join('')}`;
}
