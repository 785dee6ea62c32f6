import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as credentials from '../../../src/cluster/credentials/read.ts';
import { cloudflareTunnelId, cloudflareTunnelSecret, parseTunnel } from '../../../src/cluster/credentials/read.ts';
import { SAMPLE_RECIPIENT } from '../../../src/cluster/root.ts';
import { findingOf, SAMPLE, temporaryFolders } from './support.ts';

const folderOf = temporaryFolders();
const { ageKey, deployKey, parseAgeKey, pushToken } = credentials;

describe('the published sample', () => {
  it('is owned by the sample recipient', async () => {
    const key = await credentials.readAgeKey(SAMPLE);
    expect([key.recipient, ageKey(key, 'public')]).toStrictEqual([SAMPLE_RECIPIENT, SAMPLE_RECIPIENT]);
    expect(ageKey(key, 'private')).toMatch(/^AGE-SECRET-KEY-1/);
  });

  it('has a token of 32 hexadecimal characters, and a deploy key that YAML can hold', async () => {
    expect(await credentials.readPushToken(SAMPLE)).toMatch(/^[0-9a-f]{32}$/);
    const key = await credentials.readDeployKey(SAMPLE);
    expect(key).toBe(readFileSync(join(SAMPLE, 'github-deploy.key'), 'utf8').trim());
    expect(parse(`identity: |\n${key.replace(/^/gm, '    ')}\n`)).toStrictEqual({ identity: `${key}\n` });
  });

  it('has a tunnel whose secret is compact JSON with the keys in order', async () => {
    const tunnel = await credentials.readTunnel(SAMPLE);
    expect(cloudflareTunnelId(tunnel)).toBe('00000000-0000-4000-8000-000000000000');
    expect(Buffer.from(cloudflareTunnelSecret(tunnel), 'base64').toString('utf8')).toBe(
      `{"a":"${tunnel.accountTag}","t":"${tunnel.tunnelId}","s":"${tunnel.tunnelSecret}"}`,
    );
  });
});

describe('a missing file', () => {
  it.each([
    ['age.key', credentials.readAgeKey, 'cluster-template init'],
    ['github-deploy.key', credentials.readDeployKey, 'cluster-template init'],
    ['github-push-token.txt', credentials.readPushToken, 'cluster-template init'],
    ['cloudflare-tunnel.json', credentials.readTunnel, 'cloudflared tunnel create'],
  ])('%s is named together with how to get it', async (file, read, remedy) => {
    const folder = folderOf();
    const finding = await findingOf(() => read(folder));
    expect(finding).toMatchObject({ code: 'credentials/missing', message: `${file} does not exist`, place: { file } });
    expect(finding.remedy).toContain(remedy);
  });

  it('is no failure for those that can do without a key', async () => {
    expect(await credentials.readAgeKeyIfPresent(folderOf())).toBeUndefined();
    expect((await credentials.readAgeKeyIfPresent(SAMPLE))?.recipient).toBe(SAMPLE_RECIPIENT);
  });
});

describe('wrong contents', () => {
  const sample = readFileSync(join(SAMPLE, 'age.key'), 'utf8');

  it.each<[string, () => unknown, string, RegExp]>([
    [
      'an age key without identity',
      () => parseAgeKey('# nothing\n'),
      'sops/identity',
      /age\.key holds no age identity/,
    ],
    [
      'an age key that is cut',
      () => parseAgeKey(sample.trimEnd().slice(0, -1)),
      'sops/identity',
      /Line 3 of age\.key is no age identity/,
    ],
    [
      'another public key',
      () => parseAgeKey(sample.replace(/public key: .*/, 'public key: age1other')),
      'credentials/invalid',
      /says another public key/,
    ],
    ['an empty deploy key', () => deployKey(' \n'), 'credentials/invalid', /github-deploy\.key is empty/],
    [
      'a public key for a private one',
      () => deployKey('ssh-ed25519 hunter2 c'),
      'credentials/invalid',
      /no private SSH key/,
    ],
    [
      'a cut deploy key',
      () => deployKey('-----BEGIN OPENSSH PRIVATE KEY-----\nhunter2\n-----END OPENSSH PRIVATE KEY-----'),
      'credentials/invalid',
      /no private SSH key/,
    ],
    ['an empty token', () => pushToken('\n'), 'credentials/invalid', /github-push-token\.txt is empty/],
    ['a token of two lines', () => pushToken('hunter2\nhunter3\n'), 'credentials/invalid', /more than one word/],
    ['a tunnel that is no JSON', () => parseTunnel('{"AccountTag": hunter2}'), 'credentials/invalid', /not valid JSON/],
    ['a tunnel that is a list', () => parseTunnel('["hunter2"]'), 'credentials/invalid', /no JSON object/],
    [
      'a tunnel without a key',
      () => parseTunnel('{"AccountTag":"hunter2","TunnelID":"x"}'),
      'credentials/invalid',
      /has no `TunnelSecret`/,
    ],
    [
      'a tunnel with an empty key',
      () => parseTunnel('{"AccountTag":""}'),
      'credentials/invalid',
      /has an empty or wrong `AccountTag`/,
    ],
    [
      'a tunnel with a number',
      () => parseTunnel('{"AccountTag":"a","TunnelID":5}'),
      'credentials/invalid',
      /has an empty or wrong `TunnelID`/,
    ],
  ])('%s is a finding that does not quote it', async (_what, run, code, message) => {
    const finding = await findingOf(run);
    expect(finding.code).toBe(code);
    expect(finding.message).toMatch(message);
    expect(JSON.stringify(finding)).not.toMatch(/hunter|SECRET-KEY-1[A-Z0-9]{9}/);
  });

  it.each([
    ['{\n  "a": x\n}', 2, 8],
    ['{\n  "a": "b"', 2, 11],
  ])('of JSON have a place: %j', async (text, line, column) => {
    expect((await findingOf(() => parseTunnel(text))).place).toStrictEqual({
      file: 'cloudflare-tunnel.json',
      line,
      column,
    });
  });

  it('of age_key are named', async () => {
    const key = await credentials.readAgeKey(SAMPLE);
    expect((await findingOf(() => ageKey(key, 'secret'))).message).toBe(
      `age_key takes 'public' or 'private', not "secret"`,
    );
  });
});

