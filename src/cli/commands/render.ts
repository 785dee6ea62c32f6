import { resolve } from 'node:path';
import { isSecretPath } from '../../sops/rules.ts';
import type { RenderedFile } from '../../makejinja/render.ts';
import { renderOnly } from '../../pipeline/render-only.ts';
import { failure } from '../../report/finding.ts';
import { below, writeDisposableFile } from '../../system/writing.ts';
import { print, printResult } from '../../system/terminal.ts';
import { EXIT } from '../exit-codes.ts';
import { count, printFindingsOfChange, printJson } from '../output.ts';
import { pathsInside, rootOf, type RootOptions } from '../root.ts';

/** `cluster-template render`; gives back the exit code. */
export async function runRender(file: string | undefined, options: RootOptions & { output?: string }): Promise<number> {
  const root = await rootOf(options);
  if ((file === undefined) === (options.output === undefined)) {
    throw failure('usage', { code: 'usage/argument', message: 'render takes either a file or --output <folder>' });
  }
  const { files, findings } = await renderOnly(root);
  printFindingsOfChange(findings, options);
  if (file !== undefined) {
    const [path = file] = await pathsInside(root.path, [file]);
    showFile(path, textOf(path, files), options);
  } else await writeAll(resolve(options.output ?? ''), files, options.json === true);
  return EXIT.done;
}

function showFile(file: string, text: string, { json }: RootOptions): void {
  if (json === true) printJson({ status: 'done', file, text });
  else printResult(text);
}

function textOf(path: string, files: readonly RenderedFile[]): string {
  const found = files.find((file) => file.path === path);
  if (found === undefined) {
    const message = `no template renders ${path}`;
    throw failure('usage', {
      code: 'usage/argument',
      message,
      remedy: 'list the results with `cluster-template plan --all`',
    });
  }
  if (isSecretPath(path)) {
    const message = `${path} is a secret: it is only ever written encrypted`;
    throw failure('usage', {
      code: 'usage/argument',
      message,
      remedy: 'run `cluster-template configure`, then `sops decrypt`',
    });
  }
  return found.bytes.toString('utf8');
}

async function writeAll(folder: string, files: readonly RenderedFile[], json: boolean): Promise<void> {
  const plain = files.filter(({ path }) => !isSecretPath(path));
  await Promise.all(plain.map(({ path, bytes, mode }) => writeDisposableFile(below(folder, path), bytes, mode)));
  const secrets = files.length - plain.length;
  if (json) printJson({ status: 'done', files: plain.map(({ path }) => path), secretsLeftOut: secrets });
  else print(`${count(plain.length, 'file')} written to ${folder}; ${count(secrets, 'secret')} left out\n`);
}
