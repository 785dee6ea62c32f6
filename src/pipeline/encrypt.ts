import { indentFor, isSecretPath, requireRule, type Rule, ruleFor } from '../sops/rules.ts';
import { SAMPLE_RECIPIENT } from '../cluster/root.ts';
import type { RenderedFile } from '../makejinja/render.ts';
import { Failure, type Finding } from '../report/finding.ts';
import { unmergedFindings } from '../report/source.ts';
import { keepOrEncrypt, type KeepOptions, type Kept, readPlain } from '../sops/encrypt.ts';
import { lineOfKey, unfitValues } from '../sops/values.ts';
import { now } from '../system/environment.ts';
import type { DesiredFile, DiskFile } from '../workspace/inventory.ts';
import type { SettledAccess } from './access.ts';
import { NOTHING_KEPT, type TreeMemory } from './memory.ts';
import { readRules, RULES_FILE } from './secret-gate.ts';

/** The files as they are to lie on disk, and what was noticed on the way. */
export interface EncryptedFiles {
  readonly files: readonly DesiredFile[];
  readonly findings: readonly Finding[];
  /** How many secrets there are, kept or newly encrypted. */
  readonly secrets: number;
  /** The rule that a secret is encrypted by; undefined where none matches, or no rules were read. */
  readonly ruleFor: (path: string) => Rule | undefined;
}

/** The texts that a secret file has: one, or those of both sides of a merge that git could not finish. */
type VersionsOf = (path: string, text: string) => Promise<readonly string[]>;

/**
 * Encrypts every `*.sops.*` file in memory under the rules of the rendered .sops.yaml. What did not change keeps the
 * bytes that lie on disk, or those of the side of a merge that it is equal to. Without the owner's key the files on disk stand in for
 * their new rendering, unread.
 *
 * @param options.memory - of earlier runs: what was found to say the same is not opened again
 * @param options.dependent - paths of plain files that cannot be rendered without the key either
 * @throws Failure where a file cannot be encrypted, or a merge of one could only be settled with the owner's key
 */
export async function encryptSecrets(
  rendered: readonly RenderedFile[],
  disk: ReadonlyMap<string, DiskFile>,
  access: SettledAccess,
  {
    versionsOf = (_, text) => Promise.resolve([text]),
    dependent = new Set(),
    memory = NOTHING_KEPT,
    readTemplate = () => Promise.resolve(undefined),
  }: {
    readonly versionsOf?: VersionsOf;
    readonly dependent?: ReadonlySet<string>;
    readonly memory?: TreeMemory;
    readonly readTemplate?: (source: string) => Promise<string | undefined>;
  } = {},
): Promise<EncryptedFiles> {
  const secrets = rendered.filter(({ path }) => isSecretPath(path));
  const files: DesiredFile[] = rendered
    .filter(({ path }) => !isSecretPath(path))
    .map((file) => desired(file, (dependent.has(file.path) ? disk.get(file.path)?.bytes : undefined) ?? file.bytes));
  if (access.kind === 'none') {
    refuseUnmerged(secrets, disk);
    for (const file of secrets) files.push(desired(file, disk.get(file.path)?.bytes ?? Buffer.alloc(0)));
    const notes = [
      ...(secrets.length === 0 ? [] : [notChecked(secrets.length, access.recipient)]),
      ...[...dependent].map(dependsOnSecret),
    ];
    return { files, findings: notes, secrets: secrets.length, ruleFor: () => undefined };
  }
  const rules = secrets.length === 0 ? undefined : readRules(rendered);
  const findings: Finding[] = [...(rules?.warnings ?? [])];
  const rulesText = rendered.find(({ path }) => path === RULES_FILE)?.bytes ?? '';
  const keys = access.key.identities.map((one) => one.reveal());
  const unfit: Finding[] = [];
  for (const file of secrets) {
    if (rules === undefined) break;
    const previous = disk.get(file.path);
    const text = previous === undefined ? undefined : Buffer.from(previous.bytes).toString('utf8');
    const options = {
      path: file.path,
      plain: file.bytes,
      rule: requireRule(rules, file.path),
      indent: indentFor(rules, file.path),
      identities: access.key.identities,
      now: now(),
    };
    const versions = text === undefined ? [] : await versionsOf(file.path, text);
    const fact = memory.fact('kept', [file.path, file.bytes, text ?? '', rulesText, ...keys]);
    const isKnown = text !== undefined && versions.length === 1 && fact.isKnown;
    const kept: Kept = isKnown ? { outcome: 'kept', text } : await keepOneOf(options, versions);
    if (kept.outcome === 'kept' && versions.length === 1 && kept.warning === undefined) fact.learn();
    if (kept.warning !== undefined) findings.push(kept.warning);
    // What lies there already was taken as it is before.
    if (kept.outcome === 'encrypted') unfit.push(...unfitFindings(file, options.rule, await readTemplate(file.source)));
    files.push(desired(file, Buffer.from(kept.text, 'utf8')));
  }
  if (unfit.length > 0) throw new Failure('input', unfit);
  return {
    files,
    findings,
    secrets: secrets.length,
    ruleFor: (path) => (rules === undefined ? undefined : ruleFor(rules, path)),
  };
}