describe('parseTunnelSecret', () => {
  const encoded = (value: string): string => Buffer.from(value).toString('base64');

  it.each([
    ['a token', `${encoded('{"a":"A","t":"T","s":"S"}')}\n`, { accountTag: 'A', tunnelId: 'T', tunnelSecret: 'S' }],
    [
      'one of several lines',
      encoded('{"a":"A",\n"t":"T","s":"S"}'),
      { accountTag: 'A', tunnelId: 'T', tunnelSecret: 'S' },
    ],
    ['one that lacks a part', encoded('{"a":"A","t":"T"}'), undefined],
    ['one with an empty part', encoded('{"a":"A","t":"T","s":""}'), undefined],
    ['one with a number', encoded('{"a":"A","t":"T","s":5}'), undefined],
    ['something before it', encoded('x{"a":"A","t":"T","s":"S"}'), undefined],
    ['something behind it', encoded('{"a":"A","t":"T","s":"S"}x'), undefined],
    ['another text', 'hunter2', undefined],
  ])('reads %s', (_, token, tunnel) => {
    expect(credentials.parseTunnelSecret(token)).toEqual(tunnel);
  });
});

describe('a deploy key', () => {
  const pem = (kind: string): string => `-----BEGIN ${kind}-----\nYWJj\n-----END ${kind}-----`;

  it.each(['PRIVATE KEY', 'EC PRIVATE KEY'])('may be a %s of PEM, trimmed', (kind) => {
    expect(deployKey(`\n${pem(kind)}\n`)).toBe(pem(kind));
  });

  it.each([
    ['text before it', `x\n${pem('PRIVATE KEY')}`],
    ['text behind it', `${pem('PRIVATE KEY')}\nx`],
    ['a public key of PEM', pem('PUBLIC KEY')],
  ])('is none with %s', async (_, text) => {
    expect((await findingOf(() => deployKey(text))).code).toBe('credentials/invalid');
  });
});

describe('what an age key says of itself', () => {
  const [identity = ''] = /AGE-SECRET-KEY-\S+/.exec(readFileSync(join(SAMPLE, 'age.key'), 'utf8')) ?? [];

  it.each([
    ['nothing', identity],
    ['its own recipient', `# public key: ${SAMPLE_RECIPIENT} \n${identity}`],
    ['something in the middle of a line', `# the public key: age1other\n# x # public key: age1other\n${identity}`],
    ['more than a recipient', `# public key: age1other of somebody\n${identity}`],
  ])('may be %s', async (_, text) => {
    expect((await parseAgeKey(text)).recipient).toBe(SAMPLE_RECIPIENT);
  });
});

describe('looseCredentials', () => {
  it('warns of secrets that others may read', async () => {
    const folder = folderOf();
    writeFileSync(join(folder, 'age.key'), 'x', { mode: 0o644 });
    writeFileSync(join(folder, 'github-deploy.key'), 'x', { mode: 0o600 });
    writeFileSync(join(folder, 'github-deploy.key.pub'), 'x', { mode: 0o644 });
    const findings = await credentials.looseCredentials(folder);
    expect(findings.map(({ code, place, severity }) => [code, place?.file, severity])).toStrictEqual([
      ['credentials/mode', 'age.key', 'warning'],
    ]);
  });
});
