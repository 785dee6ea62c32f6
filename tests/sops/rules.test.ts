import { describe, expect, it } from 'vitest';
import { generateIdentity } from '../../src/sops/identities.ts';
import { indentFor, isSecretPath, parseRules, requireRule, ruleFor } from '../../src/sops/rules.ts';
import { findingsOf, secretRule } from './support.ts';

const [SAMPLE = ''] = secretRule.recipients;
const OTHER = await generateIdentity().recipient();
const HYBRID = await generateIdentity('post-quantum').recipient();

const OURS = `creation_rules:
  - path_regex: ^talos/.*\\.sops\\.ya?ml$
    mac_only_encrypted: true
    age: ${SAMPLE}
  - path_regex: ^(bootstrap|kubernetes)/.*\\.sops\\.ya?ml$
    encrypted_regex: "^(data|stringData)$"
    mac_only_encrypted: true
    age: ${SAMPLE}
stores:
  yaml:
    indent: 2
`;

describe('ruleFor', () => {
  it.each([
    ['talos/talsecret.sops.yaml', 'unencrypted_suffix'],
    ['talos/patches/a.sops.yml', 'unencrypted_suffix'],
    ['kubernetes/apps/a/app/secret.sops.yaml', 'encrypted_regex'],
    ['bootstrap/sops-age.sops.yaml', 'encrypted_regex'],
    ['kubernetes/apps/a/app/secret.yaml', undefined],
    ['cluster.sops.yaml', undefined],
    ['other/talos/a.sops.yaml', undefined],
    ['talos/a.sops.yaml.bak', undefined],
  ])('%s is encrypted by %s', (path, by) => {
    expect(ruleFor(parseRules(OURS), path)?.selection.by).toBe(by);
  });

  it('takes the first rule that matches, and one without a pattern for all', () => {
    const rules = parseRules(
      `creation_rules:\n  - path_regex: a\n    age: ${SAMPLE}\n  - age: ${OTHER}\n  - path_regex: b\n    age: ${SAMPLE}\n`,
    );
    expect(['xax', 'b'].map((path) => ruleFor(rules, path)?.recipients)).toStrictEqual([[SAMPLE], [OTHER]]);
  });

  it('reads indent and flags', () => {
    const rules = parseRules(OURS);
    expect([rules.indents.get('yaml'), rules.rules.map((rule) => rule.macOnlyEncrypted), rules.warnings]).toStrictEqual(
      [2, [true, true], []],
    );
  });

  it.each([
    ['stores: {json: {indent: -1}}', 'a.sops.json', -1],
    ['stores: {json: {indent: 0}}', 'a.sops.json', 0],
    ['stores: {json: {indent: 2}}', 'a.sops.txt', undefined],
    ['stores: {json_binary: {indent: 2}}', 'a.sops.txt', 2],
    ['stores: {yaml: {indent: 0}}', 'a.sops.yaml', undefined],
    ['stores: {yaml: {indent: 3}}', 'a.sops.yml', 3],
    ['stores: {yaml: {indent: 16}}', 'a.sops.yml', 16],
    ['stores: {yaml: , json: {indent: 1}}', 'a.sops.yml', undefined],
    ['stores: {yaml: {indent: 3}}', 'a.sops.YAML', undefined],
    ['stores: {dotenv: {}, ini: {}}', 'a.sops.ini', undefined],
  ])('%s indents %s by %s', (text, path, indent) => {
    expect(indentFor(parseRules(text), path)).toBe(indent);
  });

  it('takes the whole of a file that is a single value, and the MAC of all of it', () => {
    const rules = parseRules(
      `creation_rules:\n  - encrypted_regex: a\n    mac_only_encrypted: true\n    age: ${SAMPLE}\n`,
    );
    const scopes = ['a.sops.yaml', 'a.sops.txt'].map((path) => ruleFor(rules, path));
    expect(scopes).toMatchObject([
      { selection: { by: 'encrypted_regex', pattern: 'a' }, macOnlyEncrypted: true },
      { selection: { by: 'unencrypted_suffix' }, macOnlyEncrypted: false },
    ]);
  });

  it('fails for a path without a rule where one is needed', async () => {
    const [finding] = await findingsOf(() => requireRule(parseRules(OURS), 'cluster.sops.yaml'));
    expect(finding).toMatchObject({ code: 'sops/no-rule', place: { file: 'cluster.sops.yaml' } });
  });

  it('leaves out an entry without anything in it, as go-yaml does', () => {
    const rules = parseRules(`creation_rules:\n  -\n  - age: ${SAMPLE}\n`);
    expect(ruleFor(rules, 'a.sops.yaml')?.recipients).toStrictEqual([SAMPLE]);
  });

  it.each(['', 'creation_rules:\n', 'stores: {}\n', 'creation_rules: []\n'])('has no rules in %j', (text) => {
    expect(parseRules(text).rules).toStrictEqual([]);
  });
});

