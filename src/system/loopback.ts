import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { errorCode } from './files.ts';

/** What a program on this machine asked. */
export interface LoopbackRequest {
  readonly method: string;
  /** The path as it was sent, nothing decoded; it begins with a slash. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** A header by its name in lower case; undefined where it is missing or was sent more than once. */
  readonly header: (name: string) => string | undefined;
  /** The body; undefined where it has more bytes than that: it is not read to its end then. */
  readonly body: (limit: number) => Promise<Buffer | undefined>;
  /** Aborted where whoever asked has gone. */
  readonly gone: AbortSignal;
}

/** What it is answered. */
export interface LoopbackAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  /** Goes on after the body until its signal is aborted: a stream of events. */
  readonly stream?: (write: (text: string) => void, gone: AbortSignal) => void;
}

/** A server that nobody but programs on this machine reaches. */
interface LoopbackServer {
  readonly port: number;
  /** Ends it, and whatever is connected. */
  readonly close: () => Promise<void>;
}

const ADDRESSES = ['127.0.0.1', '::1'] as const;

/** Reasons for which a machine has no loopback of a family: it is done without. */
const NO_FAMILY: ReadonlySet<string | undefined> = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL']);

/** How often another port is tried where the system's choice for one family is taken in the other. */
const ATTEMPTS = 8;

/**
 * Serves on 127.0.0.1 and ::1, on the same port, and nowhere else.
 *
 * @param port - 0 for one that is free
 * @param answer - what it throws ends the connection and is passed to `fault`
 * @throws Error where the port is taken
 */
export async function serveLoopback(
  port: number,
  answer: (request: LoopbackRequest) => Promise<LoopbackAnswer>,
  fault: (error: unknown) => void,
): Promise<LoopbackServer> {
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    respond(request, response, answer).catch((error: unknown) => {
      response.destroy();
      fault(error);
    });
  };
  for (let attempt = 1; ; attempt += 1) {
    const servers: Server[] = [];
    try {
      for (const address of ADDRESSES) {
        const bound = servers[0] === undefined ? port : portOf(servers[0]);
        const server = await listen(listener, address, bound);
        if (server !== undefined) servers.push(server);
      }
      const [first] = servers;
      if (first === undefined) throw new Error('this machine has no loopback address');
      return { port: portOf(first), close: () => closeAll(servers) };
    } catch (error) {
      await closeAll(servers);
      if (port !== 0 || errorCode(error) !== 'EADDRINUSE' || attempt === ATTEMPTS) throw error;
    }
  }
}

async function listen(
  listener: (request: IncomingMessage, response: ServerResponse) => void,
  host: string,
  port: number,
): Promise<Server | undefined> {
  const server = createServer({ maxHeaderSize: 16 * 1024, requestTimeout: 60_000 }, listener);
  server.maxConnections = 256;
  try {
    await new Promise<void>((settle, fail) => {
      server.once('error', fail);
      server.listen({ host, port, ipv6Only: true }, settle);
    });
    return server;
  } catch (error) {
    if (NO_FAMILY.has(errorCode(error))) return undefined;
    throw error;
  }
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function closeAll(servers: readonly Server[]): Promise<void> {
  await Promise.all(
    servers.map(async (server) => {
      const closed = new Promise<void>((settle) => {
        server.close(() => {
          settle();
        });
      });
      // What was just answered still goes out.
      server.closeIdleConnections();
      const late = setTimeout(() => {
        server.closeAllConnections();
      }, 500);
      await closed;
      clearTimeout(late);
    }),
  );
}

async function respond(
  incoming: IncomingMessage,
  response: ServerResponse,
  answer: (request: LoopbackRequest) => Promise<LoopbackAnswer>,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => {
    gone.abort();
  });
  incoming.on('error', () => {
    gone.abort();
  });
  const target = incoming.url ?? '/';
  const [path = '/', ...rest] = target.split('?');
  const { status, headers, body, stream } = await answer({
    method: incoming.method ?? '',
    path,
    query: new URLSearchParams(rest.join('?')),
    header: (name) => {
      const values = incoming.headersDistinct[name];
      return values?.length === 1 ? values[0] : undefined;
    },
    body: (limit) => readBody(incoming, limit),
    gone: gone.signal,
  });
  if (gone.signal.aborted) return;
  const bytes = typeof body === 'string' ? Buffer.from(body, 'utf8') : body;
  // What was not read of a request would be taken for the next one.
  const isUnread = !incoming.complete;
  const length = stream === undefined ? { 'content-length': String(bytes.length) } : {};
  response.writeHead(status, { ...headers, ...length, ...(isUnread ? { connection: 'close' } : {}) });
  if (stream === undefined) {
    response.end(incoming.method === 'HEAD' ? undefined : bytes);
    return;
  }
  response.write(bytes);
  stream((text) => {
    if (!gone.signal.aborted) response.write(text);
  }, gone.signal);
}

async function readBody(incoming: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  if (Number(incoming.headers['content-length'] ?? 0) > limit) return undefined;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > limit) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** A word that nobody guesses: 32 random bytes as they stand in a URL. */
export function unguessable(): string {
  return randomBytes(32).toString('base64url');
}

/** Whether two texts are the same; how long that takes tells nothing of where they differ. */
export function isSameSecret(one: string, other: string): boolean {
  const [first, second] = [Buffer.from(one), Buffer.from(other)];
  return first.length === second.length && timingSafeEqual(first, second);
}
