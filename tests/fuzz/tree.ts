// Templates as trees, so that a failing one can lose whole parts and stay a template.

/** An option of the environment that holds a delimiter. */
export type Delimiter =
  | 'block_start_string'
  | 'block_end_string'
  | 'variable_start_string'
  | 'variable_end_string'
  | 'comment_start_string'
  | 'comment_end_string'
  | 'line_statement_prefix'
  | 'line_comment_prefix';

/** A place where the delimiter of the environment belongs. */
export interface Mark {
  readonly delimiter: Delimiter;
}

/** A part that can be taken out or replaced as a whole. */
export interface Tree {
  /** An expression can be replaced by an expression inside of it, a body loses its parts one by one. */
  readonly sort: 'expression' | 'statement' | 'body' | 'fixed';
  readonly parts: readonly Part[];
}

export type Part = string | Mark | Tree;

export type Options = Readonly<Record<string, unknown>>;

const DEFAULTS: Readonly<Record<Delimiter, string>> = {
  block_start_string: '{%',
  block_end_string: '%}',
  variable_start_string: '{{',
  variable_end_string: '}}',
  comment_start_string: '{#',
  comment_end_string: '#}',
  line_statement_prefix: '#',
  line_comment_prefix: '##',
};

type Tag = (strings: TemplateStringsArray, ...parts: readonly Part[]) => Tree;

function tag(sort: Tree['sort']): Tag {
  return (strings, ...parts) => {
    const all = strings.flatMap((text, index): Part[] => {
      const part = parts[index];
      return part === undefined ? [text] : [text, part];
    });
    return { sort, parts: all.filter((part) => part !== '') };
  };
}

/** Makes an expression: expression`${left} + ${right}`. */
export const expression = tag('expression');
/** Makes a part that cannot be shortened as a whole, only inside. */
export const fixed = tag('fixed');

export function statement(...parts: readonly Part[]): Tree {
  return { sort: 'statement', parts };
}

export function body(parts: readonly Part[]): Tree {
  return { sort: 'body', parts };
}

/** Parts with a separator between them. */
export function joined(parts: readonly Part[], separator: string): Tree {
  return { sort: 'fixed', parts: parts.flatMap((part, index) => (index === 0 ? [part] : [separator, part])) };
}

/** The text of a template for an environment with these options. */
export function textOf(part: Part, options: Options): string {
  if (typeof part === 'string') return part;
  if ('delimiter' in part) {
    const own = options[part.delimiter];
    return typeof own === 'string' ? own : DEFAULTS[part.delimiter];
  }
  return part.parts.map((inner) => textOf(inner, options)).join('');
}

/** The trees that are one step simpler, the boldest steps first. */
export function* simpler(tree: Tree): Generator<Tree> {
  if (tree.sort === 'expression') {
    yield* innerExpressions(tree);
    if (tree.parts.length > 1) yield* [expression`1`, expression`''`, expression`[]`];
  }
  if (tree.sort === 'statement') {
    yield { sort: 'fixed', parts: [] };
    for (const part of tree.parts) if (isTree(part) && part.sort === 'body') yield part;
  }
  if (tree.sort === 'body') for (const index of tree.parts.keys()) yield without(tree, index);
  for (const [index, part] of tree.parts.entries()) {
    if (!isTree(part)) continue;
    for (const smaller of simpler(part)) yield { ...tree, parts: tree.parts.with(index, smaller) };
  }
}

function* innerExpressions(tree: Tree): Generator<Tree> {
  for (const part of tree.parts) {
    if (!isTree(part)) continue;
    if (part.sort === 'expression') yield part;
    else yield* innerExpressions(part);
  }
}

function without(tree: Tree, index: number): Tree {
  return { ...tree, parts: tree.parts.toSpliced(index, 1) };
}

function isTree(part: Part): part is Tree {
  return typeof part !== 'string' && 'parts' in part;
}
