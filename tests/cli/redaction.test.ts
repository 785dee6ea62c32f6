import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCommand } from '../support/cluster.ts';
import { writeFiles } from '../support/folders.ts';
import { eachOf } from '../support/parted.ts';
import { FEW_NODES, ownCluster } from '../operations/support/own-cluster.ts';

const TEMPLATE = 'templates/overrides/AGENTS.md.j2';
const TOKEN = 'marker-"4711"-of-the-token-<&>-0123456789';

/** Expressions whose error quotes what they were given. */
const FAILING: readonly string[] = [
  '#< {"a": 1}[cloudflare_token] >#',
  '#< cluster_name[cloudflare_token].x >#',
  '#% include cloudflare_token %#',
  '#% import cloudflare_token as x %#',
  '#% extends cloudflare_token %#',
  '#< [1] | map(age_key("private")) | list >#',
  '#< [1] | map(cloudflare_token) | list >#',
  '#< [1] | select(cloudflare_token) | list >#',
  '#< cloudflare_token | int(default=[][0]) >#',
  '#< cloudflare_token + 1 >#',
  '#< nthhost(cloudflare_token, 1) >#',
  '#< cloudflare_token | nthhost(1) >#',
  '#< age_key(cloudflare_token) >#',
  '#< age_key("private", file=cloudflare_token) >#',
  '#< "%d" | format(cloudflare_token) >#',
  '#< "{0.x}".format(cloudflare_token) >#',
  '#< cloudflare_token.nothing.x >#',
  '#< range(cloudflare_token) >#',
];

describe('the error of a template', () => {
  eachOf(FAILING, 8)('%s gives no secret away', async (expression) => {
    const cluster = await ownCluster(FEW_NODES);
    const text = await readFile(join(cluster, 'cluster.yaml'), 'utf8');
    await writeFiles(cluster, {
      'cluster.yaml': text.replace(/^cloudflare_token: .*$/m, 'cloudflare_token: {env: CF_TOKEN}'),
      [TEMPLATE]: `${expression}\n`,
    });
    const age = /AGE-SECRET-KEY-\S+/.exec(await readFile(join(cluster, 'age.key'), 'utf8'))?.[0] ?? '';
    for (const words of [['validate'], ['plan', '--json'], ['explain', 'AGENTS.md']]) {
      const { code, stdout, stderr } = await runCommand([...words, '--root', cluster], { env: { CF_TOKEN: TOKEN } });
      const output = stdout + stderr;
      expect(code, output).toBe(1);
      expect(output).toContain(TEMPLATE);
      expect(output).not.toMatch(/\n\s+at /);
      for (const secret of [TOKEN, JSON.stringify(TOKEN).slice(1, -1), age]) expect(output).not.toContain(secret);
    }
  });
});

it('an inventory that names a private file is refused, and nothing of it is shown', async () => {
  const cluster = await ownCluster(FEW_NODES);
  const path = '.cluster-template/manifest.json';
  const inventory = JSON.parse(await readFile(join(cluster, path), 'utf8')) as { files: Record<string, string> };
  inventory.files['age.key'] = `sha256:${'0'.repeat(64)}`;
  await writeFiles(cluster, { [path]: JSON.stringify(inventory) });
  for (const words of [['diff'], ['plan', '--json']]) {
    const { code, stdout, stderr } = await runCommand([...words, '--root', cluster]);
    expect(code).toBe(1);
    expect(stdout + stderr).toContain('the inventory names age.key, which no run can have made');
    expect(stdout + stderr).not.toContain('AGE-SECRET-KEY-1');
  }
});

it('what steers a terminal is shown, and JSON stays JSON', async () => {
  const cluster = await ownCluster(FEW_NODES);
  const steering = '\u001b[2J\u009b1m\u202e\u2028';
  await writeFiles(cluster, { [TEMPLATE]: `#< undefined_x >#\n`, 'talos/talenv.yaml': `# ${steering}\n` });
  await writeFiles(cluster, { [TEMPLATE]: `text ${steering}\n` });
  for (const words of [['diff'], ['diff', '--json'], ['explain', 'AGENTS.md:1']]) {
    const { stdout, stderr } = await runCommand([...words, '--root', cluster]);
    for (const character of steering.replace(/[\w[]/g, ''))
      expect(stdout + stderr, words.join(' ')).not.toContain(character);
    if (words.includes('--json')) expect(JSON.stringify(JSON.parse(stdout))).toContain(String.raw`\u001b[2J`);
    else expect(stdout).toContain(String.raw`\x1b[2J\x9b1m\u202e\u2028`);
  }
});

it.each([
  ['in the name of a template', 'text\n', 0],
  ['in the name of a template that is wrong', '#< undefined_x.y >#\n', 1],
])('what steers a terminal %s is shown', async (_, text, code) => {
  const cluster = await ownCluster(FEW_NODES);
  await writeFiles(cluster, { 'templates/overrides/talos/a\u001b[31mb\u202e.txt.j2': text });
  for (const words of [['plan', '--all'], ['diff'], ['plan', '--json']]) {
    const result = await runCommand([...words, '--root', cluster]);
    const output = result.stdout + result.stderr;
    expect(result.code, output).toBe(code);
    for (const character of ['\u001b', '\u202e']) expect(output).not.toContain(character);
    expect(output).toMatch(/a\\(?:x|u00)1b\[31mb\\u202e\.txt/);
  }
});
