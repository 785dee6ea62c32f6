/** Field names as they stand in a sentence: `` `a`, `b` and `c` ``. */
export function fieldNames(fields: readonly string[]): string {
  const quoted = fields.map((field) => `\`${field}\``);
  const last = quoted.at(-1) ?? '';
  return quoted.length < 2 ? last : `${quoted.slice(0, -1).join(', ')} and ${last}`;
}
