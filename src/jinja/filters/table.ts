import { pyError } from '../errors.ts';
import { lookupAttribute } from '../python/attributes.ts';
import { type EnvironmentLike, type PassedArgument, type PyCallable, pythonFunction } from '../python/callable.ts';
import { hashOf } from '../python/dict.ts';
import { escape, softText } from '../python/escape.ts';
import { isText, plain } from '../python/markup.ts';
import { NOT_FOUND } from '../python/object.ts';
import { truth } from '../python/operators.ts';
import { typeName } from '../python/types.ts';
import { Undefined } from '../undefined.ts';
import { tojson } from './json.ts';
import { abs, filesizeformat, float, int, round } from './numbers.ts';
import { groupby, max, min, sort, sum, unique } from './ordering.ts';
import { pprint } from './pprint.ts';
import { dictsort, items, map, reject, rejectattr, select, selectattr } from './selection.ts';
import { batch, first, join, last, length, list, random, reverse, slice } from './sequences.ts';
import {
  capitalize,
  center,
  forceescape,
  format,
  indent,
  lower,
  replace,
  safe,
  striptags,
  title,
  trim,
  truncate,
  upper,
  urlencode,
  wordcount,
  xmlattr,
} from './text.ts';
import { urlize } from './urlize.ts';
import { wordwrap } from './wordwrap.ts';

type Implementation = (...args: never[]) => unknown;
type Row = readonly [name: string, signature: string, implementation: Implementation, pass?: PassedArgument];

/** The filters by name, with the signatures that Jinja2 3.1 gives them. */
const FILTERS: readonly Row[] = [
  ['abs', 'abs(x, /)', abs],
  ['attr', 'do_attr(obj, name)', attr, 'environment'],
  ['batch', 'do_batch(value, linecount, fill_with=None)', batch],
  ['capitalize', 'do_capitalize(s)', capitalize],
  ['center', 'do_center(value, width=80)', center],
  ['count', 'len(obj, /)', length],
  ['d', "do_default(value, default_value='', boolean=False)", defaultValue],
  ['default', "do_default(value, default_value='', boolean=False)", defaultValue],
  ['dictsort', "do_dictsort(value, case_sensitive=False, by='key', reverse=False)", dictsort],
  ['e', 'escape(s, /)', escape],
  ['escape', 'escape(s, /)', escape],
  ['filesizeformat', 'do_filesizeformat(value, binary=False)', filesizeformat],
  ['first', 'sync_do_first(seq)', first, 'environment'],
  ['float', 'do_float(value, default=0.0)', float],
  ['forceescape', 'do_forceescape(value)', forceescape],
  ['format', 'do_format(value, *args, **kwargs)', format],
  ['groupby', 'sync_do_groupby(value, attribute, default=None, case_sensitive=False)', groupby, 'environment'],
  ['indent', 'do_indent(s, width=4, first=False, blank=False)', indent],
  ['int', 'do_int(value, default=0, base=10)', int],
  ['items', 'do_items(value)', items],
  ['join', "sync_do_join(value, d='', attribute=None)", join, 'evalContext'],
  ['last', 'do_last(seq)', last, 'environment'],
  ['length', 'len(obj, /)', length],
  ['list', 'sync_do_list(value)', list],
  ['lower', 'do_lower(s)', lower],
  ['map', 'sync_do_map(value, *args, **kwargs)', map, 'context'],
  ['max', 'do_max(value, case_sensitive=False, attribute=None)', max, 'environment'],
  ['min', 'do_min(value, case_sensitive=False, attribute=None)', min, 'environment'],
  ['pprint', 'do_pprint(value)', pprint],
  ['random', 'do_random(seq)', random, 'context'],
  ['reject', 'sync_do_reject(value, *args, **kwargs)', reject, 'context'],
  ['rejectattr', 'sync_do_rejectattr(value, *args, **kwargs)', rejectattr, 'context'],
  ['replace', 'do_replace(s, old, new, count=None)', replace, 'evalContext'],
  ['reverse', 'do_reverse(value)', reverse],
  ['round', "do_round(value, precision=0, method='common')", round],
  ['safe', 'do_mark_safe(value)', safe],
  ['select', 'sync_do_select(value, *args, **kwargs)', select, 'context'],
  ['selectattr', 'sync_do_selectattr(value, *args, **kwargs)', selectattr, 'context'],
  ['slice', 'sync_do_slice(value, slices, fill_with=None)', slice],
  ['sort', 'do_sort(value, reverse=False, case_sensitive=False, attribute=None)', sort, 'environment'],
  ['string', 'soft_str(s, /)', softText],
  ['striptags', 'do_striptags(value)', striptags],
  ['sum', 'sync_do_sum(iterable, attribute=None, start=0)', sum, 'environment'],
  ['title', 'do_title(s)', title],
  ['tojson', 'do_tojson(value, indent=None)', tojson, 'evalContext'],
  ['trim', 'do_trim(value, chars=None)', trim],
  ['truncate', "do_truncate(s, length=255, killwords=False, end='...', leeway=None)", truncate, 'environment'],
  ['unique', 'sync_do_unique(value, case_sensitive=False, attribute=None)', unique, 'environment'],
  ['upper', 'do_upper(s)', upper],
  ['urlencode', 'do_urlencode(value)', urlencode],
  [
    'urlize',
    'do_urlize(value, trim_url_limit=None, nofollow=False, target=None, rel=None, extra_schemes=None)',
    urlize,
    'evalContext',
  ],
  ['wordcount', 'do_wordcount(s)', wordcount],
  [
    'wordwrap',
    'do_wordwrap(s, width=79, break_long_words=True, wrapstring=None, break_on_hyphens=True)',
    wordwrap,
    'environment',
  ],
  ['xmlattr', 'do_xmlattr(d, autospace=True)', xmlattr, 'evalContext'],
];

/** All filters that Jinja2 3.1 has built in, by name. */
export const builtinFilters: ReadonlyMap<string, PyCallable> = new Map(
  FILTERS.map(([name, signature, implementation, pass]) => [name, makeFilter(signature, implementation, pass)]),
);

/** A function of its own for each row: two names may share an implementation, not the marks on it. */
function makeFilter(signature: string, implementation: Implementation, pass: PassedArgument | undefined): PyCallable {
  const filter = (...args: never[]): unknown => implementation(...args);
  return pythonFunction(signature, filter, pass === undefined ? {} : { pass });
}

/** The value, or another if it is undefined (or false, if asked for). */
function defaultValue(value: unknown, fallback: unknown = '', boolean: unknown = false): unknown {
  return value instanceof Undefined || (truth(boolean) && !truth(value)) ? fallback : value;
}

/** An attribute, without falling back to an item of that name. */
function attr(environment: EnvironmentLike, value: unknown, name: unknown): unknown {
  hashOf(name);
  if (!isText(name)) throw pyError('TypeError', `attribute name must be string, not '${typeName(name)}'`);
  const attribute = plain(name);
  if (lookupAttribute(value, attribute) === NOT_FOUND) return environment.undefined({ object: value, name: attribute });
  return environment.getAttribute(value, attribute);
}
