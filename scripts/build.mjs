// Bundles src/ into dist/: one entry for each command line and library, split so that a command loads only what it uses.
// Usage: node scripts/build.mjs [--if-changed]
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { missingPackage } from '../bin/installed.mjs';
import { requireNode } from '../bin/node-version.mjs';
import { sourceStamp, STAMP_FILE } from '../bin/stamp.mjs';
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
  const [esbuild, { BANNER, INSTALLED }, { compileSchemas }, { noticesOf }, { thinRepository }] = await Promise.all([
    import('esbuild'),
    import('./bundle.mjs'),
    import('./compile-schemas.mjs'),
    import('./notices.mjs'),
    import('./thin-repository.mjs'),
  ]);
  await compileSchemas();
  const { metafile, outputFiles } = await esbuild.build({
    absWorkingDir: root,
    entryPoints: {
      cli: 'src/cli/main.ts',
      'makejinja-cli': 'src/cli/makejinja.ts',
      jinja: 'src/jinja/index.ts',
      makejinja: 'src/makejinja/index.ts',
      sops: 'src/sops/index.ts',
      starter: 'src/cluster/starter.ts',
    },
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    sourcemap: 'linked',
    sourcesContent: false,
    // Node reads every chunk that it loads, so half the size is half of that time; the maps lead back to the sources.
    minify: true,
    metafile: true,
    banner: { js: BANNER },
    // nunjucks watches files with chokidar where it is installed; nothing here asks it to.
    external: ['chokidar', ...INSTALLED],
    logLevel: 'warning',
    write: false,
  });
  return {
    ...Object.fromEntries(outputFiles.map(({ path, contents }) => [path.slice(outdir.length + 1), contents])),
    'repository.json': JSON.stringify(await thinRepository(root)),
    'NOTICE.txt': await noticesOf(metafile, root),
  };
}

function end(message, code) {
  console.error(message);
  process.exit(code);
}
