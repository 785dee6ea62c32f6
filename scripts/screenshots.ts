// Takes the pictures of pages in docs/pictures/, with the sample and a Chromium of this machine: npm run screenshots.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
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
    const [light, dark] = await Promise.all(
      SCHEMES.map((colorScheme) => browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme })),
    );
    for (const page of [light, dark]) {
      if (page === undefined) continue;
      await page.goto(address);
      await page.getByRole('button', { name: 'Close the note' }).click();
      await page.getByText('Nothing would change').waitFor();
    }
    if (light === undefined || dark === undefined) return;
    await light.locator('[data-key="node_cidr"] input').fill('192.0.2.0/33');
    await light.locator('[data-key="node_cidr"] .finding').waitFor();
    await light.locator('.cm-lintRange-error').waitFor();
    await shoot(light, 'studio-light');
    await dark.locator('[data-key="node_vlan_tag"] input').fill('200');
    await dark.getByText('1 file would change').waitFor();
    await dark.getByRole('link', { name: 'Plan' }).click();
    await dark.locator('.diff-line.added button').first().click();
    await dark.getByText('Printed by').waitFor();
    await dark.mouse.move(0, 0);
    await shoot(dark, 'studio-plan-dark');
    await light.locator('[data-key="node_cidr"] input').fill('192.0.2.0/24');
    await light.locator('[data-key="cluster_gateway_addr"] input').fill('192.0.2.10');
    for (const page of [light, dark]) {
      await page.keyboard.press('Escape');
      await page.getByRole('link', { name: 'Network' }).click();
    }
    await light.locator('.net-box.clash').first().waitFor();
    await dark.locator('.net-box').first().waitFor();
    await shoot(light, 'studio-network-light');
    await shoot(dark, 'studio-network-dark');
  } finally {
    server.kill('SIGTERM');
  }
}
