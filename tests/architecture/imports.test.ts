import { readFile, readdir } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

/**
 * Which folders of src/ a folder may import, and which packages; docs/architecture.md draws the same. The rooms of operations/ are
 * folders of their own: what speaks to Talos, Kubernetes or Flux below, and the commands, which do not import each other, on top.
 */
const RULES: Readonly<Record<string, { readonly folders: readonly string[]; readonly packages: readonly string[] }>> = {
  text: { folders: [], packages: ['re2js', 'yaml'] },
  report: { folders: [], packages: [] },
  system: { folders: ['report'], packages: ['execa'] },
  jinja: { folders: ['text'], packages: ['nunjucks'] },
  makejinja: {
    folders: ['jinja', 'report', 'system', 'text'],
    packages: ['@iarna/toml', 'import-meta-resolve', 'oxc-transform'],
  },
  manifests: { folders: ['report', 'text'], packages: ['ajv', 'js-yaml', 'yaml'] },
  sops: { folders: ['report', 'system', 'text'], packages: ['@scure/base', 'age-encryption', 'sops-age', 'yaml'] },
  cluster: { folders: ['makejinja', 'sops', 'report', 'system', 'text'], packages: ['ajv', 'ipaddr.js', 'yaml'] },
  checks: { folders: ['manifests', 'sops', 'report', 'text'], packages: ['ipaddr.js'] },
  changes: { folders: ['manifests', 'report', 'text'], packages: ['diff', 'yaml'] },
  graph: { folders: ['graph/model', 'manifests', 'text'], packages: [] },
  // It runs in a browser: of the project it knows the model of the graph, and nothing behind that.
  'graph/page': { folders: ['graph/model'], packages: ['@dagrejs/dagre', 'd3-selection', 'd3-zoom'] },
  'graph/model': { folders: [], packages: [] },
  apps: { folders: ['checks', 'manifests', 'report', 'sops', 'text'], packages: ['ipaddr.js', 'yaml'] },
  workspace: { folders: ['report', 'system', 'text'], packages: ['diff'] },
  pipeline: {
    folders: [
      'apps',
      'changes',
      'checks',
      'cluster',
      'graph',
      'jinja',
      'makejinja',
      'manifests',
      'report',
      'sops',
      'system',
      'text',
      'workspace',
    ],
    packages: [],
  },
  upgrade: {
    folders: ['cluster', 'pipeline', 'report', 'sops', 'system', 'text', 'workspace'],
    packages: ['yaml'],
  },
  'operations/programs': { folders: ['cluster', 'report', 'system'], packages: [] },
  'operations/operation': {
    folders: ['cluster', 'operations/programs', 'pipeline', 'report', 'system', 'text', 'workspace'],
    packages: [],
  },
  'operations/repository': {
    folders: ['cluster', 'operations/programs', 'pipeline', 'report', 'sops', 'system', 'workspace'],
    packages: [],
  },
  'operations/talos': {
    folders: ['cluster', 'operations/operation', 'operations/programs', 'pipeline', 'report', 'sops', 'system', 'text'],
    packages: ['yaml'],
  },
  'operations/kubernetes': {
    folders: ['cluster', 'operations/operation', 'operations/programs', 'report', 'sops', 'system', 'text'],
    packages: ['yaml'],
  },
  'operations/flux': {
    folders: [
      'cluster',
      'operations/kubernetes',
      'operations/operation',
      'operations/programs',
      'pipeline',
      'report',
      'system',
      'text',
      'workspace',
    ],
    packages: [],
  },
  'operations/bootstrap': {
    folders: [
      'cluster',
      'operations/kubernetes',
      'operations/operation',
      'operations/programs',
      'operations/repository',
      'operations/talos',
      'report',
      'system',
    ],
    packages: [],
  },
  'operations/day2': {
    folders: [
      'cluster',
      'operations/flux',
      'operations/kubernetes',
      'operations/operation',
      'operations/programs',
      'operations/talos',
      'pipeline',
      'report',
      'system',
      'workspace',
    ],
    packages: ['yaml'],
  },
  'operations/debug': {
    folders: ['cluster', 'operations/flux', 'operations/kubernetes', 'operations/programs', 'text'],
    packages: [],
  },
  'operations/doctor': {
    folders: [
      'checks',
      'cluster',
      'operations/programs',
      'operations/repository',
      'operations/talos',
      'pipeline',
      'report',
      'sops',
      'system',
      'workspace',
    ],
    packages: [],
  },
  'operations/init': {
    folders: [
      'cluster',
      'makejinja',
      'operations/programs',
      'operations/repository',
      'operations/talos',
      'pipeline',
      'report',
      'sops',
      'system',
      'workspace',
    ],
    packages: [],
  },
  'operations/nodes': {
    folders: ['cluster', 'operations/talos', 'pipeline', 'report', 'system', 'text', 'workspace'],
    packages: ['yaml'],
  },
  'operations/secrets': {
    folders: [
      'checks',
      'cluster',
      'operations/kubernetes',
      'operations/programs',
      'operations/repository',
      'pipeline',
      'report',
      'sops',
      'system',
      'text',
      'workspace',
    ],
    packages: [],
  },
  'operations/template': {
    folders: ['cluster', 'operations/repository', 'pipeline', 'report', 'sops', 'system', 'upgrade', 'workspace'],
    packages: [],
  },
  studio: {
    folders: ['cluster', 'graph', 'operations', 'pipeline', 'report', 'studio/api', 'system', 'text', 'workspace'],
    packages: [],
  },
  // It runs in a browser: of the project it knows what the server says, and how a graph is drawn.
  'studio/page': {
    folders: ['graph/page', 'studio/api'],
    packages: [
      '@codemirror/autocomplete',
      '@codemirror/commands',
      '@codemirror/lang-yaml',
      '@codemirror/language',
      '@codemirror/lint',
      '@codemirror/state',
      '@codemirror/view',
      '@lezer/highlight',
      '@preact/signals',
      'preact',
    ],
  },
  // What its page and its server say to each other.
  'studio/api': { folders: ['graph/model'], packages: [] },
  cli: {
    folders: [
      'apps',
      'changes',
      'cluster',
      'graph',
      'makejinja',
      'operations',
      'pipeline',
      'report',
      'sops',
      'studio',
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

  it('make no circle between files, by types either', () => {
    expect(circles()).toEqual([]);
  });

  it('have a rule for every folder and room, and no rule for one that is gone', () => {
    const rooms = new Set([...sources.keys()].filter((file) => file.includes('/')).map(roomOf));
    expect([...rooms].sort()).toEqual(Object.keys(RULES).sort());
  });
});

describe('code', () => {
  it('looks at processes through system/ alone', () => {
    const processes = /\bprocess\.(?!kill\b)\w|\bglobalThis\.process\b/;
    const others = /\bprocess\.kill\b|['"`]\/proc\//;
    const found = [...sources].filter(
      ([file, text]) =>
        // The command line reads where it was started.
        (roomOf(file) !== 'system' && roomOf(file) !== 'cli' && processes.test(text)) ||
        (roomOf(file) !== 'system' && others.test(text)),
    );
    expect(found.map(([file]) => file)).toEqual([]);
  });

  it('is made of text where templates and plugins are loaded, and nowhere else', () => {
    // The constructor of a class is read in undefined.ts; that of a function makes functions.
    const making = /(?<!\bthis|\bother)\.constructor\b|\bnew Function\b|\bFunction\(|\beval\(|node:vm\b/;
    const found = [...sources].filter(([file, text]) => !file.includes('/generated/') && making.test(text));
    expect(found.map(([file]) => file).sort()).toEqual(['jinja/program.ts', 'makejinja/typescript.ts']);
  });
});

function violation(file: string, target: string): string[] {
  const room = roomOf(file);
  const rule = RULES[room];
  if (rule === undefined) return [`${file} has no rule`];
  // Data files are no code: the schemas and package.json lie outside src/.
  if (target.endsWith('.json')) return [];
  if (target.startsWith('.')) {
    const other = roomOf(relative(src, resolve(src, dirname(file), target)));
    const isAllowed = other === room || rule.folders.some((one) => other === one || other.startsWith(`${one}/`));
    return isAllowed ? [] : [`${file} imports ${target}`];
  }
  const module = target.replace(/^node:/, '');
  if (builtinModules.includes(module)) {
    return room === 'system' || PURE_NODE_MODULES.has(module) ? [] : [`${file} imports ${target}`];
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

/** The folder of src/ that a file lies in; of operations/ the room, of graph/ and studio/ what a browser gets. */
function roomOf(file: string): string {
  const [folder = '', room = ''] = file.split('/');
  if (folder === 'graph' && (room === 'page' || room === 'model.ts')) return `${folder}/${room.replace(/\.ts$/, '')}`;
  if (folder === 'studio' && (room === 'page' || room === 'api.ts')) return `${folder}/${room.replace(/\.ts$/, '')}`;
  return folder === 'operations' ? `${folder}/${room.replace(/\.ts$/, '')}` : folder;
}

/** Static imports, of types too; a lazy import() cannot deadlock a start. */
function staticImports(text: string): string[] {
  const statements = text.matchAll(/(?:^|\n)\s*(?:import|export)\s+[^'";]*?from\s*'(\.[^']+)'/g);
  return [...statements].map((match) => match[1] ?? '');
}

function circles(): string[] {
  const graph = new Map(
    [...sources].map(([file, text]) => [
      file,
      staticImports(text)
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
    (entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.name.endsWith('.d.ts'),
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
