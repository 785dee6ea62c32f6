import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

/*
 * Versions of components in the templates. Robots raise them in every fork, which is no change of the tool: its tests render with
 * the versions that `npm run golden` recorded, so that what they expect stays what it is.
 */

/** Versions of each template in their order, by its path below `templates/config`. */
export type RecordedVersions = Readonly<Record<string, readonly string[]>>;

/** A line that gives the version of a chart, an image, Talos or Kubernetes. */
const LINE =
  /^(?<before>[ \t-]*(?!minVersion)(?:tag|version|[a-z]+Version|image):[ \t]*['"]?(?:[\w./-]+:)?)(?<version>v?\d+\.\d[\w.-]*(?:@sha256:[0-9a-f]{64})?)(?<after>['"]?[ \t]*)$/gm;

/** The versions of a text in their order, each with its line. */
export function versionsIn(text: string): { readonly line: number; readonly value: string }[] {
  return [...text.matchAll(LINE)].map(({ index, groups }) => ({
    line: text.slice(0, index).split('\n').length,
    value: groups?.version ?? '',
  }));
}

/**
 * A text with other versions in the place of its own.
 *
 * @param versions - as many as the text has; with another number of them it is left as it is, as it was edited otherwise too
 */
export function withVersions(text: string, versions: readonly string[]): string {
  if (versionsIn(text).length !== versions.length) return text;
  const left = [...versions];
  return text.replace(LINE, (_, before: string, __, after: string) => `${before}${left.shift() ?? ''}${after}`);
}

/** Where the versions are recorded, in a repository. */
const RECORD = 'tests/golden/versions.json';

/** Gives templates the recorded versions. */
export async function layRecordedVersions(repository: string, templates: string): Promise<void> {
  const recorded = JSON.parse(await readFile(join(repository, RECORD), 'utf8')) as RecordedVersions;
  for (const [path, versions] of Object.entries(recorded)) {
    const file = join(templates, path);
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text !== undefined) await writeFile(file, withVersions(text, versions));
  }
}

/**
 * Records the versions of the repository's own templates. Those of a template stay what they were as long as it has as many: a version that
 * is raised changes no tree that is compared with.
 */
export async function recordVersions(repository: string): Promise<void> {
  const root = join(repository, 'templates/config');
  const recorded = JSON.parse(await readFile(join(repository, RECORD), 'utf8')) as RecordedVersions;
  const entries = (await readdir(root, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/')).sort();
  const texts = await Promise.all(paths.map(async (path) => [path, await readFile(join(root, path), 'utf8')] as const));
  await writeFile(join(repository, RECORD), `${JSON.stringify(nextRecord(recorded, texts), undefined, 2)}\n`);
}

/** The record for these templates, each with its path and text. */
export function nextRecord(
  recorded: RecordedVersions,
  templates: readonly (readonly [path: string, text: string])[],
): RecordedVersions {
  const entries = templates.map(([path, text]) => {
    const own = versionsIn(text).map(({ value }) => value);
    const before = recorded[path];
    return [path, before?.length === own.length ? before : own] as const;
  });
  return Object.fromEntries(entries.filter(([, versions]) => versions.length > 0));
}
