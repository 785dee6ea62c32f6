import { parseAllDocuments } from 'yaml';

/** Fields of Talos' configuration whose values are secrets: https://docs.siderolabs.com/talos (v1alpha1 configuration). */
const SECRET_FIELDS = new Set([
  'token',
  'auth',
  'identityToken',
  'key',
  'secret',
  'aescbcEncryptionSecret',
  'secretboxEncryptionSecret',
  'bootstraptoken',
  'privateKey',
  'password',
  'passphrase',
  'presharedKey',
]);

const SECRET_LINE = new RegExp(
  String.raw`^([ +-]*(?:- )?["']?(?:${[...SECRET_FIELDS].join('|')})["']?:[ \t]+)\S.*$`,
  'gmi',
);

/** A difference of two machine configurations that may be shown: values of secret fields are masked, the old ones too. */
export function redactDiff(diff: string): string {
  return diff.replace(SECRET_LINE, '$1***');
}

/** All secret values of a machine's configuration, so that they can be masked wherever they turn up. */
export function secretValues(config: string): string[] {
  const values: string[] = [];
  const collect = (value: unknown, field: string): void => {
    if (typeof value === 'string' && SECRET_FIELDS.has(field)) values.push(value);
    else if (typeof value === 'object' && value !== null) {
      for (const [name, inner] of Object.entries(value)) collect(inner, Array.isArray(value) ? field : name);
    }
  };
  for (const document of parseAllDocuments(config)) collect(document.toJS(), '');
  return values;
}
