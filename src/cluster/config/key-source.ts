import type { Place } from '../../report/finding.ts';
import type { ConfigFile } from './load.ts';
import { locate } from './locate.ts';
import { valueAt, type Path } from './path.ts';
import { isSecret, schemaAt, type FileName } from './schemas.ts';
import { sourceText } from './source-text.ts';
import { parseYaml } from './syntax.ts';

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
export type ConfigTexts = Readonly<Record<FileName, ConfigFile>>;

/** Finds the source of a field by its file and path. Both files have to be valid. */
export type FindKeySource = (file: FileName, path: Path) => KeySource;

/** Reads both files once, for looking up where their values stand. */
export function keySources(texts: ConfigTexts): FindKeySource {
  const readings = { cluster: reading('cluster', texts.cluster), nodes: reading('nodes', texts.nodes) };
  return (file, path) => {
    const { placeOf, value, name } = readings[file];
    const secret = isSecret(path);
    if (valueAt(value, path) !== undefined) {
      return { kind: 'written', place: placeOf(path) ?? { file: name }, secret };
    }
    // What lies in a default has no default of its own: the nearest field around it that is not set says it.
    const missing = path.findIndex((_, index) => valueAt(value, path.slice(0, index + 1)) === undefined);
    const field = schemaAt(file, path.slice(0, missing + 1));
    return { kind: field?.default === undefined ? 'unset' : 'default', place: { file: name }, secret };
  };
}

interface Reading {
  readonly name: string;
  readonly value: unknown;
  readonly placeOf: (path: Path) => Place | undefined;
}

function reading(file: FileName, { file: name, text }: ConfigFile): Reading {
  const source = sourceText(name, text);
  const { yaml } = parseYaml(file, text);
  return {
    name,
    value: yaml?.toJS(),
    placeOf: (path) => {
      const range = yaml === undefined ? undefined : locate(yaml, path);
      return range === undefined ? undefined : source.excerpt(range.start, range.end).place;
    },
  };
}
