import type { FindKeySource, KeySource } from '../../cluster/config/sources.ts';
import { CLUSTER_FIELDS, NODE_FIELDS, SECRET_FIELDS } from '../../cluster/config/schemas.ts';
import { formatPath, type Path } from '../../text/values.ts';
import { computedFrom, nodeComputedFrom } from '../../cluster/computed.ts';
import type { Configuration } from '../../cluster/config/generated/types.ts';
import { FUNCTION_FILES } from '../../cluster/extension.ts';
import type { Place } from '../../report/finding.ts';
import { unique, type DataPath, type Reads } from './reads.ts';

/** Where a value comes from: a file of the configuration, the program, the user's plugin, or outside. */
type KeyKind = KeySource['kind'] | 'computed' | 'credential' | 'plugin' | 'environment' | 'function';

/** A key that was read for a file or a line of it. */
export interface KeyUse {
  /** As people write it: `nodes[1].address`; `nodes[*].address` where it is any node's. */
  readonly key: string;
  readonly kind: KeyKind;
  /** File, and line and column of the value where it stands there. */
  readonly place?: Place;
  /** The value in effect as JSON; absent where it is hidden or too much to show. */
  readonly value?: string;
  /** Whether the value is left out because it is a secret, or may be. */
  readonly hidden: boolean;
  /** What a computed value is made from. */
  readonly from?: readonly KeyUse[];
}

/** What naming keys takes. */
export interface KeyWorld {
  readonly configuration: Configuration;
  /** The data of the cluster, without the plugin's. */
  readonly data: Readonly<Record<string, unknown>>;
  /** Names that the user's plugins give. */
  readonly pluginNames: ReadonlySet<string>;
  readonly sourceOf: FindKeySource;
  /** Whether no value at all may be shown. */
  readonly hideAll: boolean;
}

const LONGEST_VALUE = 60;

/** The keys and functions that were read, each once, in the order of their names. */
export function keysOf(reads: Reads, world: KeyWorld): KeyUse[] {
  const paths = unique(
    reads.paths.map((path) => withinData(path, world.data)),
    (path) => path.join('\n'),
  );
  const keys = [...paths.map((path) => keyOf(path, world)), ...reads.functions.map((name) => functionOf(name, world))];
  return keys.sort((one, other) => (one.key < other.key ? -1 : 1));
}

/** Cut where the path leaves the data: what follows is a method. An item of a list is `*` or an index. */
function withinData(path: DataPath, data: unknown): DataPath {
  // Of the environment and of a plugin's data nothing is known here.
  if (!holds(data, path[0] ?? '')) return path;
  let value = data;
  for (const [index, step] of path.entries()) {
    if (!holds(value, step)) return path.slice(0, index);
    value = isContainer(value) ? (value as Readonly<Record<string, unknown>>)[step === '*' ? '0' : step] : undefined;
  }
  return path;
}

function holds(value: unknown, step: string): boolean {
  if (Array.isArray(value)) return step === '*' || /^\d+$/.test(step);
  return isContainer(value) && Object.hasOwn(value, step);
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function keyOf(path: DataPath, world: KeyWorld): KeyUse {
  const [name = ''] = path;
  const key = keyText(path);
  if (name === 'env') return { key, kind: 'environment', hidden: true };
  if (world.pluginNames.has(name)) return { key, kind: 'plugin', hidden: true };
  if (name === 'nodes') return ofNode(key, path, world);
  if (Object.hasOwn(CLUSTER_FIELDS, name)) {
    const use = written(key, path, world);
    if (use.kind === 'written') return use;
    return computed(key, path, world) ?? use;
  }
  return computed(key, path, world) ?? { key, kind: 'plugin', hidden: true };
}

/** A field that is written is named where it stands; one that is not, or is no field, by what it is computed from. */
function ofNode(key: string, path: DataPath, world: KeyWorld): KeyUse {
  const use = written(key, path, world);
  const [, index = '*', field = ''] = path;
  if (use.kind === 'written' && Object.hasOwn(NODE_FIELDS, field)) return use;
  const made = nodeComputedFrom(field, world.configuration, index === '*' ? undefined : Number(index));
  if (made === undefined) return use;
  const { node, cluster } = made;
  const from = [...node.map((name) => ['nodes', index, name]), ...cluster.map((name) => [name])];
  return {
    key,
    kind: 'computed',
    ...shown(path, world, false),
    from: from.map((one) => written(keyText(one), one, world)),
  };
}

function keyText(path: DataPath): string {
  return formatPath(stepsOf(path)).replaceAll('["*"]', '[*]');
}

/** Indexes of lists as numbers, as the files' own paths have them. */
function stepsOf(path: DataPath): Path {
  return path.map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}

function written(key: string, path: DataPath, world: KeyWorld): KeyUse {
  const any = path.indexOf('*');
  const source = world.sourceOf(
    path[0] === 'nodes' ? 'nodes' : 'cluster',
    stepsOf(any < 0 ? path : path.slice(0, any)),
  );
  return { key, kind: source.kind, place: source.place, ...shown(path, world, source.secret) };
}

/** A computed value with what it is made from; undefined where the name is none. */
function computed(key: string, path: DataPath, world: KeyWorld): KeyUse | undefined {
  const [name = ''] = path;
  const fields = computedFrom(name, world.configuration);
  if (fields === undefined) return undefined;
  // Of a field that takes its own value where it is set, only what it is computed from otherwise is worth naming.
  const from = fields.filter((field) => field !== name).map((field) => written(field, [field], world));
  const secret = fields.some((field) => SECRET_FIELDS.includes(field));
  return { key, kind: 'computed', ...shown(path, world, secret), from };
}

function shown(path: DataPath, { data, hideAll }: KeyWorld, secret: boolean): Pick<KeyUse, 'value' | 'hidden'> {
  if (secret || hideAll) return { hidden: true };
  if (path.includes('*')) return { hidden: false };
  const value = path.reduce<unknown>(
    (found, step) => (isContainer(found) ? (found as Readonly<Record<string, unknown>>)[step] : undefined),
    data,
  );
  if (value === undefined) return { hidden: false };
  const text = JSON.stringify(value);
  return text.length > LONGEST_VALUE ? { hidden: false } : { value: text, hidden: false };
}

function functionOf(name: string, { pluginNames }: KeyWorld): KeyUse {
  const file = FUNCTION_FILES[name];
  if (pluginNames.has(name)) return { key: `${name}()`, kind: 'plugin', hidden: true };
  if (file === undefined) return { key: `${name}()`, kind: 'function', hidden: true };
  return { key: `${name}()`, kind: 'credential', place: { file }, hidden: true };
}
