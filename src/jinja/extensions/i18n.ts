import type { Token } from '../lexer/tokens.ts';
import {
  Assign,
  Call,
  Dict,
  type ExpressionNode,
  Keyword,
  Literal,
  makeBinary,
  MarkSafe,
  Name,
  Output,
  Pair,
  type StatementNode,
} from '../nodes/nodes.ts';
import type { TemplateParser } from '../parser/parser.ts';
import type { TokenPlace } from '../parser/tokens.ts';
import { call, pythonFunction } from '../python/callable.ts';
import { makeDict } from '../python/dict.ts';
import { Markup } from '../python/markup.ts';
import type { Kwargs } from '../python/object.ts';
import { eq, mod } from '../python/operators.ts';
import { repr, str } from '../python/text.ts';
import type { Context } from '../runtime/context.ts';
import type { Extension } from './extension.ts';

/** Where the texts of another language come from; the names are those of GNU gettext. */
export interface Translations {
  gettext(message: string): string;
  ngettext(singular: string, plural: string, number: unknown): string;
  pgettext(context: string, message: string): string;
  npgettext(context: string, singular: string, plural: string, number: unknown): string;
}

/** How the i18n extension works. */
export interface TranslationOptions extends TransOptions {
  readonly translations: Translations;
}

/** Every message as it is written. */
export const NULL_TRANSLATIONS: Translations = {
  gettext: (message) => message,
  ngettext: (singular, plural, number) => (eq(number, 1) ? singular : plural),
  pgettext: (_context, message) => message,
  npgettext: (_context, singular, plural, number) => (eq(number, 1) ? singular : plural),
};

/**
 * `{% trans %}`, and the functions `_`, `gettext`, `ngettext`, `pgettext` and `npgettext`.
 *
 * @param options Where the translations come from, whether variables are filled in by the functions themselves
 *   (`newstyle`) and whether white space around messages is trimmed (`trimmed`).
 */
export function i18n(options: Partial<TranslationOptions> = {}): Extension {
  const { translations = NULL_TRANSLATIONS, newstyle = false, trimmed = false } = options;
  return {
    name: `i18n:${String(newstyle)}:${String(trimmed)}`,
    tags: ['trans'],
    globals: { _: ALIAS, ...(newstyle ? newFunctions(translations) : oldFunctions(translations)) },
    parse: (parser) => parseTrans(parser, { newstyle, trimmed }),
  };
}

const ALIAS = pythonFunction(
  '_gettext_alias(*args, **kwargs)',
  (context: Context, args: readonly unknown[], kwargs: Kwargs) =>
    call(context.resolve('gettext') ?? context.environment.undefined({ name: 'gettext' }), args, kwargs, context),
  { pass: 'context' },
);

function oldFunctions(translations: Translations): Record<string, unknown> {
  return {
    gettext: pythonFunction('gettext(message)', (message: unknown) => translations.gettext(str(message))),
    ngettext: pythonFunction('ngettext(msgid1, msgid2, n)', (one: unknown, many: unknown, number: unknown) =>
      translations.ngettext(str(one), str(many), number),
    ),
    pgettext: pythonFunction('pgettext(context, message)', (where: unknown, message: unknown) =>
      translations.pgettext(str(where), str(message)),
    ),
    npgettext: pythonFunction('npgettext(context, msgid1, msgid2, n)', (...args: unknown[]) =>
      translations.npgettext(str(args[0]), str(args[1]), str(args[2]), args[3]),
    ),
  };
}

