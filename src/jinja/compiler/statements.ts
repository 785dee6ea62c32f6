import type {
  AssignBlockNode,
  AssignNode,
  AutoescapeNode,
  BodyNode,
  ExpressionNode,
  ExpressionStatementNode,
  FilterBlockNode,
  IfNode,
  OutputNode,
  TemplateNode,
  WithNode,
} from '../nodes/nodes.ts';
import { escapedString } from '../python/escape.ts';
import { truth } from '../python/operators.ts';
import { constantCode, foldConstant, foldPrinted } from './constants.ts';
import { CallCompiler } from './expressions.ts';
import { namesRead } from '../nodes/walk.ts';
import { placeCode, startOf } from './scopes.ts';
import { type Frame, trackBody, trackNodes } from './symbols.ts';
import { PRINTED } from './weights.ts';

/** What is printed: text, and values made text. */
class OutputCompiler extends CallCompiler {
  /** True once an `extends` at the root is known to have run. */
  protected knownExtends = false;

  compileOutput(node: OutputNode, frame: Frame): void {
    if (frame.requireOutputCheck) {
      // Jinja prints nothing but blocks once a template has a parent.
      if (this.knownExtends) return;
      this._emitLine('if(parent===undefined){');
    }
    this.weight += node.children.length * PRINTED;
    const parts = node.children.map((child) => this.partOf(child, frame));
    this.emitParts(parts, frame);
    if (frame.requireOutputCheck) this._emitLine('}');
  }

  /** The variable that output goes to. */
  protected target(frame: Frame): string {
    return frame.buffer ?? 'output';
  }

  /** Emits what appends this code to the output. */
  protected emitWrite(code: string, frame: Frame, node: TemplateNode): void {
    if (this.notesOrigins(frame)) {
      const names = JSON.stringify(namesRead(node));
      this._emitLine(`marks.value(output.length,${placeCode(node)},${names});`);
    }
    this._emitLine(`${this.target(frame)}+=${code};`);
  }

  /** Emits what appends a value that has to be text already. */
  protected emitJoined(code: string, frame: Frame, node: TemplateNode): void {
    const joined = frame.buffer === undefined ? `rt.joinedLate(context,${code},at,name)` : `rt.joined(${code})`;
    this.emitWrite(joined, frame, node);
  }

  /** Emits what appends the output of another root or block, with its origins. */
  protected emitNested(code: string, frame: Frame): void {
    if (!this.notesOrigins(frame)) this._emitLine(`${this.target(frame)}+=${code};`);
    else this._emitLine(`{const nested=${code};marks.adopt(output.length,context);output+=nested;}`);
  }

  /** Only the output of a root or block has origins: what is collected in a variable can become anything. */
  private notesOrigins(frame: Frame): boolean {
    return this.options.origins && frame.buffer === undefined;
  }

  private partOf(node: ExpressionNode, frame: Frame): OutputPart {
    if (node.typename === 'TemplateData') {
      if (!frame.state.volatile) return { node, text: node.value };
      // Jinja asks here whether output is escaped, though it makes no difference to the text.
      if (!this.options.finalize) return { node, code: `rt.asked(context,${JSON.stringify(node.value)})` };
    }
    if (!this.options.finalize) {
      const printed = foldPrinted(node, frame.state, this.options);
      return printed === undefined ? { node } : { node, text: printed };
    }
    const constant = foldConstant(node, frame.state, this.options);
    if (constant === undefined) return { node };
    const text = frame.state.autoescape ? escapedString(constant.value) : undefined;
    // Jinja escapes a constant before it goes through `finalize`, and any other value after.
    const value = constantCode(constant.value, this.share);
    const given = text === undefined ? value : this.share(`rt.markup(${JSON.stringify(text)})`);
    return { node, code: `str(rt.finalize(context,${given}))` };
  }

  /** One statement for each piece, so that each has its origin. */
  private emitMarkedParts(parts: readonly OutputPart[], frame: Frame): void {
    for (const { node, text, code } of parts) {
      if (node.typename === 'TemplateData') this._emitLine(`marks.text(output.length,${placeCode(node)});`);
      if (text !== undefined && node.typename === 'TemplateData') this._emitLine(`output+=${JSON.stringify(text)};`);
      else if (text !== undefined) this.emitWrite(JSON.stringify(text), frame, node);
      else {
        this.emitPlace(startOf(node));
        this.emitWrite(code ?? this.printed(this.code(node, frame), frame), frame, node);
      }
    }
  }

