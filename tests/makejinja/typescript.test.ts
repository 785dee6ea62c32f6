import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { importModule, TRANSPILER } from '../../src/makejinja/typescript.ts';
import { openUserCache } from '../../src/system/user-folders.ts';
import { temporaryFolder, writeFiles } from '../support/folders.ts';

let cacheFolder: string;

beforeEach(async () => {
  cacheFolder = join(await temporaryFolder(), 'cache');
  vi.stubEnv('CLUSTER_TEMPLATE_CACHE', cacheFolder);
  return () => {
    vi.unstubAllEnvs();
  };
});

describe('importModule', () => {
  it('refuses what is not UTF-8, at its place', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'plugin.ts': Buffer.from('// \n// caf\u00e9\nexport const x = 1;\n', 'latin1') });
    await expect(importModule(join(folder, 'plugin.ts'), { cache: openUserCache() })).rejects.toThrow(
      'this is not UTF-8 text (line 2, column 7)',
    );
  });

  it('names the version of what transpiles that is installed', () => {
    expect(TRANSPILER).toBe(`oxc-transform ${packageJson.dependencies['oxc-transform']}`);
  });

  it.each([
    ['types', 'export const x: number = (1 as unknown) as number;', { x: 1 }],
    ['a type that is imported', "import type { Nothing } from './nowhere.ts';\nexport const x: Nothing = 2;", { x: 2 }],
    ['a module of Node', "import { posix } from 'node:path';\nexport const x = posix.join('a', 'b');", { x: 'a/b' }],
    ['another TypeScript file', "import { y } from './other.ts';\nexport const x = y + 1;", { x: 8 }],
    ['a JavaScript file', "import { y } from './script.js';\nexport const x = y + 1;", { x: 10 }],
    ['a CommonJS file', "import { y } from './common.cjs';\nexport const x = y + 1;", { x: 11 }],
    ['a JSON file', "import data from './data.json';\nexport const x = data.y + 1;", { x: 12 }],
    [
      'what CommonJS gives',
      "const { sep } = require('node:path');\nmodule.exports = { x: [sep, __dirname === import.meta.dirname] };",
      { x: ['/', true] },
    ],
    ['top-level await', 'export const x = await Promise.resolve(3);', { x: 3 }],
    [
      'an enum and a namespace',
      'enum A { B = 4 }\nnamespace C { export const d = A.B; }\nexport const x = C.d;',
      { x: 4 },
    ],
    ['a parameter as a property', 'class A { constructor(readonly b = 5) {} }\nexport const x = new A().b;', { x: 5 }],
    ['a line for the shell', '#!/usr/bin/env node\nexport const x = 15;', { x: 15 }],
    [
      'names of its own that CommonJS has too',
      "const __dirname = 'd', require = 'r';\nexport const x = __dirname + require;",
      { x: 'dr' },
    ],
    ['what another file exports', "export * from './other.ts';\nexport { y as z } from './other.ts';", { y: 7, z: 7 }],
    [
      'a default export',
      "import get, * as all from './all.ts';\nexport const x = [get(), all.default(), all.y];",
      { x: [1, 1, 7] },
    ],
    ['what is imported later', "export const x = (await import('./other.ts')).y;", { x: 7 }],
    ['a file by its URL', "export const x = (await import(new URL('other.ts', import.meta.url).href)).y;", { x: 7 }],
    ['a file without its ending', "import { y } from './other';\nexport const x = y;", { x: 7 }],
    [
      'files that import each other',
      "import { get } from './circle.ts';\nexport const y = 13;\nexport const x = get();",
      { x: 13 },
    ],
    ['a package', "import { y } from 'pkg';\nexport const x = y;", { x: 'esm' }],
    ['a part of a package', "import { y } from 'pkg/part';\nexport const x = y;", { x: 'part' }],
    [
      'a CommonJS package, whatever way it names its exports',
      "import common, { y } from 'common';\nexport const x = [y, common.y];",
      { x: ['hidden', 'hidden'] },
    ],
    [
      'what `require` finds in a TypeScript file that is CommonJS',
      "import common from './module.ts';\nexport const x = common.y;",
      { x: 14 },
    ],
  ])('loads %s, first and from the cache', async (_, source, expected) => {
    const folder = await temporaryFolder({
      'plugin.ts': source,
      'other.ts': 'export const y: number = 7;',
      'script.js': 'export const y = 9;',
      'common.cjs': 'exports.y = 10;',
      'data.json': '{"y": 11}',
      'all.ts': "export * from './other.ts';\nexport default (): number => 1;",
      'circle.ts': "import { y } from './plugin.ts';\nexport const get = (): number => y;",
      'module.ts': 'module.exports = { y: 14 as number };',
      'node_modules/pkg/package.json': '{"exports": {".": {"import": "./a.mjs"}, "./part": "./b.mjs"}}',
      'node_modules/pkg/a.mjs': "export const y = 'esm';",
      'node_modules/pkg/b.mjs': "export const y = 'part';",
      'node_modules/common/index.js': "module.exports = Object.fromEntries([['y', 'hidden']]);",
    });
    for (let run = 0; run < 2; run++) {
      const cache = openUserCache();
      expect({ ...(await importModule(join(folder, 'plugin.ts'), { cache })) }).toMatchObject(expected);
    }
    expect((await readdir(cacheFolder)).filter((name) => !name.startsWith('plugin-'))).toEqual([]);
  });

  it('sees a change', async () => {
    const folder = await temporaryFolder({ 'plugin.ts': 'export const x = 1;' });
    const load = (): Promise<Record<string, unknown>> =>
      importModule(join(folder, 'plugin.ts'), { cache: openUserCache() });
    expect((await load()).x).toBe(1);
    await writeFiles(folder, { 'plugin.ts': 'export const x = 2;' });
    expect((await load()).x).toBe(2);
  });

  it('sees changes of modules that are imported, JavaScript too, where it is asked for fresh ones', async () => {
    const folder = await temporaryFolder({
      'plugin.mjs': "import { y } from './a.mjs';\nimport { z } from './b';\nexport const x = y + z;",
      'a.mjs': 'export const y = 1;',
      'b.ts': "import './plugin.mjs';\nexport const z: number = 10;",
    });
    const options = { cache: openUserCache(), isFresh: true };
    const x = async (): Promise<unknown> => (await importModule(join(folder, 'plugin.mjs'), options)).x;
    expect(await x()).toBe(11);
    await writeFiles(folder, { 'a.mjs': 'export const y = 2;', 'b.ts': 'export const z = 20;' });
    expect(await x()).toBe(22);
  });

  it('passes on what is wrong with the source', async () => {
    const folder = await temporaryFolder({ 'plugin.ts': 'export const x: = 1;' });
    for (let run = 0; run < 2; run++) {
      await expect(importModule(join(folder, 'plugin.ts'), { cache: openUserCache() })).rejects.toThrow(
        'Unexpected token (line 1, column 17)',
      );
    }
  });

  it.each([
    [
      'after other characters than those of ASCII',
      '// \u00fc\ud83d\ude00\nconst \ud835\udc9c = "\u00fc\ud83d\ude00" + ;',
      'line 2, column 20',
    ],
    ['in another file', "import './wrong.ts';", 'line 2, column 7'],
    ['where a file is missing', "import './missing.ts';", 'Cannot find module '],
    ['where a package is missing', "import 'missing-package';", "Cannot find package 'missing-package'"],
    [
      'where it has a decorator',
      'const d = (): void => undefined;\n@d class A {}',
      'decorators and `using` are not known here',
    ],
    ['where it throws', "\nthrow new Error('no more');", 'no more'],
  ])('names the mistake %s', async (_, source, message) => {
    const folder = await temporaryFolder({ 'plugin.ts': source, 'wrong.ts': '\nconst = 1;' });
    await expect(importModule(join(folder, 'plugin.ts'), { cache: openUserCache() })).rejects.toThrow(message);
  });
});