/**
 * Values that an expression of the template left without one: blank, what a program writes for nothing, or a variable that nothing has
 * filled in. What stands there in so many letters is meant, and placeholders of the configuration are told where they stand.
 */
function unfitFindings({ path, source, bytes }: RenderedFile, rule: Rule, template = ''): Finding[] {
  return unfitValues(readPlain(path, bytes), rule.selection).flatMap(({ path: keys, kind, why }): Finding[] => {
    const line = lineOfKey(template, keys);
    const isComputed = line !== undefined && (template.split('\n')[line - 1] ?? '').includes('#<');
    if (!isComputed || kind === 'placeholder') return [];
    const message = `\`${keys.join('.')}\` of ${path} ${why}: nothing was encrypted`;
    const remedy = 'give the field that the line reads a value, or leave the key away with #% if %#';
    return [{ code: 'secrets/unfit-value', severity: 'error', message, place: { file: source, line }, remedy }];
  });
}

/** Keeps the version that says the same, if one does; else as little as can be is encrypted anew. */
async function keepOneOf(options: KeepOptions, versions: readonly string[]): Promise<Kept> {
  const [previous, ...others] = versions;
  const first = await keepOrEncrypt({ ...options, previous });
  let best = first;
  for (const other of others) {
    if (best.outcome === 'kept') return best;
    const next = await keepOrEncrypt({ ...options, previous: other });
    if (next.outcome === 'kept' || (best.warning !== undefined && next.warning === undefined)) best = next;
  }
  // Of a merge that is not finished a side that cannot be read is no surprise.
  return others.length === 0 ? best : { outcome: best.outcome, text: best.text };
}

function refuseUnmerged(secrets: readonly RenderedFile[], disk: ReadonlyMap<string, DiskFile>): void {
  const findings = secrets.flatMap(({ path }) => {
    const text = Buffer.from(disk.get(path)?.bytes ?? []).toString('utf8');
    return unmergedFindings(
      path,
      text,
      'run `cluster-template configure` with the age key of the tree: it settles this by itself',
    );
  });
  if (findings.length > 0) throw new Failure('input', findings);
}

function desired(file: RenderedFile, bytes: Uint8Array): DesiredFile {
  return { path: file.path, bytes, executable: (file.mode & 0o100) !== 0, secret: isSecretPath(file.path) };
}

function dependsOnSecret(path: string): Finding {
  return {
    code: 'secrets/not-checked',
    severity: 'note',
    message: `${path} was not checked: what stands in it depends on a secret that is not here`,
    place: { file: path },
  };
}

function notChecked(count: number, owner: string): Finding {
  const remedy =
    'they are encrypted to a published key: `cluster-template configure` makes your own, and encrypts them anew';
  return {
    code: 'secrets/not-checked',
    severity: 'note',
    message: `${String(count)} ${count === 1 ? 'secret was' : 'secrets were'} not checked: no key`,
    ...(owner === SAMPLE_RECIPIENT ? { remedy } : {}),
  };
}
