import { closuresOf, EDGE_KINDS, type EdgeKind, type Graph, type GraphNode, nodeName } from '../model.ts';
import { Canvas, type Marks } from './draw.ts';
import { element, type Known, nodePanel, nodeTable, overviewPanel } from './panel.ts';
import { firstView, namespaceOf, type Picture, pictureOf, reveal, type View } from './view.ts';

/** What the command writes into the page. */
interface PageData {
  readonly title: string;
  readonly graph: Graph;
}

const { title, graph } = JSON.parse(byId('data').textContent) as PageData;
const known: Known = {
  graph,
  nodes: new Map(graph.nodes.map((node) => [node.id, node])),
  closures: closuresOf(graph),
};
const canvas = new Canvas(byId('picture') as unknown as SVGSVGElement, byId('content') as unknown as SVGGElement);

let view: View = firstView(graph);
let picture: Picture = pictureOf(graph, view);
let chosen: string | undefined;
/** The box that has the focus, or had it last. */
let current: string | undefined;
let isChainShown = false;

start();

function start(): void {
  document.title = title;
  byId('panel').ownerDocument.querySelector('h1')?.replaceChildren(title);
  fillFilters();
  wire();
  redraw();
  canvas.fit(true);
  choose(fromHash());
  window.addEventListener('hashchange', () => {
    choose(fromHash());
  });
}

function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found;
}

function fromHash(): string | undefined {
  const id = decodeURIComponent(location.hash.slice(1));
  return known.nodes.has(id) ? id : undefined;
}

/** Draws anew what is seen now; a box that is still there keeps the focus. */
function redraw(): void {
  picture = pictureOf(graph, view);
  const hadFocus = document.activeElement?.closest('#content') !== null && document.activeElement !== null;
  canvas.draw(picture);
  mark();
  const button = byId('fold');
  button.textContent = view.folded.size > 0 ? 'Unfold all' : 'Fold all';
  setCurrent(picture.boxes.some(({ id }) => id === current) ? current : picture.boxes[0]?.id, hadFocus);
}

function change(next: Partial<View>): void {
  view = { ...view, ...next };
  redraw();
}

function mark(): void {
  canvas.mark(marksOf());
}

function marksOf(): Marks {
  const boxes = (ids: readonly string[]): ReadonlySet<string> =>
    new Set(ids.flatMap((id) => picture.boxOf.get(id) ?? []));
  const chain = isChainShown ? graph.criticalPath.flatMap((id) => picture.boxOf.get(id) ?? []) : [];
  const { dependentsOf, dependenciesOf } = known.closures;
  return {
    chosen: chosen === undefined ? undefined : picture.boxOf.get(chosen),
    lit: chosen === undefined ? undefined : boxes([chosen, ...dependentsOf(chosen), ...dependenciesOf(chosen)]),
    chain: new Set(chain),
    chainLines: new Set(chain.map((id, step) => `${id} ${chain[step + 1] ?? ''}`)),
  };
}

/** Shows what is to be known of a node, and unfolds and shows it; of the whole where there is none. */
function choose(id: string | undefined): void {
  const node = id === undefined ? undefined : known.nodes.get(id);
  chosen = node?.id;
  const hash = node === undefined ? '' : `#${encodeURIComponent(node.id)}`;
  if (location.hash !== hash) history.replaceState(null, '', hash === '' ? location.pathname : hash);
  byId('panel').replaceChildren(...(node === undefined ? overviewPanel(known) : nodePanel(known, node)));
  byId('panel').scrollTop = 0;
  if (node === undefined) {
    mark();
    return;
  }
  if (picture.boxOf.get(node.id) !== node.id) {
    view = reveal(view, node);
    redraw();
  }
  mark();
  setCurrent(node.id, false);
  canvas.show(node.id);
}

/** One box can be reached by the tabulator; arrow keys lead to the others. */
function setCurrent(id: string | undefined, withFocus: boolean): void {
  if (current !== undefined) canvas.element(current)?.setAttribute('tabindex', '-1');
  current = id;
  if (id === undefined) return;
  const box = canvas.element(id);
  box?.setAttribute('tabindex', '0');
  if (withFocus) {
    box?.focus({ preventScroll: true });
    canvas.show(id);
  }
}

function activate(id: string): void {
  const box = picture.boxes.find((one) => one.id === id);
  if (box === undefined) return;
  if (!box.isFolded) {
    choose(id);
    return;
  }
  const namespace = box.title;
  change({ folded: new Set([...view.folded].filter((one) => one !== namespace)) });
  const first = box.nodes[0];
  if (first !== undefined) setCurrent(first.id, true);
}

function wire(): void {
  byId('content').addEventListener('click', ({ target }) => {
    const id = (target as Element).closest<SVGGElement>('.box')?.dataset.id;
    if (id === undefined) return;
    setCurrent(id, false);
    activate(id);
  });
  byId('picture').addEventListener('click', ({ target }) => {
    if ((target as Element).closest('.box') === null) choose(undefined);
  });
  for (const id of ['panel', 'rows']) {
    byId(id).addEventListener('click', ({ target }) => {
      const node = (target as Element).closest<HTMLElement>('[data-node]')?.dataset.node;
      if (node !== undefined) choose(node);
    });
  }
  onClick('fold', toggleFolds);
  onClick('chain', toggleChain);
  onClick('table', toggleTable);
  onClick('in', () => {
    canvas.scale(1.3);
  });
  onClick('out', () => {
    canvas.scale(1 / 1.3);
  });
  onClick('whole', () => {
    canvas.fit();
  });
  onClick('theme', toggleTheme);
  wireSearch();
  document.addEventListener('keydown', onKey);
}

