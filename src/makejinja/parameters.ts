/** The parameters of a JavaScript function. */
export interface Parameters {
  /** Names in order, `_` for one that is taken apart at once. */
  readonly names: readonly string[];
  /** Whether it takes more: it has a rest parameter or asks for `arguments`. */
  readonly rest: boolean;
}

/**
 * Reads a function's parameters off its source, as JavaScript itself only tells how many come before the first default.
 *
 * @returns undefined where the source does not tell, as with functions of JavaScript itself
 */
export function parametersOf(run: (...values: never[]) => unknown): Parameters | undefined {
  const source = Function.prototype.toString.call(run);
  if (/\{\s*\[native code\]\s*\}$/.test(source)) return undefined;
  const single = /^(?:async\s+)?([\w$\u0080-\uffff]+)\s*=>/.exec(source)?.[1];
  if (single !== undefined) return { names: [single], rest: false };
  const open = /^(?:async\b\s*)?(?:function\b\s*)?(?:\*\s*)?[\w$\u0080-\uffff]*\s*\(/.exec(source);
  const parts = open === null ? undefined : splitParameters(source, open[0].length);
  if (parts === undefined) return undefined;
  const isRest = (part: string): boolean => part.startsWith('...');
  return {
    names: parts.filter((part) => !isRest(part)).map((part) => /^[\w$\u0080-\uffff]+/.exec(part)?.[0] ?? '_'),
    rest: parts.some(isRest) || /\barguments\b/.test(source),
  };
}

/** What lies between commas up to the closing bracket; undefined where a regular expression may hide one. */
function splitParameters(source: string, start: number): string[] | undefined {
  const parts: string[] = [];
  let depth = 0;
  let from = start;
  // Texts and comments are taken as one; a template text with a value inside or a slash on its own ends the reading.
  const tokens = /\/\*[^]*?\*\/|\/\/.*|'(?:\\[^]|[^'\\])*'|"(?:\\[^]|[^"\\])*"|`(?:\\[^]|[^`\\$])*`|[([{}\]),`/]/g;
  tokens.lastIndex = start;
  for (let token = tokens.exec(source); token !== null; token = tokens.exec(source)) {
    const [text] = token;
    if (text === '/' || text === '`') return undefined;
    if ('([{'.includes(text)) depth += 1;
    if (text === ',' && depth === 0) {
      parts.push(source.slice(from, token.index));
      from = tokens.lastIndex;
    }
    if (!')]}'.includes(text)) continue;
    depth -= 1;
    if (depth >= 0) continue;
    parts.push(source.slice(from, token.index));
    return parts.map(withoutComments).filter((part) => part !== '');
  }
  return undefined;
}

function withoutComments(part: string): string {
  return part.replace(/^(?:\s|\/\*[^]*?\*\/|\/\/.*)+/, '').trim();
}
