// Takes the pictures of pages in docs/pictures/, with the sample and a Chromium of this machine: npm run screenshots.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { clusterRoot } from '../src/cluster/root.ts';
import { graphPage } from '../src/graph/html.ts';
import { clusterGraph } from '../src/pipeline/graph.ts';
import { startChromium } from '../tests/support/chromium.ts';

const ROOT = process.cwd();
const folder = await mkdtemp(join(tmpdir(), 'screenshots-'));
const browser = await startChromium();
try {
  const template = await readFile(join(ROOT, 'dist/graph.html'), 'utf8');
  const page = join(folder, 'graph.html');
  await writeFile(page, graphPage(template, 'Graph', await clusterGraph(clusterRoot(ROOT))));
  for (const colorScheme of ['light', 'dark'] as const) {
    const tab = await browser.newPage({ viewport: { width: 1280, height: 760 }, colorScheme });
    await tab.goto(`${pathToFileURL(page).href}#Kustomization/network/envoy-gateway`);
    await tab.screenshot({ path: join(ROOT, `docs/pictures/graph-${colorScheme}.jpg`), type: 'jpeg', quality: 72 });
    await tab.close();
  }
} finally {
  await browser.close();
  await rm(folder, { recursive: true });
}
