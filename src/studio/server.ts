import { join } from 'node:path';
import type { ClusterRoot } from '../cluster/root.ts';
import { watchInputs } from '../pipeline/inputs.ts';
import { CONFIGURE_STAGES } from '../pipeline/compare.ts';
import { Failure } from '../report/finding.ts';
import type { Progress } from '../report/progress.ts';
import { forgetSecrets, redact, redactValue } from '../report/redaction.ts';
import { listFolder, readAllBytesIfPresent } from '../system/files.ts';
import {
  isSameSecret,
  type LoopbackAnswer,
  type LoopbackRequest,
  serveLoopback,
  unguessable,
} from '../system/loopback.ts';
import { isFields } from '../text/values.ts';
import { check, configureAll, diff, explanation, plan, session, type Studio } from './answers.ts';
import type { ApiError, CallName, Documents, Empty, ResponseOf, StudioEvent } from './api.ts';
import { checks, commands, doctor, graph, network, secrets, setSecret, status } from './look.ts';
import { DocumentStore, isMarkedText } from './documents.ts';
import { findingsOf, Refusal, refused, RequestBody } from './request.ts';

/** How a server is started. */
export interface StudioOptions {
  readonly root: ClusterRoot;
  /** Name and version of the program, as the inventory records them. */
  readonly generator: string;
  /** A command of ours as it is typed here. */
  readonly commandText: (words: string) => string;
  /** A sentence with the commands in it as they are typed here. */
  readonly worded: (text: string) => string;
  /** 0 for a port that is free. */
  readonly port: number;
  /** Absolute folder that the files of the page lie in, among others: `studio.html` and what begins with `studio.` or `studio-`. */
  readonly page: string;
  /** Ends the server where it is aborted. */
  readonly signal: AbortSignal;
  /** Told what is a fault of ours; no secret is in it. */
  readonly fault: (error: unknown) => void;
}

/** A server that runs. */
export interface RunningStudio {
  readonly port: number;
  /** What opens the page, with the token of this start in it. */
  readonly address: string;
  /** Resolves when it has ended: by its signal, or as the page asked for it. */
  readonly ended: Promise<void>;
}

/** Starts a server for the page of one repository. Throws an Error where the port is taken. */
export async function startStudio(options: StudioOptions): Promise<RunningStudio> {
  const server = new StudioServer(options, await readPage(options.page));
  return await server.start();
}

/** A file of the page. */
interface PageFile {
  readonly type: string;
  readonly bytes: Buffer;
}

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  woff2: 'font/woff2',
  txt: 'text/plain; charset=utf-8',
};

/** The files of the page by the paths that they are asked for: whatever is not among them is not there, however a path is written. */
async function readPage(folder: string): Promise<ReadonlyMap<string, PageFile>> {
  const files = new Map<string, PageFile>();
  for (const { name } of await listFolder(folder)) {
    if (!/^studio[.-]/.test(name)) continue;
    const type = TYPES[name.slice(name.lastIndexOf('.') + 1)];
    const bytes = type === undefined ? undefined : await readAllBytesIfPresent(join(folder, name));
    if (type !== undefined && bytes !== undefined)
      files.set(name === 'studio.html' ? '/' : `/${name}`, { type, bytes });
  }
  return files;
}

/** Bytes of the largest request: two texts of files with hundreds of nodes. */
const LARGEST_BODY = 4 * 1024 * 1024;

const STATUS: Readonly<Record<ApiError['error']['kind'], number>> = {
  request: 400,
  unauthorized: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  'stale-plan': 409,
  'not-editable': 422,
  'too-large': 413,
  input: 422,
  outside: 502,
  fault: 500,
};

