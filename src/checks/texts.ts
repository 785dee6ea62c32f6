import type { Finding } from '../report/finding.ts';
import { SourceText } from '../report/source.ts';

/** A rendered file as the checks see it. */
interface CheckedFile {
  readonly path: string;
  /** Where it came from, relative to the cluster's root. */
  readonly source: string;
  readonly text: string;
}

/** Finds carriage returns and missing final line breaks: the tree is UTF-8 text with LF, whoever rendered it. */
export function checkLineEndings(files: readonly CheckedFile[]): Finding[] {
  return files.flatMap((file): Finding[] => {
    const at = file.text.indexOf('\r');
    if (at !== -1) {
      const { line } = new SourceText(file.path, file.text).placeAt(at);
      return [
        lineEnding(file, `line ${String(line)} of ${file.path} holds a carriage return`, 'end its lines with LF only'),
      ];
    }
    if (file.text !== '' && !file.text.endsWith('\n')) {
      return [lineEnding(file, `${file.path} does not end with a line break`, 'end the template with a line break')];
    }
    return [];
  });
}

/** Finds files whose path is not inside one of the output roots. */
export function checkOutputRoots(
  files: readonly { readonly path: string; readonly source: string }[],
  isInside: (path: string) => boolean,
): Finding[] {
  return files
    .filter(({ path }) => !isInside(path))
    .map(({ path, source }) => ({
      code: 'render/outside-roots',
      severity: 'error',
      message: `the template would write ${path}, which is not a generated file`,
      place: { file: source },
      remedy: 'move it below kubernetes/, talos/ or bootstrap/, or exclude it in makejinja.toml',
    }));
}

function lineEnding(file: CheckedFile, message: string, remedy: string): Finding {
  return { code: 'render/line-ending', severity: 'error', message, place: { file: file.source }, remedy };
}
