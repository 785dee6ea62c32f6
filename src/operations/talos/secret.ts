import { join } from 'node:path';
import { parse } from 'yaml';
import type { AgeKey } from '../../cluster/credentials/read.ts';
import { failure, type Failure } from '../../report/finding.ts';
import { isEncrypted } from '../../sops/decrypt.ts';
import { encrypt } from '../../sops/encrypt.ts';
import { indentFor, parseRules, requireRule } from '../../sops/rules.ts';
import { now } from '../../system/clock.ts';
import { readTextIfPresent } from '../../system/files.ts';
import { below, publishFile } from '../../system/writing.ts';
import type { ClusterRoot } from '../../cluster/root.ts';
import type { ProgramCall, Programs } from '../programs/call.ts';

/** Path of the secrets of Talos and Kubernetes: certificate authorities, tokens and the like. Committed, and only ever encrypted. */
export const SECRET_BUNDLE = 'talos/talsecret.sops.yaml';

/** Prints a new bundle of secrets. */
export const GENERATE_SECRETS: ProgramCall = {
  program: 'talhelper',
  arguments: ['gensecret'],
  folder: 'talos',
  quiet: true,
};

/**
 * Makes the bundle of secrets where there is none. What talhelper prints is encrypted in memory and only then written, under its
 * own name only when it is whole; one that is there is never replaced.
 *
 * @returns whether it was made
 * @throws Failure where the file that is there is empty or in plain text, no rule of .sops.yaml takes it, or talhelper fails
 */
export async function ensureSecretBundle(root: ClusterRoot, key: AgeKey, programs: Programs): Promise<boolean> {
  const place = below(root.path, SECRET_BUNDLE);
  const present = await readTextIfPresent(place.path);
  if (present !== undefined) {
    refuseBroken(present);
    return false;
  }
  const rules = parseRules((await readTextIfPresent(join(root.path, '.sops.yaml'))) ?? '', '.sops.yaml');
  const rule = requireRule(rules, SECRET_BUNDLE);
  const { stdout } = await programs.run(GENERATE_SECRETS);
  refuseForeign(stdout);
  const text = await encrypt({
    path: SECRET_BUNDLE,
    plain: `${stdout.trim()}\n`,
    rule,
    indent: indentFor(rules, SECRET_BUNDLE),
    identities: key.identities,
    now: now(),
  });
  return await publishFile(place, text, 0o644);
}

/** What an interrupted run of other programs leaves: an empty file, or one that was never encrypted. */
function refuseBroken(text: string): void {
  const isEmpty = text.trim() === '';
  if (!isEmpty && isEncrypted(SECRET_BUNDLE, text)) return;
  throw failure('input', {
    code: isEmpty ? 'cluster/state' : 'sops/not-encrypted',
    message: `${SECRET_BUNDLE} is ${isEmpty ? 'empty' : 'in plain text'}`,
    place: { file: SECRET_BUNDLE },
    remedy: isEmpty
      ? 'restore it from git, or remove it where the cluster never came up'
      : `encrypt it with \`sops encrypt --in-place ${SECRET_BUNDLE}\`; it is the key to the whole cluster`,
  });
}

function refuseForeign(text: string): void {
  const value = tryParse(text);
  const isBundle =
    typeof value === 'object' && value !== null && ['cluster', 'secrets', 'certs'].every((key) => key in value);
  if (!isBundle) throw notABundle();
}

function tryParse(text: string): unknown {
  try {
    return parse(text) as unknown;
  } catch {
    // The message of a YAML parser quotes lines, and these are secrets.
    return undefined;
  }
}

function notABundle(): Failure {
  return failure('outside', {
    code: 'programs/failed',
    message: 'talhelper gensecret printed something else than a bundle of secrets; nothing was written',
    remedy: 'run `talhelper gensecret` by hand, and look at what it says',
  });
}
