import { concrete, leaf, word } from './leaves.ts';
import type { Random } from './random.ts';
import {
  FILTERS,
  GLOBALS,
  type Kind,
  METHODS,
  type Parameter,
  type Signature,
  TESTS,
  UNKNOWN_NAME,
} from './signatures.ts';
import { expression, fixed, joined, type Part, type Tree } from './tree.ts';

/** What the grammar is in the middle of. */
export interface Scope {
  readonly random: Random;
  /** How much deeper expressions may nest. */
  readonly depth: number;
  /** Names that the template itself has set so far. */
  readonly names: readonly string[];
  /** Names of macros made so far. */
  readonly macros: readonly string[];
  readonly inLoop: boolean;
}

type Production = (scope: Scope) => Tree;

/** Sums and differences are cheap; a product of two large values is not. */
const SAFE_FACTORS = ['0', '1', '2', '3', '-1', 'n', 'true', '0.5'];
const SAFE_EXPONENTS = ['0', '1', '2', '3', '-1', '-2'];

const VIEWS = new Set(['items', 'keys', 'values']);

const LOOP_FIELDS = [
  'index',
  'index0',
  'revindex',
  'revindex0',
  'first',
  'last',
  'length',
  'depth',
  'depth0',
  'previtem',
  'nextitem',
];

const PRODUCTIONS: Readonly<Partial<Record<Kind, readonly Production[]>>> = {
  int: [
    (scope) => arithmetic(scope, 'int'),
    (scope) => arithmetic(scope, 'int'),
    (scope) => power(scope, 'int'),
    (scope) => expression`${scope.random.pick(['-', '+', '- '])}${operand(scope, 'int')}`,
    (scope) => item(scope, 'numbers', 'small'),
  ],
  float: [
    (scope) => arithmetic(scope, 'float'),
    (scope) => arithmetic(scope, 'number'),
    (scope) => expression`${operand(scope, 'number')} / ${operand(scope, 'number')}`,
    (scope) => power(scope, 'float'),
  ],
  text: [
    (scope) => expression`${operand(scope, 'text')} ~ ${operand(scope, 'any')}`,
    (scope) => expression`${operand(scope, 'text')} + ${operand(scope, 'text')}`,
    (scope) => expression`${operand(scope, 'text')} * ${scope.random.pick(SAFE_FACTORS)}`,
    (scope) => formatting(scope),
    (scope) => slice(scope, 'text'),
    (scope) => item(scope, 'words', 'small'),
  ],
  bool: [
    (scope) => comparison(scope),
    (scope) => comparison(scope),
    (scope) => expression`not ${operand(scope, 'any')}`,
    (scope) => expression`${operand(scope, 'any')} ${containment(scope)} ${operand(scope, 'sequence')}`,
    (scope) => expression`${operand(scope, 'char')} ${containment(scope)} ${operand(scope, 'text')}`,
    (scope) => expression`${operand(scope, 'bool')} ${scope.random.pick(['and', 'or'])} ${operand(scope, 'bool')}`,
  ],
  numbers: [
    (scope) => literalList(scope, 'int'),
    (scope) => slice(scope, 'numbers'),
    (scope) => expression`${operand(scope, 'numbers')} + ${operand(scope, 'numbers')}`,
  ],
  words: [(scope) => literalList(scope, 'text'), (scope) => slice(scope, 'words')],
  records: [(scope) => slice(scope, 'records')],
  list: [
    (scope) => literalList(scope, 'any'),
    (scope) => slice(scope, 'list'),
    (scope) => expression`${operand(scope, 'list')} * ${scope.random.pick(SAFE_FACTORS)}`,
  ],
  dict: [(scope) => literalDict(scope), (scope) => item(scope, 'records', 'small')],
  any: [
    (scope) => item(scope, 'dict', 'field'),
    (scope) => item(scope, 'any', 'any'),
    (scope) => attribute(scope),
    (scope) => attribute(scope),
    (scope) => loopField(scope),
    (scope) => ownName(scope),
    (scope) => callMacro(scope),
    (scope) => expression`${operand(scope, 'any')} ${scope.random.pick(['and', 'or'])} ${operand(scope, 'any')}`,
  ],
};

/** An expression that mostly has a value of this kind. */
export function expressionOf(scope: Scope, kind: Kind): Tree {
  const { random, depth } = scope;
  if (depth <= 0 || random.chance(0.25)) return makeLeaf(scope, kind);
  if (random.chance(0.06)) return expressionOf(deeper(scope), 'any');
  return compound(deeper(scope), kind);
}

function makeLeaf(scope: Scope, kind: Kind): Tree {
  if (kind === 'any' && scope.random.chance(0.3)) return ownName(scope);
  return expression`${leaf(kind, scope.random)}`;
}

