import { cp, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCommand, sampleCluster } from '../support/cluster.ts';
import { temporaryFolder, writeFiles } from '../support/folders.ts';

const TREES = resolve(import.meta.dirname, '../checks/trees');
const KEYS = resolve(import.meta.dirname, '../sample');

async function graph(...words: string[]): Promise<{ code: number; text: string }> {
  const { code, stdout, stderr } = await runCommand(['graph', ...words]);
  return { code, text: stderr + stdout };
}

describe('graph of the repository that is rendered here', () => {
  it('shows an object, and what comes from a key', async () => {
    const cluster = ['--root', await sampleCluster(), '--keys', KEYS];
    const cilium = await graph('--of', 'HelmRelease/kube-system/cilium', ...cluster);
    expect(cilium).toMatchObject({ code: 0 });
    expect(cilium.text).toContain('applied by Kustomization kube-system/cilium');
    const key = await graph('--of', 'node_cidr', ...cluster);
    expect(key.text).toContain('Template templates/config/talos/talconfig.yaml.j2\n  reads Key node_cidr\n');
    expect(key.text).toContain('makes File talos/talconfig.yaml');
  });

  it.each([
    [['--of', 'ciliun'], 'there is no object ciliun in the tree', 'did you mean cilium?'],
    [['--of', 'no_such_key'], 'there is no value no_such_key', ''],
    [['--format', 'png'], 'Allowed choices are text, mermaid, dot, json, html', ''],
  ])('refuses %s', async (words, message, remedy) => {
    const { code, text } = await graph(...words, '--root', await sampleCluster(), '--keys', KEYS);
    expect(code).toBe(64);
    expect(text).toContain(message);
    expect(text).toContain(remedy);
  });
});

/** A good tree as a repository of its own. */
async function tree(name: string): Promise<string> {
  const folder = await temporaryFolder();
  await cp(join(TREES, name), folder, { recursive: true });
  // A template of another program is no YAML, and nothing of Flux.
  await writeFiles(folder, { 'charts/site/templates/pod.yaml': '{{ if .Values.on }}\nkind: [\n{{ end }}\n' });
  return folder;
}

describe('graph of any repository', () => {
  it('is a page, Mermaid or JSON, on standard output or in a file', async () => {
    const folder = await tree('overlays');
    expect((await graph(folder, '--format', 'mermaid')).text).toMatch(/^flowchart LR\n/);
    const { nodes } = JSON.parse((await graph(folder, '--json')).text) as { nodes: { id: string }[] };
    expect(nodes.map(({ id }) => id)).toContain('HTTPRoute/podinfo/podinfo');
    const file = join(await temporaryFolder(), 'graph.html');
    expect(await graph(folder, '--format', 'html', '-o', file)).toMatchObject({ code: 0 });
    expect(await readFile(file, 'utf8')).toContain('HelmRelease/cert-manager/cert-manager');
  });

  it('is that of one cluster, which has to be named where there are several', async () => {
    const folder = await tree('two-clusters');
    const { code, text } = await graph(folder);
    expect(code).toBe(64);
    expect(text).toContain('has several clusters: clusters/cloud; clusters/home');
    const home = await graph(folder, '--path', 'clusters/home', '--json');
    expect(home.code).toBe(0);
    const { edges, left } = JSON.parse(home.text) as { edges: object[]; left: object };
    expect(edges).toContainEqual({ from: 'Ingress/media/media', to: 'Service/media/media', kind: 'publishes' });
    expect(left).toMatchObject({ ServiceMonitor: 1 });
    expect((await graph(folder, '--path', 'clusters/lab')).text).toContain('clusters/lab is no folder of');
  });

  it('knows no keys', async () => {
    const { code, text } = await graph(await tree('overlays'), '--of', 'node_cidr');
    expect({ code, text }).toEqual({
      code: 64,
      text: expect.stringContaining('there is no object node_cidr') as string,
    });
  });
});
