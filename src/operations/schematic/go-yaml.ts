/** A value as the image factory's model holds it: texts, whole numbers, true, lists and fields in a fixed order. */
export type GoValue =
  string | number | boolean | readonly GoValue[] | { readonly [field: string]: GoValue | undefined };

/**
 * Writes a map as Go's yaml package does by default, byte for byte: fields in their order, four spaces a level, a text plain
 * where it can be. Fields that are undefined, an empty text, list or map, 0 or false are left out (`omitempty`).
 *
 * Rules: writerc.go and encode.go of go.yaml.in/yaml, for texts of printable ASCII characters.
 */
export function toGoYaml(value: Readonly<Record<string, GoValue | undefined>>): string {
  return fieldLines(value, '')
    .map((line) => `${line}\n`)
    .join('');
}

/** Whether Go's `omitempty` leaves the value out. */
export function isEmpty(value: GoValue | undefined): boolean {
  if (value === undefined || value === '' || value === 0 || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === 'object' && Object.values(value).every(isEmpty);
}

function fieldLines(fields: Readonly<Record<string, GoValue | undefined>>, indent: string): string[] {
  return Object.entries(fields).flatMap(([name, value]) =>
    value === undefined || isEmpty(value) ? [] : [`${indent}${name}:${valueText(value, indent)}`],
  );
}

/** What follows a colon or a hyphen. */
function valueText(value: GoValue, indent: string): string {
  if (typeof value === 'string') return ` ${scalar(value)}`;
  if (typeof value !== 'object') return ` ${String(value)}`;
  const inner = `${indent}    `;
  const lines = Array.isArray(value)
    ? (value as readonly GoValue[]).map((item) => itemText(item, inner))
    : fieldLines(value as Readonly<Record<string, GoValue>>, inner);
  return `\n${lines.join('\n')}`;
}

/** The fields of a list's items are never left out: that is how the factory's model has them. */
function itemText(item: GoValue, indent: string): string {
  if (typeof item !== 'object') return `${indent}-${valueText(item, indent)}`;
  const lines = Object.entries(item as Readonly<Record<string, GoValue>>).map(
    ([name, value]) => `${name}:${valueText(value, `${indent}  `)}`,
  );
  return `${indent}- ${lines.join(`\n${indent}  `)}`;
}

/** What a reader of YAML 1.2 would not take for a text. */
const OTHER_TYPE =
  /^(?:true|True|TRUE|false|False|FALSE|null|Null|NULL|~|[-+]?[0-9][0-9_]*|[-+]?0[xob][0-9a-fA-F_]+|[-+]?(?:\.[0-9]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)|\d{4}-\d{2}-\d{2}(?:[Tt ].*)?)$/;

/** What only a reader of YAML 1.1 would not take for a text. */
const OLD_TYPE =
  /^(?:y|Y|yes|Yes|YES|n|N|no|No|NO|on|On|ON|off|Off|OFF|<<|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?)$/;

/** What cannot stand without quotes. */
const NOT_PLAIN = /^[#*&@%!|>'"[\]{},`]|^[-?:](?: |$)|: | #|:$|^ | $/;

function scalar(text: string): string {
  if (text === '' || OTHER_TYPE.test(text)) return `"${text}"`;
  return OLD_TYPE.test(text) || NOT_PLAIN.test(text) ? `'${text.replaceAll("'", "''")}'` : text;
}
