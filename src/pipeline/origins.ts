import type { ClusterRoot } from '../cluster/root.ts';
import { Failure, type Finding } from '../report/finding.ts';
import { explainLines } from './explain.ts';

/**
 * Findings in generated files with the line of the template that printed theirs and the keys of the configuration that were read for it,
 * as far as these can be told: the repository has to be trusted and its configuration right, which others check.
 */
export async function withOrigins(root: ClusterRoot, findings: readonly Finding[]): Promise<readonly Finding[]> {
  const placed = findings.flatMap(({ place }) =>
    place?.line !== undefined && GENERATED.test(place.file) ? [{ file: place.file, line: place.line }] : [],
  );
  if (placed.length === 0) return findings;
  const explained = await explainedLines(root, placed);
  return findings.map((finding) => {
    const explanation = explained.get(keyOf(finding.place?.file ?? '', finding.place?.line));
    const [made] = explanation?.made ?? [];
    if (explanation === undefined || made === undefined) return finding;
    const keys = explanation.keys.map(({ key }) => key);
    const origin = { file: made.file, line: made.line, keys };
    const from = keys.length === 0 ? '' : `, which reads ${keys.map((key) => `\`${key}\``).join(', ')}`;
    const where = ` (${made.file}:${String(made.line)}${from})`;
    const remedy = finding.remedy?.replace(` (${explanation.source})`, '');
    return { ...finding, origin, ...(remedy === undefined ? {} : { remedy: `${remedy}${where}` }) };
  });
}

const GENERATED = /^(?:kubernetes|talos|bootstrap)\//;

function keyOf(file: string, line: number | undefined): string {
  return `${file}:${String(line)}`;
}

async function explainedLines(
  root: ClusterRoot,
  places: readonly { readonly file: string; readonly line: number }[],
): Promise<ReadonlyMap<string, Awaited<ReturnType<typeof explainLines>>[number]>> {
  try {
    const explanations = await explainLines(root, places);
    return new Map(places.map(({ file, line }, index) => [keyOf(file, line), explanations[index]]));
  } catch (error) {
    if (error instanceof Failure) return new Map();
    throw error;
  }
}