describe('recipients', () => {
  it.each([
    ['one', SAMPLE, [SAMPLE]],
    ['several with commas', `${SAMPLE}, ${OTHER},`, [SAMPLE, OTHER]],
    ['a list', `[${SAMPLE}, ${OTHER}]`, [SAMPLE, OTHER]],
    ['a folded text', `>-\n      ${SAMPLE},\n      ${OTHER}`, [SAMPLE, OTHER]],
    ['one twice', `[${SAMPLE}, ${SAMPLE}]`, [SAMPLE]],
    ['a post-quantum one', HYBRID, [HYBRID]],
    ['none', '', []],
  ])('may be %s', (_what, age, expected) => {
    expect(parseRules(`creation_rules:\n  - age: ${age}\n`).rules[0]?.recipients).toStrictEqual(expected);
  });

  it.each([
    ['those of the only group', `key_groups:\n      - age: [${SAMPLE}, ${OTHER}]`, [SAMPLE, OTHER], []],
    [
      'those of the group, not those beside it',
      `age: ${OTHER}\n    key_groups:\n      - age: [${SAMPLE}]`,
      [SAMPLE],
      [],
    ],
    [
      'those of the only group with another store',
      `key_groups:\n      - age: [${SAMPLE}]\n        pgp: [ABC]`,
      [SAMPLE],
      ['pgp'],
    ],
    [
      'left to sops where the key is split',
      `key_groups: [{ age: [${SAMPLE}] }, { age: [${OTHER}] }]`,
      [],
      ['key_groups'],
    ],
  ])('are %s', (_what, keys, recipients, otherStores) => {
    expect(parseRules(`creation_rules:\n  - ${keys}\n`).rules[0]).toMatchObject({ recipients, otherStores });
  });

  it('notes other key stores', () => {
    expect(parseRules(`creation_rules:\n  - pgp: ABC\n    age: ${SAMPLE}\n`).rules[0]?.otherStores).toStrictEqual([
      'pgp',
    ]);
  });
});

