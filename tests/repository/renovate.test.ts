import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { runInNewContext } from 'node:vm';
import { parseAllDocuments } from 'yaml';
import { describe, expect, it } from 'vitest';
import { thinRepository } from '../../scripts/thin-repository.mjs';
import { nextRecord, versionsIn, withVersions, type RecordedVersions } from '../support/versions.ts';
import { EVERYTHING, PROXMOX_LABELS, REPOSITORY, renderSample, repositoryText, type Fields } from './rendering.ts';

const settings = parseJson5(await repositoryText('.renovaterc.json5'));
const templates = await templateTexts();

describe('.renovaterc.json5', () => {
  it('finds each version of the templates once', () => {
    const all = [...templates].flatMap(([file, text]) => versionsIn(text).map((version) => ({ file, version })));
    expect(all.length).toBeGreaterThan(20);
    const findings = all.map(({ file, version }) => ({ file, version, found: findersOf(file, version.value) }));
    expect(findings.filter(({ found }) => found.length !== 1)).toEqual([]);
  });

  it('finds nothing that is no version', () => {
    for (const [file, text] of templates) {
      const known = versionsIn(text).map(({ value }) => value);
      for (const { value } of found(file, text)) expect(known, `${value} in ${file}`).toContain(value);
    }
  });

  it('raises versions that no test of the tool depends on', () => {
    for (const [file, text] of templates) {
      const raised = versionsIn(text).map((_, index) => `99.0.${String(index)}`);
      const other = withVersions(text, raised);
      expect(
        versionsIn(other).map(({ value }) => value),
        file,
      ).toEqual(raised);
      expect(
        withVersions(
          other,
          versionsIn(text).map(({ value }) => value),
        ),
        file,
      ).toBe(text);
    }
    expect(withVersions('tag: 1.2.3\n', [])).toBe('tag: 1.2.3\n');
  });

  it('raises versions without any change of a golden tree', async () => {
    const recorded = JSON.parse(await repositoryText('tests/golden/versions.json')) as RecordedVersions;
    const own = [...templates].map(([file, text]) => [file.replace(/^templates\/config\//, ''), text] as const);
    const raised = own.map(
      ([file, text]) =>
        [
          file,
          withVersions(
            text,
            versionsIn(text).map(() => '99.0.0'),
          ),
        ] as const,
    );
    expect(raised).not.toEqual(own);
    expect(nextRecord(recorded, raised)).toEqual(nextRecord(recorded, own));
    expect(nextRecord(recorded, own)).toEqual(recorded);
    expect(nextRecord(recorded, [['new.yaml.j2', 'tag: 1.2.3\n']])).toEqual({ 'new.yaml.j2': ['1.2.3'] });
  });

  it('reads templates and user overrides, and none of what is rendered from them', async () => {
    const rendered = [...(await renderSample(EVERYTHING, PROXMOX_LABELS)).keys()];
    expect(rendered.filter((path) => !isIgnored(path) && managersOf(path).length > 0)).toEqual([]);
    for (const path of ['kubernetes/apps/default/echo/app/ocirepository.yaml.j2', 'talos/talenv.yaml.j2']) {
      expect(managersOf(`templates/overrides/${path}`).length, path).toBeGreaterThan(0);
    }
  });

  it('reads what was rendered once the template is tidied away', async () => {
    const ignored = (await repositoryText('.renovaterc.json5'))
      .split('\n')
      .filter((line) => line.includes('required:template'));
    expect(ignored.map((line) => line.trim())).toEqual(
      ['bootstrap', 'kubernetes', 'talos']
        .map((root) => `'${root}/**', // required:template`)
        .sort(byPlace(settings.ignorePaths)),
    );
    for (const path of ['kubernetes/apps/default/echo/app/ocirepository.yaml', 'talos/talenv.yaml']) {
      expect(managersOf(path).length, path).toBeGreaterThan(0);
    }
  });

  it.each([
    ['somebody/home-ops', 'package.json', false],
    // As GitHub names a fork.
    ['somebody/cluster-template', 'package.json', false],
    ['example/cluster-template', 'package.json', true],
    ['somebody/home-ops', 'apps/dashboard/package.json', true],
  ])('raises npm packages of %s in %s: %j', (repository, file, expected) => {
    expect(raisesPackages(settings, { repository, file })).toBe(expected);
  });

  it('raises the package of a thin repository', async () => {
    const { '.renovaterc.json5': thin = '' } = await thinRepository(REPOSITORY);
    expect(raisesPackages(parseJson5(thin), { repository: 'somebody/home-ops', file: 'package.json' })).toBe(true);
  });

  it('knows the repository of the tool by the name that newer versions come from', async (context) => {
    const text = await repositoryText('.cluster-template/template.json');
    const { source, commit } = JSON.parse(text) as { source: string; commit: string };
    context.skip(commit !== '$Format:%H$', 'this repository has taken another version, from wherever it was');
    const [, name = ''] = /^https:\/\/[^/]+\/(.+)\.git$/.exec(source) ?? [];
    expect(settings.packageRules.flatMap(({ matchRepositories = [] }) => matchRepositories)).toEqual([`!${name}`]);
  });

  it('finds the version that a workflow gives to npx', async () => {
    const text = await repositoryText('.github/workflows/renovate.yaml');
    expect(found('.github/workflows/renovate.yaml', text)).toEqual([
      { manager: 'regex', name: 'renovate', value: expect.stringMatching(/^\d+\.\d+\.\d+$/) as string },
    ]);
  });
});

interface Settings {
  readonly ignorePaths: readonly string[];
  readonly packageRules: readonly PackageRule[];
  readonly flux: Manager;
  readonly helmfile: Manager;
  readonly customManagers: readonly (Manager & { readonly matchStrings: readonly string[] })[];
}

/** A rule as far as it matters here. */
interface PackageRule {
  readonly matchManagers?: readonly string[];
  readonly matchFileNames?: readonly string[];
  readonly matchRepositories?: readonly string[];
  readonly enabled?: boolean;
}

/** JSON5 is a part of JavaScript. */
function parseJson5(text: string): Settings {
  return runInNewContext(`(${text})`) as Settings;
}

/** Whether the npm manager is on for a file: the last rule that fits decides. Patterns of these rules are names, or `!` and a name. */
function raisesPackages(
  { packageRules }: Settings,
  { repository, file }: { readonly repository: string; readonly file: string },
): boolean {
  const matches = (patterns: readonly string[] | undefined, name: string): boolean =>
    patterns?.every((pattern) => (pattern.startsWith('!') ? pattern.slice(1) !== name : pattern === name)) ?? true;
  const rules = packageRules.filter(
    ({ matchManagers, matchFileNames, matchRepositories, enabled }) =>
      enabled !== undefined &&
      matches(matchManagers, 'npm') &&
      matches(matchFileNames, file) &&
      matches(matchRepositories, repository),
  );
  return rules.at(-1)?.enabled ?? true;
}

interface Manager {
  readonly managerFilePatterns: readonly string[];
}

interface Found {
  readonly manager: string;
  readonly name: string;
  readonly value: string;
}

async function templateTexts(): Promise<Map<string, string>> {
  const root = join(REPOSITORY, 'templates/config');
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(REPOSITORY, join(entry.parentPath, entry.name)));
  return new Map(await Promise.all(paths.sort().map(async (path) => [path, await repositoryText(path)] as const)));
}

/** What finds a version. Two equal versions of one file count as found where there are as many finds. */
function findersOf(file: string, value: string): string[] {
  const text = templates.get(file) ?? '';
  const same = versionsIn(text).filter((other) => other.value === value).length;
  const finds = found(file, text).filter((one) => one.value === value);
  return finds.slice(0, Math.max(0, finds.length - same + 1)).map(({ manager }) => manager);
}

function found(file: string, text: string): Found[] {
  return managersOf(file).flatMap((manager) => FINDERS[manager](text));
}

function managersOf(file: string): (keyof typeof FINDERS)[] {
  const patterns = {
    flux: settings.flux.managerFilePatterns,
    helmfile: settings.helmfile.managerFilePatterns,
    regex: settings.customManagers.flatMap(({ managerFilePatterns }) => managerFilePatterns),
  };
  const isNamed = (pattern: string): boolean => new RegExp(pattern.slice(1, -1)).test(file);
  return (['flux', 'helmfile', 'regex'] as const).filter((manager) => patterns[manager].some(isNamed));
}

/** What Renovate's managers look at: Flux' reads charts of OCI registries and images in values, Helmfile's reads charts. */
const FINDERS = {
  flux: (text: string): Found[] =>
    documents(text).flatMap((document) => {
      const spec = fields(document.spec);
      const { tag } = fields(spec.ref);
      if (document.kind === 'OCIRepository')
        return typeof tag === 'string' ? [{ manager: 'flux', name: String(spec.url), value: tag }] : [];
      return document.kind === 'HelmRelease' ? images(spec.values) : [];
    }),
  helmfile: (text: string): Found[] =>
    documents(text.replace(/\{\{.*?\}\}/g, '')).flatMap(({ releases }) =>
      (Array.isArray(releases) ? releases : [])
        .map(fields)
        .filter(({ chart, version }) => typeof chart === 'string' && version !== undefined)
        .map(({ chart, version }) => ({ manager: 'helmfile', name: String(chart), value: String(version) })),
    ),
  regex: (text: string): Found[] =>
    settings.customManagers
      .flatMap(({ matchStrings }) => matchStrings)
      .flatMap((pattern) => [...text.matchAll(new RegExp(pattern, 'g'))])
      .map(({ groups }) => {
        const value = [groups?.currentValue, groups?.currentDigest].filter((part) => part !== undefined).join('@');
        return { manager: 'regex', name: groups?.depName ?? '', value };
      }),
};

/** Renovate reads a template as YAML: its statements are comments there. */
function documents(text: string): Fields[] {
  return parseAllDocuments(text)
    .filter(({ errors }) => errors.length === 0)
    .map((document) => fields(document.toJS()));
}

function images(values: unknown): Found[] {
  if (typeof values !== 'object' || values === null) return [];
  const { repository, tag } = fields(values);
  if (typeof repository === 'string' && typeof tag === 'string')
    return [{ manager: 'flux', name: repository, value: tag }];
  return Object.values(values).flatMap(images);
}

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

/** The forms that our own ignorePaths have. */
function isIgnored(path: string): boolean {
  return settings.ignorePaths.some((glob) => {
    if (glob === '**/*.sops.*') return /\.sops\.[^/]*$/.test(path);
    if (glob === '**/node_modules/**') return path.includes('node_modules/');
    return path.startsWith(glob.replace(/\*\*$/, ''));
  });
}

/** Sorts lines of the file by where their paths stand in a list. */
function byPlace(list: readonly string[]): (a: string, b: string) => number {
  const place = (line: string): number => list.indexOf(line.split("'")[1] ?? '');
  return (a, b) => place(a) - place(b);
}
