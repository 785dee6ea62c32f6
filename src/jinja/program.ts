import type { Program, RuntimeEnvironment } from './runtime/context.ts';
import { RUNTIME } from './runtime/library.ts';

/** Version of the generated code: what was kept for another one is not run. */
export const ENGINE_VERSION = '4';

/** The code of a template, loaded; it becomes a program for an environment and a name. */
export type TemplateProgram = (environment: RuntimeEnvironment, name: string | undefined) => Program;

type GeneratedFunction = (rt: typeof RUNTIME, env: RuntimeEnvironment, name: string | undefined) => Program;

/** Makes functions of text, as nunjucks' Template does with what it compiles; tests/architecture lists every place that may. */
const FunctionOfText = loadCompiled.constructor as new (...parts: readonly string[]) => GeneratedFunction;

/**
 * Loads code that `compileSource` made. The code is run: it must come from there and from nowhere else.
 *
 * @param code Text of JavaScript.
 * @throws SyntaxError for a text that is no code of the engine.
 */
export function loadCompiled(code: string): TemplateProgram {
  // Generated code holds no text of a template but in string literals, and names only with a prefix and encoded.
  const make = new FunctionOfText('rt', 'env', 'name', code);
  return (environment, name) => make(RUNTIME, environment, name);
}
