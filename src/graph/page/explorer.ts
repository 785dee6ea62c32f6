import { closuresOf, EDGE_KINDS, type EdgeKind, type Graph, type GraphNode, nodeName } from '../model.ts';
import { Canvas, type Marks, svgElement } from './draw.ts';
import { element, type Known, nodePanel, nodeTable, overviewPanel } from './panel.ts';
import { type Changes, firstView, namespaceOf, type Picture, pictureOf, reveal, type View } from './view.ts';

/** Everything to look at a graph with: the picture, a search, filters and what is to be known of an object. */
export class Explorer {
  readonly #root: HTMLElement;
  readonly #canvas: Canvas;
  readonly #hasAddress: boolean;
  /** Takes every listener away. */
  readonly #end = new AbortController();
  #known: Known;
  #view: View;
  #picture: Picture;
  #chosen: string | undefined;
  /** The box that has the focus, or had it last. */
  #current: string | undefined;
  #isChainShown = false;

  /** What keys do that are pressed outside of a field. */
  readonly #keys: Readonly<Record<string, () => void>> = {
    '/': () => {
      this.#byId('search').focus();
    },
    '+': () => {
      this.#canvas.scale(1.3);
    },
    '-': () => {
      this.#canvas.scale(1 / 1.3);
    },
    '0': () => {
      this.#canvas.fit();
    },
    f: () => {
      this.#toggleFolds();
    },
    c: () => {
      this.#toggleChain();
    },
    t: () => {
      this.#toggleTable();
    },
  };

  /**
   * @param root - is filled
   * @param hasAddress - whether the object that was chosen stands behind the `#` of the page's address
   */
  constructor(
    root: HTMLElement,
    graph: Graph,
    { changes = {}, hasAddress }: { readonly changes?: Changes; readonly hasAddress: boolean },
  ) {
    this.#root = root;
    this.#hasAddress = hasAddress;
    root.replaceChildren(...markup());
    this.#canvas = new Canvas(
      this.#byId('picture') as unknown as SVGSVGElement,
      this.#byId('content') as unknown as SVGGElement,
    );
    this.#known = knownOf(graph, changes);
    this.#view = firstView(graph);
    this.#picture = pictureOf(graph, this.#view, changes);
    this.#fillFilters();
    this.#wire();
    this.#redraw();
    this.#canvas.fit(true);
    this.#choose(this.#fromAddress());
  }

  /** Takes another state of the same graph; what is looked at stays. */
  show(graph: Graph, changes: Changes): void {
    this.#known = knownOf(graph, changes);
    this.#fillFilters();
    this.#redraw();
    this.#choose(this.#chosen);
    const rows = this.#byId('rows');
    if (rows.childElementCount > 0) rows.replaceChildren(nodeTable(this.#known));
  }

  /** Ends what listens to the page. */
  destroy(): void {
    this.#end.abort();
    this.#root.replaceChildren();
  }

  #byId(id: string): HTMLElement {
    const found = this.#root.querySelector<HTMLElement>(`#${id}`);
    if (found === null) throw new Error(`the graph has no #${id}`);
    return found;
  }

  #fromAddress(): string | undefined {
    const id = this.#hasAddress ? decodeURIComponent(location.hash.slice(1)) : '';
    return this.#known.nodes.has(id) ? id : undefined;
  }

  /** Draws anew what is seen now; a box that is still there keeps the focus. */
  #redraw(): void {
    this.#picture = pictureOf(this.#known.graph, this.#view, this.#known.changes);
    const hadFocus = this.#byId('content').contains(document.activeElement);
    this.#canvas.draw(this.#picture);
    this.#mark();
    const button = this.#byId('fold');
    button.textContent = this.#view.folded.size > 0 ? 'Unfold all' : 'Fold all';
    this.#setCurrent(
      this.#picture.boxes.some(({ id }) => id === this.#current) ? this.#current : this.#picture.boxes[0]?.id,
      hadFocus,
    );
  }

  #change(next: Partial<View>): void {
    this.#view = { ...this.#view, ...next };
    this.#redraw();
  }

  #mark(): void {
    this.#canvas.mark(this.#marksOf());
  }

  #marksOf(): Marks {
    const boxes = (ids: readonly string[]): ReadonlySet<string> =>
      new Set(ids.flatMap((id) => this.#picture.boxOf.get(id) ?? []));
    const chain = this.#isChainShown
      ? this.#known.graph.criticalPath.flatMap((id) => this.#picture.boxOf.get(id) ?? [])
      : [];
    const { dependentsOf, dependenciesOf } = this.#known.closures;
    return {
      chosen: this.#chosen === undefined ? undefined : this.#picture.boxOf.get(this.#chosen),
      lit:
        this.#chosen === undefined
          ? undefined
          : boxes([this.#chosen, ...dependentsOf(this.#chosen), ...dependenciesOf(this.#chosen)]),
      chain: new Set(chain),
      chainLines: new Set(chain.map((id, step) => `${id} ${chain[step + 1] ?? ''}`)),
    };
  }

  /** Shows what is to be known of a node, and unfolds and shows it; of the whole where there is none. */
  #choose(id: string | undefined): void {
    const node = id === undefined ? undefined : this.#known.nodes.get(id);
    this.#chosen = node?.id;
    const hash = node === undefined ? '' : `#${encodeURIComponent(node.id)}`;
    if (this.#hasAddress && location.hash !== hash)
      history.replaceState(null, '', hash === '' ? location.pathname : hash);
    this.#byId('panel').replaceChildren(
      ...(node === undefined ? overviewPanel(this.#known) : nodePanel(this.#known, node)),
    );
    this.#byId('panel').scrollTop = 0;
    if (node === undefined) {
      this.#mark();
      return;
    }
    if (this.#picture.boxOf.get(node.id) !== node.id) {
      this.#view = reveal(this.#view, node);
      this.#redraw();
    }
    this.#mark();
    this.#setCurrent(node.id, false);
    this.#canvas.show(node.id);
  }

  /** One box can be reached by the tabulator; arrow keys lead to the others. */
  #setCurrent(id: string | undefined, withFocus: boolean): void {
    if (this.#current !== undefined) this.#canvas.element(this.#current)?.setAttribute('tabindex', '-1');
    this.#current = id;
    if (id === undefined) return;
    const box = this.#canvas.element(id);
    box?.setAttribute('tabindex', '0');
    if (withFocus) {
      box?.focus({ preventScroll: true });
      this.#canvas.show(id);
    }
  }

  #activate(id: string): void {
    const box = this.#picture.boxes.find((one) => one.id === id);
    if (box === undefined) return;
    if (!box.isFolded) {
      this.#choose(id);
      return;
    }
    const namespace = box.title;
    this.#change({ folded: new Set([...this.#view.folded].filter((one) => one !== namespace)) });
    const first = box.nodes[0];
    if (first !== undefined) this.#setCurrent(first.id, true);
  }

  #wire(): void {
    this.#byId('content').addEventListener('click', ({ target }) => {
      const id = (target as Element).closest<SVGGElement>('.box')?.dataset.id;
      if (id === undefined) return;
      this.#setCurrent(id, false);
      this.#activate(id);
    });
    this.#byId('picture').addEventListener('click', ({ target }) => {
      if ((target as Element).closest('.box') === null) this.#choose(undefined);
    });
    for (const id of ['panel', 'rows']) {
      this.#byId(id).addEventListener('click', ({ target }) => {
        const node = (target as Element).closest<HTMLElement>('[data-node]')?.dataset.node;
        if (node !== undefined) this.#choose(node);
      });
    }
    this.#onClick('fold', this.#keys.f);
    this.#onClick('chain', this.#keys.c);
    this.#onClick('table', this.#keys.t);
    this.#onClick('in', () => {
      this.#canvas.scale(1.3);
    });
    this.#onClick('out', () => {
      this.#canvas.scale(1 / 1.3);
    });
    this.#onClick('whole', () => {
      this.#canvas.fit();
    });
    this.#wireSearch();
    const { signal } = this.#end;
    document.addEventListener(
      'keydown',
      (event) => {
        this.#onKey(event);
      },
      { signal },
    );
    if (!this.#hasAddress) return;
    window.addEventListener(
      'hashchange',
      () => {
        this.#choose(this.#fromAddress());
      },
      { signal },
    );
  }

  #onClick(id: string, act: (() => void) | undefined): void {
    if (act !== undefined) this.#byId(id).addEventListener('click', act);
  }

  #toggleFolds(): void {
    this.#change({
      folded: this.#view.folded.size > 0 ? new Set() : new Set(this.#known.graph.nodes.map(namespaceOf)),
    });
    this.#canvas.fit(true);
  }

  #toggleChain(): void {
    this.#isChainShown = !this.#isChainShown;
    this.#byId('chain').setAttribute('aria-pressed', String(this.#isChainShown));
    if (this.#isChainShown) this.#choose(undefined);
    this.#mark();
  }

  #toggleTable(): void {
    const rows = this.#byId('rows');
    const isShown = rows.hidden !== false;
    if (isShown && rows.childElementCount === 0) rows.append(nodeTable(this.#known));
    rows.hidden = !isShown;
    this.#root.querySelector<HTMLElement>('.picture')?.toggleAttribute('hidden', isShown);
    this.#byId('table').setAttribute('aria-pressed', String(isShown));
  }

  #fillFilters(): void {
    const kinds = countsOf(this.#known.graph.nodes.map(({ kind }) => kind));
    const namespaces = countsOf(this.#known.graph.nodes.map(namespaceOf));
    this.#byId('edges').replaceChildren(
      element('legend', {}, 'Edges'),
      ...EDGE_KINDS.map((kind) =>
        checkbox(kind, this.#view.edgeKinds.has(kind), (isOn) => {
          this.#change({ edgeKinds: toggled(this.#view.edgeKinds, kind, isOn) as ReadonlySet<EdgeKind> });
        }),
      ),
    );
    this.#byId('kinds').replaceChildren(
      element('legend', {}, 'Kinds'),
      ...kinds.map(([kind, number]) =>
        checkbox(`${kind} (${String(number)})`, !this.#view.hiddenKinds.has(kind), (isOn) => {
          this.#change({ hiddenKinds: toggled(this.#view.hiddenKinds, kind, !isOn) });
        }),
      ),
    );
    this.#byId('namespaces').replaceChildren(
      element('legend', {}, 'Namespaces'),
      ...namespaces.map(([namespace, number]) =>
        checkbox(`${namespace} (${String(number)})`, !this.#view.hiddenNamespaces.has(namespace), (isOn) => {
          this.#change({ hiddenNamespaces: toggled(this.#view.hiddenNamespaces, namespace, !isOn) });
        }),
      ),
    );
  }

  #wireSearch(): void {
    const input = this.#byId('search') as HTMLInputElement;
    const hits = this.#byId('hits');
    let found: readonly GraphNode[] = [];
    let at = 0;
    const words = (): string[] => wordsOf(input.value);
    const show = (): void => {
      hits.replaceChildren(
        ...found.map((node, index) => {
          const option = element(
            'li',
            { role: 'option', id: `hit-${String(index)}`, 'aria-selected': String(index === at) },
            nodeName(node),
            ...keysOf(node, words()).map((key) => element('small', {}, ` ${key}`)),
          );
          option.dataset.node = node.id;
          return option;
        }),
      );
      hits.hidden = found.length === 0;
      input.setAttribute('aria-expanded', String(found.length > 0));
      if (found.length > 0) input.setAttribute('aria-activedescendant', `hit-${String(at)}`);
      else input.removeAttribute('aria-activedescendant');
    };
    const close = (): void => {
      found = [];
      show();
    };
    const take = (id: string | undefined): void => {
      close();
      if (id === undefined) return;
      input.value = '';
      this.#choose(id);
      this.#canvas.element(id)?.focus({ preventScroll: true });
    };
    input.addEventListener('input', () => {
      found = this.#search(input.value);
      at = 0;
      show();
    });
    input.addEventListener('keydown', (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step !== undefined && found.length > 0) {
        at = (at + step + found.length) % found.length;
        show();
        event.preventDefault();
      } else if (event.key === 'Enter') take(found[at]?.id);
      else if (event.key === 'Escape') {
        close();
        input.blur();
      }
    });
    input.addEventListener('blur', close);
    // Before the field loses the focus, and with it the list.
    hits.addEventListener('mousedown', (event) => {
      event.preventDefault();
      take((event.target as Element).closest<HTMLElement>('[data-node]')?.dataset.node);
    });
  }

  #onKey(event: KeyboardEvent): void {
    const target = event.target as Element;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape') {
      this.#byId('filter').removeAttribute('open');
      this.#choose(undefined);
      return;
    }
    if (target.matches('input, select, textarea, [contenteditable]')) return;
    const direction = DIRECTIONS[event.key];
    const box = target.closest<SVGGElement>('.box')?.dataset.id;
    if (direction !== undefined && target.closest('#picture') !== null) {
      this.#setCurrent(box === undefined ? this.#current : (this.#canvas.neighbour(box, direction) ?? box), true);
      event.preventDefault();
      return;
    }
    if ((event.key === 'Enter' || event.key === ' ') && box !== undefined) {
      this.#setCurrent(box, false);
      this.#activate(box);
      event.preventDefault();
      return;
    }
    const act = this.#keys[event.key];
    if (act === undefined) return;
    act();
    event.preventDefault();
  }

  /**
   * Every word has to be in the name of an object, or in a key of the configuration that it comes from; those whose own name begins with the
   * text come first, those that are found by a key last.
   */
  #search(text: string): readonly GraphNode[] {
    const words = wordsOf(text);
    if (words.length === 0) return [];
    const found = this.#known.graph.nodes.filter((node) => {
      return isNamed(node, words) || keysOf(node, words).length > 0;
    });
    const rank = (node: GraphNode): number => (node.name.startsWith(words[0] ?? '') ? 0 : isNamed(node, words) ? 1 : 2);
    return found.sort((one, other) => rank(one) - rank(other)).slice(0, MOST_HITS);
  }
}

