import { relative } from 'node:path';
import { isSecretPath } from '../checks/secrets.ts';
import { keySources } from '../cluster/config/key-source.ts';
import type { ClusterRoot } from '../cluster/root.ts';
import type { RenderRequest } from '../makejinja/render.ts';
import { readTextIfPresent } from '../system/files.ts';
import { accessToLook } from './access.ts';
import { readConfiguration } from './configuration.ts';
import { answer, type Explanation } from './explain/answer.ts';
import { outputAt } from './explain/target.ts';
import { readSources } from './render.ts';
import { readManifest } from './state.ts';
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
  await requireTrust(root);
  const manifest = await readManifest(root);
  const access = await accessToLook(root, manifest);
  const { configuration } = await readConfiguration(root, access);
  const { settings, inputs, plugins } = await readSources(root, configuration, { access });
  const output = outputAt(path, inputs, manifest);
  const request: RenderRequest = { settings, inputs, plugins };
  const [, cluster, ...users] = plugins;
  const keys = {
    data: (cluster?.data ?? {}) as Readonly<Record<string, unknown>>,
    pluginNames: new Set(users.flatMap(({ data, globals, functions }) => [data, globals, functions].flatMap(namesOf))),
    sourceOf: keySources({ cluster: await textOf(root, root.clusterFile), nodes: await textOf(root, root.nodesFile) }),
    hideAll: isSecretPath(path),
  };
  return await answer({ root, request, output, keys }, path, line);
}

function namesOf(table: Readonly<Record<string, unknown>> | ReadonlyMap<string, unknown> | undefined): string[] {
  return table instanceof Map ? [...(table.keys() as Iterable<string>)] : Object.keys(table ?? {});
}

async function textOf(root: ClusterRoot, path: string): Promise<{ file: string; text: string }> {
  return { file: relative(root.path, path), text: (await readTextIfPresent(path)) ?? '' };
}
