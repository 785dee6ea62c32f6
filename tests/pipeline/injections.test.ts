// What stands in cluster.yaml is a value wherever templates print it, whatever it looks like: it is never read as a template.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CLUSTER_FIELDS, NODE_FIELDS, SECRET_FIELDS } from '../../src/cluster/config/schemas.ts';
import { loadConfiguration } from '../../src/cluster/config/load.ts';
import { loadProject } from '../../src/makejinja/project.ts';
import { renderInputs } from '../../src/makejinja/render.ts';
import { DEFAULT_SETTINGS, parseSettings, type Delimiters, type Settings } from '../../src/makejinja/settings.ts';
import { renderTexts } from '../golden/cases.ts';
import { temporaryFolder, writeFiles } from '../support/folders.ts';
import { SAMPLE_FILES } from '../support/sample.ts';

/** Each pair of delimiters of the starter and of Jinja. */
const DELIMITERS = [
  ['#<', '>#'],
  ['#%', '%#'],
  ['#|', '#|'],
  ['{{', '}}'],
  ['{%', '%}'],
  ['{#', '#}'],
] as const;

/** What could be written between them. */
const INSIDES = [
  '',
  '7 * 191191',
  'secret',
  'values',
  'self',
  'env.HOME',
  '"".constructor',
  'cycler.__proto__',
  'print(secret)',
  'set v = secret',
  'endset',
  'raw',
  'endraw',
  'if true',
  'endif',
  'for x in values',
  'endfor',
  'macro m(x)',
  'endmacro',
  'endcall',
  'endblock',
  'include "secret.partial.yaml.j2"',
  'import "secret.partial.yaml.j2" as m',
  'extends "secret.partial.yaml.j2"',
  "'",
  '"',
  '\\',
] as const;

/** How a value holds them: whole, in halves, in the wrong order, within each other, at every place of a line. */
const SHAPES: readonly ((open: string, inside: string, close: string) => string)[] = [
  (o, e, c) => `${o} ${e} ${c}`,
  (o, e, c) => `${o}${e}${c}`,
  (o, e, c) => `x${o} ${e} ${c}`,
  (o, e, c) => `${o} ${e} ${c}x`,
  (o, e, c) => `\n${o} ${e} ${c}\n`,
  (o, e, c) => `    ${o} ${e} ${c}`,
  (o, e, c) => `${o}\n${e}\n${c}`,
  (o, e, c) => `${o}- ${e} -${c}`,
  (o, e, c) => `${o}+ ${e} +${c}`,
  (o, e, c) => `"${o} ${e} ${c}"`,
  (o, e, c) => `'${o} ${e} ${c}'`,
  (o, e, c) => `\\${o} ${e} ${c}`,
  (o, e) => `${o} ${e} `,
  (_, e, c) => ` ${e} ${c}`,
  // The template around it brings the other halves of the delimiters.
  (o, e, c) => `${o.slice(1)} ${e} ${c.slice(0, 1)}`,
  (o, e, c) => `${o.slice(0, 1)} ${e} ${c.slice(1)}`,
  (o, e, c) => `${c} ${e} ${o}`,
  (o, e, c) => `${c}${o} ${e} ${c}${o}`,
  (o, e, c) => `${o}${o} ${e} ${c}${c}`,
  (o, e, c) => `${o} ${o} ${e} ${c} ${c}`,
];

const VALUES = DELIMITERS.flatMap(([open, close]) =>
  INSIDES.flatMap((inside) => SHAPES.map((shape) => shape(open, inside, close))),
);

/** A place in a template; `[[ ]]` and `[% %]` stand for the delimiters in use, `v` is the value. */
interface Position {
  readonly name: string;
  readonly body: string;
  /** What stands before the loop over the values. */
  readonly head?: string;
  /** What has to come out; the value itself where it is not given. */
  readonly expected?: (value: string, delimiters: Delimiters) => string;
}

