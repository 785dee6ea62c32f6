import { parse } from 'yaml';
import type { FindingCode } from '../../report/codes.ts';
import type { Severity, Together } from '../../report/finding.ts';
import type { Family } from '../addresses.ts';
import { COMPANION_FILE } from '../root.ts';
import { type FieldSchema, type FileName, schemaAt, SECRET_FIELDS } from './schemas.ts';
import { formatPath, type Path } from '../../text/values.ts';
import { isPlainInYaml, isWordOfYaml } from '../../text/yaml-plain.ts';

/** What an issue points at: a value or its key by path, or a stretch of the text. */
type Spot =
  { readonly path: Path; readonly part?: 'key' | 'value' } | { readonly offset: number; readonly end?: number };

/** Something to report before its place in the text has been looked up. */
export interface Issue {
  readonly code: FindingCode;
  /** An error where it is not given. */
  readonly severity?: Severity;
  readonly file: FileName;
  readonly at: Spot;
  readonly message: string;
  readonly remedy?: Remedy;
  /** The remedy as a change of the text, where there is one that needs no more to be known. */
  readonly fix?: Fix | ((own: Proposals) => Fix | undefined);
  readonly together?: Together;
}

/** One change of a text of the configuration. */
export type Fix =
  | { readonly op: 'set'; readonly path: Path; readonly value: unknown }
  | { readonly op: 'rename'; readonly path: Path; readonly name: string }
  | { readonly op: 'remove'; readonly path: Path };

/** Values to propose, which are the user's own where they can be. */
export interface Proposals {
  /** An unused address of a node network, another one each time: of the first of these families that has any. */
  readonly address: (families: readonly Family[]) => string | undefined;
  /** An example of a value as it is written, with own networks and addresses in the place of those for documentation. */
  readonly example: (value: unknown, path: Path) => string;
}

/** Proposals where nothing is known of the configuration. */
export const SCHEMA_EXAMPLES: Proposals = { address: () => undefined, example: (value) => formatFlow(value) };

/** What would be right: a text, or one that proposes values, which are known once everything else is. */
type Remedy = string | ((own: Proposals) => string);

/** The text of a remedy. */
export function remedyText(remedy: Remedy, own: Proposals): string {
  return typeof remedy === 'string' ? remedy : remedy(own);
}

/** What would put an issue right; undefined where only a person can tell. */
export function fixOf({ fix }: Issue, own: Proposals): Fix | undefined {
  return typeof fix === 'function' ? fix(own) : fix;
}

/** Whether an issue says that its value cannot be used. */
export function isError({ severity = 'error' }: Issue): boolean {
  return severity === 'error';
}

/** The path that an issue is about; undefined where it is about a stretch of text. */
export function pathOf(issue: Issue): Path | undefined {
  return 'path' in issue.at ? issue.at.path : undefined;
}

/**
 * The issue about a field that is not there.
 *
 * @param why - what makes a field required that others may leave out, as it stands after the message
 */
export function missingField(file: FileName, path: Path, why = ''): Issue {
  const field: FieldSchema = schemaAt(file, path) ?? {};
  const isSecret = SECRET_FIELDS.includes(formatPath(path));
  // The fix writes what the remedy names: a free address is another one each time that it is asked for.
  let proposed: string | undefined;
  const propose = (own: Proposals): string => (proposed ??= own.example(field.examples?.[0], path));
  return {
    code: 'config/missing-key',
    file,
    at: { path },
    message: `\`${formatPath(path)}\` is missing${why === '' ? '' : `, ${why}`}`,
    remedy: (own) => {
      const example = `\`${String(path.at(-1))}: ${propose(own)}\``;
      return isSecret
        ? `put it into ${COMPANION_FILE} (\`cluster-template secrets edit ${COMPANION_FILE}\`), or say where it is, for example ${example}`
        : `add ${field['x-form'] ?? 'it'}, for example ${example}`;
    },
    ...(isSecret || field.examples?.[0] === undefined
      ? {}
      : { fix: (own: Proposals): Fix => ({ op: 'set', path, value: parse(propose(own)) as unknown }) }),
  };
}

/** A value on one line as YAML would take it: `[a, b]`, `{env: NAME}`, texts quoted where they need it. */
export function formatFlow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(formatFlow).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([key, member]) => `${isPlainInYaml(key, true) ? key : JSON.stringify(key)}: ${formatFlow(member)}`)
      .join(', ')}}`;
  }
  if (typeof value !== 'string') return String(value);
  const isSimple = /^[a-zA-Z/.][\w./-]*$|^\d+(?:\.\d+){3}(?:\/\d+)?$/.test(value);
  return isSimple && isWordOfYaml(value) ? value : JSON.stringify(value);
}
