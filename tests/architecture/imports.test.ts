import { readFile, readdir } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

/** Which folders of src/ a folder may import, and which packages; docs/architecture.md draws the same. */
const RULES: Readonly<Record<string, { readonly folders: readonly string[]; readonly packages: readonly string[] }>> = {
  text: { folders: [], packages: ['re2js'] },
  report: { folders: [], packages: [] },
  system: { folders: ['report'], packages: ['execa'] },
  jinja: { folders: ['text'], packages: ['nunjucks'] },
  makejinja: {
    folders: ['jinja', 'report', 'system', 'text'],
    packages: ['@iarna/toml', 'import-meta-resolve', 'oxc-transform'],
  },
  manifests: { folders: ['report', 'text'], packages: ['ajv', 'yaml'] },
  sops: { folders: ['report', 'system', 'text'], packages: ['@scure/base', 'age-encryption', 'sops-age', 'yaml'] },
  cluster: { folders: ['makejinja', 'sops', 'report', 'system', 'text'], packages: ['ajv', 'ipaddr.js', 'yaml'] },
  checks: { folders: ['jinja', 'manifests', 'sops', 'report', 'text'], packages: ['yaml'] },
  workspace: { folders: ['report', 'system', 'text'], packages: ['diff'] },
  pipeline: {
    folders: ['checks', 'cluster', 'jinja', 'makejinja', 'manifests', 'report', 'sops', 'system', 'text', 'workspace'],
    packages: [],
  },
  upgrade: {
    folders: ['checks', 'cluster', 'pipeline', 'report', 'sops', 'system', 'text', 'workspace'],
    packages: ['yaml'],
  },
  operations: {
    folders: [
      'checks',
      'cluster',
      'jinja',
      'makejinja',
      'manifests',
      'pipeline',
      'report',
      'sops',
      'system',
      'text',
      'upgrade',
      'workspace',
    ],
    packages: ['yaml'],
  },
  cli: {
    folders: [
      'checks',
      'cluster',
      'jinja',
      'makejinja',
      'manifests',
      'operations',
      'pipeline',
      'report',
      'sops',
      'system',
      'text',
      'upgrade',
      'workspace',
    ],
    packages: ['commander', 'listr2'],
  },
};

/** Only system/ touches files, processes and the terminal; the others may use what computes and nothing else. */
const PURE_NODE_MODULES = new Set(['crypto', 'module', 'path', 'url', 'util', 'zlib']);

const src = resolve(import.meta.dirname, '../../src');
const sources = await readSources();

describe('imports', () => {
  it('finds the sources', () => {
    expect(sources.size).toBeGreaterThan(50);
  });

  it('go only where the design allows', () => {
    const violations = [...sources].flatMap(([file, text]) =>
      imports(text).flatMap((target) => violation(file, target)),
    );
    expect(violations).toEqual([]);
  });

  it('make no cycle between files at run time', () => {
    expect(cycles()).toEqual([]);
  });

  it('name folders that exist', async () => {
    const folders = (await readdir(src, { withFileTypes: true })).filter((entry) => entry.isDirectory());
    expect(folders.map(({ name }) => name).filter((name) => !(name in RULES))).toEqual([]);
  });
});

describe('code', () => {
  it('is made of text where templates and plugins are loaded, and nowhere else', () => {
    // The constructor of a class is read in undefined.ts; that of a function makes functions.
    const making = /(?<!\bthis|\bother)\.constructor\b|\bnew Function\b|\bFunction\(|\beval\(|node:vm\b/;
    const found = [...sources].filter(([file, text]) => !file.includes('/generated/') && making.test(text));
    expect(found.map(([file]) => file).sort()).toEqual(['jinja/program.ts', 'makejinja/typescript.ts']);
  });
});

function violation(file: string, target: string): string[] {
  const folder = file.split('/')[0] ?? '';
  const rule = RULES[folder];
  if (rule === undefined || file === 'index.ts') return [];
  // Data files are no code: the schemas and package.json lie outside src/.
  if (target.endsWith('.json')) return [];
  if (target.startsWith('.')) {
    const other = relative(src, resolve(src, dirname(file), target)).split('/')[0] ?? '';
    return other === folder || rule.folders.includes(other) ? [] : [`${file} imports ${target}`];
  }
  const module = target.replace(/^node:/, '');
  if (builtinModules.includes(module)) {
    return folder === 'system' || PURE_NODE_MODULES.has(module) ? [] : [`${file} imports ${target}`];
  }
  const name = target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/');
  return rule.packages.includes(name) ? [] : [`${file} imports the package ${name}`];
}

function imports(text: string): string[] {
  const statements = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\b[^'";]*?from\s*'([^']+)'|import\(\s*'([^']+)'\s*\)|(?:^|\n)import\s+'([^']+)'/g,
  );
  return [...statements].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
}

/** Static imports that are left when the types are gone; a lazy import() cannot deadlock a start. */
function runtimeImports(text: string): string[] {
  const statements = text.matchAll(/(?:^|\n)\s*(?:import|export)\s+(?!type\b)([^'";]*?)from\s*'(\.[^']+)'/g);
  return [...statements].filter((match) => !onlyTypes(match[1] ?? '')).map((match) => match[2] ?? '');
}

function onlyTypes(clause: string): boolean {
  const names = /\{([^}]*)\}/
    .exec(clause)?.[1]
    ?.split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  return names !== undefined && names.length > 0 && names.every((name) => name.startsWith('type '));
}

function cycles(): string[] {
  const graph = new Map(
    [...sources].map(([file, text]) => [
      file,
      runtimeImports(text)
        .map((target) => relative(src, resolve(src, dirname(file), target)))
        .filter((target) => sources.has(target)),
    ]),
  );
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) {
      found.push([...path.slice(path.indexOf(file)), file].join(' -> '));
      return;
    }
    if (done.has(file)) return;
    for (const target of graph.get(file) ?? []) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return found;
}

async function readSources(): Promise<Map<string, string>> {
  const entries = await readdir(src, { recursive: true, withFileTypes: true });
  const files = entries.filter(
    (entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.d.ts'),
  );
  return new Map(
    await Promise.all(
      files.map(async (entry): Promise<[string, string]> => {
        const path = join(entry.parentPath, entry.name);
        return [relative(src, path), await readFile(path, 'utf8')];
      }),
    ),
  );
}
