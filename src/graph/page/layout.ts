import { Graph, layout } from '@dagrejs/dagre';
import type { Box, Picture } from './view.ts';

/** Where a box lies, in units of the drawing; x and y are its upper left corner. */
export interface Placed extends Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

interface Drawing {
  readonly boxes: readonly Placed[];
  readonly width: number;
  readonly height: number;
}

export const BOX_HEIGHT = 42;
const LETTER = 8;
const SMALL_LETTER = 6.3;
const PADDING = 26;
const WIDEST = 300;

/** Places boxes in columns, first what has to be there first. A circle is opened where it hurts least. */
export function place({ boxes, lines }: Picture): Drawing {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: 'LR', nodesep: 10, ranksep: 70, edgesep: 4, marginx: 20, marginy: 20 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const box of boxes) graph.setNode(box.id, { width: widthOf(box), height: BOX_HEIGHT });
  for (const { from, to, kind } of lines) {
    // Waiting decides the order; who applies something only has to come before it somewhere.
    graph.setEdge(from, to, { weight: kind === 'applies' ? 1 : 2 }, kind);
  }
  layout(graph);
  const { width = 0, height = 0 } = graph.graph() as { readonly width?: number; readonly height?: number };
  return {
    boxes: boxes.map((box) => {
      const node = graph.node(box.id) as { readonly x: number; readonly y: number; readonly width: number };
      return { ...box, width: node.width, x: node.x - node.width / 2, y: node.y - BOX_HEIGHT / 2 };
    }),
    width: Math.max(width, 1),
    height: Math.max(height, 1),
  };
}

function widthOf({ title, subtitle }: Box): number {
  return Math.min(WIDEST, Math.max(title.length * LETTER, subtitle.length * SMALL_LETTER) + PADDING);
}

/** As much of a text as its box takes. */
export function fit(text: string, width: number, letter: 'large' | 'small'): string {
  const room = Math.floor((width - PADDING) / (letter === 'large' ? LETTER : SMALL_LETTER));
  return text.length <= room + 1 ? text : `${text.slice(0, Math.max(1, room))}…`;
}
