const CLASSES: Readonly<Record<string, string>> = {
  '[:alnum:]': '0-9A-Za-z',
  '[:alpha:]': 'A-Za-z',
  '[:digit:]': '0-9',
  '[:lower:]': 'a-z',
  '[:upper:]': 'A-Z',
  '[:word:]': '0-9A-Za-z_',
  '[:xdigit:]': '0-9A-Fa-f',
};

const NOT_IN_GO = /^\(\?<?[=!]$|^\\[1-9k]$/;

/**
 * A JavaScript RegExp for a pattern written for Go's regexp (RE2), which the sops program uses. Translated are leading flags
 * (`(?i)`), named groups (`(?P<name>…)`), `\A` and `\z`, POSIX classes within brackets, and escaped punctuation; `$` means the very end in
 * both. Throws a SyntaxError where the pattern is wrong in Go (lookaround, back references) or cannot be translated.
 */
export function compileGoRegex(pattern: string): RegExp {
  const flags = /^\(\?([ims]+)\)/.exec(pattern);
  const body = pattern.slice(flags?.[0].length ?? 0);
  const translated = body.replace(/\\[^]|\(\?P<|\(\?<?[=!]|\[:[a-z]+:\]/gu, translate);
  return new RegExp(translated, `u${flags?.[1] ?? ''}`);
}

function translate(token: string): string {
  if (NOT_IN_GO.test(token))
    throw new SyntaxError('lookaround and back references do not exist in the regular expressions of sops');
  if (token === '(?P<') return '(?<';
  if (token === '\\A') return '^';
  if (token === '\\z') return '$';
  if (token.startsWith('[:')) return CLASSES[token] ?? token;
  // Go takes a backslash before any punctuation; JavaScript only before its own syntax.
  const escaped = token.startsWith('\\') ? token.slice(1) : '';
  if (escaped === '-') return '\\x2d';
  return /^[^0-9A-Za-z^$\\.*+?()[\]{}|/]$/u.test(escaped) ? escaped : token;
}
