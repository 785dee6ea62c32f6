import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

/** What the lockfile says about a package; the key is its place below `node_modules/`, the empty one is the project. */
interface LockedPackage {
  readonly version?: string;
  readonly hasInstallScript?: boolean;
  readonly deprecated?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const root = join(import.meta.dirname, '../..');
const { packages } = read('package-lock.json') as { readonly packages: Readonly<Record<string, LockedPackage>> };
const project = read('package.json') as {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly allowScripts: Readonly<Record<string, boolean>>;
};

describe('dependencies', () => {
  it('are pinned to exact versions', () => {
    const versions = Object.entries({ ...project.dependencies, ...project.devDependencies });
    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });

  it('run no script when they are installed, and npm does not ask about one', () => {
    const scripted = Object.keys(packages).filter((path) => packages[path]?.hasInstallScript);
    const asked = scripted.map(nameOf).filter((name) => project.allowScripts[name] !== false);
    expect(asked).toEqual([]);
    expect(Object.keys(project.allowScripts).filter((name) => !scripted.map(nameOf).includes(name))).toEqual([]);
  });

  it('are none that npm warns of', () => {
    expect(Object.keys(packages).filter((path) => packages[path]?.deprecated !== undefined)).toEqual([]);
  });

  it('are locked for every kind of machine', () => {
    const wanted = Object.values(packages).flatMap(({ optionalDependencies = {} }) =>
      Object.keys(optionalDependencies),
    );
    expect(wanted.length).toBeGreaterThan(20);
    const locked = new Set(Object.keys(packages).map(nameOf));
    expect(wanted.filter((name) => !locked.has(name))).toEqual([]);
  });
});

function nameOf(path: string): string {
  return path.replace(/^.*node_modules\//, '');
}

function read(file: string): unknown {
  return JSON.parse(readFileSync(join(root, file), 'utf8'));
}