function knownOf(graph: Graph, changes: Changes): Known {
  return { graph, nodes: new Map(graph.nodes.map((node) => [node.id, node])), closures: closuresOf(graph), changes };
}

/** The controls, the picture and the place for details. */
function markup(): HTMLElement[] {
  const button = (
    id: string,
    title: string,
    text: string,
    attributes: Readonly<Record<string, string>> = {},
  ): HTMLElement => element('button', { type: 'button', id, title, ...attributes }, text);
  const toggle = { 'aria-pressed': 'false' };
  const search = {
    id: 'search',
    type: 'search',
    placeholder: 'Search (/)',
    'aria-label': 'Search for an object',
    role: 'combobox',
    'aria-expanded': 'false',
    'aria-controls': 'hits',
    'aria-autocomplete': 'list',
    autocomplete: 'off',
    spellcheck: 'false',
  };
  const hits = element('ul', { id: 'hits', role: 'listbox', 'aria-label': 'Objects found', hidden: '' });
  const sheet = ['edges', 'kinds', 'namespaces'].map((id) => element('fieldset', { id }));
  const bar = element(
    'div',
    { class: 'explorer-bar', role: 'toolbar', 'aria-label': 'Graph' },
    element('div', { class: 'search' }, element('input', search), hits),
    element(
      'details',
      { class: 'menu', id: 'filter' },
      element('summary', {}, 'Filter'),
      element('div', { class: 'sheet' }, ...sheet),
    ),
    button('fold', 'Fold or unfold all namespaces (f)', 'Fold all'),
    button('chain', 'Longest chain of the bootstrap (c)', 'Longest chain', toggle),
    button('table', 'All objects as a table (t)', 'Table', toggle),
    element(
      'span',
      { class: 'zoom' },
      button('out', 'Zoom out (-)', '−', { 'aria-label': 'Zoom out' }),
      button('whole', 'Show the whole picture (0)', 'Fit'),
      button('in', 'Zoom in (+)', '+', { 'aria-label': 'Zoom in' }),
    ),
  );
  const tip = (id: string, kind: string): SVGMarkerElement =>
    svgElement(
      'marker',
      {
        id,
        viewBox: '0 0 8 8',
        refX: 7,
        refY: 4,
        markerWidth: 9,
        markerHeight: 9,
        markerUnits: 'userSpaceOnUse',
        orient: 'auto',
      },
      svgElement('path', { d: 'M0 0 8 4 0 8z', class: kind }),
    );
  const drawing = svgElement(
    'svg',
    { id: 'picture', role: 'group', 'aria-label': 'Graph of the cluster: arrow keys go from box to box', tabindex: 0 },
    svgElement('defs', {}, tip('tip', 'tip'), tip('tip-red', 'tip red')),
    svgElement('g', { id: 'content' }),
  );
  const samples = [
    ['applies', 'applies'],
    ['depends', 'is waited for'],
    ['reads', 'is read'],
    ['publishes', 'is published'],
  ].map(([kind = '', text = '']) => element('li', {}, element('span', { class: `sample ${kind}` }), text));
  const main = element(
    'div',
    { class: 'explorer-main' },
    element(
      'div',
      { class: 'picture' },
      drawing,
      element('ul', { class: 'legend', 'aria-label': 'Lines' }, ...samples),
    ),
    element('section', { id: 'rows', 'aria-label': 'All objects', hidden: '' }),
    element('aside', { id: 'panel', 'aria-label': 'Details', 'aria-live': 'polite', tabindex: '-1' }),
  );
  return [bar, main];
}

