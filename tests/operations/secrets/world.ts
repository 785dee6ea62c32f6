import { setMaxListeners } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { clusterRoot, type ClusterRoot } from '../../../src/cluster/root.ts';
import { openVault, type Vault } from '../../../src/operations/secrets/vault.ts';
import { Failure, type Finding } from '../../../src/report/finding.ts';
import { decrypt } from '../../../src/sops/decrypt.ts';
import { encrypt } from '../../../src/sops/encrypt.ts';
import { type AgeIdentity, generateIdentity } from '../../../src/sops/identities.ts';
import { indentFor, isSecretPath, parseRules, requireRule } from '../../../src/sops/rules.ts';
import { temporaryFolder } from '../../support/folders.ts';

/** A repository with rules, an age key of its own and encrypted files. */
export interface World {
  readonly folder: string;
  readonly root: ClusterRoot;
  readonly identity: AgeIdentity;
  readonly recipient: string;
  /** A new look at it, as each command takes one. */
  readonly vault: () => Promise<Vault>;
  readonly read: (path: string) => Promise<string>;
  /** The plain text of a file, or of one with these keys. */
  readonly plain: (path: string, identities?: readonly AgeIdentity[]) => Promise<string>;
}

/** `KEY` stands for the recipient. */
export const RULES = `---
# Who reads what.
creation_rules:
  - path_regex: ^talos/.*\\.sops\\.ya?ml$
    mac_only_encrypted: true
    age: KEY # the owner
  - path_regex: ^(bootstrap|kubernetes)/.*\\.sops\\.ya?ml$
    encrypted_regex: ^(data|stringData)$
    mac_only_encrypted: true
    age: KEY
  - path_regex: \\.sops\\.[^./]+$
    age: KEY
stores:
  yaml:
    indent: 2
`;

export const SECRET = `# About this file.
apiVersion: v1
kind: Secret
metadata:
  name: site
stringData:
  # Where it is from.
  token: marker-token-0123456789
  password: marker-password-abcdef # of the site
  port: 5432
`;

/** Folders for plain secrets that these processes, ended by now, left in memory: other tests have theirs at the same time. */
export function leftInMemory(pids: readonly number[]): string[] {
  const places = ['/dev/shm', process.env.XDG_RUNTIME_DIR ?? ''].filter((place) => place !== '' && existsSync(place));
  const names = places.flatMap((place) => readdirSync(place));
  return names.filter((name) => pids.some((pid) => name.startsWith(`cluster-template-private-${pid.toString(36)}-`)));
}

export const NOW = new Date('2026-03-04T05:06:07Z');

/** Makes one in a folder that is gone after the test. The files are plain texts by path, encrypted by the rules where they are named so. */
export async function secretWorld(
  files: Readonly<Record<string, string>> = { 'kubernetes/site.sops.yaml': SECRET },
  { rules = RULES, identity = generateIdentity() }: { readonly rules?: string; readonly identity?: AgeIdentity } = {},
): Promise<World> {
  const folder = await temporaryFolder();
  const recipient = await identity.recipient();
  const rulesText = rules.replaceAll('KEY', recipient);
  const parsed = parseRules(rulesText);
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  };
  await write('.sops.yaml', rulesText);
  await write('age.key', `# public key: ${recipient}\n${identity.reveal()}\n`);
  await chmod(join(folder, 'age.key'), 0o600);
  for (const [path, plain] of Object.entries(files)) {
    const options = { path, plain, identities: [identity], now: NOW, indent: indentFor(parsed, path) };
    await write(path, isSecretPath(path) ? await encrypt({ ...options, rule: requireRule(parsed, path) }) : plain);
  }
  const read = (path: string): Promise<string> => readFile(join(folder, path), 'utf8');
  // With a folder of keys of its own no key of whoever runs the tests counts.
  const root = { ...clusterRoot(folder), keys: `${folder}/.` };
  return {
    folder,
    root,
    identity,
    recipient,
    read,
    vault: () => openVault(root),
    plain: async (path, identities = [identity]) => (await decrypt({ path, text: await read(path), identities })).text,
  };
}

/** The findings with which something fails. */
export async function findingsOf(run: () => Promise<unknown>): Promise<readonly Finding[]> {
  try {
    await run();
  } catch (error) {
    if (error instanceof Failure) return error.findings;
    throw error;
  }
  throw new Error('it did not fail');
}

/** A signal that nobody aborts. */
export const NEVER = new AbortController().signal;
setMaxListeners(0, NEVER);
