import type { Graph } from './model.ts';

/** Where the page takes its data. */
const MARK = '__DATA__';

/**
 * A page of its own that shows a graph: it loads nothing and works from disk.
 *
 * @param template - dist/graph.html, as the build makes it
 * @param title - what stands above the picture
 * @throws RangeError where the template has no place for the data
 */
export function graphPage(template: string, title: string, graph: Graph): string {
  const [before, after] = template.split(MARK);
  if (before === undefined || after === undefined) throw new RangeError(`the template of the page has no ${MARK}`);
  // Whatever an object is called, nothing of it ends the script or begins a comment.
  return `${before}${JSON.stringify({ title, graph }).replaceAll('<', '\\u003c')}${after}`;
}
