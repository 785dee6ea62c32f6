import { join } from 'node:path';
import type { NamedSecret } from '../checks/secrets.ts';
import { CREDENTIAL_FILES } from '../cluster/credentials/files.ts';
import { generateSshKeyPair } from '../cluster/credentials/openssh.ts';
import { cloudflareTunnelSecret, parseTunnel } from '../cluster/credentials/tunnel.ts';
import type { ReadCredential } from '../cluster/functions.ts';
import type { ClusterRoot } from '../cluster/root.ts';
import { generateIdentity } from '../sops/identities.ts';
import { readTextSyncIfPresent } from '../system/files.ts';
import type { SettledAccess } from './access.ts';

/** The credential files as templates ask for them, and the secrets that they have seen so far. */
export interface CredentialSource {
  readonly read: ReadCredential;
  readonly secrets: () => readonly NamedSecret[];
}

/**
 * Reads credential files from the folder of keys. Without the owner's key, stand-ins take the place of files that are not
 * there: what holds them is not compared.
 */
export function credentialSource(root: ClusterRoot, access: SettledAccess): CredentialSource {
  const texts = new Map<string, string>();
  const read = (file: string): string | undefined => {
    const text =
      file === CREDENTIAL_FILES.ageKey && access.kind === 'owner'
        ? `# public key: ${access.key.recipient}\n${access.key.identities[0]?.reveal() ?? ''}\n`
        : readTextSyncIfPresent(join(root.keys, file));
    return text ?? (access.kind === 'none' ? STAND_INS[file]?.(access.recipient) : undefined);
  };
  return {
    read(file) {
      const text = texts.get(file) ?? read(file);
      if (text !== undefined) texts.set(file, text);
      return text;
    },
    secrets: () => [...texts].flatMap(([file, text]) => secretsOf(file, text)),
  };
}

/** A file may hold more than its secret: public halves may stand anywhere. */
function secretsOf(file: string, text: string): NamedSecret[] {
  if (file === CREDENTIAL_FILES.ageKey) {
    return [...text.matchAll(/^AGE-SECRET-KEY-\S+/gm)].map(([value]) => ({
      name: `the private key of ${file}`,
      value,
    }));
  }
  if (file === CREDENTIAL_FILES.tunnel) {
    const tunnel = parseTunnel(text);
    const name = `the secret of ${file}`;
    return [tunnel.tunnelSecret, cloudflareTunnelSecret(tunnel)].map((value) => ({ name, value }));
  }
  return [{ name: `the content of ${file}`, value: text }];
}

const STAND_INS: Readonly<Record<string, (recipient: string) => string>> = {
  [CREDENTIAL_FILES.ageKey]: (recipient) => `# public key: ${recipient}\n${generateIdentity().reveal()}\n`,
  [CREDENTIAL_FILES.deployKey]: () => generateSshKeyPair('stand-in').privateKey,
  [CREDENTIAL_FILES.pushToken]: () => 'stand-in',
  [CREDENTIAL_FILES.tunnel]: () =>
    JSON.stringify({ AccountTag: 'stand-in', TunnelID: 'stand-in', TunnelSecret: 'stand-in' }),
};