const DIRECTIONS: Readonly<Record<string, 'left' | 'right' | 'up' | 'down'>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
};

function countsOf(names: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort(([one], [other]) => one.localeCompare(other));
}

function toggled(set: ReadonlySet<string>, one: string, isIn: boolean): ReadonlySet<string> {
  const next = new Set(set);
  if (isIn) next.add(one);
  else next.delete(one);
  return next;
}

function checkbox(label: string, isOn: boolean, act: (isOn: boolean) => void): HTMLElement {
  const input = element('input', { type: 'checkbox' });
  input.checked = isOn;
  input.addEventListener('change', () => {
    act(input.checked);
  });
  return element('label', {}, input, element('span', {}, label));
}

const MOST_HITS = 12;

/** Lower case, without white space. */
function wordsOf(text: string): string[] {
  return text.toLowerCase().split(/\s+/).filter(Boolean);
}

/** Keys of the configuration that a search is for. */
function keysOf({ keys = [] }: GraphNode, words: readonly string[]): readonly string[] {
  return words.length === 0 ? [] : keys.filter((key) => words.every((word) => key.toLowerCase().includes(word)));
}

function isNamed(node: GraphNode, words: readonly string[]): boolean {
  const name = nodeName(node).toLowerCase();
  return words.every((word) => name.includes(word));
}
