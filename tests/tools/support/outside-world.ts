import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { createSecureContext, TLSSocket, type SecureContext } from 'node:tls';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What Flux reaches of the Internet, on loopback. */
export interface OutsideWorld {
  /** Folder of bare repositories, each served as `GIT/NAME`. */
  readonly repositories: string;
  /** `http://127.0.0.1:PORT` */
  readonly git: string;
  /** Variables with which a program meets this world in the place of the real one. */
  readonly env: Readonly<Record<string, string>>;
  /** Every chart that was asked for and is not there, as `HOST/NAME:TAG`. */
  readonly missed: ReadonlySet<string>;
  readonly stop: () => Promise<void>;
}

/**
 * Serves git repositories over HTTP, and charts as any OCI registry would: a proxy ends TLS itself, with certificates of an authority
 * that is trusted by `SSL_CERT_FILE`.
 *
 * @param folder - an empty folder for repositories and certificates
 * @param charts - packed charts by `HOST/NAME:TAG`
 */
export async function startOutsideWorld(folder: string, charts: ReadonlyMap<string, string>): Promise<OutsideWorld> {
  const repositories = join(folder, 'repositories');
  const authority = new Authority(join(folder, 'certificates'));
  await mkdir(repositories);
  await authority.make();
  const missed = new Set<string>();
  const registry = new Registry(charts, missed);
  const gitServer = createServer((request, response) => {
    serveGit(repositories, request, response);
  });
  const inside = createServer((request, response) => void registry.answer(request, response));
  const proxy = createServer((_, response) => response.writeHead(502).end());
  proxy.on('connect', (request: IncomingMessage, socket: Duplex) => {
    void endTls(request.url ?? '', socket, { authority, inside });
  });
  const [git, port] = [await listen(gitServer), await listen(proxy)];
  return {
    repositories,
    git: `http://127.0.0.1:${String(git)}`,
    env: {
      HTTPS_PROXY: `http://127.0.0.1:${String(port)}`,
      NO_PROXY: '127.0.0.1',
      SSL_CERT_FILE: authority.certificate,
    },
    missed,
    stop: async () => {
      await Promise.all([gitServer, proxy].map(close));
    },
  };
}

/** An authority of its own, and a certificate for each host that is asked for. */
class Authority {
  readonly certificate: string;
  readonly #folder: string;
  readonly #contexts = new Map<string, Promise<SecureContext>>();

  constructor(folder: string) {
    this.#folder = folder;
    this.certificate = join(folder, 'ca.crt');
  }

