import { escapedString } from '../python/escape.ts';
import type { ExpressionNode, OutputNode, TemplateNode } from '../nodes/nodes.ts';
import { CallCompiler } from './calls.ts';
import { constantCode, foldConstant, foldPrinted } from './constants.ts';
import type { Frame } from './frame.ts';
import { namesRead } from './names.ts';
import { placeCode, startOf } from './scopes.ts';
import { PRINTED } from './weights.ts';

/** What is printed: text, and values made text. */
export class OutputCompiler extends CallCompiler {
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
