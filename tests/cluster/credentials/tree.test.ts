import { describe, expect, it } from 'vitest';
import { generateSshKeyPair, sshPublicKey } from '../../../src/cluster/credentials/openssh.ts';
import { makePlaceholderTunnel } from '../../../src/cluster/credentials/make.ts';
import { cloudflareTunnelSecret, readTunnel } from '../../../src/cluster/credentials/read.ts';
import { credentialNamed, credentialOf, TREE_CREDENTIALS } from '../../../src/cluster/credentials/tree.ts';
import { findingOf, temporaryFolders } from './support.ts';

const folderOf = temporaryFolders();

describe('a credential of the tree', () => {
  it.each([
    ['deploy-key', 'github-deploy.key', true, 'no key'],
    ['webhook-token', 'github-push-token.txt', true, 'two words'],
    ['tunnel', 'cloudflare-tunnel.json', false, 'no token'],
  ])('%s comes back from what templates print of it', (name, file, isMadeHere, other) => {
    const credential = credentialNamed(name);
    expect(credential).toMatchObject({ name, file, isMadeHere });
    expect(credentialOf(file)).toBe(credential);
    const text = credential.make();
    const printed = credential.printed(text);
    expect(credential.fileText(`\n${printed}\n`)?.trim()).toBe(text.trim());
    expect(credential.fileText(printed)?.endsWith('\n')).toBe(isMadeHere);
    expect(credential.fileText(other)).toBeUndefined();
    expect(credential.isPlaceholder(printed)).toBe(false);
    expect(credential.printed(credential.make())).not.toBe(printed);
  });

  it('may be a placeholder, where the sample has one', async () => {
    const folder = folderOf();
    await makePlaceholderTunnel(folder);
    const printed = cloudflareTunnelSecret(await readTunnel(folder));
    expect(TREE_CREDENTIALS.map(({ isPlaceholder }) => isPlaceholder(printed))).toEqual([false, false, true]);
  });

  it('is told by its name, and no other is', async () => {
    const finding = await findingOf(() => credentialNamed('age'));
    expect(finding).toMatchObject({ code: 'usage/argument', remedy: 'there are deploy-key, webhook-token, tunnel' });
    expect(credentialOf('age.key')).toBeUndefined();
  });
});

describe('a key of OpenSSH', () => {
  // What OpenSSH refuses otherwise: PROTOCOL.key wants 1, 2, 3 … up to a whole block.
  it.each(['', 'a', 'ab', 'abc', 'abcd', 'abcde', 'abcdef', 'abcdefg'])('is padded as it has to be: %j', (comment) => {
    const bytes = Buffer.from(generateSshKeyPair(comment).privateKey.replace(/-----[^\n]*-----/g, ''), 'base64');
    const at = bytes.lastIndexOf(Buffer.concat([Buffer.from([0, 0, 0, comment.length]), Buffer.from(comment)]));
    const padding = [...bytes.subarray(at + 4 + comment.length)];
    expect(padding).toEqual(padding.map((_, index) => index + 1));
    expect(padding.length).toBeLessThan(8);
  });

  it.each([
    ['header', (text: string) => text.replace('BEGIN OPENSSH', 'BEGIN')],
    ['footer', (text: string) => text.replace('END OPENSSH', 'END')],
    ['magic', (text: string) => text.replace('b3BlbnNzaC1rZXkt', 'b3BlbnNzaC1rZXk9')],
    [
      'public half',
      (text: string) =>
        text
          .replace(/\n.*\n(?=.*\n-----END)[^]*?(?=\n-----END)/, '')
          .replace(/(BEGIN.*\n.{60})[^]*(?=\n-----END)/, '$1'),
    ],
  ])('is none without its %s', (_, change) => {
    const { privateKey, publicKey } = generateSshKeyPair('flux');
    expect(sshPublicKey(privateKey, 'flux')).toBe(publicKey);
    expect(sshPublicKey(change(privateKey), 'flux')).toBeUndefined();
  });
});
