import type { CallBlockNode, MacroNode, NameNode } from '../nodes/nodes.ts';
import { AssignmentCompiler } from './statements.ts';
import { type Frame, trackNodes } from './symbols.ts';

type Definition = MacroNode | CallBlockNode;

/** The arguments that a macro has without declaring them, as far as its body mentions them. */
interface SpecialArguments {
  readonly caller: boolean;
  readonly kwargs: boolean;
  readonly varargs: boolean;
}

/** Macros and call blocks. */
export class MacroCompiler extends AssignmentCompiler {
  compileMacroDef(node: MacroNode, frame: Frame): void {
    this.emitPlace(node);
    const macro = this.macroCode(node, frame);
    this._emitLine(`${this.variable(node.name, frame)}=${macro};`);
    if (!frame.toplevel) return;
    const name = JSON.stringify(node.name);
    this._emitLine(`context.assign([${name},${this.variable(node.name, frame)}]);`);
  }

  compileCallBlock(node: CallBlockNode, frame: Frame): void {
    const caller = this.temporary();
    this._emitLine(`${caller}=${this.macroCode(node, frame)};`);
    this.emitPlace(node);
    this.emitJoined(this.callCode(node.call, frame, caller), frame, node.call);
  }

  /** Code of the object that a definition makes. The function takes its parameters, then the special arguments. */
  private macroCode(node: Definition, outer: Frame): string {
    const frame = outer.inner();
    trackNodes(frame.symbols, [...node.params, ...node.defaults, ...node.body.children]);
    this.checkParameters(node);
    const special = this.specialArguments(node);
    const variables = node.params.map((param) => frame.symbols.variable(param.value));
    for (const name of ['caller', 'kwargs', 'varargs'] as const) {
      const declared = name === 'caller' && explicitCaller(node) !== -1;
      if (special[name] && !declared) variables.push(frame.symbols.declareParameter(name));
    }
    frame.requireOutputCheck = false;
    // Jinja looks at the body again after it has declared the special arguments.
    trackNodes(frame.symbols, [...node.params, ...node.defaults, ...node.body.children]);
    const functionName = this._tmpid();
    const name = node.typename === 'MacroDef' ? JSON.stringify(node.name) : 'null';
    this.emitFunction({ head: `function ${functionName}(${variables.join(',')})`, node, collects: true }, () => {
      this.emitMacroBody(node, frame);
    });
    const params = JSON.stringify(node.params.map((param) => param.value));
    const flags = [special.kwargs, special.varargs, special.caller].join(',');
    return `rt.macro(context,${functionName},{name:${name},params:${params}},[${flags}])`;
  }

  private emitMacroBody(node: Definition, frame: Frame): void {
    this.emitBuffer(frame);
    this.enterFrame(frame, false);
    this.withParameters(frame, (declared) => {
      for (const [index, param] of node.params.entries()) {
        const variable = frame.symbols.variable(param.value);
        const default_ = node.defaults[index - (node.params.length - node.defaults.length)];
        const value =
          default_ === undefined
            ? `context.missingParameter(${JSON.stringify(param.value)})`
            : this.code(default_, frame);
        this._emitLine(`if(${variable}===undefined)${variable}=${value};`);
        declared(variable);
      }
    });
    this.compileAll(node.body.children, frame);
    if (this.options.limitOutput) this._emitLine(`context.checkOutput(${String(frame.buffer)});`);
    this._emitLine(`return ${String(frame.buffer)};`);
  }

  private specialArguments(node: Definition): SpecialArguments {
    const undeclared = this.undeclaredAmong(node.body.children, 'caller', 'kwargs', 'varargs');
    const names = new Set(node.params.map((param) => param.value));
    const position = explicitCaller(node);
    if (undeclared.has('caller') && position !== -1 && position < node.params.length - node.defaults.length) {
      this.failAt(
        node,
        'When defining macros or call blocks the special "caller" argument must be omitted or be given a default.',
      );
    }
    return {
      caller: undeclared.has('caller'),
      kwargs: undeclared.has('kwargs') && !names.has('kwargs'),
      varargs: undeclared.has('varargs') && !names.has('varargs'),
    };
  }

  /** Python refuses a parameter that is declared twice. */
  private checkParameters(node: Definition): void {
    const seen = new Set<string>();
    for (const param of node.params) {
      if (seen.has(param.value)) {
        this.failSyntax(param, `duplicate argument '${param.value}' in the definition of a macro`);
      }
      seen.add(param.value);
    }
  }
}

function explicitCaller(node: { readonly params: readonly NameNode[] }): number {
  return node.params.findLastIndex((param) => param.value === 'caller');
}
