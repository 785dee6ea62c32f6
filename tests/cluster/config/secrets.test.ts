import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  keepWrittenSecrets,
  namedSecrets,
  openTexts,
  secretValues,
  variablesWithoutSecrets,
  withoutWrittenSecrets,
  writtenSecrets,
} from '../../../src/cluster/config/secrets.ts';
import type { Configuration } from '../../../src/cluster/config/generated/types.ts';
import { SAMPLE_CLOUDFLARE_TOKEN } from '../../../src/cluster/root.ts';
import { forgetSecrets, redact } from '../../../src/report/redaction.ts';

const TOKEN = 'hunter2-of-some-length';

beforeEach(forgetSecrets);
afterEach(() => {
  vi.unstubAllEnvs();
  forgetSecrets();
});

describe('writtenSecrets', () => {
  it.each<readonly [what: string, text: string, kind: 'literal' | 'env' | 'file' | 'none', value: string]>([
    ['a text', 'cloudflare_token: abc\n', 'literal', 'abc'],
    ['a text in quotes', `"cloudflare_token" : 'a "b" c'\n`, 'literal', 'a "b" c'],
    ['a text whose end is a quote', 'cloudflare_token: abc"\n', 'literal', 'abc"'],
    ['a text before a comment', 'cloudflare_token: abc # x\n', 'literal', 'abc'],
    ['a text with a sign of a comment in it', 'cloudflare_token: a#bc\n', 'literal', 'a#bc'],
    ['a block', 'cloudflare_token: |-\n  abc\nnode_cidr: x\n', 'literal', 'abc'],
    ['a folded block with its indent', 'cloudflare_token: >2\n  abc\n', 'literal', 'abc'],
    ['a text on the next line', 'cloudflare_token:\n  abc\n', 'literal', 'abc'],
    ['what is no YAML', 'a: [\ncloudflare_token: {abc\n', 'literal', '{abc'],
    ['a variable', 'cloudflare_token: {env: CF_TOKEN}\n', 'env', 'CF_TOKEN'],
    ['a variable in quotes', 'cloudflare_token: { env : "CF_TOKEN" }\n', 'env', 'CF_TOKEN'],
    ['a variable on the next line', 'cloudflare_token:\n  env: CF_TOKEN\n', 'env', 'CF_TOKEN'],
    ['a file', 'cloudflare_token: {file: cf.key}\n', 'file', 'cf.key'],
    ['a file, in braces over several lines', 'cloudflare_token: {\n  file: cf.key }\n', 'file', 'cf.key'],
    ['a text that begins like a variable', 'cloudflare_token: environment\n', 'literal', 'environment'],
    ['a text with one in it', 'cloudflare_token: x env:y\n', 'literal', 'x env:y'],
    ['nothing', 'cloudflare_token:\n', 'none', ''],
    ['nothing, by a sign', 'cloudflare_token: ~\n', 'none', ''],
    ['nothing, by a word', 'cloudflare_token: null\n', 'none', ''],
    ['the sample', `cloudflare_token: ${SAMPLE_CLOUDFLARE_TOKEN}\n`, 'none', ''],
    ['a comment', '# cloudflare_token: abc\n', 'none', ''],
    ['another field', 'node_cidr: abc\nx_cloudflare_token: abc\n', 'none', ''],
  ])('reads %s', (_, text, kind, value) => {
    const found = Object.entries(writtenSecrets(text)).flatMap(
      ([name, fields]: [string, ReadonlyMap<string, string>]) => [...fields].map(([field, one]) => [name, field, one]),
    );
    expect(found).toEqual(kind === 'none' ? [] : [[kind, 'cloudflare_token', value]]);
  });
});

