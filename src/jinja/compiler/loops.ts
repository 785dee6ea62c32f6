import type { BodyNode, BreakNode, ContinueNode, ForNode } from '../nodes/nodes.ts';
import { findNodes } from '../nodes/walk.ts';
import { type Frame, trackLoop } from './symbols.ts';
import { MacroCompiler } from './macros.ts';
import { spendCode } from './scopes.ts';
import { ROUND } from './weights.ts';

/** What the parts of one loop share. */
interface Loop {
  readonly node: ForNode;
  readonly frame: Frame;
  readonly elseFrame: Frame;
  /** The variable of the `loop` object; none where nothing can see it. */
  readonly variable: string | undefined;
}

/** Loops. The `loop` object is made only where the body can see it. */
export class LoopCompiler extends MacroCompiler {
  compileForLoop(node: ForNode, frame: Frame): void {
    const loopFrame = frame.inner();
    loopFrame.loopFrame = true;
    loopFrame.tracksVariables = tracksVariables(node.body);
    const elseFrame = frame.inner();
    const variable = this.isExtended(node) ? loopFrame.symbols.declareParameter('loop') : undefined;
    trackLoop(loopFrame.symbols, node, 'body');
    if (node.else_ !== null) trackLoop(elseFrame.symbols, node, 'else');
    this.checkLoopName(node);
    const loop = { node, frame: loopFrame, elseFrame, variable };
    this.emitPlace(node);
    if (node.recursive) this.emitRecursive(loop, frame);
    else this.emitLoop(loop, this.code(node.arr, frame), frame);
    this.forgetAssigned(loopFrame.symbols.stores);
  }

  private isExtended(node: ForNode): boolean {
    if (node.recursive || this.undeclaredAmong(node.body.children, 'loop').has('loop')) return true;
    return this.mayMention('block') && findNodes(node, 'BlockDef').some((block) => block.scoped);
  }

  /** A recursive loop is a function that the `loop` object calls with the items of the next level. */
  private emitRecursive(loop: Loop, outer: Frame): void {
    const name = this._tmpid();
    this.emitFunction({ head: `function ${name}(items,recurse,depth)`, node: loop.node, collects: true }, () => {
      this.emitBuffer(loop.frame);
      loop.elseFrame.buffer = loop.frame.buffer;
      this.emitLoop(loop, 'items', outer);
      if (this.options.limitOutput) this._emitLine(`context.checkOutput(${String(loop.frame.buffer)});`);
      this._emitLine(`return ${this.collected(loop.frame)};`);
    });
    this.emitPlace(loop.node);
    this.emitWrite(`rt.joined(${name}(${this.code(loop.node.arr, outer)},${name},0))`, outer, loop.node.arr);
  }

  private collected(frame: Frame): string {
    const buffer = String(frame.buffer);
    if (frame.state.volatile) return `rt.markIf(context.evalContext.autoescape,${buffer})`;
    return frame.state.autoescape ? `rt.markup(${buffer})` : buffer;
  }

  private emitLoop(loop: Loop, items: string, outer: Frame): void {
    const { node, frame, variable } = loop;
    const untouched = node.else_ === null ? undefined : this.temporary();
    if (untouched !== undefined) this._emitLine(`${untouched}=true;`);
    this.withinLoop(() => {
      let body = '';
      const weight = this.weighed(() => {
        const enter =
          variable === undefined ? this.emitPlainHead(loop, items, outer) : this.emitExtendedHead(loop, items, outer);
        body = this.capture(() => {
          enter();
          if (frame.tracksVariables) this._emitLine('let loopVars;');
          this.compileAll(node.body.children, frame);
          if (untouched !== undefined) this._emitLine(`${untouched}=false;`);
          if (this.options.limitOutput) this._emitLine(`context.checkOutput(${this.target(frame)});`);
        });
      });
      // Only now it is known what a round costs.
      this._emit(spendCode(ROUND + weight));
      this._emit(body);
      this._emitLine('}');
    });
    this.leaveFrame(frame);
    if (node.else_ === null) return;
    this._emitLine(`if(${String(untouched)}){`);
    this.enterFrame(loop.elseFrame);
    this.compileAll(node.else_.children, loop.elseFrame);
    this.leaveFrame(loop.elseFrame);
    this._emitLine('}');
  }

