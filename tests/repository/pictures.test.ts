import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { pictures } from '../../scripts/draw-pictures.mjs';

const DOCS = resolve(import.meta.dirname, '../../docs');

it('the pictures of the documentation are drawn of their texts (npm run docs), and shown by a page', async () => {
  const drawn = await pictures();
  expect(drawn.map(({ name }) => name).sort()).toEqual(['bootstrap', 'loop', 'network']);
  const page = await readFile(join(DOCS, 'getting-started.md'), 'utf8');
  for (const { name, svg } of drawn) {
    expect(await readFile(join(DOCS, `pictures/${name}.svg`), 'utf8'), name).toBe(svg);
    expect(page).toContain(`](pictures/${name}.svg)`);
  }
});
