// What the page knows and does: every view reads the signals here and calls the functions below them. The server has the logic.
import { batch, computed, signal } from '@preact/signals';
import type {
  ApiError,
  CallName,
  Change,
  CheckResult,
  ConfigureResult,
  DocumentName,
  Documents,
  ExplainResult,
  FieldPath,
  Pending,
  PlanResult,
  RequestOf,
  ResponseOf,
  Secrets,
  Session,
  StudioEvent,
  StudioFinding,
  Value,
} from '../api.ts';

/** Both documents, in the order in which they are shown. */
export const DOCUMENTS: readonly DocumentName[] = ['cluster', 'nodes'];

type Texts = Readonly<Record<DocumentName, string>>;

/** An answer that is none: what the server says of it. */
export class CallError extends Error {
  override readonly name = 'CallError';
  readonly kind: ApiError['error']['kind'];
  readonly findings: readonly StudioFinding[];

  constructor({ kind, message, findings }: ApiError['error']) {
    super(message);
    this.kind = kind;
    this.findings = findings;
  }
}

/** Whether the server can be spoken to; `expired`: it was started anew, and knows this page no more. */
type Connection = 'open' | 'lost' | 'stopped' | 'expired';

export const connection = signal<Connection>('open');
export const session = signal<Session | undefined>(undefined);
/** Why nothing can be shown at all. */
export const fatal = signal<string | undefined>(undefined);

/** The files as they lie on disk, as far as this page has taken note of it. */
export const base = signal<Documents | undefined>(undefined);
export const texts = signal<Texts>({ cluster: '', nodes: '' });
/** Files that changed on disk where they are edited here as well. */
export const conflicts = signal<Partial<Documents>>({});
export const check = signal<CheckResult | undefined>(undefined);
/** What the texts said when each of them could be read last. */
const values = signal<CheckResult['values']>({});
export const plan = signal<PlanResult | undefined>(undefined);
export const isPlanning = signal(false);
export const secrets = signal<Secrets | undefined>(undefined);
/** Counts what answers depend on beside the texts: the tree, the templates, the secrets. */
export const treeVersion = signal(0);
/** One sentence on what just happened, read aloud. */
export const notice = signal<{ readonly text: string; readonly isBad: boolean } | undefined>(undefined);

export const dirty = computed<readonly DocumentName[]>(() =>
  DOCUMENTS.filter((name) => base.value !== undefined && texts.value[name] !== base.value[name].text),
);
const clusterText = computed(() => texts.value.cluster);
export const pending = computed<Pending>(() =>
  Object.fromEntries(dirty.value.map((name) => [name, texts.value[name]])),
);
export const findings = computed<readonly StudioFinding[]>(() => check.value?.findings ?? []);
export const changedFiles = computed(
  () => plan.value?.files.filter(({ status }) => ['created', 'changed', 'removed'].includes(status)) ?? [],
);

