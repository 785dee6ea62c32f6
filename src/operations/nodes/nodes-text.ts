import { isMap, isScalar, isSeq, type Pair, type YAMLMap } from 'yaml';
import { NotEditable, YamlText } from '../../cluster/config/yaml-text.ts';
import { failure, type Failure } from '../../report/finding.ts';

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
    const nodes = this.#yaml.document.get('nodes');
    const isFine = nodes === undefined || nodes === null || (isSeq(nodes) && nodes.items.every((item) => isMap(item)));
    if (!isFine) throw this.#wrong('`nodes` is not a list of nodes');
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
    const node: unknown = map.get(field, true);
    if (isScalar(node) && node.range) {
      const [start, end] = node.range;
      // A key without a value has an empty range behind its colon.
      this.#splice(start, end, start === end ? ` ${quoted(field, value)}` : quoted(field, value));
    } else if (map.flow === true) throw this.#inFlow();
    else {
      const end = this.#yaml.lineEnd(endOf(first));
      this.#splice(end, end, `${' '.repeat(this.#yaml.column(startOf(first)))}${field}: ${quoted(field, value)}\n`);
    }
  }

  /** Appends a node to the list. */
  append(node: NewNode): void {
    const maps = this.#maps();
    const last = maps.at(-1);
    const list: unknown = this.#yaml.document.get('nodes');
    if (last === undefined) this.#appendFirst(list, node);
    else if (last.flow === true || (isSeq(list) && list.flow === true)) throw this.#inFlow();
    else {
      const indent = this.#dashColumn(last);
      const end = this.#endOfItem(last, indent);
      const gap = maps.length > 1 && !this.#isBlankBefore(last) ? '' : '\n';
      const start = end > 0 && this.text[end - 1] !== '\n' ? '\n' : '';
      this.#splice(end, end, start + gap + itemText(node, indent));
    }
  }

  #appendFirst(list: unknown, node: NewNode): void {
    const item = `\n${itemText(node, 2)}`;
    const range = isSeq(list) ? list.range : undefined;
    if (range) this.#splice(range[0], range[1], item.trimEnd());
    else if (this.#yaml.document.has('nodes')) {
      const key = /^nodes[ \t]*:.*$/m.exec(this.text);
      if (key === null) throw this.#inFlow();
      const end = key.index + key[0].length;
      this.#splice(end, end, item.trimEnd());
    } else {
      const end = this.text.length;
      const start = end > 0 && !this.text.endsWith('\n') ? '\n' : '';
      this.#splice(end, end, `${start}nodes:${item}`);
    }
  }

  #maps(): YAMLMap[] {
    const nodes: unknown = this.#yaml.document.get('nodes');
    return isSeq(nodes) ? nodes.items.filter((item): item is YAMLMap => isMap(item)) : [];
  }

  #splice(start: number, end: number, text: string): void {
    try {
      this.#yaml.splice(start, end, text);
    } catch (error) {
      if (!(error instanceof NotEditable)) throw error;
      throw this.#inFlow();
    }
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
  const isId = field === 'schematic_id' && /[a-f]/.test(value) && !/^\d+e\d+$/.test(value);
  const isWord = /^(?:y|n|yes|no|on|off|true|false|null)$/.test(value);
  return (isPlain || isId) && !isWord ? value : `'${value.replaceAll("'", "''")}'`;
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
