import type { Inputs, Output } from '../../makejinja/inputs.ts';
import { failure, type Failure } from '../../report/finding.ts';
import { suggestNearest } from '../../text/suggest.ts';
import type { Manifest } from '../../workspace/manifest.ts';

/**
 * The template or plain file behind a generated file.
 *
 * @throws Failure of kind `usage` for a path that nothing is generated to
 */
export function outputAt(path: string, inputs: Inputs, manifest: Manifest | undefined): Output {
  if (manifest?.adopted.includes(path) === true) {
    throw refuse(
      `${path} was adopted: it is yours, and no template makes it`,
      `give it back with \`cluster-template adopt --release ${path}\``,
    );
  }
  const output = inputs.outputs.get(path);
  if (output !== undefined) return output;
  if (manifest?.files.has(path) === true) {
    throw refuse(`${path} is no longer generated`, 'the next `cluster-template configure` removes it');
  }
  const near = suggestNearest(path, inputs.outputs.keys()) ?? sameName(path, inputs);
  throw refuse(
    `${path} is not a generated file`,
    near === undefined ? 'list them with `cluster-template plan --all`' : `did you mean ${near}?`,
  );
}

/** Throws a Failure of kind `usage` for a line that the text does not have. */
export function requireLine(path: string, line: number, count: number): void {
  if (line <= count) return;
  const lines = count === 1 ? '1 line' : `${String(count)} lines`;
  throw refuse(`${path} has ${lines}, so there is no line ${String(line)}`, `give a line from 1 to ${String(count)}`);
}

/** The template gives nothing but white space, so that no file is written. */
export function rendersNothing(path: string, source: string): Failure {
  return refuse(`${path} is not generated: its template ${source} renders to nothing with this configuration`);
}

/** A file is often asked for by the end of its path. */
function sameName(path: string, { outputs }: Inputs): string | undefined {
  const found = [...outputs.keys()].filter((one) => one.endsWith(`/${path}`));
  return found.length === 1 ? found[0] : undefined;
}

function refuse(message: string, remedy?: string): Failure {
  return failure('usage', { code: 'usage/argument', message, ...(remedy === undefined ? {} : { remedy }) });
}
