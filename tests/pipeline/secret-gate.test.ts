import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decrypt } from '../../src/sops/decrypt.ts';
import { parseIdentityFile } from '../../src/sops/identities.ts';
import { runCommand } from '../support/cluster.ts';
import { readFiles, writeFiles } from '../support/folders.ts';
import { eachOf } from '../support/parted.ts';
import { FEW_NODES, ownCluster } from '../operations/support/own-cluster.ts';

const ECHO = 'kubernetes/apps/default/echo/app';
const APP = `templates/overrides/${ECHO}`;
const RULES = 'templates/overrides/.sops.yaml.j2';
const TOKEN_SECRET = 'templates/overrides/kubernetes/apps/cert-manager/cert-manager/app/secret.sops.yaml.j2';
const CONFIG_MAP = `${APP}/leak.yaml.j2`;
const TOKEN = 'pa$$/w+rd "é" {{ #<x \\ %41 \'4711\'';
const GITHUB_TOKEN = 'ghx_0123456789abcdefABCDEF0123456789abcd';

const PLUGIN = `export function Plugin() {
  return { filters: { b64: (text) => Buffer.from(String(text)).toString('base64') } };
}
`;

/** What was tried, the files of it, and the findings: each a file with its line, and what is said. */
const ATTACKS: readonly {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly place: string;
  readonly message: RegExp;
}[] = [
  {
    name: 'a rule with one wrong letter',
    files: { [RULES]: rules('encrypted_regex: ^(data|stringdata)$') },
    place: TOKEN_SECRET.replace('overrides', 'config'),
    message: /app\/secret\.sops\.yaml would be written in plain text: none of its values is encrypted/,
  },
  {
    name: 'a rule that leaves one key of a Secret out',
    files: { [RULES]: rules('unencrypted_regex: ^api-token$') },
    place: TOKEN_SECRET.replace('overrides', 'config'),
    message: /secret\.sops\.yaml would be written in plain text: none of its values is encrypted \(its rule/,
  },
  {
    name: 'a rule whose suffix is that of stringData',
    files: { [RULES]: rules('unencrypted_suffix: ngData') },
    place: TOKEN_SECRET.replace('overrides', 'config'),
    message: /would be written in plain text/,
  },
  {
    name: 'one of several values that a rule leaves out',
    files: {
      [RULES]: rules('unencrypted_regex: ^second$'),
      [TOKEN_SECRET]: secret('stringData:\n  first: #< cloudflare_token | tojson >#\n  second: x\n'),
    },
    place: TOKEN_SECRET,
    message: /would hold values in plain text: `stringData\.second` is not encrypted/,
  },
  {
    name: 'a misspelt stringData',
    files: { [TOKEN_SECRET]: secret('stringdata:\n  api-token: #< cloudflare_token | tojson >#\n') },
    place: TOKEN_SECRET,
    message: /none of its values is encrypted/,
  },
  {
    name: 'a Secret in a list of objects',
    files: {
      [RULES]: rules('encrypted_regex: ^nothing$'),
      [TOKEN_SECRET]: 'apiVersion: v1\nkind: List\nitems:\n  - kind: Secret\n    stringData: {a: b}\n',
    },
    place: TOKEN_SECRET,
    message: /none of its values is encrypted/,
  },
  {
    name: 'a Secret in a file whose name does not say so',
    files: { [`${APP}/own.yaml.j2`]: secret('stringData:\n  password: correct-horse-battery\n') },
    place: `${APP}/own.yaml.j2`,
    message: /echo\/app\/own\.yaml is a Secret that would be written in plain text/,
  },
  {
    name: 'a token in an annotation of a Secret',
    files: { [TOKEN_SECRET]: secret(value(), '  annotations:\n    token: #< cloudflare_token | tojson >#\n') },
    place: `${TOKEN_SECRET}:6`,
    message: /line 6 of kubernetes\/.*secret\.sops\.yaml would show `cloudflare_token` of cluster\.yaml in plain text/,
  },
  {
    name: 'a token in a comment of a Secret',
    files: { [TOKEN_SECRET]: `# #< cloudflare_token >#\n${secret(value())}` },
    place: `${TOKEN_SECRET}:1`,
    message: /line 1 of .*secret\.sops\.yaml would show `cloudflare_token`/,
  },
  {
    name: 'a token as the name of a key of a Secret',
    files: { [TOKEN_SECRET]: secret('stringData:\n  #< cloudflare_token | tojson >#: x\n') },
    place: `${TOKEN_SECRET}:6`,
    message: /would show `cloudflare_token`/,
  },
  {
    name: 'the age key in a comment of .sops.yaml',
    files: { [RULES]: `${rules('encrypted_regex: ^(data|stringData)$')}# #< age_key("private") >#\n` },
    place: `${RULES}:13`,
    message: /line 13 of \.sops\.yaml would show the private key of age\.key/,
  },
  ...(
    [
      ['as it is', 'cloudflare_token', '`cloudflare_token` of cluster'],
      ['as JSON', 'cloudflare_token | tojson', '`cloudflare_token` of cluster'],
      ['as JSON within JSON', '{"a": {"b": cloudflare_token} | tojson} | tojson', '`cloudflare_token` of cluster'],
      ['in single quotes', 'cloudflare_token | replace("\'", "\'\'")', '`cloudflare_token` of cluster'],
      ['for a URL', 'cloudflare_token | urlencode', '`cloudflare_token` of cluster'],
      ['for HTML', 'cloudflare_token | forceescape', '`cloudflare_token` of cluster'],
      ['in base64', 'cloudflare_token | b64', '`cloudflare_token` of cluster'],
      ['in base64 behind a name', '("user:" ~ cloudflare_token) | b64', '`cloudflare_token` of cluster'],
      ['in base64 of JSON', '{"ab": cloudflare_token} | tojson | b64', '`cloudflare_token` of cluster'],
      ['in base64 of base64', 'cloudflare_token | b64 | b64', '`cloudflare_token` of cluster'],
      ['in upper case', 'cloudflare_token | upper', '`cloudflare_token` of cluster'],
      ['in wrapped lines', 'cloudflare_token | wordwrap(9) | indent(4)', '`cloudflare_token` of cluster'],
      ['an indented key', 'github_deploy_key() | indent(8)', 'the content of github-deploy.key'],
      ['one line of a key', 'github_deploy_key().split("\\n")[3]', 'the content of github-deploy.key'],
      ['a key in base64', 'github_deploy_key() | b64', 'the content of github-deploy.key'],
      ['an age key in lower case', 'age_key("private") | lower', 'the private key of age.key'],
      ['a push token in another case', 'github_push_token() | upper', 'the content of github-push-token.txt'],
      ['a push token without its last character', 'github_push_token()[:-1]', 'the content of github-push-token.txt'],
      ['an age key with underscores', 'age_key("private") | replace("-", "_")', 'the private key of age.key'],
      ['an age key with one capital', 'age_key("private") | capitalize', 'the private key of age.key'],
      ['the token of the tunnel', 'cloudflare_tunnel_secret()', 'the secret of cloudflare-tunnel.json'],
      ['a variable of the environment', 'env.GITHUB_TOKEN', 'the environment variable GITHUB_TOKEN'],
    ] as const
  ).map(([name, expression, what]) => ({
    name: `a plain file with a secret ${name}`,
    files: {
      'templates/scripts/plugin.ts': PLUGIN,
      [CONFIG_MAP]: `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: leak\n# #< ${expression} >#\n`,
    },
    place: `${CONFIG_MAP}:5`,
    message: new RegExp(`of kubernetes/.*leak\\.yaml would show ${what.replaceAll('.', '\\.')}`),
  })),
  {
    name: 'a value of an own Secret in a plain file',
    files: {
      [`${APP}/own.sops.yaml.j2`]: secret('stringData:\n  DB_PASSWORD: correct-horse-battery\n'),
      [CONFIG_MAP]: 'kind: ConfigMap\ndata:\n  url: postgres://app:correct-horse-battery@db/app\n',
    },
    place: `${CONFIG_MAP}:3`,
    message: /would show `stringData\.DB_PASSWORD` of kubernetes\/.*own\.sops\.yaml/,
  },
  {
    name: 'a value of an own Secret, encoded there, in a plain file',
    files: {
      [`${APP}/own.sops.yaml.j2`]: secret('data:\n  token: Y29ycmVjdC1ob3JzZS1iYXR0ZXJ5\n'),
      [CONFIG_MAP]: 'kind: ConfigMap\ndata:\n  token: correct-horse-battery\n',
    },
    place: `${CONFIG_MAP}:3`,
    message: /would show `data\.token` of kubernetes/,
  },
];

describe('a secret that would lie open', () => {
  eachOf(ATTACKS, 6)('$name: nothing is written', async ({ files, place, message }) => {
    const cluster = await hostileCluster(files);
    const before = await readFiles(cluster);
    const env = { GITHUB_TOKEN, CF_TOKEN: TOKEN };
    const { code, stdout, stderr } = await runCommand(['configure', '--json', '--root', cluster], { env });
    expect({ code, stderr }, stdout).toEqual({ code: 1, stderr: '' });
    const { findings } = JSON.parse(stdout) as {
      findings: readonly { message: string; place: { file: string; line?: number } }[];
    };
    const found = findings.filter((one) => message.test(one.message)).map((one) => one.place);
    expect(
      found.map(({ file, line }) => (line === undefined ? file : `${file}:${String(line)}`)),
      stdout,
    ).toContain(place);
    for (const secret of await secretsOf(cluster)) expect(stdout).not.toContain(secret);
    expect(await readFiles(cluster)).toEqual(before);
  });

  eachOf(['plan', 'diff', 'validate', 'configure --check', 'doctor secrets', 'render AGENTS.md'], 3)(
    '%s sees it',
    async (command) => {
      const cluster = await hostileCluster({ [RULES]: rules('encrypted_regex: ^(data|stringdata)$') });
      const { code, stdout, stderr } = await runCommand([...command.split(' '), '--root', cluster], {
        env: { CF_TOKEN: TOKEN },
      });
      expect(code).toBe(1);
      expect(stdout + stderr).toMatch(
        /secret\.sops\.yaml would be written in plain text: none of its values is encrypted/,
      );
      for (const secret of await secretsOf(cluster)) expect(stdout + stderr).not.toContain(secret);
    },
  );
});

it('files of generators, whatever their format, are encrypted whole and open again', { tags: 'long' }, async () => {
  const files = {
    'settings.sops.env': 'TOKEN=#< cloudflare_token | replace("\n", "") | replace("\\\\", "") >#\nLEVEL=info\n',
    'settings.sops.ini': '[own]\nlevel = verbose-by-day\n',
    'config.sops.json': '{"auths": {"registry.own.internal": {"auth": "b3duOmNvcnJlY3QtaG9yc2U="}}}\n',
    'note.sops.txt': 'correct-horse-battery\n',
  };
  const names = Object.keys(files);
  const kustomization = await readFile(join(process.cwd(), 'templates/config', ECHO, 'kustomization.yaml.j2'), 'utf8');
  const generator = `secretGenerator:\n  - name: own\n    files: [${names.join(', ')}]\n`;
  const cluster = await hostileCluster({
    [`${APP}/kustomization.yaml.j2`]: kustomization + generator,
    ...Object.fromEntries(Object.entries(files).map(([name, text]) => [`${APP}/${name}.j2`, text])),
  });
  const { code, stderr } = await runCommand(['configure', '--json', '--root', cluster], { env: { CF_TOKEN: TOKEN } });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const identities = parseIdentityFile(await readFile(join(cluster, 'age.key'), 'utf8'), 'age.key');
  const shown = ['LEVEL=info', 'verbose-by-day', 'b3duOmNvcn', 'correct-horse', ...(await secretsOf(cluster))];
  for (const name of names) {
    const text = await readFile(join(cluster, ECHO, name), 'utf8');
    expect(shown.filter((part) => text.includes(part))).toEqual([]);
    expect((await decrypt({ path: name, text, identities })).text).toMatch(/info|verbose|registry|correct/);
  }
});

describe('what is no secret, or found by chance', () => {
  const HARMLESS: readonly [name: string, secret: string, plain: string][] = [
    ['a short word', 'password: admin', 'user: admin'],
    ['a long word', 'password: kubernetes', 'name: kubernetes'],
    ['a number', 'pin: "12345678"', 'port: "12345678"'],
    ['an address', 'DB_HOST: postgres.database.svc.cluster.local', 'host: postgres.database.svc.cluster.local'],
    ['a URL', 'endpoint: https://s3.own.internal/bucket', 'url: https://s3.own.internal/bucket'],
    ['an e-mail address', 'SMTP_FROM: postmaster@own.internal', 'mail: postmaster@own.internal'],
    ['a name', 'S3_BUCKET: backups-of-the-own-cluster', 'bucket: backups-of-the-own-cluster'],
    ['a value of nodes.yaml', 'password: 52:54:00:00:53:0a', 'mac: 52:54:00:00:53:0a'],
    ['a value of cluster.yaml', 'token: own/home', 'repository: own/home'],
    ['a variable of Flux', 'token: ${SECRET_DOMAIN}', 'host: ${SECRET_DOMAIN}'],
    ['the same value in two Secrets', 'token: correct-horse-battery', 'other: x'],
  ];

  it.each(HARMLESS)('%s in a Secret may stand elsewhere', { tags: 'long' }, async (_, inSecret, inPlain) => {
    const cluster = await hostileCluster({
      [`${APP}/own.sops.yaml.j2`]: secret(`stringData:\n  ${inSecret}\n`),
      [`${APP}/other.sops.yaml.j2`]: secret(`stringData:\n  ${inSecret}\n`, '', 'other'),
      [CONFIG_MAP]: `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: plain\ndata:\n  ${inPlain}\n`,
    });
    const { stdout } = await runCommand(['plan', '--json', '--root', cluster], { env: { CF_TOKEN: TOKEN } });
    expect(stdout).not.toContain('secrets/plain-text');
    expect(stdout).toMatch(/"status": "(?:planned|failed)"/);
  });
});

/** The sample's rules with another choice of values for bootstrap/ and kubernetes/. */
function rules(selection: string): string {
  return [
    '---',
    'creation_rules:',
    '  - path_regex: ^talos/.*\\.sops\\.ya?ml$',
    '    mac_only_encrypted: true',
    "    age: #< age_key('public') >#",
    '  - path_regex: ^(bootstrap|kubernetes)/.*\\.sops\\.ya?ml$',
    `    ${selection}`,
    '    mac_only_encrypted: true',
    "    age: #< age_key('public') >#",
    'stores:',
    '  yaml:',
    '    indent: 2',
    '',
  ].join('\n');
}

/** A Secret: what it keeps, and what else stands below `metadata`. */
function secret(kept: string, metadata = '', name = 'cert-manager-secret'): string {
  return `apiVersion: v1\nkind: Secret\nmetadata:\n  name: ${name}\n${metadata}${kept}`;
}

function value(): string {
  return 'stringData:\n  api-token: #< cloudflare_token | tojson >#\n';
}

/** A cluster of somebody's own, its token taken from the environment, with files laid over it. */
async function hostileCluster(files: Readonly<Record<string, string>>): Promise<string> {
  const cluster = await ownCluster(FEW_NODES);
  const configuration = join(cluster, 'cluster.yaml');
  const text = await readFile(configuration, 'utf8');
  const own = text.replace(/^cloudflare_token: .*$/m, 'cloudflare_token: {env: CF_TOKEN}');
  await writeFiles(cluster, { 'cluster.yaml': own, ...files });
  return cluster;
}

/** What must not come out: the token as it is and as JSON has it, and the lines of the files that git ignores. */
async function secretsOf(cluster: string): Promise<string[]> {
  const read = (name: string): Promise<string> => readFile(join(cluster, name), 'utf8');
  const age = /AGE-SECRET-KEY-\S+/.exec(await read('age.key'))?.[0] ?? '';
  const deploy = (await read('github-deploy.key')).split('\n')[3] ?? '';
  return [
    TOKEN,
    JSON.stringify(TOKEN).slice(1, -1),
    age,
    age.toLowerCase(),
    deploy,
    (await read('github-push-token.txt')).trim(),
  ];
}
