/**
 * A pattern for paths with forward slashes as .gitignore and editors take them: `*` and `?` stop at a slash, `**` does not, `{a,b}` is one
 * of several. A pattern without a slash looks at the last name of a path; one that ends with a slash at everything below it.
 *
 * @returns whether a path matches
 */
export function globMatcher(pattern: string): (path: string) => boolean {
  const anchored = pattern.startsWith('/') ? pattern.slice(1) : pattern.includes('/') ? pattern : `**/${pattern}`;
  const whole = anchored.endsWith('/') ? `${anchored}**` : anchored;
  const source = whole.replace(PART, (part) => PARTS[part] ?? (part.startsWith('{') ? choice(part) : `\\${part}`));
  const expression = new RegExp(`^${source}$`, 's');
  return (path) => expression.test(path);
}

const PART = /\*\*\/|\*\*|\*|\?|\{[^{}]*\}|[.+^$()|[\]\\{}]/g;

const PARTS: Readonly<Record<string, string>> = {
  '**/': '(?:.*/)?',
  '**': '.*',
  '*': '[^/]*',
  '?': '[^/]',
};

function choice(part: string): string {
  const words = part.slice(1, -1).split(',');
  return `(?:${words.map((word) => word.replace(/[.+^$()|[\]\\*?]/g, '\\$&')).join('|')})`;
}
