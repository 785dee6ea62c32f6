import { join, resolve } from 'node:path';
import { checkPlainSecrets, isSecretPath, type NamedSecret } from '../../checks/secrets.ts';
import { CREDENTIAL_FILES } from '../../cluster/credentials/files.ts';
import { parseTunnel } from '../../cluster/credentials/tunnel.ts';
import type { ClusterRoot } from '../../cluster/root.ts';
import { isWhollyEncrypted } from '../../pipeline/secret-changes.ts';
import { Failure, type Finding } from '../../report/finding.ts';
import { readUnmerged, unmergedFindings } from '../../report/merge.ts';
import { parseIdentity } from '../../sops/identities.ts';
import { environment } from '../../system/environment.ts';
import { errorCode, readTextIfPresent } from '../../system/files.ts';
import { askGit, askGitForPaths } from '../../system/git.ts';
import type { Check } from './check.ts';
import { SETTLE } from './secrets.ts';

/** Where the published keys of the sample and the fixtures of tests lie. */
const EXEMPT = /^(?:tests|node_modules)\//;

/** Files that must never be in git, whatever they hold. */
const PRIVATE_FILES =
  /(?:^|\/)(?:age\.key|[^/]+\.agekey|github-deploy\.key|github-push-token\.txt|cloudflare-tunnel\.json|kubeconfig|talosconfig|talsecret\.yaml|[^/]*\.decrypted~[^/]*)$|^talos\/clusterconfig\/(?!\.gitignore$)/;

/** Secrets in plain text among the files that git tracks. */
export async function checkTracked(root: ClusterRoot): Promise<Check[]> {
  const listed = await askGitForPaths(root.path, ['ls-files', '-z']);
  if (listed === undefined) return [];
  const read = (path: string): Promise<string | undefined> => readTracked(join(root.path, path));
  const findings = await examine(root, listed, read);
  return [{ area: 'repository', subject: `${String(listed.length)} tracked files without plain secrets`, findings }];
}

/**
 * Secrets in plain text in what the next commit would hold, for a git hook.
 *
 * @returns findings, all of them errors; empty where there is no git repository
 */
export async function checkStaged(root: ClusterRoot): Promise<Finding[]> {
  const { GIT_INDEX_FILE: index } = environment();
  // For `git commit -a` and `git commit FILE` git hands its hooks an index of their own, relative to where it starts them.
  const asked = index === undefined ? {} : { index: resolve(index) };
  const list = ['diff', '--cached', '--name-only', '--relative', '--diff-filter=ACMR', '-z'];
  const staged = await askGitForPaths(root.path, list, asked);
  const read = async (path: string): Promise<string | undefined> => {
    const { exitCode, stdout } = await askGit(root.path, ['cat-file', 'blob', `:./${path}`], asked);
    return exitCode === 0 ? `${stdout}\n` : undefined;
  };
  return await examine(root, staged ?? [], read);
}

async function examine(
  root: ClusterRoot,
  files: readonly string[],
  read: (path: string) => Promise<string | undefined>,
): Promise<Finding[]> {
  const secrets = await localSecrets(root);
  const findings: Finding[] = [];
  for (const path of files.filter((one) => !EXEMPT.test(one))) {
    if (PRIVATE_FILES.test(path)) {
      findings.push(leak(path, `${path} gives access to the cluster, and git must not hold it`));
      continue;
    }
    const text = await read(path);
    if (text === undefined || text.includes('\0')) continue;
    findings.push(...examineText(path, text, secrets));
  }
  return findings;
}

function examineText(path: string, text: string, secrets: readonly NamedSecret[]): Finding[] {
  if (isSecretPath(path)) {
    const sides = readUnmerged(text)?.sides ?? [];
    if (sides.length > 0 && sides.every((side) => isWhollyEncrypted(path, side))) {
      return unmergedFindings(path, text, SETTLE).slice(0, 1);
    }
    return isWhollyEncrypted(path, text) ? [] : [leak(path, `${path} holds values that are not encrypted`)];
  }
  const own = checkPlainSecrets([{ path, source: path, text }], secrets).map(({ message }) => leak(path, message));
  if (own.length > 0) return own;
  const identity = /\bAGE-SECRET-KEY-(?:PQ-)?1[0-9A-Z]{50,}/.exec(text)?.[0];
  if (identity !== undefined && parseIdentity(identity) !== undefined) return [leak(path, `${path} holds an age key`)];
  const isPem = /^[ \t]*-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\r?\n(?:[ \t]*[\w+/=]{20,}\r?\n){2}/m.test(text);
  return isPem ? [leak(path, `${path} holds a private key`)] : [];
}

/** What lies in the local files: the texts that must stand nowhere else. */
async function localSecrets(root: ClusterRoot): Promise<NamedSecret[]> {
  const { ageKey, deployKey, pushToken, tunnel } = CREDENTIAL_FILES;
  const read = (file: string): Promise<string | undefined> => readTextIfPresent(join(root.keys, file));
  const [age, deploy, token, tunnelText] = await Promise.all([ageKey, deployKey, pushToken, tunnel].map(read));
  const identities = [...(age ?? '').matchAll(/^AGE-SECRET-KEY-\S+/gm)].map(([value]) => value);
  const found: (readonly [name: string, value: string | undefined])[] = [
    ...identities.map((value) => [`the private key of ${ageKey}`, value] as const),
    [`the content of ${deployKey}`, deploy],
    [`the content of ${pushToken}`, token],
    [`the secret of ${tunnel}`, tunnelSecret(tunnelText)],
  ];
  return found.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]));
}

function tunnelSecret(text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : parseTunnel(text).tunnelSecret;
  } catch (error) {
    // A file that holds no tunnel holds no secret of one; that it is broken is told with the keys.
    if (!(error instanceof Failure)) throw error;
    return undefined;
  }
}

/** A file may be tracked and not be there, or be a link to a folder. */
async function readTracked(path: string): Promise<string | undefined> {
  try {
    return await readTextIfPresent(path);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return undefined;
  }
}

function leak(path: string, message: string): Finding {
  return {
    code: 'secrets/in-git',
    severity: 'error',
    message,
    place: { file: path },
    remedy: `take it out with \`git rm --cached ${path}\`, and replace the secret if it was ever pushed`,
  };
}