/** What every answer says of itself: nothing is kept, framed, guessed or asked of another place. */
const HEADERS = {
  'cache-control': 'no-store',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

/** Scripts and styles are the page's own files. */
const CONTENT_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

type Handler = (body: RequestBody, gone: AbortSignal) => Promise<unknown>;

class StudioServer {
  readonly #options: StudioOptions;
  readonly #page: ReadonlyMap<string, PageFile>;
  readonly #studio: Studio;
  readonly #token = unguessable();
  readonly #cookie = unguessable();
  readonly #identity = unguessable();
  readonly #listeners = new Set<(event: StudioEvent) => void>();
  readonly #ending = new AbortController();
  #port = 0;
  /** Answers that are being made: when there is none the process knows no secret. */
  #working = 0;
  /** Ends when what was asked before has been answered: the pipeline looks at one repository at a time. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: StudioOptions, page: ReadonlyMap<string, PageFile>) {
    this.#options = options;
    this.#page = page;
    const { root, generator, commandText } = options;
    this.#studio = { root, generator, commandText, documents: new DocumentStore(root, unguessable()) };
  }

  async start(): Promise<RunningStudio> {
    const { port, signal, fault } = this.#options;
    const server = await serveLoopback(port, (request) => this.#answer(request), fault);
    this.#port = server.port;
    const ended = new Promise<void>((settle) => {
      const end = (): void => {
        this.#tell({ type: 'stopped' });
        void server.close().then(settle);
      };
      if (this.#ending.signal.aborted) end();
      else this.#ending.signal.addEventListener('abort', end, { once: true });
    });
    signal.addEventListener('abort', () => {
      this.#ending.abort();
    });
    if (signal.aborted) this.#ending.abort();
    const watching = this.#watch();
    const address = `http://127.0.0.1:${String(server.port)}/?token=${this.#token}`;
    return { port: server.port, address, ended: Promise.all([ended, watching]).then(() => undefined) };
  }

  /** Tells pages what changes on disk. */
  async #watch(): Promise<void> {
    const { root } = this.#options;
    await watchInputs(
      root,
      async (changes) => {
        const paths = changes.map(({ path }) => path);
        const own = this.#studio.documents.files();
        const others = paths.filter((path) => !own.includes(path));
        if (paths.some((path) => own.includes(path))) {
          const documents = await this.#readDocuments();
          if (documents !== undefined) this.#tell({ type: 'documents', documents });
        }
        if (others.length > 0) this.#tell({ type: 'tree', paths: others });
      },
      this.#ending.signal,
    ).catch((error: unknown) => {
      this.#options.fault(error);
    });
  }

  /** Undefined where they cannot be read right now, which the next question tells. */
  async #readDocuments(): Promise<Documents | undefined> {
    try {
      return await this.#studio.documents.read();
    } catch (error) {
      if (error instanceof Failure) return undefined;
      throw error;
    }
  }

  #tell(event: StudioEvent): void {
    for (const listen of this.#listeners) listen(event);
  }

  async #answer(request: LoopbackRequest): Promise<LoopbackAnswer> {
    try {
      const { path } = request;
      this.#refuseOthers(request);
      if (path === '/' && request.method === 'GET' && request.query.has('token')) return this.#enter(request);
      if (!this.#isKnown(request)) throw refused('unauthorized', 'open the address that the terminal shows');
      if (path === '/api/events' && request.method === 'GET') return this.#events();
      if (path.startsWith('/api/')) return await this.#call(path.slice('/api/'.length), request);
      if (request.method !== 'GET' && request.method !== 'HEAD') throw refused('request', 'files are only read');
      return this.#file(path);
    } catch (error) {
      return this.#errorAnswer(error, request.path.startsWith('/api/'));
    }
  }

  /**
   * Whoever asks has to have come by an address of this server: a page of another place may have a name that leads here (DNS rebinding), and
   * may send what a browser lets it send.
   */
  #refuseOthers(request: LoopbackRequest): void {
    const host = request.header('host') ?? '';
    // Browsers leave the usual port out.
    const ports = this.#port === 80 ? [':80', ''] : [`:${String(this.#port)}`];
    const isHost = ['127.0.0.1', 'localhost', '[::1]'].some((name) => ports.some((one) => host === name + one));
    if (!isHost) throw refused('forbidden', 'this is the server of another address');
    if (!request.path.startsWith('/')) throw refused('request', 'the request names no path');
    const origin = request.header('origin');
    const site = request.header('sec-fetch-site');
    const isOwn = origin === undefined || origin === `http://${host}`;
    const isEntering = request.method === 'GET' && request.path === '/';
    const isNear = site === undefined || site === 'same-origin' || site === 'none' || isEntering;
    // A browser tells the origin of whatever may change something.
    const isTold = request.method === 'GET' || request.method === 'HEAD' || origin !== undefined;
    if (!isOwn || !isNear || !isTold) throw refused('forbidden', 'another origin asks');
  }

  #enter({ query }: LoopbackRequest): LoopbackAnswer {
    if (!isSameSecret(query.get('token') ?? '', this.#token))
      throw refused('unauthorized', 'the address is that of an earlier start: open the one that the terminal shows');
    const cookie = `${this.#cookieName()}=${this.#cookie}; Path=/; HttpOnly; SameSite=Strict`;
    // No redirect: a browser that came from elsewhere, a file say, would not send a strict cookie along with it.
    return {
      status: 200,
      headers: {
        ...HEADERS,
        'content-type': TYPES.html ?? '',
        'content-security-policy': "default-src 'none'",
        'set-cookie': cookie,
      },
      body: '<!doctype html><title>Studio</title><meta http-equiv="refresh" content="0; url=/">\n',
    };
  }

  /** Cookies are those of a host, whatever the port. */
  #cookieName(): string {
    return `cluster-template-studio-${String(this.#port)}`;
  }

  #isKnown(request: LoopbackRequest): boolean {
    const cookies = (request.header('cookie') ?? '').split(';').map((one) => one.trim());
    const own = cookies.filter((one) => one.startsWith(`${this.#cookieName()}=`));
    const [value = ''] = own.map((one) => one.slice(this.#cookieName().length + 1));
    return own.length === 1 && isSameSecret(value, this.#cookie);
  }

  #file(path: string): LoopbackAnswer {
    const file = this.#page.get(path);
    if (file === undefined) throw refused('not-found', 'there is nothing here');
    return {
      status: 200,
      headers: { ...HEADERS, 'content-type': file.type, 'content-security-policy': CONTENT_POLICY },
      body: file.bytes,
    };
  }

  #events(): LoopbackAnswer {
    const hello: StudioEvent = { type: 'hello', server: this.#identity };
    return {
      status: 200,
      headers: { ...HEADERS, 'content-type': 'text/event-stream; charset=utf-8' },
      body: eventText(hello),
      stream: (write, gone) => {
        const listen = (event: StudioEvent): void => {
          write(eventText(event));
        };
        this.#listeners.add(listen);
        gone.addEventListener('abort', () => this.#listeners.delete(listen));
      },
    };
  }

  async #call(name: string, request: LoopbackRequest): Promise<LoopbackAnswer> {
    if (!Object.hasOwn(this.#handlers, name)) throw refused('not-found', 'there is no such call');
    const handler = this.#handlers[name as CallName];
    if (request.method !== 'POST') throw refused('request', 'calls are made by POST');
    if (!/^application\/json(?:; ?charset=utf-8)?$/i.test(request.header('content-type') ?? ''))
      return this.#json(415, errorBody('request', 'the body is not sent as application/json'));
    const bytes = await request.body(LARGEST_BODY).catch((error: unknown) => {
      throw request.gone.aborted ? refused('request', 'whoever asked has gone before the end of the request') : error;
    });
    if (bytes === undefined) throw refused('too-large', 'the request is too large');
    const body = new RequestBody(bytes.toString('utf8'));
    const isAlone = !BESIDE.has(name as CallName);
    return await this.#withSecrets(async () => {
      const result = isAlone
        ? await this.#inTurn(() => handler(body, request.gone), request.gone)
        : await handler(body, request.gone);
      return this.#json(200, result);
    });
  }

  /** What is read for an answer is known until it is given, and no longer. */
  async #withSecrets(work: () => Promise<LoopbackAnswer>): Promise<LoopbackAnswer> {
    if (this.#working === 0) forgetSecrets();
    this.#working += 1;
    try {
      return await work().catch((error: unknown) => this.#errorAnswer(error, true));
    } finally {
      this.#working -= 1;
      if (this.#working === 0) forgetSecrets();
    }
  }

  async #inTurn<T>(work: () => Promise<T>, gone: AbortSignal): Promise<T> {
    const before = this.#turn;
    const own = before
      .catch(() => undefined)
      .then(async () => {
        // Whoever types on does not wait for what was asked before.
        if (gone.aborted) throw refused('request', 'nobody waits for the answer any more');
        return await work();
      });
    this.#turn = own.catch(() => undefined);
    return await own;
  }

  readonly #handlers: Readonly<Record<CallName, Handler>> = {
    session: () => session(this.#studio),
    documents: () => this.#studio.documents.read(),
    check: (body) => check(this.#studio, body),
    edit: (body) => this.#studio.documents.edit(body.pending(), body.changes()),
    plan: (body) => plan(this.#studio, body),
    diff: (body) => diff(this.#studio, body),
    explain: (body) => explanation(this.#studio, body),
    save: (body) => this.#save(body),
    configure: (body) => this.#configure(body),
    graph: (body) => graph(this.#studio, body),
    network: (body) => network(this.#studio, body),
    checks: (body) => checks(this.#studio, body),
    secrets: (body) => secrets(this.#studio, body),
    setSecret: (body) => setSecret(this.#studio, body, this.#ending.signal),
    doctor: (body, gone) => doctor(this.#studio, body, gone),
    status: (_, gone) => status(this.#studio, gone),
    commands: () => Promise.resolve(commands(this.#studio)),
    stop: () => this.#stop(),
  };

  async #save(body: RequestBody): Promise<ResponseOf<'save'>> {
    await this.#studio.documents.save(body.documents(), this.#ending.signal);
    return await this.#studio.documents.read();
  }

  async #configure(body: RequestBody): Promise<ResponseOf<'configure'>> {
    const [run, token] = [body.text('run'), body.text('token')];
    const stages: readonly string[] = Object.values(CONFIGURE_STAGES);
    const progress: Progress = {
      step: async (stage, work) => {
        const about = { type: 'progress', run, stage, step: stages.indexOf(stage) + 1, steps: stages.length } as const;
        let text: string | undefined;
        const say = (summary: string): void => void (text = redact(summary));
        this.#tell({ ...about, state: 'begun' });
        try {
          const result = await work({ live: () => undefined, note: () => undefined, say });
          this.#tell({ ...about, state: 'done', ...(text === undefined ? {} : { text }) });
          return result;
        } catch (error) {
          this.#tell({ ...about, state: 'failed' });
          throw error;
        }
      },
    };
    const request = { ...body.documents(), token, run };
    return await configureAll(this.#studio, request, { progress, signal: this.#ending.signal });
  }

  #stop(): Promise<Empty> {
    this.#ending.abort();
    return Promise.resolve({});
  }

  /** Commands in sentences stand as they are typed here, as they do on the terminal. */
  #json(status: number, value: unknown): LoopbackAnswer {
    const { worded } = this.#options;
    const wordedMember = (key: string, member: unknown): unknown =>
      ['message', 'remedy', 'why'].includes(key) && typeof member === 'string' ? worded(member) : member;
    return {
      status,
      headers: { ...HEADERS, 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify(redacted(value), wordedMember),
    };
  }

  #errorAnswer(error: unknown, isCall: boolean): LoopbackAnswer {
    if (error instanceof Refusal) {
      const { kind, message } = error;
      return isCall ? this.#json(STATUS[kind], errorBody(kind, message)) : textAnswer(STATUS[kind], message);
    }
    if (error instanceof Failure) {
      const kind = error.kind === 'outside' ? 'outside' : 'input';
      const body: ApiError = { error: { kind, message: error.message, findings: findingsOf(error) } };
      return this.#json(STATUS[kind], body);
    }
    this.#options.fault(error);
    return this.#json(STATUS.fault, errorBody('fault', 'this is a fault of the program: the terminal says more'));
  }
}

/** Calls that do not look at what the others do, and take long or none of the time. */
const BESIDE: ReadonlySet<CallName> = new Set(['documents', 'edit', 'doctor', 'status', 'commands', 'stop']);

function eventText({ type, ...rest }: StudioEvent): string {
  return `event: ${type}\ndata: ${JSON.stringify(rest)}\n\n`;
}

function errorBody(kind: ApiError['error']['kind'], message: string): ApiError {
  return { error: { kind, message, findings: [] } };
}

/** As every text that leaves the process, but for those that come back. */
function redacted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(redacted);
  if (!isFields(value)) return redactValue(value);
  return isMarkedText(value)
    ? value
    : Object.fromEntries(Object.entries(value).map(([key, one]) => [redact(key), redacted(one)]));
}

function textAnswer(status: number, message: string): LoopbackAnswer {
  return { status, headers: { ...HEADERS, 'content-type': TYPES.txt ?? '' }, body: `${message}\n` };
}
