import { resolve } from 'node:path';
import { canonicalSchematic, readSchematic, type Schematic, schematicId } from '../../operations/nodes/schematic.ts';
import { failure } from '../../report/finding.ts';
import { readNamedTextIfPresent } from '../../system/files.ts';
import { print } from '../../system/terminal.ts';
import { EXIT } from '../exit-codes.ts';
import { printJson } from '../output.ts';
import type { RootOptions } from '../root.ts';

/** Options of `nodes schematic`. */
export interface SchematicCommandOptions extends RootOptions {
  readonly kernelArg?: readonly string[];
  readonly file?: string;
  readonly show?: boolean;
}

/** `cluster-template nodes schematic [EXTENSION...]`; gives back the exit code. */
export async function runSchematic(extensions: readonly string[], options: SchematicCommandOptions): Promise<number> {
  const schematic = await schematicOf(extensions, options);
  const id = schematicId(schematic);
  if (options.json === true) printJson({ id, schematic: canonicalSchematic(schematic) });
  else print(options.show === true ? `# ${id}\n${canonicalSchematic(schematic)}` : `${id}\n`);
  return EXIT.done;
}

async function schematicOf(
  extensions: readonly string[],
  { file, kernelArg = [] }: SchematicCommandOptions,
): Promise<Schematic> {
  if (file === undefined) return { extensions, kernelArguments: kernelArg };
  if (extensions.length > 0 || kernelArg.length > 0) {
    const message = '--file holds the whole schematic: extensions and kernel arguments cannot be given beside it';
    throw failure('usage', { code: 'usage/argument', message });
  }
  const text = await readNamedTextIfPresent(resolve(file));
  if (text !== undefined) return readSchematic(text, file);
  throw failure('usage', { code: 'usage/argument', message: `${file} does not exist` });
}
