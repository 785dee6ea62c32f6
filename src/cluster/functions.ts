import type { SignedFunction } from '../makejinja/plugin.ts';
import { failure, type Failure } from '../report/finding.ts';
import { parseIdentityFile } from '../sops/identities.ts';
import { CREDENTIAL_FILES, ORIGINS, type CredentialFile } from './credentials/files.ts';
import { deployKey, pushToken } from './credentials/read.ts';
import { cloudflareTunnelId, cloudflareTunnelSecret, parseTunnel } from './credentials/tunnel.ts';

/**
 * Text of a credential file by its name, relative to the folder of the keys; undefined where there is none. `kind` is the usual
 * name of such a file: a template may name another one.
 */
export type ReadCredential = (file: string, kind: CredentialFile) => string | undefined;

/**
 * The template functions that give credentials. Each reads its file when a template calls it and not before, so that
 * only what a cluster uses has to be there. They throw a Failure where a file is missing or holds something else; none
 * of their messages quotes a file.
 */
export function credentialFunctions(read: ReadCredential): Readonly<Record<string, SignedFunction>> {
  const credential = (name: string, file: CredentialFile, parse: Parse): SignedFunction => ({
    signature: `${name}(file='${file}')`,
    run: (other) => {
      const path = pathOf(other, file);
      return parse(textOf(read, path, file), path);
    },
  });
  const { ageKey: ageKeyFile, tunnel } = CREDENTIAL_FILES;
  return {
    age_key: {
      signature: `age_key(kind, file='${ageKeyFile}')`,
      run: (kind, other) => {
        const path = pathOf(other, ageKeyFile);
        return ageKeyHalf(kind, textOf(read, path, ageKeyFile), path);
      },
    },
    cloudflare_tunnel_id: credential('cloudflare_tunnel_id', tunnel, (text, file) =>
      cloudflareTunnelId(parseTunnel(text, file)),
    ),
    cloudflare_tunnel_secret: credential('cloudflare_tunnel_secret', tunnel, (text, file) =>
      cloudflareTunnelSecret(parseTunnel(text, file)),
    ),
    github_deploy_key: credential('github_deploy_key', CREDENTIAL_FILES.deployKey, deployKey),
    github_push_token: credential('github_push_token', CREDENTIAL_FILES.pushToken, pushToken),
  };
}

/** What a function gives of a file's text; the file's name is for messages. */
type Parse = (text: string, file: string) => string;

/** The file that a template names, or the usual one. */
function pathOf(named: unknown, usual: CredentialFile): string {
  if (named === undefined) return usual;
  if (typeof named === 'string') return named;
  const message = `a credential file is named by a text, not by a ${typeof named}`;
  throw failure('input', { code: 'config/bad-argument', message, remedy: `leave it out, or write file='${usual}'` });
}

/**
 * Templates are rendered synchronously and a recipient is computed asynchronously, so the public half is taken from the
 * file's own comment; reading the key for encryption compares both.
 */
function ageKeyHalf(kind: unknown, text: string, file: string): string {
  if (kind === 'private') return parseIdentityFile(text, file)[0]?.reveal() ?? '';
  if (kind !== 'public') {
    const message = `age_key takes 'public' or 'private', not ${typeof kind === 'string' ? JSON.stringify(kind) : `a ${typeof kind}`}`;
    throw failure('input', {
      code: 'config/bad-argument',
      message,
      remedy: "write age_key('public') or age_key('private')",
    });
  }
  const recipient = /^# public key: (age1\w+)\s*$/m.exec(text)?.[1];
  if (recipient !== undefined) return recipient;
  const remedy = 'add the line `# public key: age1…`, which `age-keygen -y` prints';
  throw failure('input', {
    code: 'credentials/invalid',
    message: `${file} does not say its public key`,
    place: { file },
    remedy,
  });
}

function textOf(read: ReadCredential, file: string, kind: CredentialFile): string {
  const text = read(file, kind);
  if (text === undefined) throw missingFile(file);
  return text;
}

/** The one finding about a credential file that a template asks for and nobody has. */
export function missingFile(file: string): Failure {
  const origins: Readonly<Record<string, string | undefined>> = ORIGINS;
  const remedy = origins[file] ?? 'correct the name in the template, or make the file';
  return failure('input', { code: 'credentials/missing', message: `${file} does not exist`, place: { file }, remedy });
}
