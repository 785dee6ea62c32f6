import type { Command } from 'commander';
import type { CommandMaker, Finish } from '../command-maker.ts';
import type { RootOptions } from '../root.ts';

/** Adds the commands that look at the configuration and its rendering and write nothing into the tree. */
export function registerLook(program: Command, maker: CommandMaker, finish: Finish): void {
  maker
    .make(program, 'explain', 'tell which template and which configuration keys a generated file comes from')
    .argument('<file[:line]>', 'a generated file, or one line of it')
    .action(async (place: string, options: RootOptions) => {
      const { runExplain } = await import('./explain.ts');
      finish(await runExplain(place, options));
    });

  maker
    .make(program, 'render', 'render the templates into another folder, or one file to standard output')
    .argument('[file]', 'path of one result, such as talos/talconfig.yaml')
    .option(
      '-o, --output <folder>',
      'folder for the results; secrets are left out, as they are only ever written encrypted',
    )
    .action(async (file: string | undefined, options: RootOptions & { output?: string }) => {
      const { runRender } = await import('./render.ts');
      finish(await runRender(file, options));
    });

  maker
    .make(program, 'watch', 'show the plan again after every change of what it is made from, and write nothing')
    .action(async (options: RootOptions) => {
      const { runWatch } = await import('./watch.ts');
      finish(await runWatch(options));
    });
}
