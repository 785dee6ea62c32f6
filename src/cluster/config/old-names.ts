import type { ConfigDocument } from './document.ts';
import { pathOf, type Issue } from './issue.ts';
import type { Path } from './path.ts';

/** Names that fields of cluster.yaml had in earlier versions of the template and in its forks, with those that they have now. */
export const OLD_NAMES: ReadonlyMap<string, string> = new Map([
  ['cluster_ingress_addr', 'cluster_gateway_addr'],
  ['cloudflare_ingress_addr', 'cloudflare_gateway_addr'],
  ['proxmox_endpoint', 'proxmox_api_url'],
  ['proxmox_csi_storage', 'proxmox_storage'],
]);

/**
 * The document with its fields under the names that they have now. Each old name becomes a note; one that stands beside its
 * new name is left for validation to refuse. Places in the text are found under the name that is written there.
 */
export function withNewNames(document: ConfigDocument): ConfigDocument {
  const fields = fieldsOf(document.value);
  const renamed = Object.keys(fields).filter((name) => OLD_NAMES.has(name) && !Object.hasOwn(fields, newName(name)));
  if (renamed.length === 0) return document;
  const written = new Map(renamed.map((name) => [newName(name), name]));
  const inText = (path: Path): Path =>
    path.map((step, index) => (index === 0 ? (written.get(String(step)) ?? step) : step));
  return {
    ...document,
    value: Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [renamed.includes(name) ? newName(name) : name, value]),
    ),
    issues: [
      ...document.issues.map((issue) => moved(issue, newPath)),
      ...renamed.map((name) => noteOn(document, name)),
    ],
    quote: (path) => document.quote(inText(path)),
    lineOf: (path) => document.lineOf(inText(path)),
    finding: (issue) => document.finding(moved(issue, inText)),
  };
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function newName(name: string): string {
  return OLD_NAMES.get(name) ?? name;
}

function newPath(path: Path): Path {
  return path.map((step, index) => (index === 0 ? newName(String(step)) : step));
}

function moved(issue: Issue, to: (path: Path) => Path): Issue {
  const path = pathOf(issue);
  return path === undefined ? issue : { ...issue, at: { ...issue.at, path: to(path) } };
}

function noteOn({ file }: ConfigDocument, name: string): Issue {
  return {
    code: 'config/old-name',
    severity: 'note',
    file,
    at: { path: [newName(name)], part: 'key' },
    message: `\`${name}\` is called \`${newName(name)}\` now`,
    remedy: `write \`${newName(name)}\`; the old name is still read`,
  };
}
