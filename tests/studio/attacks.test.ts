import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sampleCluster } from '../support/cluster.ts';
import { type Client, PAGE, type Sent, startClient, textsIn } from './studio.ts';
import { layMarkup } from './trees.ts';

const BODY = JSON.stringify({});

/** What a page of the server itself sends. */
const own = ({ port, cookie }: Client, sent: Partial<Sent> = {}): Sent => ({
  method: 'POST',
  path: '/api/documents',
  body: BODY,
  ...sent,
  headers: {
    cookie,
    origin: `http://127.0.0.1:${String(port)}`,
    'content-type': 'application/json',
    ...sent.headers,
  },
});

type Attack = readonly [what: string, sent: (client: Client) => Sent, status: number];

const ATTACKS: readonly Attack[] = [
  ['no cookie', (client) => own(client, { headers: { cookie: '' } }), 401],
  [
    'the cookie of another port',
    (client) => own(client, { headers: { cookie: client.cookie.replace(/\d+=/, '1=') } }),
    401,
  ],
  ['another cookie', (client) => own(client, { headers: { cookie: `${client.cookie.split('=')[0] ?? ''}=abc` } }), 401],
  [
    'a cookie twice, one planted',
    (client) => own(client, { headers: { cookie: `${client.cookie.split('=')[0] ?? ''}=x; ${client.cookie}` } }),
    401,
  ],
  ['a wrong token', () => ({ path: '/?token=abc' }), 401],
  [
    'a token twice',
    (client) => ({ path: `/?token=abc&token=${new URL(client.address).searchParams.get('token') ?? ''}` }),
    401,
  ],
  ['the page without a cookie', () => ({ path: '/' }), 401],
  ['events without a cookie', () => ({ path: '/api/events' }), 401],
  ['another origin', (client) => own(client, { headers: { origin: 'https://example.com' } }), 403],
  [
    'no origin',
    ({ cookie }) => ({
      method: 'POST',
      path: '/api/documents',
      headers: { cookie, 'content-type': 'application/json' },
      body: BODY,
    }),
    403,
  ],
  ['the origin of a file', (client) => own(client, { headers: { origin: 'null' } }), 403],
  ['the same host at another port', (client) => own(client, { headers: { origin: 'http://127.0.0.1:1' } }), 403],
  [
    'the origin by HTTPS',
    (client) => own(client, { headers: { origin: `https://127.0.0.1:${String(client.port)}` } }),
    403,
  ],
  [
    'localhost asks for 127.0.0.1',
    (client) => own(client, { headers: { origin: `http://localhost:${String(client.port)}` } }),
    403,
  ],
  [
    'a page of another site, by its browser',
    (client) => own(client, { headers: { 'sec-fetch-site': 'cross-site' } }),
    403,
  ],
  [
    'a page of another port, by its browser',
    (client) => own(client, { headers: { 'sec-fetch-site': 'same-site' } }),
    403,
  ],
  [
    'an image of another site',
    ({ cookie }) => ({ path: '/studio.js', headers: { cookie, 'sec-fetch-site': 'cross-site' } }),
    403,
  ],
  [
    'events of another origin',
    ({ cookie }) => ({ path: '/api/events', headers: { cookie, origin: 'https://example.com' } }),
    403,
  ],
  [
    'a name that leads here',
    ({ port, ...client }) =>
      own(
        { port, ...client },
        { headers: { host: `evil.example:${String(port)}`, origin: `http://evil.example:${String(port)}` } },
      ),
    403,
  ],
  ['our name without its port', (client) => own(client, { headers: { host: '127.0.0.1' } }), 403],
  [
    'our name with more behind it',
    (client) => own(client, { headers: { host: `127.0.0.1:${String(client.port)}.evil.example` } }),
    403,
  ],
  [
    'a whole address in place of a path',
    (client) => own(client, { path: `http://127.0.0.1:${String(client.port)}/api/documents` }),
    400,
  ],
  ['a call by GET', (client) => own(client, { method: 'GET', body: '' }), 400],
  ['a file by POST', (client) => own(client, { path: '/studio.js' }), 400],
  ['a form', (client) => own(client, { headers: { 'content-type': 'application/x-www-form-urlencoded' } }), 415],
  ['plain text', (client) => own(client, { headers: { 'content-type': 'text/plain' } }), 415],
  [
    'JSON in another encoding',
    (client) => own(client, { headers: { 'content-type': 'application/json; charset=utf-16' } }),
    415,
  ],
  ['a body that is too large', (client) => own(client, { body: JSON.stringify({ a: 'x'.repeat(5_000_000) }) }), 413],
  ['no JSON', (client) => own(client, { body: '{' }), 400],
  ['a list', (client) => own(client, { body: '[]' }), 400],
  ['nothing', (client) => own(client, { body: '' }), 400],
  ['a call that there is not', (client) => own(client, { path: '/api/shell' }), 404],
  ['a member of every object', (client) => own(client, { path: '/api/constructor' }), 404],
  ['a way out', ({ cookie }) => ({ path: '/../cluster.yaml', headers: { cookie } }), 404],
  ['a way out, encoded', ({ cookie }) => ({ path: '/%2e%2e/age.key', headers: { cookie } }), 404],
  ['a way out, with a backslash', ({ cookie }) => ({ path: '/..\\age.key', headers: { cookie } }), 404],
  ['a file beside the page', ({ cookie }) => ({ path: '/cli.cjs', headers: { cookie } }), 404],
  ['the page by its file name', ({ cookie }) => ({ path: '/studio.html', headers: { cookie } }), 404],
  ['a key', ({ cookie }) => ({ path: '/age.key', headers: { cookie } }), 404],
  [
    'a pending text that is none',
    (client) => own(client, { path: '/api/check', body: '{"pending":{"cluster":1}}' }),
    400,
  ],
  [
    'a pending text of another file',
    (client) => own(client, { path: '/api/check', body: '{"pending":{"../age.key":"x"}}' }),
    400,
  ],
  [
    'a change of another file',
    (client) =>
      own(client, { path: '/api/edit', body: '{"changes":[{"op":"remove","document":"age.key","path":["a"]}]}' }),
    400,
  ],
  [
    'a change of a prototype',
    (client) =>
      own(client, {
        path: '/api/edit',
        body: '{"changes":[{"op":"set","document":"cluster","path":["__proto__","a"],"value":1}]}',
      }),
    400,
  ],
  [
    'a secret for another field',
    (client) => own(client, { path: '/api/setSecret', body: '{"name":"node_cidr","value":"x"}' }),
    400,
  ],
  ['an area that there is not', (client) => own(client, { path: '/api/doctor', body: '{"areas":["/etc"]}' }), 400],
  [
    'the explanation of a file outside',
    (client) => own(client, { path: '/api/explain', body: '{"file":"../../etc/passwd"}' }),
    422,
  ],
];