describe('YAML as go-yaml reads it', () => {
  it.each<[string, string, object]>([
    [
      'a merge key beside keys of its own',
      `x: &x\n  age: ${OTHER}\n  path_regex: ^other/\ncreation_rules:\n  - <<: *x\n    age: ${SAMPLE}\n    path_regex: ^talos/\n`,
      { recipients: [SAMPLE] },
    ],
    [
      'a merge key that brings the pattern',
      `x: &x\n  path_regex: ^other/\ncreation_rules:\n  - <<: *x\n    age: ${OTHER}\n  - age: ${SAMPLE}\n`,
      { recipients: [SAMPLE] },
    ],
    [
      'a list of merged mappings, of which the first wins',
      `a: &a {age: ${SAMPLE}}\nb: &b {age: ${OTHER}, mac_only_encrypted: true}\ncreation_rules:\n  - <<: [*a, *b]\n`,
      { recipients: [SAMPLE], macOnlyEncrypted: true },
    ],
    [
      'a merged mapping that merges',
      `a: &a {age: ${SAMPLE}}\nb: &b {<<: *a}\ncreation_rules:\n  - <<: *b\n`,
      { recipients: [SAMPLE] },
    ],
    ['an alias of a value', `a: &a ${SAMPLE}\ncreation_rules:\n  - age: *a\n`, { recipients: [SAMPLE] }],
    ['an alias in a list', `a: &a ${SAMPLE}\ncreation_rules:\n  - age: [*a]\n`, { recipients: [SAMPLE] }],
    ['an alias of a rule', `a: &a {age: ${SAMPLE}}\ncreation_rules: [*a]\n`, { recipients: [SAMPLE] }],
    ['an alias of all rules', `a: &a [{age: ${SAMPLE}}]\ncreation_rules: *a\n`, { recipients: [SAMPLE] }],
    ['yes', `creation_rules:\n  - age: ${SAMPLE}\n    mac_only_encrypted: yes\n`, { macOnlyEncrypted: true }],
    ['off', `creation_rules:\n  - age: ${SAMPLE}\n    mac_only_encrypted: off\n`, { macOnlyEncrypted: false }],
    ['empty values', 'creation_rules:\n  - path_regex:\n    age: ~\n    pgp:\n', { recipients: [], otherStores: [] }],
    ['a number for a pattern', `creation_rules:\n  - path_regex: 05\n  - age: ${SAMPLE}\n`, { recipients: [SAMPLE] }],
    ['an empty rule, which takes all', `creation_rules:\n  - {}\n  - age: ${SAMPLE}\n`, { recipients: [] }],
    [
      'a key `<<` in quotes, which merges nothing',
      `a: &a {path_regex: x}\ncreation_rules:\n  - "<<": *a\n    age: ${SAMPLE}\n`,
      { recipients: [SAMPLE] },
    ],
  ])('%s', (_what, text, expected) => {
    expect(requireRule(parseRules(text), 'talos/a.sops.yaml')).toMatchObject(expected);
  });

  it.each([
    ['a merged text', 'creation_rules:\n  - <<: a\n', '`<<` merges mappings'],
    ['a mapping that merges itself', 'creation_rules:\n  - &a\n    <<: *a\n', '`<<` merges mappings'],
    ['an alias of nothing', 'creation_rules:\n  - age: *a\n', 'The alias `*a` stands for nothing'],
    ['a key twice', 'creation_rules:\n  - age: a\n    age: b\n', 'is not valid YAML'],
  ])('refuses %s', async (_what, text, message) => {
    const [finding] = await findingsOf(() => parseRules(text));
    expect(finding?.message).toContain(message);
  });
});

describe('a rule that cannot be used', () => {
  it.each<[string, string, [number, number], string]>([
    ['a pattern that is none', 'path_regex: "("', [2, 17], '`path_regex` is no regular expression'],
    ['lookahead', 'encrypted_regex: (?!a)', [2, 22], 'invalid or unsupported Perl syntax: `(?!`'],
    [
      'two selections',
      'encrypted_regex: a\n    encrypted_suffix: b',
      [2, 22],
      '`encrypted_suffix` and `encrypted_regex`',
    ],
    ['a recipient that is none', 'age: age1abc', [2, 10], '`age1abc` is no age recipient'],
    ['a changed letter', `age: ${SAMPLE.slice(0, -1)}q`, [2, 10], 'is no age recipient'],
    [
      'an SSH key',
      'age: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ5x2x0 me',
      [2, 10],
      'is an SSH key, to which only the sops',
    ],
    ['a plugin', 'age: age1yubikey1q2w3e4r', [2, 10], 'belongs to a plugin of age'],
    ['a text with the name of a plugin in it', 'age: xage1yubikey1q2w3e4r', [2, 10], 'is no age recipient'],
    ['a cut post-quantum recipient', `age: ${HYBRID.slice(0, 200)}`, [2, 10], `\`${HYBRID.slice(0, 80)}\` is no age`],
    ['kinds mixed', `age: [${SAMPLE}, ${HYBRID}]`, [2, 10], 'mixes classic and post-quantum'],
    ['a number for a recipient', 'age: 5', [2, 10], 'something else than text'],
  ])('is told where it would be used: %s', async (_what, lines, [line, column], message) => {
    const used = parseRules(`creation_rules:\n  - ${lines}\n`);
    const [finding] = await findingsOf(() => requireRule(used, 'a.sops.yaml'));
    expect(finding).toMatchObject({ code: 'sops/rules', place: { file: '.sops.yaml', line, column } });
    expect(finding?.message).toContain(message);
    // Behind a rule that takes the file it is nobody's concern.
    const unused = parseRules(`creation_rules:\n  - age: ${SAMPLE}\n  - ${lines}\n`);
    expect(requireRule(unused, 'a.sops.yaml').recipients).toEqual([SAMPLE]);
  });
});

