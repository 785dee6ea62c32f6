import type { ConfigDocument } from './document.ts';
import { COMPANION_FILE } from './companion-name.ts';
import type { Issue } from './issue.ts';
import { SAMPLE_CLOUDFLARE_TOKEN } from './sample-token.ts';

/**
 * A document of cluster.yaml in which the fields of the companion say that they are found there, with a warning for each that stands
 * in cluster.yaml in plain text too. The secret itself stays out of it: what a document holds may be quoted.
 */
export function withCompanion(
  document: ConfigDocument,
  fields: readonly string[],
): { readonly document: ConfigDocument; readonly warnings: readonly Issue[] } {
  const { value } = document;
  if (fields.length === 0 || typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { document, warnings: [] };
  }
  const written = value as Readonly<Record<string, unknown>>;
  const places = Object.fromEntries(fields.map((field) => [field, { file: COMPANION_FILE }]));
  const shadowed = fields.filter((field) => {
    const own = written[field];
    return typeof own === 'string' && own !== SAMPLE_CLOUDFLARE_TOKEN;
  });
  return { document: { ...document, value: { ...written, ...places } }, warnings: shadowed.map(shadowedSecret) };
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