  /** One statement for each value, which takes the text around it along. */
  private emitParts(parts: readonly OutputPart[], frame: Frame): void {
    if (this.notesOrigins(frame)) {
      this.emitMarkedParts(parts, frame);
      return;
    }
    let pieces: string[] = [];
    let text = '';
    const flushText = (): void => {
      if (text !== '') pieces.push(JSON.stringify(text));
      text = '';
    };
    const flush = (): void => {
      flushText();
      if (pieces.length > 0) this._emitLine(`${this.target(frame)}+=${pieces.join('+')};`);
      pieces = [];
    };
    for (const part of parts) {
      if (part.text !== undefined) {
        text += part.text;
        continue;
      }
      if (pieces.length > 0) flush();
      flushText();
      this.emitPlace(startOf(part.node));
      pieces.push(part.code ?? this.printed(this.code(part.node, frame), frame));
    }
    flush();
  }

  /** Code that makes text of a value as the place demands it. */
  private printed(code: string, frame: Frame): string {
    const value = this.options.finalize ? `rt.finalize(context,${code})` : code;
    if (frame.state.volatile) return `rt.printed(context.asked(),${value})`;
    return frame.state.autoescape ? `escape(${value})` : `str(${value})`;
  }
}

/** A piece of output: text that is known, or a value. */
interface OutputPart {
  readonly node: ExpressionNode;
  readonly text?: string;
  readonly code?: string;
}

/** Conditions, assignments and the blocks around a piece of text. */
export class AssignmentCompiler extends OutputCompiler {
  private readonly assigned: Set<string>[] = [];

  compileNodeList(node: BodyNode, frame: Frame): void {
    this.compileAll(node.children, frame);
  }

  compileIfChain(node: IfNode, frame: Frame): void {
    const soft = frame.soft();
    this.emitPlace(node);
    this._emitLine(`if(${this.condition(node.cond, soft)}){`);
    // All conditions may be asked, but only one branch runs: the heaviest counts.
    let heaviest = this.emitBranch(node.body, soft);
    for (const branch of node.elifs) {
      this._emitLine(`}else if((at=${placeCode(branch)},${this.condition(branch.cond, soft)})){`);
      heaviest = Math.max(heaviest, this.emitBranch(branch.body, soft));
    }
    if (node.else_ !== null) {
      this._emitLine('}else{');
      heaviest = Math.max(heaviest, this.emitBranch(node.else_, soft));
    }
    this.weight += heaviest;
    this._emitLine('}');
  }

  /** Gives what the branch costs. */
  private emitBranch(body: BodyNode, frame: Frame): number {
    return this.weighed(() => {
      this.compileAll(body.children, frame);
    });
  }

  compileAssign(node: AssignNode, frame: Frame): void {
    this.emitPlace(node);
    this.tracked(frame, () => {
      for (const name of new Set(namespacesOf(node.target))) {
        this._emitLine(`rt.checkNamespace(${this.variable(name, frame)});`);
      }
      this.emitTarget(node.target, this.code(node.value, frame), frame);
    });
  }

  compileAssignBlock(node: AssignBlockNode, frame: Frame): void {
    this.tracked(frame, () => {
      const inner = frame.inner();
      // A set block always collects, so it works at the top of a template with a parent too.
      inner.requireOutputCheck = false;
      trackBody(inner.symbols, node.body);
      this.enterFrame(inner);
      this.emitBuffer(inner);
      this.compileAll(node.body.children, inner);
      this.emitPlace(node);
      this._emitLine(`rt.made(${String(inner.buffer)});`);
      const value = node.filter === null ? String(inner.buffer) : this.code(node.filter, inner);
      this.emitTarget(node.target, `rt.markIf(context.evalContext.autoescape,${value})`, frame);
      this.leaveFrame(inner);
    });
  }

  /** From here on the frame collects its output in a variable of its own. */
  protected emitBuffer(frame: Frame): void {
    frame.buffer = this.temporary();
    this._emitLine(`${frame.buffer}="";`);
  }

