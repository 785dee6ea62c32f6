import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe, { type AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { graphPage as buildPage } from '../../scripts/pages.mjs';
import { graphOf } from '../../src/graph/graph.ts';
import type { Graph, GraphEdge, GraphNode } from '../../src/graph/model.ts';
import { graphPage } from '../../src/graph/html.ts';
import { fluxTree } from '../../src/manifests/flux/tree.ts';
import { readTree } from '../../src/manifests/tree.ts';
import { readTree as readFiles } from '../golden/trees.ts';
import { manifestFilesOf } from '../manifests/support.ts';
import { CHROMIUM, type Heard, listen, startChromium, WITHOUT_CHROMIUM } from '../support/chromium.ts';
import { configuredSample } from '../support/sample.ts';

const REPOSITORY = process.cwd();

describe('the page in one file', () => {
  it('is small, names no other address, and takes any text for a text', async () => {
    const { html } = await buildPage(REPOSITORY);
    const page = graphPage(html, '</script><script>alert(1)</script>', await sampleGraph());
    expect(Buffer.byteLength(page)).toBeLessThan(1_000_000);
    expect(
      page.match(
        /https?:\/\/(?!www\.w3\.org\/(?:2000\/svg|1999\/xhtml|1999\/xlink|XML\/1998\/namespace|2000\/xmlns))[^"'`\s]+/g,
      ),
    ).toBeNull();
    expect(page.match(/<\/script>/g)).toHaveLength(2);
    expect(page).not.toContain('__DATA__');
  });

  it('needs a template with a place for its data', () => {
    expect(() =>
      graphPage('<html></html>', 'x', { nodes: [], edges: [], cycles: [], criticalPath: [], left: {} }),
    ).toThrow(new RangeError('the template of the page has no __DATA__'));
  });
});

describe.skipIf(CHROMIUM === undefined)(`the page in Chromium${WITHOUT_CHROMIUM}`, { tags: 'long' }, () => {
  let browser: Browser;
  let page: Page;
  let heard: Heard;
  let folder: string;

  beforeAll(async () => {
    browser = await startChromium();
    folder = await mkdtemp(join(tmpdir(), 'graph-page-'));
  });

  afterEach(async () => {
    await page.close();
    expect(heard.complaints).toEqual([]);
    expect(heard.requests.filter((url) => !url.startsWith('file:'))).toEqual([]);
  });

  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true });
  });

  async function open(graph: Graph, options: { readonly dark?: boolean; readonly hash?: string } = {}): Promise<void> {
    const path = join(folder, 'graph.html');
    await writeFile(path, graphPage((await buildPage(REPOSITORY)).html, 'Cluster', graph));
    page = await browser.newPage({
      viewport: { width: 1280, height: 800 },
      colorScheme: options.dark === true ? 'dark' : 'light',
    });
    heard = listen(page);
    await page.goto(pathToFileURL(path).href + (options.hash ?? ''));
  }

  const panel = async (): Promise<string> => (await page.locator('#panel').innerText()).replaceAll(/\n+/g, '\n');
  const box = (id: string): string => `.box[data-id="${id}"]`;
  const focused = (): Promise<string | undefined> =>
    page.evaluate<string | undefined>('document.activeElement?.dataset.id');

  it('draws each object of the sample once, with what has to be there first on the left', async () => {
    const graph = await sampleGraph();
    await open(graph);
    expect(await page.locator('.box').count()).toBe(graph.nodes.length);
    const left = async (id: string): Promise<number> => (await page.locator(box(id)).boundingBox())?.x ?? NaN;
    expect(await left('Kustomization/network/envoy-gateway')).toBeLessThan(await left('Kustomization/default/echo'));
    expect(await panel()).toContain(`${String(graph.nodes.length)} objects`);
    expect(await panel()).toMatch(/Longest chain of the bootstrap: \d+ steps/);
  });

  it('tells of an object where it is written, what it needs and what breaks without it', async () => {
    await open(await sampleGraph());
    await page.locator(box('Kustomization/kube-system/cilium')).click();
    const text = await panel();
    expect(text).toContain('kubernetes/apps/kube-system/cilium/ks.yaml');
    expect(text).toContain('Waited for by\nKustomization kube-system/coredns');
    expect(text).toMatch(/Breaks without it: \d/);
    expect(await page.locator(box('Kustomization/network/k8s-gateway')).getAttribute('class')).toContain('dim');
    await page.getByRole('button', { name: 'Kustomization kube-system/coredns' }).first().click();
    expect(await panel()).toMatch(/^coredns\n/);
    expect(decodeURIComponent(new URL(page.url()).hash)).toBe('#Kustomization/kube-system/coredns');
  });

  it('tells the template and the keys that an object comes from, and finds it by a key', async () => {
    const graph = await sampleGraph();
    const nodes = graph.nodes.map((node) =>
      node.id === 'HelmRelease/kube-system/cilium'
        ? { ...node, source: 'templates/config/cilium.yaml.j2', keys: ['cluster_pod_cidr', 'node_cidr'] }
        : node,
    );
    await open({ ...graph, nodes });
    await page.locator('#search').fill('pod_cidr');
    await page.keyboard.press('Enter');
    expect(await panel()).toContain('cilium');
    expect(await panel()).toMatch(/rendered from templates\/config\/cilium\.yaml\.j2[^]*cluster_pod_cidr\nnode_cidr/);
  });

  it('opens at the object that its address names', async () => {
    await open(await sampleGraph(), { hash: '#HelmRelease/default/echo' });
    expect(await panel()).toMatch(/^echo\nHelmRelease · default/);
  });

  it('is used by keys alone', async () => {
    await open(await sampleGraph());
    await page.keyboard.press('/');
    await page.keyboard.type('helmrelease envoy-g');
    expect(await page.getByRole('option').allInnerTexts()).toEqual(['HelmRelease network/envoy-gateway']);
    await page.keyboard.press('Enter');
    expect(await focused()).toBe('HelmRelease/network/envoy-gateway');
    expect(await panel()).toMatch(/^envoy-gateway\nHelmRelease/);
    await page.keyboard.press('ArrowLeft');
    const next = await focused();
    expect(next).not.toBe('HelmRelease/network/envoy-gateway');
    await page.keyboard.press('Enter');
    expect(await panel()).toContain((next ?? '').split('/')[0]);
    await page.keyboard.press('Escape');
    expect(await panel()).toMatch(/^The cluster/);
    await page.keyboard.press('c');
    expect(await page.locator('.box.chain').count()).toBe((await sampleGraph()).criticalPath.length);
    await page.keyboard.press('t');
    expect(await page.getByRole('row').count()).toBe((await sampleGraph()).nodes.length + 1);
  });

  it('folds namespaces, and unfolds one for what is looked for in it', async () => {
    await open(await sampleGraph());
    await page.getByRole('button', { name: 'Fold all' }).click();
    const namespaces = new Set((await sampleGraph()).nodes.map(({ namespace }) => namespace));
    expect(await page.locator('.box').count()).toBe(namespaces.size);
    await page.locator(box('namespace kube-system')).focus();
    await page.keyboard.press('Enter');
    expect(await page.locator(box('HelmRelease/kube-system/cilium')).count()).toBe(1);
    expect(await page.locator(box('namespace network')).count()).toBe(1);
    await page.getByLabel('Search').fill('k8s-gateway');
    await page.keyboard.press('Enter');
    expect(await page.locator(box('namespace network')).count()).toBe(0);
  });

  it('hides kinds, namespaces and edges', async () => {
    const { nodes } = await sampleGraph();
    await open(await sampleGraph());
    await page.getByText('Filter', { exact: true }).click();
    await page.getByLabel(/^OCIRepository/).uncheck();
    expect(await page.locator('.box').count()).toBe(nodes.filter(({ kind }) => kind !== 'OCIRepository').length);
    await page.getByLabel(/^kube-system/).uncheck();
    const left = nodes.filter(({ kind, namespace }) => kind !== 'OCIRepository' && namespace !== 'kube-system');
    expect(await page.locator('.box').count()).toBe(left.length);
    await page.getByLabel('applies').uncheck();
    expect(await page.locator('.line.applies').count()).toBe(0);
    expect(await page.locator('.line.depends').count()).toBeGreaterThan(0);
  });

  it('shows circles and what is missing in red', async () => {
    const [one, two] = [kustomization('one'), kustomization('two')];
    const missing: GraphNode = { id: 'Secret/a/gone', kind: 'Secret', namespace: 'a', name: 'gone', isMissing: true };
    await open({
      nodes: [one, two, missing],
      edges: [
        { from: one.id, to: two.id, kind: 'depends on', isCircular: true },
        { from: two.id, to: one.id, kind: 'depends on', isCircular: true },
        { from: one.id, to: missing.id, kind: 'reads' },
      ],
      cycles: [[one.id, two.id, one.id]],
      criticalPath: [],
      left: {},
    });
    const colour = (selector: string): Promise<string> =>
      page.evaluate<string>(`getComputedStyle(document.querySelector(${JSON.stringify(selector)})).stroke`);
    expect(await colour('.line.circular')).toBe('rgb(179, 38, 30)');
    expect(await colour('.box.missing .frame')).toBe('rgb(179, 38, 30)');
    expect(await panel()).toContain('Circle: none of these ever becomes ready');
  });

  it('takes names for texts, whatever they are', async () => {
    const name = '<img src=x onerror="document.title=\'broken\'">';
    await open({ nodes: [kustomization(name)], edges: [], cycles: [], criticalPath: [], left: {} });
    await page.locator('.box').click();
    expect(await page.locator('#panel h2').innerText()).toBe(name);
    expect(await page.title()).toBe('Cluster');
  });

  it('begins with the namespaces of a large cluster', async () => {
    const graph = largeGraph(200);
    await open(graph);
    expect(graph.nodes.length).toBeGreaterThanOrEqual(600);
    expect(await page.locator('.box').count()).toBe(20);
    await page.locator(box('namespace space-3')).click();
    expect(await page.locator('.box').count()).toBeGreaterThan(20);
    await page
      .getByRole('button', { name: 'Fold all' })
      .or(page.getByRole('button', { name: 'Unfold all' }))
      .click();
    expect(await page.locator('.box').count()).toBe(graph.nodes.length);
  });

  it.each([[false], [true]])('has no serious fault for people who use aids (dark: %s)', async (dark) => {
    await open(await sampleGraph(), { dark });
    await page.locator(box('Kustomization/kube-system/cilium')).click();
    await page.getByText('Filter', { exact: true }).click();
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate<AxeResults>('axe.run()');
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    expect(serious.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  });
});