  /** Gives what emits the start of a round, after it has been paid for. */
  private emitPlainHead(loop: Loop, items: string, outer: Frame): () => void {
    const { node, frame } = loop;
    const item = this._tmpid();
    const test = node.test === null ? undefined : this.testFrame(node, outer);
    if (test !== undefined) this.enterFrame(test);
    this._emitLine(`for(const ${item} of iterate(${items})){`);
    return () => {
      if (test !== undefined && node.test !== null) {
        this.emitTarget(node.target, item, test);
        this._emitLine(`if(!${this.condition(node.test, test)})continue;`);
      }
      this.declareTargets(frame);
      this.emitTarget(node.target, item, frame);
      this.enterFrame(frame);
    };
  }

  /** Gives what emits the start of a round, after it has been paid for. */
  private emitExtendedHead(loop: Loop, items: string, outer: Frame): () => void {
    const { node, frame } = loop;
    const variable = String(loop.variable);
    this.noteLoop(variable);
    const source = node.test === null ? items : this.filteredCode(node, items, outer);
    const recursion = node.recursive ? ',recurse,depth' : '';
    this._emitLine(`${this.declare(variable)}=rt.loop(context,${source}${recursion});`);
    this._emitLine(`while(${variable}.advance()){`);
    return () => {
      this.declareTargets(frame);
      this.emitTarget(node.target, `${variable}.current`, frame);
      this.enterFrame(frame);
    };
  }

  /** The items that pass the loop's condition, one by one as the loop asks for them. */
  private filteredCode(node: ForNode, items: string, outer: Frame): string {
    const test = this.testFrame(node, outer);
    const item = this._tmpid();
    this.enterFrame(test);
    const body = this.capture(() => {
      if (node.test === null) return;
      this.emitTarget(node.target, item, test);
      this._emitLine(`return ${this.condition(node.test, test)};`);
    });
    return `rt.filtered(${items},${item}=>{${body}})`;
  }

  private testFrame(node: ForNode, outer: Frame): Frame {
    const frame = outer.inner();
    trackLoop(frame.symbols, node, 'test');
    return frame;
  }

  private declareTargets(frame: Frame): void {
    for (const [variable, load] of frame.symbols.loads) if (load.from === 'parameter') this.declare(variable);
  }

  private checkLoopName(node: ForNode): void {
    for (const name of findNodes(node, 'Name')) {
      if (name.use === 'store' && name.value === 'loop') {
        this.failAt(name, "Can't assign to special loop variable in for-loop target");
      }
    }
  }

  compileBreak(node: BreakNode): void {
    if (!this.inLoop) this.failSyntax(node, "'break' outside loop");
    this._emitLine('break;');
  }

  compileContinue(node: ContinueNode): void {
    if (!this.inLoop) this.failSyntax(node, "'continue' not properly in loop");
    this._emitLine('continue;');
  }

  /** Functions that ask for the context see what is set in the loop or block around them. */
  protected override contextWithVariables(frame: Frame): string {
    if (!frame.tracksVariables) return 'context';
    return `rt.withVariables(context,${frame.loopFrame ? 'loopVars' : 'blockVars'})`;
  }
}

/** Whether a body both assigns and calls: only then can a function see what is assigned. */
export function tracksVariables(body: BodyNode): boolean {
  const found = findNodes(body, 'Assign', 'AssignBlock', 'Call');
  return found.some(({ typename }) => typename === 'Call') && found.some(({ typename }) => typename !== 'Call');
}
