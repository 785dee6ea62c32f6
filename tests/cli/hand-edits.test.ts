import { execFileSync } from 'node:child_process';
import { appendFile, chmod, mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type CommandResult, runCommand, sampleCluster } from '../support/cluster.ts';
import { readFiles } from '../support/folders.ts';

const SAMPLE_KEYS = resolve(import.meta.dirname, '../sample');
const EDITED = 'talos/talenv.yaml';
const SECRET = 'kubernetes/components/sops/cluster-secrets.sops.yaml';

describe('configure --force', () => {
  it('overwrites an edited file and keeps a copy of it', async () => {
    const cluster = await sampleCluster();
    const original = await readFile(join(cluster, EDITED), 'utf8');
    await appendFile(join(cluster, EDITED), '# mine\n');
    const result = await run(cluster, 'configure', '--force');
    expect(result, result.stderr).toMatchObject({ code: 0 });
    expect(await readFile(join(cluster, EDITED), 'utf8')).toBe(original);
    const folder = /what was overwritten lies in (\S+)/.exec(result.stdout)?.[1] ?? '';
    expect(folder).toMatch(/^\.private\/backup\/\d{4}-\d\d-\d\dT\d{6}\.\d{3}Z$/);
    expect(await readFiles(join(cluster, folder))).toEqual({ [EDITED]: `${original}# mine\n` });
  });

  it('is copied to where its owner alone reads it and git never looks, as it may hold anything', async () => {
    const cluster = await sampleCluster();
    execFileSync('git', ['init', '-q'], { cwd: cluster });
    await writeFile(join(cluster, EDITED), 'password: hunter2\n');
    await chmod(join(cluster, EDITED), 0o755);
    // As an older version left it.
    await mkdir(join(cluster, '.private/backup'), { recursive: true });
    await chmod(join(cluster, '.private/backup'), 0o755);
    const folder =
      /what was overwritten lies in (\S+)/.exec((await run(cluster, 'configure', '--force')).stdout)?.[1] ?? '';
    const paths = ['.private/backup', folder, join(folder, EDITED)].map((path) => join(cluster, path));
    const modes = await Promise.all(paths.map(async (path) => (await stat(path)).mode & 0o777));
    expect(modes).toEqual([0o700, 0o700, 0o700]);
    const seen = execFileSync('git', ['ls-files', '--others', '--exclude-standard', '.private'], { cwd: cluster });
    expect(seen.toString()).toBe('');
  });

  it('takes the place of a file that was never generated', { tags: 'long' }, async () => {
    const cluster = await sampleCluster();
    await forget(cluster, EDITED);
    await writeFile(join(cluster, EDITED), 'mine: true\n');
    const stopped = await run(cluster, 'configure');
    expect(stopped.code).toBe(1);
    expect(stopped.stderr).toContain(`${EDITED} lies where a generated file belongs and was not generated`);
    expect(await run(cluster, 'configure', '--force')).toMatchObject({ code: 0 });
    expect(await readdir(join(cluster, '.private/backup'))).toHaveLength(2);
    expect(await run(cluster, 'configure', '--check')).toMatchObject({ code: 0 });
  });

  it('refuses to copy a secret that lies there in plain text', { tags: 'long' }, async () => {
    const cluster = await sampleCluster();
    for (const text of [
      'stringData:\n  TOKEN: plain\n',
      (await readFile(join(cluster, SECRET), 'utf8')).replace(/ENC\[[^\]]+\]/, 'plain'),
    ]) {
      await writeFile(join(cluster, SECRET), text);
      const before = await readFiles(cluster);
      const result = await run(cluster, 'configure', '--force');
      expect(result.code).toBe(1);
      expect(result.stderr).toContain(`${SECRET} should be encrypted and holds values in plain text`);
      expect(await readFiles(cluster)).toEqual(before);
    }
  });

  it('keeps a copy of an edited secret that is encrypted', { tags: 'long' }, async () => {
    const cluster = await sampleCluster();
    const text = (await readFile(join(cluster, SECRET), 'utf8')).replace(
      /lastmodified: .*/,
      "lastmodified: '2020-01-01T00:00:00Z'",
    );
    await writeFile(join(cluster, SECRET), text);
    const result = await run(cluster, 'configure', '--force');
    expect(result, result.stderr).toMatchObject({ code: 0 });
    const folder = /what was overwritten lies in (\S+)/.exec(result.stdout)?.[1] ?? '';
    expect(await readFile(join(cluster, folder, SECRET), 'utf8')).toBe(text);
  });
});

