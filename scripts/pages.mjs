// The pages that run in a browser: the one file of `graph --format html`, and those of `studio`.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

const COMMON = {
  outdir: 'dist',
  bundle: true,
  minify: true,
  write: false,
  metafile: true,
  target: ['es2022', 'chrome123', 'firefox120', 'safari17.5'],
  logLevel: 'warning',
  charset: 'utf8',
  // Those of the checks extend one that a copy of the sources need not have.
  tsconfigRaw: {},
};

/**
 * Bundles the page of the graph into one file that works from disk: nothing in it is loaded from elsewhere, and only its own script runs.
 *
 * @returns its HTML, with a mark where its data goes, and the notes of the build for the licences of what is in it
 */
export async function graphPage(root) {
  const folder = 'src/graph/page';
  const { outputFiles, metafile } = await build({
    ...COMMON,
    absWorkingDir: root,
    entryPoints: { script: `${folder}/main.ts`, style: `${folder}/style.css` },
    format: 'iife',
  });
  const textOf = (end) => outputFiles.find(({ path }) => path.endsWith(end)).text.trim();
  // `</script` in a text would end the script.
  const script = textOf('script.js').replaceAll('</script', '<\\/script');
  const hash = createHash('sha256').update(script).digest('base64');
  const page = await readFile(join(root, folder, 'page.html'), 'utf8');
  const html = page
    .replace('__SCRIPT_HASH__', () => `sha256-${hash}`)
    .replace(/\s*__STYLE__\s*/, () => textOf('style.css'))
    .replace(/\s*__DATA__\s*/, () => '__DATA__')
    .replace(/\s*__SCRIPT__;?\s*/, () => script);
  return { html, metafile };
}

/**
 * Bundles the page of the studio: what its first view takes in `studio.js`, the editor and the graph in chunks that are loaded when they
 * are looked at. Chunks are named by their content, so that a page that is open while the bundle is made anew still finds its own.
 *
 * @returns contents by name, and the notes of the build for the licences of what is in it
 */
export async function studioPage(root) {
  const folder = 'src/studio/page';
  const { outputFiles, metafile } = await build({
    ...COMMON,
    absWorkingDir: root,
    entryPoints: ['main.tsx', 'style.css'].map((name) => ({ in: `${folder}/${name}`, out: 'studio' })),
    chunkNames: 'studio-[name]-[hash]',
    format: 'esm',
    splitting: true,
    jsx: 'automatic',
    jsxImportSource: 'preact',
  });
  const built = Object.fromEntries(outputFiles.map(({ path, contents }) => [basename(path), contents]));
  const [html, icon] = await Promise.all(
    ['page.html', 'icon.svg'].map((name) => readFile(join(root, folder, name), 'utf8')),
  );
  return { files: { ...built, 'studio.html': html, 'studio.svg': icon }, metafile };
}