/** In the new style a message is a format for its variables, and safe text where output is escaped. */
function newFunctions(translations: Translations): Record<string, unknown> {
  const pass = { pass: 'context' } as const;
  return {
    gettext: pythonFunction(
      'gettext(string, /, **variables)',
      (context: Context, message: unknown, variables: Kwargs) =>
        filled(context, translations.gettext(str(message)), variables),
      pass,
    ),
    ngettext: pythonFunction(
      'ngettext(singular, plural, num, /, **variables)',
      (context: Context, ...args: [unknown, unknown, unknown, Kwargs]) =>
        filled(context, translations.ngettext(str(args[0]), str(args[1]), args[2]), args[3], { num: args[2] }),
      pass,
    ),
    pgettext: pythonFunction(
      'pgettext(string_ctx, string, /, **variables)',
      (context: Context, ...args: [unknown, unknown, Kwargs]) =>
        filled(context, translations.pgettext(str(args[0]), str(args[1])), args[2], { context: args[0] }),
      pass,
    ),
    npgettext: pythonFunction(
      'npgettext(string_ctx, singular, plural, num, /, **variables)',
      (context: Context, ...args: [unknown, unknown, unknown, unknown, Kwargs]) => {
        const text = translations.npgettext(str(args[0]), str(args[1]), str(args[2]), args[3]);
        return filled(context, text, args[4], { context: args[0], num: args[3] });
      },
      pass,
    ),
  };
}

function filled(
  context: Context,
  text: string,
  variables: Kwargs,
  defaults: Readonly<Record<string, unknown>> = {},
): unknown {
  const values = new Map(variables);
  for (const [name, value] of Object.entries(defaults)) if (!values.has(name)) values.set(name, value);
  return mod(context.evalContext.autoescape ? new Markup(text) : text, makeDict(values));
}

/** How messages are read. */
interface TransOptions {
  /** Whether the translating functions fill in the variables themselves. */
  readonly newstyle: boolean;
  /** Whether white space around messages and around their line breaks is trimmed. */
  readonly trimmed: boolean;
}

/** What the head of a `trans` tag says. */
interface Head {
  readonly place: TokenPlace;
  readonly context: string | undefined;
  readonly variables: Map<string, ExpressionNode>;
  trimmed: boolean | undefined;
  plural: ExpressionNode | undefined;
  calledNum: boolean;
  assignment: StatementNode | undefined;
}

interface Message {
  readonly text: string;
  readonly names: readonly string[];
}

const SPACED_LINE_BREAK = /(?<!\s)\s*\n\s*/g;

/** Reads `{% trans %} ... {% pluralize %} ... {% endtrans %}`. */
function parseTrans(parser: TemplateParser, options: TransOptions): readonly StatementNode[] {
  const head = parseHead(parser);
  const singular = parseMessage(parser, true);
  const [first] = singular.names;
  if (first !== undefined && head.plural === undefined) {
    head.plural = nameNode(head.place, first);
    head.calledNum = first === 'num';
  }
  const plural = parsePlural(parser, head);
  for (const name of [...singular.names, ...(plural?.names ?? [])]) {
    if (!head.variables.has(name)) head.variables.set(name, nameNode(head.place, name));
  }
  if (plural !== undefined && head.plural === undefined) parser.failAt(head.place, 'pluralize without variables');
  const output = makeOutput(head, singular, plural, options);
  return head.assignment === undefined ? [output] : [head.assignment, output];
}

function parseHead(parser: TemplateParser): Head {
  const place = parser.nextToken();
  const context = parser.current.type === 'string' ? String(parser.nextToken().value) : undefined;
  const head: Head = {
    place,
    context,
    variables: new Map(),
    trimmed: undefined,
    plural: undefined,
    calledNum: false,
    assignment: undefined,
  };
  while (parser.current.type !== 'block-end') {
    if (head.variables.size > 0) parser.expect('comma');
    if (parser.skip('colon')) break;
    parseVariable(parser, head);
  }
  parser.expect('block-end');
  return head;
}

function parseVariable(parser: TemplateParser, head: Head): void {
  const token = parser.expect('symbol');
  const name = String(token.value);
  if (head.variables.has(name)) {
    parser.failAt(token, `translatable variable ${repr(name)} defined twice.`, 'TemplateAssertionError');
  }
  let value: ExpressionNode;
  if (parser.skipValue('operator', '=')) value = parser.parseExpression();
  else if (head.trimmed === undefined && (name === 'trimmed' || name === 'notrimmed')) {
    head.trimmed = name === 'trimmed';
    return;
  } else value = nameNode(token, name);
  head.variables.set(name, value);
  if (head.plural === undefined) notePlural(head, token, value);
}

