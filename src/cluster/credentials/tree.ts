import { join } from 'node:path';
import { Failure, failure, type Finding } from '../../report/finding.ts';
import { randomBytes } from '../../system/environment.ts';
import { readTextIfPresent } from '../../system/files.ts';
import {
  cloudflareTunnelSecret,
  CREDENTIAL_FILES,
  type CredentialFile,
  deployKey,
  parseTunnel,
  parseTunnelSecret,
  pushToken,
} from './read.ts';
import { DEPLOY_KEY_COMMENT, isPlaceholder, newPushToken } from './make.ts';
import { generateSshKeyPair } from './openssh.ts';

/**
 * A credential that is rendered into an encrypted file of the tree: with the age key alone it comes back from there, and must not be
 * replaced there by accident, as its other half is known to somebody else (GitHub, Cloudflare).
 */
export interface TreeCredential {
  /** How it is named on the command line. */
  readonly name: CredentialName;
  /** Its local file. */
  readonly file: CredentialFile;
  /** How it is named in a sentence. */
  readonly label: string;
  /** What templates print of the file's text. Throws a Failure where the text holds something else; `file` is for messages. */
  readonly printed: (text: string, file?: string) => string;
  /** The file's text that prints this; undefined where it is no such credential. */
  readonly fileText: (printed: string) => string | undefined;
  /** The text of a new one that is nobody's. */
  readonly make: () => string;
  /** Whether a new one can be made here, rather than by somebody else's program. */
  readonly isMadeHere: boolean;
  /** Whether this is what the sample has in place of one. */
  readonly isPlaceholder: (printed: string) => boolean;
}

/** The names of the credentials that the tree holds. */
export type CredentialName = 'deploy-key' | 'webhook-token' | 'tunnel';

/** All of them, in the order in which they are made. */
export const TREE_CREDENTIALS: readonly TreeCredential[] = [
  {
    name: 'deploy-key',
    file: CREDENTIAL_FILES.deployKey,
    label: 'the deploy key',
    printed: deployKey,
    fileText: (printed) => (isAccepted(() => deployKey(printed)) ? `${printed.trim()}\n` : undefined),
    make: () => generateSshKeyPair(DEPLOY_KEY_COMMENT).privateKey,
    isMadeHere: true,
    isPlaceholder: () => false,
  },
  {
    name: 'webhook-token',
    file: CREDENTIAL_FILES.pushToken,
    label: 'the webhook token',
    printed: pushToken,
    fileText: (printed) => (isAccepted(() => pushToken(printed)) ? `${printed.trim()}\n` : undefined),
    make: newPushToken,
    isMadeHere: true,
    isPlaceholder: () => false,
  },
  {
    name: 'tunnel',
    file: CREDENTIAL_FILES.tunnel,
    label: "the tunnel's credentials",
    printed: (text, file) => cloudflareTunnelSecret(parseTunnel(text, file)),
    fileText: (printed) => {
      const tunnel = parseTunnelSecret(printed);
      if (tunnel === undefined) return undefined;
      const { accountTag: AccountTag, tunnelSecret: TunnelSecret, tunnelId: TunnelID } = tunnel;
      // As cloudflared writes it: without a line break at the end.
      return JSON.stringify({ AccountTag, TunnelSecret, TunnelID });
    },
    make: () => {
      const random = (length: number): string => Buffer.from(randomBytes(length)).toString('hex');
      return JSON.stringify({ AccountTag: 'stand-in', TunnelSecret: random(32), TunnelID: random(16) });
    },
    isMadeHere: false,
    isPlaceholder: (printed) => isPlaceholder(parseTunnelSecret(printed)),
  },
];

/** The credential that a local file holds; undefined for the age key and public halves. */
export function credentialOf(file: string): TreeCredential | undefined {
  return TREE_CREDENTIALS.find((credential) => credential.file === file);
}

/** The credential of a name. Throws a Failure of kind `usage` where there is none. */
export function credentialNamed(name: string): TreeCredential {
  const found = TREE_CREDENTIALS.find((credential) => credential.name === name);
  if (found !== undefined) return found;
  const names = TREE_CREDENTIALS.map((credential) => credential.name).join(', ');
  throw failure('usage', {
    code: 'usage/argument',
    message: `${JSON.stringify(name)} is no credential that the tree holds`,
    remedy: `there are ${names}`,
  });
}

/**
 * What the local files hold, as templates print it; files that are not there are left out.
 *
 * @throws Failure where one of them holds something else
 */
export async function readTreeCredentials(folder: string): Promise<Map<CredentialName, string>> {
  const texts = await Promise.all(TREE_CREDENTIALS.map(({ file }) => readTextIfPresent(join(folder, file))));
  const present = TREE_CREDENTIALS.map((credential, index) => ({ credential, text: texts[index] }));
  return new Map(
    present.flatMap(({ credential: { name, printed }, text }) =>
      text === undefined ? [] : [[name, printed(text)] as const],
    ),
  );
}

/** Where the tree holds a credential. */
export interface TreePlace {
  /** The encrypted file. */
  readonly path: string;
  /** The keys that lead to the value in it. */
  readonly key: string;
}

/** The finding about a local file that holds another credential than the tree; it names both ways out. */
export function otherCredential({ name, file, label }: TreeCredential, { path, key }: TreePlace): Finding {
  return {
    code: 'credentials/other',
    severity: 'error',
    message: `${file} is not ${label} that the tree holds (\`${key}\` in ${path})`,
    place: { file },
    remedy: `move ${file} away for the tree's own to be restored, or replace that on purpose: \`cluster-template configure --rotate ${name}\``,
  };
}

/** What is left to be done elsewhere once a credential was replaced in the tree. */
export function afterRotation(credential: TreeCredential, { path }: TreePlace): Finding {
  return {
    code: 'credentials/rotated',
    severity: 'note',
    message: `--rotate replaced ${credential.label} in ${path}; what was there goes on being valid until it is removed`,
    place: { file: credential.file },
    remedy: AFTERWARDS[credential.name],
  };
}

const AFTERWARDS: Readonly<Record<CredentialName, string>> = {
  'deploy-key':
    'add github-deploy.key.pub at GitHub (Settings, Deploy keys), commit and push, run `cluster-template bootstrap apps`, then remove the old key at GitHub',
  'webhook-token':
    'commit and push, wait until Flux has applied it, then enter the content of github-push-token.txt as secret of the webhook at GitHub (Settings, Webhooks)',
  tunnel:
    'commit and push, wait until Flux has applied it, then delete the old tunnel at Cloudflare (`cloudflared tunnel list`, `cloudflared tunnel delete NAME`)',
};

function isAccepted(parse: () => unknown): boolean {
  try {
    parse();
    return true;
  } catch (error) {
    if (error instanceof Failure) return false;
    throw error;
  }
}
