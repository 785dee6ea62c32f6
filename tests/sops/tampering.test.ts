import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { Failure } from '../../src/report/finding.ts';
import { decrypt } from '../../src/sops/decrypt.ts';
import { encrypt } from '../../src/sops/encrypt.ts';
import { sameTree } from '../../src/sops/tree.ts';
import { flips } from '../support/flips.ts';
import { identities, NOW, wholeRule } from './support.ts';

const PATH = 'talos/a.sops.yaml';
const PLAIN = 'alpha: one\nbeta:\n  gamma: 2\n  # a comment\n  delta: [true, 1.5]\nepsilon_unencrypted: open\n';

const text = await encrypt({ path: PATH, plain: PLAIN, rule: wholeRule, identities, now: NOW });

/**
 * What is not protected in the format of SOPS: labels, keys of values that are not encrypted, and the name of the selection that is in
 * force without it as well.
 */
const UNPROTECTED =
  /^(?: *version:.*| *(?:- )?recipient:.*|sops:| *age:| *-----.*| *unencrypted_suffix: |epsilon_unencrypted: )/;

/** Sound, under another key. */
const foreign =
  /#(ENC.*)/.exec(await encrypt({ path: PATH, plain: PLAIN, rule: wholeRule, identities, now: NOW }))?.[1] ?? '';

const lines = text.split('\n');

/** Offsets of every letter and digit that is protected. */
const offsets = lines.flatMap((line, index) => {
  const start = lines.slice(0, index).join('\n').length + (index === 0 ? 0 : 1);
  const skipped = UNPROTECTED.exec(line)?.[0].length ?? 0;
  return Array.from(line, (letter, column) =>
    column >= skipped && /[A-Za-z0-9+/=]/.test(letter) ? [start + column] : [],
  ).flat();
});

async function outcome(changed: string): Promise<string> {
  try {
    const { text: plain } = await decrypt({ path: PATH, text: changed, identities });
    return `decrypted to ${plain}`;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    for (const { message, sourceLine } of error.findings)
      expect(`${message}${sourceLine ?? ''}`).not.toMatch(/one|open/);
    return error.findings[0]?.code ?? '';
  }
}

describe('a changed file', () => {
  it('is refused wherever one letter of a value, a key or the metadata differs', { tags: 'long' }, async () => {
    const accepted: string[] = [];
    for (const offset of offsets) {
      const letter = text[offset] === 'A' ? 'B' : 'A';
      const changed = text.slice(0, offset) + letter + text.slice(offset + 1);
      if ((await outcome(changed)).startsWith('decrypted')) accepted.push(changed.slice(offset - 20, offset + 20));
    }
    expect(offsets.length).toBeGreaterThan(800);
    expect(accepted).toStrictEqual([]);
  });

  it('is refused, or gives what it gave, whatever bit is turned over', { tags: 'long' }, async () => {
    for (const changed of flips(Buffer.from(text), Number(process.env.BIT_FLIPS ?? 1000))) {
      // What is read is text, as configure reads it.
      const decoded = changed.toString('utf8');
      const found = await outcome(decoded);
      // The MAC is made of values in their order: comments, and the keys of what is not encrypted, are no part of it.
      if (found.startsWith('decrypted')) expect(valuesOf(found), decoded).toEqual(valuesOf(`decrypted to ${PLAIN}`));
      else expect(found).toMatch(/^sops\//);
    }
  });

  /** Files of all formats, without plain comments, which no MAC covers, and empty values, which have no ciphertext that their key is part of. */
  const FILES: Readonly<Record<string, string>> = {
    'one.sops.yaml': 'token: value\n',
    'two.sops.yaml': 'kind: Secret\nstringData:\n  a: one\n  b: 2\n',
    'three.sops.yaml': 'list:\n  - a\n  - b: c\n',
    'four.sops.yaml': 'lines: |\n  first\n  second\n',
    'one.sops.json': '{"token": "value"}',
    'two.sops.json': '{"a": {"b": [1, true, null, "c"]}}',
    'one.sops.env': 'TOKEN=value\nOTHER=more\n',
    'one.sops.ini': '[section]\ntoken = value\n',
    'one.sops.bin': 'first\nsecond\n',
    'two.sops.key': '\u0000\u0001\u00ff',
  };

  it.each(Object.entries(FILES))(
    'is refused, or says the same, whatever byte of %s differs',
    { tags: 'long' },
    async (path, plain) => {
      const sealed = await encrypt({ path, plain, rule: wholeRule, identities, now: NOW });
      const { tree } = await decrypt({ path, text: sealed, identities });
      let refused = 0;
      for (let offset = 0; offset < sealed.length; offset += 1) {
        const other = sealed[offset] === 'A' ? 'B' : 'A';
        const changed = sealed.slice(0, offset) + other + sealed.slice(offset + 1);
        const opened = await decrypt({ path, text: changed, identities }).catch((error: unknown) => {
          expect(error).toBeInstanceOf(Failure);
          return undefined;
        });
        if (opened === undefined) refused += 1;
        else expect(sameTree(opened.tree, tree), changed.slice(Math.max(0, offset - 30), offset + 30)).toBe(true);
      }
      expect(refused).toBeGreaterThan(sealed.length / 3);
    },
  );

  it.each([
    ['a value that was added', (file: string) => file.replace('alpha:', 'added_unencrypted: 1\nalpha:'), 'sops/mac'],
    ['a value that was removed', (file: string) => file.replace(/^alpha:.*\n/, ''), 'sops/mac'],
    ['an unencrypted value that was changed', (file: string) => file.replace(': open', ': shut'), 'sops/mac'],
    ['another time of the last change', (file: string) => file.replace('05:06:07Z', '05:06:08Z'), 'sops/mac'],
    ['values that changed places', (file: string) => swapLines(file), 'sops/damaged'],
    ['a value that was put in plain', (file: string) => file.replace(/^alpha:.*/, 'alpha: plain'), 'sops/damaged'],
    ['a number that was put in plain', (file: string) => file.replace(/^alpha:.*/, 'alpha: 5'), 'sops/damaged'],
    ['a comment without its end', (file: string) => file.replace(',type:comment]', ''), 'sops/damaged'],
    ['a comment without its beginning', (file: string) => file.replace('#ENC[AES256_GCM,data:', '#'), 'sops/damaged'],
    ['the comment of another file', (file: string) => file.replace(/#ENC.*/, `#${foreign}`), 'sops/damaged'],
    ['a MAC that was removed', (file: string) => file.replace(/ {4}mac:.*\n/, ''), 'sops/mac'],
    ['metadata that was removed', (file: string) => file.replace(/^sops:[^]*/m, ''), 'sops/not-encrypted'],
    ['a type that is none', (file: string) => file.replace('type:str', 'type:set'), 'sops/damaged'],
    ['a text for a number', (file: string) => file.replace('type:str', 'type:int'), 'sops/damaged'],
  ])('with %s is refused', async (_what, change, code) => {
    const changed = change(text);
    expect(changed).not.toBe(text);
    expect(await outcome(changed)).toBe(code);
  });
});

function valuesOf(found: string): unknown {
  return Object.values(parse(found.replace('decrypted to ', '')) as object);
}

function swapLines(file: string): string {
  const [alpha, , gamma] = file.split('\n').map((line) => /ENC\[.*/.exec(line)?.[0] ?? '');
  return file
    .replace(alpha ?? '', '\u0001')
    .replace(gamma ?? '', alpha ?? '')
    .replace('\u0001', gamma ?? '');
}