/** Asks the server. @throws CallError where it gives no answer */
export async function call<Name extends CallName>(name: Name, request: RequestOf<Name>): Promise<ResponseOf<Name>> {
  let response: Response;
  try {
    response = await fetch(`/api/${name}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(request),
    });
  } catch (error) {
    if (connection.value === 'open') connection.value = 'lost';
    throw new CallError({ kind: 'outside', message: `the server does not answer: ${String(error)}`, findings: [] });
  }
  const body = (await response.json().catch(() => noAnswer(response.status))) as ResponseOf<Name> | ApiError;
  if (response.ok) return body as ResponseOf<Name>;
  if (response.status === 401) connection.value = 'expired';
  throw new CallError((body as ApiError).error);
}

function noAnswer(status: number): ApiError {
  return { error: { kind: 'fault', message: `the server answered with status ${String(status)}`, findings: [] } };
}

export function say(text: string, isBad = false): void {
  notice.value = { text, isBad };
}

/** Does what may fail, and says so where it does. */
export async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    const isHeard = connection.value !== 'open';
    if (!isHeard) say(messageOf(error), true);
    return undefined;
  }
}

export function messageOf(error: unknown): string {
  if (!(error instanceof CallError)) return String(error);
  const [first] = error.findings;
  return first === undefined ? error.message : first.message;
}

/** With a capital letter where it begins with a word and not with a name. */
export function sentence(text: string): string {
  return /^[a-z]+[\s,:]/.test(text) ? `${text.charAt(0).toUpperCase()}${text.slice(1)}` : text;
}

/** `nodes[0].address`. */
export function keyOf(path: FieldPath): string {
  return path
    .map((step, index) => (typeof step === 'number' ? `[${String(step)}]` : index === 0 ? step : `.${step}`))
    .join('');
}

/** The steps of a key: what `keyOf` is made from. */
export function pathOf(key: string): (string | number)[] {
  return [...key.matchAll(/\[(\d+)\]|[^.[\]]+/g)].map(([whole, index]) =>
    index === undefined ? whole : Number(index),
  );
}

/** The value of a field as the texts say, or said when they could be read; undefined where it is not written. */
export function valueAt(document: DocumentName, path: FieldPath): Value | undefined {
  let value: Value | undefined = values.value[document];
  for (const step of path) {
    if (value === null || typeof value !== 'object') return undefined;
    value = (value as Readonly<Record<string | number, Value>>)[step];
  }
  return value;
}

/** What a node is called, whatever is written of it yet. */
export function nodeTitle(node: Value, index: number): string {
  const name = typeof node === 'object' && node !== null && 'name' in node ? node.name : undefined;
  return typeof name === 'string' && name !== '' ? name : `Node ${String(index + 1)}`;
}

/*
 * The beginning: one question for all that a page needs, then the stream of what happens.
 */

export async function start(): Promise<void> {
  try {
    const answer = await call('session', {});
    batch(() => {
      session.value = answer;
      base.value = answer.documents;
      texts.value = { cluster: answer.documents.cluster.text, nodes: answer.documents.nodes.text };
    });
  } catch (error) {
    fatal.value = messageOf(error);
    return;
  }
  listen();
  const refresh = (): void => {
    refreshCheck();
    refreshPlan();
  };
  texts.subscribe(refresh);
  treeVersion.subscribe(() => {
    refresh();
    refreshSecrets();
  });
  clusterText.subscribe(refreshSecrets);
}

/** What a run of `configure` told, by the name of its stage. */
export const stages = signal<readonly Extract<StudioEvent, { type: 'progress' }>[]>([]);

/** Milliseconds before a stream that was refused is asked for again. */
const RETRY = 2000;

function listen(): void {
  const source = new EventSource('/api/events');
  let server: string | undefined;
  const on = <Type extends StudioEvent['type']>(
    type: Type,
    act: (event: Extract<StudioEvent, { type: Type }>) => void,
  ): void => {
    source.addEventListener(type, (event) => {
      act(JSON.parse((event as MessageEvent<string>).data) as Extract<StudioEvent, { type: Type }>);
    });
  };
  on('hello', (event) => {
    const isBack = connection.value === 'lost' || (server !== undefined && server !== event.server);
    server = event.server;
    connection.value = 'open';
    // What happened while nobody listened is asked for.
    if (isBack) {
      void attempt(async () => {
        takeDocuments(await call('documents', {}));
        treeVersion.value += 1;
      });
    }
  });
  on('documents', ({ documents }) => {
    takeDocuments(documents);
  });
  on('tree', () => {
    treeVersion.value += 1;
  });
  on('progress', (event) => {
    if (event.run === currentRun) stages.value = [...stages.value.filter(({ step }) => step !== event.step), event];
  });
  on('stopped', () => {
    connection.value = 'stopped';
    source.close();
  });
  source.addEventListener('error', () => {
    const isEnded = source.readyState === EventSource.CLOSED;
    if (connection.value === 'open') connection.value = 'lost';
    else if (!isEnded || connection.value !== 'lost') return;
    // A server that was started anew refuses this page; the stream does not say why it broke, and does not come back where it was refused.
    const again = (): void => {
      if (isEnded && connection.value === 'lost') setTimeout(listen, RETRY);
    };
    call('session', {}).then(again, again);
  });
}

/*
 * The texts: typed here, made by the form or changed on disk.
 */

/** Takes files that changed on disk. What is edited here is kept on top of them where the two do not meet. */
function takeDocuments(next: Documents): void {
  const known = base.value;
  if (known === undefined) return;
  const nextBase = { ...known };
  const nextTexts = { ...texts.value };
  const nextConflicts = new Map(Object.entries(conflicts.value));
  const kept: string[] = [];
  for (const name of DOCUMENTS) {
    const [old, fresh, mine] = [known[name], next[name], texts.value[name]];
    if (old.revision === fresh.revision && !nextConflicts.has(name)) continue;
    // What this page writes is no change of somebody else, whatever was typed since.
    const isSame = fresh.text === old.text || fresh.text === writing[name]?.text;
    const isMine = !isSame && mine !== old.text && mine !== fresh.text;
    const merged = isSame ? mine : isMine ? merge(old.text, mine, fresh.text) : fresh.text;
    if (merged === undefined) {
      nextConflicts.set(name, fresh);
      continue;
    }
    nextConflicts.delete(name);
    nextBase[name] = fresh;
    nextTexts[name] = merged;
    if (isMine) kept.push(fresh.file);
  }
  batch(() => {
    base.value = nextBase;
    texts.value = nextTexts;
    conflicts.value = Object.fromEntries(nextConflicts);
  });
  if (kept.length > 0) say(`${kept.join(' and ')} changed on disk. Your edits were kept.`);
}

/** Ends a conflict: by the text on disk, or by the one of this page, which replaces it when it is saved. */
export function resolveConflict(name: DocumentName, keep: 'disk' | 'mine'): void {
  const fresh = conflicts.value[name];
  if (fresh === undefined || base.value === undefined) return;
  const { [name]: _, ...others } = conflicts.value;
  const known = base.value;
  batch(() => {
    base.value = { ...known, [name]: fresh };
    if (keep === 'disk') texts.value = { ...texts.value, [name]: fresh.text };
    conflicts.value = others;
  });
}

/** Both changes of a text, where there are lines between them that neither touched; undefined where there are none. */
function merge(old: string, mine: string, theirs: string): string | undefined {
  const lines = old.split('\n');
  const own = changedLines(lines, mine.split('\n'));
  const other = changedLines(lines, theirs.split('\n'));
  const [first, second] = own.from <= other.from ? [own, other] : [other, own];
  if (first.to >= second.from) return undefined;
  return [
    ...lines.slice(0, first.from),
    ...first.lines,
    ...lines.slice(first.to, second.from),
    ...second.lines,
    ...lines.slice(second.to),
  ].join('\n');
}

/** The lines from the first to the last one that differ. */
function changedLines(
  old: readonly string[],
  fresh: readonly string[],
): { readonly from: number; readonly to: number; readonly lines: readonly string[] } {
  let from = 0;
  while (from < old.length && from < fresh.length && old[from] === fresh[from]) from += 1;
  let [to, end] = [old.length, fresh.length];
  while (to > from && end > from && old[to - 1] === fresh[end - 1]) {
    to -= 1;
    end -= 1;
  }
  return { from, to, lines: fresh.slice(from, end) };
}

export function type(name: DocumentName, text: string): void {
  if (texts.value[name] !== text) texts.value = { ...texts.value, [name]: text };
}

let edits: Promise<unknown> = Promise.resolve();

/** Changes values in the texts by the server, one edit after the other. */
export function edit(changes: readonly Change[]): Promise<void> {
  const next = edits.then(() => attempt(() => applyEdit(changes)));
  edits = next;
  return next;
}

async function applyEdit(changes: readonly Change[]): Promise<void> {
  for (;;) {
    const before = texts.value;
    // Both texts: a file that is not edited here may be another one on disk already.
    const edited = await call('edit', { changes, pending: before });
    // Somebody typed meanwhile: the places of the answer are no longer those of the text.
    if (DOCUMENTS.some((name) => edited[name] !== undefined && texts.value[name] !== before[name])) continue;
    texts.value = {
      cluster: edited.cluster?.text ?? texts.value.cluster,
      nodes: edited.nodes?.text ?? texts.value.nodes,
    };
    return;
  }
}

/** Takes both files as they lie on disk. */
export function discard(): void {
  if (base.value === undefined) return;
  const known = { ...base.value, ...conflicts.value };
  batch(() => {
    base.value = known;
    texts.value = { cluster: known.cluster.text, nodes: known.nodes.text };
    conflicts.value = {};
  });
}

function toWrite(): RequestOf<'save'> {
  const known = base.value;
  if (known === undefined) return { documents: {} };
  const entries = dirty.value.map(
    (name) => [name, { text: texts.value[name], revision: known[name].revision }] as const,
  );
  return { documents: Object.fromEntries(entries) };
}

/** Writes the texts to their files, and nothing else. */
export async function save(): Promise<void> {
  await edits;
  if (dirty.value.length === 0) {
    say('Nothing to save.');
    return;
  }
  const written = toWrite();
  const names = dirty.value.map((name) => base.value?.[name].file ?? name);
  await attempt(async () => {
    await write(written, async () => ({ documents: await call('save', written) }));
    say(`Saved ${names.join(' and ')}.`);
  });
}

/** What is being written: it comes back as a change on disk, maybe before the answer does. */
let writing: RequestOf<'save'>['documents'] = {};

/** Does what writes texts, and takes what the files are then. @throws CallError */
async function write<Result extends { readonly documents: Documents }>(
  written: RequestOf<'save'>,
  work: () => Promise<Result>,
): Promise<Result> {
  writing = written.documents;
  try {
    const result = await work();
    takeWritten(result.documents, written);
    return result;
  } catch (error) {
    const isStale = error instanceof CallError && error.kind === 'conflict';
    if (isStale) takeDocuments(await call('documents', {}));
    throw error;
  } finally {
    writing = {};
  }
}

/** What was written is the text of the file now, whatever was typed since. */
function takeWritten(documents: Documents, { documents: written }: RequestOf<'save'>): void {
  const known = base.value;
  if (known !== undefined) {
    const bases = DOCUMENTS.map((name) => [name, { ...known[name], text: written[name]?.text ?? known[name].text }]);
    base.value = Object.fromEntries(bases) as Documents;
  }
  takeDocuments(documents);
}

let currentRun = '';

/** Writes the texts and what follows from them, as the plan with this token says. @throws CallError */
export async function configure(token: string): Promise<ConfigureResult> {
  await edits;
  const written = toWrite();
  currentRun = crypto.randomUUID();
  stages.value = [];
  const run = currentRun;
  const result = await write(written, () => call('configure', { ...written, token, run }));
  treeVersion.value += 1;
  return result;
}

/*
 * What follows from the texts.
 */

const CHECK_DELAY = 60;
const PLAN_DELAY = 150;
const SECRETS_DELAY = 300;

/** Why there is no answer, as findings. */
function findingsOf(error: unknown): readonly StudioFinding[] {
  const own = error instanceof CallError ? error.findings : [];
  const code = error instanceof CallError ? error.kind : 'fault';
  return own.length > 0 ? own : [{ code, severity: 'error', message: messageOf(error) }];
}

const refreshCheck = latest(CHECK_DELAY, async () => {
  const answer = await call('check', { pending: pending.value }).catch((error: unknown): CheckResult => {
    const before = check.value ?? { values: {}, lines: {} };
    // That the server is gone is told by itself.
    if ('findings' in before && connection.value !== 'open') return before;
    const { values: known, lines } = before;
    return { isValid: false, findings: findingsOf(error), values: known, lines, effective: [] };
  });
  batch(() => {
    check.value = answer;
    values.value = { ...values.value, ...answer.values };
  });
});

const refreshPlan = latest(PLAN_DELAY, async () => {
  isPlanning.value = true;
  try {
    plan.value = await call('plan', { pending: pending.value });
  } catch (error) {
    // The plan of other texts is none of these.
    const nothing = { refusals: [], files: [], counts: {}, took: 0 };
    plan.value = { isPossible: false, findings: findingsOf(error), ...nothing };
  } finally {
    isPlanning.value = false;
  }
});

/** What is wanted of secrets follows from the text. */
const refreshSecrets = latest(SECRETS_DELAY, async () => {
  try {
    secrets.value = await call('secrets', { pending: pending.value });
  } catch (error) {
    // A text that cannot be read tells nothing new of secrets, and what is wrong with it is told by `check`.
    if (!(error instanceof CallError && error.kind === 'input')) throw error;
  }
});

/** Does a work once nothing asked for it any more for so many milliseconds, never twice at a time. */
function latest(delay: number, work: () => Promise<void>): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: Promise<unknown> = Promise.resolve();
  return () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const mine = timer;
      // Whoever waits behind a run and is asked for again meanwhile leaves it to the later one.
      running = running.then(() => (mine === timer ? attempt(work) : undefined));
    }, delay);
  };
}

/*
 * Where one looks.
 */

export const VIEWS = ['configuration', 'plan', 'graph', 'network', 'checks', 'secrets', 'doctor', 'terminal'] as const;
export type ViewName = (typeof VIEWS)[number];

export const view = signal<ViewName>(viewOfAddress());
/** Which of the two is shown where there is no room for both. */
export const side = signal<'form' | 'text'>('form');
/** The document in the text pane, and the line that is to be shown there. */
export const openDocument = signal<DocumentName>('cluster');
export const shownLine = signal<{ readonly document: DocumentName; readonly line: number } | undefined>(undefined);
/** The field that is to be shown in the form, by its key. */
export const shownField = signal<string | undefined>(undefined);
export const openFile = signal<string | undefined>(undefined);
export const isPaletteOpen = signal(false);
export const isConfirming = signal(false);

function viewOfAddress(): ViewName {
  return VIEWS.find((name) => location.hash === `#/${name}`) ?? 'configuration';
}

export function go(name: ViewName): void {
  if (location.hash !== `#/${name}`) location.hash = `#/${name}`;
  view.value = name;
}

window.addEventListener('hashchange', () => {
  view.value = viewOfAddress();
});

/** Leads to what a finding is about. */
export function jump({ field, place }: Pick<StudioFinding, 'field' | 'place'>): void {
  if (field !== undefined) {
    showField(field.document, field.path);
    return;
  }
  if (place === undefined) return;
  const document = DOCUMENTS.find((name) => base.value?.[name].file === place.file);
  if (document !== undefined) showLine(document, place.line ?? 1);
  else void explain({ file: place.file, ...(place.line === undefined ? {} : { line: place.line }) });
}

export function showLine(document: DocumentName, line: number): void {
  go('configuration');
  side.value = 'text';
  openDocument.value = document;
  shownLine.value = { document, line };
}

export function showField(document: DocumentName, path: FieldPath): void {
  go('configuration');
  side.value = 'form';
  const key = keyOf(path);
  shownField.value = key;
  const place = check.value?.lines[key];
  if (place !== undefined) {
    openDocument.value = document;
    shownLine.value = { document, line: place.line };
  }
}

type Explained =
  | { readonly title: string; readonly state: 'busy' }
  | { readonly title: string; readonly state: 'failed'; readonly why: string }
  | { readonly title: string; readonly state: 'there'; readonly result: ExplainResult };

/** What is explained beside the view. */
export const explanation = signal<Explained | undefined>(undefined);

type Question = { readonly file: string; readonly line?: number } | { readonly key: string };

export async function explain(question: Question): Promise<void> {
  const title =
    'key' in question
      ? question.key
      : `${question.file}${question.line === undefined ? '' : `:${String(question.line)}`}`;
  explanation.value = { title, state: 'busy' };
  const tell = (next: Explained): void => {
    if (explanation.value?.title === title) explanation.value = next;
  };
  try {
    const result = await call('explain', { ...question, pending: pending.value });
    tell({ title, state: 'there', result });
  } catch (error) {
    tell({ title, state: 'failed', why: messageOf(error) });
  }
}
