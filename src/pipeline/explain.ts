import { relative } from 'node:path';
import { isSecretPath } from '../sops/rules.ts';
import { keySources } from '../cluster/config/sources.ts';
import type { Configuration } from '../cluster/config/generated/types.ts';
import type { ClusterRoot } from '../cluster/root.ts';
import { Failure } from '../report/finding.ts';
import type { TraceRequest } from './explain/trace.ts';
import type { Inventory } from '../workspace/inventory.ts';
import { accessToLook, type SettledAccess } from './access.ts';
import { readConfiguration, readConfigurationFile } from './configuration.ts';
import { answer, type Explanation, outputAt } from './explain/answer.ts';
import type { KeyWorld } from './explain/keys.ts';
import { keyOnLine, usesOf, type KeyExplanation } from './explain/uses.ts';
import { readSources } from './render.ts';
import { readInventory } from './state.ts';
import { requireTrust } from './trust.ts';

/**
 * Tells where a generated file, or one line of it, comes from: the template lines that print it, and the keys of the
 * configuration that were read for it. Nothing is written, and no value of a secret is given.
 *
 * @param path - relative to the cluster's root, with forward slashes
 * @param line - from 1; undefined for the whole file
 * @throws Failure where the configuration or a template is wrong, or nothing is generated at that path or line
 */
export async function explain(root: ClusterRoot, path: string, line: number | undefined): Promise<Explanation> {
  const { request, inventory, world } = await readWorld(root);
  const output = outputAt(path, request, inventory);
  return await answer({ root, request, output, keys: { ...world, hideAll: isSecretPath(path) } }, path, line);
}

/**
 * As `explain` for several lines and files; undefined for one that nothing is generated to.
 *
 * @throws Failure where the configuration or a template is wrong
 */
export async function explainLines(
  root: ClusterRoot,
  places: readonly { readonly file: string; readonly line?: number }[],
): Promise<readonly (Explanation | undefined)[]> {
  const { request, inventory, world } = await readWorld(root);
  return await Promise.all(
    places.map(async ({ file, line }) => {
      const output = request.inputs.outputs.get(file);
      if (output === undefined || inventory?.adopted.includes(file) === true) return undefined;
      const keys = { ...world, hideAll: isSecretPath(file) };
      try {
        return await answer({ root, request, output, keys }, file, line);
      } catch (error) {
        // The file on disk has lines that a rendering has no more.
        if (error instanceof Failure && error.kind === 'usage') return undefined;
        throw error;
      }
    }),
  );
}

/**
 * Tells which generated files, and which lines of them, come from a key of the configuration: those that print it or what is computed
 * from it, and those that are there because of it. Nothing is written, and no value of a secret is given.
 *
 * @param key - as people write it: `node_cidr`, `nodes[0].address`
 * @throws Failure of kind `usage` for a key that templates do not see; else as `explain`
 */
export async function explainKey(root: ClusterRoot, key: string): Promise<KeyExplanation> {
  const { request, world } = await readWorld(root);
  return usesOf(key, request, world);
}

/**
 * The key that a line of cluster.yaml or nodes.yaml sets, or would set if it were no comment.
 *
 * @param path - relative to the cluster's root
 * @returns undefined where the path is neither file
 * @throws Failure of kind `usage` where nothing is set there; of kind `input` where the configuration cannot be read
 */
export async function keyAtLine(
  root: ClusterRoot,
  path: string,
  line: number | undefined,
): Promise<string | undefined> {
  const files = { cluster: await textOf(root, root.clusterFile), nodes: await textOf(root, root.nodesFile) };
  const name = (['cluster', 'nodes'] as const).find((one) => files[one].file === path);
  if (name === undefined) return undefined;
  // Lines of a file that cannot be read set nothing: what is wrong with it is told in place of that.
  await readConfigured(root);
  return keyOnLine(name, files[name], line);
}

/** The configuration of a repository that may be read. */
async function readConfigured(root: ClusterRoot): Promise<{
  readonly inventory: Inventory | undefined;
  readonly access: SettledAccess;
  readonly configuration: Configuration;
}> {
  await requireTrust(root);
  const inventory = await readInventory(root);
  const access = await accessToLook(root, inventory);
  const { configuration } = await readConfiguration(root, access);
  return { inventory, access, configuration };
}

/** What every answer takes: the sources of a rendering, and where the values in them come from. */
async function readWorld(root: ClusterRoot): Promise<{
  readonly request: TraceRequest;
  readonly inventory: Inventory | undefined;
  readonly world: Omit<KeyWorld, 'hideAll'>;
}> {
  const { inventory, access, configuration } = await readConfigured(root);
  const { settings, inputs, plugins, conditions } = await readSources(root, configuration, { access });
  const [, cluster, ...users] = plugins;
  const world = {
    configuration,
    data: (cluster?.data ?? {}) as Readonly<Record<string, unknown>>,
    pluginNames: new Set(users.flatMap(({ data, globals, functions }) => [data, globals, functions].flatMap(namesOf))),
    sourceOf: keySources({ cluster: await textOf(root, root.clusterFile), nodes: await textOf(root, root.nodesFile) }),
  };
  return { request: { settings, inputs, plugins, conditions }, inventory, world };
}

function namesOf(table: Readonly<Record<string, unknown>> | ReadonlyMap<string, unknown> | undefined): string[] {
  return table instanceof Map ? [...(table.keys() as Iterable<string>)] : Object.keys(table ?? {});
}

async function textOf(root: ClusterRoot, path: string): Promise<{ file: string; text: string }> {
  return { file: relative(root.path, path), text: (await readConfigurationFile(root, path)) ?? '' };
}