/** The first variable decides about the plural; a call is evaluated once, into a variable. */
function notePlural(head: Head, token: Token, value: ExpressionNode): void {
  const name = String(token.value);
  head.plural = value;
  if (value.typename === 'Call') {
    head.plural = nameNode(token, '_trans');
    head.variables.set(name, head.plural);
    head.assignment = Assign.make(head.place, {
      target: Name.make(token, { value: '_trans', use: 'store' }),
      value,
    });
  }
  head.calledNum = name === 'num';
}

function parsePlural(parser: TemplateParser, head: Head): Message | undefined {
  if (!parser.skipSymbol('pluralize')) {
    parser.nextToken();
    return undefined;
  }
  if (parser.current.type !== 'block-end') {
    const token = parser.expect('symbol');
    const name = String(token.value);
    const value = head.variables.get(name);
    if (value === undefined) {
      parser.failAt(token, `unknown variable ${repr(name)} for pluralization`, 'TemplateAssertionError');
    }
    head.plural = value;
    head.calledNum = name === 'num';
  }
  parser.expect('block-end');
  const plural = parseMessage(parser, false);
  parser.nextToken();
  return plural;
}

/** Text and plain names up to the tag that ends the message. */
function parseMessage(parser: TemplateParser, allowPluralize: boolean): Message {
  const names: string[] = [];
  let text = '';
  for (;;) {
    const token = parser.current;
    if (token.type === 'data') {
      text += String(parser.nextToken().value).replaceAll('%', '%%');
    } else if (token.type === 'variable-start') {
      parser.nextToken();
      const name = parser.expectName();
      names.push(name);
      text += `%(${name})s`;
      parser.expect('variable-end');
    } else if (token.type === 'block-start') {
      parser.nextToken();
      checkMessageEnd(parser, allowPluralize);
      return { text, names };
    } else parser.fail('unclosed translation block');
  }
}

function checkMessageEnd(parser: TemplateParser, allowPluralize: boolean): void {
  if (parser.atSymbol('endtrans')) return;
  if (parser.atSymbol('pluralize')) {
    if (allowPluralize) return;
    parser.fail('a translatable section can have only one pluralize section');
  }
  if (parser.atSymbol('trans')) parser.fail("trans blocks can't be nested; did you mean `endtrans`?");
  const name = parser.current.type === 'symbol' ? String(parser.current.value) : 'None';
  parser.fail(`control structures in translatable sections are not allowed; saw \`${name}\``);
}

function makeOutput(head: Head, singular: Message, plural: Message | undefined, options: TransOptions): StatementNode {
  const { place, variables } = head;
  const referenced = singular.names.length + (plural?.names.length ?? 0) > 0;
  const written = (message: Message): ExpressionNode => {
    const text = (head.trimmed ?? options.trimmed) ? trimmedText(message.text) : message.text;
    // Without variables the old functions give the message as it is, so a percent sign is not doubled.
    return Literal.make(place, { value: referenced || options.newstyle ? text : text.replaceAll('%%', '%') });
  };
  const args = [written(singular)];
  let name = 'gettext';
  if (head.context !== undefined) {
    args.unshift(Literal.make(place, { value: head.context }));
    name = `p${name}`;
  }
  if (plural !== undefined && head.plural !== undefined) {
    args.push(written(plural), head.plural);
    name = `n${name}`;
  }
  const call = Call.make(place, { target: nameNode(place, name), args, kwargs: [], dynArgs: null, dynKwargs: null });
  if (options.newstyle) {
    for (const [key, value] of variables) {
      if (plural !== undefined && head.calledNum && key === 'num') continue;
      call.kwargs.push(Keyword.make(place, { key, value }));
    }
    return Output.make(place, { children: [call] });
  }
  const safe = MarkSafe.make(place, { target: call });
  if (variables.size === 0) return Output.make(place, { children: [safe] });
  const pairs = [...variables].map(([key, value]) =>
    Pair.make(place, { key: Literal.make(place, { value: key }), value }),
  );
  return Output.make(place, { children: [makeBinary('Mod', place, safe, Dict.make(place, { children: pairs }))] });
}

function trimmedText(text: string): string {
  return text.trim().replace(SPACED_LINE_BREAK, ' ');
}

function nameNode(place: TokenPlace, name: string): ExpressionNode {
  return Name.make(place, { value: name, use: 'load' });
}
