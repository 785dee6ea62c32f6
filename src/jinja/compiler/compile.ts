import { TemplateError } from '../errors.ts';
import { compileRules, type LexerRules } from '../lexer/rules.ts';
import { Lexer } from '../lexer/lexer.ts';
import { TokenStream } from '../lexer/stream.ts';
import type { RootNode } from '../nodes/nodes.ts';
import { TemplateParser } from '../parser/parser.ts';
import { Exhausted } from '../python/budget.ts';
import type { CompileOptions } from './options.ts';
import { TemplateCompiler } from './template.ts';

/**
 * Makes the text of JavaScript of a template: the body of a function of `rt`, `env` and `name`. The text depends on the
 * source and the options only, so it can be kept.
 *
 * @throws TemplateError of the kind TemplateSyntaxError or TemplateAssertionError, with line and column.
 */
export function generateCode(source: string, options: CompileOptions, rules: LexerRules): string {
  return withoutOverflow(() => {
    const compiler = new TemplateCompiler(options);
    const root = parseSource(source, options, rules);
    try {
      compiler.compileRoot(root);
    } catch (error) {
      const { lineno, colno } = compiler.place ?? root;
      if (error instanceof Exhausted) Object.assign(error, { line: lineno, column: colno });
      throw error;
    }
    return compiler.getCode();
  });
}

/** The syntax tree of a template. */
export function parseTemplate(source: string, options: Pick<CompileOptions, 'syntax' | 'tagParsers'>): RootNode {
  return withoutOverflow(() => parseSource(source, options, compileRules(options.syntax)));
}

function parseSource(source: string, options: Pick<CompileOptions, 'tagParsers'>, rules: LexerRules): RootNode {
  return new TemplateParser(new TokenStream(new Lexer(source, rules)), options.tagParsers).parseAsRoot();
}

/** An expression nested more deeply than the machine can follow is a mistake of the template. */
function withoutOverflow<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new TemplateError('RecursionError', 'maximum recursion depth exceeded during compilation');
  }
}
