/** One parameter of a callable. */
export interface Parameter {
  readonly name: string;
  readonly optional: boolean;
  /** False for those before a `/`. */
  readonly byName: boolean;
}

/** The parameters of a callable. */
export interface Signature {
  /** Name of the callable, as error messages show it. */
  readonly name: string;
  /** Parameters that take positional arguments, in order. */
  readonly positional: readonly Parameter[];
  /** Number of positional parameters that must be given. */
  readonly required: number;
  /** Parameters after `*`, in order. */
  readonly keywordOnly: readonly Parameter[];
  /** True for `*args`: the function is given an array after the positional parameters. */
  readonly rest: boolean;
  /** True for `**kwargs`: the function is given a map as its last argument. */
  readonly keywords: boolean;
  /** True where there are only positional parameters, so that arguments can be handed over as they come. */
  readonly simple: boolean;
}

/**
 * Reads a signature in Python's notation, such as `batch(value, linecount, fill_with=None)`. Default values only say
 * that a parameter may be left out: the function's own default counts.
 */
export function parseSignature(text: string): Signature {
  const open = text.indexOf('(');
  const parts = splitParameters(text.slice(open + 1, text.lastIndexOf(')')));
  const slash = parts.indexOf('/');
  const positional: Parameter[] = [];
  const keywordOnly: Parameter[] = [];
  let starred = false;
  for (const [index, part] of parts.entries()) {
    if (part === '/') continue;
    if (part.startsWith('*')) starred = true;
    else (starred ? keywordOnly : positional).push(parseParameter(part, index > slash));
  }
  const rest = parts.some((part) => /^\*\w/.test(part));
  const keywords = parts.some((part) => part.startsWith('**'));
  const required = positional.filter((parameter) => !parameter.optional).length;
  const simple = !rest && !keywords && keywordOnly.length === 0;
  return { name: text.slice(0, open), positional, required, keywordOnly, rest, keywords, simple };
}

function splitParameters(text: string): string[] {
  const trimmed = text.trim();
  // A comma inside of a quoted default does not separate.
  return trimmed === ''
    ? []
    : trimmed.split(/,\s*(?=[\w*/])(?=(?:[^'"]*['"][^'"]*['"])*[^'"]*$)/).map((part) => part.trim());
}

function parseParameter(text: string, byName: boolean): Parameter {
  const [name = ''] = text.split('=', 1);
  return { name: name.trim(), optional: text.includes('='), byName };
}
