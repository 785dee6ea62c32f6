import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatExplanation } from '../../src/cli/explain-output.ts';
import { templateData } from '../../src/cluster/computed.ts';
import { clusterRoot } from '../../src/cluster/root.ts';
import { findAccess, settleAccess } from '../../src/pipeline/access.ts';
import { readConfiguration } from '../../src/pipeline/configuration.ts';
import { renderOnly } from '../../src/pipeline/render-only.ts';
import { explain } from '../../src/pipeline/explain.ts';
import type { Explanation } from '../../src/pipeline/explain/answer.ts';
import { traceFile } from '../../src/pipeline/explain/trace.ts';
import { readSources } from '../../src/pipeline/render.ts';
import { readInventory } from '../../src/pipeline/state.ts';
import { sampleCluster } from '../support/cluster.ts';
import { writeFiles } from '../support/folders.ts';

const KEYS = resolve(import.meta.dirname, '../sample');
const CILIUM = 'kubernetes/apps/kube-system/cilium';

async function ask(folder: string, place: string): Promise<Explanation> {
  const [path = '', line] = place.split(':');
  return await explain(clusterRoot(folder, KEYS), path, line === undefined ? undefined : Number(line));
}

/** The number of the first line of a file that holds a text. */
async function lineWith(folder: string, path: string, text: string): Promise<string> {
  const lines = (await readFile(join(folder, path), 'utf8')).split('\n');
  const found = lines.findIndex((line) => line.includes(text));
  expect(found, text).toBeGreaterThanOrEqual(0);
  return `${path}:${String(found + 1)}`;
}

