import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { npm, ofRepository, packTool, type Packed } from './packed.ts';

const run = promisify(execFile);

/** What the package is made of, and nothing else. */
const PARTS = [
  /^bin\/[\w-]+\.[cm]js$/,
  /^dist\/[\w-]+\.c?js$/,
  /^dist\/(?:NOTICE\.txt|graph\.html|repository\.json|studio\.(?:css|html|svg))$/,
  /^examples\/plugin\/.+$/,
  /^docs\/(?:pictures\/)?[\w-]+\.(?:jpg|md|svg|txt)$/,
  /^schemas\/(?:cluster|entry|nodes|settings)\.schema\.json$/,
  /^schemas\/migrations\.json$/,
  /^schemas\/kubernetes\/(?:NOTICE\.md|[\w.-]+\.json)$/,
  /^templates\/config\/.+$/,
  /^types\/[\w-]+\.d\.ts$/,
  /^(?:CHANGELOG\.md|LICENSE|README\.md|package\.json)$/,
];

it('the package is made from what src/ imports, all of which `npm ci --omit=dev` installs', async () => {
  const sources = await readdir(ofRepository('src'), { recursive: true });
  const texts = await Promise.all(
    sources.filter((path) => /\.tsx?$/.test(path)).map((path) => readFile(ofRepository(join('src', path)), 'utf8')),
  );
  const names = texts.flatMap((text) =>
    [...text.matchAll(/(?:^(?:import|export|\}).* from |import\()'((?:@[\w-]+\/)?[a-z][\w.-]*)[/']/gm)].map(
      ([, name = '']) => name,
    ),
  );
  const imported = [...new Set(names.filter((name) => !builtinModules.includes(name)))];
  expect([...imported, 'esbuild'].sort()).toEqual(Object.keys(packageJson.dependencies).sort());
});

describe('the package', { tags: 'long' }, () => {
  let folder: string;
  let before: string;
  let packed: Packed;
  let paths: readonly string[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cluster-template-packed-'));
    before = await readFile(ofRepository('package.json'), 'utf8');
    packed = await packTool(folder);
    paths = packed.files.map(({ path }) => path);
    await run('tar', ['-xzf', packed.filename], { cwd: folder });
    return () => rm(folder, { recursive: true, force: true });
  });

  it('holds what runs, the templates, the schemas and the documentation, and nothing else', () => {
    expect(paths.filter((path) => !PARTS.some((part) => part.test(path)))).toEqual([]);
    for (const part of PARTS)
      expect(
        paths.some((path) => part.test(path)),
        String(part),
      ).toBe(true);
  });

  it('has every template', async () => {
    const entries = await readdir(ofRepository('templates/config'), { recursive: true, withFileTypes: true });
    const templates = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
    expect(templates.length).toBeGreaterThan(150);
    expect(templates.filter((path) => !paths.includes(path.slice(ofRepository('').length + 1)))).toEqual([]);
  });

  it('has everything that its own package.json and its documentation name', async () => {
    const { bin, exports: entries } = packageJson;
    const named = [...Object.values(bin), ...Object.values(entries).map((entry) => entry.default.replace('./', ''))];
    expect(named.filter((path) => !paths.includes(path))).toEqual([]);
    const pages = paths.filter((path) => path === 'README.md' || path.startsWith('docs/'));
    for (const page of pages.filter((path) => path.endsWith('.md'))) {
      const text = (await readFile(ofRepository(page), 'utf8')).replace(/```[^]*?```|`[^`\n]+`/g, '');
      const links = [...text.matchAll(/\]\((?!\w+:|#)([^)#\s]+)/g)].map((match) => join(page, '..', match[1] ?? ''));
      expect(
        links.filter((link) => !paths.some((path) => path === link || path.startsWith(`${link}/`))),
        page,
      ).toEqual([]);
    }
  });

  it('asks for nothing but what is not in its bundle, at one exact version', async () => {
    const { dependencies, ...manifest } = JSON.parse(await readFile(join(folder, 'package/package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    expect(dependencies).toEqual({ 'oxc-transform': packageJson.dependencies['oxc-transform'] });
    const { scripts: _scripts, dependencies: all, devDependencies: _development, ...rest } = packageJson;
    const entries = Object.entries(rest.exports).map(([name, { default: code }]) => {
      return [name, { types: `${name.replace('./', './types/')}.d.ts`, default: code }] as const;
    });
    expect(manifest).toEqual({ ...rest, files: [...rest.files, 'types'], exports: Object.fromEntries(entries) });
    expect(entries.map(([, { types }]) => types.slice(2)).filter((path) => !paths.includes(path))).toEqual([]);
    for (const version of Object.values(all)) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    const notice = await readFile(ofRepository('dist/NOTICE.txt'), 'utf8');
    for (const name of ['nunjucks', 'commander', 'yaml', 'sops-age', 'execa']) {
      expect(notice).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+, [\\w.-]+$`, 'm'));
    }
    expect(notice).not.toMatch(/^(?:oxc-transform|esbuild|vitest|prettier|typescript) \d/m);
  });

  it('leaves the package.json of the repository as it is, and is made in one way alone', async () => {
    expect(await readFile(ofRepository('package.json'), 'utf8')).toBe(before);
    await expect(npm(['pack', '--dry-run'], ofRepository(''))).rejects.toMatchObject({
      stderr: expect.stringContaining('run `npm run package` instead') as string,
    });
    const { stdout } = await npm(['run', 'package', '--', '--dry-run'], ofRepository(''));
    expect(stdout).toContain(`${packageJson.name}-${packageJson.version}.tgz`);
  });

  it('can be executed, and is small', () => {
    for (const name of Object.values(packageJson.bin)) {
      expect((packed.files.find(({ path }) => path === name)?.mode ?? 0) & 0o111, name).not.toBe(0);
    }
    expect(packed.files.length).toBeLessThan(550);
    expect(packed.size).toBeLessThan(2.5 * 2 ** 20);
  });
});
