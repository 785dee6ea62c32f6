import type { Finding } from '../report/finding.ts';
import type { CheckedFile } from './texts.ts';

/** A secret whose text must not stand in a plain file, and the name that messages use for it. */
export interface NamedSecret {
  readonly name: string;
  readonly value: string;
}

/** Shorter texts would be found by chance in any file. */
const SHORTEST = 8;

/** Whether a file is one that is only ever written encrypted: its name ends in `.sops.<ending>`. `.sops.yaml` itself is not. */
export function isSecretPath(path: string): boolean {
  return /[^/]\.sops\.[^./]+$/.test(path);
}

/** Finds the text of a secret, or its base64, in files that are written in plain text. */
export function checkPlainSecrets(files: readonly CheckedFile[], secrets: readonly NamedSecret[]): Finding[] {
  const wanted = secrets.filter(({ value }) => value.length >= SHORTEST).flatMap(formsOf);
  return files
    .filter(({ path }) => !isSecretPath(path))
    .flatMap((file) =>
      wanted
        .filter(({ form }) => file.text.includes(form))
        .map(({ name, form }) => ({
          code: 'secrets/plain-text' as const,
          severity: 'error' as const,
          message: `line ${String(lineOf(file.text, form))} of ${file.path} would show ${name} in plain text`,
          place: { file: file.source },
          remedy: 'put it into a file named *.sops.yaml: those are encrypted before they are written',
        })),
    );
}

/** A text of several lines counts by its longest line: indentation changes where the lines of a block stand. */
function formsOf({ name, value }: NamedSecret): { name: string; form: string }[] {
  const lines = value.trim().split('\n');
  const longest = lines.reduce((best, line) => (line.length > best.length ? line : best), '').trim();
  const encoded = Buffer.from(value.trim(), 'utf8').toString('base64');
  return [...new Set([longest, encoded])].map((form) => ({ name, form }));
}

function lineOf(text: string, part: string): number {
  return text.slice(0, text.indexOf(part)).split('\n').length;
}
