import type { Environment } from '../jinja/index.ts';
import type { InputFile, Inputs } from './inputs.ts';
import type { Plugin } from './plugin.ts';
import type { Settings } from './settings.ts';

// One edit costs what it touches: the text that a template gave is taken over as long as all that it read is the same. What it read is
// noted while it is rendered, and nothing of it is found out by reading the template.

/** What was read to render an output, or to make a module that several outputs import. */
export class RenderReads {
  /** Names of all templates that were asked for, those that do not exist among them. */
  readonly templates = new Set<string>();
  /** Global names that were looked up, those without a value among them. */
  readonly names = new Set<string>();
  /** Whether something was read that cannot be told: a function of a plugin ran, say. */
  isOpaque = false;

  /** Takes over what another one has read. */
  add({ templates, names, isOpaque }: RenderReads): void {
    for (const name of templates) this.templates.add(name);
    for (const name of names) this.names.add(name);
    this.isOpaque ||= isOpaque;
  }
}

/** The text of an output and what it was made from. */
interface KeptOutput {
  readonly templates: readonly string[];
  readonly names: readonly string[];
  /** A digest of the contents of the templates and the values of the names. */
  readonly digest: string;
  readonly text: string;
}

/** What is kept of a rendering, as JSON has it. */
export interface KeptOutputs {
  /** A digest of all that every output depends on. */
  readonly common: string;
  readonly outputs: Readonly<Record<string, KeptOutput>>;
}

/** How a rendering is remembered. */
interface MemoryOptions {
  /** Makes a short text of bytes from which nobody can guess them. */
  readonly digestOf: (bytes: Uint8Array) => string;
  /** Whether the text of an output may be kept: that of a secret may not. */
  readonly keeps: (path: string) => boolean;
  /**
   * What the functions of a plugin follow from besides their arguments. Plugins that are not named here are taken to follow from
   * anything, their values too.
   */
  readonly functionsOf: ReadonlyMap<Plugin, string>;
  /** Plugins whose values tell all: the functions of these are still taken to follow from anything. */
  readonly valuesOf: ReadonlySet<Plugin>;
}

/** What a rendering is remembered by. */
interface Rendering {
  readonly settings: Settings;
  readonly inputs: Pick<Inputs, 'files'>;
  readonly plugins: readonly Plugin[];
  readonly environment: Environment & { readonly reads: RenderReads };
}

/** The outputs that an earlier rendering kept, and those that this one keeps. */
export class RenderMemory {
  /** How many outputs were taken over. */
  recalled = 0;
  readonly #kept: KeptOutputs | undefined;
  readonly #options: MemoryOptions;
  readonly #next = new Map<string, KeptOutput>();
  #rendering: Rendering | undefined;
  #common = '';
  #values: ReadonlyMap<string, NameValue> = new Map();
  readonly #digests = new Map<InputFile, string>();

  constructor(kept: KeptOutputs | undefined, options: MemoryOptions) {
    this.#kept = kept;
    this.#options = options;
  }

  /** A rendering begins. Nothing is taken over from one with other settings, plugins or functions. */
  begin(rendering: Rendering): void {
    this.#rendering = rendering;
    const { settings, plugins, environment } = rendering;
    const members = plugins.map((plugin) => [
      plugin.name,
      ...[plugin.functions, plugin.globals, plugin.filters, plugin.tests].map((table) => Object.keys(table ?? {})),
      this.#options.functionsOf.get(plugin) ?? null,
    ]);
    this.#common = this.#digest([JSON.stringify([settings, environment.settingsKey(), members])]);
    this.#values = this.#describeAll(rendering);
  }

