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

type Edit =
  | { readonly kind: 'append' | 'remove' | 'execute' | 'restore'; readonly path: string }
  | { readonly kind: 'value'; readonly field: string; readonly value: string }
  | { readonly kind: 'data'; readonly value: number }
  | { readonly kind: 'variable'; readonly value: string }
  | { readonly kind: 'configure' };

const edits = fc.oneof(
  fc.record({ kind: fc.constantFrom('append', 'remove', 'execute', 'restore'), path: fc.constantFrom(...ANY) }),
  fc.record({
    kind: fc.constant('value'),
    field: fc.constantFrom('node_mtu', 'spegel_enabled', 'cloudflare_domain', 'node_ntp_servers'),
    value: fc.constantFrom('1500', '9000', 'true', 'false', 'example.org', '["192.0.2.1"]', 'nonsense: ['),
  }),
  fc.record({ kind: fc.constant('data'), value: fc.nat(3) }),
  fc.record({ kind: fc.constant('variable'), value: fc.constantFrom('one', 'two') }),
  fc.record({ kind: fc.constant('configure') }),
) as fc.Arbitrary<Edit>;

const COMMANDS = [['plan', '--all'], ['configure', '--check'], ['validate']];

/** After every edit a command is asked with what is kept of all runs before, without it, and once more. */
async function compareAfter(sequence: readonly Edit[]): Promise<void> {
  const { folder, repository, env: base } = await smallCluster();
  const env: Record<string, string> = { ...base };
  const original = join(await temporaryFolder(), 'original');
  await cp(repository, original, { recursive: true });
  const run = async (...words: string[]): Promise<CommandResult> =>
    await runCommand([...words, '--root', repository], { env });
  for (const [index, edit] of sequence.entries()) {
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
  }
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
    case 'data':
      await write(
        'templates/scripts/plugin.ts',
        `export const Plugin = () => ({ data: { mine: ${String(edit.value)} } });\n`,
      );
      await write('templates/overrides/talos/zone.yaml.j2', "zone: '#< env.MY_ZONE >#'\nmine: #< mine >#\n");
      break;
  }
}

describe('what is kept of runs', () => {
  const check = async (runs: number, length: number): Promise<void> => {
    const sequences = fc.array(edits, { minLength: length, maxLength: length });
    await fc.assert(fc.asyncProperty(sequences, compareAfter), { numRuns: runs, endOnFailure: true });
  };

  it('changes nothing after any of 12 edits', async () => {
    await check(1, 12);
  });

  it('changes nothing after any of 300 edits', { tags: 'long', timeout: 1_800_000 }, async () => {
    await check(6, 50);
  });
});
