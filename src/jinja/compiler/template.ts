import { TemplateError } from '../errors.ts';
import { Lexer } from '../lexer/lexer.ts';
import { compileRules, type LexerRules } from '../lexer/syntax.ts';
import { TokenStream } from '../lexer/tokens.ts';
import type {
  BlockNode,
  ExpressionNode,
  ExtendsNode,
  FromImportNode,
  ImportNode,
  IncludeNode,
  RootNode,
  StatementNode,
} from '../nodes/nodes.ts';
import { findNodes } from '../nodes/walk.ts';
import { TemplateParser } from '../parser/parser.ts';
import { Exhausted } from '../python/budget.ts';
import { LoopCompiler, tracksVariables } from './loops.ts';
import type { CompileOptions } from './options.ts';
import { encodeName, Frame, trackBody } from './symbols.ts';

/** What brings other templates in. */
class ImportCompiler extends LoopCompiler {
  compileIncludeAll(node: IncludeNode, frame: Frame): void {
    this.emitPlace(node);
    const template = this.code(node.template, frame);
    const choice = choiceOf(node.template);
    if (node.withContext) {
      const locals = this.localsCode(frame);
      const options = `{choice:${choice},ignoreMissing:${String(node.ignoreMissing)},locals:${locals}}`;
      this.emitNested(`rt.include(context,${template},${options})`, frame);
      return;
    }
    // Jinja writes what is included without context to the output of the function, not to what collects it there.
    const target = this.inMacro ? this.target(frame) : 'output';
    const options = `{choice:${choice},ignoreMissing:${String(node.ignoreMissing)}}`;
    this._emitLine(`${target}+=rt.includeModule(context,${template},${options});`);
  }

  compileImportModule(node: ImportNode, frame: Frame): void {
    this.emitPlace(node);
    this._emitLine(`${this.variable(node.target, frame)}=${this.moduleCode(node, frame)};`);
    if (frame.toplevel) this.emitImported([node.target], frame);
  }

  compileFromImportNames(node: FromImportNode, frame: Frame): void {
    this.emitPlace(node);
    const module = this.temporary();
    this._emitLine(`${module}=${this.moduleCode(node, frame)};`);
    for (const { name, alias } of node.names) {
      const position = `rt.position(${String(node.lineno)},name)`;
      const code = `rt.exported(context,${module},${JSON.stringify(name)},${position})`;
      this._emitLine(`${this.variable(alias, frame)}=${code};`);
    }
    if (frame.toplevel) {
      this.emitImported(
        node.names.map(({ alias }) => alias),
        frame,
      );
    }
  }

  private moduleCode(node: ImportNode | FromImportNode, frame: Frame): string {
    const template = this.code(node.template, frame);
    if (!node.withContext) return `rt.module(context,${template})`;
    return `rt.moduleWithContext(context,${template},${this.localsCode(frame)})`;
  }

  /** What is imported is known to the rest of the template but not exported again. */
  private emitImported(names: readonly string[], frame: Frame): void {
    if (names.length === 0) return;
    const values = names.map((name) => `${JSON.stringify(name)},${this.variable(name, frame)}`);
    this._emitLine(`context.assignImported([${values.join(',')}]);`);
  }
}

/** Which of Jinja's three ways to find a template the name asks for. */
function choiceOf(template: ExpressionNode): string {
  if (template.typename === 'Literal' && typeof template.value === 'string') return '"one"';
  return template.typename === 'Tuple' || template.typename === 'Array' ? '"first"' : '"either"';
}

/** What templates use most, as variables of their code: those that it names. */
const OPERATIONS = ['str', 'escape', 'truth', 'iterate', 'attr', 'field', 'eq', 'lt', 'le', 'gt', 'ge', 'add', 'sub'];

/** Stops the compilation of a template that extends for certain a second time. */
class SecondExtends extends Error {}

/** Whole templates: the root, the blocks, and the parent. */
class TemplateCompiler extends ImportCompiler {
  private hasExtends = false;
  private extendsSoFar = 0;

  /** Emits the body of the function that makes the template: it takes `rt`, `env` and `name`. */
  compileRoot(node: RootNode): void {
    const isPlain = !this.mayMention('extends', 'macro', 'call', 'block');
    const found = isPlain ? [] : findNodes(node, 'Extends', 'MacroDef', 'CallBlock', 'BlockDef');
    this.hasExtends = found.some(({ typename }) => typename === 'Extends');
    this.closures = found.some(({ typename }) => typename === 'MacroDef' || typename === 'CallBlock');
    const blocks = this.uniqueBlocks(found.filter((one) => one.typename === 'BlockDef'));
    const functions = this.capture(() => {
      this.emitRoot(node);
      for (const block of blocks) this.emitBlock(block);
    });
    this._emitLine('"use strict";');
    const operations = OPERATIONS.filter((name) => functions.includes(`${name}(`));
    this._emitLine(`const {${[...operations, 'meter'].join(',')}}=rt;`);
    this.emitReferences();
    this.emitShared();
    this._emit(functions);
    const entries = blocks.map((block) => `[${JSON.stringify(block.name)},${blockFunction(block.name)}]`);
    this._emitLine(`return {root,blocks:new Map([${entries.join(',')}])};`);
  }

