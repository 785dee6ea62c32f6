import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../src/report/finding.ts';
import { decrypt, open, readSealed } from '../../src/sops/decrypt.ts';
import { encrypt, encryptTree, keepOrEncrypt, rewrap } from '../../src/sops/encrypt.ts';
import { formatFor } from '../../src/sops/formats/format.ts';
import { generateIdentity, parseIdentityFile } from '../../src/sops/identities.ts';
import { indentFor, parseRules, requireRule, type Rule } from '../../src/sops/rules.ts';
import { sameTree, type Tree, visitLeaves } from '../../src/sops/tree.ts';
import { withValue } from '../../src/sops/values.ts';
import { temporaryFolder } from '../support/folders.ts';
import { output, run } from './support/run.ts';
import { findTools, REPOSITORY, titled } from './support/tools.ts';
import { copyOf, isSecret, treeCases } from './support/trees.ts';

const { paths, missing } = findTools('sops');
const trees = await treeCases();
const KEY = join(REPOSITORY, 'tests/sample/age.key');
const identities = parseIdentityFile(await readFile(KEY, 'utf8'), 'age.key');
const [recipient = ''] = await Promise.all(identities.map((identity) => identity.recipient()));
const NOW = new Date('2026-03-04T05:06:07Z');

// The suite of src/sops has tests of its own against the program, which skip themselves without it.
if (missing === undefined) process.env.SOPS_BIN = paths.sops;
await import('../sops/real-sops.test.ts');

/** The plain texts are samples, so they may lie on disk. */
const PLAIN: Readonly<Record<string, string>> = {
  yaml: 'kind: Secret # of a sample\nstringData:\n  user: sample\n  port: 5432\n  on: true\n  ratio: 0.5\n  empty: ""\n  none: null\nlist:\n  - one\n  - two: 2\nmulti: |\n  first\n  second\n',
  json: '{\n\t"kind": "Secret",\n\t"stringData": {\n\t\t"user": "sample",\n\t\t"port": 5432,\n\t\t"on": true,\n\t\t"ratio": 0.5\n\t},\n\t"list": [\n\t\t"one",\n\t\t2\n\t]\n}\n',
  env: '# of a sample\nUSER=sample\nURL=https://example.com/?a=b\nEMPTY=\n',
  ini: '[database]\nuser = sample\nport = 5432\n\n[other]\nname = two words\n',
  txt: 'first line\nsecond line\n',
};

const ENCRYPTED_REGEX = 'encrypted_regex: ^(data|stringData)$';

/** Lines of a rule in .sops.yaml, which the program and we read. */
const RULES = [
  ['everything', ''],
  ['encrypted_regex', ENCRYPTED_REGEX],
  ['encrypted_suffix', 'encrypted_suffix: Data'],
  ['unencrypted_suffix', 'unencrypted_suffix: kind'],
  ['unencrypted_regex', 'unencrypted_regex: ^(kind|list)$'],
  ['encrypted_comment_regex', 'encrypted_comment_regex: sample'],
  ['unencrypted_comment_regex', 'unencrypted_comment_regex: of a sample'],
  ['mac_only_encrypted', 'mac_only_encrypted: true'],
] as const;

