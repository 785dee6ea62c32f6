// The page of `graph --format html`, with a mark where the command writes its data.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

const FOLDER = 'src/graph/page';

/**
 * Bundles the page into one file that works from disk: nothing in it is loaded from elsewhere, and only its own script runs.
 *
 * @returns its HTML, and the notes of the build for the licences of what is in it
 */
export async function graphPage(root) {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: { script: `${FOLDER}/main.ts`, style: `${FOLDER}/style.css` },
    outdir: 'dist',
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'iife',
    target: ['es2022', 'chrome123', 'firefox120', 'safari17.5'],
    logLevel: 'warning',
    charset: 'utf8',
    // Those of the checks extend one that a copy of the sources need not have.
    tsconfigRaw: {},
  });
  const textOf = (end) => outputFiles.find(({ path }) => path.endsWith(end)).text.trim();
  // `</script` in a text would end the script.
  const script = textOf('script.js').replaceAll('</script', '<\\/script');
  const hash = createHash('sha256').update(script).digest('base64');
  const page = await readFile(join(root, FOLDER, 'page.html'), 'utf8');
  const html = page
    .replace('__SCRIPT_HASH__', () => `sha256-${hash}`)
    .replace(/\s*__STYLE__\s*/, () => textOf('style.css'))
    .replace(/\s*__DATA__\s*/, () => '__DATA__')
    .replace(/\s*__SCRIPT__;?\s*/, () => script);
  return { html, metafile };
}
