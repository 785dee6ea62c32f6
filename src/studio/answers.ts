import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { LoadedConfiguration } from '../cluster/config/load.ts';
import { isHiddenField } from '../cluster/config/secrets.ts';
import { type ClusterRoot, SAMPLE_RECIPIENT } from '../cluster/root.ts';
import { configure, planConfigure, type PlanResult as Planned } from '../pipeline/configure.ts';
import { examineConfiguration } from '../pipeline/configuration.ts';
import { explain, explainKey, keyAtLine } from '../pipeline/explain.ts';
import { showConfiguration } from '../pipeline/show-configuration.ts';
import { readInventory } from '../pipeline/state.ts';
import { requireTrust } from '../pipeline/trust.ts';
import { Failure, type Finding } from '../report/finding.ts';
import { type Progress, SILENT } from '../report/progress.ts';
import { clock } from '../system/environment.ts';
import { isFields } from '../text/values.ts';
import { contentHash } from '../workspace/inventory.ts';
import { changesOf, type Plan, type PlanEntry } from '../workspace/plan.ts';
import type {
  CheckResult,
  ConfigureRequest,
  ConfigureResult,
  EffectiveValue,
  ExplainResult,
  Pending,
  PlanDiff,
  PlannedFile,
  PlanResult,
  SecretMark,
  Session,
  StudioFinding,
  Value,
} from './api.ts';
import type { DocumentStore } from './documents.ts';
import { clusterFields, fieldGroups, nodeFields } from './fields.ts';
import { findingsOf, Refusal, refused, type RequestBody, toStudio } from './request.ts';

/** What every answer takes. */
export interface Studio {
  readonly root: ClusterRoot;
  readonly documents: DocumentStore;
  /** Name and version of the program, as the inventory records them. */
  readonly generator: string;
  /** A command of ours as it is typed here: `task configure`, `npx cluster-template plan`. */
  readonly commandText: (words: string) => string;
}

/** What a page begins with. */
export async function session({ root, documents, generator }: Studio): Promise<Session> {
  const inventory = await readInventory(root);
  const untrusted = await failureOf(() => requireTrust(root));
  return {
    program: generator,
    name: basename(root.path),
    folder: root.path,
    isSample: inventory?.recipient === SAMPLE_RECIPIENT,
    ...(untrusted === undefined ? {} : { untrusted }),
    documents: await documents.read(),
    fields: clusterFields(),
    nodeFields: nodeFields(),
    groups: fieldGroups(),
  };
}

async function failureOf(work: () => Promise<unknown>): Promise<StudioFinding | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return findingsOf(error)[0];
  }
}

/**
 * Everything that is wrong with a configuration, looked at without any key: what is compared with secrets is told by `plan`.
 *
 * @throws Failure where a file cannot be read at all
 */
export async function examined(root: ClusterRoot): Promise<LoadedConfiguration> {
  const recipient = (await readInventory(root))?.recipient ?? SAMPLE_RECIPIENT;
  return await examineConfiguration(root, { kind: 'none', recipient });
}

/** The findings of a configuration, each with its field; that secrets were not looked at is no news here. */
export function findingsAbout({ findings, about }: LoadedConfiguration): StudioFinding[] {
  return findings
    .filter(({ code }) => code !== 'secrets/not-checked')
    .map((finding) => toStudio(finding, about.get(finding)));
}

/** What is wrong with a pending edit. */
export async function check({ documents }: Studio, body: RequestBody): Promise<CheckResult> {
  const root = await documents.tried(body.pending());
  let read;
  try {
    read = await examined(root);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { isValid: false, findings: findingsOf(error), values: {}, lines: {}, effective: [] };
  }
  const written = [...read.sources].flatMap(([key, source]) =>
    source.kind === 'written' ? [[key, { document: documentOf(key), line: source.line }] as const] : [],
  );
  const isValid = read.configuration !== undefined;
  const effective = isValid ? (await showConfiguration(root, { computed: false })).values : [];
  return {
    isValid,
    findings: findingsAbout(read),
    values: {
      ...(read.written.cluster === undefined ? {} : { cluster: withoutSecrets(read.written.cluster, documents) }),
      ...(read.written.nodes === undefined ? {} : { nodes: withoutSecrets(read.written.nodes, documents) }),
    },
    lines: Object.fromEntries(written),
    effective: effective.map(({ name, value, source, secret }): EffectiveValue => ({
      key: name,
      value: jsonOf(value),
      source: source.kind,
      secret,
    })),
  };
}

