import { construct } from './yaml/construct.ts';
import { parseDocuments } from './yaml/parser.ts';

/**
 * The documents of a YAML text, as PyYAML's `yaml.safe_load_all` reads them: YAML 1.1 with PyYAML's own ideas of it.
 *
 * @returns values of the engine, one for each document, null for an empty one
 * @throws DataError for what PyYAML refuses
 */
export function readYaml(text: string): unknown[] {
  return parseDocuments(text).map(construct);
}
