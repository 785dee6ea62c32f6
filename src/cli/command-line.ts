import { Command } from 'commander';
import type { Finish } from './exit-codes.ts';
import { registerApps } from './commands/app-register.ts';
import { registerBootstrap, registerNodes, registerReconcile, registerTalos } from './commands/machines-register.ts';
import { registerCatalogue, registerChecks, registerConfigure, registerLook } from './commands/configure-register.ts';
import { registerSetUp, registerTemplate, registerUpgrade } from './commands/set-up-register.ts';
import { registerSecrets } from './commands/secrets-register.ts';
import { arrangeHelp, registerHelp } from './help.ts';
import { print, printError } from '../system/terminal.ts';
import { VERSION } from '../system/program.ts';

/** In the order in which a user comes to them. */
const REGISTERS = [
  registerSetUp,
  registerUpgrade,
  registerConfigure,
  registerChecks,
  registerLook,
  registerApps,
  registerSecrets,
  registerCatalogue,
  registerBootstrap,
  registerNodes,
  registerTalos,
  registerReconcile,
  registerTemplate,
  registerHelp,
];

/**
 * The whole command line `cluster-template`; a command loads its code when it is called.
 *
 * @param finish - told the exit code of the command that ran
 * @param options.name - how the program is started, for its help
 * @param options.json - whether what was typed wrongly is told as JSON, by whoever called this
 */
export function commandLine(
  finish: Finish,
  { name = 'cluster-template', json = false }: { readonly name?: string; readonly json?: boolean } = {},
): Command {
  const program = new Command(name)
    .description('Renders a Talos Linux and Flux GitOps repository from cluster.yaml and nodes.yaml')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    // What it says of a mistake quotes what was typed.
    .configureOutput({ writeOut: print, writeErr: json ? () => undefined : printError })
    .exitOverride()
    .showHelpAfterError('(--help lists commands and options)');
  for (const register of REGISTERS) register(program, finish);
  arrangeHelp(program);
  return program;
}
