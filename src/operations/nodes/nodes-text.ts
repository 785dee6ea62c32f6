import { isAlias, isMap, isScalar, isSeq, type Pair, type YAMLMap } from 'yaml';
import { NotEditable, YamlText } from '../../cluster/config/yaml-text.ts';
import { failure, type Failure } from '../../report/finding.ts';
import { isWordOfYaml } from '../../text/yaml-plain.ts';

/** Fields of a new node, in the order in which they are written. */
export interface NewNode {
  readonly name: string;
  readonly address: string;
  readonly controller: boolean;
  readonly disk: string;
  readonly mac_addr: string;
  readonly schematic_id: string;
}

/** A node of nodes.yaml as it is written; what is no text or no boolean is left out. */
export type WrittenNode = Readonly<Partial<Record<string, unknown>>>;

/**
 * The text of nodes.yaml with the changes that are asked of it. Everything that is not changed stays byte for byte: comments,
 * quotes, blank lines, the order of the fields.
 */
export class NodesText {
  readonly #file: string;
  readonly #yaml: YamlText;

  /** Throws a Failure of kind `input` where the text is no YAML, or its nodes are not a list of maps. */
  constructor(text: string, file: string) {
    this.#file = file;
    try {
      this.#yaml = new YamlText(text);
    } catch (error) {
      if (!(error instanceof NotEditable)) throw error;
      throw this.#wrong(error.message);
    }
    const nodes = this.#resolve(this.#yaml.document.get('nodes', true));
    const isList = isSeq(nodes) && nodes.items.every((item) => isMap(this.#resolve(item)));
    const isNothing = nodes === undefined || (isScalar(nodes) && nodes.value === null);
    if (!isList && !isNothing) throw this.#wrong('`nodes` is not a list of nodes');
  }

  get text(): string {
    return this.#yaml.text;
  }

  nodes(): WrittenNode[] {
    const { nodes } = (this.#yaml.value() ?? {}) as { nodes?: WrittenNode[] | null };
    return nodes ?? [];
  }

  /** Sets a field of the node at an index. */
  set(index: number, field: 'disk' | 'mac_addr', value: string): void {
    const map = this.#maps()[index];
    const first = map?.items[0];
    if (map === undefined || first === undefined) throw this.#wrong(`node ${String(index)} has no fields`);
    if (map.has(field))
      this.#edit(() => {
        this.#yaml.replaceWith(['nodes', index, field], quoted(field, value));
      });
    else if (map.flow === true) throw this.#inFlow();
    else {
      const indent = ' '.repeat(this.#yaml.column(startOf(first)));
      this.#insertLines(this.#yaml.lineEnd(endOf(first)), `${indent}${field}: ${quoted(field, value)}\n`);
    }
  }

  /** Puts whole lines in; the last line of a file may lack its break. */
  #insertLines(offset: number, lines: string): void {
    const isOpen = offset > 0 && this.text[offset - 1] !== '\n';
    this.#splice(offset, offset, isOpen ? `\n${lines}` : lines);
  }

  /** Appends a node to the list. */
  append(node: NewNode): void {
    const maps = this.#maps();
    const last = maps.at(-1);
    const list: unknown = this.#yaml.document.get('nodes', true);
    if (last === undefined) this.#appendFirst(list, node);
    else if (last.flow === true || (isSeq(list) && list.flow === true)) throw this.#inFlow();
    else {
      const indent = this.#dashColumn(last);
      const end = this.#endOfItem(last, indent);
      const gap = maps.length > 1 && !this.#isBlankBefore(last) ? '' : '\n';
      this.#insertLines(end, gap + itemText(node, indent));
    }
  }

  #appendFirst(list: unknown, node: NewNode): void {
    const item = `\n${itemText(node, 2)}`;
    const range = isSeq(list) ? list.range : undefined;
    if (range) {
      const rest = /[^\r\n]*/y;
      rest.lastIndex = range[1];
      // A comment behind the brackets stays on their line.
      const comment = rest.exec(this.text)?.[0] ?? '';
      const start = this.text.slice(0, range[0]).trimEnd().length;
      this.#splice(start, range[1] + comment.length, comment.trimEnd() + item.trimEnd());
    } else if (this.#yaml.document.has('nodes')) {
      const key = /^nodes[ \t]*:[^\r\n]*/m.exec(this.text);
      if (key === null) throw this.#inFlow();
      const end = key.index + key[0].length;
      this.#splice(end, end, item.trimEnd());
    } else {
      this.#insertLines(this.text.length, `nodes:${item}`);
    }
  }

