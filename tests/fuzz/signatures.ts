// What the grammar knows of filters, tests, methods and globals: what each takes and gives. A line reads
// `input name(parameter=kind parameter?=kind) output`; `?` marks a parameter that may be left out, `/` one without a name.

/** Kinds of values that the grammar makes expressions for. */
export type Kind =
  | 'int'
  | 'small'
  | 'float'
  | 'number'
  | 'text'
  | 'char'
  | 'bool'
  | 'numbers'
  | 'words'
  | 'records'
  | 'list'
  | 'sequence'
  | 'dict'
  | 'field'
  | 'none'
  | 'undefined'
  | 'any';

export interface Parameter {
  /** Empty where it can only be given by position. */
  readonly name: string;
  readonly kind: string;
  readonly optional: boolean;
}

export interface Signature {
  readonly input: Kind;
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly output: Kind;
}

function parse(lines: string): readonly Signature[] {
  return lines.trim().split('\n').map(parseLine);
}

function parseLine(line: string): Signature {
  const match = /^\s*(\w+) (\w+|==|!=|<=|>=|<|>)\((.*)\) (\w+)$/.exec(line);
  if (match === null) throw new Error(`not a signature: ${line}`);
  const [, input, name = '', parameters = '', output] = match;
  return {
    input: input as Kind,
    name,
    parameters: parameters.split(' ').filter(Boolean).map(parseParameter),
    output: output as Kind,
  };
}

function parseParameter(text: string): Parameter {
  const [name = '', kind = 'any'] = text.split('=');
  const bare = name.replace('?', '');
  return { name: bare.startsWith('/') ? '' : bare, kind, optional: name.includes('?') };
}

export const FILTERS = parse(`
  number abs() number
  any attr(name=field) any
  sequence batch(linecount=small fill_with?=any) list
  any capitalize() text
  any center(width?=small) text
  sequence count() int
  any d(default_value?=any boolean?=bool) any
  undefined default(default_value?=any boolean?=bool) any
  dict dictsort(case_sensitive?=bool by?=by reverse?=bool) list
  any e() text
  any escape() text
  number filesizeformat(binary?=bool) text
  sequence first() any
  any float(default?=number) float
  any forceescape() text
  text format(/?=any /?=any) text
  records groupby(attribute=path default?=text case_sensitive?=bool) list
  text indent(width?=indentation first?=bool blank?=bool) text
  any int(default?=int base?=base) int
  dict items() list
  sequence join(d?=text attribute?=path) text
  records join(d?=char attribute?=path) text
  sequence last() any
  any length() int
  sequence list() list
  any lower() text
  sequence map(/=filtername) list
  numbers map(/=numberfilter) list
  words map(/=textfilter) words
  records map(attribute=path default?=any) list
  sequence max(case_sensitive?=bool attribute?=path) any
  numbers min() int
  words min(case_sensitive?=bool) text
  records max(attribute=path) any
  any pprint() text
  sequence reject(/?=testname) list
  records rejectattr(/=path /?=testname) list
  text replace(old=char new=text count?=small) text
  sequence reverse() list
  number round(precision?=small method?=rounding) number
  any safe() text
  sequence select(/?=testname) list
  numbers select(/=comparison /=int) numbers
  words select(/=intest /=words) words
  records selectattr(/=path /?=testname) records
  records selectattr(/=path /=comparison /=any) records
  sequence slice(slices=small fill_with?=any) list
  sequence sort(reverse?=bool case_sensitive?=bool attribute?=paths) list
  records sort(attribute=paths reverse?=bool) records
  any string() text
  text striptags() text
  numbers sum(start?=number) int
  records sum(attribute=path start?=number) number
  any title() text
  any tojson(indent?=small) text
  any trim(chars?=char) text
  text truncate(length?=small killwords?=bool end?=char leeway?=small) text
  sequence unique(case_sensitive?=bool attribute?=path) list
  words unique() words
  any upper() text
  any urlencode() text
  text urlize(trim_url_limit?=small nofollow?=bool target?=text rel?=text) text
  text wordcount() int
  text wordwrap(width?=small break_long_words?=bool wrapstring?=char break_on_hyphens?=bool) text
  dict xmlattr(autospace?=bool) text
`);

/** A name that no filter and no test has. */
export const UNKNOWN_NAME = 'nosuch';

export const TESTS = parse(`
  int odd() bool
  int even() bool
  int divisibleby(num=small) bool
  any defined() bool
  undefined undefined() bool
  text filter() bool
  text test() bool
  any none() bool
  any boolean() bool
  any false() bool
  any true() bool
  any integer() bool
  any float() bool
  any lower() bool
  any upper() bool
  any string() bool
  any mapping() bool
  any number() bool
  any sequence() bool
  any iterable() bool
  any callable() bool
  bool sameas(other=bool) bool
  any escaped() bool
  any in(seq=sequence) bool
  any eq(/=any) bool
  number equalto(/=number) bool
  any ne(/=any) bool
  number gt(/=number) bool
  number greaterthan(/=number) bool
  text ge(/=text) bool
  words lt(/=words) bool
  number lessthan(/=number) bool
  number le(/=number) bool
`);

export const METHODS = parse(`
  text capitalize() text
  text casefold() text
  text center(/=small /?=char) text
  text count(/=char /?=small /?=small) int
  text endswith(/=char /?=small) bool
  text expandtabs(tabsize?=small) text
  text find(/=char /?=small /?=small) int
  text format(/?=any /?=any a?=any) text
  text format_map(/=dict) text
  text index(/=char) int
  text isalnum() bool
  text isalpha() bool
  text isascii() bool
  text isdecimal() bool
  text isdigit() bool
  text isidentifier() bool
  text islower() bool
  text isnumeric() bool
  text isprintable() bool
  text isspace() bool
  text istitle() bool
  text isupper() bool
  text join(/=words) text
  text ljust(/=small /?=char) text
  text lower() text
  text lstrip(/?=char) text
  text partition(/=char) list
  text removeprefix(/=char) text
  text removesuffix(/=char) text
  text replace(/=char /=text /?=small) text
  text rfind(/=char) int
  text rindex(/=char) int
  text rjust(/=small /?=char) text
  text rpartition(/=char) list
  text rsplit(sep?=char maxsplit?=small) words
  text rstrip(/?=char) text
  text split(sep?=char maxsplit?=small) words
  text splitlines(keepends?=bool) words
  text startswith(/=char /?=small) bool
  text strip(/?=char) text
  text swapcase() text
  text title() text
  text upper() text
  text zfill(/=small) text
  list append(/=any) none
  list copy() list
  list count(/=any) int
  numbers index(/=int) int
  list extend(/=sequence) none
  list insert(/=small /=any) none
  list pop(/?=small) any
  list remove(/=any) none
  list reverse() none
  numbers sort(reverse?=bool) none
  list clear() none
  dict get(/=field /?=any) any
  dict items() list
  dict keys() list
  dict values() list
  dict pop(/=field /?=any) any
  dict popitem() any
  dict setdefault(/=field /?=any) any
  dict update(/?=dict a?=any) none
  dict copy() dict
  int bit_length() int
  int bit_count() int
  int conjugate() int
  int as_integer_ratio() list
  float is_integer() bool
  float as_integer_ratio() list
  float hex() text
`);

export const GLOBALS = parse(`
  any range(/=small /?=small /?=small) numbers
  any dict(a?=any b?=any) dict
  any dict(/=dict a?=any) dict
`);
