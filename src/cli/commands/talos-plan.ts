import { compareNodes, type NodeDifference } from '../../operations/day2/apply-node.ts';
import { readTalosCluster } from '../../operations/talos/cluster.ts';
import { staleFindings } from '../../operations/repository/configuration.ts';
import { runOperation } from '../../operations/operation.ts';
import { SILENT } from '../../report/progress.ts';
import { openPrograms } from '../../operations/programs/programs.ts';
import { requirePrograms } from '../../operations/programs/catalogue.ts';
import { print } from '../../system/terminal.ts';
import { EXIT } from '../exit-codes.ts';
import { interruptible } from '../interrupt.ts';
import { commandText } from '../invocation.ts';
import { showSteps } from '../progress.ts';
import { printFindings, printJson } from '../output.ts';
import { rootOf, type RootOptions } from '../root.ts';

/** `cluster-template talos plan`; gives back the exit code. */
export async function runTalosPlan(options: RootOptions): Promise<number> {
  const root = await rootOf(options);
  return await interruptible(async (signal) => {
    const stale = await staleFindings(root);
    if (options.json !== true) printFindings(stale);
    const cluster = await readTalosCluster(root);
    await requirePrograms(openPrograms({ root, signal }), ['talhelper', 'talosctl']);
    const reporter = options.json === true ? SILENT : showSteps();
    const operation = { root, operation: 'talos plan', reporter, signal };
    const found = await runOperation(operation, (run) => compareNodes(run, cluster));
    if (options.json === true) printJson({ status: 'planned', findings: stale, nodes: found.map(nodeToJson) });
    else print(planText(found));
    return found.some(({ kind }) => kind === 'silent') ? EXIT.outside : EXIT.done;
  });
}

function nodeToJson({ node, kind, restarts }: NodeDifference): object {
  return { name: node.name, address: node.address, kind, restarts };
}

/** The commands in the order in which they are to be run. */
function planText(found: readonly NodeDifference[]): string {
  const waiting = found.filter(({ kind }) => kind === 'new' || kind === 'changed');
  if (waiting.length === 0) return found.some(({ kind }) => kind === 'silent') ? '' : 'nothing to do\n';
  const commands = waiting.map(({ node, restarts }) => {
    return `  ${commandText(`talos apply-node ${node.name}`)}${restarts ? '   # starts again' : ''}\n`;
  });
  return `Next:\n${commands.join('')}`;
}
