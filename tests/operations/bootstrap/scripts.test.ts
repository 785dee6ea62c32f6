import { execFile } from 'node:child_process';
import { cp, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/folders.ts';

const scripts = resolve(import.meta.dirname, '../../../scripts');

describe('scripts/lib/common.sh', () => {
  it('filters by level, quotes pairs and sends errors to standard error without ending the script', async () => {
    const { stdout, stderr, code } = await run(
      'log info "Hello there" a=b "c=d e"; log debug hidden; log error bad; log fatal odd; echo end',
    );
    expect(stdout).toMatch(/^\d{4}-\d\d-\d\dT[\d:]+Z INFO Hello there a="b" c="d e"\nend\n$/);
    expect(stderr).toMatch(/ ERROR bad\n.* FATAL odd\n$/);
    expect(code).toBe(0);
  });

  it('ends with an error, and where programs are missing', async () => {
    expect(await run('die "no way" x=1; echo end')).toMatchObject({ code: 1, stdout: '' });
    const missing = await run('require_commands sh no-such-program another-one');
    expect(missing).toMatchObject({ code: 3, stdout: '' });
    expect(missing.stderr).toContain('programs="no-such-program another-one"');
  });
});

describe('scripts/bootstrap-apps.sh', () => {
  it('calls the command with its own root and all arguments', async () => {
    const folder = await temporaryFolder({
      'bin/cluster-template.mjs': 'console.log(process.argv.slice(2).join(" "));\n',
    });
    await cp(join(scripts, 'bootstrap-apps.sh'), join(folder, 'scripts/bootstrap-apps.sh'));
    await cp(join(scripts, 'lib'), join(folder, 'scripts/lib'), { recursive: true });
    const { stdout, code } = await bash([join(folder, 'scripts/bootstrap-apps.sh'), '--dry-run']);
    expect({ stdout, code }).toEqual({ stdout: `bootstrap apps --root ${folder} --dry-run\n`, code: 0 });
  });

  it.each(['bootstrap-apps.sh', 'lib/common.sh'])('%s is sound shell with four spaces', async (name) => {
    expect(await bash(['-n', join(scripts, name)])).toMatchObject({ code: 0, stderr: '' });
    const text = await readFile(join(scripts, name), 'utf8');
    expect(text).not.toMatch(/\t|[ \t]$/m);
    expect(
      text.split('\n').filter((line) => /^ +/.test(line) && (/^ */.exec(line)?.[0].length ?? 0) % 4 !== 0),
    ).toEqual([]);
    expect(name === 'lib/common.sh' || text.includes('set -Eeuo pipefail')).toBe(true);
  });
});

function run(script: string): Promise<{ code: number; stdout: string; stderr: string }> {
  return bash(['-c', `set -Eeuo pipefail; source '${join(scripts, 'lib/common.sh')}'; ${script}`]);
}

function bash(words: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const { LOG_LEVEL: _, ...env } = process.env;
  return new Promise((settle) => {
    execFile('bash', words, { env }, (error, stdout, stderr) => {
      settle({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}