  /** Throws a Failure where the list or a node of it is only named: what it names may serve for something else too. */
  #maps(): YAMLMap[] {
    const nodes: unknown = this.#yaml.document.get('nodes', true);
    if (isAlias(nodes)) throw this.#named(nodes.source);
    return (isSeq(nodes) ? nodes.items : []).map((item) => {
      if (isAlias(item)) throw this.#named(item.source);
      return item as YAMLMap;
    });
  }

  #resolve(node: unknown): unknown {
    return isAlias(node) ? node.resolve(this.#yaml.document) : node;
  }

  #splice(start: number, end: number, text: string): void {
    this.#edit(() => {
      this.#yaml.splice(start, end, text);
    });
  }

  #edit(change: () => void): void {
    try {
      change();
    } catch (error) {
      if (!(error instanceof NotEditable)) throw error;
      throw this.#inFlow();
    }
  }

  #named(anchor: string): Failure {
    return this.#wrong(
      `a node, or the list of nodes, is only named there by \`*${anchor}\`, so nothing is changed in it`,
    );
  }

  /** Position behind an item's last line; comments below it that are indented as its fields are belong to it. */
  #endOfItem(map: YAMLMap, indent: number): number {
    const last = map.items.at(-1);
    let end = this.#yaml.lineEnd(last === undefined ? startOfMap(map) : endOf(last));
    const comment = new RegExp(String.raw`[ ]{${String(indent + 1)},}#[^\n]*(?:\n|$)`, 'y');
    for (;;) {
      comment.lastIndex = end;
      const found = comment.exec(this.text);
      if (found === null) return end;
      end += found[0].length;
    }
  }

  #isBlankBefore(map: YAMLMap): boolean {
    const before = this.text.slice(0, startOfMap(map)).split('\n').slice(0, -1);
    while (before.at(-1)?.trim().startsWith('#') === true) before.pop();
    return before.at(-1)?.trim() === '';
  }

  #dashColumn(map: YAMLMap): number {
    const dash = this.text.lastIndexOf('-', startOfMap(map) - 1);
    return this.#yaml.column(dash);
  }

  #inFlow(): Failure {
    return this.#wrong('the list of nodes is written in braces or brackets, into which nothing is inserted here');
  }

  #wrong(message: string): Failure {
    return failure('input', {
      code: 'operations/hardware',
      message,
      place: { file: this.#file },
      remedy: 'write the nodes as a list with a hyphen before each one, as docs/configuration.md shows',
    });
  }
}

function itemText(node: NewNode, indent: number): string {
  const lines = Object.entries(node).map(([field, value]) => `${field}: ${quoted(field, value as string | boolean)}`);
  const outer = ' '.repeat(indent);
  return `${outer}- ${lines.join(`\n${outer}  `)}\n`;
}

/** A MAC address is always quoted, as some of them are numbers to some readers. */
function quoted(field: string, value: string | boolean): string {
  if (typeof value === 'boolean') return String(value);
  const isPlain = field !== 'mac_addr' && (field === 'address' || /^(?:\/dev\/[\w/.:-]+|[a-z][a-z0-9-]*)$/.test(value));
  const isId = field === 'schematic_id' && /[a-f]/.test(value);
  return (isPlain || isId) && isWordOfYaml(value) ? value : `'${value.replaceAll("'", "''")}'`;
}

function startOfMap(map: YAMLMap): number {
  return map.range?.[0] ?? 0;
}

function startOf(pair: Pair): number {
  return (pair.key as { range?: [number, number, number] }).range?.[0] ?? 0;
}

function endOf(pair: Pair): number {
  const range = (pair.value as { range?: [number, number, number] } | null)?.range;
  return range?.[1] ?? (pair.key as { range?: [number, number, number] }).range?.[1] ?? 0;
}
