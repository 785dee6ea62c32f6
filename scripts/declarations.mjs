// The types of the libraries as the package holds them: one file for each, with no more than its public names need, in the place of src/.
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LIBRARIES } from './bundle.mjs';

/** The folder of the declarations in the package. */
export const TYPES_FOLDER = 'types';

/** What makes them. A repository that was installed without them builds and runs, and cannot make the package. */
const MAKERS = ['typescript', 'rollup', 'rollup-plugin-dts'];

/** A name of Node's own types, which TypeScript loads of its own accord for nobody. */
const OF_NODE = /\b(?:Buffer|AbortSignal)\b/;

/**
 * The declarations of all libraries. As they take seconds they are kept for as long as what they are made from is the same.
 *
 * @param root - folder of the repository
 * @returns {Promise<Record<string, string>>} texts by their names: `jinja.d.ts`, and parts that libraries share
 * @throws where TypeScript or the bundler is not installed, or a declaration cannot be made
 */
export async function declarationsOf(root) {
  const cache = join(root, 'node_modules/.cache/declarations');
  const kept = join(cache, await stampOf(root));
  const known = await readFolder(kept);
  if (known !== undefined) return known;
  const made = await bundleDeclarations(root);
  await rm(cache, { recursive: true, force: true });
  await mkdir(cache, { recursive: true });
  // Complete or not there: another process may read it.
  const fresh = await mkdtemp(join(cache, 'new-'));
  for (const [name, text] of Object.entries(made)) await writeFile(join(fresh, name), text);
  await rename(fresh, kept).catch(() => rm(fresh, { recursive: true, force: true }));
  return made;
}

async function bundleDeclarations(root) {
  const [{ rollup }, { dts }] = await Promise.all([loadMaker('rollup'), loadMaker('rollup-plugin-dts')]);
  const build = await rollup({
    input: Object.fromEntries(
      Object.entries(LIBRARIES.entryPoints).map(([name, path]) => [libraryName(name), join(root, path)]),
    ),
    plugins: [dts({ tsconfig: join(root, 'tsconfig.json') })],
    // What a module of ours has of Node's that no public name needs is left out.
    external: /^node:/,
    treeshake: { moduleSideEffects: 'no-external' },
    onwarn: ({ message }) => {
      throw new Error(`the types of the libraries: ${message}`);
    },
  });
  try {
    const { output } = await build.generate({
      format: 'es',
      entryFileNames: '[name].d.ts',
      chunkFileNames: 'shared-[name].d.ts',
    });
    return Object.fromEntries(output.map(({ fileName, code }) => [fileName, withNode(code)]));
  } finally {
    await build.close();
  }
}

/** The engine is bundled under a name of its own, as a file in between says which copy of it runs. */
function libraryName(entry) {
  return entry === 'jinja-own' ? 'jinja' : entry;
}

function withNode(code) {
  return OF_NODE.test(code.replace(/\/\*[^]*?\*\/|\/\/.*/g, '')) ? `/// <reference types="node" />\n${code}` : code;
}

async function loadMaker(name) {
  return await import(name).catch((error) => {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new Error(`the types of the libraries need ${MAKERS.join(', ')}: run \`npm ci\` without --omit=dev`);
  });
}

/** A hash of all that the declarations are made from. */
async function stampOf(root) {
  const sources = (await readdir(join(root, 'src'), { recursive: true })).filter((path) => path.endsWith('.ts')).sort();
  const paths = [
    ...sources.map((path) => `src/${path}`),
    'tsconfig.json',
    'package-lock.json',
    'scripts/declarations.mjs',
  ];
  const hash = createHash('sha256');
  for (const path of paths)
    hash
      .update(`${path}\0`)
      .update(await readFile(join(root, path)))
      .update('\0');
  return hash.digest('hex').slice(0, 32);
}

async function readFolder(folder) {
  const names = await readdir(folder).catch(() => undefined);
  if (names === undefined) return undefined;
  return Object.fromEntries(
    await Promise.all(names.sort().map(async (name) => [name, await readFile(join(folder, name), 'utf8')])),
  );
}