/** `A` and `B` stand for two recipients, the first of them ours. All for `secret.sops.yaml` with the keys `data`, `kind` and `x_pub`. */
const RULE_FILES: readonly string[] = [
  '',
  '{}',
  'creation_rules:',
  'creation_rules: []',
  'creation_rules: {}',
  'creation_rules: [A]',
  'creation_rules: [{age: A}]',
  'creation_rules: [{age: [A, B]}]',
  'creation_rules: [{age: "A,B"}]',
  'creation_rules: [{age: " A , B "}]',
  'creation_rules: [{age: "A,,B,"}]',
  'creation_rules: [{age: [[A], B]}]',
  'creation_rules: [{age: }]',
  'creation_rules: [{age: ""}]',
  'creation_rules: [{age: []}]',
  'creation_rules: [{age: 5}]',
  'creation_rules: [{age: age1none}]',
  'creation_rules: [{age: A, path_regex: secret}]',
  'creation_rules: [{age: A, path_regex: other}]',
  'creation_rules: [{age: A, path_regex: ""}]',
  'creation_rules: [{age: A, path_regex: null}]',
  'creation_rules: [{age: A, path_regex: "^secret\\\\.sops\\\\.ya?ml$"}]',
  'creation_rules: [{age: A, path_regex: "(?i)SECRET"}]',
  'creation_rules: [{age: A, path_regex: "(?P<n>secret)"}]',
  'creation_rules: [{age: A, path_regex: "(?=secret)"}]',
  'creation_rules: [{age: A, path_regex: "secret("}]',
  'creation_rules: [{age: A, path_regex: "[[:alpha:]]+"}]',
  'creation_rules: [{age: A, path_regex: "\\\\Qsecret.sops\\\\E"}]',
  'creation_rules: [{age: B, path_regex: other}, {age: A}]',
  'creation_rules: [{age: A, path_regex: secret}, {age: B}]',
  'creation_rules: [{path_regex: secret}, {age: A}]',
  'creation_rules: [{age: age1none, path_regex: other}, {age: A}]',
  'creation_rules: [{age: B, path_regex: "o(ther"}, {age: A}]',
  'creation_rules: [{age: A}, {age: B, path_regex: "o(ther"}]',
  'creation_rules: [{age: A, encrypted_regex: ^data$}]',
  'creation_rules: [{age: A, encrypted_regex: ""}]',
  'creation_rules: [{age: A, encrypted_regex: "da("}]',
  'creation_rules: [{age: A, unencrypted_regex: ^kind$}]',
  'creation_rules: [{age: A, encrypted_suffix: ta}]',
  'creation_rules: [{age: A, unencrypted_suffix: _pub}]',
  'creation_rules: [{age: A, unencrypted_suffix: ""}]',
  'creation_rules: [{age: A, encrypted_comment_regex: hide}]',
  'creation_rules: [{age: A, unencrypted_comment_regex: hide}]',
  'creation_rules: [{age: A, encrypted_regex: ^data$, unencrypted_regex: ^kind$}]',
  'creation_rules: [{age: A, encrypted_regex: ^data$, encrypted_suffix: ""}]',
  'creation_rules: [{age: A, mac_only_encrypted: true}]',
  'creation_rules: [{age: A, mac_only_encrypted: yes}]',
  'creation_rules: [{age: A, mac_only_encrypted: on}]',
  'creation_rules: [{age: A, mac_only_encrypted: off}]',
  'creation_rules: [{age: A, mac_only_encrypted: }]',
  'creation_rules: [{age: A, mac_only_encrypted: "true"}]',
  'creation_rules: [{age: A, mac_only_encrypted: maybe}]',
  'creation_rules: [{age: A, mac_only_encrypted: 1}]',
  'creation_rules: [{age: A, unknown_key: 1}]',
  'creation_rules: [{age: A, encrypted_regexp: ^data$}]',
  'base: &b {age: A}\ncreation_rules: [*b]',
  'base: &b {age: A, path_regex: other}\ncreation_rules: [{<<: *b, path_regex: secret}]',
  'base: &b {age: A, path_regex: other}\ncreation_rules: [{path_regex: secret, <<: *b}, {age: B}]',
  'base: &b {path_regex: other}\ncreation_rules: [{age: B, <<: *b}, {age: A}]',
  'one: &o {age: A}\ntwo: &t {age: B}\ncreation_rules: [{<<: [*o, *t]}]',
  'one: &o {encrypted_regex: ^data$}\ntwo: &t {age: A, <<: *o}\ncreation_rules: [{<<: *t}]',
  'key: &k A\ncreation_rules: [{age: *k}]',
  'keys: &k [A, B]\ncreation_rules: [{age: *k}]',
  'key: &k A\ncreation_rules: [{age: [*k, B]}]',
  'rules: &r [{age: A}]\ncreation_rules: *r',
  'creation_rules: [{"<<": {age: B}, age: A}]',
  'creation_rules: [{age: A, age: B}]',
  'creation_rules:\n  - age: >-\n      A,\n      B\n',
  'creation_rules:\n  - age: |\n      A\n',
  'creation_rules: [{age: A, encrypted_regex: 5}]',
  'creation_rules: [{age: A, encrypted_regex: true}]',
  'creation_rules: [{age: A, encrypted_regex: [data]}]',
  'creation_rules: [{age: A}]\nstores: {yaml: {indent: 2}}',
  'creation_rules: [{age: A}]\nstores: {yaml: {indent: -1}}',
  'creation_rules: [{age: A}]\nstores: {yaml: {indent: two}}',
  'creation_rules: [{age: A}]\nstores:',
  'creation_rules: [{age: A}]\ndestination_rules: []',
  'creation_rules: [null, {age: A}]',
  'creation_rules: [{age: A',
  '- age: A',
  '--- # first\ncreation_rules: [{age: A}]\n---\ncreation_rules: [{age: B}]',
];

