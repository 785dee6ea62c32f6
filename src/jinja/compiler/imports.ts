import type { ExpressionNode, FromImportNode, ImportNode, IncludeNode } from '../nodes/nodes.ts';
import type { Frame } from './frame.ts';
import { LoopCompiler } from './loops.ts';

/** What brings other templates in. */
export class ImportCompiler extends LoopCompiler {
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
