import { chmod, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recallCommand, runCommand, type CommandResult } from '../support/cluster.ts';
import { readFiles, temporaryFolder } from '../support/folders.ts';
import { smallCluster } from '../support/small-cluster.ts';

const PATHS = {
  inputs: ['cluster.yaml', 'nodes.yaml', 'makejinja.toml'],
  templates: ['templates/overrides/talos/own.sops.yaml.j2', 'templates/overrides/talos/more.yaml.j2'],
  results: ['talos/talconfig.yaml', 'talos/own.sops.yaml', '.sops.yaml', '.cluster-template/manifest.json'],
  others: ['kubernetes/own/configmap.yaml', 'notes.txt', 'templates/scripts/other.ts'],
};
const ANY = Object.values(PATHS).flat();

const OWN = 'templates/overrides/talos';
const PLUGIN = 'templates/scripts/plugin.ts';
const ZONE = `${OWN}/zone.yaml.j2`;

/** Texts that take each other's place: what one file says is read by others, or changes what they see. */
const VARIANTS: Readonly<Record<string, readonly string[]>> = {
  [`${OWN}/parts.partial.yaml.j2`]: [
    '#% macro line(value) %#- #< value >##% endmacro %#',
    '#% macro line(value) %#- #< value >##< cloudflare_domain >##% endmacro %#',
    '#% set seen = namespace(count=0) %##% macro line(value) %##% set seen.count = seen.count + 1 %#- #< seen.count >##% endmacro %#',
    '#% import "./talos/more.partial.yaml.j2" as more %##% macro line(value) %#- #< more.name >##% endmacro %#',
    '#% if acme_staging %##% set kept = [] %##% endif %##% macro line(value) %##% set _ = (kept | default([])).append(1) %##< kept | default([]) | length >##% endmacro %#',
  ],
  [`${OWN}/more.partial.yaml.j2`]: [
    "#% set name = 'one' %#",
    '#% set name = node_vlan_tag %#',
    'text: #< mine | default(0) >#\n',
  ],
  [`${OWN}/a-first.yaml.j2`]: [
    '#% import "talos/parts.partial.yaml.j2" as parts %#first:\n#< parts.line(1) >#\n',
    '#% set _ = node_dns_servers.append("192.0.2.99") %#first: #< node_dns_servers | length >#\n',
    'recipient: #< age_key("public") >#\n',
    'counted: #< count(1) | default(2) >#\n',
    '\n',
  ],
  [`${OWN}/b-second.yaml.j2`]: [
    '#% from "talos/parts.partial.yaml.j2" import line %#second:\n#< line(2) >#\n',
    '#% include "talos/more.partial.yaml.j2" ignore missing %#servers: #< node_dns_servers | join(",") >#\n',
    "upper: #< 'text' | upper >#\nshout: #< 'text' | shout | default('') >#\n",
    "odd: #< node_vlan_tag is odd_one >#\nlist: #< talos_patches('global') | join(',') >#\n",
    'all: #< settings.inner.value >#\n',
    'secret: open-text-of-a-secret-41\n',
  ],
  [`${OWN}/own.sops.yaml.j2`]: [
    'apiVersion: v1\nkind: Secret\nmetadata: {name: own}\nstringData: {token: open-text-of-a-secret-41}\n',
    'apiVersion: v1\nkind: Secret\nmetadata: {name: own}\nstringData: {token: another-text-of-a-secret-42}\n',
    'apiVersion: v1\nkind: Secret\nmetadata: {name: own}\nstringData: {token: "#< age_key(\'private\') >#", count: "#< count(1) | default(2) >#"}\n',
  ],
  [PLUGIN]: [
    'let called = 0;\nexport const Plugin = () => ({ functions: { count: () => (called += 1) } });\n',
    "export const Plugin = () => ({ filters: { shout: (text) => String(text) + '!', upper: () => 'mine' } });\n",
    "export const Plugin = () => ({ filters: { shout: (text) => String(text) + '?' }, tests: { odd_one: (n) => Number(n) % 2 === 1 } });\n",
    'export const Plugin = ({ data }) => ({ data: { mine: data.acme_staging, settings: { inner: { value: 1 } } } });\n',
    'const inner = { value: 0 };\nexport const Plugin = () => ({ data: { settings: { inner } }, functions: { count: () => (inner.value += 1) } });\n',
    'export const Plugin = () => ({ data: { node_vlan_tag: 7, settings: { inner: { get value() { return 3; } } } } });\n',
    "export const Plugin = () => ({ functions: { age_key: () => 'mine', talos_patches: () => ['mine'] } });\n",
  ],
};

const variants = Object.entries(VARIANTS).flatMap(([path, texts]) => texts.map((text) => ({ path, text })));

type Edit =
  | { readonly kind: 'append' | 'remove' | 'execute' | 'restore'; readonly path: string }
  | { readonly kind: 'value'; readonly field: string; readonly value: string }
  | { readonly kind: 'data'; readonly value: number }
  | { readonly kind: 'variant'; readonly path: string; readonly text: string }
  | { readonly kind: 'variable'; readonly value: string }
  | { readonly kind: 'configure' };

