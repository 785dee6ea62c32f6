import type { ConfigDocument } from './document.ts';
import type { SoundConfiguration } from './effective.ts';
import { formatPath, valueAt, type Path } from './path.ts';
import { CLUSTER_FIELDS, NODE_FIELDS, schemaAt, type FileName } from './schemas.ts';
import type { WrittenSecret } from './types.ts';

/** Where a value comes from. */
export type ValueSource =
  | { readonly kind: 'written'; readonly file: string; readonly line: number; readonly via?: string }
  | { readonly kind: 'default' }
  | { readonly kind: 'computed' }
  | { readonly kind: 'unset' };

/** Where each field of both files comes from, by its path as messages write it (`node_cidr`, `nodes[0].mtu`). */
export function sourcesOf(
  documents: Readonly<Record<FileName, ConfigDocument>>,
  { secrets }: SoundConfiguration,
): ReadonlyMap<string, ValueSource> {
  const nodes = valueAt(documents.nodes.value, ['nodes']);
  const indexes = Array.isArray(nodes) ? [...nodes.keys()] : [];
  const nodePaths = indexes.flatMap((index) => Object.keys(NODE_FIELDS).map((name) => ['nodes', index, name]));
  const fields = Object.keys(CLUSTER_FIELDS).map((name): [string, ValueSource] => [
    name,
    sourceOf(documents.cluster, [name], secrets[name]),
  ]);
  return new Map([
    ...fields,
    ...nodePaths.map((path): [string, ValueSource] => [formatPath(path), sourceOf(documents.nodes, path)]),
  ]);
}

function sourceOf(document: ConfigDocument, path: Path, secret?: WrittenSecret): ValueSource {
  const line = document.lineOf(path);
  if (line !== undefined) return { kind: 'written', file: document.name, line, ...viaOf(secret) };
  return { kind: schemaAt(document.file, path)?.default === undefined ? 'unset' : 'default' };
}

function viaOf(secret: WrittenSecret | undefined): { readonly via?: string } {
  if (secret === undefined || typeof secret === 'string') return {};
  return { via: 'env' in secret ? `environment variable ${secret.env}` : `file ${secret.file}` };
}
