/**
 * Variables as Flux replaces them after it built a Kustomization (`spec.postBuild`); the forms are those of the Go package
 * github.com/fluxcd/pkg/envsubst. Since Flux 2.9 a name without a value makes the whole Kustomization fail.
 */

/** One `${...}` in a text. */
export interface Variable {
  /** As written, braces and all. */
  readonly expression: string;
  /** Undefined where Flux cannot read the expression; it refuses the whole Kustomization then. */
  readonly name: string | undefined;
  /** Whether the expression says what to take where the variable is not set. */
  readonly hasDefault: boolean;
}

/** Annotation and label by which an object asks not to be touched. */
export const SUBSTITUTE_KEY = 'kustomize.toolkit.fluxcd.io/substitute';

/** Two dollar signs stand for one, before a brace and elsewhere. A brace that is never closed is found too. */
const EXPRESSION = /\$\$|\$\{([^}]*)(\}?)/g;
const BODY = /^(?:#([A-Za-z_]\w*)|([A-Za-z_]\w*)(.*))$/s;
const DEFAULT = /^:?[-=]|^:[?+]/;
const OPERATOR = /^(?:$|[:=,^/#%])/;

/** Every variable in a text, escaped ones left out. */
export function variablesIn(text: string): Variable[] {
  if (!text.includes('${')) return [];
  return [...text.matchAll(EXPRESSION)].flatMap((match): Variable[] => {
    const [expression, body = '', closing] = match;
    return expression === '$$' ? [] : [readVariable(expression, body, closing === '}')];
  });
}

/** Whether two dollar signs stand in a text that escape no brace: Flux makes one of them. */
export function losesDollar(text: string): boolean {
  return [...text.matchAll(/\$\$(\{?)/g)].some(([, brace]) => brace === '');
}

/**
 * The text as it is after the substitution. An expression whose variable has no value here, or whose operation is not known,
 * stays as it is: two objects that are named by the same expression still match.
 */
export function substitute(text: string, values: ReadonlyMap<string, string>): string {
  if (!/\$[${]/.test(text)) return text;
  return text.replace(
    EXPRESSION,
    (expression: string, body: string | undefined = '', closing: string | undefined = '') => {
      if (expression === '$$') return '$';
      const { name, hasDefault } = readVariable(expression, body, closing === '}');
      const value = name === undefined ? undefined : values.get(name);
      const operation = name === undefined ? '' : body.slice(name.length);
      if (value === undefined) return hasDefault ? operation.replace(DEFAULT, '') : expression;
      return apply(value, operation) ?? expression;
    },
  );
}

function readVariable(expression: string, body: string, isClosed: boolean): Variable {
  const [, measured, name = measured, rest = ''] = BODY.exec(body) ?? [];
  const isReadable = isClosed && OPERATOR.test(rest);
  return { expression, name: isReadable ? name : undefined, hasDefault: isReadable && DEFAULT.test(rest) };
}

function apply(value: string, operation: string): string | undefined {
  if (operation === '' || DEFAULT.test(operation)) return value;
  if (operation === ',,') return value.toLowerCase();
  if (operation === '^^') return value.toUpperCase();
  const [, every, pattern, replacement = ''] = /^(\/\/?)([^#%/][^/]*)\/(.*)$/s.exec(operation) ?? [];
  if (pattern === undefined) return undefined;
  return every === '//' ? value.replaceAll(pattern, () => replacement) : value.replace(pattern, () => replacement);
}
