import { select } from 'd3-selection';
import { zoom, zoomIdentity, type ZoomBehavior } from 'd3-zoom';
import type { EdgeKind } from '../model.ts';
import { BOX_HEIGHT, fit, place, type Placed } from './layout.ts';
import type { Line, Picture } from './view.ts';

/** Letters of boxes that are drawn smaller than this cannot be read. */
const READABLE = 0.5;

/** What is to be seen of a box or line beside its place. */
export interface Marks {
  /** The box that was chosen. */
  readonly chosen: string | undefined;
  /** What hangs together with it; all else steps back. Undefined where nothing does. */
  readonly lit: ReadonlySet<string> | undefined;
  /** Boxes of the longest chain; empty where it is not shown. */
  readonly chain: ReadonlySet<string>;
  /** Lines of the longest chain, as `from to`. */
  readonly chainLines: ReadonlySet<string>;
}

/** A drawing that can be moved and looked at closely. */
export class Canvas {
  readonly #svg: SVGSVGElement;
  readonly #content: SVGGElement;
  readonly #zoom: ZoomBehavior<SVGSVGElement, unknown>;
  #boxes: readonly Placed[] = [];
  #size = { width: 1, height: 1 };

  constructor(svg: SVGSVGElement, content: SVGGElement) {
    this.#svg = svg;
    this.#content = content;
    this.#zoom = zoom<SVGSVGElement, unknown>()
      .scaleExtent([0.05, 4])
      .on('zoom', ({ transform }: { readonly transform: { toString: () => string } }) => {
        content.setAttribute('transform', transform.toString());
      });
    select(svg).call(this.#zoom).on('dblclick.zoom', null);
  }

  /** Draws a picture anew; what is not in it any more is gone. */
  draw(picture: Picture): void {
    const { boxes, width, height } = place(picture);
    this.#boxes = boxes;
    this.#size = { width, height };
    const placed = new Map(boxes.map((box) => [box.id, box]));
    const lines = picture.lines.map((line) => drawLine(line, placed));
    this.#content.replaceChildren(...lines, ...boxes.map(drawBox));
  }

  /** Marks what is drawn already. */
  mark({ chosen, lit, chain, chainLines }: Marks): void {
    for (const element of this.#content.querySelectorAll<SVGGElement>('.box')) {
      const id = element.dataset.id ?? '';
      element.classList.toggle('chosen', id === chosen);
      element.setAttribute('aria-pressed', String(id === chosen));
      element.classList.toggle('dim', lit !== undefined && !lit.has(id));
      element.classList.toggle('chain', chain.has(id));
    }
    for (const element of this.#content.querySelectorAll<SVGPathElement>('.line')) {
      const { from = '', to = '' } = element.dataset;
      element.classList.toggle('dim', lit !== undefined && !(lit.has(from) && lit.has(to)));
      element.classList.toggle('touching', from === chosen || to === chosen);
      element.classList.toggle('chain', chainLines.has(`${from} ${to}`));
    }
  }

  /** The element of a box, to be given the focus. */
  element(id: string): SVGGElement | undefined {
    return [...this.#content.querySelectorAll<SVGGElement>('.box')].find((one) => one.dataset.id === id);
  }

  /** The box beside another one in a direction; undefined at the edge of the picture. */
  neighbour(id: string, direction: 'left' | 'right' | 'up' | 'down'): string | undefined {
    const from = this.#boxes.find((box) => box.id === id);
    if (from === undefined) return this.#boxes[0]?.id;
    const centre = ({ x, y, width }: Placed): [number, number] => [x + width / 2, y + BOX_HEIGHT / 2];
    const [x, y] = centre(from);
    const candidates = this.#boxes.flatMap((box) => {
      const [dx, dy] = [centre(box)[0] - x, centre(box)[1] - y];
      const [along, across] = { left: [-dx, dy], right: [dx, dy], up: [-dy, dx], down: [dy, dx] }[direction];
      return (along ?? 0) > 1 ? [{ id: box.id, cost: (along ?? 0) + 3 * Math.abs(across ?? 0) }] : [];
    });
    return candidates.sort((one, other) => one.cost - other.cost)[0]?.id;
  }

