import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const FOLDERS = [root, join(root, 'src')];

/** A file or folder of the tool, as pages name it in backticks, or a file of src/; what is filled in stands in capitals. */
const PATH = /`((?:bench|bin|docs|examples|schemas|scripts|src|tests)\/[\w./-]*|[a-z]+\/[\w./-]+\.ts)`/g;

it.each(['CONTRIBUTING.md', 'docs/architecture.md', 'docs/development.md', 'docs/security.md'])(
  'files and folders that %s names are there',
  async (page) => {
    const text = await readFile(join(root, page), 'utf8');
    const named = [...text.matchAll(PATH)].map(([, path = '']) => path).filter((path) => !/[A-Z]{3}/.test(path));
    expect(named.filter((path) => !FOLDERS.some((folder) => existsSync(join(folder, path))))).toEqual([]);
    expect(named.length).toBeGreaterThan(0);
  },
);
