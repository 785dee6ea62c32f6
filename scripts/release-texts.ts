// What a release changes in the texts that name the version.

/** The record of the template with a version. */
export function inTemplateRecord(text: string, version: string): string {
  return text.replace(/("version": )"[^"]*"/, `$1${JSON.stringify(version)}`);
}

/**
 * The changelog with what was unreleased under a version and a day (YYYY-MM-DD). Throws where nothing is unreleased: what nobody
 * notices needs no version.
 */
export function inChangelog(text: string, version: string, day: string): string {
  const heading = '## [Unreleased]\n';
  const [before, after] = text.split(heading);
  if (before === undefined || after === undefined) throw new Error('CHANGELOG.md has no section "Unreleased"');
  if (/^\s*(?:## |$)/.test(after)) throw new Error('CHANGELOG.md lists nothing under "Unreleased"');
  return `${before}${heading}\n## [${version}] - ${day}\n${after}`;
}
