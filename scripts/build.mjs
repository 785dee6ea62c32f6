// Bundles src/ into dist/: one entry for each command line and library, split so that a command loads only what it uses.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { BANNER } from './bundle.mjs';
import { noticesOf } from './notices.mjs';
import { compileSchemas } from './compile-schemas.mjs';
import { thinRepository } from './thin-repository.mjs';
import { sourceStamp, STAMP_FILE } from '../bin/stamp.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

// Taken before the build, so that a file saved while it runs makes the next start build again.
const stamp = sourceStamp(root);
await compileSchemas();
const outdir = join(root, 'dist');
const { metafile, outputFiles } = await build({
  absWorkingDir: root,
  entryPoints: {
    cli: 'src/cli/main.ts',
    'makejinja-cli': 'src/cli/makejinja.ts',
    jinja: 'src/jinja/index.ts',
    makejinja: 'src/makejinja/index.ts',
    sops: 'src/sops/index.ts',
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
  // nunjucks watches files with chokidar where it is installed; nothing here asks it to. jiti finds its parts by its own place.
  external: ['chokidar', 'jiti'],
  logLevel: 'warning',
  write: false,
});
const [repository, notices] = [JSON.stringify(await thinRepository(root)), await noticesOf(metafile, root)];
// Sources that cannot be built leave the last bundle in its place: `upgrade` runs from it.
await rm(outdir, { recursive: true, force: true });
await mkdir(outdir, { recursive: true });
await Promise.all(outputFiles.map(({ path, contents }) => writeFile(path, contents)));
await writeFile(join(outdir, 'repository.json'), repository);
await writeFile(join(outdir, 'NOTICE.txt'), notices);
await writeFile(join(root, STAMP_FILE), `${stamp}\n`);
