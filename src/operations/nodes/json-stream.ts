import { failure } from '../../report/finding.ts';

/**
 * The values of a text that holds JSON objects one after the other, as `talosctl … -o json` prints them; a single array of them
 * is taken apart as well.
 *
 * @param file - the name for findings
 * @throws Failure of kind `input` where the text is something else, or empty
 */
export function splitJson(text: string, file: string): unknown[] {
  const values = objectTexts(text).map((part) => parse(part, file));
  const rest = objectTexts(text).reduce((left, part) => left.replace(part, ''), text);
  if (values.length > 0 && /^[[\],\s]*$/.test(rest)) return values;
  throw notJson(file);
}

/** Parts of a text from an opening brace to the one that closes it. */
function objectTexts(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}]/g)) {
    if (token === '{' && depth++ === 0) start = index;
    if (token === '}' && depth > 0 && --depth === 0) parts.push(text.slice(start, index + 1));
  }
  return parts;
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw notJson(file, error);
  }
}

function notJson(file: string, cause?: unknown): Error {
  return failure(
    'input',
    {
      code: 'operations/hardware',
      message: 'JSON as talosctl prints it was expected, and is not here',
      place: { file },
      remedy: 'save the output of `talosctl get disks -o json`, and append that of links and addresses',
    },
    cause,
  );
}