function documentOf(key: string): 'cluster' | 'nodes' {
  return key.startsWith('nodes[') ? 'nodes' : 'cluster';
}

const SECRET: SecretMark = '********';

/** What is written, with nothing of what its text has marks for. */
function withoutSecrets(value: unknown, documents: DocumentStore): Value {
  const shown = (one: unknown): unknown => {
    if (typeof one === 'string') return documents.withMarks(one);
    if (Array.isArray(one)) return one.map(shown);
    if (!isFields(one)) return one;
    const members = Object.entries(one).map(([name, member]) => [
      documents.withMarks(name),
      isHiddenField(name) && member !== null && !isPlaceOfSecret(member) ? SECRET : shown(member),
    ]);
    return Object.fromEntries(members) as unknown;
  };
  return jsonOf(shown(value));
}

/** Whether a value only names the variable or the file that a secret is in. */
function isPlaceOfSecret(value: unknown): boolean {
  if (!isFields(value)) return false;
  const [entry, ...others] = Object.entries(value);
  return (
    entry !== undefined && others.length === 0 && ['env', 'file'].includes(entry[0]) && typeof entry[1] === 'string'
  );
}

/** Computed values have classes and bigints among them. */
function jsonOf(value: unknown): Value {
  const text = JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? Number(one) : one)) as
    string | undefined;
  return text === undefined ? null : (JSON.parse(text) as Value);
}

/** Above so many characters of all diffs together those that are left are asked for one by one. */
const MOST_DIFF = 400_000;

/** What `configure` would do. */
export async function plan({ documents }: Studio, body: RequestBody): Promise<PlanResult> {
  const began = clock.elapsedMilliseconds();
  const root = await documents.tried(body.pending());
  const took = (): number => Math.round(clock.elapsedMilliseconds() - began);
  let planned;
  try {
    planned = await planConfigure(root, SILENT);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const nothing = { refusals: [], files: [], counts: {} };
    return { isPossible: false, findings: findingsOf(error), ...nothing, took: took() };
  }
  const { entries } = planned.plan;
  const files: PlannedFile[] = [];
  let left = MOST_DIFF;
  for (const entry of entries) {
    if (entry.status === 'unchanged' || entry.status === 'adopted') continue;
    const { path, status, secret } = entry;
    if (left <= 0) {
      files.push({ path, status, secret, added: 0, removed: 0, changedKeys: [] });
      continue;
    }
    const { diff, changedKeys } = await planned.diffOf(entry);
    left -= diff.length;
    files.push({ path, status, secret, ...linesOf(diff), changedKeys, ...(left > 0 ? { diff } : {}) });
  }
  const counts: Partial<Record<PlanEntry['status'], number>> = {};
  for (const { status } of entries) counts[status] = (counts[status] ?? 0) + 1;
  return {
    isPossible: true,
    findings: planned.findings.map((finding) => toStudio(finding)),
    refusals: planned.refusals.map((finding) => toStudio(finding)),
    files,
    counts,
    token: tokenOf(planned),
    took: took(),
  };
}

function linesOf(diff: string): { readonly added: number; readonly removed: number } {
  const hunks = diff.slice(Math.max(0, diff.search(/^@@ /m)));
  const count = (sign: string): number => hunks.split('\n').filter((line) => line.startsWith(sign)).length;
  return { added: count('+'), removed: count('-') };
}

