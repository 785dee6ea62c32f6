import type { ConfigDocument } from './document.ts';
import { COMPANION_FILE } from './companion-name.ts';
import type { Issue } from './issue.ts';
import { SAMPLE_CLOUDFLARE_TOKEN } from './sample-token.ts';
import type { SecretSources } from './secrets.ts';

/** A document of cluster.yaml with its companion over it. */
export interface CoveredDocument {
  readonly document: ConfigDocument;
  /** A warning for each field that stands in cluster.yaml in plain text too. */
  readonly warnings: readonly Issue[];
  /** Fields of the companion that say nothing here, as they may be the sample's placeholder and cluster.yaml says something else. */
  readonly beside: ReadonlySet<string>;
}

/**
 * A document of cluster.yaml in which the fields of the companion say that they are found there. The secret itself stays out of it: what
 * a document holds may be quoted.
 */
export function withCompanion(
  document: ConfigDocument,
  { companion = {}, doubtful }: Pick<SecretSources, 'companion' | 'doubtful'>,
): CoveredDocument {
  const { value } = document;
  const fields = Object.keys(companion);
  if (fields.length === 0 || typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { document, warnings: [], beside: new Set() };
  }
  const written = value as Readonly<Record<string, unknown>>;
  const saysMore = (field: string): boolean => (written[field] ?? SAMPLE_CLOUDFLARE_TOKEN) !== SAMPLE_CLOUDFLARE_TOKEN;
  const beside = new Set(fields.filter((field) => doubtful?.has(field) === true && saysMore(field)));
  const covering = fields.filter((field) => !beside.has(field));
  const places = Object.fromEntries(covering.map((field) => [field, { file: COMPANION_FILE }]));
  const shadowed = covering.filter((field) => typeof written[field] === 'string' && saysMore(field));
  return {
    document: { ...document, value: { ...written, ...places } },
    warnings: shadowed.map(shadowedSecret),
    beside,
  };
}

function shadowedSecret(field: string): Issue {
  return {
    code: 'config/secret-in-git',
    severity: 'warning',
    file: 'cluster',
    at: { path: [field], part: 'key' },
    message: `\`${field}\` stands here too, and ${COMPANION_FILE} goes before it`,
    remedy: 'remove this line, and replace the secret if it was ever pushed',
  };
}
