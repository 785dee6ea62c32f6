import type { Place } from '../../report/finding.ts';
import { type ConfigDocument, type ConfigFile, sourceText } from './document.ts';
import type { SoundConfiguration } from './effective.ts';
import { CLUSTER_FIELDS, type FileName, isSecret, NODE_FIELDS, schemaAt } from './schemas.ts';
import { formatPath, type Path, valueAt } from '../../text/values.ts';
import { parseYaml } from './syntax.ts';
import type { WrittenSecret } from './generated/types.ts';
import { locate } from '../../text/places.ts';

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

/** Where the value of a field comes from. */
export interface KeySource {
  /** Whether the field stands in the file, or has its default, or none. */
  readonly kind: 'written' | 'default' | 'unset';
  /** The value in the file, with line and column; the file alone where the field does not stand there. */
  readonly place: Place;
  /** Whether the value must not be shown. */
  readonly secret: boolean;
}

/** The texts of both files. */
type ConfigTexts = Readonly<Record<FileName, ConfigFile>>;

/** Finds the source of a field by its file and path. Both files have to be valid. */
export type FindKeySource = (file: FileName, path: Path) => KeySource;

/** Reads both files once, for looking up where their values stand. */
export function keySources(texts: ConfigTexts): FindKeySource {
  const files = { cluster: placed('cluster', texts.cluster), nodes: placed('nodes', texts.nodes) };
  return (file, path) => {
    const { placeOf, value } = files[file];
    const secret = isSecret(path);
    if (valueAt(value, path) !== undefined) {
      return { kind: 'written', place: placeOf(path), secret };
    }
    // What lies in a default has no default of its own: the nearest field around it that is not set says it.
    const missing = path.findIndex((_, index) => valueAt(value, path.slice(0, index + 1)) === undefined);
    const field = schemaAt(file, path.slice(0, missing + 1));
    return { kind: field?.default === undefined ? 'unset' : 'default', place: { file: texts[file].file }, secret };
  };
}

/** A file's value, and where each part of it stands. */
function placed(file: FileName, input: ConfigFile): { value: unknown; placeOf: (path: Path) => Place } {
  const source = sourceText(input);
  const { yaml } = parseYaml(file, input.text);
  return {
    value: yaml?.toJS(),
    placeOf: (path) => {
      const range = yaml === undefined ? undefined : locate(yaml, path);
      return range === undefined ? { file: source.name } : source.excerpt(range.start, range.end).place;
    },
  };
}
