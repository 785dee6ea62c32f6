// The files of a thin repository, made from those of this one: what `cluster-template create` writes.
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** Where the tool lies in a repository that depends on it. */
const TOOL = 'node_modules/cluster-template/';

/** What is taken; of a folder, which ends with a slash, all that is in it. */
const TAKEN = [
  '.cluster-template/template.json',
  '.editorconfig',
  '.gitattributes',
  '.github/workflows/cluster.yaml',
  '.github/workflows/render.yaml',
  '.github/workflows/renovate.yaml',
  '.gitignore',
  '.mise.toml',
  '.renovaterc.json5',
  '.taskfiles/',
  '.vscode/settings.json',
  '.yamllint.yaml',
  'Taskfile.yaml',
  'cluster.yaml',
  'lefthook.yaml',
  'makejinja.toml',
  'nodes.yaml',
  'templates/overrides/README.md',
  'templates/scripts/plugin.ts',
  'templates/scripts/tsconfig.json',
];

/** Files of the user: a checkout may hold somebody's own, so they come from the sample that the tests use. */
const SAMPLES = ['cluster.yaml', 'nodes.yaml', 'makejinja.toml', 'templates/'];
const SAMPLE_FOLDER = 'tests/sample/cluster';

/** What differs from a fork, by the path that it is about. */
const EDITS = [
  // Programs, schemas, documentation and templates are in the package.
  [/./, /(?<![\w./-]|ROOT_DIR\}\}\/)bin\/cluster-template\.mjs/g, `${TOOL}bin/cluster-template.mjs`],
  [/./, /(?<=\{\{\.ROOT_DIR\}\}\/)bin\//g, `${TOOL}bin/`],
  [/./, /(?<=\.\/)schemas\//g, `${TOOL}schemas/`],
  [/./, /(?<![\w./-])docs\/(?=[\w-]+\.md)/g, `${TOOL}docs/`],
  [/./, /(?<![\w./-])templates\/config\b/g, `${TOOL}templates/config`],
  [/^templates\/scripts\/plugin\.ts$/, /\.\.\/\.\.\/src\/makejinja\/plugin\.ts/, 'cluster-template/makejinja'],
  // What only the tool's own repository has.
  [/^\.gitignore$/, /^# Published keys.*\n.*\n/m, ''],
  [/^\.gitignore$/, /\n# Real programs.*\n.*\n/, ''],
  [/^\.gitignore$/, /^\/(?:coverage|dist)\/\n/gm, ''],
  [/^\.gitattributes$/, /^.*tests\/.*\n/gm, ''],
  [
    /^\.gitattributes$/,
    /\n+# (?:Line ends that a test is about|A download says which commit it is of)\n(?:\.cluster-template.*\n)?/g,
    '\n',
  ],
  [/^\.cluster-template\/template\.json$/, /\n {2}"commit": .*/, ''],
  [/^\.renovaterc\.json5$/, /^ *'tests\/\*\*',\n/m, ''],
  // Its one package is raised like any other.
  [/^\.renovaterc\.json5$/, /^ {4}\{\n {6}description: 'Packages of the tool[^]*?^ {4}\},\n/m, ''],
  [/^lefthook\.yaml$/, /^ {4}- name: formatting\n(?: {6}.*\n)+\n?/m, ''],
];

/**
 * Every file of a thin repository but package.json, which `create` writes.
 *
 * @param root - this repository
 * @returns {Promise<Record<string, string>>} texts by path; in README.md `NAME` stands for the repository's name
 */
export async function thinRepository(root) {
  const files = { 'README.md': await readFile(join(root, 'scripts/thin-repository/README.md'), 'utf8') };
  for (const part of TAKEN) for (const path of await pathsOf(root, part)) files[path] = await textOf(root, path);
  return Object.fromEntries(
    Object.entries(files)
      .filter(([, text]) => text !== undefined)
      .map(([path, text]) => [path, EDITS.filter(([where]) => where.test(path)).reduce(edited, text)])
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );
}

function edited(text, [, pattern, replacement]) {
  return text.replace(pattern, replacement);
}

async function pathsOf(root, part) {
  if (!part.endsWith('/')) return [part];
  const entries = await readdir(join(root, part), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => relative(root, join(parentPath, name)).replaceAll('\\', '/'));
}

async function textOf(root, path) {
  const places = SAMPLES.some((sample) => path.startsWith(sample)) ? [join(SAMPLE_FOLDER, path), path] : [path];
  for (const place of places) {
    try {
      return (await readFile(join(root, place), 'utf8')).replaceAll('\r\n', '\n');
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
  }
  // A fork may do without it.
  return undefined;
}
