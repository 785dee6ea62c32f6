/** A value on one line as YAML would take it: `[a, b]`, `{env: NAME}`, texts quoted where they need it. */
export function formatFlow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(formatFlow).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([key, member]) => `${key}: ${formatFlow(member)}`)
      .join(', ')}}`;
  }
  if (typeof value !== 'string') return String(value);
  return /^[a-zA-Z/.][\w./-]*$|^\d+(?:\.\d+){3}(?:\/\d+)?$/.test(value) ? value : JSON.stringify(value);
}
