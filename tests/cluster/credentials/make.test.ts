import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeCredentials } from '../../../src/cluster/credentials/make.ts';
import { generateSshKeyPair, sshPublicKey } from '../../../src/cluster/credentials/openssh.ts';
import { readAgeKey, readDeployKey, readPushToken } from '../../../src/cluster/credentials/read.ts';
import { findingOf, SAMPLE, temporaryFolders } from './support.ts';

const now = new Date('2026-03-04T05:06:07.890Z');
const folderOf = temporaryFolders();

const FILES = ['age.key', 'github-deploy.key', 'github-deploy.key.pub', 'github-push-token.txt'];

function digests(folder: string): string[] {
  return readdirSync(folder)
    .sort()
    .map((file) =>
      createHash('sha256')
        .update(readFileSync(join(folder, file)))
        .digest('hex'),
    );
}

describe('makeCredentials', () => {
  it('makes all that is missing, readable by the owner alone', async () => {
    const folder = folderOf();
    const made = await makeCredentials(folder, { now });
    expect(made).toStrictEqual(FILES.map((file) => ({ file, outcome: 'created' })));
    expect(readdirSync(folder).sort()).toStrictEqual(FILES);
    const modes = FILES.map((file) => (statSync(join(folder, file)).mode & 0o777).toString(8));
    expect(modes).toStrictEqual(['600', '600', '644', '600']);
  });

  it('writes the age key as age-keygen does', async () => {
    const folder = folderOf();
    await makeCredentials(folder, { now });
    const text = readFileSync(join(folder, 'age.key'), 'utf8');
    expect(text).toMatch(
      /^# created: 2026-03-04T05:06:07Z\n# public key: age1[a-z0-9]{58}\nAGE-SECRET-KEY-1[A-Z0-9]{58}\n$/,
    );
    expect(text).toContain((await readAgeKey(folder)).recipient);
  });

  it('makes a post-quantum key where it is asked for', async () => {
    const folder = folderOf();
    await makeCredentials(folder, { now, ageKind: 'post-quantum' });
    const { identities, recipient } = await readAgeKey(folder);
    expect(identities[0]?.kind).toBe('post-quantum');
    expect(recipient).toMatch(/^age1pq1/);
  });

  it('changes nothing the second time', async () => {
    const folder = folderOf();
    await makeCredentials(folder, { now });
    const before = digests(folder);
    expect(await makeCredentials(folder, { now })).toStrictEqual(FILES.map((file) => ({ file, outcome: 'present' })));
    expect(digests(folder)).toStrictEqual(before);
  });

  it.each(FILES.filter((file) => file !== 'github-deploy.key'))('completes a folder that lacks %s', async (missing) => {
    const folder = folderOf();
    for (const file of FILES.filter((name) => name !== missing))
      writeFileSync(join(folder, file), readFileSync(join(SAMPLE, file)));
    const made = await makeCredentials(folder, { now });
    expect(made.filter(({ outcome }) => outcome === 'created').map(({ file }) => file)).toStrictEqual([missing]);
  });

  it('makes the public deploy key that belongs to the private one', async () => {
    const folder = folderOf();
    writeFileSync(join(folder, 'github-deploy.key'), readFileSync(join(SAMPLE, 'github-deploy.key')));
    await makeCredentials(folder, { now });
    expect(readFileSync(join(folder, 'github-deploy.key.pub'), 'utf8')).toBe(
      readFileSync(join(SAMPLE, 'github-deploy.key.pub'), 'utf8'),
    );
  });

  it('stops where a public deploy key has lost its private half', async () => {
    const folder = folderOf();
    writeFileSync(join(folder, 'github-deploy.key.pub'), 'ssh-ed25519 AAAA\n');
    expect(await findingOf(() => makeCredentials(folder, { now }))).toMatchObject({
      code: 'credentials/invalid',
      place: { file: 'github-deploy.key.pub' },
    });
    expect(readdirSync(folder)).not.toContain('github-deploy.key');
  });

  it('stops where the private deploy key is none', async () => {
    const folder = folderOf();
    writeFileSync(join(folder, 'github-deploy.key'), 'hunter2\n');
    const finding = await findingOf(() => makeCredentials(folder, { now }));
    expect(finding).toMatchObject({ code: 'credentials/invalid', place: { file: 'github-deploy.key' } });
    expect(JSON.stringify(finding)).not.toContain('hunter2');
  });

  it('lets two that run at once end with one set of files', async () => {
    const folder = folderOf();
    const results = await Promise.allSettled([makeCredentials(folder, { now }), makeCredentials(folder, { now })]);
    expect(results.every(({ status }) => status === 'fulfilled')).toBe(true);
    expect(readdirSync(folder).sort()).toStrictEqual(FILES);
    const publicKey = readFileSync(join(folder, 'github-deploy.key.pub'), 'utf8');
    expect(sshPublicKey(await readDeployKey(folder), 'deploy-key')).toBe(publicKey);
    expect(await readPushToken(folder)).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe('an SSH key', () => {
  const pair = generateSshKeyPair('deploy-key');
  const bytes = Buffer.from(pair.privateKey.split('\n').slice(1, -2).join(''), 'base64');

  it('has lines of 70 letters and whole blocks', () => {
    const lines = pair.privateKey.split('\n');
    expect(lines.slice(1, -3).every((line) => line.length === 70)).toBe(true);
    const secretLength = bytes.readUInt32BE(15 + 3 * 4 + 4 + 4 + 4 + 4 + 51);
    expect(secretLength % 8).toBe(0);
  });

  it('holds two halves that belong together', () => {
    const blob = Buffer.from(pair.publicKey.split(' ')[1] ?? '', 'base64');
    const publicBytes = blob.subarray(-32);
    const at = bytes.lastIndexOf(publicBytes);
    const seed = bytes.subarray(at - 32, at);
    const privateKey = createPrivateKey({
      key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]),
      format: 'der',
      type: 'pkcs8',
    });
    const publicKey = createPublicKey({
      key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), publicBytes]),
      format: 'der',
      type: 'spki',
    });
    expect(verify(null, Buffer.from('x'), publicKey, sign(null, Buffer.from('x'), privateKey))).toBe(true);
  });

  it('gives its public line, and none where it is cut', () => {
    expect(sshPublicKey(pair.privateKey, 'deploy-key')).toBe(pair.publicKey);
    expect(
      sshPublicKey('-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\n-----END OPENSSH PRIVATE KEY-----', 'c'),
    ).toBeUndefined();
  });
});
