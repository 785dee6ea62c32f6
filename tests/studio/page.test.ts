import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import axe, { type AxeResults } from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { studioPage } from '../../scripts/pages.mjs';
import type { GraphResult, Network } from '../../src/studio/api.ts';
import { CHROMIUM, type Heard, listen, startChromium, WITHOUT_CHROMIUM } from '../support/chromium.ts';
import { SAMPLE_FILES } from '../support/sample.ts';
import { type FakeOptions, type FakeStudio, startFake } from './fake.ts';

const REPOSITORY = process.cwd();
const VIEWS = ['configuration', 'plan', 'graph', 'network', 'checks', 'secrets', 'doctor', 'terminal'];

describe('the page as it is built', () => {
  it('is below 600 kB compressed, of which the first view takes a tenth, and names no other address', async () => {
    const { files } = await studioPage(REPOSITORY);
    const sizes = Object.entries(files).map(([name, content]) => [name, gzipSync(content).byteLength] as const);
    expect(sizes.reduce((sum, [, size]) => sum + size, 0)).toBeLessThan(600_000);
    const first = sizes.filter(([name]) => /^studio\.(?:html|js|css)$/.test(name));
    expect(first).toHaveLength(3);
    expect(first.reduce((sum, [, size]) => sum + size, 0)).toBeLessThan(60_000);
    for (const content of Object.values(files)) {
      const addresses = Buffer.from(content)
        .toString('utf8')
        .match(/(?:https?:)?\/\/(?!www\.w3\.org\/)[a-z][\w-]*\.[a-z]{2,}[^\s"'`]*/g);
      expect(addresses).toBeNull();
    }
  });

  it('has no script, style or handler in its HTML', async () => {
    const { files } = await studioPage(REPOSITORY);
    const html = String(files['studio.html']);
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/);
  });
});

describe.skipIf(CHROMIUM === undefined)(`the page in Chromium${WITHOUT_CHROMIUM}`, { tags: 'long' }, () => {
  let browser: Browser;
  let context: BrowserContext;
  let studio: FakeStudio;
  let page: Page;
  let heard: Heard;
  let texts: { readonly cluster: string; readonly nodes: string };
  /** Complaints that a test brings about. */
  let isExpected = (_: string): boolean => false;

  beforeAll(async () => {
    browser = await startChromium();
    const [cluster, nodes] = await Promise.all(
      ['cluster.yaml', 'nodes.yaml'].map((name) => readFile(join(SAMPLE_FILES, name), 'utf8')),
    );
    texts = { cluster: cluster ?? '', nodes: nodes ?? '' };
  });

  afterEach(async () => {
    await context.close();
    await studio.close();
    expect(heard.complaints.filter((text) => !isExpected(text))).toEqual([]);
    expect(heard.requests.filter((url) => !url.startsWith(studio.url))).toEqual([]);
    isExpected = () => false;
  });

  afterAll(async () => {
    await browser.close();
  });

  async function open(
    options: Partial<FakeOptions> & { readonly view?: string; readonly dark?: boolean; readonly width?: number } = {},
  ): Promise<void> {
    studio = await startFake({ ...texts, ...options });
    context = await browser.newContext({
      viewport: { width: options.width ?? 1280, height: 800 },
      colorScheme: options.dark === true ? 'dark' : 'light',
    });
    page = await context.newPage();
    heard = listen(page);
    await page.goto(`${studio.url}${options.view === undefined ? '' : `#/${options.view}`}`);
    await page.locator('.head h1').waitFor();
  }

  const field = (key: string): string => `[data-key="${key}"]`;
  const editorText = async (): Promise<string> =>
    (await page.locator('.editor:visible .cm-content').innerText()).replaceAll('\u00A0', ' ');
  const pendingText = (name: 'cluster' | 'nodes'): string => {
    const last = studio.calls.findLast((one) => one.name === 'check')?.body as {
      readonly pending?: Readonly<Record<string, string>>;
    };
    return last.pending?.[name] ?? '';
  };

  it('shows what is wrong at its field, in the text and beside the views, and mends it by its button', async () => {
    await open();
    await page.locator(`${field('node_cidr')} input`).fill('192.0.2.0/33x');
    const finding = page.locator(`${field('node_cidr')} .finding`);
    await finding.waitFor();
    expect(await finding.innerText()).toContain('which is no network in CIDR notation');
    expect(await page.locator(`${field('node_cidr')} input`).getAttribute('aria-invalid')).toBe('true');
    expect(await page.locator('.cm-lintRange-error').innerText()).toBe('192.0.2.0/33x');
    expect(await page.locator('.nav .badge.red').innerText()).toContain('1');
    await page.getByRole('button', { name: 'Write 192.0.2.0/24' }).first().click();
    await finding.waitFor({ state: 'detached' });
    expect(await page.locator(`${field('node_cidr')} input`).inputValue()).toBe('192.0.2.0/24');
  });

  it('takes what is typed in the text into the form, and completes keys', async () => {
    await open();
    await page.locator('.cm-content').first().click();
    await page.keyboard.press('Control+End');
    await page.keyboard.type('\nnode_def');
    // A list that has just appeared takes no Enter, as it may have been meant for the text.
    await page.locator('.cm-tooltip-autocomplete').waitFor();
    await page.waitForTimeout(500);
    await page.keyboard.press('Enter');
    await page.keyboard.type('192.0.2.77');
    await expect.poll(() => page.locator(`${field('node_default_gateway')} input`).inputValue()).toBe('192.0.2.77');
    await expect.poll(() => pendingText('cluster')).toContain('\nnode_default_gateway: 192.0.2.77');
  });

  it('adds a node by the form and leaves every comment as it is', async () => {
    await open();
    await page.getByRole('button', { name: 'Add a node' }).click();
    await page.locator(field('nodes[4].name')).waitFor();
    expect(await page.locator(`${field('nodes[4].name')} input`).inputValue()).toBe('k8s-4');
    await page.locator(`${field('nodes[4].address')} input`).fill('192.0.2.21');
    await expect.poll(() => pendingText('nodes')).toContain('192.0.2.21');
    const comments = (text: string): string[] => text.split('\n').flatMap((line) => /#.*/.exec(line) ?? []);
    expect(comments(pendingText('nodes'))).toEqual(comments(texts.nodes));
  });

  it('takes an emptied item out when one leaves the list, and no other row moves to where one types', async () => {
    await open({
      cluster: texts.cluster.replace(/^# node_dns_servers:.*$/m, 'node_dns_servers: [192.0.2.1, 192.0.2.2, 192.0.2.3]'),
    });
    const rows = page.locator(`${field('node_dns_servers')} input`);
    await rows.first().fill('');
    await page.waitForTimeout(400);
    await page.keyboard.type('192.0.2.9');
    await expect.poll(() => pendingText('cluster')).toMatch(/192\.0\.2\.9.*192\.0\.2\.2.*192\.0\.2\.3/s);
    await rows.first().fill('');
    await rows.nth(1).focus();
    await page.keyboard.press('End');
    await page.keyboard.type('2');
    await expect.poll(() => pendingText('cluster')).toMatch(/192\.0\.2\.9.*192\.0\.2\.22.*192\.0\.2\.3/s);
    await page.locator(`${field('node_cidr')} input`).focus();
    await expect.poll(() => pendingText('cluster')).not.toContain('192.0.2.9');
    await expect.poll(() => rows.count()).toBe(2);
    expect(pendingText('cluster')).toMatch(/192\.0\.2\.22.*192\.0\.2\.3/s);
  });

  it('adds one item for one line, whatever pauses while it is typed', async () => {
    await open({
      cluster: texts.cluster.replace(/^# node_dns_servers:.*$/m, 'node_dns_servers: [192.0.2.1, 192.0.2.2]'),
    });
    const rows = page.locator(`${field('node_dns_servers')} input`);
    await page
      .locator(field('node_dns_servers'))
      .getByRole('button', { name: /^Add to/ })
      .click();
    await page.keyboard.type('192.0');
    await page.waitForTimeout(400);
    await page.keyboard.type('.2.3');
    await page.keyboard.press('Enter');
    await page.locator(`${field('node_cidr')} input`).focus();
    await expect.poll(() => rows.count()).toBe(3);
    expect(await rows.nth(2).inputValue()).toBe('192.0.2.3');
    await page.waitForTimeout(400);
    expect(await rows.count()).toBe(3);
  });

  it('saves what is being typed in a field', async () => {
    await open();
    await page.locator(`${field('node_vlan_tag')} input`).fill('200');
    await page.keyboard.press('Control+s');
    await page.getByText('Saved cluster.yaml.').waitFor();
    expect(studio.documents().cluster.text).toContain('node_vlan_tag: 200');
  });

  it('writes no line where the plan is asked for in the text, and keeps how lines end', async () => {
    await open({ cluster: texts.cluster.replaceAll('\n', '\r\n') });
    await page.locator('.cm-content').first().click();
    await page.keyboard.press('Control+Home');
    await page.keyboard.type('# new');
    await page.keyboard.press('Control+Enter');
    await page.getByRole('dialog', { name: 'Configure' }).waitFor();
    await expect.poll(() => pendingText('cluster')).toContain('# new');
    expect(pendingText('cluster')).toBe(`# new${texts.cluster.replaceAll('\n', '\r\n')}`);
  });

  it('keeps an edit on top of a file that changed elsewhere, and asks where both changed the same line', async () => {
    await open();
    await page.locator(`${field('node_vlan_tag')} input`).fill('200');
    await expect.poll(() => pendingText('cluster')).toContain('node_vlan_tag: 200');
    studio.write('cluster', texts.cluster.replace('repository_visibility: private', 'repository_visibility: public'));
    await expect.poll(() => pendingText('cluster')).toContain('repository_visibility: public');
    expect(pendingText('cluster')).toContain('node_vlan_tag: 200');
    studio.write('cluster', texts.cluster.replace('node_vlan_tag: 100', 'node_vlan_tag: 300'));
    await page.getByRole('alert').getByText('changed on disk').waitFor();
    expect(await editorText()).toContain('node_vlan_tag: 200');
    await page.getByRole('button', { name: 'Take the file' }).click();
    await expect.poll(() => page.locator(`${field('node_vlan_tag')} input`).inputValue()).toBe('300');
    expect(studio.documents().cluster.text).toContain('node_vlan_tag: 300');
  });

  it('takes the files as they lie on disk where edits are discarded that clash with them', async () => {
    await open();
    await page.locator(`${field('node_vlan_tag')} input`).fill('200');
    await expect.poll(() => pendingText('cluster')).toContain('node_vlan_tag: 200');
    studio.write('cluster', texts.cluster.replace('node_vlan_tag: 100', 'node_vlan_tag: 300'));
    await page.getByRole('alert').getByText('changed on disk').waitFor();
    await page.getByRole('button', { name: 'Discard' }).click();
    await page.getByRole('alert').waitFor({ state: 'detached' });
    await expect.poll(() => page.locator(`${field('node_vlan_tag')} input`).inputValue()).toBe('300');
  });

  it('asks anew where a save comes too late for a file that changed unheard', async () => {
    isExpected = (text) => text.includes('409');
    await open();
    await page.locator(`${field('node_vlan_tag')} input`).fill('200');
    await expect.poll(() => pendingText('cluster')).toContain('node_vlan_tag: 200');
    const answer = (
      status: number,
      body: unknown,
    ): { readonly status: number; readonly contentType: string; readonly body: string } => ({
      status,
      contentType: 'application/json',
      body: JSON.stringify(body),
    });
    const text = texts.cluster.replace('node_vlan_tag: 100', 'node_vlan_tag: 300');
    const { cluster, nodes } = studio.documents();
    await page.route('**/api/save', (route) =>
      route.fulfill(
        answer(409, { error: { kind: 'conflict', message: 'cluster.yaml changed meanwhile', findings: [] } }),
      ),
    );
    await page.route('**/api/documents', (route) =>
      route.fulfill(answer(200, { cluster: { ...cluster, text, revision: 'cluster-9' }, nodes })),
    );
    await page.keyboard.press('Control+s');
    await page.getByRole('alert').getByText('changed on disk').waitFor();
    await page.getByText('cluster.yaml changed meanwhile').waitFor();
  });

  it('has no plan where none can be made, whatever there was before', async () => {
    isExpected = (text) => text.includes('500');
    await open();
    await page.locator(`${field('node_vlan_tag')} input`).fill('200');
    const configure = page.getByRole('button', { name: 'Configure…' });
    await page.locator('.summary .count-of').waitFor();
    const body = JSON.stringify({ error: { kind: 'fault', message: 'the plan broke', findings: [] } });
    await page.route('**/api/plan', (route) => route.fulfill({ status: 500, contentType: 'application/json', body }));
    await page.locator(`${field('node_vlan_tag')} input`).fill('300');
    await expect.poll(() => configure.isDisabled()).toBe(true);
    expect(await page.locator('.summary .count-of').count()).toBe(0);
    await page.getByRole('link', { name: 'Plan' }).click();
    await page.locator('.finding.error').getByText('the plan broke').waitFor();
  });

  it('says that the studio was started anew where it comes back as another one', async () => {
    isExpected = (text) => /ERR_|Failed to load|EventSource|401/.test(text);
    await open();
    let isBack = false;
    await page.route('**/api/session', (route) => (isBack ? route.fulfill({ status: 401 }) : route.abort()));
    await page.route('**/api/events', (route) => (isBack ? route.fulfill({ status: 401 }) : route.abort()));
    await studio.close();
    await page.getByRole('alert').getByText('does not answer').waitFor();
    isBack = true;
    await page.getByRole('alert').getByText('was started anew').waitFor();
  });

  it('keeps zeros before the number of a node', async () => {
    await open({ nodes: texts.nodes.replaceAll('k8s-3', 'k8s-08') });
    await page.getByRole('button', { name: 'Add a node' }).click();
    await page.locator(field('nodes[4].name')).waitFor();
    expect(await page.locator(`${field('nodes[4].name')} input`).inputValue()).toBe('k8s-09');
  });

  it('does not fold a part under the cursor when its only field is emptied', async () => {
    await open({ cluster: `${texts.cluster}\nonepassword_vault: value\n` });
    const input = page.locator(`${field('onepassword_vault')} input`);
    await input.fill('');
    await page.keyboard.press('Enter');
    await expect.poll(() => pendingText('cluster')).not.toContain('onepassword_vault');
    await page.waitForTimeout(100);
    expect(await input.isVisible()).toBe(true);
  });

  it('leaves findings of validate out once the texts are others than those that it looked at', async () => {
    await open();
    const told = { code: 'x/y', severity: 'error', message: 'told by validate', by: 'validate' };
    const body = JSON.stringify({ findings: [told], files: 3, profile: 'flux', notRun: [] });
    await page.route('**/api/checks', (route) => route.fulfill({ contentType: 'application/json', body }));
    await page.getByRole('link', { name: 'Checks' }).click();
    await page.getByText('told by validate').waitFor();
    studio.write('cluster', `${texts.cluster}# more\n`);
    await page.getByText('told by validate').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Check again' }).click();
    await page.getByText('told by validate').waitFor();
  });

  it('shows the text where a finding leads to a line and there is room for one of both', async () => {
    const place = { file: 'cluster.yaml', line: 3 };
    await open({
      view: 'checks',
      width: 700,
      findings: [{ code: 'config/unknown-key', severity: 'warning', message: 'odd', place }],
    });
    await page.getByRole('button', { name: 'cluster.yaml:3' }).click();
    await page.locator('.configuration.show-text .cm-content').first().waitFor();
  });

  it('stays open while it writes, however often Escape is pressed', async () => {
    await open();
    await page.locator(`${field('node_vlan_tag')} input`).fill('200');
    await page.locator('.summary .count-of').waitFor();
    await page.route('**/api/configure', () => undefined);
    await page.keyboard.press('Control+Enter');
    const dialog = page.getByRole('dialog', { name: 'Configure' });
    await dialog.getByRole('button', { name: /^Write/ }).click();
    await dialog.locator('.progress').waitFor();
    for (let time = 0; time < 3; time += 1) await page.keyboard.press('Escape');
    await page.waitForTimeout(200);
    expect(await dialog.isVisible()).toBe(true);
  });

  it('shows a file that changed elsewhere at once, in two tabs', async () => {
    await open();
    const other = await context.newPage();
    const alsoHeard = listen(other);
    await other.goto(studio.url);
    await page.locator(`${field('node_vlan_tag')} input`).fill('200');
    await expect.poll(() => pendingText('cluster')).toContain('200');
    await page.keyboard.press('Control+s');
    await page.getByText('Saved cluster.yaml.').waitFor();
    await expect.poll(() => other.locator(`${field('node_vlan_tag')} input`).inputValue()).toBe('200');
    expect(studio.documents().cluster.text).toBe(texts.cluster.replace('node_vlan_tag: 100', 'node_vlan_tag: 200'));
    expect(alsoHeard.complaints).toEqual([]);
  });

  it('says that the server is gone and keeps what was typed', async () => {
    isExpected = (text) => /ERR_|Failed to load/.test(text);
    await open();
    await page.locator(`${field('node_vlan_tag')} input`).fill('200');
    await expect.poll(() => pendingText('cluster')).toContain('200');
    await studio.close();
    await page.getByRole('alert').getByText('does not answer').waitFor();
    expect(await editorText()).toContain('node_vlan_tag: 200');
  });

  it('leads from a line of the plan to its template and key, and from a key to its lines', async () => {
    await open();
    await page.locator(`${field('node_vlan_tag')} input`).fill('200');
    await page.getByRole('link', { name: 'Plan' }).click();
    await page.getByText('network: new').click();
    const drawer = page.getByRole('complementary', { name: 'Explanation' });
    await drawer.getByText('templates/config/a.j2:2').waitFor();
    await drawer.getByRole('button', { name: 'node_cidr', exact: true }).click();
    await drawer.getByText('1 line in 1 file').waitFor();
    await drawer.getByRole('button', { name: /^Line 2 of/ }).click();
    await drawer.getByText('Printed by').waitFor();
    await page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'detached' });
  });

  it('is used by keys alone', async () => {
    await open();
    const press = async (...keys: readonly string[]): Promise<void> => {
      for (const key of keys) await page.keyboard.press(key);
    };
    const focused = (): Promise<string> =>
      page.evaluate<string>('document.activeElement?.closest("[data-key]")?.dataset.key ?? ""');
    await press('Control+k');
    await page.getByPlaceholder('A view, a field, a node, a file').fill('VLAN tag');
    await page.locator('#palette-list [aria-selected="true"]').waitFor();
    await press('Enter');
    await expect.poll(focused).toBe('node_vlan_tag');
    await press('Control+a');
    await page.keyboard.type('200');
    await expect.poll(() => pendingText('cluster')).toContain('node_vlan_tag: 200');
    await press('Control+k');
    await page.getByPlaceholder('A view, a field, a node, a file').fill('plan view');
    await page.locator('#palette-list [aria-selected="true"]').waitFor();
    await press('Enter');
    await page.getByText('network: new').waitFor();
    await press('Control+Enter');
    await page.getByRole('dialog', { name: 'Configure' }).waitFor();
    await press('Escape');
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
    await press('Control+k', 'Escape', 'Control+s');
    await page.getByText('Saved cluster.yaml.').waitFor();
  });

  it('marks in the graph what the pending edit changes, and folds 600 apps', async () => {
    await open({ graph: largeGraph(600), view: 'graph' });
    await page.locator('.box').first().waitFor();
    expect(await page.locator('.box').count()).toBe(20);
    expect(await page.locator('.box.changed').count()).toBe(1);
    await page.locator('.box.changed').click();
    await page.locator('.box.created').first().waitFor();
    expect(await page.locator('#panel').innerText()).toContain('Changed by the pending edit');
  });

  it('draws the network with what clashes in red, and leads to the field', async () => {
    await open({ network: NETWORK, view: 'network' });
    const clash = page.getByRole('button', { name: /^Internal gateway, clash/ });
    await clash.waitFor();
    expect(await page.getByRole('button', { name: /^k8s-0, clash/ }).count()).toBe(1);
    const stroke = "getComputedStyle(document.querySelector('.net-box.clash rect')).stroke";
    expect(await page.evaluate<string>(stroke)).toBe('rgb(179, 38, 30)');
    await clash.press('Enter');
    await expect.poll(() => page.evaluate<string>('document.activeElement?.id')).toBe('field-cluster_gateway_addr');
  });

  it('takes every text for a text, whatever stands in it', async () => {
    const bad = "<img src=x onerror=\"document.title='broken'\"><script>document.title='broken'</script>";
    const quoted = JSON.stringify(bad);
    await open({
      cluster: `node_cidr: ${quoted}\nnode_dns_servers: [${quoted}]\nnode_vlan_tag: ${quoted}\n${quoted}: ${quoted}\n`,
      nodes: `nodes:\n  - name: ${quoted}\n    address: ${quoted}\n    nodeLabels: {${quoted}: ${quoted}}\n`,
      findings: [
        { code: 'config/unknown-key', severity: 'warning', message: bad, remedy: bad, place: { file: bad, line: 1 } },
      ],
      network: {
        ...NETWORK,
        domain: bad,
        dnsServers: [bad],
        nodes: [{ key: 'nodes[0]', name: bad, addresses: [bad], role: 'worker' }],
      },
      graph: {
        graph: { ...largeGraph(1).graph, nodes: [{ id: bad, kind: bad, namespace: bad, name: bad }] },
        changes: {},
      },
    });
    await page.locator(`${field('node_cidr')} .finding`).waitFor();
    for (const view of VIEWS) {
      await page.evaluate(`location.hash = '#/${view}'`);
      await page.locator('.head h1').waitFor();
      await page.waitForTimeout(50);
    }
    await page.keyboard.press('Control+k');
    await page.keyboard.type('onerror');
    await page.getByRole('option').first().waitFor();
    expect(await page.title()).not.toBe('broken');
    expect(await page.locator('img').count()).toBe(0);
  });

  it.each([
    [false, 1280],
    [true, 820],
  ])('has no serious fault for people who use aids on any view (dark: %s, %i px)', async (dark, width) => {
    await open({ graph: largeGraph(3), network: NETWORK, dark, width });
    const look = async (where: string): Promise<void> => {
      const { violations } = await page.evaluate<AxeResults>("axe.run({ resultTypes: ['violations'] })");
      const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      expect(
        serious.map(({ id, nodes }) => [where, id, nodes.map(({ html, failureSummary }) => [html, failureSummary])]),
      ).toEqual([]);
      expect(await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')).toBe(0);
    };
    await page.evaluate(axe.source);
    await page.locator(`${field('node_cidr')} input`).fill('wrong');
    await page.locator(`${field('node_cidr')} .finding`).waitFor();
    for (const view of VIEWS) {
      await page.evaluate(`location.hash = '#/${view}'`);
      await page.waitForTimeout(150);
      await look(view);
    }
    await page.keyboard.press('Control+k');
    await look('palette');
  });
});

const NETWORK: Network = {
  domain: 'example.com',
  networks: [
    {
      kind: 'nodes',
      key: 'node_cidr',
      cidr: '192.0.2.0/24',
      family: 4,
      first: '192.0.2.1',
      last: '192.0.2.254',
      source: 'written',
    },
    {
      kind: 'pods',
      key: 'cluster_pod_cidr',
      cidr: '10.42.0.0/16',
      family: 4,
      first: '10.42.0.0',
      last: '10.42.255.255',
      source: 'default',
    },
  ],
  addresses: (
    [
      ['api', 'cluster_api_addr', 'Kubernetes API', '192.0.2.5'],
      ['internal-gateway', 'cluster_gateway_addr', 'Internal gateway', '192.0.2.10'],
      ['external-gateway', 'cloudflare_gateway_addr', 'External gateway', '192.0.2.8'],
    ] as const
  ).map(([kind, key, label, address]) => ({
    kind,
    key,
    label,
    address,
    family: 4,
    isComputed: false,
    within: ['node_cidr'],
  })),
  nodes: [{ key: 'nodes[0]', name: 'k8s-0', addresses: ['192.0.2.10'], role: 'controller' }],
  vlan: { tag: 100, by: 'nodes' },
  dnsServers: ['1.1.1.1'],
  ntpServers: ['162.159.200.1'],
  ingress: 'tunnel',
  bgp: { router: '192.0.2.1', routerAsn: 64513, nodeAsn: 64514 },
  clashes: [
    {
      code: 'config/address-taken',
      severity: 'error',
      message: '`cluster_gateway_addr` is the address of k8s-0',
      field: { document: 'cluster', path: ['cluster_gateway_addr'] },
      keys: ['cluster_gateway_addr', 'nodes[0].address'],
    },
  ],
};

/** Apps in twenty namespaces; the first Kustomization changes, the first release is new. */
function largeGraph(apps: number): GraphResult {
  const ids = Array.from({ length: apps }, (_, app) => [`space-${String(app % 20)}`, `app-${String(app)}`] as const);
  const nodes = ids.flatMap(([namespace, name]) =>
    ['Kustomization', 'HelmRelease'].map((kind) => ({ id: `${kind}/${namespace}/${name}`, kind, namespace, name })),
  );
  const edges = ids.map(([namespace, name]) => ({
    from: `Kustomization/${namespace}/${name}`,
    to: `HelmRelease/${namespace}/${name}`,
    kind: 'applies' as const,
  }));
  return {
    graph: { nodes, edges, cycles: [], criticalPath: [], left: {} },
    changes: { 'Kustomization/space-0/app-0': 'changed', 'HelmRelease/space-0/app-0': 'created' },
  };
}
