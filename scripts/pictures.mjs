// Draws docs/*.svg from docs/*.txt: the first line is the title, the rest a drawing in characters. Lines are made of box-drawing
// characters and end in ▲ ▼ ◀ ▶; everything else is text, bold between two *.
// Usage: node scripts/pictures.mjs   (a test says when a picture is out of date)
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const WIDTH = 8;
const HEIGHT = 18;
const MARGIN = 12;

/** To which sides a character goes on: left, right, up, down. */
const ARMS = {
  '─': 'lr',
  '│': 'ud',
  '┌': 'rd',
  '┐': 'ld',
  '└': 'ru',
  '┘': 'lu',
  '├': 'rud',
  '┤': 'lud',
  '┬': 'lrd',
  '┴': 'lru',
  '┼': 'lrud',
  '▶': 'l',
  '◀': 'r',
  '▲': 'd',
  '▼': 'u',
};

const HEADS = { '▶': [4, 0], '◀': [-4, 0], '▲': [0, -6], '▼': [0, 6] };

const STYLE = `text{font:13px ui-monospace,Menlo,Consolas,monospace;fill:#1f2328;white-space:pre}
path{fill:none;stroke:#59636e;stroke-width:1.5}
.head{fill:#59636e;stroke:none}
.strong{font-weight:700}
@media(prefers-color-scheme:dark){text{fill:#f0f6fc}path{stroke:#9198a1}.head{fill:#9198a1}}`;

/**
 * The picture of a text.
 *
 * @param {string} source - title, empty line, drawing
 * @returns {string} SVG
 */
export function drawPicture(source) {
  const [title = '', , ...lines] = source.trimEnd().split('\n');
  const grid = lines.map((line) => [...line]);
  const columns = Math.max(...grid.map(({ length }) => length));
  const [width, height] = [columns * WIDTH + 2 * MARGIN, grid.length * HEIGHT + 2 * MARGIN];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
<path d="${strokes(grid).join('')}"/>
${[...heads(grid), ...words(lines)].join('\n')}
</svg>
`;
}

/** Pictures by their path, relative to the repository. */
export async function pictures(root) {
  const names = (await readdir(join(root, 'docs'))).filter((name) => name.endsWith('.txt')).sort();
  const drawn = names.map(async (name) => {
    const text = await readFile(join(root, 'docs', name), 'utf8');
    return [`docs/${name.replace(/txt$/, 'svg')}`, drawPicture(text)];
  });
  return Object.fromEntries(await Promise.all(drawn));
}

function place(row, column) {
  return [MARGIN + (column + 0.5) * WIDTH, MARGIN + (row + 0.5) * HEIGHT];
}

function* cells(grid) {
  for (const [row, line] of grid.entries())
    for (const [column, character] of line.entries()) yield [row, column, character];
}

/** Lines from the middles of cells to their edges; what follows on another becomes one line. */
function strokes(grid) {
  const lines = new Map();
  for (const [row, column, character] of cells(grid)) {
    const [x, y] = place(row, column);
    const ends = { l: [x - WIDTH / 2, x], r: [x, x + WIDTH / 2], u: [y - HEIGHT / 2, y], d: [y, y + HEIGHT / 2] };
    for (const arm of ARMS[character] ?? '') {
      const line = 'lr'.includes(arm) ? `H${y}` : `V${x}`;
      lines.set(line, [...(lines.get(line) ?? []), ends[arm]]);
    }
  }
  return [...lines].flatMap(([line, parts]) => {
    const at = line.slice(1);
    return joined(parts).map(([from, to]) => (line.startsWith('H') ? `M${from} ${at}H${to}` : `M${at} ${from}V${to}`));
  });
}

function joined(parts) {
  const whole = [];
  for (const [from, to] of parts.sort(([one], [other]) => one - other)) {
    const last = whole.at(-1);
    if (last?.[1] === from) last[1] = to;
    else whole.push([from, to]);
  }
  return whole;
}

function heads(grid) {
  const found = [];
  for (const [row, column, character] of cells(grid)) {
    const head = HEADS[character];
    if (head === undefined) continue;
    const [x, y] = place(row, column);
    const [dx, dy] = head;
    const [sideX, sideY] = dx === 0 ? [5, 0] : [0, 5];
    const base = [x - dx, y - dy];
    const corners = [
      [x + dx, y + dy],
      [base[0] + sideX, base[1] + sideY],
      [base[0] - sideX, base[1] - sideY],
    ];
    found.push(`<path class="head" d="M${corners.map((corner) => corner.join(' ')).join('L')}Z"/>`);
  }
  return found;
}

/** A text goes on over single spaces. */
function words(lines) {
  const other = `[^\\s*${Object.keys(ARMS).join('')}]`;
  const pattern = new RegExp(`\\*(?<strong>[^*]+)\\*|(?:${other}|\\*(?![^*]*\\*))+(?: ${other}+)*`, 'g');
  return lines.flatMap((line, row) => [...line.matchAll(pattern)].map((match) => word(match, row)));
}

function word({ 0: text, index, groups: { strong } }, row) {
  const [x, y] = place(row, index);
  const style = strong === undefined ? '' : ' class="strong"';
  return `<text${style} x="${x - WIDTH / 2}" y="${y + 4.5}">${escaped(strong ?? text)}</text>`;
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  for (const [path, text] of Object.entries(await pictures(root))) await writeFile(join(root, path), text);
}
