import { execFile, execFileSync } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { clusterRoot } from '../../src/cluster/root.ts';
import { checkStaged, checkTracked } from '../../src/operations/doctor/leaks.ts';
import { checkRepository } from '../../src/operations/repository/git.ts';
import { recordedInventories, uncommittedAmong, uncommittedBelow } from '../../src/pipeline/git.ts';
import { askGit, isBlob } from '../../src/system/git.ts';
import { temporaryFolder } from '../support/folders.ts';

const IDENTITY = ['-c', 'user.name=a', '-c', 'user.email=a@example.com'];

describe('askGit in a repository whose configuration names programs', () => {
  it('starts none of them, whatever the code base asks', async () => {
    const trap = await trappedRepository();
    const root = clusterRoot(trap.repository);
    await recordedInventories(root);
    await uncommittedAmong(root, ['cluster.yaml', 'kubernetes/a.yaml']);
    await uncommittedBelow(root, ['kubernetes'], { ignored: false });
    await checkTracked(root);
    await checkStaged(root);
    await checkRepository(root, undefined);
    await askGit(root.path, ['log', '-p', '--', 'cluster.yaml']);
    await askGit(root.path, ['show', 'HEAD', '--', 'cluster.yaml']);
    await askGit(root.path, ['diff', '--cached', 'HEAD']);
    expect(await trap.sprung()).toEqual([]);
  });

  // Were a trap badly laid, nothing would go off above either.
  it.each([
    ['fsmonitor', ['status']],
    ['hook', ['status']],
    ['clean', ['diff']],
    ['external', ['diff', 'HEAD']],
    ['textconv', ['log', '-p', '--', 'cluster.yaml']],
    ['signature', ['show', 'HEAD']],
    ['transport', ['cat-file', 'blob', 'HEAD:.cluster-template/manifest.json']],
  ])('would start the %s by a plain `git %j`', async (name, words) => {
    const trap = await trappedRepository();
    await promisify(execFile)('git', words, { cwd: trap.repository }).catch(() => undefined);
    expect(await trap.sprung()).toContain(name);
  });

  it('takes no configuration from a folder that looks like a bare repository', async () => {
    const folder = await temporaryFolder();
    execFileSync('git', ['init', '-q', '--bare', join(folder, 'docs')]);
    expect((await askGit(join(folder, 'docs'), ['rev-parse', '--git-dir'])).exitCode).not.toBe(0);
  });

  it('looks for a repository where it is told to, not where variables of the caller say', async () => {
    const one = await temporaryFolder();
    const other = await temporaryFolder();
    for (const folder of [one, other]) execFileSync('git', ['init', '-q'], { cwd: folder });
    process.env.GIT_DIR = join(other, '.git');
    try {
      expect((await askGit(one, ['rev-parse', '--show-toplevel'])).stdout).toBe(one);
    } finally {
      delete process.env.GIT_DIR;
    }
  });
});

describe('uncommittedBelow', () => {
  it('tells what git could not bring back, as git status does', async () => {
    const names = ['same', 'edited', 'staged', 'removed', 'crlf', 'link', 'became-link'];
    const folder = await temporaryFolder(Object.fromEntries(names.map((name) => [`k/${name}`, `${name}\n`])));
    const path = (name: string): string => join(folder, 'k', name);
    await rm(path('link'));
    await symlink('same', path('link'));
    git(folder, 'init', '-q');
    git(folder, 'add', '-A');
    git(folder, 'commit', '-qm', 'all');
    await writeFile(path('edited'), 'other\n');
    await writeFile(path('staged'), 'other\n');
    git(folder, 'add', 'k/staged');
    git(folder, 'mv', 'k/same', 'k/moved');
    await rm(path('removed'));
    await writeFile(path('crlf'), 'crlf\r\n');
    await rm(path('became-link'));
    await symlink('edited', path('became-link'));
    await writeFile(path('new'), '');
    await writeFile(path('ignored'), '');
    await writeFile(join(folder, '.gitignore'), 'ignored\n');
    const expected = ['became-link', 'edited', 'moved', 'new', 'removed', 'same', 'staged'].map((name) => `k/${name}`);
    const root = clusterRoot(folder);
    expect(await uncommittedBelow(root, ['k'], { ignored: false })).toEqual(expected);
    expect(await uncommittedBelow(root, ['k'], { ignored: true })).toEqual([...expected, 'k/ignored'].sort());
    const asked = ['k/crlf', 'k/edited', 'k/ignored', 'k/moved'];
    expect([...(await uncommittedAmong(root, asked))]).toEqual(asked.slice(1));
  });

  it('knows nothing where there is no repository', async () => {
    const root = clusterRoot(await temporaryFolder({ 'k/a': '' }));
    expect(await uncommittedBelow(root, ['k'], { ignored: true })).toBeUndefined();
    expect((await uncommittedAmong(root, ['k/a'])).size).toBe(0);
  });
});

