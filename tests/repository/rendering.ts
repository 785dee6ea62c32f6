import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { clusterRoot } from '../../src/cluster/root.ts';
import { findAccess, settleAccess } from '../../src/pipeline/access.ts';
import { readConfiguration } from '../../src/pipeline/configuration.ts';
import { renderTree } from '../../src/pipeline/render.ts';
import { writeFiles } from '../support/folders.ts';
import { copySample, SAMPLE_FILES, SAMPLE_KEYS } from '../support/sample.ts';

/** The top of the checkout, for files of the tool. */
export const REPOSITORY = resolve(import.meta.dirname, '../..');

/** Fields of cluster.yaml or of a node. */
export type Fields = Readonly<Record<string, unknown>>;

/** Fields that switch every optional app of the AI gateway and of Proxmox on; the secrets open nothing. */
export const EVERYTHING: Fields = {
  agentgateway_addr: '192.0.2.9',
  otel_collector_endpoint: 'otel-collector.monitoring:4317',
  azure_openai_api_key: 'marker-azure-openai',
  azure_openai_resource_name: 'example-openai',
  azure_openai_deployment_name: 'gpt-4',
  cohere_api_key: 'marker-cohere',
  cohere_model: 'embed-v4.0',
  anthropic_api_key: 'marker-anthropic',
  anthropic_model: 'claude-haiku-4-5',
  anthropic_host: 'example.services.ai.azure.com',
  proxmox_api_url: 'https://192.0.2.250:8006/api2/json',
  proxmox_region: 'home',
  proxmox_storage: 'local-zfs',
  proxmox_csi_token_id: 'kubernetes-csi@pve!csi',
  proxmox_csi_token_secret: 'marker-proxmox-secret',
};

/** Text of a file of the tool. */
export async function repositoryText(path: string): Promise<string> {
  return await readFile(join(REPOSITORY, path), 'utf8');
}

const rendered = new Map<string, Promise<ReadonlyMap<string, string>>>();

/**
 * Renders the sample with other fields in memory, secrets in plain text among it; nothing is written. Files of tests share what one of
 * them rendered.
 *
 * @param fields - fields of cluster.yaml besides the sample's, or in their place; undefined leaves one out
 * @param node - fields that every node gets
 */
export async function renderSample(fields: Fields = {}, node: Fields = {}): Promise<ReadonlyMap<string, string>> {
  const key = JSON.stringify([
    Object.entries(fields).map(([name, value]) => [name, value ?? null, value === undefined]),
    node,
  ]);
  const tree = rendered.get(key) ?? render(fields, node);
  rendered.set(key, tree);
  return await tree;
}

async function render(fields: Fields, node: Fields): Promise<ReadonlyMap<string, string>> {
  const sample = parse(await readFile(join(SAMPLE_FILES, 'cluster.yaml'), 'utf8')) as Fields;
  const { nodes } = parse(await readFile(join(SAMPLE_FILES, 'nodes.yaml'), 'utf8')) as { nodes: Fields[] };
  const folder = await mkdtemp(join(tmpdir(), 'cluster-template-'));
  try {
    copySample(folder);
    await writeFiles(folder, {
      'cluster.yaml': stringify({ ...sample, ...fields }),
      'nodes.yaml': stringify({ nodes: nodes.map((one) => ({ ...one, ...node })) }, { aliasDuplicateObjects: false }),
    });
    return await renderFolder(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function renderFolder(folder: string): Promise<ReadonlyMap<string, string>> {
  const root = clusterRoot(folder, SAMPLE_KEYS);
  const { access } = await settleAccess(root, await findAccess(root, undefined, false));
  const { configuration } = await readConfiguration(root, access);
  const { files } = await renderTree(root, configuration, { access, inventory: undefined });
  return new Map(files.map(({ path, bytes }) => [path, bytes.toString('utf8')]));
}

/** The documents of a rendered YAML file. */
export function documentsOf(tree: ReadonlyMap<string, string>, path: string): Fields[] {
  const text = tree.get(path);
  if (text === undefined) throw new Error(`${path} was not rendered`);
  return parseAllDocuments(text).map((document) => document.toJS() as Fields);
}

/** The one document of a rendered YAML file. */
export function documentOf(tree: ReadonlyMap<string, string>, path: string): Fields {
  const [first, ...others] = documentsOf(tree, path);
  if (first === undefined || others.length > 0) throw new Error(`${path} does not hold one document`);
  return first;
}

/** Labels that nodes need where volumes come from Proxmox. */
export const PROXMOX_LABELS: Fields = {
  nodeLabels: { 'topology.kubernetes.io/region': 'home', 'topology.kubernetes.io/zone': 'pve-1' },
};