describe('the answer about the sample', () => {
  it.each([
    ['file', 'talos/talconfig.yaml', undefined],
    ['loop', 'talos/talconfig.yaml', 'hostname: "k8s-1"'],
    ['macro', 'talos/talconfig.yaml', '192.0.2.11/24'],
    ['condition', 'talos/talconfig.yaml', 'vip:'],
    ['item', 'talos/talconfig.yaml', '- 127.0.0.1'],
    ['computed', `${CILIUM}/app/helmrelease.yaml`, 'replicas:'],
    ['default', `${CILIUM}/app/helmrelease.yaml`, 'mode: dsr'],
    ['partial', `${CILIUM}/ks.yaml`, 'prune: true'],
    ['copy', 'bootstrap/helmfile.d/templates/values.yaml.gotmpl', undefined],
    ['secret', 'kubernetes/components/sops/cluster-secrets.sops.yaml', 'SECRET_DOMAIN'],
    ['secret-file', 'bootstrap/sops-age.sops.yaml', undefined],
  ])('reads well: %s', async (name, path, text) => {
    const folder = await sampleCluster();
    const place = text === undefined ? path : await lineWith(folder, path, text);
    const answer = formatExplanation(await ask(folder, place));
    await expect(answer).toMatchFileSnapshot(join(import.meta.dirname, `explain/${name}.txt`));
    for (const line of answer.split('\n')) {
      if (!/\S{60}/.test(line)) expect(line.length, line).toBeLessThanOrEqual(80);
    }
  });

  it('names for each line of every plain file a template line that can print it', { tags: 'long' }, async () => {
    const root = clusterRoot(await sampleCluster(), KEYS);
    const { access } = await settleAccess(root, await findAccess(root, await readInventory(root), false));
    const { configuration } = await readConfiguration(root, access);
    const { settings, inputs, plugins } = await readSources(root, configuration, { access });
    const data = templateData(configuration);
    let literal = 0;
    for (const [path, { file, isTemplate }] of inputs.outputs) {
      if (!isTemplate || path.includes('.sops.')) continue;
      const trace = traceFile({ settings, inputs, plugins }, file.name, data);
      if (trace.text.trim() === '') continue;
      for (const [index, line] of trace.text.replace(/\n$/, '').split('\n').entries()) {
        const { made, reads, macros } = trace.line(index);
        const sources = made.map(
          (one) => inputs.files.get(one.template)?.bytes.toString('utf8').split('\n')[one.line - 1],
        );
        expect(sources, `${path}:${String(index + 1)}`).not.toContain(undefined);
        const isLiteral = reads.paths.length + reads.functions.length + macros.length === 0;
        if (!isLiteral || sources[0]?.includes('#<') === true) continue;
        expect(sources[0]?.trim(), `${path}:${String(index + 1)}`).toBe(line.trim());
        literal += 1;
      }
    }
    expect(literal).toBeGreaterThan(500);
  });

  it('names the key behind each line that a change of the key changes', { tags: 'long' }, async () => {
    const folder = await sampleCluster();
    const cases = [
      ['cluster_api_addr', 'cluster.yaml', 'cluster_api_addr: 192.0.2.5', 'cluster_api_addr: 192.0.2.55'],
      ['node_vlan_tag', 'cluster.yaml', 'node_vlan_tag: 100', 'node_vlan_tag: 200'],
      ['nodes[2].mac_addr', 'nodes.yaml', '00:00:5e:00:53:0c', '00:00:5e:00:53:1c'],
      ['nodes[3].address', 'nodes.yaml', '192.0.2.20', '192.0.2.21'],
      [
        'nodes[1].disk',
        'nodes.yaml',
        "disk: /dev/sda\n    mac_addr: '00:00:5e:00:53:0b'",
        "disk: /dev/sdb\n    mac_addr: '00:00:5e:00:53:0b'",
      ],
    ] as const;
    const path = 'talos/talconfig.yaml';
    const before = (await readFile(join(folder, path), 'utf8')).split('\n');
    for (const [key, file, from, to] of cases) {
      const changed = await sampleCluster();
      const text = await readFile(join(changed, file), 'utf8');
      expect(text).toContain(from);
      await writeFiles(changed, { [file]: text.replace(from, to) });
      const { files } = await renderOnly(clusterRoot(changed, KEYS));
      const after =
        files
          .find((one) => one.path === path)
          ?.bytes.toString('utf8')
          .split('\n') ?? [];
      const different = [...after.keys()].filter((index) => after[index] !== before[index]);
      expect({ key, length: after.length, isChanged: different.length > 0 }).toEqual({
        key,
        length: before.length,
        isChanged: true,
      });
      for (const index of different) {
        const { keys } = await ask(changed, `${path}:${String(index + 1)}`);
        const named = keys.flatMap((use) => [use.key, ...(use.from ?? []).map((one) => one.key)]);
        expect(named, after[index]).toContain(key);
      }
    }
  });
});

