import { COMPANION_FILE } from './companion-name.ts';
import type { Issue } from './issue.ts';
import { formatPath, type Path } from './path.ts';
import { schemaAt, SECRET_FIELDS, type FieldSchema, type FileName } from './schemas.ts';

/**
 * The issue about a field that is not there.
 *
 * @param why - what makes a field required that others may leave out, as it stands after the message
 */
export function missingField(file: FileName, path: Path, why = ''): Issue {
  const field: FieldSchema = schemaAt(file, path) ?? {};
  return {
    code: 'config/missing-key',
    file,
    at: { path },
    message: `\`${formatPath(path)}\` is missing${why === '' ? '' : `, ${why}`}`,
    remedy: (own) => {
      const example = `\`${String(path.at(-1))}: ${own.example(field.examples?.[0], path)}\``;
      return SECRET_FIELDS.includes(formatPath(path))
        ? `put it into ${COMPANION_FILE} (\`sops ${COMPANION_FILE}\`), or say where it is, for example ${example}`
        : `add ${field['x-form'] ?? 'it'}, for example ${example}`;
    },
  };
}
