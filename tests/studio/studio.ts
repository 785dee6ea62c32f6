import { readFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { clusterRoot } from '../../src/cluster/root.ts';
import type { ApiError, CallName, RequestOf, ResponseOf, StudioEvent } from '../../src/studio/api.ts';
import { startStudio } from '../../src/studio/server.ts';
import { temporaryFolder, writeFiles } from '../support/folders.ts';

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
}

/** What is sent, whatever a browser would make of it. */
export interface Sent {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Uint8Array;
  readonly host?: string;
}

/** A page that talks to a server of its own. */
export interface Client {
  readonly port: number;
  readonly address: string;
  readonly cookie: string;
  readonly ended: Promise<void>;
  /** What the server told of faults. */
  readonly faults: readonly unknown[];
  readonly stop: () => void;
  /** Sends anything. */
  readonly send: (sent: Sent) => Promise<Answer>;
  /** The answer of a call that is given one. */
  readonly call: <Name extends CallName>(name: Name, request: RequestOf<Name>) => Promise<ResponseOf<Name>>;
  /** The error of a call that is refused. */
  readonly refused: (name: CallName, request: unknown) => Promise<ApiError['error'] & { readonly status: number }>;
  /** Events as they come. */
  readonly events: () => Promise<EventStream>;
  /** Everything that was ever answered. */
  readonly heard: () => string;
}

/** Events of the server. */
export interface EventStream {
  /** Waits for the first that is meant, among those that came already as well. */
  readonly next: <Kind extends StudioEvent['type']>(
    type: Kind,
    isMeant?: (event: Extract<StudioEvent, { type: Kind }>) => boolean,
  ) => Promise<Extract<StudioEvent, { type: Kind }>>;
  readonly all: readonly StudioEvent[];
  /** Resolves where the server ended it. */
  readonly closed: Promise<void>;
}

/** A stand-in for the bundled page. */
export const PAGE = {
  'studio.html': '<!doctype html><script type="module" src="/studio.js"></script>',
  'studio.js': 'export {};\n',
  'cli.cjs': 'not a file of the page\n',
};

/** Starts a server for a cluster, and enters it as a browser does. */
export async function startClient(folder: string): Promise<Client> {
  const page = await temporaryFolder();
  await writeFiles(page, PAGE);
  const ending = new AbortController();
  const faults: unknown[] = [];
  const heard: string[] = [];
  const { port, address, ended } = await startStudio({
    root: clusterRoot(folder),
    generator: 'cluster-template test',
    commandText: (words) => `cluster-template ${words}`,
    worded: (text) => text,
    port: 0,
    page,
    signal: ending.signal,
    fault: (error) => faults.push(error),
  });
  const stop = (): void => {
    ending.abort();
  };
  onTestFinished(async () => {
    stop();
    await ended;
  });
  const send = async (sent: Sent): Promise<Answer> => {
    const answer = await sendTo(port, sent);
    heard.push(answer.text, JSON.stringify(answer.headers));
    return answer;
  };
  const entered = await send({ path: new URL(address).pathname + new URL(address).search });
  const [cookie = ''] = [entered.headers['set-cookie'] ?? []].flat().map((one) => one.split(';')[0] ?? '');
  const post = async (name: string, request: unknown): Promise<Answer> =>
    await send({
      method: 'POST',
      path: `/api/${name}`,
      headers: { cookie, origin: `http://127.0.0.1:${String(port)}`, 'content-type': 'application/json' },
      body: JSON.stringify(request),
    });
  return {
    ...{ port, address, cookie, ended, faults, stop, send },
    call: async (name, request) => {
      const { status, text } = await post(name, request);
      if (status !== 200) throw new Error(`${name}: ${String(status)} ${text}`);
      return JSON.parse(text) as never;
    },
    refused: async (name, request) => {
      const { status, text } = await post(name, request);
      if (status === 200) throw new Error(`${name} was answered: ${text}`);
      return { ...(JSON.parse(text) as ApiError).error, status };
    },
    events: async () => await openEvents(port, cookie),
    heard: () => heard.join('\n'),
  };
}

async function sendTo(
  port: number,
  { method = 'GET', path, headers = {}, body, host = '127.0.0.1' }: Sent,
): Promise<Answer> {
  return await new Promise((settle, fail) => {
    const request = httpRequest(
      { host, port, method, path, headers: { ...headers } as Record<string, string | string[]> },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          settle({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(chunks).toString('utf8'),
          });
        });
        response.on('error', fail);
      },
    );
    request.on('error', fail);
    request.end(body);
  });
}

async function openEvents(port: number, cookie: string): Promise<EventStream> {
  const all: StudioEvent[] = [];
  let changed: () => void = () => undefined;
  let text = '';
  const closed = new Promise<void>((settle, fail) => {
    const request = httpRequest({ host: '127.0.0.1', port, path: '/api/events', headers: { cookie } }, (response) => {
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
        for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
          const [, type = '', data = ''] = /^event: (\w+)\ndata: (.*)$/.exec(text.slice(0, end)) ?? [];
          all.push({ type, ...(JSON.parse(data) as object) } as StudioEvent);
          text = text.slice(end + 2);
        }
        changed();
      });
      response.on('close', settle);
    });
    request.on('error', fail);
    request.end();
  });
  closed.catch(() => undefined);
  const next: EventStream['next'] = async (type, isMeant = () => true) => {
    for (;;) {
      const found = all.find((event) => event.type === type && isMeant(event as never));
      if (found !== undefined) return found as never;
      await new Promise<void>((settle) => (changed = settle));
    }
  };
  await next('hello');
  return { next, all, closed };
}

/** cluster.yaml and nodes.yaml of a folder. */
export async function textsIn(folder: string): Promise<{ readonly cluster: string; readonly nodes: string }> {
  const [cluster = '', nodes = ''] = await Promise.all(
    ['cluster.yaml', 'nodes.yaml'].map((name) => readFile(join(folder, name), 'utf8')),
  );
  return { cluster, nodes };
}
