export { Cycler } from './globals/cycler.ts';
export { Joiner } from './globals/joiner.ts';
export { Namespace } from './globals/namespace.ts';
export { builtinGlobals, type GlobalsOptions } from './globals/table.ts';
