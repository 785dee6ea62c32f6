import { isAbsolute, join, relative } from 'node:path';
import { loadConfiguration } from '../cluster/config/load.ts';
import type { SecretSources } from '../cluster/config/secrets.ts';
import type { ValueSource } from '../cluster/config/sources.ts';
import type { Configuration } from '../cluster/config/types.ts';
import { ingressOf } from '../cluster/computed/services.ts';
import { placeholderNotes } from '../cluster/credentials/placeholder.ts';
import type { ClusterRoot } from '../cluster/root.ts';
import { Failure, failure, type Finding } from '../report/finding.ts';
import { environment } from '../system/environment.ts';
import { readTextIfPresent } from '../system/files.ts';
import { runProgram } from '../system/programs.ts';

/** A valid configuration and what is worth knowing about it. */
export interface ValidConfiguration {
  readonly configuration: Configuration;
  readonly findings: readonly Finding[];
  /** Where each field comes from, by its path. */
  readonly sources: ReadonlyMap<string, ValueSource>;
}

/**
 * Reads and validates cluster.yaml and nodes.yaml.
 *
 * @param needsSecrets - false for a run without the owner's key: secrets that are not at hand are then stood in for, as
 *   nothing that holds them is compared
 * @param isOwned - whether the tree is somebody's own, in which no value of the sample should be left
 * @throws Failure with all findings where one of them is an error
 */
export async function readConfiguration(
  root: ClusterRoot,
  needsSecrets: boolean,
  isOwned = false,
): Promise<ValidConfiguration> {
  const [cluster, nodes] = await Promise.all([
    readConfigFile(root, root.clusterFile),
    readConfigFile(root, root.nodesFile),
  ]);
  const secrets = secretSources(root);
  const { findings, configuration, sources } = await loadConfiguration(
    { cluster, nodes, isOwned },
    needsSecrets ? secrets : withStandIns(secrets),
  );
  if (configuration === undefined) throw new Failure('input', findings);
  return { configuration, findings, sources };
}

/** Whether the cluster is reached through a tunnel, whose file then has to be there. */
export function needsTunnel({ cluster }: Configuration): boolean {
  return ingressOf(cluster) === 'tunnel';
}

/** One line where the tunnel's file is the placeholder that came with the sample. */
export async function placeholderFindings(root: ClusterRoot, configuration: Configuration): Promise<Finding[]> {
  return needsTunnel(configuration) ? await placeholderNotes(root.keys) : [];
}

async function readConfigFile(root: ClusterRoot, path: string): Promise<{ file: string; text: string }> {
  const file = relative(root.path, path);
  const text = await readTextIfPresent(path);
  if (text !== undefined) return { file, text };
  throw failure('input', {
    code: 'config/missing-file',
    message: `${file} does not exist`,
    place: { file },
    remedy: 'restore it from git, or write it as docs/configuration.md shows',
  });
}

function secretSources(root: ClusterRoot): SecretSources {
  return {
    env: environment(),
    readFile: (path) => readTextIfPresent(isAbsolute(path) ? path : join(root.path, path)),
    isTracked: (path) => isTracked(root, path),
  };
}

/** Whether git tracks a file; a folder that is no git repository tracks nothing. */
async function isTracked(root: ClusterRoot, path: string): Promise<boolean> {
  const result = await runProgram('git', ['ls-files', '--error-unmatch', '--', path], { cwd: root.path });
  return result.exitCode === 0;
}

function withStandIns(sources: SecretSources): SecretSources {
  const standIn = 'stand-in for a secret that is not at hand';
  return {
    env: new Proxy(sources.env, {
      get: (env, name) => (typeof name === 'string' ? (env[name] ?? standIn) : undefined),
    }),
    readFile: async (path) => (await sources.readFile(path)) ?? standIn,
    isTracked: sources.isTracked,
  };
}
