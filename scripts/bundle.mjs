// What is bundled, and how.
import * as crypto from 'node:crypto';
import * as dns from 'node:dns/promises';
import * as http from 'node:http';
import * as net from 'node:net';
import * as zlib from 'node:zlib';

/** CommonJS packages inside an ESM bundle still call `require` for Node's own modules. */
export const BANNER =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

/** Packages that are installed beside the bundle: a program for each kind of machine is part of them. */
export const INSTALLED = ['oxc-transform'];

/** First line of a program; the build puts a hash of the whole in the place of the noughts. */
export const UNIDENTIFIED = `'use strict';const __PROGRAM__="${'0'.repeat(64)}";`;

const COMMON = {
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  sourcemap: 'linked',
  sourcesContent: false,
  // What is half as long is read in half the time; the maps lead back to the sources.
  minify: true,
  // nunjucks watches files with chokidar where it is installed; nothing here asks it to.
  external: ['chokidar', ...INSTALLED],
};

/**
 * The library of the engine as others import it: that of the program, where one runs. A plugin gets values of the engine that runs it, and
 * must not meet another copy of its classes.
 *
 * @param names - what src/jinja/index.ts exports
 */
export function engineLibrary(names) {
  const list = names.toSorted().join(', ');
  const source = "globalThis[Symbol.for('cluster-template/jinja')] ?? own";
  return `import * as own from './jinja-own.js';\nexport const { ${list} } = ${source};\n`;
}

/** Modules that whoever depends on the package imports, split so that what they share is there once. */
export const LIBRARIES = {
  ...COMMON,
  entryPoints: {
    'jinja-own': 'src/jinja/index.ts',
    makejinja: 'src/makejinja/index.ts',
    sops: 'src/sops/index.ts',
    starter: 'src/cluster/starter.ts',
  },
  format: 'esm',
  splitting: true,
  define: { __PROGRAM__: 'import.meta.url' },
  banner: { js: BANNER },
};

/**
 * A script out of code that was kept cannot import what is named at run time (Node 20: "A dynamic import callback was not specified"):
 * bin/load.cjs does that for it.
 */
export const IMPORTS = ['await import(', 'await __import('];

/** commander starts a program for a command of another file; here none is, and what starts programs takes a while to load. */
const LATE_PROCESSES = {
  name: 'commander without what starts programs',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^node:child_process$/ }, ({ path, importer }) =>
      importer.includes('/commander/') ? { path, namespace: 'empty' } : undefined,
    );
    onLoad({ filter: /./, namespace: 'empty' }, () => ({ contents: '' }));
  },
};

/**
 * Modules of Node that take a while to load are loaded by the first who takes something of them: who asks for help needs no cipher, and
 * who renders no network.
 *
 * @param modules - their names with what they export
 */
const late = (modules) => ({
  name: 'modules of Node, where they are used',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^node:/ }, ({ path, namespace }) => {
      if (!Object.hasOwn(modules, path)) return undefined;
      return namespace === 'late' ? { path, external: true } : { path, namespace: 'late' };
    });
    onLoad({ filter: /./, namespace: 'late' }, ({ path }) => {
      const names = JSON.stringify(Object.keys(modules[path]).filter((name) => name !== 'default'));
      const getter = `{ get: () => require('${path}')[name], enumerable: true }`;
      return { contents: `for (const name of ${names}) Object.defineProperty(exports, name, ${getter});` };
    });
  },
});

/** What few commands need. */
const SELDOM = { 'node:dns/promises': dns, 'node:http': http, 'node:net': net, 'node:zlib': zlib };

const PROGRAM = {
  ...COMMON,
  plugins: [LATE_PROCESSES],
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  define: { 'import.meta.url': '__address' },
  banner: {
    js: [
      UNIDENTIFIED,
      "const __address=require('node:url').pathToFileURL(__filename).href;",
      'var __import=__import||(name=>import(name));',
    ].join('\n'),
  },
};

/** The command lines, each one file: a start reads it whole, with what was compiled of it before (bin/load.cjs). */
export const PROGRAMS = {
  ...PROGRAM,
  plugins: [LATE_PROCESSES, late(SELDOM)],
  entryPoints: { cli: 'src/cli/main.ts', 'makejinja-cli': 'src/cli/makejinja.ts' },
};

/**
 * What answers before the whole program is read: it knows all commands and can do none of them.
 *
 * @param identity - that of the whole program, for what it has kept
 */
export const startOf = (identity) => ({
  ...PROGRAM,
  entryPoints: { start: 'src/cli/start.ts' },
  define: { ...PROGRAM.define, __PROGRAM__: JSON.stringify(identity) },
  plugins: [
    LATE_PROCESSES,
    late({ 'node:crypto': crypto, ...SELDOM }),
    {
      name: 'without what commands load',
      setup({ onResolve }) {
        onResolve({ filter: /./ }, ({ kind, path, importer }) =>
          kind === 'dynamic-import' && !importer.endsWith('/start.ts') ? { path, external: true } : undefined,
        );
      },
    },
  ],
});
