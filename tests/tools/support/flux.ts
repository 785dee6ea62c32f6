import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';
import { substitute } from '../../../src/manifests/flux/substitution.ts';
import { decrypt } from '../../../src/sops/decrypt.ts';
import type { AgeIdentity } from '../../../src/sops/identities.ts';
import { at, listAt, textAt, type Fields, type Tree } from '../../golden/trees.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { output } from './run.ts';
import { copyOf, isSecret } from './trees.ts';

/** What playing Flux takes. */
export interface FluxOptions {
  readonly tree: Tree;
  /** Path of kubectl, whose kustomize builds. */
  readonly kubectl: string;
  /** Keys of the secrets. */
  readonly identities: readonly AgeIdentity[];
}

/** An object as Flux would apply it, and the Kustomization that it belongs to. */
export interface Applied {
  readonly object: Fields;
  readonly from: string;
}

const FLUX_KUSTOMIZATION = 'kustomize.toolkit.fluxcd.io/';
const ENTRY = 'kubernetes/flux/cluster/ks.yaml';

/**
 * The objects that Flux's kustomize-controller would apply of a tree: every Kustomization from the first on is built with
 * its patches, its target namespace and its substitutions. Secrets are decrypted in memory.
 */
export async function fluxObjects(options: FluxOptions): Promise<Applied[]> {
  const secrets = await decryptedObjects(options);
  const variables = variablesOf(secrets);
  const folder = await copyOf(options.tree);
  const entries = options.tree.documents.filter(({ path }) => path === ENTRY).map(({ fields }) => fields);
  const found: Applied[] = entries.map((object) => ({ object, from: ENTRY }));
  const waiting = [...entries];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const from = `Kustomization ${textAt(next, 'metadata', 'name')}`;
    for (const built of await build(next, folder, options.kubectl)) {
      const object = substituted(withSecret(built, secrets), next, variables);
      found.push({ object, from });
      if (isKustomization(object)) waiting.push(object);
    }
  }
  return found;
}

/** The encrypted files of a tree as objects in plain text. They are secrets: nothing may write them. */
export async function decryptedObjects({ tree, identities }: FluxOptions): Promise<Fields[]> {
  const secrets = tree.files.filter(({ path }) => isSecret(path) && !path.startsWith('talos/'));
  const texts = await Promise.all(
    secrets.map(async ({ path, text }) => (await decrypt({ path, text, identities })).text),
  );
  return texts.flatMap(parseObjects);
}

function isKustomization(object: Fields): boolean {
  return textAt(object, 'kind') === 'Kustomization' && textAt(object, 'apiVersion').startsWith(FLUX_KUSTOMIZATION);
}

/** Flux puts a kustomization.yaml of its own over the path, with what the Kustomization asks for. */
async function build(kustomization: Fields, root: string, kubectl: string): Promise<Fields[]> {
  const folder = join(root, textAt(kustomization, 'spec', 'path'));
  const overlay = join(await temporaryFolder(), 'overlay');
  await mkdir(overlay);
  const resources = (await resourcesOf(folder)).map((path) => relative(overlay, path));
  const namespace = textAt(kustomization, 'spec', 'targetNamespace');
  const content = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources,
    components: listAt(kustomization, 'spec', 'components').map((path) =>
      relative(overlay, join(folder, String(path))),
    ),
    patches: listAt(kustomization, 'spec', 'patches'),
    ...(namespace === '' ? {} : { namespace }),
  };
  await writeFile(join(overlay, 'kustomization.yaml'), stringify(content));
  const text = await output(kubectl, ['kustomize', '--load-restrictor=LoadRestrictionsNone', overlay]);
  return parseObjects(text);
}

/** A folder with a kustomization.yaml is taken whole; without one everything below it is. */
async function resourcesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  if (entries.some(({ name }) => name === 'kustomization.yaml')) return [folder];
  const found = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return await resourcesOf(path);
      return /\.ya?ml$/.test(entry.name) ? [path] : [];
    }),
  );
  return found.flat();
}

/** kustomize carries an encrypted file through as it is. */
function withSecret(object: Fields, secrets: readonly Fields[]): Fields {
  if (at(object, 'sops') === undefined) return object;
  const plain = secrets.find((one) => textAt(one, 'metadata', 'name') === textAt(object, 'metadata', 'name'));
  if (plain === undefined) throw new Error(`no file holds the secret ${textAt(object, 'metadata', 'name')}`);
  const { sops: _, ...rest } = object;
  return { ...rest, ...(plain.data === undefined ? {} : { data: plain.data }), stringData: plain.stringData };
}

function variablesOf(secrets: readonly Fields[]): ReadonlyMap<string, string> {
  const secret = secrets.find((one) => textAt(one, 'metadata', 'name') === 'cluster-secrets');
  const values = at(secret, 'stringData');
  return new Map(
    Object.entries((values ?? {}) as Record<string, unknown>).map(([name, value]) => [name, String(value)]),
  );
}

/** As `postBuild` does; what is left over is a variable that is not known, and refused by its name. */
function substituted(object: Fields, kustomization: Fields, variables: ReadonlyMap<string, string>): Fields {
  const isDisabled = textAt(object, 'metadata', 'annotations', `${FLUX_KUSTOMIZATION}substitute`) === 'disabled';
  if (isDisabled || at(kustomization, 'spec', 'postBuild') === undefined) return object;
  // A value becomes part of a text in JSON.
  const quoted = new Map([...variables].map(([name, value]) => [name, JSON.stringify(value).slice(1, -1)]));
  return JSON.parse(substitute(JSON.stringify(object), quoted)) as Fields;
}

function parseObjects(text: string): Fields[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS() as Fields | null)
    .filter((object) => object !== null);
}
