import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { placeOf } from '../../../src/manifests/written.ts';
import { buildFolder } from '../../../src/manifests/kustomize/build.ts';
import type { BuildProblem } from '../../../src/manifests/kustomize/problems.ts';
import { readTree } from '../../../src/manifests/tree.ts';
import { manifestFilesOf } from '../support.ts';
import { kustomizeCases, type Recorded, RECORDED } from './cases.ts';

const recorded = JSON.parse(await readFile(RECORDED, 'utf8')) as Readonly<Record<string, Recorded>>;
const cases = await kustomizeCases();

describe('buildFolder and what kustomize made of', () => {
  it.each(cases.map((one) => [one.name, one] as const))('%s', (name, { files, folder, told }) => {
    const { tree } = readTree(manifestFilesOf(files));
    const { objects, problems } = buildFolder(tree, folder, { asCommand: true });
    const expected = recorded[name];
    if (expected === undefined) throw new Error(`${name} is not recorded`);
    const refused = problems.filter(({ kind }) => kind !== 'patch-target' && kind !== 'not-read').map(textOf);
    if ('objects' in expected) {
      expect(refused).toEqual([]);
      expect(objects.map(({ fields }) => fields)).toEqual(expected.objects);
    } else expect(refused.length, expected.error).toBeGreaterThan(0);
    if (told !== undefined) expect(problems.map(textOf).join('\n')).toContain(told);
    else expect('error' in expected, 'an error needs what is told of it').toBe(false);
  });
});

function textOf(problem: BuildProblem): string {
  const { file = '', line = 0, column = 0 } = placeOf(problem.document, problem.path).place ?? {};
  const what = problem.kind === 'refused' ? problem.message : `${problem.kind} ${problem.target}`;
  return `${file}:${String(line)}:${String(column)} ${what}`;
}
