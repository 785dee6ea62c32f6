// Which files of a checkout nobody but its owner has seen yet: what npm test looks at, where the whole takes long.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Files that differ from the published branch, or where none is known from the last commit; undefined without git.
 *
 * @param {string} root - top of the checkout
 * @returns {{ from: string, names: string[] } | undefined} what they differ from, in words, and their paths from the top
 */
export function changedFiles(root) {
  const git = (...words) =>
    execFileSync('git', words, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    const from = publishedBranch(git);
    const base = from === undefined ? 'HEAD' : git('merge-base', 'HEAD', from).trim();
    const lists = [
      git('diff', '--name-only', '--no-ext-diff', '--diff-filter=d', '-z', base, '--'),
      git('ls-files', '--others', '--exclude-standard', '-z'),
    ];
    const names = lists.flatMap((list) => list.split('\0'));
    return {
      from: from ?? 'the last commit',
      names: names.filter((name) => name !== '' && existsSync(join(root, name))),
    };
  } catch {
    return undefined;
  }
}

function publishedBranch(git) {
  try {
    return git('rev-parse', '--abbrev-ref', 'origin/HEAD').trim();
  } catch {
    return undefined;
  }
}