describe('what does not come from the page', () => {
  it('is refused', async () => {
    const folder = await sampleCluster();
    const before = await textsIn(folder);
    const client = await startClient(folder);
    const found = [];
    for (const [what, sent] of ATTACKS) found.push([what, (await client.send(sent(client))).status]);
    expect(found).toEqual(ATTACKS.map(([what, , status]) => [what, status]));
    expect(await client.send(own(client))).toMatchObject({ status: 200 });
    expect(await textsIn(folder)).toEqual(before);
    expect(client.faults).toEqual([]);
  });

  it('reaches no address but those of this machine', async () => {
    const client = await startClient(await sampleCluster());
    const name = `[::1]:${String(client.port)}`;
    const inSix = own(client, { headers: { host: name, origin: `http://${name}` } });
    // Not every machine has a loopback of IPv6.
    const six = await client.send({ ...inSix, host: '::1' }).catch((error: unknown) => String(error));
    expect(typeof six === 'string' ? six : six.status).toSatisfy(
      (status: unknown) => status === 200 || /EADDRNOTAVAIL|EAFNOSUPPORT/.test(String(status)),
    );
    const others = ['127.0.0.2', '0.0.0.0'];
    const reached = await Promise.all(
      others.map(
        async (host) =>
          await new Promise<boolean>((settle) => {
            const socket = connect({ host, port: client.port });
            socket.once('connect', () => {
              settle(socket.remoteAddress !== '127.0.0.1');
              socket.destroy();
            });
            socket.once('error', () => {
              settle(false);
            });
          }),
      ),
    );
    expect(reached).toEqual([false, false]);
  });

  it('gets headers that keep others out', async () => {
    const client = await startClient(await sampleCluster());
    const entered = await client.send({ path: new URL(client.address).pathname + new URL(client.address).search });
    expect([entered.headers['set-cookie']].flat()[0]).toMatch(/; Path=\/; HttpOnly; SameSite=Strict$/);
    const page = await client.send({ path: '/', headers: { cookie: client.cookie } });
    const policy = String(page.headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'; script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|nonce/);
    expect(page.text).toBe(PAGE['studio.html']);
    expect(page.headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
    });
    expect(page.headers['access-control-allow-origin']).toBeUndefined();
  });

  it('is data and nothing else where it is markup in every field', async () => {
    const folder = await sampleCluster();
    await layMarkup(folder);
    const client = await startClient(folder);
    for (const name of ['session', 'check', 'plan', 'network', 'secrets'] as const) {
      const answer = await client.send(own(client, { path: `/api/${name}` }));
      expect([name, answer.status, answer.headers['content-type']]).toEqual([
        name,
        200,
        'application/json; charset=utf-8',
      ]);
    }
    const { findings } = await client.call('check', {});
    expect(findings.length).toBeGreaterThan(10);
    expect(await client.refused('graph', {})).toMatchObject({ kind: 'input', status: 422 });
    const documents = await client.call('documents', {});
    expect(documents.cluster.text).toBe(await readFile(join(folder, 'cluster.yaml'), 'utf8'));
    expect(client.faults).toEqual([]);
  });
});