function compound(scope: Scope, kind: Kind): Tree {
  const { random } = scope;
  const own = PRODUCTIONS[kind] ?? PRODUCTIONS[concrete(kind, random)] ?? [];
  const choice = random.next();
  if (choice < 0.3 && own.length > 0) return random.pick(own)(scope);
  if (choice < 0.36) return inlineIf(scope, kind);
  if (choice < 0.68) return applied(scope, kind, FILTERS, filterCall);
  if (kind === 'bool' || choice < 0.7) return testCall(scope, random.pick(TESTS));
  if (choice < 0.92) return applied(scope, kind, METHODS, methodCall);
  if (choice < 0.95) return globalCall(scope, random.pick(GLOBALS));
  return own.length > 0 ? random.pick(own)(scope) : makeLeaf(scope, kind);
}

type Apply = (scope: Scope, signature: Signature) => Tree;

/** One of those that give what is asked for; any where there is none. */
function applied(scope: Scope, kind: Kind, signatures: readonly Signature[], apply: Apply): Tree {
  const fitting = signatures.filter(({ output }) => output === kind);
  const usable = fitting.length === 0 || kind === 'any' || scope.random.chance(0.1) ? signatures : fitting;
  return apply(scope, scope.random.pick(usable));
}

/** What an operator takes: in parentheses where it is not a single word, but not always. */
export function operand(scope: Scope, kind: Kind): Tree {
  const made = expressionOf(deeper(scope), kind);
  const bare = (made.parts.length === 1 && typeof made.parts[0] === 'string') || scope.random.chance(0.15);
  return bare ? made : expression`(${made})`;
}

function deeper(scope: Scope): Scope {
  return { ...scope, depth: scope.depth - 1 };
}

function arithmetic(scope: Scope, kind: Kind): Tree {
  const { random } = scope;
  const operator = random.pick(['+', '-', '*', '//', '%', '-', '+']);
  if (operator === '*') return expression`${operand(scope, kind)} * ${random.pick(SAFE_FACTORS)}`;
  return expression`${operand(scope, kind)} ${operator} ${operand(scope, kind)}`;
}

/** A negative number to the power of a fraction would be complex, which nothing in a template is meant to be. */
function power(scope: Scope, kind: Kind): Tree {
  return expression`${operand(scope, kind)} ** ${scope.random.pick(SAFE_EXPONENTS)}`;
}

function comparison(scope: Scope): Tree {
  const { random } = scope;
  const kind = random.pick<Kind>(['int', 'number', 'text', 'any', 'numbers', 'number']);
  const rest = random.times(random.chance(0.2) ? 2 : 1, () => {
    const operator = random.pick(['==', '!=', '<', '<=', '>', '>=', ...(kind === 'any' ? ['==', '!='] : [])]);
    return fixed` ${operator} ${operand(scope, kind)}`;
  });
  return expression`${operand(scope, kind)}${joined(rest, '')}`;
}

function containment({ random }: Scope): string {
  return random.pick(['in', 'not in']);
}

function formatting(scope: Scope): Tree {
  const { random } = scope;
  const format = random.pick([
    "'%s'",
    "'%d'",
    "'%5.2f'",
    "'%r|%s'",
    "'%(a)s %(b)r'",
    "'%-6s|'",
    "'%+d %%'",
    "'%x'",
    "'%c'",
  ]);
  const values = random.pick<Production>([
    (inner) => operand(inner, 'any'),
    (inner) => operand(inner, 'number'),
    (inner) => operand(inner, 'dict'),
    (inner) => expression`(${operand(inner, 'any')}, ${operand(inner, 'any')})`,
  ]);
  return expression`${format} % ${values(scope)}`;
}

function item(scope: Scope, container: Kind, key: Kind): Tree {
  return expression`${operand(scope, container)}[${expressionOf(scope, key)}]`;
}

function attribute(scope: Scope): Tree {
  const { random } = scope;
  const name = random.pick([
    'name',
    'age',
    'a',
    'items',
    'team.name',
    'tags',
    '0',
    '1',
    'length',
    'nope',
    'real',
    'index',
  ]);
  return expression`${operand(scope, random.pick<Kind>(['dict', 'records', 'any', 'list', 'dict']))}.${name}`;
}

function slice(scope: Scope, kind: Kind): Tree {
  const { random } = scope;
  const [start, stop, step] = random.times(3, () => (random.chance(0.5) ? operand(scope, 'small') : ''));
  const parts = fixed`${start ?? ''}:${stop ?? ''}${random.chance(0.4) ? fixed`:${step ?? ''}` : ''}`;
  return expression`${operand(scope, kind)}[${parts}]`;
}

function literalList(scope: Scope, kind: Kind): Tree {
  const items = scope.random.times(scope.random.int(0, 3), () => expressionOf(scope, kind));
  const comma = scope.random.chance(0.15) && items.length > 0 ? ',' : '';
  if (scope.random.chance(0.7)) return expression`[${joined(items, ', ')}${comma}]`;
  return expression`(${joined(items, ', ')}${items.length === 1 ? ',' : comma})`;
}