describe('isBlob', () => {
  it.each(['sha1', 'sha256'])('knows the names that git gives by %s', async (format) => {
    const folder = await temporaryFolder({ a: 'a\r\nb\n' });
    git(folder, 'init', '-q', `--object-format=${format}`);
    const bytes = await readFile(join(folder, 'a'));
    const names = [git(folder, 'hash-object', 'a'), git(folder, '-c', 'core.autocrlf=input', 'hash-object', 'a')];
    expect(names.map((name) => isBlob(name, bytes))).toEqual([true, true]);
    expect(isBlob(names[0] ?? '', Buffer.from('c'))).toBe(false);
  });
});

describe('the sources', () => {
  it('start git nowhere else, but to clone what the user names and to make a new repository', async () => {
    const src = resolve(import.meta.dirname, '../../src');
    const files = (await readdir(src, { recursive: true })).filter((file) => file.endsWith('.ts'));
    const calling = [];
    for (const file of files) {
      if (/(?:program: |runProgram\(|watchProgram\()'git'/.test(await readFile(join(src, file), 'utf8')))
        calling.push(file);
    }
    expect(calling.sort()).toEqual(['operations/init/source.ts', 'operations/template/create.ts', 'system/git.ts']);
  });
});

/** A repository with a trap for each way in which a question to git may start a program; each leaves a file behind. */
async function trappedRepository(): Promise<{ repository: string; sprung: () => Promise<string[]> }> {
  const marks = await temporaryFolder();
  const repository = await temporaryFolder({
    '.gitattributes': '*.yaml filter=trap diff=trap\n',
    '.cluster-template/manifest.json': '{"format":1,"generator":"test","recipient":"age1a","files":{}}\n',
    'cluster.yaml': 'a: 1\n',
    'kubernetes/a.yaml': 'a: 1\n',
  });
  const trap = async (name: string, rest = ''): Promise<string> => {
    const path = join(marks, '.programs', name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, `#!/bin/sh\n: >'${join(marks, name)}'\n${rest}`);
    await chmod(path, 0o755);
    return path;
  };
  git(repository, 'init', '-q', '-b', 'main');
  git(repository, 'add', '-A');
  git(repository, 'commit', '-qm', 'all');
  signHead(repository);
  const hooks = join(repository, '.git/hooks');
  await mkdir(hooks, { recursive: true });
  await writeFile(join(hooks, 'post-index-change'), `#!/bin/sh\n: >'${join(marks, 'hook')}'\n`);
  await chmod(join(hooks, 'post-index-change'), 0o755);
  const settings = {
    'core.fsmonitor': await trap('fsmonitor'),
    'filter.trap.clean': await trap('clean', 'cat\n'),
    'diff.external': await trap('external'),
    'diff.trap.textconv': await trap('textconv', 'cat "$1"\n'),
    'core.pager': await trap('pager', 'cat\n'),
    'log.showSignature': 'true',
    'gpg.program': await trap('signature'),
    'protocol.ext.allow': 'always',
    'core.repositoryFormatVersion': '1',
    'extensions.partialClone': 'origin',
    'remote.origin.promisor': 'true',
    'remote.origin.url': `ext::${await trap('transport')}`,
  };
  for (const [key, value] of Object.entries(settings)) git(repository, 'config', key, value);
  // Git looks into files only whose times differ from those of the index, and fetches only what is missing.
  await writeFile(join(repository, 'cluster.yaml'), 'a: 2\n');
  await writeFile(join(repository, 'kubernetes/a.yaml'), 'a: 1\n');
  const object = git(repository, '-c', 'core.fsmonitor=', 'rev-parse', 'HEAD:.cluster-template/manifest.json');
  await rm(join(repository, '.git/objects', object.slice(0, 2), object.slice(2)));
  const sprung = async (): Promise<string[]> => (await readdir(marks)).filter((name) => name !== '.programs').sort();
  for (const name of await sprung()) await rm(join(marks, name));
  return { repository, sprung };
}

/** Gives the last commit a signature: git asks its program about any. */
function signHead(repository: string): void {
  const commit = git(repository, 'cat-file', 'commit', 'HEAD');
  const signature = 'gpgsig -----BEGIN PGP SIGNATURE-----\n \n nothing\n -----END PGP SIGNATURE-----';
  const signed = commit.replace('\n\n', `\n${signature}\n\n`);
  const name = execFileSync('git', ['hash-object', '-t', 'commit', '-w', '--stdin'], {
    cwd: repository,
    input: `${signed}\n`,
  });
  git(repository, 'update-ref', 'HEAD', name.toString().trim());
}

function git(folder: string, ...words: string[]): string {
  return execFileSync('git', [...IDENTITY, ...words], { cwd: folder, encoding: 'utf8', stdio: 'pipe' }).trim();
}
