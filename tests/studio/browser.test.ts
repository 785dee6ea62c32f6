import { spawn } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { CHROMIUM, type Heard, listen, startChromium, WITHOUT_CHROMIUM } from '../support/chromium.ts';
import { sampleCluster } from '../support/cluster.ts';
import { SAMPLE_KEYS } from '../support/sample.ts';
import { LAUNCHER, type SmallCluster, smallCluster } from '../support/small-cluster.ts';
import { layMarkup, layOwnApps, MARKUP } from './trees.ts';

/** The page and the server together, in repositories as users have them. */
describe.skipIf(CHROMIUM === undefined)(`the studio in Chromium${WITHOUT_CHROMIUM}`, { tags: 'long' }, () => {
  let browser: Browser;
  let page: Page;
  let heard: Heard;
  /** Bodies of all that was answered. */
  let answers: string[];

  beforeAll(async () => {
    browser = await startChromium();
  });

  afterAll(async () => {
    await browser.close();
  });

  /** Starts the command and opens the address that it prints. */
  async function open(arguments_: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<void> {
    const words = [LAUNCHER, 'studio', '--no-open', '--json', ...arguments_];
    const studio = spawn(process.execPath, words, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = new Promise((resolve) => studio.once('exit', resolve));
    let printed = '';
    const address = await new Promise<string>((resolve, reject) => {
      studio.stdout.on('data', (chunk: Buffer) => {
        printed += chunk.toString('utf8');
        const found = /"address": ?"([^"]+)"/.exec(printed)?.[1];
        if (found !== undefined) resolve(found);
      });
      studio.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString('utf8')));
      studio.once('exit', () => {
        reject(new Error(`the studio ended: ${printed}`));
      });
    });
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    page = await context.newPage();
    heard = listen(page);
    answers = [];
    page.on('response', (response) => {
      void response.text().then(
        (text) => answers.push(text),
        // Of a stream of events and of what the page left there is no body.
        () => undefined,
      );
    });
    onTestFinished(async () => {
      await context.close();
      studio.kill('SIGTERM');
      await ended;
    });
    await page.goto(address);
    await page.locator('.head h1').waitFor();
  }

  const field = (key: string): string => `[data-key="${key}"]`;
  const planLine = (): Promise<string> => page.locator('.plan-line [role=status]').innerText();

  function expectQuiet(): void {
    expect(heard.complaints).toEqual([]);
    const origin = new URL(page.url()).origin;
    expect(heard.requests.filter((url) => !url.startsWith(origin))).toEqual([]);
  }

  it('begins on the sample: nothing is wrong, nothing would change, and a wrong network is told with its remedy', async () => {
    await open(['--root', await sampleCluster(), '--keys', SAMPLE_KEYS]);
    await page.getByText('This is the published sample').waitFor();
    await expect.poll(planLine).toBe('Nothing would change');
    expect(page.url()).not.toContain('token');
    await page.locator(`${field('node_cidr')} input`).fill('192.0.2.0/33');
    await page.locator(`${field('node_cidr')} .finding.error`).waitFor();
    await page.getByRole('button', { name: 'Write 192.0.2.0/24' }).click();
    await page.locator(`${field('node_cidr')} .finding.error`).waitFor({ state: 'detached' });
    await expect.poll(planLine).toBe('Nothing would change');
    expectQuiet();
  });

  it('adds a node by the form, tells what would change, and writes it after the plan was confirmed', async () => {
    const { repository, env } = await smallCluster();
    const read = (name: string): Promise<string> => readFile(join(repository, name), 'utf8');
    const before = await read('nodes.yaml');
    await open(['--root', repository], env);
    await page.getByRole('button', { name: 'Add a node' }).click();
    await page.locator(`${field('nodes[4].address')} .finding.error`).waitFor();
    await page.locator(`${field('nodes[4].address')} input`).fill('10.11.12.21');
    await page.locator(`${field('nodes[4].mac_addr')} input`).fill('52:54:00:00:53:15');
    await expect.poll(planLine).toMatch(/^\d+ files? would change$/);
    expect(await read('nodes.yaml')).toBe(before);
    await page.getByRole('link', { name: 'Plan' }).click();
    await page.getByRole('button', { name: /talconfig\.yaml/ }).click();
    await page.locator('.diff-line.added', { hasText: 'k8s-4' }).first().click();
    const told = page.getByRole('complementary', { name: 'Explanation' });
    await told.getByText('talconfig.yaml.j2').first().waitFor();
    await told
      .getByRole('button', { name: /^nodes/ })
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Configure…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Configure' });
    await dialog.getByText('talos/talconfig.yaml').waitFor();
    await dialog.getByRole('button', { name: /^Write/ }).click();
    await dialog.getByText(/files? written\./).waitFor();
    expect(await dialog.locator('.stages li.done').count()).toBeGreaterThan(3);
    expect(await read('talos/talconfig.yaml')).toContain('k8s-4');
    const after = await read('nodes.yaml');
    expect(after).toContain('name: k8s-4');
    expect(after.startsWith(before.trimEnd())).toBe(true);
    await dialog.getByRole('button', { name: 'Close' }).click();
    await expect.poll(() => page.locator('.nav .badge').count()).toBe(0);
    expectQuiet();
  });

  it('takes over what an editor writes meanwhile, and writes nothing over it', async () => {
    const folder = await sampleCluster();
    const path = join(folder, 'cluster.yaml');
    const before = await readFile(path, 'utf8');
    await open(['--root', folder, '--keys', SAMPLE_KEYS]);
    await page.locator(`${field('node_vlan_tag')} input`).fill('200');
    await expect.poll(planLine).toMatch(/would change$/);
    const elsewhere = before.replace('repository_visibility: private', 'repository_visibility: public');
    await writeFile(path, elsewhere);
    const visibility = page.locator(`${field('repository_visibility')} option:checked`);
    await expect.poll(() => visibility.innerText()).toBe('public');
    expect(await page.locator(`${field('node_vlan_tag')} input`).inputValue()).toBe('200');
    await page.keyboard.press('Control+s');
    await page.getByText('Saved cluster.yaml.').waitFor();
    expect(await readFile(path, 'utf8')).toBe(elsewhere.replace('node_vlan_tag: 100', 'node_vlan_tag: 200'));
    await writeFile(path, before);
    await expect.poll(() => page.locator(`${field('node_vlan_tag')} input`).inputValue()).toBe('100');
    expectQuiet();
  });

  it('puts a secret into cluster.sops.yaml, encrypted, and nowhere else', async () => {
    const cluster = await smallCluster();
    const secret = 'typed-by-a-person-6fQ2';
    await open(['--root', cluster.repository], cluster.env);
    await page.getByRole('link', { name: 'Secrets' }).click();
    await page.getByRole('button', { name: 'Enter a value for Cloudflare API token' }).click();
    await page.getByLabel('New value of Cloudflare API token').fill(secret);
    await page.getByRole('button', { name: 'Encrypt' }).click();
    await page.getByText('Encrypted into cluster.sops.yaml').waitFor();
    for (const view of ['plan', 'checks', 'configuration', 'secrets']) {
      await page.evaluate(`location.hash = '#/${view}'`);
      await page.waitForTimeout(200);
    }
    expect(await page.content()).not.toContain(secret);
    expect(
      await page.evaluate<string[]>("[...document.querySelectorAll('input')].map(({ value }) => value)"),
    ).not.toContain(secret);
    expect(answers.filter((text) => text.includes(secret))).toEqual([]);
    expect(heard.requests.filter((url) => url.includes(secret))).toEqual([]);
    expect(await readFile(join(cluster.repository, 'cluster.sops.yaml'), 'utf8')).toMatch(/^cloudflare_token: ENC\[/m);
    expect(await filesWith(cluster, secret)).toEqual([]);
    expectQuiet();
  });

  it('draws the graph and the network of the sample, and what a pending edit changes in both', async () => {
    await open(['--root', await sampleCluster(), '--keys', SAMPLE_KEYS]);
    await page.locator(`${field('cluster_gateway_addr')} input`).fill('192.0.2.10');
    await page.getByRole('link', { name: 'Network' }).click();
    await page.getByRole('button', { name: /^Internal.*clash.*192\.0\.2\.10/ }).waitFor();
    await page.getByRole('button', { name: /^k8s-0, clash/ }).press('Enter');
    await page.locator(`${field('cluster_gateway_addr')} input`).fill('192.0.2.9');
    await expect.poll(planLine).toMatch(/would change$/);
    await page.getByRole('link', { name: 'Graph' }).click();
    await page.locator('.box.changed').first().waitFor();
    expect(await page.locator('.box').count()).toBeGreaterThan(20);
    expectQuiet();
  });

  it('shows 600 apps of its owner, and which of them a pending edit would change', async () => {
    const folder = await sampleCluster();
    await layOwnApps(folder, 600);
    await open(['--root', folder, '--keys', SAMPLE_KEYS]);
    await page.locator(`${field('node_vlan_tag')} input`).fill('200');
    await expect.poll(planLine).toMatch(/would change$/);
    await page.getByRole('link', { name: 'Graph' }).click();
    await page.locator('.box', { hasText: 'space-7' }).first().click();
    await page.locator('.box', { hasText: 'own-7-29' }).first().waitFor();
    await page.getByRole('link', { name: 'Checks' }).click();
    await page.getByText(/files? looked at/).waitFor();
    expectQuiet();
  });

  it('shows markup in every field as the text that it is', async () => {
    const folder = await sampleCluster();
    await layMarkup(folder);
    await open(['--root', folder, '--keys', SAMPLE_KEYS]);
    await page.locator(`${field('node_cidr')} .finding.error`).waitFor();
    expect(await page.locator(`${field('node_cidr')} input`).inputValue()).toBe(MARKUP);
    for (const view of ['Plan', 'Graph', 'Network', 'Checks', 'Secrets', 'Doctor', 'Configuration']) {
      await page.locator('.nav').getByRole('link', { name: view }).click();
      await page.locator('h1', { hasText: view }).waitFor();
      await expect.poll(() => page.locator('main .busy').count()).toBe(0);
    }
    expect(await page.locator('img[src="x"], script:not([src])').count()).toBe(0);
    // The browser tells of the graph that there is none of such a configuration.
    const others = heard.complaints.filter((text) => !text.includes('status of 422'));
    heard.complaints.splice(0, Infinity, ...others);
    expectQuiet();
  });

  it('stops when it is told to, and the page says so', async () => {
    await open(['--root', await sampleCluster(), '--keys', SAMPLE_KEYS]);
    await page.keyboard.press('Control+k');
    await page.getByPlaceholder('A view, a field, a node, a file').fill('stop');
    await page.getByRole('option', { name: /stop/i, selected: true }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('The studio was stopped').waitFor();
  });
});

/** Files of a cluster and of its user that hold a text. */
async function filesWith({ folder }: SmallCluster, text: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const contents = await Promise.all(paths.map((path) => readFile(path)));
  return paths.filter((_, index) => contents[index]?.includes(text) === true);
}
