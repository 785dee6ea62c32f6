import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { clusterRoot, SAMPLE_RECIPIENT } from '../../src/cluster/root.ts';
import { accessToLook, findAccess, keyAtHand } from '../../src/pipeline/access.ts';
import { generateIdentity } from '../../src/sops/identities.ts';
import type { Inventory } from '../../src/workspace/inventory.ts';
import { temporaryFolder } from '../support/folders.ts';
import { SAMPLE_KEYS } from '../support/sample.ts';

const [OWN, FILE, TEXT, USUAL, ASKED] = await Promise.all([1, 2, 3, 4, 5].map(() => makeKey()));

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('the key at hand', () => {
  it.each([
    ['age.key where no variable is set', {}, undefined, OWN],
    ['SOPS_AGE_KEY, before all others', { file: true, text: true }, undefined, TEXT],
    ['the file that SOPS_AGE_KEY_FILE names, before age.key', { file: true }, undefined, FILE],
    ['the one of the owner, wherever it stands: SOPS_AGE_KEY', { file: true, text: true }, TEXT, TEXT],
    ['the one of the owner, wherever it stands: age.key', { file: true, text: true }, OWN, OWN],
    ['the first where none is of the owner', { file: true }, TEXT, FILE],
    ['the one of the owner in the user’s folder', { usual: true }, USUAL, USUAL],
    ['none of the user’s folder where the owner is another, or nobody', { usual: true }, undefined, OWN],
    ['what SOPS_AGE_KEY_CMD prints, where it is the owner’s', { command: true, file: true }, ASKED, ASKED],
    ['age.key, and no command is started, where that will do', { command: true }, undefined, OWN],
  ] as const)('is %s', async (_, variables, owner, expected) => {
    const folder = await folderOfKeys(variables);
    expect((await keyAtHand(clusterRoot(folder), owner?.recipient))?.recipient).toBe(expected?.recipient);
  });

  it('is the one of a folder of keys alone, where the run was given one', async () => {
    const folder = await folderOfKeys({ file: true, text: true });
    expect((await keyAtHand(clusterRoot(folder, SAMPLE_KEYS), FILE?.recipient))?.recipient).toBe(SAMPLE_RECIPIENT);
    expect(await keyAtHand(clusterRoot(folder, join(folder, 'none')), undefined)).toBeUndefined();
  });

  it('is age.key where SOPS_AGE_KEY_FILE names that one, there or not, and no other that is missing', async () => {
    const folder = await temporaryFolder();
    vi.stubEnv('SOPS_AGE_KEY', '');
    vi.stubEnv('SOPS_AGE_KEY_FILE', join(folder, 'age.key'));
    expect(await keyAtHand(clusterRoot(folder), undefined)).toBeUndefined();
    vi.stubEnv('SOPS_AGE_KEY_FILE', join(folder, 'other.key'));
    await expect(keyAtHand(clusterRoot(folder), undefined)).rejects.toMatchObject({
      findings: [{ code: 'credentials/missing' }],
    });
  });

  it('is none that lies in the user’s folder for anything, where a key is to be made', async () => {
    const folder = await folderOfKeys({ usual: true });
    await rm(join(folder, 'age.key'));
    expect(await keyAtHand(clusterRoot(folder), undefined)).toBeUndefined();
  });

  it('is not found where SOPS_AGE_KEY_CMD fails, which is told', async () => {
    const folder = await folderOfKeys({});
    vi.stubEnv('SOPS_AGE_KEY_CMD', 'exit 3');
    await expect(keyAtHand(clusterRoot(folder), FILE?.recipient)).rejects.toMatchObject({
      findings: [{ message: 'the command of SOPS_AGE_KEY_CMD ended with 3' }],
    });
  });

  it('has the identity of the owner first, among others in one file', async () => {
    const folder = await temporaryFolder({ 'age.key': `${String(FILE?.text)}\n${String(OWN?.text)}\n` });
    noVariables();
    const key = await keyAtHand(clusterRoot(folder), OWN?.recipient);
    expect(key?.recipient).toBe(OWN?.recipient);
    expect(await key?.identities[0]?.recipient()).toBe(OWN?.recipient);
    expect(key?.identities).toHaveLength(2);
  });
});