  /** Shows the whole picture; with `readable` as much of it as can be read, from where it begins. */
  fit(readable = false): void {
    const { clientWidth, clientHeight } = this.#svg;
    const { width, height } = this.#size;
    const whole = Math.min(clientWidth / width, clientHeight / height, 1.2);
    const scale = readable ? Math.max(whole, READABLE) : whole;
    const x = Math.max(0, (clientWidth - width * scale) / 2);
    // A column of boxes begins in the middle; one that is taller than the page at its top.
    const y = height * scale > 2 * clientHeight ? 0 : (clientHeight - height * scale) / 2;
    select(this.#svg).call((one) => {
      this.#zoom.transform(one, zoomIdentity.translate(x, y).scale(scale));
    });
  }

  /** Brings a box into the middle where it is out of sight. */
  show(id: string): void {
    const box = this.#boxes.find((one) => one.id === id);
    const element = this.element(id);
    if (box === undefined || element === undefined) return;
    const [seen, frame] = [element.getBoundingClientRect(), this.#svg.getBoundingClientRect()];
    const isInside =
      seen.left >= frame.left && seen.right <= frame.right && seen.top >= frame.top && seen.bottom <= frame.bottom;
    if (!isInside) {
      select(this.#svg).call((one) => {
        this.#zoom.translateTo(one, box.x + box.width / 2, box.y + BOX_HEIGHT / 2);
      });
    }
  }

  scale(factor: number): void {
    select(this.#svg).call((one) => {
      this.#zoom.scaleBy(one, factor);
    });
  }
}

/** An element of a drawing with attributes and what is in it. */
export function svgElement<Name extends keyof SVGElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string | number>>,
  ...children: (Node | string)[]
): SVGElementTagNameMap[Name] {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.append(...children);
  return element;
}

/** Groups of kinds with a colour of their own. */
const FAMILIES: Readonly<Record<string, string>> = {
  Kustomization: 'flux',
  HelmRelease: 'release',
  GitRepository: 'source',
  OCIRepository: 'source',
  HelmRepository: 'source',
  Bucket: 'source',
  Secret: 'secret',
  ExternalSecret: 'secret',
  ConfigMap: 'secret',
  Gateway: 'route',
  GatewayClass: 'route',
  HTTPRoute: 'route',
  GRPCRoute: 'route',
  TLSRoute: 'route',
  TCPRoute: 'route',
  UDPRoute: 'route',
  Ingress: 'route',
  Key: 'secret',
  Template: 'source',
  File: 'other',
};

function drawBox(box: Placed): SVGGElement {
  const { id, title, subtitle, x, y, width, nodes, isFolded, isMissing, change = '' } = box;
  const family = isFolded ? 'namespace' : (FAMILIES[nodes[0]?.kind ?? ''] ?? 'other');
  const group = svgElement(
    'g',
    {
      class: `box ${family}${isMissing ? ' missing' : ''}${isFolded ? ' folded' : ''} ${change}`.trim(),
      transform: `translate(${String(x)} ${String(y)})`,
      tabindex: -1,
      role: 'button',
      'aria-pressed': 'false',
    },
    svgElement('title', {}, `${title}\n${subtitle}${isFolded ? ', folded' : ''}`),
    svgElement('rect', { width, height: BOX_HEIGHT, rx: 6, class: 'frame' }),
    svgElement('rect', { width: 5, height: BOX_HEIGHT - 12, x: 7, y: 6, rx: 2.5, class: 'stripe' }),
    svgElement('text', { x: 20, y: 18, class: 'title' }, fit(title, width, 'large')),
    svgElement('text', { x: 20, y: 33, class: 'subtitle' }, fit(subtitle, width, 'small')),
  );
  group.dataset.id = id;
  return group;
}

const NAMES: Readonly<Record<EdgeKind, string>> = {
  applies: 'applies',
  'depends on': 'depends',
  reads: 'reads',
  publishes: 'publishes',
  makes: 'reads',
};

function drawLine({ from, to, kind, edges }: Line, boxes: ReadonlyMap<string, Placed>): SVGPathElement {
  const [start, end] = [boxes.get(from), boxes.get(to)];
  const isRed = edges.some(({ isCircular }) => isCircular === true);
  const path = svgElement('path', {
    class: `line ${NAMES[kind]}${isRed ? ' circular' : ''}`,
    d: start === undefined || end === undefined ? '' : curve(start, end),
    'marker-end': isRed ? 'url(#tip-red)' : 'url(#tip)',
    'aria-hidden': 'true',
  });
  path.dataset.from = from;
  path.dataset.to = to;
  return path;
}

/** From the right side of one box to the left side of the next, and round where it leads back. */
function curve(from: Placed, to: Placed): string {
  const [x1, y1] = [from.x + from.width, from.y + BOX_HEIGHT / 2];
  const [x2, y2] = [to.x - 2, to.y + BOX_HEIGHT / 2];
  const bend = x2 > x1 ? Math.max(30, (x2 - x1) / 2) : 60;
  return `M${[x1, y1].join(' ')} C${[x1 + bend, y1, x2 - bend, y2, x2, y2].join(' ')}`;
}