describe.skipIf(missing !== undefined)(titled('sops 3.13.3', missing), () => {
  it.each(trees)('decrypts every secret of %s to what we decrypt', async (_, tree) => {
    const secrets = tree.files.filter(({ path }) => isSecret(path));
    const cwd = await copyOf(tree);
    expect(secrets.length).toBeGreaterThan(1);
    for (const { path, text } of secrets) {
      const theirs = await output(paths.sops, ['decrypt', path], { cwd, env: await environment() });
      const ours = await decrypt({ path, text, identities });
      expect(sameTree(formatFor(path).read(theirs, path), ours.tree), path).toBe(true);
    }
  });

  const cases = Object.keys(PLAIN).flatMap((ending) => RULES.map(([title, rule]) => ({ ending, title, rule })));

  it.each(cases)('encrypts .$ending by $title so that we read it', async ({ ending, rule }) => {
    const path = `secret.sops.${ending}`;
    const folder = await temporaryFolder({ [path]: PLAIN[ending] ?? '', '.sops.yaml': rulesText(rule) });
    const encrypted = await sops(folder, ['encrypt', path]);
    expect(encrypted).toContain(recipient);
    const { tree } = await decrypt({ path, text: encrypted, identities });
    expect(sameTree(tree, formatFor(path).read(PLAIN[ending] ?? '', path))).toBe(true);
  });

  it.each(cases)('decrypts our .$ending by $title', async ({ ending, rule }) => {
    const path = `secret.sops.${ending}`;
    const plain = PLAIN[ending] ?? '';
    const encrypted = await encrypt({ path, plain, rule: ruleOf(rule), identities, now: NOW });
    const folder = await temporaryFolder({ [path]: encrypted });
    const theirs = await sops(folder, ['decrypt', path]);
    expect(sameTree(formatFor(path).read(theirs, path), formatFor(path).read(plain, path))).toBe(true);
  });

  it('encrypts to several recipients, any of whom we are', async () => {
    const path = 'several.sops.yaml';
    const other = generateIdentity();
    const folder = await temporaryFolder({ [path]: PLAIN.yaml ?? '' });
    const text = await sops(folder, ['encrypt', '--age', `${await other.recipient()},${recipient}`, path]);
    for (const keys of [identities, [other]]) {
      const { tree } = await decrypt({ path, text, identities: keys });
      expect(sameTree(tree, formatFor(path).read(PLAIN.yaml ?? '', path))).toBe(true);
    }
    await expect(decrypt({ path, text, identities: [generateIdentity()] })).rejects.toThrow(Failure);
  });

  it('takes several recipients of ours', async () => {
    const path = 'several.sops.yaml';
    const other = generateIdentity();
    const rule = { ...ruleOf(''), recipients: [await other.recipient(), recipient] };
    const plain = PLAIN.yaml ?? '';
    const folder = await temporaryFolder({ [path]: await encrypt({ path, plain, rule, identities, now: NOW }) });
    expect(await sops(folder, ['decrypt', path])).toContain('user: sample');
  });

  it.each([
    ['set', ['set', 'edited.sops.yaml', '["stringData"]["user"]', '"somebody"'], 'somebody'],
    ['rotate', ['rotate', '--in-place', 'edited.sops.yaml'], 'sample'],
  ] as const)('may %s a value of our file, which we keep as it is then', async (_, command, user) => {
    const path = 'edited.sops.yaml';
    const plain = PLAIN.yaml ?? '';
    const options = { path, rule: ruleOf(ENCRYPTED_REGEX), identities, now: NOW, indent: 2 };
    const first = await keepOrEncrypt({ ...options, plain });
    const folder = await temporaryFolder({ [path]: first.text });
    await sops(folder, command);
    const previous = await readFile(join(folder, path), 'utf8');
    expect(previous).not.toBe(first.text);
    const edited = plain.replace('user: sample', `user: ${user}`);
    expect(await keepOrEncrypt({ ...options, plain: edited, previous })).toEqual({ outcome: 'kept', text: previous });
    const next = await keepOrEncrypt({ ...options, plain: edited.replace('5432', '5433'), previous });
    await writeFile(join(folder, path), next.text);
    expect(await sops(folder, ['decrypt', path])).toMatch(new RegExp(`user: ${user}\\n\\s+port: 5433`));
  });

  /** A value of each of the plain texts. */
  const USERS: Readonly<Record<string, readonly string[]>> = {
    yaml: ['stringData', 'user'],
    json: ['stringData', 'user'],
    env: ['USER'],
    ini: ['database', 'user'],
    txt: ['data'],
  };

  it.each(cases)(
    'reads its own .$ending by $title after we edited, rotated and shared it',
    async ({ ending, rule }) => {
      const path = `secret.sops.${ending}`;
      const folder = await temporaryFolder({ [path]: PLAIN[ending] ?? '', '.sops.yaml': rulesText(rule) });
      const text = await sops(folder, ['encrypt', path]);
      const opened = await open({ path, text, identities });
      const { selection, macOnlyEncrypted } = opened.metadata;
      const own = { recipients: [recipient], otherStores: [], selection, macOnlyEncrypted };
      const plain = withValue(opened.tree, USERS[ending] ?? [], { kind: 'str', value: 'edited' });
      const options = { path, rule: own, identities, now: NOW };
      const edited = await encryptTree(plain, options, opened);
      const kept = (one: string): string[] => one.match(/ENC\[AES256_GCM[^\]]*\]/g) ?? [];
      // Of all ciphertexts the one of the value differs, where it has one, and that of the MAC.
      expect(kept(edited).filter((one) => !kept(text).includes(one)).length).toBeLessThanOrEqual(2);
      const rotated = await encryptTree(plain, options);
      expect(kept(rotated).filter((one) => kept(edited).includes(one))).toEqual([]);
      const other = generateIdentity();
      const again = await open({ path, text: rotated, identities });
      const shared = await rewrap({ path, text: rotated, indent: undefined }, again, [
        recipient,
        await other.recipient(),
      ]);
      const key = join(folder, 'other.key');
      await writeFile(key, `${other.reveal()}\n`);
      for (const [one, env] of [
        [edited, {}],
        [rotated, {}],
        [shared, {}],
        [shared, { SOPS_AGE_KEY_FILE: key }],
      ] as const) {
        await writeFile(join(folder, path), one);
        const theirs = await output(paths.sops, ['--disable-version-check', 'decrypt', path], {
          cwd: folder,
          env: { ...(await environment()), ...env },
        });
        expect(valuesOf(formatFor(path).read(theirs, path))).toBe(valuesOf(plain));
      }
    },
  );

  it.each(RULE_FILES)('reads the rules %j as we do', async (text) => {
    const path = 'secret.sops.yaml';
    const plain = '# hide\ndata: a\nkind: b\nx_pub: c\n';
    const other = await generateIdentity().recipient();
    const file = text.replaceAll(/\bA\b/g, recipient).replaceAll(/\bB\b/g, other);
    const folder = await temporaryFolder({ [path]: plain, '.sops.yaml': file });
    const theirs = await run(paths.sops, ['encrypt', '--in-place', path], { cwd: folder, env: await environment() });
    const ours = await orFailure(async () => {
      const rules = parseRules(file);
      return await encrypt({
        path,
        plain,
        rule: requireRule(rules, path),
        indent: indentFor(rules, path),
        identities: [],
        now: NOW,
      });
    });
    // With a pattern that is none the program encrypts nothing at all and says nothing: that is refused here.
    const isTaken = theirs.code === 0 && !file.includes('encrypted_regex: "da("');
    expect(ours !== undefined, theirs.stderr).toBe(isTaken);
    if (ours === undefined) return;
    const shape = (sealed: string): unknown => {
      const { tree, metadata } = readSealed(path, sealed);
      const { selection, macOnlyEncrypted, age } = metadata;
      const shown = formatFor(path)
        .write(tree, 2)
        .replaceAll(/ENC\[[^\]]*\]/g, 'ENC');
      return { selection, macOnlyEncrypted, shown, age: age.map((key) => key.recipient) };
    };
    expect(shape(ours)).toStrictEqual(shape(await readFile(join(folder, path), 'utf8')));
  });

  it('finds a value that somebody moved, as we do', async () => {
    const path = 'moved.sops.yaml';
    const text = await encrypt({ path, plain: 'a: first\nb: second\n', rule: ruleOf(''), identities, now: NOW });
    const moved = text.replace(/^a: (.*)\nb: (.*)$/m, 'a: $2\nb: $1');
    expect(moved).not.toBe(text);
    const folder = await temporaryFolder({ [path]: moved });
    expect(await run(paths.sops, ['decrypt', path], { cwd: folder, env: await environment() })).not.toMatchObject({
      code: 0,
    });
    await expect(decrypt({ path, text: moved, identities })).rejects.toThrow(Failure);
  });
});

/** What is refused here with a finding is no document to compare. */
async function orFailure(work: () => Promise<string>): Promise<string | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

/** Paths and values: comments count to other blocks once they are written anew. */
function valuesOf(tree: Tree): string {
  const values: string[] = [];
  visitLeaves(tree, (leaf, { path }) => {
    if (leaf.kind !== 'comment') values.push(`${path.join('.')} ${leaf.kind === 'null' ? '' : String(leaf.value)}`);
  });
  return values.join('\n');
}

function ruleOf(selection: string): Rule {
  return requireRule(parseRules(rulesText(selection)), 'secret');
}

function rulesText(selection: string): string {
  return `creation_rules:\n  - age: ${recipient}\n${selection === '' ? '' : `    ${selection}\n`}`;
}

async function sops(folder: string, arguments_: readonly string[]): Promise<string> {
  return await output(paths.sops, arguments_, { cwd: folder, env: await environment() });
}

async function environment(): Promise<Record<string, string>> {
  const home = await temporaryFolder();
  return { SOPS_AGE_KEY_FILE: KEY, HOME: home, XDG_CONFIG_HOME: home, SOPS_DISABLE_VERSION_CHECK: '1' };
}