describe('wrong rules', () => {
  it.each<[string, string, [number, number], string]>([
    ['no YAML', 'creation_rules: [', [1, 18], 'is not valid YAML'],
    ['no mapping', '- a\n', [1, 1], 'is no mapping'],
    ['rules that are no list', 'creation_rules: a\n', [1, 17], '`creation_rules` is no list'],
    ['a rule that is no mapping', 'creation_rules:\n  - a\n', [2, 5], 'no mapping'],
    ['a flag that is text', 'creation_rules:\n  - mac_only_encrypted: "si"\n', [2, 25], 'neither true nor false'],
    ['an indent that is no whole number', 'stores:\n  yaml:\n    indent: 1.5\n', [3, 13], 'no number of spaces'],
    ['an indent that is text', 'stores:\n  yaml:\n    indent: "2"\n', [3, 13], 'no number of spaces'],
    ['an indent beyond reason', 'stores:\n  yaml:\n    indent: 17\n', [3, 13], 'no number of spaces'],
    ['a flag that is a number', 'creation_rules:\n  - mac_only_encrypted: 1\n', [2, 25], 'neither true nor false'],
    ['a flag that is a list', 'creation_rules:\n  - mac_only_encrypted: [yes]\n', [2, 25], 'neither true nor false'],
    ['a pattern that is a list', 'creation_rules:\n  - path_regex: [a]\n', [2, 17], '`path_regex` is no text'],
    ['an indent that is none', 'stores:\n  yaml:\n    indent: -1\n', [3, 13], 'no number of spaces'],
    ['an indent of JSON that is none', 'stores:\n  json:\n    indent: -2\n', [3, 13], 'no number of spaces'],
  ])('%s is a finding with its place', async (_what, text, [line, column], message) => {
    const [finding] = await findingsOf(() => parseRules(text));
    const sourceLine = text.split('\n')[line - 1];
    expect(finding).toMatchObject({ code: 'sops/rules', place: { file: '.sops.yaml', line, column }, sourceLine });
    expect(finding?.message).toContain(message);
  });

  it('are all reported at once', async () => {
    const rules = parseRules('creation_rules:\n  - path_regex: "("\n    age: x,y\n');
    expect(await findingsOf(() => requireRule(rules, 'a'))).toHaveLength(3);
  });

  it('a misspelt key is a warning with the right one', () => {
    const { warnings } = parseRules(`creation_rules:\n  - encrypted_regexp: a\n    age: ${SAMPLE}\n`);
    expect(warnings).toMatchObject([
      { severity: 'warning', remedy: 'did you mean `encrypted_regex`?', place: { line: 2, column: 5 } },
    ]);
  });
});

it.each([
  ['talos/talsecret.sops.yaml', true],
  ['a.sops.env', true],
  ['kubernetes/app/a.sops.json', true],
  ['.sops.yaml', false],
  ['kubernetes/.sops.yaml', false],
  ['a.sops.yaml.bak', false],
  ['a.sops.d/x', false],
  ['a.sops', false],
  ['asops.yaml', false],
])('%s is only ever written encrypted: %s', (path, expected) => {
  expect(isSecretPath(path)).toBe(expected);
});