const edits = fc.oneof(
  fc.record({ kind: fc.constantFrom('append', 'remove', 'execute', 'restore'), path: fc.constantFrom(...ANY) }),
  fc.record({
    kind: fc.constant('value'),
    field: fc.constantFrom('node_vlan_tag', 'spegel_enabled', 'acme_staging', 'cloudflare_domain', 'node_dns_servers'),
    value: fc.constantFrom('15', '90', 'true', 'false', 'example.org', '["192.0.2.1"]', 'nonsense: ['),
  }),
  fc.record({ kind: fc.constant('data'), value: fc.nat(3) }),
  { weight: 4, arbitrary: fc.constantFrom(...variants).map((variant) => ({ kind: 'variant', ...variant })) },
  fc.record({ kind: fc.constant('variable'), value: fc.constantFrom('one', 'two') }),
  fc.record({ kind: fc.constant('configure') }),
) as fc.Arbitrary<Edit>;

const COMMANDS = [['plan', '--all'], ['configure', '--check'], ['validate']];

/**
 * After every edit a command is asked with what is kept of all runs before, without it, and once more. An edit that is refused is taken
 * back, as most of those that follow would show nothing else.
 */
async function compareAfter(sequence: readonly Edit[]): Promise<void> {
  const { folder, repository, env: base } = await smallCluster();
  const env: Record<string, string> = { ...base };
  const original = join(await temporaryFolder(), 'original');
  await cp(repository, original, { recursive: true });
  const run = async (...words: string[]): Promise<CommandResult> =>
    await runCommand([...words, '--root', repository], { env });
  for (const [index, edit] of sequence.entries()) {
    const before = edit.kind === 'variable' || edit.kind === 'configure' ? NO_TEXTS : await textsOf(edit, repository);
    if (edit.kind === 'variable') env.MY_ZONE = edit.value;
    else if (edit.kind === 'configure') {
      const copy = join(folder, 'copy');
      await cp(repository, copy, { recursive: true });
      const result = await run('configure', '--yes', '--force');
      const other = await runCommand(['configure', '--yes', '--force', '--no-cache', '--root', copy], { env });
      expect(result.code).toBe(other.code);
      // What is encrypted anew differs each time.
      const plain = Object.entries(await readFiles(repository)).filter(([path]) => isComparable(path));
      const fresh = Object.entries(await readFiles(copy)).filter(([path]) => isComparable(path));
      expect(plain).toEqual(fresh);
      await rm(copy, { recursive: true });
    } else await apply(edit, repository, original);
    const words = COMMANDS[index % COMMANDS.length] ?? [];
    const ask = async (): Promise<CommandResult> =>
      (await recallCommand([...words, '--root', repository], { env })) ?? (await run(...words));
    const first = await ask();
    expect(first).toEqual(await run(...words, '--no-cache'));
    // A failure is told by a run each time.
    if (first.code !== 1) expect(await ask()).toEqual(first);
    else for (const [path, text] of before) await lay(join(repository, path), text);
  }
}

const NO_TEXTS: ReadonlyMap<string, string | undefined> = new Map();

/** The files that an edit changes, as they are. */
async function textsOf(
  edit: Exclude<Edit, { kind: 'variable' | 'configure' }>,
  repository: string,
): Promise<Map<string, string | undefined>> {
  const paths = edit.kind === 'value' ? ['cluster.yaml'] : edit.kind === 'data' ? [PLUGIN, ZONE] : [edit.path];
  const read = async (path: string): Promise<string | undefined> =>
    await readFile(join(repository, path), 'utf8').catch(() => undefined);
  return new Map(await Promise.all(paths.map(async (path) => [path, await read(path)] as const)));
}

async function lay(path: string, text: string | undefined): Promise<void> {
  await (text === undefined ? rm(path, { force: true }) : writeFile(path, text));
}

function isComparable(path: string): boolean {
  return !/\.sops\.|^\.git\/|^\.private\/|manifest\.json$/.test(path);
}

async function apply(
  edit: Exclude<Edit, { kind: 'variable' | 'configure' }>,
  repository: string,
  original: string,
): Promise<void> {
  const textOf = async (path: string): Promise<string> =>
    await readFile(join(repository, path), 'utf8').catch(() => '');
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(repository, path)), { recursive: true });
    await writeFile(join(repository, path), text);
  };
  switch (edit.kind) {
    case 'append':
      await write(edit.path, `${await textOf(edit.path)}# ${String((await textOf(edit.path)).length)}\n`);
      break;
    case 'remove':
      await rm(join(repository, edit.path), { force: true });
      break;
    case 'execute':
      await chmod(join(repository, edit.path), 0o755).catch(() => undefined);
      break;
    case 'restore':
      await cp(join(original, edit.path), join(repository, edit.path)).catch(() => undefined);
      break;
    case 'value': {
      const kept = (await textOf('cluster.yaml')).replace(new RegExp(`^${edit.field}:.*\n`, 'm'), '');
      await write('cluster.yaml', `${kept}${edit.field}: ${edit.value}\n`);
      break;
    }
    case 'variant':
      await write(edit.path, edit.text);
      break;
    case 'data':
      await write(PLUGIN, `export const Plugin = () => ({ data: { mine: ${String(edit.value)} } });\n`);
      await write(ZONE, "zone: '#< env.MY_ZONE >#'\nmine: #< mine >#\n");
      break;
  }
}

describe('what is kept of runs', () => {
  const check = async (runs: number, length: number): Promise<void> => {
    const sequences = fc.array(edits, { minLength: length, maxLength: length });
    await fc.assert(fc.asyncProperty(sequences, compareAfter), { numRuns: runs, endOnFailure: true });
  };

  it('changes nothing after any of 4 edits', async () => {
    await check(1, 4);
  });

  it('changes nothing after any of 300 edits', { tags: 'long', timeout: 1_800_000 }, async () => {
    await check(6, 50);
  });
});