describe('configure --keep', () => {
  it('leaves edited files and goes on, and the next run still sees the edit', { tags: 'long' }, async () => {
    const cluster = await sampleCluster();
    await appendFile(join(cluster, EDITED), '# mine\n');
    await appendFile(join(cluster, 'cluster.yaml'), '\nrepository_branch: release\n');
    const edited = await readFile(join(cluster, EDITED), 'utf8');
    const result = await run(cluster, 'configure', '--keep');
    expect(result, result.stderr).toMatchObject({ code: 0 });
    expect(result.stdout).toContain('1 file of yours left as it is');
    expect(await readFile(join(cluster, EDITED), 'utf8')).toBe(edited);
    expect(JSON.stringify(await readFiles(join(cluster, 'kubernetes')))).toContain('refs/heads/release');
    const next = await run(cluster, 'configure');
    expect(next.code).toBe(1);
    expect(next.stderr).toContain(`${EDITED} was generated and then changed by hand`);
  });

  it.each([[['--keep', '--force']], [['--keep', '--check']], [['--force', '--check']]])(
    '%j is used wrongly',
    async (options) => {
      expect(await runCommand(['configure', ...options])).toMatchObject({ code: 64 });
    },
  );
});

describe('plan', () => {
  it('says what configure would stop at, with its exit code', { tags: 'long' }, async () => {
    const cluster = await sampleCluster();
    await appendFile(join(cluster, EDITED), '# mine\n');
    const stopped = await run(cluster, 'configure');
    for (const command of [['plan'], ['plan', '--exit-code'], ['configure', '--check'], ['diff', '--exit-code']]) {
      const [name = '', ...rest] = command;
      const { code, stderr } = await run(cluster, name, ...rest);
      expect(stderr, command.join(' ')).toContain(`error: ${EDITED} was generated and then changed by hand`);
      expect(code, command.join(' ')).toBe(command.length === 1 ? 0 : stopped.code);
    }
    expect((await run(cluster, 'plan')).stdout).toContain('configure would stop: 1 error\n');
    const json = JSON.parse((await run(cluster, 'plan', '--json')).stdout) as { refusals: { code: string }[] };
    expect(json.refusals.map(({ code }) => code)).toEqual(['workspace/edited']);
    expect((await run(cluster, 'configure', '--dry-run')).stdout).toBe(
      (await run(cluster, 'configure', '--check')).stdout,
    );
  });

  it('says that the key at hand is not the one of the tree', { tags: 'long' }, async () => {
    const cluster = await sampleCluster();
    expect(await runCommand(['configure', '--root', cluster])).toMatchObject({ code: 0 });
    const result = await run(cluster, 'plan', '--exit-code');
    expect(result.stderr).toContain('error: the tree is encrypted to age1');
    expect(result.code).toBe(1);
    expect(await run(cluster, 'configure')).toMatchObject({ code: 1 });
  });
});

describe('adopt', () => {
  it('gives a file to the user for good, until it is released', { tags: 'long' }, async () => {
    const cluster = await sampleCluster();
    await writeFile(join(cluster, EDITED), 'mine: true\n');
    const adopted = await run(cluster, 'adopt', EDITED);
    expect(adopted, adopted.stderr).toMatchObject({ code: 0 });
    const inventory = JSON.parse(await readFile(join(cluster, '.cluster-template/manifest.json'), 'utf8')) as Inventory;
    expect(inventory.adopted).toEqual([EDITED]);
    expect(Object.keys(inventory.files)).not.toContain(EDITED);
    expect(await run(cluster, 'configure')).toMatchObject({ code: 0 });
    expect(await readFile(join(cluster, EDITED), 'utf8')).toBe('mine: true\n');
    expect((await run(cluster, 'plan', '--all')).stdout).toContain(`= adopted   ${EDITED}\n`);
    expect((await run(cluster, 'plan')).stdout).not.toContain(EDITED);
    expect(await run(cluster, 'adopt', EDITED)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('unchanged') as string,
    });

    expect(await run(cluster, 'adopt', '--release', EDITED)).toMatchObject({ code: 0 });
    expect(await run(cluster, 'configure')).toMatchObject({ code: 1 });
    await rm(join(cluster, EDITED));
    expect(await run(cluster, 'configure')).toMatchObject({ code: 0 });
    expect(await run(cluster, 'configure', '--check')).toMatchObject({ code: 0 });
  });

  it('does not remove a file whose template is gone', async () => {
    const cluster = await sampleCluster();
    expect(await run(cluster, 'adopt', EDITED)).toMatchObject({ code: 0 });
    await rm(join(cluster, `templates/config/${EDITED}.j2`));
    expect(await run(cluster, 'configure')).toMatchObject({ code: 0 });
    expect(await readFile(join(cluster, EDITED), 'utf8')).not.toBe('');
  });

  it.each([
    [['talos/talenv.yml'], 'did you mean talos/talenv.yaml?'],
    [['.sops.yaml'], '.sops.yaml cannot be adopted'],
    [['--release', EDITED], `${EDITED} is not adopted`],
    [['../x'], 'lies outside of'],
    [['cluster.yaml'], 'cluster.yaml is not a generated file'],
  ])('%j: %s', async (arguments_, message) => {
    const cluster = await sampleCluster();
    const before = await readFiles(cluster);
    const result = await run(cluster, 'adopt', ...arguments_);
    expect(result.code).toBe(64);
    expect(result.stderr).toContain(message);
    expect(await readFiles(cluster)).toEqual(before);
  });
});

