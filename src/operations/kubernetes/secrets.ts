import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { isSecretPath } from '../../sops/rules.ts';
import type { AgeKey } from '../../cluster/credentials/read.ts';
import type { ClusterRoot } from '../../cluster/root.ts';
import { failure } from '../../report/finding.ts';
import { decrypt } from '../../sops/decrypt.ts';
import { listFolder, readTextIfPresent } from '../../system/files.ts';
import type { ClusterAccess, OperationRun } from '../operation.ts';
import type { StepReport } from '../../report/progress.ts';
import type { ProgramCall } from '../programs/catalogue.ts';
import { type Patience, retrying } from '../programs/waiting.ts';
import { applyManifests, kubectlGet } from './manifests.ts';
import { asFields, asText, parseFields } from '../../text/values.ts';

/** Where secrets without a namespace of their own go: Flux copies them from there, or reads them there. */
const SECRETS_NAMESPACE = 'flux-system';

const CLUSTER_SECRETS = 'kubernetes/components/sops/cluster-secrets.sops.yaml';

/** One Secret in plain text. It is never written, logged or passed as an argument. */
interface PlainSecret {
  readonly file: string;
  readonly name: string;
  readonly namespace: string;
  readonly type: string;
  /** Values by key, as they are decoded. */
  readonly values: ReadonlyMap<string, string>;
  /** The manifest as JSON, which is YAML. */
  readonly manifest: string;
}

/** The encrypted files that are applied before Flux is there: all of bootstrap/, and the secrets that every namespace gets. */
export async function secretFilesOf(root: ClusterRoot): Promise<string[]> {
  const files = (await listFolder(join(root.path, 'bootstrap'))).filter(({ kind }) => kind === 'file');
  return [...files.map(({ name }) => `bootstrap/${name}`).filter(isSecretPath), CLUSTER_SECRETS];
}

/**
 * Applies the secrets that are not in the cluster as they should be. They are decrypted in memory, handed over through the standard
 * input and masked in whatever is shown.
 *
 * @throws Failure where a file cannot be decrypted, holds something else than Secrets, or the API refuses it
 */
export async function applySecrets(
  task: { readonly run: OperationRun; readonly key: AgeKey; readonly patience: Patience },
  report: StepReport,
): Promise<void> {
  const { run, key, patience } = task;
  const attempts = { signal: run.signal, pauseSeconds: patience.pauseSeconds };
  const wanted = await wantedSecrets(run.root, key);
  const masked = wanted.flatMap(secretTexts);
  const applied: string[] = [];
  let equal = 0;
  for (const secret of wanted) {
    const isSame = await retrying(attempts, report, () => isInCluster(run, secret, masked));
    if (isSame) equal += 1;
    else {
      const { manifest, namespace, name } = secret;
      const call = { ...applyManifests(manifest, { namespace }), secrets: masked };
      await retrying(attempts, report, () => run.programs.run(call));
      applied.push(name);
    }
  }
  const same = equal === 0 ? '' : `${String(equal)} ${equal === 1 ? 'is' : 'are'} in the cluster already`;
  report.say(
    [applied.length === 0 ? '' : `applied ${applied.join(', ')}`, same].filter((part) => part !== '').join('; '),
  );
}

/** Names of the secrets that are not in the cluster as they should be. Throws as `applySecrets`. */
export async function differingSecrets(access: ClusterAccess, key: AgeKey): Promise<string[]> {
  const wanted = await wantedSecrets(access.root, key);
  const masked = wanted.flatMap(secretTexts);
  const found: string[] = [];
  for (const secret of wanted) if (!(await isInCluster(access, secret, masked))) found.push(secret.name);
  return found;
}

async function wantedSecrets(root: ClusterRoot, key: AgeKey): Promise<PlainSecret[]> {
  const found: PlainSecret[] = [];
  for (const file of await secretFilesOf(root)) found.push(...(await readPlainSecrets(root, file, key)));
  return found;
}

function secretTexts({ values }: PlainSecret): string[] {
  return [...values.values()].flatMap((value) => [value, Buffer.from(value, 'utf8').toString('base64')]);
}

async function readPlainSecrets(root: ClusterRoot, file: string, { identities }: AgeKey): Promise<PlainSecret[]> {
  const text = await readTextIfPresent(join(root.path, file));
  if (text === undefined) return [];
  const { text: plain } = await decrypt({ path: file, text, identities });
  return parseAllDocuments(plain)
    .map((document) => document.toJS() as unknown)
    .filter((value) => value !== null && value !== undefined)
    .map((value) => plainSecret(file, value));
}

function plainSecret(file: string, value: unknown): PlainSecret {
  const object = asFields(value);
  const metadata = asFields(object.metadata);
  const name = asText(metadata.name);
  if (object.kind !== 'Secret' || name === '') throw noSecret(file);
  const namespace = asText(metadata.namespace) || SECRETS_NAMESPACE;
  const values = new Map([...decoded(object.data), ...texts(object.stringData)]);
  return {
    file,
    name,
    namespace,
    type: asText(object.type) || 'Opaque',
    values,
    manifest: `${JSON.stringify({ ...object, metadata: { ...metadata, namespace } })}\n`,
  };
}

/** Keys that somebody else added to the Secret do not count: applying it would leave them, too. */
async function isInCluster(
  { programs }: ClusterAccess,
  secret: PlainSecret,
  masked: readonly string[],
): Promise<boolean> {
  const call = { ...readSecret(secret.name, secret.namespace), secrets: masked };
  const { stdout } = await programs.run(call);
  if (stdout.trim() === '') return false;
  const object = parseFields(stdout);
  if (object === undefined) throw noJson();
  const present = new Map(decoded(object.data));
  const isType = (asText(object.type) || 'Opaque') === secret.type;
  return isType && [...secret.values].every(([key, value]) => present.get(key) === value);
}

function noJson(): Error {
  const message = 'kubectl get secret printed something else than JSON';
  return failure('outside', { code: 'programs/failed', message, remedy: 'run it by hand, and look at what it says' });
}

function decoded(data: unknown): [string, string][] {
  return texts(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]);
}

function texts(data: unknown): [string, string][] {
  return Object.entries(asFields(data)).map(([key, value]) => [key, String(value)]);
}

function noSecret(file: string): Error {
  return failure('input', {
    code: 'cluster/state',
    message: `${file} holds something else than a Secret with a name`,
    place: { file },
    remedy: `look at it with \`cluster-template secrets show ${file}\``,
  });
}

/** Reads one Secret; prints nothing where there is none. Its output is a secret. */
export function readSecret(name: string, namespace: string): ProgramCall {
  return kubectlGet(['secret', name, '--namespace', namespace, '--ignore-not-found', '--output', 'json']);
}