describe('access to a tree', () => {
  const OWNERS = {
    nobody: undefined,
    'the sample': { recipient: SAMPLE_RECIPIENT },
    me: { recipient: OWN?.recipient ?? '' },
    'somebody else': { recipient: FILE?.recipient ?? '' },
  };

  // Whose the tree is, whether a key is at hand, what the run writes, and what comes of it.
  it.each([
    ['nobody', true, true, 'owner'],
    ['nobody', false, true, 'new'],
    ['nobody', false, 'plain', 'new'],
    ['nobody', false, false, 'workspace/owner'],
    ['nobody', true, 'without-key', 'workspace/owner'],
    ['the sample', true, true, 'owner, takes over'],
    ['the sample', true, false, 'owner, takes over'],
    ['the sample', false, true, 'new, takes over'],
    ['the sample', false, false, 'none'],
    ['me', true, true, 'owner'],
    ['me', true, 'without-key', 'none'],
    ['me', false, true, 'workspace/owner'],
    ['me', false, 'plain', 'none'],
    ['me', false, false, 'none'],
    ['somebody else', true, true, 'workspace/owner'],
    ['somebody else', true, 'plain', 'workspace/owner'],
    ['somebody else', true, false, 'none'],
  ] as const)('of %s, a key at hand: %s, for a run that writes %s: %s', async (name, hasKey, writes, expected) => {
    const root = clusterRoot(await temporaryFolder(hasKey ? { 'age.key': OWN?.text ?? '' } : {}));
    noVariables();
    const inventory = OWNERS[name] as Inventory | undefined;
    const found = await findAccess(root, inventory, writes).then(
      (access) => access.kind + ('takesOver' in access && access.takesOver ? ', takes over' : ''),
      (error: unknown) => (error as { findings: { code: string }[] }).findings[0]?.code,
    );
    expect(found).toBe(expected);
  });

  it('to look at what is anybody’s makes no key', async () => {
    const root = clusterRoot(await temporaryFolder({ 'age.key': OWN?.text ?? '' }));
    noVariables();
    const access = await accessToLook(root, OWNERS['the sample'] as Inventory);
    expect(access).toMatchObject({ kind: 'owner', takesOver: false, key: { recipient: OWN?.recipient } });
  });
});

async function makeKey(): Promise<{ readonly text: string; readonly recipient: string }> {
  const identity = generateIdentity();
  return { text: identity.reveal(), recipient: await identity.recipient() };
}

/** Which keys there are besides age.key. */
interface Others {
  readonly file?: boolean;
  readonly text?: boolean;
  readonly usual?: boolean;
  readonly command?: boolean;
}

/** A folder with an age.key of its own, and the variables that name others. */
async function folderOfKeys({ file, text, usual, command }: Others): Promise<string> {
  const folder = await temporaryFolder({ 'age.key': OWN?.text ?? '', 'other.txt': FILE?.text ?? '' });
  noVariables();
  if (file === true) vi.stubEnv('SOPS_AGE_KEY_FILE', join(folder, 'other.txt'));
  if (text === true) vi.stubEnv('SOPS_AGE_KEY', TEXT?.text);
  if (command === true) vi.stubEnv('SOPS_AGE_KEY_CMD', `echo ${ASKED?.text ?? ''}`);
  if (usual !== true) return folder;
  const settings = await temporaryFolder({ 'sops/age/keys.txt': `AGE-PLUGIN-YUBIKEY-1QQQ\n${USUAL?.text ?? ''}\n` });
  vi.stubEnv('XDG_CONFIG_HOME', settings);
  return folder;
}

function noVariables(): void {
  for (const name of ['SOPS_AGE_KEY_FILE', 'SOPS_AGE_KEY', 'SOPS_AGE_KEY_CMD', 'XDG_CONFIG_HOME', 'HOME'])
    vi.stubEnv(name, undefined);
}
