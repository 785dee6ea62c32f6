import { dirname, resolve } from 'node:path';
import { createRepository } from '../../operations/template/create.ts';
import { print } from '../../system/terminal.ts';
import { realPathSync } from '../../system/tree.ts';
import { EXIT } from '../exit-codes.ts';
import { interruptible } from '../interrupt.ts';
import { count, printJson } from '../output.ts';
import { GENERATOR } from '../root.ts';

/** Options of `create`. */
export interface CreateCommandOptions {
  readonly dependency?: string;
  readonly git?: boolean;
  readonly json?: boolean;
}

/** `cluster-template create DIR`; gives back the exit code. */
export async function runCreate(folder: string, options: CreateCommandOptions): Promise<number> {
  const packageFolder = dirname(dirname(realPathSync(process.argv[1] ?? '')));
  const { dependency, git, json } = options;
  const created = await interruptible(() =>
    createRepository(resolve(folder), {
      generator: GENERATOR,
      packageFolder,
      cwd: process.cwd(),
      ...(dependency === undefined ? {} : { dependency }),
      ...(git === undefined ? {} : { git }),
    }),
  );
  if (json === true) printJson({ status: 'done', ...created });
  else {
    print(created.files.map((path) => `${path}\n`).join(''));
    print(`${count(created.files.length, 'file')} written to ${folder}${created.git ? ', a git repository' : ''}\n\n`);
    print(NEXT.replace('FOLDER', folder));
  }
  return EXIT.done;
}

const NEXT = `Next:
  cd FOLDER
  npm install
  edit cluster.yaml and nodes.yaml
  npx cluster-template configure
`;
