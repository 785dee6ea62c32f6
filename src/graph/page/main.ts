import type { Graph } from '../model.ts';
import { Explorer } from './explorer.ts';

/** What the command writes into the page. */
interface PageData {
  readonly title: string;
  readonly graph: Graph;
}

const { title, graph } = JSON.parse(byId('data').textContent) as PageData;
document.title = title;
byId('title').replaceChildren(title);
byId('theme').addEventListener('click', toggleTheme);
new Explorer(byId('explorer'), graph, { hasAddress: true });

function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found;
}

function toggleTheme(): void {
  const { dataset } = document.documentElement;
  const isDark =
    dataset.theme === undefined ? matchMedia('(prefers-color-scheme: dark)').matches : dataset.theme === 'dark';
  dataset.theme = isDark ? 'light' : 'dark';
}
