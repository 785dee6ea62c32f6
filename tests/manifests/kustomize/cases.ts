import { spawnSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { temporaryFolder } from '../../support/folders.ts';

/** A folder with a kustomization, made to be awkward. */
export interface KustomizeCase {
  readonly name: string;
  /** Texts by path. */
  readonly files: Readonly<Record<string, string>>;
  /** The folder to build. */
  readonly folder: string;
  /** A part of what is told of it, with its place first. */
  readonly told: string | undefined;
}

/** What kustomize makes of a case: the objects, or why there are none. */
export type Recorded = { readonly objects: readonly unknown[] } | { readonly error: string };

const FOLDER = join(import.meta.dirname, 'cases');

/** What the real program made of the cases: `tests/tools/kustomize.test.ts` compares it anew, and writes it with `-u`. */
export const RECORDED = join(FOLDER, 'recorded.json');

interface Written {
  readonly with?: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
  readonly kustomization?: string;
  readonly at?: string;
  readonly told?: string;
}

/** All cases of the folder `cases`. */
export async function kustomizeCases(): Promise<KustomizeCase[]> {
  const read = async (name: string): Promise<unknown> => parse(await readFile(join(FOLDER, name), 'utf8'));
  const shared = (await read('shared.yaml')) as Readonly<Record<string, string>>;
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.yaml') && name !== 'shared.yaml').sort();
  const groups = await Promise.all(names.map(async (name) => (await read(name)) as Readonly<Record<string, Written>>));
  return groups.flatMap((group) =>
    Object.entries(group).map(([name, written]) => ({
      name,
      files: {
        ...Object.fromEntries((written.with ?? []).map((file) => [file, shared[file] ?? ''])),
        ...written.files,
        ...(written.kustomization === undefined ? {} : { 'kustomization.yaml': written.kustomization }),
      },
      folder: written.at ?? '.',
      told: written.told,
    })),
  );
}

/** What the real program makes of a case. */
export async function runKustomize(program: string, { files, folder }: KustomizeCase): Promise<Recorded> {
  const root = await temporaryFolder(files);
  const { status, stdout, stderr, error } = spawnSync(program, ['build', join(root, folder)], { encoding: 'utf8' });
  if (error !== undefined) throw error;
  // Addresses in memory differ from run to run.
  if (status !== 0)
    return {
      error:
        stderr
          .replaceAll(root, '')
          .replace(/0x[0-9a-f]+/g, '0x')
          .trim()
          .split('\n')[0] ?? '',
    };
  return {
    objects: parseAllDocuments(stdout).flatMap((document) =>
      document.contents === null ? [] : [document.toJS() as unknown],
    ),
  };
}