function literalDict(scope: Scope): Tree {
  const { random } = scope;
  const entries = random.times(random.int(0, 3), () => {
    const key = expressionOf(
      { ...scope, depth: random.chance(0.2) ? 1 : 0 },
      random.pick<Kind>(['field', 'field', 'any']),
    );
    return fixed`${key}: ${expressionOf(scope, 'any')}`;
  });
  return expression`{${joined(entries, ', ')}}`;
}

function inlineIf(scope: Scope, kind: Kind): Tree {
  const otherwise = scope.random.chance(0.75) ? fixed` else ${operand(scope, kind)}` : '';
  return expression`${operand(scope, kind)} if ${operand(scope, 'bool')}${otherwise}`;
}

function filterCall(scope: Scope, signature: Signature): Tree {
  return expression`${operand(scope, signature.input)}${scope.random.pick(['|', '|', ' | '])}${filterTail(scope, signature)}`;
}

/** A filter without what it works on, as blocks and `set` have it. */
export function filterTail(scope: Scope, signature: Signature): Tree {
  const { random } = scope;
  const name = random.chance(0.004) ? UNKNOWN_NAME : signature.name;
  const given = callArguments(scope, signature.parameters);
  return given.length === 0 && random.chance(0.8) ? fixed`${name}` : fixed`${name}(${joined(given, ', ')})`;
}

function testCall(scope: Scope, signature: Signature): Tree {
  const { random } = scope;
  const name = random.chance(0.004) ? UNKNOWN_NAME : signature.name;
  const given = callArguments(scope, signature.parameters);
  const tail =
    given.length === 1 && random.chance(0.4) ? fixed` ${joined(given, '')}` : fixed`(${joined(given, ', ')})`;
  const is = random.pick(['is', 'is', 'is not']);
  return expression`${operand(scope, signature.input)} ${is} ${name}${given.length === 0 ? '' : tail}`;
}

function methodCall(scope: Scope, signature: Signature): Tree {
  const given = callArguments(scope, signature.parameters);
  // Views can be subtracted from each other, which gives sets; the engine has none.
  const list = VIEWS.has(signature.name) ? '|list' : '';
  return expression`${operand(scope, signature.input)}.${signature.name}(${joined(given, ', ')})${list}`;
}

function globalCall(scope: Scope, signature: Signature): Tree {
  return expression`${signature.name}(${joined(callArguments(scope, signature.parameters), ', ')})`;
}

/** Arguments by position up to some parameter, the others by name or not at all. */
export function callArguments(scope: Scope, parameters: readonly Parameter[]): Part[] {
  const { random } = scope;
  if (random.chance(0.02)) return random.times(random.int(0, 3), () => expressionOf(scope, 'any'));
  const given: Part[] = [];
  let byName = random.chance(0.3);
  for (const parameter of parameters) {
    const leftOut = parameter.optional && random.chance(0.5);
    if (leftOut) byName = true;
    else if (!byName || parameter.name !== '') given.push(argument(scope, parameter, byName));
    else if (!parameter.optional) given.push(argument(scope, { ...parameter, name: '' }, false));
  }
  return given;
}

function argument(scope: Scope, { name, kind }: Parameter, byName: boolean): Part {
  const value = word(kind, scope.random) ?? expressionOf({ ...scope, depth: Math.min(scope.depth, 1) }, kind as Kind);
  return byName ? fixed`${name}=${value}` : fixed`${value}`;
}

function loopField(scope: Scope): Tree {
  const { random } = scope;
  if (!scope.inLoop) return makeLeaf(scope, 'any');
  if (random.chance(0.15)) return expression`loop.cycle(${expressionOf(scope, 'any')}, ${expressionOf(scope, 'any')})`;
  if (random.chance(0.1)) return expression`loop.changed(${expressionOf(scope, 'any')})`;
  return expression`loop.${random.pick(LOOP_FIELDS)}`;
}

function ownName({ random, names }: Scope): Tree {
  return expression`${random.pick([...names, ...names, 'x', 'missing', 'n', 'd', 'users', 'items'])}`;
}

/** A call of a macro with a few arguments of any kind. */
export function callMacro(scope: Scope): Tree {
  const { random } = scope;
  if (scope.macros.length === 0) return makeLeaf(scope, 'any');
  const given: Part[] = random.times(random.int(0, 3), () => expressionOf(scope, 'any'));
  if (random.chance(0.3)) given.push(fixed`${random.pick(['a', 'b', 'other'])}=${expressionOf(scope, 'any')}`);
  if (random.chance(0.05)) given.push(fixed`*${expressionOf(scope, 'list')}`);
  if (random.chance(0.05)) given.push(fixed`**${expressionOf(scope, 'dict')}`);
  return expression`${random.pick(scope.macros)}(${joined(given, ', ')})`;
}
