import { join, resolve } from 'node:path';
import { SETTINGS_FILE } from '../checks/settings.ts';
import type { ManifestFile } from '../manifests/document.ts';
import type { FluxTree } from '../manifests/flux/tree.ts';
import { failure, Failure, type Finding, type Place } from '../report/finding.ts';
import { unmergedFindings } from '../report/source.ts';
import { decrypt, isEncrypted, readSealed } from '../sops/decrypt.ts';
import { type AgeIdentity, parseIdentityFile } from '../sops/identities.ts';
import { isHidden } from '../sops/redact.ts';
import { isSecretPath } from '../sops/rules.ts';
import { selects } from '../sops/selection.ts';
import { visitLeaves } from '../sops/tree.ts';
import { readTextIfPresent } from '../system/files.ts';
import { openUserCache } from '../system/user-folders.ts';
import { chartStore } from './chart-store.ts';
import { folderIn, readRepository } from './repository.ts';
import { type SchemaOptions, schemaSources } from './schema-sources.ts';
import { loadChecks, type ValidateResult } from './validate.ts';

/** What is asked of a repository. */
interface RepositoryOptions extends SchemaOptions {
  /** Folders at which Flux begins, instead of those that the repository tells. */
  readonly paths: readonly string[];
  /** Folder with age.key; what it opens is decrypted, and its MAC verified. */
  readonly keys: string | undefined;
}

/**
 * Validates what Flux would apply out of any repository, as it lies on disk. Writes nothing, asks nobody.
 *
 * @param folder - absolute path of the repository's top
 * @throws Failure where a folder of `paths` is not there, or where Flux begins cannot be told
 */
export async function validateRepository(
  folder: string,
  { paths, keys, ...schemas }: RepositoryOptions,
): Promise<ValidateResult> {
  const wanted = await Promise.all(paths.map((path) => folderIn(folder, path)));
  const read = await readRepository(folder);
  const identities = keys === undefined ? [] : await identitiesIn(resolve(keys));
  const opened = await Promise.all(read.map((file) => openSecret(file, identities)));
  const files = opened.map(({ file }) => file);
  const sources = await schemaSources(schemas, openUserCache(folder));
  const charts = schemas.charts === undefined ? undefined : await chartStore(schemas.charts);
  const { checkTools, examine, schemaChecker, settingsOf } = await loadChecks();
  const report = await examine(files, {
    settings: settingsOf(files.find(({ path }) => path === SETTINGS_FILE)?.text),
    tools: {
      ...checkTools(schemaChecker(sources)),
      ...(charts === undefined ? {} : { charts }),
      ...(schemas.kubernetes === undefined ? {} : { kubernetes: schemas.kubernetes }),
    },
    paths: wanted,
    others: (clusters) => {
      const used = usedIn(clusters);
      return [
        ...opened.flatMap(({ file, findings }) => (used.has(file.path) || isSecretPath(file.path) ? findings : [])),
        ...files.filter(({ path }) => used.has(path)).flatMap(({ path, text }) => unmergedFindings(path, text, SETTLE)),
      ];
    },
  });
  if (report.clusters.length === 0) throw nothingOfFlux(folder);
  return {
    findings: report.findings,
    files: usedIn(report.clusters).size,
    coverage: report.coverage,
    charts: charts === undefined ? undefined : report.charts,
    clusters: report.clusters.map(({ root, kustomizations, objects }) => ({
      folders: root.folders,
      kustomizations: kustomizations.length,
      objects: objects.length,
    })),
  };
}

function usedIn(clusters: readonly FluxTree[]): ReadonlySet<string> {
  return new Set(clusters.flatMap(({ used }) => [...used]));
}

const SETTLE =
  'keep what shall hold of both sides, and remove the lines that begin with <<<<<<<, |||||||, ======= and >>>>>>>';

/** That nothing of a repository is applied by Flux. */
export function nothingOfFlux(folder: string): Failure {
  return failure('input', {
    code: 'manifests/no-root',
    message: `nothing in ${folder} tells where Flux begins: no FluxInstance, no Kustomization of Flux and no folder below clusters/`,
    remedy: 'name the folder that Flux syncs with --path, or the repository as the argument',
  });
}

