// Bundles src/ into dist/: a program for each command line, and the libraries.
// Usage: node scripts/build.mjs [--if-changed] [--warm]
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { missingPackage } from '../bin/installed.cjs';
import { requireNode } from '../bin/node-version.cjs';
import { sourceStamp, STAMP_FILE } from '../bin/stamp.cjs';
import { LockedError, replaceBundle, takeLock } from './dist-folder.mjs';

/** Exit code where another process builds without end. */
const LOCKED = 4;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const outdir = join(root, 'dist');

requireNode();
const missing = missingPackage(root);
if (missing !== undefined) end(missing, 3);
try {
  await build(process.argv.includes('--if-changed'));
} catch (error) {
  if (error instanceof LockedError) end(`${outdir}: ${error.message}`, LOCKED);
  // esbuild has printed what is wrong with the sources.
  if (!Array.isArray(error.errors)) console.error(error.message);
  process.exitCode = 1;
}
if (process.argv.includes('--warm') && process.exitCode === undefined) {
  const { warmUp } = await import('./warm.mjs');
  // Everything works without it.
  await warmUp(root).catch((error) => console.error(`the first start will compile what it needs: ${error.message}`));
}

/** Who loses the lock to somebody that took this process for dead tries once more. */
async function build(isOnlyIfChanged, attempts = 2) {
  const lock = await takeLock(outdir, 60_000);
  try {
    // Taken before the build, so that a file saved while it runs makes the next start build again.
    const stamp = sourceStamp(root);
    // Whoever built while this process waited may have done it.
    if (isOnlyIfChanged && (await builtFrom()) === stamp) return;
    const files = await bundle();
    // Sources that cannot be built leave the last bundle in its place: `upgrade` runs from it.
    await replaceBundle(outdir, files, { name: 'built-from.txt', text: `${stamp}\n` }, lock);
  } catch (error) {
    if (!(error instanceof LockedError) || attempts === 1) throw error;
    await build(isOnlyIfChanged, attempts - 1);
  } finally {
    await lock.release();
  }
}

async function builtFrom() {
  return (await readFile(join(root, STAMP_FILE), 'utf8').catch(() => '')).trim();
}

/** The files of the bundle by name. What it takes is loaded here: a process that finds everything done does without. */
async function bundle() {
  const [
    esbuild,
    bundles,
    { writeCatalogue },
    { compileSchemas },
    { noticesOf },
    { graphPage, studioPage },
    { thinRepository },
  ] = await Promise.all([
    import('esbuild'),
    import('./bundle.mjs'),
    import('./catalogue.mjs'),
    import('./compile-schemas.mjs'),
    import('./notices.mjs'),
    import('./pages.mjs'),
    import('./thin-repository.mjs'),
  ]);
  await writeCatalogue();
  await compileSchemas();
  const metafiles = [];
  const build = async (options) => {
    const common = { absWorkingDir: root, outdir, metafile: true, logLevel: 'warning', write: false };
    const { metafile, outputFiles } = await esbuild.build({ ...options, ...common });
    metafiles.push(metafile);
    return Object.fromEntries(
      outputFiles.map(({ path, contents }) => {
        const name = path.slice(outdir.length + 1);
        return [name, name.endsWith('.cjs') ? programOf(contents, bundles) : contents];
      }),
    );
  };
  const [libraries, programs, page, studio] = await Promise.all([
    build(bundles.LIBRARIES),
    build(bundles.PROGRAMS),
    graphPage(root),
    studioPage(root),
  ]);
  metafiles.push(page.metafile, studio.metafile);
  const start = await build(bundles.startOf(identityOf(programs['cli.cjs'])));
  return {
    ...libraries,
    'jinja.js': bundles.engineLibrary(exportsOf(metafiles, 'dist/jinja-own.js')),
    ...programs,
    ...start,
    'graph.html': page.html,
    ...studio.files,
    'repository.json': JSON.stringify(await thinRepository(root)),
    'NOTICE.txt': await noticesOf(metafiles, root),
  };
}

function exportsOf(metafiles, name) {
  return metafiles.flatMap(({ outputs }) => outputs[name]?.exports ?? []);
}

/** With what tells its content from any other in its first line, in the place of as many noughts. */
function programOf(contents, { IMPORTS, UNIDENTIFIED }) {
  const text = Buffer.from(contents)
    .toString('latin1')
    .replaceAll(...IMPORTS);
  const hash = createHash('sha256').update(text).digest('hex');
  if (!text.startsWith(UNIDENTIFIED)) throw new Error('a program does not begin with the line for its identity');
  return Buffer.from(text.replace(UNIDENTIFIED, UNIDENTIFIED.replace(/0{64}/, hash)), 'latin1');
}

function identityOf(program) {
  return /[0-9a-f]{64}/.exec(program.toString('latin1', 0, 200))[0];
}

function end(message, code) {
  console.error(message);
  process.exit(code);
}