const POSITIONS: readonly Position[] = [
  { name: 'by itself', body: '[[ v ]]' },
  { name: 'after a key', body: 'key: [[ v ]] # end', expected: (v) => `key: ${v} # end` },
  { name: 'in quotes', body: `"[[ v ]]" '[[ v ]]'`, expected: (v) => `"${v}" '${v}'` },
  { name: 'in a comment of YAML', body: '# [[ v ]]', expected: (v) => `# ${v}` },
  {
    name: 'between halves of delimiters',
    body: '[% raw %]#{%<[% endraw %][[ v ]]>#}%',
    expected: (v) => `#{%<${v}>#}%`,
  },
  {
    name: 'between delimiters as text',
    body: "[% raw %][[ '' ~ [% endraw %][[ v ]][% raw %] ]][% endraw %]",
    expected: (v, { variableStart, variableEnd }) => `${variableStart} '' ~ ${v} ${variableEnd}`,
  },
  { name: 'twice', body: '[[ v ]][[ v ]]', expected: (v) => v + v },
  {
    name: 'through filters',
    body: "[[ [v, v] | map('string') | join('/') | default('x') ]]",
    expected: (v) => `${v}/${v}`,
  },
  {
    name: 'through replace',
    body: "[[ v | replace('secret', 'self') ]]",
    expected: (v) => v.replaceAll('secret', 'self'),
  },
  {
    name: 'in a format',
    body: "[[ '%s' % v ]][[ '{}'.format(v) ]][[ '{0[a]}'.format({'a': v}) ]]",
    expected: (v) => v + v + v,
  },
  { name: 'as a format', body: "[[ v if '{' in v or '}' in v else v.format(secret) ]]" },
  { name: 'as a key', body: '[[ {v: 1}.keys() | first ]][[ {v: v}[v] ]]', expected: (v) => v + v },
  { name: 'in a macro', head: '[% macro show(x) %][[ x ]][% endmacro %]', body: '[[ show(v) ]]' },
  {
    name: 'in a call',
    head: '[% macro ask() %][[ caller() ]][% endmacro %]',
    body: '[% call ask() %][[ v ]][% endcall %]',
  },
  { name: 'in a filtered block', body: '[% filter string %][[ v ]][% endfilter %]' },
  { name: 'in a set', body: '[% set b %][[ v ]][% endset %][[ b ]][[ b ]]', expected: (v) => v + v },
  { name: 'in a namespace', head: "[% set n = namespace(x='') %]", body: '[% set n.x = v %][[ n.x ]]' },
  { name: 'in a file that is included', body: '[% include "show.partial.yaml.j2" %]' },
  {
    name: 'in a macro that is imported',
    head: '[% from "macros.partial.yaml.j2" import show %]',
    body: '[[ show(v) ]]',
  },
  { name: 'in a block', body: '[% block b scoped %][[ v ]][% endblock %]' },
  { name: 'as JSON', body: '[[ v | tojson ]]', expected: json },
  { name: 'in HTML', body: '[[ v | e ]]', expected: html },
];