  /** The text of an output as it was kept; undefined where it has to be rendered. */
  recall(path: string, template: string): string | undefined {
    if (this.#kept?.common !== this.#common) return undefined;
    const known = Object.hasOwn(this.#kept.outputs, path) ? this.#kept.outputs[path] : undefined;
    if (known?.templates.includes(template) !== true) return undefined;
    if (this.#digestOf(known.templates, known.names) !== known.digest) return undefined;
    this.recalled += 1;
    this.#next.set(path, known);
    return known.text;
  }

  /** Keeps the text of an output that was rendered, where all that it read can be told. */
  keep(path: string, reads: RenderReads, text: string): void {
    if (reads.isOpaque || !this.#options.keeps(path)) return;
    const [templates, names] = [[...reads.templates].sort(), [...reads.names].sort()];
    const digest = this.#digestOf(templates, names);
    if (digest !== undefined) this.#next.set(path, { templates, names, digest, text });
  }

  /** Something was asked that the output which is being rendered depends on, and that cannot be told. */
  noteOpaque(): void {
    if (this.#rendering !== undefined) this.#rendering.environment.reads.isOpaque = true;
  }

  /**
   * What is to be kept for the next rendering; undefined where a template or a plugin changed a value that others see, so that no output
   * stands for itself: what was taken over then may be wrong too.
   */
  end(): KeptOutputs | undefined {
    const rendering = this.#rendering;
    if (rendering === undefined) return undefined;
    const now = this.#describeAll(rendering);
    const isSame = [...this.#values].every(([name, value]) => now.get(name)?.text === value.text);
    return isSame ? { common: this.#common, outputs: Object.fromEntries(this.#next) } : undefined;
  }

  #digestOf(templates: readonly string[], names: readonly string[]): string | undefined {
    const parts = templates.flatMap((name) => [name, this.#contentOf(name)]);
    for (const name of names) {
      const value = this.#values.get(name);
      // What no plugin gives is the engine's own, or nobody's.
      if (value !== undefined && value.text === undefined) return undefined;
      parts.push(name, value?.text ?? '');
    }
    return this.#digest(parts);
  }

  #contentOf(name: string): string {
    const file = this.#rendering?.inputs.files.get(name);
    if (file === undefined) return '';
    const digest = this.#digests.get(file) ?? this.#options.digestOf(file.bytes);
    this.#digests.set(file, digest);
    return digest;
  }

  /** Each part with its length, so that no two lists of parts are one text. */
  #digest(parts: readonly string[]): string {
    return this.#options.digestOf(Buffer.from(parts.map((part) => `${String(part.length)} ${part}`).join('\n')));
  }

  /** Every name that a plugin gives, with what its value is. */
  #describeAll({ plugins, environment }: Rendering): Map<string, NameValue> {
    const { functionsOf, valuesOf } = this.#options;
    const values = new Map<string, NameValue>();
    for (const plugin of plugins) {
      const data =
        plugin.data instanceof Map ? [...(plugin.data.keys() as Iterable<string>)] : Object.keys(plugin.data ?? {});
      const functions = [...Object.keys(plugin.globals ?? {}), ...Object.keys(plugin.functions ?? {})];
      for (const name of functions) values.set(name, { text: functionsOf.has(plugin) ? 'function' : undefined });
      for (const name of data) {
        const value: unknown = Map.prototype.get.call(environment.globalVariables, name);
        values.set(name, { text: valuesOf.has(plugin) || functionsOf.has(plugin) ? describe(value) : undefined });
      }
    }
    return values;
  }
}

/** A value as a text that no other value has; undefined where nothing can be told of it. */
interface NameValue {
  readonly text: string | undefined;
}

/** Plain data with the kind of each value; undefined where something in it is more than that. */
function describe(value: unknown): string | undefined {
  const parts: string[] = [];
  return write(value, parts, 0) ? parts.join('') : undefined;
}

/** Deeper than any data; what holds itself is deeper than that. */
const DEEPEST = 64;

function write(value: unknown, parts: string[], depth: number): boolean {
  switch (typeof value) {
    case 'string':
      parts.push(JSON.stringify(value));
      return true;
    case 'number':
      parts.push(Object.is(value, -0) ? '-0' : String(value), ' ');
      return true;
    case 'boolean':
      parts.push(value ? 't' : 'f');
      return true;
    case 'bigint':
      parts.push(String(value), 'n');
      return true;
    case 'object':
      if (value === null) {
        parts.push('_');
        return true;
      }
      return depth < DEEPEST && writeObject(value, parts, depth + 1);
    default:
      return false;
  }
}

function writeObject(value: object, parts: string[], depth: number): boolean {
  if (Array.isArray(value)) {
    const isPlain = Object.getPrototypeOf(value) === Array.prototype && Object.keys(value).length === value.length;
    if (!isPlain) return false;
    parts.push('[');
    for (const item of value as readonly unknown[]) if (!write(item, parts, depth)) return false;
    parts.push(']');
    return true;
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  parts.push('{');
  for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(value))) {
    // A getter may give something else each time.
    if (!('value' in property)) return false;
    parts.push(JSON.stringify(name));
    if (!write(property.value, parts, depth)) return false;
  }
  parts.push('}');
  return true;
}
