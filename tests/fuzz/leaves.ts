// Literals and variables, by what they are.
import type { Random } from './random.ts';
import type { Kind } from './signatures.ts';

const INTS = ['0', '1', '2', '3', '7', '10', '-1', '1_000', '0x1F', '0b101', '0o17', '255', '12345678901234567890'];
const SMALL = ['0', '1', '2', '3', '4', '5', '8', '-1', '-2', 'true'];
const FLOATS = ['1.5', '2.0', '0.1', '1e3', '1.5e-7', '1E+20', '1_0.2_5', '100.0', '1e16', '3.14159'];
const CHARS = ["'a'", "' '", "','", "'e'", "'-'", "'<'", "''", "'*'", "'l'", "'\\n'", "'ab'", "'é'", "'%'"];
const TEXTS = [
  "'abc'",
  '"it\'s"',
  '\'<a href="x">&amp;</a>\'',
  "'Hello World'",
  "'a\\tb\\\\'",
  "'\\x41\\u00e9\\''",
  "'%s-%d'",
  "'%(a)s'",
  "'{:>5}|{}'",
  "'{0!r:^8}'",
  "'{a}'",
  "'foo' 'bar'",
  "'one\\ntwo\\n\\nthree'",
  "'123'",
  "'1.5e2'",
  "'0x1f'",
  "'http://a.example/x y'",
  "'ǅ ß İı'",
  "'😀é'",
  "'a-b c_d'",
];
const FIELDS = ["'a'", "'name'", "'age'", "'items'", "'length'", "'x'", "'constructor'", "'tags'", "'1'", "'team'"];

const LEAVES: Readonly<Record<Kind, readonly string[]>> = {
  int: [...INTS, 'n', 'n', 'zero', 'big'],
  small: SMALL,
  float: [...FLOATS, 'pi', 'pi', 'whole', 'whole'],
  number: [...INTS, ...FLOATS, 'n', 'pi', 'whole', 'big', 'true'],
  text: [...TEXTS, 's', 't', 'html', 's', 't', 'html'],
  char: [...CHARS, 's'],
  bool: ['true', 'false', 'True', 'False', 'yes', 'no'],
  numbers: ['nums', 'nums', '[3, 1, 2]', '(1, 2)', '[]', '[10, -1, 1.0, true]', '[2, 10, 2]'],
  words: ['words', 'words', "['b', 'A', 'a']", "('x', 'y',)", "[s, 'z']", "['10', '9', '']"],
  records: ['users', 'users', 'tree', "[{'name': 'x', 'age': 3}]", "[{'a': 1}, {'a': 2}]"],
  list: ['mixed', 'mixed', 'pairs', 'pairs', "[1, 'a', none]", '[[1, 2], [3]]', '(1, [2, {}], ())', '[1.0, true]'],
  sequence: ['nums', 'words', 'users', 'mixed', 'pairs', 't', 'd', "'abc'", 'conf.a', '[]'],
  dict: ['d', 'd', 'conf', "{'a': 1, 'b': [2]}", '{}', "{1: 'x', 2.0: none, 'k': 'v'}", "{'a': '<b>', 'c': false}"],
  field: FIELDS,
  none: ['none', 'None', 'nothing'],
  undefined: ['missing', 'd.nope', 'd.nope.more', 'missing[1]', 'nums[99]', "d['zz']", 'users.a'],
  any: [],
};

const ANY: readonly Kind[] = [
  'int',
  'float',
  'text',
  'bool',
  'numbers',
  'words',
  'records',
  'list',
  'dict',
  'none',
  'undefined',
];

/** A kind of which there are values of their own. */
export function concrete(kind: Kind, random: Random): Kind {
  if (kind === 'any') return random.pick(ANY);
  if (kind === 'sequence' && random.chance(0.8)) return random.pick(['numbers', 'words', 'records', 'list', 'text']);
  if (kind === 'number') return random.pick(['int', 'float']);
  return kind;
}

/** The text of a literal or of a variable. */
export function leaf(kind: Kind, random: Random): string {
  return random.pick(LEAVES[concrete(kind, random)]);
}

/** Values of arguments that only a list of words is right for. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  by: ["'key'", "'value'", "'other'"],
  base: ['10', '16', '2', '8', '0', '36'],
  indentation: ['2', '4', "'>> '", 'true', '0'],
  rounding: ["'common'", "'ceil'", "'floor'", "'other'"],
  path: ["'name'", "'age'", "'team.level'", "'team.name'", "'tags'", "'tags.0'", "'nope'", '0', "'active'", "'a'"],
  paths: ["'name'", "'age'", "'age,name'", "'team.level,name'", "'name,age'", '0', "'active'"],
  filtername: ["'upper'", "'string'", "'length'", "'first'", "'default'", "'e'", "'tojson'", "'nosuch'", "'list'"],
  numberfilter: ["'abs'", "'float'", "'string'", "'round', 1", "'filesizeformat'", "'int'", "'default', 2"],
  textfilter: ["'upper'", "'replace', 'a', 'b'", "'title'", "'center', 5", "'truncate', 3, true", "'e'", "'trim'"],
  testname: ["'odd'", "'string'", "'defined'", "'number'", "'none'", "'divisibleby', 2", "'lower'", "'nosuch'", 'none'],
  comparison: ["'gt'", "'<='", "'eq'", "'ne'", "'lessthan'", "'=='"],
  intest: ["'in'"],
};

/** The text of an argument of one of those sorts; undefined where the kind is one of the grammar's. */
export function word(kind: string, random: Random): string | undefined {
  const words = WORDS[kind];
  return words === undefined ? undefined : random.pick(words);
}
