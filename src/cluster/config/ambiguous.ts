import type { Scalar } from 'yaml';
import type { Issue } from './issue.ts';
import { formatPath } from './path.ts';
import { isSecret, type FileName } from './schemas.ts';
import { formatReading, readAsYaml11, readingOf, sameReading, type Reading } from './yaml-readings.ts';

interface Where {
  readonly file: FileName;
  readonly at: { readonly path: readonly (string | number)[]; readonly part?: 'key' };
}

/** An issue where a reader of YAML 1.1, such as Python's, takes a plain scalar for something else than YAML 1.2 does. */
export function checkReading(scalar: Scalar, where: Where): Issue | undefined {
  if (scalar.type !== 'PLAIN' || scalar.tag !== undefined) return undefined;
  const source = scalar.source ?? '';
  const now = readingOf(scalar.value);
  const then = readAsYaml11(source);
  const isKey = where.at.part === 'key';
  if (sameReading(now, then) && !(isKey && now.kind !== 'text')) return undefined;
  return { code: 'config/yaml-ambiguous', ...where, ...words({ source, now, then }, where) };
}

interface Readings {
  readonly source: string;
  readonly now: Reading;
  readonly then: Reading;
}

function words({ source, now, then }: Readings, { at }: Where): Pick<Issue, 'message' | 'remedy'> {
  const subject = subjectOf(at);
  if (isSecret(at.path)) {
    return { message: `${subject} is not read alike by YAML 1.1 and 1.2`, remedy: 'quote the value' };
  }
  const quoted = JSON.stringify(source);
  const message = sameReading(now, then)
    ? `${subject} is ${formatReading(now)}, and keys have to be text`
    : `${subject} is ${source} without quotes: ${formatReading(then)} in YAML 1.1, ${formatReading(now)} in YAML 1.2`;
  const meant = at.part === 'key' ? undefined : (now.value ?? (then.kind === 'boolean' ? then.value : undefined));
  if (meant === undefined) return { message, remedy: `quote it: ${quoted}` };
  return { message, remedy: `write ${String(meant)}, or quote it where a text is meant: ${quoted}` };
}

/** Whoever writes a token as a key (`{token}`) must not see it again in a message. */
function subjectOf({ path, part }: Where['at']): string {
  if (part !== 'key') return `\`${formatPath(path)}\``;
  return isSecret(path.slice(0, -1)) ? 'a key' : `the key \`${formatPath(path)}\``;
}
