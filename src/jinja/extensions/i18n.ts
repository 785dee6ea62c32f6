import { call, pythonFunction } from '../python/callable.ts';
import { makeDict } from '../python/dict.ts';
import { Markup } from '../python/markup.ts';
import type { Kwargs } from '../python/object.ts';
import { eq, mod } from '../python/operators.ts';
import { str } from '../python/text.ts';
import type { Context } from '../runtime/context.ts';
import type { Extension } from './extension.ts';
import { type TransOptions, parseTrans } from './trans.ts';

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
