import { basename, dirname, join, resolve } from 'node:path';
import { closuresOf, type Graph, type GraphNode } from '../../graph/model.ts';
import { graphPage } from '../../graph/html.ts';
import { graphDot, graphMermaid, graphText, nodeText, restrict } from '../../graph/text.ts';
import { clusterGraph, keyGraph, repositoryGraph } from '../../pipeline/graph.ts';
import { type Failure, failure } from '../../report/finding.ts';
import { readTextIfPresent } from '../../system/files.ts';
import { print, printResult } from '../../system/terminal.ts';
import { below, writeDisposableFile } from '../../system/writing.ts';
import { realPathSync } from '../../system/tree.ts';
import { suggestNearest } from '../../text/suggest.ts';
import { EXIT } from '../exit-codes.ts';
import { printJson } from '../output.ts';
import { anyRootOf, rootOf, type RootOptions } from '../root.ts';

/** Options of `graph`. */
export interface GraphCommandOptions extends RootOptions {
  readonly of?: string;
  /** Folder at which Flux begins, in a repository that is not rendered here. */
  readonly path?: string;
  readonly format: 'text' | 'mermaid' | 'dot' | 'json' | 'html';
  readonly output?: string;
}

/** `cluster-template graph [FOLDER]`; gives back the exit code. */
export async function runGraph(folder: string | undefined, options: GraphCommandOptions): Promise<number> {
  const { of: name, path } = options;
  const around = await anyRootOf(folder, options);
  // What is not rendered here has no keys.
  const root =
    around.kind === 'cluster' && path === undefined ? await rootOf({ ...options, root: around.path }) : undefined;
  const whole = root === undefined ? await repositoryGraph(around.path, path) : await clusterGraph(root);
  const chosen = name === undefined ? [] : nodesNamed(whole, name);
  // Whatever is no object is a key, or is told as one that there is not.
  if (name !== undefined && chosen.length === 0) {
    if (root === undefined || !mayBeKey(name, whole)) throw unknownObject(name, whole);
    return await write(await keyGraph(root, name), [], options);
  }
  return await write(name === undefined ? whole : restrictTo(whole, chosen), chosen, options);
}

/** The objects that are meant by `cilium`, `kube-system/cilium`, `HelmRelease/kube-system/cilium` or `HelmRelease kube-system/cilium`. */
function nodesNamed({ nodes }: Graph, name: string): GraphNode[] {
  const wanted = name.trim().replace(' ', '/');
  return nodes.filter(({ id, namespace, name: own, kind }) =>
    [id, own, `${namespace ?? ''}/${own}`, `${kind}/${own}`].includes(wanted),
  );
}

/** Keys are words with dots and brackets; `-` and `/` stand in names of objects. */
function mayBeKey(name: string, { nodes }: Graph): boolean {
  const isWritten = /^\w+(?:\[[\d*]+\])?(?:\.\w+)*$/.test(name);
  return isWritten && !nodes.some(({ name: own }) => suggestNearest(name, [own]) === own);
}

function unknownObject(name: string, { nodes }: Graph): Failure {
  const near = suggestNearest(
    name,
    nodes.flatMap(({ id, namespace, name: own }) => [own, `${namespace ?? ''}/${own}`, id]),
  );
  return failure('usage', {
    code: 'usage/argument',
    message: `there is no object ${name} in the tree`,
    remedy: near === undefined ? 'list them with `cluster-template graph`' : `did you mean ${near}?`,
  });
}

function restrictTo(graph: Graph, chosen: readonly GraphNode[]): Graph {
  const { dependentsOf, dependenciesOf } = closuresOf(graph);
  return restrict(graph, new Set(chosen.flatMap(({ id }) => [id, ...dependentsOf(id), ...dependenciesOf(id)])));
}

async function write(graph: Graph, chosen: readonly GraphNode[], options: GraphCommandOptions): Promise<number> {
  const { format, json, output, of: name } = options;
  if (json === true || (format === 'json' && output === undefined)) printJson({ status: 'done', ...graph });
  else if (output === undefined) printResult(await textOf(graph, chosen, options));
  else {
    const path = resolve(output);
    await writeDisposableFile(below(dirname(path), basename(path)), Buffer.from(await textOf(graph, chosen, options)));
    print(`${name === undefined ? 'the graph' : `the graph of ${name}`} was written to ${output}\n`);
  }
  return EXIT.done;
}

async function textOf(
  graph: Graph,
  chosen: readonly GraphNode[],
  { format, of: name }: GraphCommandOptions,
): Promise<string> {
  switch (format) {
    case 'mermaid':
      return graphMermaid(graph);
    case 'dot':
      return graphDot(graph);
    case 'json':
      return `${JSON.stringify({ status: 'done', ...graph }, undefined, 2)}\n`;
    case 'html':
      return graphPage(await pageTemplate(), name === undefined ? 'Graph' : `Graph of ${name}`, graph);
    case 'text':
  }
  if (chosen.length === 0) return graphText(graph);
  const { dependentsOf } = closuresOf(graph);
  return chosen.map(({ id }) => nodeText(graph, id, dependentsOf(id))).join('\n');
}

/** It lies beside the program. */
async function pageTemplate(): Promise<string> {
  const path = join(dirname(dirname(realPathSync(process.argv[1] ?? ''))), 'dist/graph.html');
  const text = await readTextIfPresent(path);
  if (text !== undefined) return text;
  throw failure('outside', { code: 'workspace/read', message: `${path} does not exist`, remedy: 'run `npm ci`' });
}
