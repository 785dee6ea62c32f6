import type { CallNode, ExpressionNode, MacroNode, TemplateNode } from '../../jinja/nodes/nodes.ts';
import { childNodes } from '../../jinja/nodes/walk.ts';

/** A name of the templates' data with the keys that follow it; `*` is any item of a list. */
export type DataPath = readonly string[];

/** A macro that an expression calls. */
interface MacroUse {
  readonly name: string;
  /** Name of the template that defines it. */
  readonly template: string;
  readonly line: number;
}

/** What an expression or a statement reads. */
export interface Reads {
  readonly paths: readonly DataPath[];
  /** Names that stand for no data of the configuration: functions and globals. */
  readonly functions: readonly string[];
  readonly macros: readonly MacroUse[];
}

/** Reads nothing. */
export const NOTHING: Reads = { paths: [], functions: [], macros: [] };

/** All of these together, each thing once. */
export function joinReads(all: readonly Reads[]): Reads {
  return {
    paths: unique(
      all.flatMap(({ paths }) => paths),
      (path) => path.join('\n'),
    ),
    functions: [...new Set(all.flatMap(({ functions }) => functions))],
    macros: unique(
      all.flatMap(({ macros }) => macros),
      ({ template, line }) => `${template}:${String(line)}`,
    ),
  };
}

/** The first of those with the same key. */
export function unique<T>(values: readonly T[], keyOf: (value: T) => string): T[] {
  const found = new Map<string, T>();
  for (const value of values) if (!found.has(keyOf(value))) found.set(keyOf(value), value);
  return [...found.values()];
}

/** Whether a path leads into what another one names. */
export function isBelow(path: DataPath, outer: DataPath): boolean {
  return path.length > outer.length && outer.every((step, index) => path[index] === step);
}

/** What a name stands for inside of a template. */
export type Binding =
  | { readonly kind: 'data'; readonly path: DataPath }
  | { readonly kind: 'made'; readonly reads: Reads }
  | { readonly kind: 'macro'; readonly node: MacroNode; readonly template: string; readonly scope: Scope }
  | { readonly kind: 'module'; readonly members: Scope };

/** The names that a template has given a meaning to so far; all others are the data's. */
export type Scope = Map<string, Binding>;

/** A macro with what its parameters stand for. */
export interface MacroCall {
  readonly macro: Extract<Binding, { kind: 'macro' }>;
  readonly parameters: ReadonlyMap<string, Binding>;
}

/** What the reader of expressions has to be told. */
export interface ExpressionWorld {
  /** What a name is that no template gives a meaning to; neither for what the engine brings along. */
  readonly kindOf: (name: string) => 'data' | 'function' | undefined;
  /** What the body of a macro reads. */
  readonly bodyOf: (call: MacroCall) => Reads;
}

/** What an expression reads, with macros followed into their bodies. */
export function expressionReads(node: TemplateNode, scope: Scope, world: ExpressionWorld): Reads {
  switch (node.typename) {
    case 'Name':
      return node.use === 'load' ? nameReads(node.value, scope, world) : NOTHING;
    case 'Attribute':
    case 'Item': {
      const path = dataPath(node, scope, world);
      if (path !== undefined) return { ...NOTHING, paths: [path] };
      break;
    }
    case 'Call':
      return callReads(node, scope, world);
    default:
  }
  return joinReads(childNodes(node).map((child) => expressionReads(child, scope, world)));
}

/** What a name is bound to that is given the value of an expression. */
export function bindingOf(node: ExpressionNode, scope: Scope, world: ExpressionWorld): Binding {
  if (node.typename === 'Name') {
    const known = scope.get(node.value);
    if (known !== undefined) return known;
  }
  const path = dataPath(node, scope, world);
  return path === undefined ? { kind: 'made', reads: expressionReads(node, scope, world) } : { kind: 'data', path };
}

function nameReads(name: string, scope: Scope, { kindOf }: ExpressionWorld): Reads {
  const binding = scope.get(name);
  if (binding === undefined) {
    const kind = kindOf(name);
    if (kind === undefined) return NOTHING;
    return kind === 'data' ? { ...NOTHING, paths: [[name]] } : { ...NOTHING, functions: [name] };
  }
  if (binding.kind === 'data') return { ...NOTHING, paths: [binding.path] };
  return binding.kind === 'made' ? binding.reads : NOTHING;
}

/** The part of the data that an expression names by constant keys. */
function dataPath(node: ExpressionNode, scope: Scope, world: ExpressionWorld): DataPath | undefined {
  if (node.typename === 'Name') {
    const binding = scope.get(node.value);
    if (binding !== undefined) return binding.kind === 'data' ? binding.path : undefined;
    return world.kindOf(node.value) === 'data' ? [node.value] : undefined;
  }
  if (node.typename !== 'Attribute' && node.typename !== 'Item') return undefined;
  const start = dataPath(node.target, scope, world);
  const key = node.typename === 'Attribute' ? node.name : constantKey(node.val);
  return start === undefined || key === undefined ? undefined : [...start, key];
}

function constantKey(node: ExpressionNode): string | undefined {
  if (node.typename !== 'Literal') return undefined;
  return typeof node.value === 'string' || typeof node.value === 'number' ? String(node.value) : undefined;
}

function callReads(node: CallNode, scope: Scope, world: ExpressionWorld): Reads {
  const macro = macroOf(node.target, scope);
  const given = joinReads(childNodes(node).map((child) => expressionReads(child, scope, world)));
  if (macro === undefined) return given;
  const body = world.bodyOf({ macro, parameters: parametersOf(node, macro, { scope, world }) });
  const { name, lineno } = macro.node;
  return joinReads([given, { ...NOTHING, macros: [{ name, template: macro.template, line: lineno }] }, body]);
}

function macroOf(target: ExpressionNode, scope: Scope): MacroCall['macro'] | undefined {
  let binding: Binding | undefined;
  if (target.typename === 'Name') binding = scope.get(target.value);
  else if (target.typename === 'Attribute' && target.target.typename === 'Name') {
    const module = scope.get(target.target.value);
    binding = module?.kind === 'module' ? module.members.get(target.name) : undefined;
  }
  return binding?.kind === 'macro' ? binding : undefined;
}

function parametersOf(
  node: CallNode,
  macro: MacroCall['macro'],
  { scope, world }: { readonly scope: Scope; readonly world: ExpressionWorld },
): Map<string, Binding> {
  const { params, defaults } = macro.node;
  const parameters = new Map<string, Binding>();
  for (const [index, { value: name }] of params.entries()) {
    const given = node.args[index] ?? node.kwargs.find(({ key }) => key === name)?.value;
    const fallback = defaults[index - (params.length - defaults.length)];
    if (given !== undefined) parameters.set(name, bindingOf(given, scope, world));
    else if (fallback !== undefined) parameters.set(name, bindingOf(fallback, macro.scope, world));
    else parameters.set(name, { kind: 'made', reads: NOTHING });
  }
  return parameters;
}
