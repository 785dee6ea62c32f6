import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { clusterRoot, SAMPLE_CLOUDFLARE_TOKEN } from '../../../src/cluster/root.ts';
import { checkStaged, checkTracked } from '../../../src/operations/doctor/leaks.ts';
import { writeFiles } from '../../support/folders.ts';
import { eachOf } from '../../support/parted.ts';
import { configureOwn, FEW_NODES, OWN_TOKEN, ownCluster } from '../support/own-cluster.ts';

const PEM = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();

/** What was staged, and what the hook says of it. */
const STAGED: readonly [name: string, path: string, text: (cluster: string) => Promise<string>, message: RegExp][] = [
  [
    'a token in cluster.yaml itself',
    'cluster.yaml',
    async (cluster) =>
      (await readFile(join(cluster, 'cluster.yaml'), 'utf8')).replace(
        /^cloudflare_token: .*$/m,
        'cloudflare_token: a1b2',
      ),
    /`cloudflare_token` stands in plain text in cluster\.yaml/,
  ],
  [
    'the token that a file holds, in a document',
    'notes.md',
    () => Promise.resolve(`token ${Buffer.from(OWN_TOKEN).toString('base64')}\n`),
    /notes\.md shows `cloudflare_token` of cluster\.yaml in plain text/,
  ],
  [
    'a Secret whose metadata ask for nothing to be encrypted',
    'kubernetes/own.sops.yaml',
    async (cluster) => {
      const sealed = await readFile(join(cluster, 'kubernetes/components/sops/cluster-secrets.sops.yaml'), 'utf8');
      return sealed
        .replace(/^ {2}SECRET_DOMAIN: .*$/m, '  SECRET_DOMAIN: own.internal')
        .replace(/encrypted_regex: .*$/m, 'encrypted_regex: ^nothing$');
    },
    /own\.sops\.yaml holds values that are not encrypted/,
  ],
  [
    'a Secret in a file whose name does not say so',
    'kubernetes/own/secret.yaml',
    () => Promise.resolve('apiVersion: v1\nkind: Secret\nstringData:\n  password: correct-horse-battery\n'),
    /own\/secret\.yaml is a Secret in plain text: `stringData\.password`/,
  ],
  [
    'a password in a template of a Secret whose name does not say so',
    'templates/overrides/own.yaml.j2',
    () => Promise.resolve('kind: Secret\nstringData:\n  user: #< x >#\n  password: correct-horse-battery\n'),
    /`password` of this secret is written out in its template/,
  ],
  [
    'a Secret in UTF-16',
    'kubernetes/own/own.sops.yaml',
    () => Promise.resolve(Buffer.from('kind: Secret\nstringData:\n  password: x\n', 'utf16le').toString('latin1')),
    /own\.sops\.yaml is not encrypted/,
  ],
  [
    'a key of its own in a folder where the sample has published ones',
    'tests/own/key.txt',
    (cluster) => readFile(join(cluster, 'age.key'), 'utf8'),
    /tests\/own\/key\.txt shows the private (?:age )?key/,
  ],
  ['a private key of one line', 'f.pem', () => Promise.resolve(PEM), /f\.pem holds a private key/],
  [
    'a private key behind a byte order mark',
    'f.pem',
    () => Promise.resolve(`\ufeff${PEM}`),
    /f\.pem holds a private key/,
  ],
  [
    'a private key within JSON',
    'account.json',
    () => Promise.resolve(JSON.stringify({ private_key: PEM })),
    /account\.json holds a private key/,
  ],
  [
    'a password that a template of a Secret has literally',
    'templates/overrides/own.sops.yaml.j2',
    () => Promise.resolve('kind: Secret\nstringData:\n  user: #< x >#\n  password: correct-horse-battery\n'),
    /`password` of this secret is written out in its template/,
  ],
];

eachOf(STAGED, 3)('the hook finds %s', async (_, path, text, message) => {
  const cluster = await repository();
  const content = await text(cluster);
  await writeFiles(cluster, { [path]: content });
  git(cluster, 'add', '--force', path);
  const findings = await checkStaged(clusterRoot(cluster));
  expect(findings.map((finding) => finding.message).join('\n')).toMatch(message);
  expect(JSON.stringify(findings)).not.toContain(OWN_TOKEN);
});

it('the hook has nothing to say of a configured cluster', async () => {
  const cluster = await repository();
  git(cluster, 'add', '.');
  expect(await checkStaged(clusterRoot(cluster))).toEqual([]);
});

