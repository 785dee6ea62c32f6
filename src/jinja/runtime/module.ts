import { NOT_FOUND, PyObject } from '../python/object.ts';
import { repr } from '../python/text.ts';

/** An imported template: what it exports, and its text. */
export class TemplateModule extends PyObject {
  readonly name: string | undefined;
  private readonly exports: ReadonlyMap<string, unknown>;
  readonly body: string;

  constructor(name: string | undefined, exports: ReadonlyMap<string, unknown>, body: string) {
    super();
    this.name = name;
    this.exports = exports;
    this.body = body;
  }

  get typeName(): string {
    return 'TemplateModule';
  }

  override get moduleName(): string {
    return 'jinja2.environment';
  }

  override getAttribute(name: string): unknown {
    const found = this.exports.get(name);
    if (found !== undefined) return found;
    return name === '__name__' ? (this.name ?? null) : NOT_FOUND;
  }

  override str(): string {
    return this.body;
  }

  override html(): string {
    return this.body;
  }

  override repr(): string {
    return `<TemplateModule ${this.name === undefined ? 'memory' : repr(this.name)}>`;
  }
}
