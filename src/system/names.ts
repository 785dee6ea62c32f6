/**
 * Whether a name would be taken for git's own folder, by git itself or by a file system that a repository is checked out on: in any
 * case, with the dots, spaces and streams that NTFS drops, under its short name there, or with the characters that HFS+ ignores.
 *
 * @param name - one part of a path, between slashes
 * @see https://github.com/git/git/blob/v2.50.0/path.c (is_ntfs_dotgit), utf8.c (is_hfs_dotgit), read-cache.c (verify_path)
 */
export function isGitName(name: string): boolean {
  // On Windows a backslash is a slash.
  return name.split('\\').some((part) => {
    const seen = part.replace(IGNORED_BY_HFS, '').toLowerCase();
    return /^(?:\.git|git~1)[ .]*(?::.*)?$/s.test(seen);
  });
}

const IGNORED_BY_HFS = /[\u200C-\u200F\u202A-\u202E\u206A-\u206F\uFEFF]/g;

/**
 * A path as a file system sees it that tells neither case nor Unicode normal forms apart, such as those of macOS and Windows: two
 * paths with the same result are one file there.
 */
export function foldPath(path: string): string {
  return Array.from(path.normalize('NFC'), foldCharacter).join('').normalize('NFC');
}

/** One for one, as file systems do it: `ß` stays apart from `ss`. */
function foldCharacter(character: string): string {
  const upper = character.toUpperCase();
  const lower = (isOne(upper) ? upper : character).toLowerCase();
  return isOne(lower) ? lower : character;
}

function isOne(text: string): boolean {
  return Array.from(text).length === 1;
}
