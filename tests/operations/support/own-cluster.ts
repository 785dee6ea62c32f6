import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clusterRoot } from '../../../src/cluster/root.ts';
import { configure } from '../../../src/pipeline/configure.ts';
import { SILENT } from '../../../src/report/progress.ts';
import { copyTree } from '../../support/copy-tree.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { copySample } from '../../support/sample.ts';

/** The secret of cluster.yaml in the clusters of these tests: nothing that is recorded or shown may hold it. */
export const OWN_TOKEN = 'own-cloudflare-token-4711';

const OWN_TUNNEL = {
  AccountTag: 'own',
  TunnelSecret: 'b3duIHNlY3JldA==',
  TunnelID: '6b6b0f7c-1f2d-4b4e-9d55-0a53c1f0a001',
};

/** Three controllers and a worker, as nodes.yaml of the sample has them, at addresses of their own. */
export const OWN_NODES = [
  { name: 'k8s-0', address: '10.11.12.10', mac: '52:54:00:00:53:0a', controller: true },
  { name: 'k8s-1', address: '10.11.12.11', mac: '52:54:00:00:53:0b', controller: true },
  { name: 'k8s-2', address: '10.11.12.12', mac: '52:54:00:00:53:0c', controller: true },
  { name: 'k8s-3', address: '10.11.12.20', mac: '52:54:00:00:53:14', controller: false },
] as const;

/** The smallest cluster with both kinds of nodes, for tests that do a whole run many times. */
export const FEW_NODES = OWN_NODES.filter(({ name }) => name === 'k8s-0' || name === 'k8s-3');

type Node = (typeof OWN_NODES)[number];

const prepared = new Map<readonly Node[], Promise<string>>();

/** A configured cluster without any value of the sample, in a new folder that is gone after the test. */
export async function ownCluster(nodes: readonly Node[] = OWN_NODES): Promise<string> {
  const source = prepared.get(nodes) ?? prepare(nodes);
  prepared.set(nodes, source);
  const folder = await temporaryFolder();
  copyTree(await source, folder);
  return folder;
}

/** Made once for a file of tests: keys and encryption take their time. */
async function prepare(nodes: readonly Node[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'cluster-template-own-'));
  process.on('exit', () => {
    rmSync(folder, { recursive: true, force: true });
  });
  copySample(folder);
  edit(join(folder, 'cluster.yaml'), [
    [/192\.0\.2\./g, '10.11.12.'],
    [/example\.com/g, 'own.internal'],
    [/example\/cluster/g, 'own/home'],
    [/^cloudflare_token:.*$/m, 'cloudflare_token: {file: cloudflare-token.key}'],
  ]);
  edit(join(folder, 'nodes.yaml'), [
    [/192\.0\.2\./g, '10.11.12.'],
    [/00:00:5e:00:53:/g, '52:54:00:00:53:'],
    ...OWN_NODES.filter((node) => !nodes.includes(node)).map(({ name }): [RegExp, string] => [
      new RegExp(`^ {2}- name: ${name}\\n(?: {4}.*\\n)*`, 'm'),
      '',
    ]),
  ]);
  writeFileSync(join(folder, 'cloudflare-token.key'), `${OWN_TOKEN}\n`, { mode: 0o600 });
  writeFileSync(join(folder, 'cloudflare-tunnel.json'), JSON.stringify(OWN_TUNNEL), { mode: 0o600 });
  await configureOwn(folder);
  return folder;
}

/** Runs `configure` in such a cluster. */
export async function configureOwn(folder: string): Promise<void> {
  const signal = new AbortController().signal;
  const confirm = (): Promise<boolean> => Promise.resolve(true);
  await configure(clusterRoot(folder), { generator: 'test', conflicts: 'stop', confirm, signal }, SILENT);
}

function edit(path: string, changes: readonly (readonly [RegExp, string])[]): void {
  const text = changes.reduce((before, [pattern, text_]) => before.replace(pattern, text_), readFileSync(path, 'utf8'));
  writeFileSync(path, text);
}
