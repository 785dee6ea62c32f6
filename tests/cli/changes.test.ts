import { execFileSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SMALL_TREE } from '../manifests/support.ts';
import { runCommand } from '../support/cluster.ts';
import { writeFiles } from '../support/folders.ts';

const SERVICE = 'kubernetes/apps/web/site/app/service.yaml';
const SECRET = 'kubernetes/components/sops/cluster-secrets.sops.yaml';

let repository = '';

function git(...words: string[]): void {
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', '-c', 'commit.gpgsign=false'];
  execFileSync('git', [...identity, ...words], { cwd: repository, stdio: 'pipe' });
}

async function replace(path: string, from: string, to: string): Promise<void> {
  const text = await readFile(join(repository, path), 'utf8');
  expect(text).toContain(from);
  await writeFile(join(repository, path), text.replace(from, to));
}

async function diff(...words: string[]): Promise<{ code: number; text: string }> {
  const { code, stdout, stderr } = await runCommand(['diff', ...words], { cwd: repository });
  return { code, text: stderr + stdout };
}

beforeAll(async () => {
  repository = await mkdtemp(join(tmpdir(), 'cluster-template-changes-'));
  // A template of another program is no YAML, and nothing of Flux.
  await writeFiles(repository, {
    ...SMALL_TREE,
    'charts/site/templates/pod.yaml': '{{ if .Values.on }}\nkind: [\n{{ end }}\n',
  });
  git('init', '--quiet', '--initial-branch=main', '--template=');
  git('add', '.');
  git('commit', '--quiet', '-m', 'one');
  git('tag', 'before');
  await replace(SERVICE, 'port: 80', 'port: 8080');
  await replace(SECRET, 'SECRET_DOMAIN: example.com', 'SECRET_DOMAIN: example.net');
  git('commit', '--quiet', '-am', 'two');
  await replace(SERVICE, 'app: site', 'app: page');
});

afterAll(() => rm(repository, { recursive: true }));

describe('diff between commits', () => {
  it('tells what changes in the cluster, and nothing of a secret', async () => {
    const { code, text } = await diff('before', 'main');
    expect(code).toBe(0);
    expect(text).toContain(`  ~ Service web/site  ${SERVICE}\n      spec.ports[0].port: 80 → 8080\n`);
    expect(text).toContain('stringData.SECRET_DOMAIN: [secret] → [secret]');
    expect(text).not.toMatch(/example\.(?:com|net)/);
    expect(text).toMatch(/before → main, 3 objects: 3 changed\n$/);
  });

  it('takes the files on disk where one commit is named', async () => {
    const { text } = await diff('main');
    expect(text).toContain('spec.selector.app: "site" → "page"');
    expect(text).toContain('main → files on disk, 1 object: 1 changed');
  });

  it.each([
    ['markdown', /^### 3 objects: 3 changed\n/],
    ['html', /^<!doctype html>/],
    ['json', /"what": "changed"/],
  ])('in the form of %s', async (format, wanted) => {
    const { code, text } = await diff('before', 'main', '--format', format);
    expect({ code, text }).toEqual({ code: 0, text: expect.stringMatching(wanted) as string });
    expect(text).not.toMatch(/example\.(?:com|net)/);
  });

  it('answers with 2 where it is asked and something changes', async () => {
    expect((await diff('before', 'main', '--exit-code')).code).toBe(2);
    expect((await diff('main', 'main', '--exit-code')).code).toBe(0);
  });

  it('writes into a file', async () => {
    const { text } = await diff('before', 'main', '--format', 'html', '-o', 'changes.html');
    expect(text).toBe('what changes was written to changes.html\n');
    expect(await readFile(join(repository, 'changes.html'), 'utf8')).toMatch(/^<!doctype html>/);
  });

  it.each([
    [['gone'], 'git knows no commit gone'],
    [['before', 'gone'], 'git knows no commit gone'],
    [['before', 'main', 'main'], 'diff takes one commit or two here'],
    [['--format', 'html'], 'diff takes one commit or two here'],
    [['--', '--output=x'], 'git knows no commit --output=x'],
  ])('refuses %s', async (words, message) => {
    const { code, text } = await diff(...words);
    expect({ code, text }).toEqual({ code: 64, text: expect.stringContaining(message) as string });
  });

  it('tells of each cluster of a repository by itself', async () => {
    const clusters = join(repository, 'clusters');
    await cp(join(import.meta.dirname, '../checks/trees/two-clusters'), clusters, { recursive: true });
    const at = (cluster: string): string => join('clusters/clusters', cluster, 'apps.yaml');
    const run = (...words: string[]): void => {
      execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', ...words], {
        cwd: clusters,
        stdio: 'pipe',
      });
    };
    run('init', '--quiet', '--initial-branch=main', '--template=');
    run('add', '.');
    run('commit', '--quiet', '-m', 'one');
    await replace(at('cloud'), 'STORAGE_CLASS: standard', 'STORAGE_CLASS: slow');
    const { stdout } = await runCommand(['diff', 'main'], { cwd: clusters });
    expect(stdout).toContain('~ Kustomization flux-system/databases  clusters/cloud/apps.yaml');
    expect(stdout).toContain('of clusters/cloud\n');
    expect(stdout).not.toContain('clusters/home');
    await rm(clusters, { recursive: true });
  });

  it('says in which commit a manifest cannot be read', async () => {
    git('checkout', '--quiet', '-b', 'broken');
    await replace(SERVICE, 'kind: Service', 'kind: [Service');
    git('commit', '--quiet', '-am', 'broken');
    const { code, text } = await diff('main', 'broken');
    expect(code).toBe(1);
    expect(text).toContain(`${SERVICE}:`);
    expect(text).toContain('(in broken)');
  });
});