describe('a template of the user', () => {
  const made = (folder: string, place: string) =>
    ask(folder, place).then(({ made: lines }) => lines.map(({ file, line }) => `${file}:${String(line)}`));
  const keysOf = (explanation: Explanation) => explanation.keys.map(({ key }) => key);

  async function cluster(template: string, others: Readonly<Record<string, string>> = {}): Promise<string> {
    const folder = await sampleCluster();
    const files = { 'kubernetes/x.yaml.j2': template, ...others };
    const named = Object.entries(files).map(([name, text]) => [`templates/overrides/${name}`, text]);
    await writeFiles(folder, Object.fromEntries(named) as Record<string, string>);
    return folder;
  }

  it('is followed through includes and what surrounds them', async () => {
    const folder = await cluster(
      "#% for node in nodes %#\n#% if node.controller %#\n#% include 'kubernetes/one.partial.yaml.j2' %#\n#% endif %#\n#% endfor %#\n",
      { 'kubernetes/one.partial.yaml.j2': '- name: #< node.name >#\n  disk: #< node.disk >#\n' },
    );
    const answer = await ask(folder, 'kubernetes/x.yaml:4');
    expect(answer.text).toBe('  disk: /dev/sda');
    expect(answer.templates).toEqual(['templates/overrides/kubernetes/one.partial.yaml.j2']);
    expect(answer.because.map(({ kind, line }) => `${kind} ${String(line)}`)).toEqual(['for 1', 'if 2', 'include 3']);
    expect(answer.keys).toMatchObject([
      { key: 'nodes[1].disk', kind: 'written', place: { file: 'nodes.yaml', line: 45 } },
    ]);
  });

  it('is followed through extends, blocks and set blocks', async () => {
    const folder = await cluster(
      "#% extends 'kubernetes/base.partial.yaml.j2' %#\n#% block body %#\n#% set text %#\ngateway: #< cluster_gateway_addr >#\n#% endset %#\n#< text | trim >#\n#% endblock %#\n",
      { 'kubernetes/base.partial.yaml.j2': 'head: 1\n#% block body %##% endblock %#\n' },
    );
    expect(await made(folder, 'kubernetes/x.yaml:1')).toEqual([
      'templates/overrides/kubernetes/base.partial.yaml.j2:1',
    ]);
    const answer = await ask(folder, 'kubernetes/x.yaml:2');
    expect(answer.made[0]).toMatchObject({ file: 'templates/overrides/kubernetes/x.yaml.j2', line: 6 });
    expect(keysOf(answer)).toEqual(['cluster_gateway_addr']);
  });

  it('tells the items of nested loops apart', async () => {
    const folder = await cluster(
      '#% for node in nodes %#\n#% for server in node_dns_servers %#\n#< node.name >#: #< server >#\n#% endfor %#\n#% endfor %#\n',
    );
    expect(keysOf(await ask(folder, 'kubernetes/x.yaml:6'))).toEqual(['node_dns_servers[1]', 'nodes[2].name']);
  });

  it('is told by form where it looks at its own output', async () => {
    const folder = await cluster(
      '#% set text %#\n#% for node in nodes %#\n#< node.name >#\n#% endfor %#\n#% endset %#\nlength: #< text | length >#\n',
    );
    const answer = await ask(folder, 'kubernetes/x.yaml:1');
    expect(answer).toMatchObject({ text: 'length: 24', made: [{ line: 6 }] });
    expect(keysOf(answer)).toEqual(['nodes[*].name']);
  });

  it('may loop over what is made, pass arguments by name and read the environment', async () => {
    const folder = await cluster(
      "#% macro line(a, b='x') %#\nv: #< a >#-#< b >#\n#% endmacro %#\n#% for name in nodes | map(attribute='name') %#\n#< line(b=repository_branch, a=name) >##% endfor %#\n#< env.NOT_SET | default('none') >#\n",
    );
    const answer = await ask(folder, 'kubernetes/x.yaml:1');
    expect(answer.text).toBe('v: k8s-0-main');
    expect(answer.macros).toMatchObject([{ name: 'line', line: 1 }]);
    expect(keysOf(answer)).toEqual(['nodes', 'repository_branch']);
    const last = await ask(folder, 'kubernetes/x.yaml:5');
    expect(last.keys).toMatchObject([{ key: 'env.NOT_SET', kind: 'environment', hidden: true }]);
  });

  it('names the layer that wins, and the plugin of the user', async () => {
    const folder = await cluster('a: #< mine >#\n', { 'talos/talenv.yaml.j2': 'a: 1\n' });
    await writeFiles(folder, {
      'templates/scripts/plugin.ts': "export function Plugin() {\n  return { data: { mine: 'a value' } };\n}\n",
    });
    expect(await ask(folder, 'talos/talenv.yaml')).toMatchObject({
      source: 'templates/overrides/talos/talenv.yaml.j2',
      hidden: ['templates/config/talos/talenv.yaml.j2'],
      differs: true,
      keys: [],
    });
    expect((await ask(folder, 'kubernetes/x.yaml:1')).keys).toMatchObject([{ key: 'mine', kind: 'plugin' }]);
  });
});
