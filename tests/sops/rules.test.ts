import { describe, expect, it } from 'vitest';
import { generateIdentity } from '../../src/sops/identities.ts';
import { parseRules, requireRule, ruleFor } from '../../src/sops/rules.ts';
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
    expect([rules.yamlIndent, rules.rules.map((rule) => rule.macOnlyEncrypted), rules.warnings]).toStrictEqual([
      2,
      [true, true],
      [],
    ]);
  });

  it('fails for a path without a rule where one is needed', async () => {
    const [finding] = await findingsOf(() => requireRule(parseRules(OURS), 'cluster.sops.yaml'));
    expect(finding).toMatchObject({ code: 'sops/no-rule', place: { file: 'cluster.sops.yaml' } });
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

  it('notes other key stores', () => {
    expect(parseRules(`creation_rules:\n  - pgp: ABC\n    age: ${SAMPLE}\n`).rules[0]?.otherStores).toStrictEqual([
      'pgp',
    ]);
  });
});

describe('wrong rules', () => {
  it.each<[string, string, [number, number], string]>([
    ['no YAML', 'creation_rules: [', [1, 18], 'is not valid YAML'],
    ['no mapping', '- a\n', [1, 1], 'is no mapping'],
    ['rules that are no list', 'creation_rules: a\n', [1, 17], '`creation_rules` is no list'],
    ['a rule that is no mapping', 'creation_rules:\n  - a\n', [2, 5], 'no mapping'],
    [
      'a pattern that is none',
      'creation_rules:\n  - path_regex: "("\n',
      [2, 17],
      '`path_regex` is no regular expression',
    ],
    ['lookahead', 'creation_rules:\n  - encrypted_regex: (?!a)\n', [2, 22], 'lookaround'],
    [
      'two selections',
      'creation_rules:\n  - encrypted_regex: a\n    encrypted_suffix: b\n',
      [2, 22],
      '`encrypted_suffix` and `encrypted_regex`',
    ],
    ['a recipient that is none', 'creation_rules:\n  - age: age1abc\n', [2, 10], '`age1abc` is no age recipient'],
    ['a changed letter', `creation_rules:\n  - age: ${SAMPLE.slice(0, -1)}q\n`, [2, 10], 'is no age recipient'],
    ['kinds mixed', `creation_rules:\n  - age: [${SAMPLE}, ${HYBRID}]\n`, [2, 10], 'mixes classic and post-quantum'],
    ['a number for a recipient', 'creation_rules:\n  - age: 5\n', [2, 10], 'something else than text'],
    ['a flag that is text', 'creation_rules:\n  - mac_only_encrypted: "yes"\n', [2, 25], 'neither true nor false'],
    ['an indent that is none', 'stores:\n  yaml:\n    indent: -1\n', [3, 13], 'no number of spaces'],
  ])('%s is a finding with its place', async (_what, text, [line, column], message) => {
    const [finding] = await findingsOf(() => parseRules(text));
    expect(finding).toMatchObject({ code: 'sops/rules', place: { file: '.sops.yaml', line, column } });
    expect(finding?.message).toContain(message);
  });

  it('are all reported at once', async () => {
    expect(
      await findingsOf(() => parseRules('creation_rules:\n  - path_regex: "("\n    age: x\n  - age: y\n')),
    ).toHaveLength(3);
  });

  it('a misspelt key is a warning with the right one', () => {
    const { warnings } = parseRules(`creation_rules:\n  - encrypted_regexp: a\n    age: ${SAMPLE}\n`);
    expect(warnings).toMatchObject([
      { severity: 'warning', remedy: 'did you mean `encrypted_regex`?', place: { line: 2, column: 5 } },
    ]);
  });
});
