// Takes the pictures of pages in docs/pictures/, with the sample and a Chromium of this machine: npm run screenshots.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Locator, Page } from 'playwright-core';
import { clusterRoot } from '../src/cluster/root.ts';
import { graphPage } from '../src/graph/html.ts';
import { clusterGraph } from '../src/pipeline/graph.ts';
import { startChromium } from '../tests/support/chromium.ts';
import { makeSample, SAMPLE_KEYS } from '../tests/support/sample.ts';

const ROOT = process.cwd();
const SCHEMES = ['light', 'dark'] as const;

const folder = await mkdtemp(join(tmpdir(), 'screenshots-'));
const browser = await startChromium();
try {
  await graph();
  await studio();
} finally {
  await browser.close();
  await rm(folder, { recursive: true });
}

async function shoot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(ROOT, `docs/pictures/${name}.jpg`), type: 'jpeg', quality: 72 });
}

async function graph(): Promise<void> {
  const template = await readFile(join(ROOT, 'dist/graph.html'), 'utf8');
  const path = join(folder, 'graph.html');
  await writeFile(path, graphPage(template, 'Graph', await clusterGraph(clusterRoot(ROOT))));
  for (const colorScheme of SCHEMES) {
    const page = await browser.newPage({ viewport: { width: 1280, height: 760 }, colorScheme });
    await page.goto(`${pathToFileURL(path).href}#Kustomization/network/envoy-gateway`);
    await shoot(page, `graph-${colorScheme}`);
    await page.close();
  }
}

/** What is wrong at its field, the plan of an edit with where a line comes from, and an address that two have. */
async function showStudio(page: Page, scheme: string): Promise<void> {
  await page.getByRole('button', { name: 'Close the note' }).click();
  await page.getByText('Nothing would change').waitFor();
  const field = (key: string): Locator => page.locator(`[data-key="${key}"] input`);
  const cidr = await field('node_cidr').inputValue();
  await field('node_cidr').fill('192.0.2.0/33');
  await page.locator('[data-key="node_cidr"] .finding').waitFor();
  await page.locator('.cm-lintRange-error').waitFor();
  await shoot(page, `studio-${scheme}`);
  await field('node_cidr').fill(cidr);
  await field('node_vlan_tag').fill('200');
  await page.getByText('1 file would change').waitFor();
  await page.getByRole('link', { name: 'Plan' }).click();
  await page.locator('.diff-line.added button').first().click();
  await page.getByText('Printed by').waitFor();
  await page.mouse.move(0, 0);
  await shoot(page, `studio-plan-${scheme}`);
  await page.getByRole('link', { name: 'Configuration' }).click();
  await field('cluster_gateway_addr').fill('192.0.2.10');
  await page.keyboard.press('Escape');
  await page.getByRole('link', { name: 'Network' }).click();
  await page.locator('.net-box.clash').first().waitFor();
  await shoot(page, `studio-network-${scheme}`);
}

/** The studio on a copy of the sample, with an edit that is not written. */
async function studio(): Promise<void> {
  const cluster = join(folder, 'home-ops');
  await mkdir(cluster);
  await makeSample(cluster);
  const words = ['bin/cluster-template.mjs', 'studio', '--no-open', '--json', '--root', cluster, '--keys', SAMPLE_KEYS];
  const env = { ...process.env, CLUSTER_TEMPLATE_TRUST: folder };
  const server = spawn(process.execPath, words, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    let printed = '';
    let address: string | undefined;
    for await (const chunk of server.stdout) {
      printed += String(chunk);
      address = /"address": ?"([^"]+)"/.exec(printed)?.[1];
      if (address !== undefined) break;
    }
    if (address === undefined) throw new Error(`the studio did not start: ${printed}`);
    for (const colorScheme of SCHEMES) {
      const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme });
      await page.goto(address);
      await showStudio(page, colorScheme);
      await page.close();
    }
  } finally {
    server.kill('SIGTERM');
  }
}
