import { join, resolve } from 'node:path';
import type { ClusterRoot } from '../../cluster/root.ts';
import { programVariables } from '../../system/environment.ts';

/** Paths of the files through which programs reach the cluster. */
export interface AccessFiles {
  readonly kubeconfig: string;
  readonly talosconfig: string;
  readonly ageKey: string;
  readonly sopsConfig: string;
}

/**
 * The files that every program is pointed at: always those of this cluster, whatever the shell says, so that nothing is ever done
 * to another one. Only the age key may lie elsewhere, where SOPS_AGE_KEY_FILE says so, as for `configure`.
 */
export function accessFiles(root: ClusterRoot, env: Readonly<Record<string, string | undefined>>): AccessFiles {
  const named = env.SOPS_AGE_KEY_FILE;
  const isNamed = named !== undefined && named !== '' && root.keys === root.path;
  return {
    kubeconfig: join(root.path, 'kubeconfig'),
    talosconfig: join(root.path, 'talos/clusterconfig/talosconfig'),
    ageKey: isNamed ? resolve(named) : join(root.keys, 'age.key'),
    sopsConfig: join(root.path, '.sops.yaml'),
  };
}

/** Programs that decrypt files. */
const DECRYPTING = new Set(['sops', 'talhelper']);

/**
 * The variables by which a program that decrypts finds the age key. Where the key is given in SOPS_AGE_KEY alone there is no file
 * to name, and sops refuses a name that leads nowhere; no other program gets the key itself.
 *
 * @param isThere - whether the file of the age key is there
 */
export function ageKeyVariables(
  program: string,
  {
    files,
    text,
    isThere,
  }: { readonly files: AccessFiles; readonly text: string | undefined; readonly isThere: boolean },
): Record<string, string> {
  const file = { SOPS_AGE_KEY_FILE: files.ageKey };
  if (text === undefined || text === '' || !DECRYPTING.has(program)) return file;
  return { SOPS_AGE_KEY: text, ...(isThere ? file : {}) };
}

/** The environment of every program: what it may inherit, and the files of the cluster. */
export function programEnvironment(
  files: AccessFiles,
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  return {
    ...programVariables(env),
    KUBECONFIG: files.kubeconfig,
    SOPS_CONFIG: files.sopsConfig,
    TALOSCONFIG: files.talosconfig,
  };
}
