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

  it('names the version of jiti that is installed', () => {
    expect(TRANSPILER).toBe(`jiti ${packageJson.dependencies.jiti}`);
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
  ])('loads %s, first and from the cache', async (_, source, expected) => {
    const folder = await temporaryFolder({
      'plugin.ts': source,
      'other.ts': 'export const y: number = 7;',
      'script.js': 'export const y = 9;',
      'common.cjs': 'exports.y = 10;',
      'data.json': '{"y": 11}',
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
});