describe('withoutWrittenSecrets', () => {
  it.each<readonly [what: string, text: string, shown: string]>([
    ['a number', 'cloudflare_token: 123456 # mine\n', 'cloudflare_token: * # mine\n'],
    ['quotes with a sign of a comment', 'cloudflare_token: "abc #def" # mine\n', 'cloudflare_token: "*" # mine\n'],
    ['quotes with quotes', `cloudflare_token: "a\\" #b"\n`, 'cloudflare_token: "*"\n'],
    ['single quotes with quotes', "cloudflare_token: 'a'' #b'\n", "cloudflare_token: '*'\n"],
    ['quotes that nothing closes', 'cloudflare_token: "abc #def\nb: 1\n', 'cloudflare_token: *\nb: 1\n'],
    ['quotes with something behind', 'cloudflare_token: "abc" def #x\n', 'cloudflare_token: *\n'],
    ['quotes that run on unindented', 'cloudflare_token: "abc\ndef"\nb: 1\n', 'cloudflare_token: "*\n*"\nb: 1\n'],
    [
      'a block with the sign of a comment',
      'cloudflare_token: |- # mine\n  #abc\n\n\n  d # e\nb: 1\n',
      'cloudflare_token: |- # mine\n  *\n\n\n  *\nb: 1\n',
    ],
    ['a short line that is part of a mark', 'cloudflare_token: |\n  abc\n  b\n', 'cloudflare_token: |\n  *\n  *\n'],
    [
      'lines of Windows',
      'cloudflare_token: |\r\n  a\r\n  b\r\nb: 1\r\n',
      'cloudflare_token: |\r\n  *\r\n  *\r\nb: 1\r\n',
    ],
    [
      'an indented map',
      '  a: 1\n  cloudflare_token: abc\n    def\n  b: 2\n',
      '  a: 1\n  cloudflare_token: *\n    *\n  b: 2\n',
    ],
    ['a map in braces', '{a: 1, cloudflare_token: "x, y", b: z}\n', '{a: 1, cloudflare_token: "*", b: z}\n'],
    ['braces over lines', '{a: 1,\n "my_password": [x, y],\n b: z}\n', '{a: 1,\n "my_password": *,\n b: z}\n'],
    ['lines in brackets', 'a: [\nb: 1\nmy_password: y\n]\n', 'a: [\nb: 1\nmy_password: *\n]\n'],
    ['a list', 'my_passwords:\n- abc\n- def\nb: 1\n', 'my_passwords:\n*\n*\nb: 1\n'],
    ['a field further in', 'nodes:\n  - name: a\n    my_password: abc\n', 'nodes:\n  - name: a\n    my_password: *\n'],
    ['a name in quotes', '"my password": abc\n', '"my password": *\n'],
    ['a tag', 'cloudflare_token: !!str "abc"\n', 'cloudflare_token: !!str "*"\n'],
    ['what looks like a tag', 'cloudflare_token: !abc\n', 'cloudflare_token: *\n'],
    ['what looks like a comment', 'cloudflare_token:#abc\n', 'cloudflare_token:*\n'],
    ['a place and more', 'cloudflare_token: {env: A, x: abc}\n', 'cloudflare_token: *\n'],
    ['what begins like a place', 'cloudflare_token: file:abc\n', 'cloudflare_token: *\n'],
    [
      'quotes before a comment',
      'cloudflare_token: "abc"\n  # x\n\n  # y # z\nb: 1\n',
      'cloudflare_token: "*"\n  # x\n\n  # y # z\nb: 1\n',
    ],
    ['quotes before what is no comment', 'cloudflare_token: "abc"# x\n', 'cloudflare_token: *\n'],
    ['what is commented out', 'a: 1\n  # cloudflare_token: "abc" # old\n', 'a: 1\n  # cloudflare_token: "*" # old\n'],
    ['what is commented out twice, in a list', '## - my_password: abc\nb: 1\n', '## - my_password: *\nb: 1\n'],
    [
      'a block that is commented out',
      '# cloudflare_token: |\n#   abc\n#   def\nb: 1\n#   ghi\n',
      '# cloudflare_token: |\n#   *\n#   *\nb: 1\n#   ghi\n',
    ],
    [
      'a line below a key that is commented out',
      '# cloudflare_token:\r\n#   "abc"\r\nb: 1\r\n',
      '# cloudflare_token:\r\n#   "*"\r\nb: 1\r\n',
    ],
    ['braces that are commented out', '# a: {b: {my_password: abc}}\n', '# a: {b: {my_password: *}}\n'],
    ['a name in quotes that is commented out', '#\u00a0"my password": abc\n', '#\u00a0"my password": *\n'],
    [
      'a comment behind a value',
      'cluster_name: x # cloudflare_token: abc\n',
      'cluster_name: x # cloudflare_token: *\n',
    ],
    [
      'in a comment what is a word elsewhere',
      '# my_password: cluster_name\ncluster_name: x\n',
      '# my_password: *\ncluster_name: x\n',
    ],
    ['a URL', 'repository_url: https://u:abc@h/x\n', 'repository_url: https://u:*@h/x\n'],
  ])('hides %s', (_, text, shown) => {
    expect(withoutWrittenSecrets(text, () => '*')).toBe(shown);
  });

  it.each([
    'cloudflare_token: {env: CF_TOKEN} # mine\n',
    'cloudflare_token:\n  file: "my keys/cf.key"\n',
    'cloudflare_token: # none\nb: 1\n',
    'cloudflare_token: null\n',
    `cloudflare_token: ${SAMPLE_CLOUDFLARE_TOKEN}\n`,
    '# cloudflare_token: {env: CF_TOKEN}\n#cloudflare_token:\n#node_cidr: abc\n',
    '# cloudflare_token is a secret\nnode_cidr: 10.0.0.0/8 # a token for x\n',
  ])('leaves %j as it is', (text) => {
    expect(withoutWrittenSecrets(text, () => '*')).toBe(text);
  });

  it.each([
    ['comments in comments', `cloudflare_token: "abc"${' #'.repeat(20_000)}\nx`],
    ['lines of comments', `cloudflare_token: "abc"${'\n  # x'.repeat(20_000)}\n  x`],
    ['signs of comments', `${'# '.repeat(20_000)}\n${'#'.repeat(20_000)}`],
  ])('reads %s in one pass', (_, text) => {
    expect(withoutWrittenSecrets(text, () => '*')).not.toContain('abc');
  });

  it('gives back what was replaced', () => {
    const text = 'a: "x # y"\ncloudflare_token: |\n  KEPT abc\n  c\ngithub_tokn: [a, "b"]\n';
    const kept = new Map<string, string>();
    const marked = withoutWrittenSecrets(text, (secret) => {
      const mark = `<${String(kept.size)}>`;
      kept.set(mark, secret);
      return mark;
    });
    expect(marked.replace(/<\d>/g, (mark) => kept.get(mark) ?? '')).toBe(text);
  });
});