async function sampleGraph(): Promise<Graph> {
  const { files } = await readFiles('sample', configuredSample());
  const texts = Object.fromEntries(files.map(({ path, text }) => [path, text]));
  return graphOf(fluxTree(readTree(manifestFilesOf(texts)).tree));
}

function kustomization(name: string): GraphNode {
  return { id: `Kustomization/a/${name}`, kind: 'Kustomization', namespace: 'a', name, place: { file: 'ks.yaml' } };
}

/** Apps in twenty namespaces, each a Kustomization with a release and its source, after one of the first. */
function largeGraph(apps: number): Graph {
  const nodes: GraphNode[] = [];
  const edges: GraphEdge[] = [];
  for (let app = 0; app < apps; app += 1) {
    const namespace = `space-${String(app % 20)}`;
    const [ks, release, source] = ['Kustomization', 'HelmRelease', 'OCIRepository'].map((kind) => {
      const name = `app-${String(app)}`;
      const node: GraphNode = { id: `${kind}/${namespace}/${name}`, kind, namespace, name };
      nodes.push(node);
      return node.id;
    });
    if (ks === undefined || release === undefined || source === undefined) continue;
    edges.push({ from: ks, to: release, kind: 'applies' }, { from: release, to: source, kind: 'reads' });
    if (app > 5) edges.push({ from: ks, to: nodes[3 * (app % 6)]?.id ?? '', kind: 'depends on' });
  }
  return { nodes, edges, cycles: [], criticalPath: [], left: {} };
}
