import { isSecretPath } from '../checks/secrets.ts';
import type { RenderedFile } from '../makejinja/render.ts';
import { failure, type Finding } from '../report/finding.ts';
import { keepOrEncrypt } from '../sops/keep.ts';
import { parseRules, requireRule, ruleFor, type Rule, type Rules } from '../sops/rules.ts';
import { now } from '../system/clock.ts';
import type { DesiredFile, DiskFile } from '../workspace/entry.ts';
import type { SettledAccess } from './access.ts';

/** The files as they are to lie on disk, and what was noticed on the way. */
export interface EncryptedFiles {
  readonly files: readonly DesiredFile[];
  readonly findings: readonly Finding[];
  /** How many secrets there are, kept or newly encrypted. */
  readonly secrets: number;
  /** The rule that a secret is encrypted by; undefined where none matches, or no rules were read. */
  readonly ruleFor: (path: string) => Rule | undefined;
}

/**
 * Encrypts every `*.sops.*` file in memory under the rules of the rendered .sops.yaml. What did not change keeps the
 * bytes that lie on disk. Without the owner's key the files on disk stand in for their new rendering, unread.
 */
export async function encryptSecrets(
  rendered: readonly RenderedFile[],
  disk: ReadonlyMap<string, DiskFile>,
  access: SettledAccess,
): Promise<EncryptedFiles> {
  const secrets = rendered.filter(({ path }) => isSecretPath(path));
  const files: DesiredFile[] = rendered
    .filter(({ path }) => !isSecretPath(path))
    .map((file) => desired(file, file.bytes));
  if (access.kind === 'none') {
    for (const file of secrets) files.push(desired(file, disk.get(file.path)?.bytes ?? Buffer.alloc(0)));
    const notes = secrets.length === 0 ? [] : [notChecked(secrets.length)];
    return { files, findings: notes, secrets: secrets.length, ruleFor: () => undefined };
  }
  const rules = secrets.length === 0 ? undefined : readRules(rendered);
  const findings: Finding[] = [...(rules?.warnings ?? [])];
  for (const file of secrets) {
    if (rules === undefined) break;
    const previous = disk.get(file.path)?.bytes;
    const kept = await keepOrEncrypt({
      path: file.path,
      plain: file.bytes.toString('utf8'),
      previous: previous === undefined ? undefined : Buffer.from(previous).toString('utf8'),
      rule: requireRule(rules, file.path),
      indent: rules.yamlIndent,
      identities: access.key.identities,
      now: now(),
    });
    if (kept.warning !== undefined) findings.push(kept.warning);
    files.push(desired(file, Buffer.from(kept.text, 'utf8')));
  }
  return {
    files,
    findings,
    secrets: secrets.length,
    ruleFor: (path) => (rules === undefined ? undefined : ruleFor(rules, path)),
  };
}

function readRules(rendered: readonly RenderedFile[]): Rules {
  const file = rendered.find(({ path }) => path === '.sops.yaml');
  if (file !== undefined) return parseRules(file.bytes.toString('utf8'), file.source);
  throw failure('input', {
    code: 'sops/rules',
    message: 'no template renders .sops.yaml, so there is no rule to encrypt secrets by',
    remedy: 'restore templates/config/.sops.yaml.j2',
  });
}

function desired(file: RenderedFile, bytes: Uint8Array): DesiredFile {
  return { path: file.path, bytes, executable: (file.mode & 0o100) !== 0, secret: isSecretPath(file.path) };
}

function notChecked(count: number): Finding {
  return {
    code: 'secrets/not-checked',
    severity: 'note',
    message: `${String(count)} ${count === 1 ? 'secret was' : 'secrets were'} not checked: no key`,
  };
}