it(
  'neither takes the placeholder of the sample for a secret, where the token is still to come',
  { tags: 'long' },
  async () => {
    const cluster = await repository();
    const text = await readFile(join(cluster, 'cluster.yaml'), 'utf8');
    const waiting = text.replace(/^cloudflare_token: .*$/m, `cloudflare_token: ${SAMPLE_CLOUDFLARE_TOKEN}`);
    await writeFiles(cluster, { 'cluster.yaml': waiting });
    await configureOwn(cluster);
    git(cluster, 'add', '.');
    expect(await checkStaged(clusterRoot(cluster))).toEqual([]);
    git(cluster, 'commit', '--quiet', '--message', 'first');
    expect((await checkTracked(clusterRoot(cluster))).flatMap((check) => check.findings)).toEqual([]);
  },
);

it('doctor says which tracked file it did not search for its size, and searches the others', async () => {
  const cluster = await repository();
  await writeFiles(cluster, { 'notes.md': `${OWN_TOKEN}\n`, 'large.bin': '' });
  await truncate(join(cluster, 'large.bin'), 65 * 1024 * 1024);
  git(cluster, 'add', '--intent-to-add', 'notes.md', 'large.bin');
  const [{ findings } = { findings: [] }] = await checkTracked(clusterRoot(cluster));
  expect(findings.map(({ severity, message }) => `${severity} ${message}`)).toEqual([
    expect.stringMatching(/^warning large\.bin was not searched for secrets: .* 65\.0 MiB$/),
    expect.stringMatching(/^error notes\.md shows/),
  ]);
});

it('doctor knows the forms of tokens, and takes the comment of a file that says why one may lie there', async () => {
  const cluster = await repository();
  const token = `ghp_${'a1B2'.repeat(9)}`;
  await writeFiles(cluster, {
    'notes.md': `${token}\n`,
    'example.sh': `TOKEN=${token} # cluster-template: ignore secret/token -- an example of nobody\n`,
  });
  git(cluster, 'add', '--intent-to-add', 'notes.md', 'example.sh');
  const [{ findings } = { findings: [] }] = await checkTracked(clusterRoot(cluster));
  expect(findings.map(({ code, place }) => [code, place?.file, place?.line])).toEqual([
    ['secret/token', 'notes.md', 1],
  ]);
  git(cluster, 'add', 'notes.md', 'example.sh');
  expect((await checkStaged(clusterRoot(cluster))).map(({ code, place }) => [code, place?.file])).toEqual([
    ['secret/token', 'notes.md'],
  ]);
  expect(JSON.stringify(findings)).not.toContain(token);
});

it('doctor finds what was committed once and removed later, and whether it is in use', async () => {
  const cluster = await repository();
  await writeFile(join(cluster, 'notes.md'), `${OWN_TOKEN}\n`);
  git(cluster, 'add', '.');
  git(cluster, 'add', '--force', 'age.key');
  git(cluster, 'commit', '--quiet', '--message', 'too much');
  await rm(join(cluster, 'notes.md'));
  git(cluster, 'rm', '--quiet', '--cached', 'age.key', 'notes.md');
  git(cluster, 'commit', '--quiet', '--message', 'better');
  const findings = (await checkTracked(clusterRoot(cluster))).flatMap((check) => check.findings);
  expect(findings.map(({ code, severity, place }) => [code, severity, place?.file])).toEqual([
    ['secrets/in-history', 'error', 'age.key'],
    ['secrets/in-history', 'error', 'notes.md'],
  ]);
  for (const { message } of findings) expect(message).toMatch(/since [0-9a-f]{7,} of \d{4}-\d\d-\d\d\): it is in use$/);
  expect(JSON.stringify(findings)).not.toContain(OWN_TOKEN);
});

/** A configured cluster in a new repository of git, its private files ignored. */
async function repository(): Promise<string> {
  const cluster = await ownCluster(FEW_NODES);
  await writeFiles(cluster, {
    '.gitignore': '*.key\n*.key.pub\n/cloudflare-tunnel.json\n/github-push-token.txt\n/.cluster-template/cache/\n',
  });
  git(cluster, 'init', '--quiet', '--initial-branch=main', '--template=');
  return cluster;
}

function git(folder: string, ...words: string[]): void {
  const identity = ['-c', 'user.name=Owner', '-c', 'user.email=owner@example.com'];
  execFileSync('git', [...identity, ...words], { cwd: folder, stdio: 'pipe' });
}