  private uniqueBlocks(blocks: readonly BlockNode[]): readonly BlockNode[] {
    const seen = new Set<string>();
    for (const block of blocks) {
      if (seen.has(block.name)) this.failAt(block, `block '${block.name}' defined twice`);
      seen.add(block.name);
    }
    return blocks;
  }

  private emitRoot(node: RootNode): void {
    const frame = Frame.root(this.freshState(), this.counter);
    const self = this.selfVariable(node.children, frame);
    trackBody(frame.symbols, node);
    frame.toplevel = true;
    frame.rootlevel = true;
    frame.requireOutputCheck = this.hasExtends;
    this.emitFunction({ head: 'function root(context)', node }, () => {
      this._emitLine('let output="",parent;');
      this.emitMarks();
      this.emitSelf(self);
      this.enterFrame(frame);
      this.compileAll(node.children, frame);
      this.emitCheck();
      if (this.hasExtends) {
        this._emitLine('if(parent!==undefined){');
        this.emitNested('parent.root(context)', frame);
        this._emitLine('}');
      }
      this.emitReturn();
    });
  }

  private emitBlock(node: BlockNode): void {
    const frame = Frame.root(this.freshState(), this.counter);
    frame.blockFrame = true;
    frame.tracksVariables = tracksVariables(node.body);
    const self = this.selfVariable(node.body.children, frame);
    const wantsSuper = this.undeclaredAmong(node.body.children, 'super').has('super');
    const super_ = wantsSuper ? frame.symbols.declareParameter('super') : undefined;
    trackBody(frame.symbols, node.body);
    const name = blockFunction(node.name);
    this.emitFunction({ head: `function ${name}(context)`, node }, () => {
      this._emitLine('let output="",blockVars;');
      this.emitMarks();
      this.emitSelf(self);
      if (super_ !== undefined) {
        this._emitLine(`${this.declare(super_)}=context.superOf(${JSON.stringify(node.name)},${name});`);
      }
      this.enterFrame(frame);
      this.compileAll(node.body.children, frame);
      this.emitCheck();
      this.emitReturn();
    });
  }

  private freshState(): { autoescape: boolean; volatile: boolean } {
    return { autoescape: this.options.autoescape, volatile: false };
  }

  private emitCheck(): void {
    if (this.options.limitOutput) this._emitLine('context.checkOutput(output);');
  }

  private emitMarks(): void {
    if (this.options.origins) this._emitLine('const marks=rt.marks(name);');
  }

  private emitReturn(): void {
    // A short output costs no more than what is printed, which is paid for already.
    this._emitLine('if(output.length>999)rt.made(output);');
    this._emitLine(this.options.origins ? 'return marks.finish(context,output);' : 'return output;');
  }

  private selfVariable(nodes: readonly StatementNode[], frame: Frame): string | undefined {
    return this.undeclaredAmong(nodes, 'self').has('self') ? frame.symbols.declareParameter('self') : undefined;
  }

  private emitSelf(variable: string | undefined): void {
    if (variable !== undefined) this._emitLine(`${this.declare(variable)}=rt.self(context);`);
  }

  /** What follows a second certain `extends` is never reached, and Jinja does not look at it. */
  protected override compileAll(nodes: readonly StatementNode[], frame: Frame): void {
    try {
      super.compileAll(nodes, frame);
    } catch (error) {
      if (!(error instanceof SecondExtends)) throw error;
    }
  }

  compileBlockDef(node: BlockNode, frame: Frame): void {
    if (frame.toplevel && this.knownExtends) return;
    const conditional = frame.toplevel && this.extendsSoFar > 0;
    if (conditional) this._emitLine('if(parent===undefined){');
    this.emitPlace(node);
    const name = JSON.stringify(node.name);
    if (node.required) this._emitLine(`context.requireBlock(${name});`);
    const context = node.scoped ? `context.derived(${this.localsCode(frame)})` : 'context';
    this.emitNested(`context.renderBlock(${name},${context})`, frame);
    if (conditional) this._emitLine('}');
  }

  compileExtends(node: ExtendsNode, frame: Frame): void {
    if (!frame.toplevel) this.failAt(node, 'cannot use extend from a non top-level scope');
    this.emitPlace(node);
    if (this.extendsSoFar > 0) {
      this._emitLine(`${this.knownExtends ? '' : 'if(parent!==undefined)'}rt.extendedTwice();`);
      if (this.knownExtends) throw new SecondExtends();
    }
    this._emitLine(`parent=rt.extend(context,${this.code(node.template, frame)});`);
    if (frame.rootlevel) this.knownExtends = true;
    this.extendsSoFar += 1;
  }
}

function blockFunction(name: string): string {
  return `b_${encodeName(name)}`;
}

/**
 * Makes the text of JavaScript of a template: the body of a function of `rt`, `env` and `name`. The text depends on the
 * source and the options only, so it can be kept.
 *
 * @throws TemplateError of the kind TemplateSyntaxError or TemplateAssertionError, with line and column.
 */
export function generateCode(source: string, options: CompileOptions, rules: LexerRules): string {
  return withoutOverflow(() => {
    const compiler = new TemplateCompiler(options, source);
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
