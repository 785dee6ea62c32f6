// Draws docs/pictures/*.svg from the texts beside them: npm run docs.
// A text is a title, a line for each row (its name and its boxes, with | between them), an empty line, and the arrows: one > other: label.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from './schema-fields.mjs';

const FOLDER = join(ROOT, 'docs/pictures');
const [WIDTH, LEFT, ROW, BOX, TOP] = [880, 130, 110, 48, 60];

/** The pictures by name, each with its text and what is drawn of it. */
export async function pictures() {
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.txt')).map((name) => name.slice(0, -4));
  return await Promise.all(
    names.map(async (name) => ({ name, svg: draw(await readFile(join(FOLDER, `${name}.txt`), 'utf8')) })),
  );
}

function draw(text) {
  const [head = '', tail = ''] = text.trimEnd().split('\n\n');
  const [title, ...rows] = head.split('\n');
  const places = new Map();
  const drawn = rows.map((row, index) => {
    const [name, ...boxes] = row.split('|').map((part) => part.trim());
    const room = (WIDTH - LEFT) / boxes.length;
    const y = TOP + index * ROW;
    const shapes = boxes.map((box, at) => {
      const width = Math.min(room - 24, 220);
      const x = LEFT + room * (at + 0.5);
      places.set(box, { x, y, width });
      const lines = split(box, Math.floor(width / 7.6));
      const texts = lines.map(
        (line, number) =>
          `<text x="${x}" y="${y + BOX / 2 + 5 + (number - (lines.length - 1) / 2) * 16}" text-anchor="middle">${escaped(line)}</text>`,
      );
      return `<rect x="${x - width / 2}" y="${y}" width="${width}" height="${BOX}" rx="6"/>${texts.join('')}`;
    });
    return `<text class="row" x="12" y="${y + BOX / 2 + 5}">${escaped(name)}</text>${shapes.join('\n')}`;
  });
  const arrows = tail.split('\n').map((line) => arrow(line, places));
  const height = TOP + rows.length * ROW - (ROW - BOX) + 20;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(title)}">
<title>${escaped(title)}</title>
<style>text{font:13px system-ui,sans-serif;fill:#24292f}.title{font-size:17px;font-weight:600}.row{fill:#57606a;font-weight:600}.label{font-size:11.5px;fill:#57606a;paint-order:stroke;stroke:#fff;stroke-width:4px}rect{fill:#ddf4ff;stroke:#54aeff}path{stroke:#57606a;fill:none}.page{fill:#fff;stroke:none}</style>
<defs><marker id="end" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z" style="fill:#57606a;stroke:none"/></marker></defs>
<rect class="page" width="${WIDTH}" height="${height}"/>
<text class="title" x="12" y="30">${escaped(title)}</text>
${[...drawn, ...arrows].join('\n')}
</svg>
`;
}

function arrow(line, places) {
  const [, from, to, label = ''] = /^(.*?) > ([^:]*)(?:: (.*))?$/.exec(line) ?? [];
  const [one, other] = [places.get(from), places.get(to)];
  if (one === undefined || other === undefined) throw new Error(`an arrow leads nowhere: ${line}`);
  const beside = one.y === other.y;
  const right = other.x > one.x ? 1 : -1;
  const down = other.y > one.y;
  const start = beside
    ? { x: one.x + (right * one.width) / 2, y: one.y + BOX / 2 }
    : { x: one.x, y: down ? one.y + BOX : one.y };
  const end = beside
    ? { x: other.x - (right * other.width) / 2, y: other.y + BOX / 2 }
    : { x: other.x + Math.sign(one.x - other.x) * 24, y: down ? other.y : other.y + BOX };
  const middle = { x: (start.x + end.x) / 2, y: (start.y + end.y) / 2 + 4 };
  const text =
    label === ''
      ? ''
      : `<text class="label" x="${middle.x}" y="${middle.y}" text-anchor="middle">${escaped(label)}</text>`;
  return `<path d="M${start.x} ${start.y}L${end.x} ${end.y}" marker-end="url(#end)"/>${text}`;
}

/** A text in lines of so many characters, broken between words. */
function split(text, most) {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== '' && last.length + 1 + word.length > most) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines;
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const { name, svg } of await pictures()) await writeFile(join(FOLDER, `${name}.svg`), svg);
}
