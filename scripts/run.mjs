// Runs a TypeScript file of the project with its arguments: node scripts/run.mjs tests/conformance/run.ts ../cases
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { BANNER } from './bundle.mjs';
import { compileSchemas } from './compile-schemas.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [file, ...args] = process.argv.slice(2);
if (file === undefined) {
  console.error('usage: node scripts/run.mjs FILE.ts [ARGUMENT ...]');
  process.exit(64);
}
const outdir = join(root, 'dist', 'run', String(process.pid));
await mkdir(outdir, { recursive: true });
process.on('exit', () => void rmQuietly());
await compileSchemas();
const outfile = join(outdir, 'main.mjs');
await build({
  entryPoints: [resolve(file)],
  outfile,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  sourcemap: 'inline',
  banner: { js: BANNER },
  external: ['chokidar', 'esbuild', 'oxc-transform', 'playwright-core', 'prettier', 'vitest'],
  logLevel: 'warning',
});
process.argv.splice(1, process.argv.length - 1, resolve(file), ...args);
try {
  await import(pathToFileURL(outfile).href);
} finally {
  await rm(outdir, { recursive: true, force: true });
}

function rmQuietly() {
  return rm(outdir, { recursive: true, force: true });
}
