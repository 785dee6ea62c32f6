/**
 * A test for the paths that match a pattern as Python's `PurePath.match` (3.11) has it: a relative pattern is compared with
 * the path's last components, an absolute one with all of them, and `**` is nothing but `*`.
 *
 * @see https://docs.python.org/3.11/library/pathlib.html#pathlib.PurePath.match
 */
export function pathMatcher(pattern: string): (path: string) => boolean {
  const wanted = components(pattern).map(componentPattern);
  const isAbsolute = pattern.startsWith('/');
  return (path) => {
    const parts = components(path);
    if (wanted.length === 0 || wanted.length > parts.length) return false;
    if (isAbsolute && (!path.startsWith('/') || wanted.length !== parts.length)) return false;
    const offset = parts.length - wanted.length;
    return wanted.every((part, index) => part.test(parts[offset + index] ?? ''));
  };
}

/**
 * A test for the files that Python's `Path.glob` would find for a pattern below a folder; it takes paths relative to that
 * folder. `**` stands for any number of folders; a pattern that ends in it finds all files below, as it does from Python 3.13
 * on: before it found folders only.
 *
 * @see https://docs.python.org/3.13/library/pathlib.html#pathlib.Path.glob
 */
export function globMatcher(pattern: string): (path: string) => boolean {
  const wanted = components(pattern);
  if (wanted.length === 0) return () => false;
  if (wanted.at(-1) === '**') wanted.push('*');
  const source = wanted
    .map((part, index) => {
      if (part === '**') return '(?:[^/]+/)*';
      return componentSource(part) + (index === wanted.length - 1 ? '' : '/');
    })
    .join('');
  const expression = new RegExp(`^${source}$`, 'su');
  return (path) => expression.test(path);
}

function components(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}

function componentPattern(part: string): RegExp {
  return new RegExp(`^${componentSource(part)}$`, 'su');
}

/** Python's `fnmatch` for one component, as the source of a regular expression. */
function componentSource(part: string): string {
  let source = '';
  for (let index = 0; index < part.length; index++) {
    const character = part.charAt(index);
    const set = character === '[' ? characterSet(part, index) : undefined;
    if (character === '*') source += '[^/]*';
    else if (character === '?') source += '[^/]';
    else if (set === undefined) source += escape(character);
    else {
      source += set.source;
      index = set.end;
    }
  }
  return source;
}

/** `[seq]` and `[!seq]`; a bracket that is never closed is an ordinary character. */
function characterSet(part: string, start: number): { source: string; end: number } | undefined {
  const negated = part.charAt(start + 1) === '!';
  const first = start + (negated ? 2 : 1);
  const end = part.indexOf(']', first + 1);
  if (end === -1) return undefined;
  const members = part.slice(first, end).replace(/[\\\]^[]/g, '\\$&');
  return { source: `[${negated ? '^' : ''}${members}]`, end };
}

function escape(character: string): string {
  return character.replace(/[.*+?^${}()|[\]\\/]/u, '\\$&');
}