function onClick(id: string, act: () => void): void {
  byId(id).addEventListener('click', act);
}

function toggleFolds(): void {
  change({ folded: view.folded.size > 0 ? new Set() : new Set(graph.nodes.map(namespaceOf)) });
  canvas.fit(true);
}

function toggleChain(): void {
  isChainShown = !isChainShown;
  byId('chain').setAttribute('aria-pressed', String(isChainShown));
  if (isChainShown) choose(undefined);
  mark();
}

function toggleTable(): void {
  const rows = byId('rows');
  const isShown = rows.hidden !== false;
  if (isShown && rows.childElementCount === 0) rows.append(nodeTable(known));
  rows.hidden = !isShown;
  document.querySelector<HTMLElement>('.picture')?.toggleAttribute('hidden', isShown);
  byId('table').setAttribute('aria-pressed', String(isShown));
}

function toggleTheme(): void {
  const { dataset } = document.documentElement;
  const isDark =
    dataset.theme === undefined ? matchMedia('(prefers-color-scheme: dark)').matches : dataset.theme === 'dark';
  dataset.theme = isDark ? 'light' : 'dark';
}

const DIRECTIONS: Readonly<Record<string, 'left' | 'right' | 'up' | 'down'>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
};

function onKey(event: KeyboardEvent): void {
  const target = event.target as Element;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === 'Escape') {
    byId('filter').removeAttribute('open');
    choose(undefined);
    return;
  }
  if (target.matches('input')) return;
  const direction = DIRECTIONS[event.key];
  const box = target.closest<SVGGElement>('.box')?.dataset.id;
  if (direction !== undefined && target.closest('#picture') !== null) {
    setCurrent(box === undefined ? current : (canvas.neighbour(box, direction) ?? box), true);
    event.preventDefault();
    return;
  }
  if ((event.key === 'Enter' || event.key === ' ') && box !== undefined) {
    setCurrent(box, false);
    activate(box);
    event.preventDefault();
    return;
  }
  const act = KEYS[event.key];
  if (act === undefined) return;
  act();
  event.preventDefault();
}

const KEYS: Readonly<Record<string, () => void>> = {
  '/': () => {
    byId('search').focus();
  },
  '+': () => {
    canvas.scale(1.3);
  },
  '-': () => {
    canvas.scale(1 / 1.3);
  },
  '0': () => {
    canvas.fit();
  },
  f: toggleFolds,
  c: toggleChain,
  t: toggleTable,
};

function fillFilters(): void {
  const kinds = countsOf(graph.nodes.map(({ kind }) => kind));
  const namespaces = countsOf(graph.nodes.map(namespaceOf));
  byId('edges').append(
    ...EDGE_KINDS.map((kind) =>
      checkbox(kind, (isOn) => {
        change({ edgeKinds: toggled(view.edgeKinds, kind, isOn) as ReadonlySet<EdgeKind> });
      }),
    ),
  );
  byId('kinds').append(
    ...kinds.map(([kind, number]) =>
      checkbox(`${kind} (${String(number)})`, (isOn) => {
        change({ hiddenKinds: toggled(view.hiddenKinds, kind, !isOn) });
      }),
    ),
  );
  byId('namespaces').append(
    ...namespaces.map(([namespace, number]) =>
      checkbox(`${namespace} (${String(number)})`, (isOn) => {
        change({ hiddenNamespaces: toggled(view.hiddenNamespaces, namespace, !isOn) });
      }),
    ),
  );
}

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

function checkbox(label: string, act: (isOn: boolean) => void): HTMLElement {
  const input = element('input', { type: 'checkbox' });
  input.checked = true;
  input.addEventListener('change', () => {
    act(input.checked);
  });
  return element('label', {}, input, element('span', {}, label));
}

const MOST_HITS = 12;

function wireSearch(): void {
  const input = byId('search') as HTMLInputElement;
  const hits = byId('hits');
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
    choose(id);
    canvas.element(id)?.focus({ preventScroll: true });
  };
  input.addEventListener('input', () => {
    found = search(input.value);
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

/** Lower case, without white space. */
function wordsOf(text: string): string[] {
  return text.toLowerCase().split(/\s+/).filter(Boolean);
}

/** Keys of the configuration that a search is for. */
function keysOf({ keys = [] }: GraphNode, words: readonly string[]): readonly string[] {
  return words.length === 0 ? [] : keys.filter((key) => words.every((word) => key.toLowerCase().includes(word)));
}

/**
 * Every word has to be in the name of an object, or in a key of the configuration that it comes from; those whose own name begins with the
 * text come first, those that are found by a key last.
 */
function search(text: string): readonly GraphNode[] {
  const words = wordsOf(text);
  if (words.length === 0) return [];
  const found = graph.nodes.filter((node) => {
    return isNamed(node, words) || keysOf(node, words).length > 0;
  });
  const rank = (node: GraphNode): number => (node.name.startsWith(words[0] ?? '') ? 0 : isNamed(node, words) ? 1 : 2);
  return found.sort((one, other) => rank(one) - rank(other)).slice(0, MOST_HITS);
}

function isNamed(node: GraphNode, words: readonly string[]): boolean {
  const name = nodeName(node).toLowerCase();
  return words.every((word) => name.includes(word));
}