  compileFilterBlock(node: FilterBlockNode, frame: Frame): void {
    const inner = frame.inner();
    trackNodes(inner.symbols, [...node.body.children, node.filter]);
    this.enterFrame(inner);
    this.emitBuffer(inner);
    this.compileAll(node.body.children, inner);
    this.emitPlace(node);
    this._emitLine(`rt.made(${String(inner.buffer)});`);
    this.emitJoined(this.code(node.filter, inner), frame, node);
    this.leaveFrame(inner);
  }

  compileWith(node: WithNode, frame: Frame): void {
    const inner = frame.inner();
    trackNodes(inner.symbols, [...node.targets, ...node.body.children]);
    this.emitPlace(node);
    this.enterFrame(inner);
    for (const [index, target] of node.targets.entries()) {
      const value = node.values[index];
      if (value !== undefined) this.emitTarget(target, this.code(value, frame), inner);
    }
    this.compileAll(node.body.children, inner);
    this.leaveFrame(inner);
  }

  compileAutoescape(node: AutoescapeNode, frame: Frame): void {
    const inner = frame.inner();
    trackNodes(inner.symbols, [node.value, ...node.body.children]);
    const { state } = inner;
    const { autoescape, volatile } = state;
    this.emitPlace(node);
    this.enterFrame(inner);
    const saved = this.temporary();
    this._emitLine(`${saved}=context.evalContext.setting;`);
    this._emitLine(`context.evalContext.setting=${this.code(node.value, inner)};`);
    const constant = foldConstant(node.value, state, this.options);
    if (constant === undefined) state.volatile = true;
    else state.autoescape = truth(constant.value);
    this.compileAll(node.body.children, inner);
    state.autoescape = autoescape;
    state.volatile = volatile;
    this._emitLine(`context.evalContext.setting=${saved};`);
    this.leaveFrame(inner);
  }

  compileExpressionStatement(node: ExpressionStatementNode, frame: Frame): void {
    this.emitPlace(node);
    this._emitLine(`${this.code(node.value, frame)};`);
  }

  /** Emits the assignment of a value to a name, to an attribute of a namespace or to several of them. */
  protected emitTarget(target: ExpressionNode, value: string, frame: Frame): void {
    if (target.typename === 'Name') {
      if (frame.toplevel || frame.loopFrame || frame.blockFrame) this.assigned.at(-1)?.add(target.value);
      this._emitLine(`${this.variable(target.value, frame)}=${value};`);
    } else if (target.typename === 'NamespaceRef') {
      const attribute = JSON.stringify(target.attribute);
      this._emitLine(`rt.setNamespace(${this.variable(target.value, frame)},${attribute},${value});`);
    } else if (target.typename === 'Tuple') {
      const items = this.temporary();
      this._emitLine(`${items}=rt.unpack(${value},${String(target.children.length)});`);
      for (const [index, child] of target.children.entries()) {
        this.emitTarget(child, `${items}[${String(index)}]`, frame);
      }
    }
  }

  /** Runs an assignment and makes its names known to the context, the loop or the block. */
  private tracked(frame: Frame, assign: () => void): void {
    this.assigned.push(new Set());
    assign();
    const names = [...(this.assigned.pop() ?? [])];
    if (names.length === 0) return;
    const values = names.map((name) => `${JSON.stringify(name)},${this.variable(name, frame)}`);
    if ((frame.loopFrame || frame.blockFrame) && !frame.tracksVariables) return;
    if (frame.loopFrame) this._emitLine(`loopVars=rt.noted(loopVars,[${values.join(',')}]);`);
    else if (frame.blockFrame) this._emitLine(`blockVars=rt.noted(blockVars,[${values.join(',')}]);`);
    else if (frame.toplevel) this._emitLine(`context.assign([${values.join(',')}]);`);
  }

  /** At the end of a loop, what it assigned is no longer an assignment of what surrounds it. */
  protected forgetAssigned(names: ReadonlySet<string>): void {
    for (const name of names) this.assigned.at(-1)?.delete(name);
  }
}

/** The names whose attributes a target assigns. */
function namespacesOf(target: ExpressionNode): string[] {
  if (target.typename === 'NamespaceRef') return [target.value];
  return target.typename === 'Tuple' ? target.children.flatMap(namespacesOf) : [];
}
