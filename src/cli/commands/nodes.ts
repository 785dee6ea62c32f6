import { isAbsolute, relative, resolve } from 'node:path';
import type { ClusterRoot } from '../../cluster/root.ts';
import { type ImportChoices, importNodes, type NodesImport } from '../../operations/nodes/import-nodes.ts';
import { canonicalSchematic, readSchematic, type Schematic, schematicId } from '../../operations/nodes/schematic.ts';
import { openPrograms } from '../../operations/programs/programs.ts';
import { discoverMachines, type Machine, readMachines } from '../../operations/talos/hardware.ts';
import { readConfiguration } from '../../pipeline/configuration.ts';
import { Failure, failure, type Finding } from '../../report/finding.ts';
import { readNamedTextIfPresent, readStandardInput } from '../../system/files.ts';
import { print } from '../../system/terminal.ts';
import { unifiedDiff } from '../../workspace/diff.ts';
import { EXIT } from '../exit-codes.ts';
import { interruptible } from '../interrupt.ts';
import { worded } from '../invocation.ts';
import { printFindings, printJson } from '../output.ts';
import { rootOf, type RootOptions } from '../root.ts';

/** Options of `nodes import` and `nodes discover`. */
export interface NodesCommandOptions extends RootOptions {
  readonly name?: string;
  readonly address?: string;
  readonly disk?: string;
  readonly link?: string;
  readonly controller?: boolean;
  readonly schematic?: string;
  readonly dryRun?: boolean;
}

/** `cluster-template nodes import FILE...`; gives back the exit code. */
export async function runNodesImport(files: readonly string[], options: NodesCommandOptions): Promise<number> {
  const root = await rootOf(options);
  const texts = await Promise.all(files.map((file) => readInput(file)));
  return await interruptible((signal) => take(root, readMachines(texts), options, signal));
}

/** `cluster-template nodes discover ADDRESS...`; gives back the exit code. */
export async function runNodesDiscover(addresses: readonly string[], options: NodesCommandOptions): Promise<number> {
  const root = await rootOf(options);
  return await interruptible(async (signal) => {
    const programs = openPrograms({ root, signal });
    return await take(root, await discoverMachines(programs, addresses), options, signal);
  });
}

async function take(
  root: ClusterRoot,
  machines: readonly Machine[],
  options: NodesCommandOptions,
  signal: AbortSignal,
): Promise<number> {
  const write = options.dryRun !== true;
  const result = await importNodes(root, machines, choicesOf(options), { write, signal });
  if (options.json === true) printJson({ status: write ? 'done' : 'dry-run', nodes: result.nodes });
  else print(resultLines(root, result, write));
  if (write && options.json !== true) printFindings(await findingsOfNodes(root));
  return EXIT.done;
}

function choicesOf(options: NodesCommandOptions): ImportChoices {
  const { name, address, disk, link, schematic } = options;
  return {
    controller: options.controller === true,
    ...(name === undefined ? {} : { name }),
    ...(address === undefined ? {} : { address }),
    ...(disk === undefined ? {} : { disk }),
    ...(link === undefined ? {} : { link }),
    ...(schematic === undefined ? {} : { schematic }),
  };
}

async function readInput(file: string): Promise<{ name: string; text: string }> {
  if (file === '-') return { name: 'standard input', text: (await readStandardInput()).toString('utf8') };
  const text = await readNamedTextIfPresent(resolve(file));
  if (text !== undefined) return { name: file, text };
  throw failure('usage', { code: 'usage/argument', message: `${file} does not exist` });
}

function resultLines(root: ClusterRoot, { nodes, before, after }: NodesImport, written: boolean): string {
  const file = relative(root.path, root.nodesFile);
  const lines = nodes.map(({ name, outcome, fields }) => {
    const values = Object.entries(fields).map(([field, value]) => `${field} ${String(value)}`);
    return `${outcome.padEnd(9)} ${name}${values.length === 0 ? '' : `: ${values.join(', ')}`}\n`;
  });
  if (before === after) return `${lines.join('')}nothing changed\n`;
  const last = written
    ? worded(`${file} written; look at it with \`git diff\`, then run \`cluster-template configure\`\n`)
    : `--- a/${file}\n+++ b/${file}\n${unifiedDiff(before, after)}`;
  return lines.join('') + last;
}

/** What configure would say of nodes.yaml, told now: an address that lies outside of the network, say. */
async function findingsOfNodes(root: ClusterRoot): Promise<readonly Finding[]> {
  const file = relative(root.path, root.nodesFile);
  try {
    const { findings } = await readConfiguration(root, { kind: 'none', recipient: '' });
    return findings.filter(({ place }) => place?.file === file);
  } catch (error) {
    if (!(error instanceof Failure) || isAbsolute(file)) throw error;
    return error.findings.filter(({ place }) => place?.file === file);
  }
}

/** Options of `nodes schematic`. */
export interface SchematicCommandOptions extends RootOptions {
  readonly kernelArg?: readonly string[];
  readonly file?: string;
  readonly show?: boolean;
}

/** `cluster-template nodes schematic [EXTENSION...]`; gives back the exit code. */
export async function runSchematic(extensions: readonly string[], options: SchematicCommandOptions): Promise<number> {
  const schematic = await schematicOf(extensions, options);
  const id = schematicId(schematic);
  if (options.json === true) printJson({ id, schematic: canonicalSchematic(schematic) });
  else print(options.show === true ? `# ${id}\n${canonicalSchematic(schematic)}` : `${id}\n`);
  return EXIT.done;
}

async function schematicOf(
  extensions: readonly string[],
  { file, kernelArg = [] }: SchematicCommandOptions,
): Promise<Schematic> {
  if (file === undefined) return { extensions, kernelArguments: kernelArg };
  if (extensions.length > 0 || kernelArg.length > 0) {
    const message = '--file holds the whole schematic: extensions and kernel arguments cannot be given beside it';
    throw failure('usage', { code: 'usage/argument', message });
  }
  const text = await readNamedTextIfPresent(resolve(file));
  if (text !== undefined) return readSchematic(text, file);
  throw failure('usage', { code: 'usage/argument', message: `${file} does not exist` });
}