/** The project's own JSON: Python's, with four characters of HTML as escapes. */
function json(value: string): string {
  return JSON.stringify(value).replace(/[<>&']/g, (one) => `\\u00${one.charCodeAt(0).toString(16)}`);
}

function html(value: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    "'": '&#39;',
    '"': '&#34;',
  };
  return value.replace(/[&<>'"]/g, (one) => entities[one] ?? one);
}

const SEPARATOR = '\u0001';
const SECRET = 'MARKER-that-no-value-holds';

/** Renders every position with every value: cluster.yaml is read, each template prints all of its values. */
async function renderPositions(settings: Settings): Promise<Map<string, string[]>> {
  const { blockStart, blockEnd, variableStart, variableEnd } = settings.delimiter;
  const own: Readonly<Record<string, string>> = {
    '[[': variableStart,
    ']]': variableEnd,
    '[%': blockStart,
    '%]': blockEnd,
  };
  // What the template has as text is no delimiter of it.
  const write = (text: string): string => text.replace(/\[%|%\]|\[\[|\]\]/g, (one) => own[one] ?? one);
  const templates = POSITIONS.map(({ name, head = '', body }) => [
    `templates/${name}.j2`,
    write(`${head}[% for v in values %]${body}${SEPARATOR}[% endfor %]`),
  ]);
  const folder = await temporaryFolder();
  await writeFiles(folder, {
    ...(Object.fromEntries(templates) as Record<string, string>),
    'templates/show.partial.yaml.j2': write('[[ v ]]'),
    'templates/macros.partial.yaml.j2': write('[% macro show(x) %][[ x ]][% endmacro %]'),
    'templates/secret.partial.yaml.j2': SECRET,
    // JSON is YAML.
    'cluster.yaml': JSON.stringify({ values: VALUES, secret: SECRET }),
  });
  const project = await loadProject(
    { ...settings, inputs: ['templates'], data: ['cluster.yaml'], plugins: [] },
    { folder },
  );
  const files = renderInputs(project);
  return new Map(files.map(({ path, bytes }) => [path, bytes.toString('utf8').split(SEPARATOR).slice(0, -1)]));
}

describe.each<[string, () => Promise<Settings>]>([
  [
    'the starter',
    async () => parseSettings(await readFile(join(SAMPLE_FILES, 'makejinja.toml'), 'utf8'), 'makejinja.toml'),
  ],
  ['Jinja', () => Promise.resolve({ ...DEFAULT_SETTINGS, jinjaSuffix: '.j2', excludePatterns: ['*.partial.yaml.j2'] })],
])('values of cluster.yaml with delimiters, by the settings of %s', (name, settingsOf) => {
  it('are printed as they are, at every place of a template', async () => {
    const settings = await settingsOf();
    const results = await renderPositions(settings);
    let count = 0;
    for (const { name: position, expected = (value: string) => value } of POSITIONS) {
      const texts = results.get(position) ?? [];
      expect(texts, position).toEqual(VALUES.map((value) => expected(value, settings.delimiter)));
      count += texts.length;
    }
    console.log(`${String(count)} injections by the settings of ${name}, none of them evaluated`);
    expect(count).toBeGreaterThanOrEqual(30_000);
  });
});

/** Values that lead to another text, or to none, where they are read as a part of a template. */
const PAYLOADS = ['#<7+191191>#', '#<cloudflare_token>#', '#%raw%#', '#|', '{{7+191191}}', '{#'];

/** The fields that take one of them, and a value that holds it; every other field refuses them. */
const FREE: Readonly<Record<string, (payload: string) => string>> = {
  repository_branch: (payload) => payload,
  repository_known_hosts: (payload) => `git.example.com ssh-ed25519 ${payload}`,
  alertmanager_url: (payload) => `https://alerts.example.com/${payload}`,
  cloudflare_token: (payload) => `cloudflare-${payload}`,
  cilium_bgp_password: (payload) => `bgp-password-${payload}`,
  azure_openai_api_key: (payload) => `azure-${payload}`,
  cohere_api_key: (payload) => `cohere-${payload}`,
  anthropic_api_key: (payload) => `anthropic-${payload}`,
  proxmox_csi_token_id: (payload) => `user@${payload}!token`,
  proxmox_csi_token_secret: (payload) => `proxmox-${payload}`,
  disk: (payload) => `/dev/${payload}`,
};

type Fields = Readonly<Record<string, unknown>>;

const EVERYTHING = join(process.cwd(), 'tests/golden/everything/input');

const everything = Promise.all(
  ['cluster.yaml', 'nodes.yaml'].map(async (name) => parse(await readFile(join(EVERYTHING, name), 'utf8')) as Fields),
);

async function textsWith(fields: Fields, node: Fields): Promise<{ cluster: string; nodes: string }> {
  const [cluster, { nodes } = {}] = await everything;
  return {
    cluster: JSON.stringify({ ...cluster, ...fields }),
    nodes: JSON.stringify({ nodes: (nodes as readonly Fields[]).map((one) => ({ ...one, ...node })) }),
  };
}

async function isTaken(texts: { readonly cluster: string; readonly nodes: string }): Promise<boolean> {
  const { configuration } = await loadConfiguration(
    { cluster: { file: 'cluster.yaml', text: texts.cluster }, nodes: { file: 'nodes.yaml', text: texts.nodes } },
    { env: {}, readFile: () => Promise.resolve(undefined), isTracked: () => Promise.resolve(false) },
  );
  return configuration !== undefined;
}

/** The rendered tree of a configuration whose free fields hold a text, secrets in plain text among it. */
async function renderWith(payload: string): Promise<Map<string, string>> {
  const values = Object.fromEntries(Object.entries(FREE).map(([field, write]) => [field, write(payload)]));
  const { disk, ...fields } = values;
  const files = await renderTexts(await textsWith(fields, { disk }), await temporaryFolder());
  // The templates quote secrets by `tojson`, which escapes brackets.
  const unescaped = (text: string): string => text.replaceAll('\\u003c', '<').replaceAll('\\u003e', '>');
  return new Map(files.map(({ path, bytes }) => [path, unescaped(bytes.toString('utf8'))]));
}

describe('fields of the configuration', () => {
  const without = (fields: object): string[] =>
    Object.keys(fields).filter((field) => !(field in FREE) && !SECRET_FIELDS.includes(field));

  it.each([
    ['cluster.yaml', without(CLUSTER_FIELDS)],
    ['nodes.yaml', without(NODE_FIELDS)],
  ])('of %s refuse what looks like a template, but for those that take any text', async (file, fields) => {
    const taken: string[] = [];
    for (const field of fields) {
      for (const value of ['#<7*191191>#', ['{{7*191191}}']]) {
        const values = { [field]: value };
        const texts = await textsWith(file === 'cluster.yaml' ? values : {}, file === 'nodes.yaml' ? values : {});
        if (await isTaken(texts)) taken.push(`${field}: ${JSON.stringify(value)}`);
      }
    }
    expect(taken).toEqual([]);
  });

  it('that take any text are printed by the starter as a text without delimiters is', { tags: 'long' }, async () => {
    const usual = 'PAYLOAD';
    const before = await renderWith(usual);
    expect([...before.values()].filter((text) => text.includes(usual)).length).toBeGreaterThan(10);
    for (const payload of PAYLOADS) {
      const after = await renderWith(payload);
      expect([...after.keys()]).toEqual([...before.keys()]);
      for (const [path, text] of before) expect(after.get(path), path).toBe(text.replaceAll(usual, () => payload));
    }
  });
});
