import type { Command } from 'commander';
import { COMMAND_MAKER, type Finish } from './command-maker.ts';
import { registerNodes } from './commands/nodes-register.ts';
import { registerReconcile } from './commands/reconcile-register.ts';
import { registerTalos } from './commands/talos-register.ts';
import { registerTemplate } from './commands/template-register.ts';

/** Adds the commands for the days after the first one to the command line. */
export function registerDayTwo(program: Command, finish: Finish): void {
  for (const register of [registerNodes, registerTalos, registerReconcile, registerTemplate]) {
    register(program, COMMAND_MAKER, finish);
  }
}
