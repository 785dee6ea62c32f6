import { parseAllDocuments } from 'yaml';

/** Why a text is no YAML, and where. */
export interface YamlMistake {
  /** Without an excerpt, which could show a secret. */
  readonly message: string;
  readonly line: number | undefined;
  readonly column: number | undefined;
}

/** The values of the documents of a text as Kubernetes reads them, null for one of comments alone; or why it is none. */
export function readYaml(text: string): readonly unknown[] | YamlMistake {
  try {
    // Merge keys are known.
    const parsed = [...parseAllDocuments(text, { merge: true, prettyErrors: true, logLevel: 'silent' })];
    const error = parsed.flatMap(({ errors }) => errors)[0];
    return error === undefined ? parsed.map((document): unknown => document.toJS()) : mistakeOf(error);
  } catch (error) {
    // Out of stack, or aliases that would unfold to more than anybody reads.
    if (error instanceof RangeError || error instanceof ReferenceError) return mistakeOf(error);
    throw error;
  }
}

function mistakeOf(error: {
  readonly message: string;
  readonly linePos?: readonly { line: number; col: number }[] | undefined;
}): YamlMistake {
  const position = error.linePos?.[0];
  // The message goes on with an excerpt.
  const words = error.message.startsWith('Maximum call stack') ? 'nested too deeply to be read' : error.message;
  const what = (words.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '').replace(/[.:]$/, '');
  return { message: what.charAt(0).toLowerCase() + what.slice(1), line: position?.line, column: position?.col };
}
