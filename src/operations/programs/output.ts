import { stripVTControlCharacters } from 'node:util';

const LONGEST = 400;

/** A text in which the secrets, and every line of a secret of several lines, are masked. */
export function mask(text: string, secrets: readonly string[] = []): string {
  const parts = secrets.flatMap((secret) => secret.split('\n')).map((part) => part.trim());
  const wanted = [...new Set(parts)].filter((part) => part.length >= 4).sort((a, b) => b.length - a.length);
  return wanted.reduce((masked, part) => masked.replaceAll(part, '***'), text);
}

/** What a program wrote as one line without escapes; of a long text only the end, where programs say why they stopped. */
export function foldOutput(text: string): string {
  const lines = stripVTControlCharacters(text)
    .split(/\r?\n|\r/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const folded = [...new Set(lines)].join('; ');
  return folded.length > LONGEST ? `… ${folded.slice(folded.length - LONGEST)}` : folded;
}
