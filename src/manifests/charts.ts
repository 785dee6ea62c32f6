import { parseDocument } from 'yaml';
import { at, asFields, type Fields, isFields, listAt, textAt } from '../text/values.ts';

// Charts of Helm, as far as it takes them to know whether values are right: Chart.yaml, values.yaml and values.schema.json.
// https://helm.sh/docs/topics/charts/

/** A chart. */
export interface Chart {
  readonly name: string;
  readonly version: string;
  /** Where it lies, as it is named to the user. */
  readonly place: string;
  /** What stands in its values.yaml. */
  readonly defaults: Fields;
  /** Text of its values.schema.json; undefined where it has none. */
  readonly schema: string | undefined;
  readonly dependencies: readonly Dependency[];
}

interface Dependency {
  /** The key under which its values stand. */
  readonly key: string;
  /** Paths of values of which the first that is there switches it, `a.enabled`. */
  readonly conditions: readonly string[];
  readonly chart: Chart;
}

/** Bytes of files by their paths in a folder. */
export type ChartFiles = ReadonlyMap<string, Uint8Array>;

/**
 * Reads a chart.
 *
 * @param files - of its folder
 * @param unpack - files of a packed chart, whose paths begin with its name
 * @returns undefined where the folder holds none
 */
export function readChart(
  files: ChartFiles,
  place: string,
  unpack: (packed: Uint8Array) => ChartFiles,
): Chart | undefined {
  const description = yamlIn(files.get('Chart.yaml'));
  const [name, version] = [textAt(description, 'name'), textAt(description, 'version')];
  if (name === undefined || version === undefined) return undefined;
  const inside = new Map(
    [...folderNames(files, 'charts/')].flatMap((sub) => {
      const chart = readChart(below(files, `charts/${sub}/`), place, unpack);
      return chart === undefined ? [] : [[chart.name, chart] as const];
    }),
  );
  for (const [path, bytes] of files) {
    if (!/^charts\/[^/]+\.tgz$/.test(path)) continue;
    const chart = readPackedChart(unpack(bytes), place, unpack);
    if (chart !== undefined) inside.set(chart.name, chart);
  }
  const listed = listAt(description, 'dependencies').flatMap((one): Dependency[] => {
    const chart = inside.get(textAt(one, 'name') ?? '');
    if (chart === undefined) return [];
    inside.delete(chart.name);
    const conditions = (textAt(one, 'condition') ?? '').split(',').map((path) => path.trim());
    return [{ key: textAt(one, 'alias') ?? chart.name, conditions: conditions.filter((path) => path !== ''), chart }];
  });
  const unlisted = [...inside.values()].map((chart): Dependency => ({ key: chart.name, conditions: [], chart }));
  return {
    name,
    version,
    place,
    defaults: yamlIn(files.get('values.yaml')),
    schema: textOf(files.get('values.schema.json')),
    dependencies: [...listed, ...unlisted],
  };
}

/** Reads a packed chart: all its files lie in a folder of its name. */
export function readPackedChart(
  files: ChartFiles,
  place: string,
  unpack: (packed: Uint8Array) => ChartFiles,
): Chart | undefined {
  const [folder] = folderNames(files, '');
  return folder === undefined ? undefined : readChart(below(files, `${folder}/`), place, unpack);
}

/**
 * The files of a tar archive: of POSIX's ustar, whose longer names are split, and of pax, whose longest ones stand before the file.
 *
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html
 */
export function filesInTar(bytes: Uint8Array): ChartFiles {
  const files = new Map<string, Uint8Array>();
  const text = (start: number, length: number): string =>
    Buffer.from(bytes.subarray(start, start + length))
      .toString('utf8')
      .replace(/\0.*$/s, '');
  let longName: string | undefined;
  for (let at_ = 0; at_ + BLOCK <= bytes.length && bytes[at_] !== 0;) {
    const size = Number.parseInt(text(at_ + 124, 12).trim() || '0', 8);
    const type = text(at_ + 156, 1);
    const prefix = text(at_ + 257, 5) === 'ustar' ? text(at_ + 345, 155) : '';
    const written = text(at_, 100);
    const name = longName ?? (prefix === '' ? written : `${prefix}/${written}`);
    const content = bytes.subarray(at_ + BLOCK, at_ + BLOCK + size);
    if (!(size >= 0)) break;
    if (type === 'x') longName = /^\d+ path=(.*)$/m.exec(Buffer.from(content).toString('utf8'))?.[1];
    else if (type === 'L') longName = text(at_ + BLOCK, size);
    else {
      if (type === '0' || type === '') files.set(name.replace(/^\.\//, ''), content);
      longName = undefined;
    }
    at_ += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}

const BLOCK = 512;

/**
 * The values that a chart is rendered with, as Helm puts them together: maps are merged, everything else takes the place of the default,
 * and what is null removes it. Dependencies get their own and what is global.
 */
export function coalesced(chart: Chart, values: Fields): Fields {
  const own = merged(chart.defaults, values);
  const inside = chart.dependencies.map(({ key, chart: sub }): [string, Fields] => {
    const given = asFields(own[key]);
    const { global } = own;
    return [
      key,
      coalesced(
        sub,
        global === undefined ? given : { ...given, global: merged(asFields(global), asFields(given.global)) },
      ),
    ];
  });
  return { ...own, ...Object.fromEntries(inside) };
}

/** The dependencies that a chart is rendered with. */
export function enabledDependencies(chart: Chart, values: Fields): readonly Dependency[] {
  return chart.dependencies.filter(({ conditions }) => {
    const switches = conditions.map((path) => at(values, ...path.split('.')));
    return switches.find((one) => typeof one === 'boolean') !== false;
  });
}

/**
 * A map with the entries of another one put over it.
 *
 * @param isNullKept - whether null stays, to take a default away later on
 */
export function merged(below_: Fields, above: Fields, isNullKept = false): Fields {
  const result = new Map(Object.entries(below_));
  for (const [key, value] of Object.entries(above)) {
    const present = result.get(key);
    if (value === null && !isNullKept) result.delete(key);
    else result.set(key, isFields(value) && isFields(present) ? merged(present, value, isNullKept) : value);
  }
  return Object.fromEntries(result);
}

function below(files: ChartFiles, folder: string): ChartFiles {
  return new Map(
    [...files].filter(([path]) => path.startsWith(folder)).map(([path, bytes]) => [path.slice(folder.length), bytes]),
  );
}

function folderNames(files: ChartFiles, within: string): Set<string> {
  const inside = [...files.keys()].filter((path) => path.startsWith(within)).map((path) => path.slice(within.length));
  return new Set(inside.filter((path) => path.includes('/')).map((path) => path.slice(0, path.indexOf('/'))));
}

function textOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8');
}

/** Values as they are written in a file; undefined where they are none. */
export function readValues(text: string): Fields | undefined {
  const document = parseDocument(text, { merge: true, logLevel: 'silent' });
  const values: unknown = document.errors.length > 0 ? undefined : document.toJS({ maxAliasCount: -1 });
  return isFields(values) ? values : undefined;
}

function yamlIn(bytes: Uint8Array | undefined): Fields {
  return readValues(textOf(bytes) ?? '') ?? {};
}
