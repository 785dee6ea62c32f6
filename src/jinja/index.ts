// The engine: Jinja2 3.1 for TypeScript, on nunjucks.
export { analyze, type Analysis, type Reference } from './analyze.ts';
export { Environment } from './environment.ts';
export { type ErrorKind, isKind, type Place, pyError, TemplateError } from './errors.ts';
export { DEBUG } from './extensions/extension.ts';
export { DO } from './extensions/extension.ts';
export { type Extension } from './extensions/extension.ts';
export { i18n, NULL_TRANSLATIONS, type TranslationOptions, type Translations } from './extensions/i18n.ts';
export { LOOP_CONTROLS } from './extensions/extension.ts';
export { builtinFilters } from './filters/table.ts';
export { Namespace } from './globals.ts';
export { DEFAULT_SYNTAX, type SyntaxSettings } from './lexer/syntax.ts';
export { DictLoader, FunctionLoader, type TemplateLoader, templatePath } from './loaders.ts';
export { type LineOrigin, type RenderedWithOrigins } from './origins.ts';
export { ENGINE_VERSION, loadCompiled, type TemplateProgram } from './program.ts';
export {
  type CallContext,
  type EnvironmentLike,
  type EvalContext,
  type Kwargs,
  type PassedArgument,
  type PyCallable,
  pythonFunction,
} from './python/callable.ts';
export { type Budget, DEFAULT_BUDGET, Exhausted, LARGEST_BUDGET } from './python/budget.ts';
export { DEFAULT_POLICIES, type JsonArguments, type Policies, policyMistake } from './python/policies.ts';
export { makeDict } from './python/dict.ts';
export { makeFloat, PyFloat } from './python/numbers.ts';
export { Markup } from './python/markup.ts';
export { PyObject } from './python/object.ts';
export { repr, str } from './python/text.ts';
export { Tuple, tuple } from './python/tuple.ts';
export {
  type Limits,
  type Program,
  type RuntimeEnvironment,
  type SharedModule,
  type UndefinedPlace,
} from './runtime/context.ts';
export { type CodeCache, type EnvironmentOptions, type ExtensionName, type Named } from './settings.ts';
export { type RenderOptions, Template, type TemplateVariables } from './template.ts';
export { builtinTests } from './tests/table.ts';
export { Undefined, type UndefinedPolicy } from './undefined.ts';