async function identitiesIn(keys: string): Promise<AgeIdentity[]> {
  const file = join(keys, 'age.key');
  const text = await readTextIfPresent(file);
  return text === undefined ? [] : parseIdentityFile(text, file);
}

interface OpenedFile {
  /** Decrypted where a key opens it. */
  readonly file: ManifestFile;
  readonly findings: readonly Finding[];
}

/**
 * Looks whether an encrypted file is whole: with a key by its MAC, without one by its form. A file that is named as one and is not encrypted,
 * or of which a part lies open that its own rule would encrypt, is told.
 */
async function openSecret(file: ManifestFile, identities: readonly AgeIdentity[]): Promise<OpenedFile> {
  const { path, text } = file;
  if (!/\.(?:ya?ml|json|env|ini)$/.test(path) || /(?:^|\/)\.sops\.ya?ml$/.test(path)) return { file, findings: [] };
  const mayBeEncrypted = isSecretPath(path) || /^[ \t]*"?sops"?:|^sops_mac=|^\[sops\]/m.test(text);
  if (!mayBeEncrypted) return { file, findings: [] };
  try {
    if (!isEncrypted(path, text)) return { file, findings: isSecretPath(path) ? [notEncrypted(file)] : [] };
    const findings = formOf(file);
    const sealed = { ...file, isSecret: true };
    if (identities.length === 0 || findings.length > 0) return { file: sealed, findings };
    const opened = await decrypt({ path, text, identities });
    return { file: { ...sealed, text: opened.text }, findings: [] };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    // Whoever has one key need not have all.
    const isOthers = error.findings.every(({ code }) => code === 'sops/wrong-key');
    return { file: { ...file, isSecret: true }, findings: isOthers ? [] : error.findings };
  }
}

function notEncrypted({ path }: ManifestFile): Finding {
  return {
    code: 'sops/not-encrypted',
    severity: 'error',
    message: `${path} is named as an encrypted file, and is none`,
    place: { file: path },
    remedy: `encrypt it: \`cluster-template secrets encrypt ${path}\`; whatever it shows replace where it was pushed`,
  };
}

function formOf({ path, text }: ManifestFile): Finding[] {
  const { tree, metadata } = readSealed(path, text);
  const isSelected = selects(metadata.selection);
  const open: string[] = [];
  const damaged: string[] = [];
  visitLeaves(tree, (leaf, position) => {
    const isText = leaf.kind === 'str';
    if (leaf.kind === 'comment' || !isSelected(leaf, position)) {
      if (isText && leaf.value.startsWith('ENC[AES256_GCM,') && !isHidden(leaf)) damaged.push(position.path.join('.'));
    } else if (!isHidden(leaf)) {
      const isSealed = isText && leaf.value.startsWith('ENC[');
      (isSealed ? damaged : open).push(position.path.join('.'));
    }
  });
  const finding = (
    code: 'sops/not-encrypted' | 'sops/damaged',
    key: string,
    message: string,
    remedy: string,
  ): Finding => ({
    code,
    severity: 'error',
    message: `\`${key}\` of ${path} ${message}`,
    place: placeOfKey(path, text, key),
    remedy,
  });
  return [
    ...open.map((key) =>
      finding(
        'sops/not-encrypted',
        key,
        'lies in plain text in an encrypted file',
        `encrypt it anew: \`sops edit ${path}\`; SOPS refuses the file as it is, as its MAC covers the value`,
      ),
    ),
    ...damaged.map((key) =>
      finding(
        'sops/damaged',
        key,
        'is no ciphertext of SOPS',
        'take the file out of git as it was, or encrypt it anew',
      ),
    ),
  ];
}

/** The line of the last key on the way; of the first one that reads so. */
function placeOfKey(path: string, text: string, key: string): Place {
  const last = key.split('.').at(-1) ?? key;
  const line = text.split('\n').findIndex((one) => one.replace(/["'\s-]/g, '').startsWith(`${last}:`));
  return line === -1 ? { file: path } : { file: path, line: line + 1 };
}
