import { execFileSync } from 'node:child_process';
import { appendFile, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCompanion } from '../../../src/cluster/config/companion.ts';
import { readAgeKey } from '../../../src/cluster/credentials/read.ts';
import { runCommand, sampleCluster } from '../../support/cluster.ts';
import { readFiles, temporaryFolder, writeFiles } from '../../support/folders.ts';
import { standIns } from '../support/stand-ins.ts';

const MADE = ['age.key', 'github-deploy.key', 'github-deploy.key.pub', 'github-push-token.txt', 'cluster.sops.yaml'];

describe('init', () => {
  it('makes what is missing, says of each what it did, and changes nothing the second time', async () => {
    const cluster = await repository();
    const first = await runCommand(['init', '--root', cluster]);
    expect(first, first.stderr).toMatchObject({ code: 0, stderr: '' });
    for (const file of MADE) expect(first.stdout).toContain(`created  ${file}\n`);
    expect(first.stdout).toContain('created  ' + join(cluster, '.git/hooks/pre-commit'));
    for (const file of MADE.slice(0, 4)) {
      const mode = (await stat(join(cluster, file))).mode & 0o777;
      expect(mode, file).toBe(file.endsWith('.pub') ? 0o644 : 0o600);
    }
    expect(first.stdout.replaceAll(/\s+/g, ' ')).toMatch(
      /Next: edit cluster\.yaml and nodes\.yaml, put secrets into cluster\.sops\.yaml \(`[^`]+ secrets edit cluster\.sops\.yaml[^`]*`\), then run `/,
    );
    const before = await readFiles(cluster);
    const second = await runCommand(['init', '--root', cluster]);
    expect(second.code).toBe(0);
    expect(second.stdout).not.toContain('created');
    expect(await readFiles(cluster)).toEqual(before);
  });

  it('completes a partial state', { tags: 'long' }, async () => {
    const cluster = await repository();
    await runCommand(['init', '--root', cluster]);
    const key = await readFile(join(cluster, 'age.key'), 'utf8');
    for (const file of ['github-push-token.txt', 'cluster.sops.yaml']) await rm(join(cluster, file));
    const again = await runCommand(['init', '--json', '--root', cluster]);
    const { files } = JSON.parse(again.stdout) as { files: { file: string; outcome: string }[] };
    const created = files.filter(({ outcome }) => outcome === 'created').map(({ file }) => file);
    expect(created).toEqual(['github-push-token.txt', 'cluster.sops.yaml']);
    expect(await readFile(join(cluster, 'age.key'), 'utf8')).toBe(key);
  });

  it('takes literal secrets of cluster.yaml into the companion, which configure reads', { tags: 'long' }, async () => {
    const cluster = await repository();
    const config = join(cluster, 'cluster.yaml');
    await writeFile(
      config,
      (await readFile(config, 'utf8')).replace(/^cloudflare_token:.*$/m, 'cloudflare_token: my-own-token-1234'),
    );
    expect(await runCommand(['init', '--post-quantum', '--root', cluster])).toMatchObject({ code: 0 });
    const { identities, recipient } = await readAgeKey(cluster);
    expect(recipient).toMatch(/^age1pq1/);
    const text = await readFile(join(cluster, 'cluster.sops.yaml'), 'utf8');
    expect(text).not.toContain('my-own-token-1234');
    expect(await readCompanion(text, identities)).toEqual({ cloudflare_token: 'my-own-token-1234' });
    await writeFile(config, (await readFile(config, 'utf8')).replace(/^cloudflare_token:.*\n/m, ''));
    const configured = await runCommand(['configure', '--root', cluster]);
    expect(configured, configured.stderr).toMatchObject({ code: 0 });
    expect(await runCommand(['configure', '--check', '--root', cluster])).toMatchObject({ code: 0 });
    // Without the key the companion is stood in for, as all secrets are.
    await rm(join(cluster, 'age.key'));
    expect(await runCommand(['configure', '--check', '--root', cluster])).toMatchObject({ code: 0 });
  });

  it("makes no key for somebody else's tree", { tags: 'long' }, async () => {
    const cluster = await repository();
    await runCommand(['configure', '--root', cluster]);
    await rm(join(cluster, 'age.key'));
    const refused = await runCommand(['init', '--root', cluster]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('[workspace/owner]');
    expect(Object.keys(await readFiles(cluster))).not.toContain('age.key');
  });
});

describe('init --from', () => {
  it(
    'takes another configuration in place of the untouched sample, and leaves one that was edited',
    { tags: 'long' },
    async () => {
      const cluster = await repository();
      const sample = await readFiles(cluster);
      const from = await temporaryFolder({
        'cluster.yaml': `# mine\n${sample['cluster.yaml'] ?? ''}`,
        'nodes.yaml': `# mine\n${sample['nodes.yaml'] ?? ''}`,
      });
      await appendFile(join(cluster, 'nodes.yaml'), '# edited\n');
      const result = await runCommand(['init', '--from', from, '--root', cluster]);
      expect(result, result.stderr).toMatchObject({ code: 0 });
      expect(result.stdout).toContain('taken    cluster.yaml\n');
      expect(result.stdout).toContain('kept     nodes.yaml\n');
      expect(await readFile(join(cluster, 'cluster.yaml'), 'utf8')).toMatch(/^# mine\n/);
      expect(await readFile(join(cluster, 'nodes.yaml'), 'utf8')).toMatch(/# edited\n$/);
    },
  );

  it('clones a git repository', { tags: 'long' }, async () => {
    const cluster = await repository();
    const sample = await readFiles(cluster);
    const other = await temporaryFolder({ 'cluster.yaml': `# cloned\n${sample['cluster.yaml'] ?? ''}` });
    commitAll(other);
    const bare = join(await temporaryFolder(), 'other.git');
    execFileSync('git', ['clone', '-q', '--bare', other, bare]);
    const result = await runCommand(['init', '--from', bare, '--root', cluster]);
    expect(result, result.stderr).toMatchObject({ code: 0 });
    expect(await readFile(join(cluster, 'cluster.yaml'), 'utf8')).toMatch(/^# cloned\n/);
  });

  it.each([
    ['a folder', (other: string) => Promise.resolve(other)],
    [
      'a git repository',
      async (other: string) => {
        commitAll(other);
        const bare = join(await temporaryFolder(), 'other.git');
        execFileSync('git', ['clone', '-q', '--bare', other, bare]);
        return bare;
      },
    ],
  ])('takes no file over that a link of %s leads to', { tags: 'long' }, async (_, placeOf) => {
    const cluster = await repository();
    const before = await readFiles(cluster);
    const foreign = await temporaryFolder({ 'secret.txt': 'a secret of somebody else\n' });
    const other = await temporaryFolder({ 'nodes.yaml': 'nodes: []\n' });
    await symlink(join(foreign, 'secret.txt'), join(other, 'cluster.yaml'));
    const { code, stderr } = await runCommand(['init', '--from', await placeOf(other), '--root', cluster]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/error: cluster\.yaml of \S+ is a link out of it \[render\/foreign-file\]/);
    expect(await readFiles(cluster)).toEqual(before);
  });

  it('takes a file that a link within the folder leads to', { tags: 'long' }, async () => {
    const cluster = await repository();
    const text = `# linked\n${await readFile(join(cluster, 'cluster.yaml'), 'utf8')}`;
    const other = await temporaryFolder({ 'shared/cluster.yaml': text });
    await symlink('shared/cluster.yaml', join(other, 'cluster.yaml'));
    expect(await runCommand(['init', '--from', other, '--root', cluster])).toMatchObject({ code: 0 });
    expect(await readFile(join(cluster, 'cluster.yaml'), 'utf8')).toBe(text);
  });

  it('says where nothing was found', { tags: 'long' }, async () => {
    const cluster = await repository();
    const nowhere = await runCommand(['init', '--from', '/does/not/exist', '--root', cluster]);
    expect(nowhere).toMatchObject({ code: 64 });
    const empty = await runCommand(['init', '--from', await temporaryFolder(), '--root', cluster]);
    expect(empty.code).toBe(1);
    expect(empty.stderr).toContain('neither cluster.yaml nor nodes.yaml');
  });
});

describe('the git hook', () => {
  it('refuses a commit with a plain secret and lets others pass', { tags: 'long' }, async () => {
    const cluster = await repository();
    await runCommand(['init', '--root', cluster]);
    await writeFile(join(cluster, 'kubernetes/mine.sops.yaml'), 'kind: Secret\nstringData:\n  a: b\n');
    expect(commit(cluster)).toMatch(
      /holds values that are not encrypted .*\n.*`[^`]+ secrets encrypt kubernetes\/mine\.sops\.yaml`/,
    );
    await rm(join(cluster, 'kubernetes/mine.sops.yaml'));
    expect(commit(cluster)).toBe('');
    const checked = await runCommand(['secrets', 'check', '--root', cluster]);
    expect(checked.stderr, 'the key of init is in no rule before the first configure').toMatch(
      /warning: cluster\.sops\.yaml is encrypted to the key that is here, which the rule of \.sops\.yaml does not name/,
    );
  });

  it('refuses a commit with a private key, whichever files of it git is told', { tags: 'long' }, async () => {
    const cluster = await repository();
    await runCommand(['init', '--root', cluster]);
    await writeFile(join(cluster, 'notes.txt'), await readFile(join(cluster, 'age.key'), 'utf8'));
    expect(commit(cluster)).toContain('the private key of age.key');
    await writeFile(join(cluster, 'notes.txt'), 'nothing\n');
    expect(commit(cluster)).toBe('');
    // Git shows hooks an index of their own for these.
    await writeFile(join(cluster, 'nodes.yaml'), '# -----\n', { flag: 'a' });
    await writeFile(join(cluster, 'notes.txt'), await readFile(join(cluster, 'age.key'), 'utf8'));
    expect(commitWith(cluster, '--all')).toContain('the private key of age.key');
    expect(commitWith(cluster, 'notes.txt')).toContain('the private key of age.key');
    expect(commitWith(cluster, 'nodes.yaml')).toBe('');
  });

  it("leaves somebody else's hook alone and says what it should run", { tags: 'long' }, async () => {
    const cluster = await repository();
    const hook = join(cluster, '.git/hooks/pre-commit');
    await writeFile(hook, '#!/bin/sh\n');
    const result = await runCommand(['init', '--root', cluster]);
    expect(result.stdout).toMatch(/kept .*pre-commit, a hook of your own: let it run `node .* lint --staged` too/);
    expect(await readFile(hook, 'utf8')).toBe('#!/bin/sh\n');
  });

  it('is left to lefthook where the repository uses it', { tags: 'long' }, async () => {
    const cluster = await repository();
    await writeFile(join(cluster, 'lefthook.yml'), 'pre-commit: {}\n');
    const stands = await standIns(cluster, [{ program: 'lefthook', match: '^install$' }], { programs: ['lefthook'] });
    const result = await runCommand(['init', '--root', cluster], { env: stands.env });
    expect(result.stdout).toContain('created  the git hooks of lefthook');
    expect((await stands.calls()).map(({ args }) => args)).toEqual([['install']]);
  });

  it.each([['lefthook.yaml'], ['lefthook.toml'], ['.config/lefthook.yml']])(
    'is our own where the repository names others in %s and is not trusted',
    { tags: 'long' },
    async (file) => {
      const cluster = await repository();
      await writeFiles(cluster, { [file]: 'pre-commit: {}\n' });
      const rules = [{ program: 'lefthook', match: '^install$' }];
      const stands = await standIns(cluster, rules, { programs: ['lefthook'] });
      const env = { ...stands.env, CLUSTER_TEMPLATE_TRUST: '' };
      const result = await runCommand(['init', '--root', cluster], { env });
      expect(result, result.stderr).toMatchObject({ code: 0 });
      expect(result.stderr).toContain(`note: the hooks of ${file} are not installed`);
      expect(await readFile(join(cluster, '.git/hooks/pre-commit'), 'utf8')).toContain('lint --staged');
      expect(await stands.calls()).toEqual([]);
      const trusted = await runCommand(['init', '--trust', '--root', cluster], { env });
      expect(trusted.stdout).toContain('created  the git hooks of lefthook');
    },
  );

  it('is not made where there is no git repository', { tags: 'long' }, async () => {
    const cluster = await sampleCluster();
    const result = await runCommand(['init', '--root', cluster], { env: { GIT_CEILING_DIRECTORIES: cluster } });
    expect(result.stdout).toContain('no git repository yet');
  });
});

/** A copy of the sample in a git repository of its own, committed. */
async function repository(): Promise<string> {
  const cluster = await sampleCluster();
  const ignore = new URL('../../../.gitignore', import.meta.url);
  await writeFile(join(cluster, '.gitignore'), await readFile(ignore, 'utf8'));
  commitAll(cluster);
  return cluster;
}

function commitAll(folder: string): void {
  execFileSync('git', ['init', '-q', '-b', 'main'], { cwd: folder });
  execFileSync('git', ['add', '-A'], { cwd: folder });
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', 'commit', '-q', '-m', 'a'], { cwd: folder });
}

/** What git said where it refused the commit; empty where it made one. */
function commit(folder: string): string {
  execFileSync('git', ['add', '-A'], { cwd: folder });
  return commitWith(folder);
}

function commitWith(folder: string, ...words: string[]): string {
  try {
    const options = ['-c', 'user.name=a', '-c', 'user.email=a@b.c', 'commit', '-q', '-m', 'b', ...words];
    execFileSync('git', options, { cwd: folder, stdio: 'pipe' });
    return '';
  } catch (error) {
    return String((error as { stderr: unknown }).stderr);
  }
}