/** The same for the same changes: what is encrypted anew is another text each time, and tells itself by its path. */
function tokenOf({ plan: { entries } }: Pick<Planned, 'plan'>): string {
  const hash = createHash('sha256');
  for (const { path, status, secret, desired } of entries) {
    const content = desired === undefined ? '' : secret ? 'secret' : contentHash(desired.bytes);
    hash.update(`${path}\0${status}\0${content}\0`);
  }
  return hash.digest('base64url');
}

/** The diff of one file. */
export async function diff({ documents }: Studio, body: RequestBody): Promise<PlanDiff> {
  const path = body.text('path');
  const { plan: planned, diffOf } = await planConfigure(await documents.tried(body.pending()), SILENT);
  const entry = planned.entries.find((one) => one.path === path);
  if (entry === undefined) throw refused('not-found', `${path} is no generated file`);
  if (entry.status === 'unchanged' || entry.status === 'adopted') return { path, diff: '', changedKeys: [] };
  const { diff: text, changedKeys } = await diffOf(entry);
  return { path, diff: text, changedKeys };
}

/** Where something comes from, or what comes from it. */
export async function explanation({ documents }: Studio, body: RequestBody): Promise<ExplainResult> {
  const root = await documents.tried(body.pending());
  const ofKey = async (key: string): Promise<ExplainResult> => ({ about: 'key', ...(await explainKey(root, key)) });
  if (body.has('key')) return await ofKey(body.text('key'));
  const [file, line] = [body.text('file'), body.line()];
  const key = await keyAtLine(root, file, line);
  return key === undefined ? { about: 'file', ...(await explain(root, file, line)) } : await ofKey(key);
}

/**
 * Writes pending texts and what follows from them, once the plan is the one that was confirmed. It is looked at before anything is
 * written and once more while nobody else writes; what fails in between says that the texts are saved.
 *
 * @throws Refusal `stale-plan` where it is another one by now, `conflict` where a file was changed on disk; Failure as `configure`
 */
export async function configureAll(
  { root, documents, generator }: Studio,
  request: ConfigureRequest,
  { progress, signal }: { readonly progress: Progress; readonly signal: AbortSignal },
): Promise<ConfigureResult> {
  const { cluster, nodes } = request.documents;
  const pending: Pending = {
    ...(cluster === undefined ? {} : { cluster: cluster.text }),
    ...(nodes === undefined ? {} : { nodes: nodes.text }),
  };
  const planned = await planConfigure(await documents.tried(pending), SILENT);
  if (planned.refusals.length > 0) throw new Failure('input', planned.refusals);
  if (tokenOf(planned) !== request.token)
    throw refused('stale-plan', 'the plan is no longer the one that was confirmed; nothing was written');
  await documents.save(request, signal);
  const confirm = (): Promise<boolean> => Promise.resolve(true);
  const inspect = (settled: Plan): void => {
    if (tokenOf({ plan: settled }) !== request.token)
      throw refused('stale-plan', 'the plan is no longer the one that was confirmed');
  };
  const options = { generator, conflicts: 'stop', confirm, inspect, signal } as const;
  const result = await configure(root, options, progress).catch((error: unknown) => {
    throw Object.keys(pending).length === 0 ? error : afterSaving(error);
  });
  const findings: readonly Finding[] = result.findings;
  return {
    written: changesOf(result.plan).map(({ path, status }) => ({ path, status })),
    keysMade: result.made.map(({ file }) => file),
    ...(result.companion === undefined ? {} : { companionMade: result.companion }),
    ...(result.backup === undefined ? {} : { backup: result.backup }),
    findings: findings.map((finding) => toStudio(finding)),
    documents: await documents.read(),
  };
}

/** What ended a run, with what was written before it. */
function afterSaving(error: unknown): unknown {
  const saved = 'what was edited is saved';
  if (error instanceof Refusal) return refused(error.kind, `${error.message}; ${saved}`);
  if (!(error instanceof Failure)) return error;
  const [first, ...others] = error.findings;
  if (first === undefined) return error;
  return new Failure(error.kind, [{ ...first, message: `${first.message}; ${saved}` }, ...others], { cause: error });
}