  async make(): Promise<void> {
    await mkdir(this.#folder);
    const words = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '30', '-subj', '/CN=loopback'];
    await run('openssl', [...words, '-keyout', join(this.#folder, 'ca.key'), '-out', this.certificate]);
  }

  async contextOf(host: string): Promise<SecureContext> {
    const made = this.#contexts.get(host) ?? this.#make(host);
    this.#contexts.set(host, made);
    return await made;
  }

  async #make(host: string): Promise<SecureContext> {
    const file = (ending: string): string => join(this.#folder, `${host}.${ending}`);
    await writeFile(file('ext'), `subjectAltName=DNS:${host}\n`);
    const request = ['req', '-newkey', 'rsa:2048', '-nodes', '-subj', `/CN=${host}`, '-keyout', file('key')];
    await run('openssl', [...request, '-out', file('csr')]);
    const authority = ['-CA', this.certificate, '-CAkey', join(this.#folder, 'ca.key'), '-CAcreateserial'];
    const signed = ['x509', '-req', '-in', file('csr'), ...authority, '-days', '30', '-extfile', file('ext')];
    await run('openssl', [...signed, '-out', file('crt')]);
    return createSecureContext({ key: await readFile(file('key')), cert: await readFile(file('crt')) });
  }
}

interface Inside {
  readonly authority: Authority;
  /** Answers what comes out of the tunnel. */
  readonly inside: Server;
}

async function endTls(address: string, socket: Duplex, { authority, inside }: Inside): Promise<void> {
  // Who hangs up early wants nothing any more.
  socket.on('error', () => undefined);
  const secureContext = await authority.contextOf(address.replace(/:\d+$/, ''));
  socket.write('HTTP/1.1 200 OK\r\n\r\n');
  const secure = new TLSSocket(socket, { isServer: true, secureContext, ALPNProtocols: ['http/1.1'] });
  secure.on('error', () => undefined);
  inside.emit('connection', secure);
}

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const LAYER = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';
const CONFIG = 'application/vnd.cncf.helm.config.v1+json';

/** Charts as a registry has them, read only and without authentication: OCI distribution specification 1.1, "Pull". */
class Registry {
  readonly #blobs = new Map<string, Buffer>();
  readonly #charts: ReadonlyMap<string, string>;
  readonly #missed: Set<string>;

  constructor(charts: ReadonlyMap<string, string>, missed: Set<string>) {
    this.#charts = charts;
    this.#missed = missed;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const host = (request.headers.host ?? '').replace(/:\d+$/, '');
    const { pathname } = new URL(request.url ?? '/', 'http://registry');
    const [, name = '', kind, reference = ''] = /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(pathname) ?? [];
    const isRoot = /^\/v2\/?$/.test(pathname);
    const body = isRoot ? Buffer.from('{}') : await this.#find(`${host}/${name}`, kind, reference);
    const type = kind === 'manifests' ? MANIFEST : 'application/octet-stream';
    const found = body ?? Buffer.from('{"errors":[{"code":"MANIFEST_UNKNOWN"}]}');
    response.writeHead(body === undefined ? 404 : 200, {
      'content-type': type,
      'content-length': found.length,
      ...(body === undefined ? {} : { 'docker-content-digest': digestOf(body) }),
    });
    response.end(request.method === 'HEAD' ? undefined : found);
  }

  async #find(name: string, kind: string | undefined, reference: string): Promise<Buffer | undefined> {
    if (kind === 'blobs' || reference.startsWith('sha256:')) return this.#blobs.get(reference);
    const file = this.#charts.get(`${name}:${reference}`);
    if (file === undefined) {
      this.#missed.add(`${name}:${reference}`);
      return undefined;
    }
    const layer = await readFile(file);
    const chart = name.slice(name.lastIndexOf('/') + 1);
    const config = Buffer.from(JSON.stringify({ apiVersion: 'v2', name: chart, version: reference }));
    const manifest = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: MANIFEST,
        config: { mediaType: CONFIG, digest: digestOf(config), size: config.length },
        layers: [{ mediaType: LAYER, digest: digestOf(layer), size: layer.length }],
      }),
    );
    for (const blob of [layer, config, manifest]) this.#blobs.set(digestOf(blob), blob);
    return manifest;
  }
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** `git http-backend` behind the Common Gateway Interface (RFC 3875). */
function serveGit(repositories: string, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://git');
  const child = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: repositories,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      CONTENT_LENGTH: request.headers['content-length'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      REMOTE_ADDR: '127.0.0.1',
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.stdin.on('error', () => undefined);
  request.pipe(child.stdin);
  const parts: Buffer[] = [];
  child.stdout.on('data', (part: Buffer) => parts.push(part));
  child.on('close', () => {
    const whole = Buffer.concat(parts);
    const end = whole.indexOf('\r\n\r\n');
    const fields = whole.subarray(0, Math.max(end, 0)).toString('latin1').split('\r\n');
    const headers = fields.map((line) => line.split(/:\s*/, 2)).filter(({ length }) => length === 2) as [
      string,
      string,
    ][];
    const status = headers.find(([name]) => name.toLowerCase() === 'status')?.[1];
    response.writeHead(
      end < 0 ? 500 : Number.parseInt(status ?? '200', 10),
      Object.fromEntries(headers.filter(([name]) => name.toLowerCase() !== 'status')),
    );
    response.end(whole.subarray(end + 4));
  });
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