describe('keepWrittenSecrets', () => {
  it.each<readonly [what: string, value: unknown, text: string, isKept: boolean]>([
    ['a text', { cloudflare_token: TOKEN }, TOKEN, true],
    ['a number', { cloudflare_token: 12345678901234567n.toString() }, '12345678901234567', true],
    ['a text in the place of a file', { cloudflare_token: { file: TOKEN } }, TOKEN, true],
    ['a text in the place of a variable', { cloudflare_token: { env: TOKEN } }, TOKEN, true],
    ['a text below another key', { cloudflare_token: { value: ['x', { y: TOKEN }] } }, TOKEN, true],
    ['a name with small letters', { my_password: TOKEN }, TOKEN, true],
    ['the name of a variable', { cloudflare_token: { env: 'CLOUDFLARE_TOKEN' } }, 'CLOUDFLARE_TOKEN', false],
    ['the path of a file', { cloudflare_token: { file: 'secrets/token.txt' } }, 'secrets/token.txt', false],
    [
      'what looks like a variable, below another key',
      { cloudflare_token: { x: 'CLOUDFLARE_T0KEN' } },
      'CLOUDFLARE_T0KEN',
      true,
    ],
    ['the sample', { cloudflare_token: SAMPLE_CLOUDFLARE_TOKEN }, SAMPLE_CLOUDFLARE_TOKEN, false],
    ['another field', { repository_name: TOKEN }, TOKEN, false],
    ['nothing', { cloudflare_token: null }, 'null', false],
    ['a document that is a text', TOKEN, TOKEN, false],
    ['an empty document', null, 'null', false],
  ])('keeps %s', (_, value, text, isKept) => {
    keepWrittenSecrets({ value, name: 'cluster.yaml' });
    expect(redact(`x ${text} y`)).toBe(isKept ? 'x [secret] y' : `x ${text} y`);
  });
});

describe('a configuration', () => {
  const configuration = {
    cluster: {
      cloudflare_token: TOKEN,
      cilium_bgp_password: SAMPLE_CLOUDFLARE_TOKEN,
      repository_url: 'https://git.own.internal/own/home',
      proxy: 'https://user:pass-word@proxy.own.internal',
      node_dns_servers: ['10.0.0.1', '10.0.0.2'],
    },
    nodes: [{ name: 'k8s-0', labels: { 'own/zone': 'left side' }, disk: null }],
  } as unknown as Configuration;

  it('names its secrets, the sample aside', () => {
    expect(namedSecrets(configuration)).toEqual([{ name: '`cloudflare_token` of cluster.yaml', value: TOKEN }]);
    expect(secretValues(configuration).sort()).toEqual([SAMPLE_CLOUDFLARE_TOKEN, TOKEN].sort());
  });

  it('has texts and words that everybody may see, none of a secret and none of who logs in somewhere', () => {
    const open = openTexts(configuration);
    for (const text of [
      'https://git.own.internal/own/home',
      'git.own.internal',
      'home',
      '10.0.0.2',
      'k8s-0',
      'left',
      'side',
    ])
      expect(open).toContain(text);
    for (const text of [TOKEN, 'pass-word', 'proxy.own.internal', SAMPLE_CLOUDFLARE_TOKEN])
      expect(open).not.toContain(text);
  });
});

it('other programs get the variables of the user, without those that are named like secrets', () => {
  vi.stubEnv('SOPS_AGE_KEY', 'x');
  vi.stubEnv('CLOUDFLARE_TOKEN', 'x');
  vi.stubEnv('SOPS_AGE_KEY_FILE', '/x');
  vi.stubEnv('OWN', undefined);
  const variables = variablesWithoutSecrets();
  expect(variables).toMatchObject({ PATH: process.env.PATH, SOPS_AGE_KEY_FILE: '/x' });
  for (const name of ['SOPS_AGE_KEY', 'CLOUDFLARE_TOKEN', 'OWN']) expect(Object.keys(variables)).not.toContain(name);
});