describe('in a git repository', () => {
  it(
    'an edit says whether it is committed, and an older rendering put back by git is no edit',
    { tags: 'long' },
    async () => {
      const cluster = await sampleCluster();
      git(cluster, 'init', '-q');
      git(cluster, 'add', '-A');
      git(cluster, 'commit', '-qm', 'sample');
      await appendFile(join(cluster, EDITED), '# mine\n');
      const dirty = await run(cluster, 'configure');
      expect(dirty.code).toBe(1);
      expect(dirty.stderr).toContain(`${EDITED} was generated and then changed by hand (not committed)`);
      git(cluster, 'commit', '-qam', 'edit');
      const committed = await run(cluster, 'configure');
      expect(committed.code).toBe(1);
      expect(committed.stderr).toContain('changed by hand [');
      git(cluster, 'revert', '--no-edit', 'HEAD');

      await writeFile(join(cluster, `templates/config/${EDITED}.j2`), 'new: true\n');
      expect(await run(cluster, 'configure')).toMatchObject({ code: 0 });
      git(cluster, 'checkout', 'HEAD', '--', EDITED);
      const again = await run(cluster, 'configure');
      expect(again, again.stderr).toMatchObject({ code: 0 });
      expect(await readFile(join(cluster, EDITED), 'utf8')).toBe('new: true\n');
      // What our own run left uncommitted is no edit either.
      await writeFile(join(cluster, `templates/config/${EDITED}.j2`), 'newer: true\n');
      git(cluster, 'add', '-A');
      expect(await run(cluster, 'configure')).toMatchObject({ code: 0 });
    },
  );

  it('an output root that is a repository of its own is never cleaned', { tags: 'long' }, async () => {
    const cluster = await sampleCluster();
    git(join(cluster, 'talos'), 'init', '-q');
    await rm(join(cluster, `templates/config/${EDITED}.j2`));
    const result = await run(cluster, 'configure');
    expect(result, result.stderr).toMatchObject({ code: 0 });
    expect(result.stderr).toContain(`${EDITED} is no longer generated and stays`);
    await rm(join(cluster, 'talos/.git'), { recursive: true });
    expect(await run(cluster, 'configure')).toMatchObject({ code: 0 });
    expect(Object.keys(await readFiles(join(cluster, 'talos')))).not.toContain('talenv.yaml');
  });
});

describe('a mode changed by hand', () => {
  it('is set right, as nothing is lost by it', async () => {
    const cluster = await sampleCluster();
    await chmod(join(cluster, EDITED), 0o755);
    expect(await run(cluster, 'configure')).toMatchObject({ code: 0 });
    expect(Object.keys(await readFiles(join(cluster, 'talos')))).toContain('talenv.yaml');
  });
});

interface Inventory {
  readonly adopted: readonly string[];
  readonly files: Readonly<Record<string, string>>;
}

async function run(cluster: string, command: string, ...arguments_: string[]): Promise<CommandResult> {
  return await runCommand([command, ...arguments_, '--keys', SAMPLE_KEYS, '--root', cluster]);
}

/** Takes a file out of the inventory, as if it had never been generated. */
async function forget(cluster: string, path: string): Promise<void> {
  const file = join(cluster, '.cluster-template/manifest.json');
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => !line.includes(`"${path}"`));
  await writeFile(file, lines.join('\n').replace(/,(\s*\})/g, '$1'));
}

function git(folder: string, ...arguments_: string[]): void {
  const identity = ['-c', 'user.name=test', '-c', 'user.email=test@example.com'];
  execFileSync('git', [...identity, ...arguments_], { cwd: folder, stdio: 'ignore' });
}
