import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../src/report/finding.ts';
import { decrypt } from '../../src/sops/decrypt.ts';
import { generateIdentity } from '../../src/sops/identities.ts';
import { findKeys, keysByCommand } from '../../src/sops/key-sources.ts';
import { temporaryFolder } from '../support/folders.ts';

/** Keys of SSH without a passphrase, and what the sops program encrypted to them. */
const SSH = join(import.meta.dirname, 'fixtures/ssh');

async function keyFile(path: string): Promise<string> {
  const identity = generateIdentity();
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `# a key\n${identity.reveal()}\n`);
  return await identity.recipient();
}

describe('keys', () => {
  it('are found in the places of sops, and in age.key behind them', async () => {
    const home = await temporaryFolder();
    const own = join(home, 'age.key');
    const inVariable = generateIdentity();
    const expected = [
      await inVariable.recipient(),
      await keyFile(join(home, 'named.key')),
      await keyFile(join(home, 'settings/sops/age/keys.txt')),
      await keyFile(own),
    ];
    const env = {
      HOME: home,
      XDG_CONFIG_HOME: join(home, 'settings'),
      SOPS_AGE_KEY: inVariable.reveal(),
      SOPS_AGE_KEY_FILE: join(home, 'named.key'),
    };
    const found = await findKeys({ env, own });
    expect(found.map(({ source }) => source)).toEqual([
      'SOPS_AGE_KEY',
      env.SOPS_AGE_KEY_FILE,
      join(home, 'settings/sops/age/keys.txt'),
      'age.key',
    ]);
    const recipients = await Promise.all(found.flatMap(({ identities }) => identities.map((one) => one.recipient())));
    expect(recipients).toEqual(expected);
    // The file that is age.key itself is not read twice.
    expect(await findKeys({ env: { SOPS_AGE_KEY_FILE: own }, own })).toHaveLength(1);
  });

  it.each([
    ['a file that is not there', { SOPS_AGE_KEY_FILE: '/nowhere/age.key' }, 'credentials/missing'],
    ['a text that is none', { SOPS_AGE_KEY: 'nonsense' }, 'sops/identity'],
    ['an SSH key that is not there', { SOPS_AGE_SSH_PRIVATE_KEY_FILE: '/nowhere/id' }, 'credentials/missing'],
    ['an SSH key that is none', { SOPS_AGE_SSH_PRIVATE_KEY_FILE: join(SSH, 'ed25519.sops.yaml') }, 'sops/identity'],
  ])('of %s are an error that quotes nothing', async (_, env, code) => {
    const found = findKeys({ env, own: '/nowhere/own' });
    await expect(found).rejects.toThrow(Failure);
    await found.catch((error: unknown) => {
      expect((error as Failure).findings[0]).toMatchObject({ code });
      expect((error as Failure).message).not.toContain('nonsense');
    });
  });

  it.each(['ed25519', 'rsa'])('of SSH (%s) open what sops encrypted to them', async (type) => {
    const home = await temporaryFolder();
    await mkdir(join(home, '.ssh'));
    await writeFile(join(home, '.ssh', `id_${type}`), await readFile(join(SSH, `id_${type}`)));
    const path = `${type}.sops.yaml`;
    const text = await readFile(join(SSH, path), 'utf8');
    for (const env of [{ HOME: home }, { SOPS_AGE_SSH_PRIVATE_KEY_FILE: join(SSH, `id_${type}`) }]) {
      const [found] = await findKeys({ env, own: join(home, 'age.key') });
      const { text: plain } = await decrypt({ path, text, identities: found?.identities ?? [] });
      expect(plain).toBe(`token: for-${type}\n`);
    }
    const [other] = await findKeys({
      env: { SOPS_AGE_SSH_PRIVATE_KEY_FILE: join(SSH, type === 'rsa' ? 'id_ed25519' : 'id_rsa') },
      own: '/nowhere',
    });
    await expect(decrypt({ path, text, identities: other?.identities ?? [] })).rejects.toThrow(Failure);
  });

  it('are what the command of SOPS_AGE_KEY_CMD prints', async () => {
    const folder = await temporaryFolder();
    const identity = generateIdentity();
    const program = join(folder, 'key.sh');
    await writeFile(program, `#!/bin/sh\necho ${identity.reveal()}\n`);
    await chmod(program, 0o755);
    const inherited = { PATH: process.env.PATH ?? '' };
    const [found] = await keysByCommand({ SOPS_AGE_KEY_CMD: program }, inherited, folder);
    expect(await found?.identities[0]?.recipient()).toBe(await identity.recipient());
    expect(await keysByCommand({}, inherited, folder)).toEqual([]);
    await expect(keysByCommand({ SOPS_AGE_KEY_CMD: 'exit 3' }, inherited, folder)).rejects.toThrow('ended with 3');
  });
});
