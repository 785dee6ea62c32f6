import { explain, explainKey, keyAtLine } from '../../pipeline/explain.ts';
import type { KeyExplanation } from '../../pipeline/explain/uses.ts';
import { FINDING_CODES, REMEDIES, type ListedCode } from '../../report/codes.ts';
import { failure } from '../../report/finding.ts';
import { wrapWords } from '../../report/text.ts';
import { print } from '../../system/terminal.ts';
import type { RuleExplanation } from '../../pipeline/lint.ts';
import { EXIT } from '../exit-codes.ts';
import { formatExplanation, formatKeyExplanation } from '../explain-output.ts';
import { worded } from '../invocation.ts';
import { printJson } from '../output.ts';
import { pathsInside, rootOf, type RootOptions } from '../root.ts';

/** `cluster-template explain PLACE`: of a generated file, a key of the configuration or a code; gives back the exit code. */
export async function runExplain(place: string, options: RootOptions): Promise<number> {
  if (isCode(place)) return explainCode(place, options);
  const rule = /^[a-z]+\/[a-z-]+$/.test(place) ? await ruleNamed(place) : undefined;
  if (rule !== undefined) return explainRule(place, rule, options);
  const root = await rootOf(options);
  // A key holds neither slash nor file name; whatever else is typed is taken for a path, which is told by its neighbours.
  if (/^\w+(?:\[[\d*]+\])?(?:\.\w+)?$/.test(place) && !/\.(?:ya?ml|md|json)$/.test(place)) {
    return showKey(await explainKey(root, place), options);
  }
  const { file, line } = parsePlace(place);
  const [path = file] = await pathsInside(root.path, [file]);
  const key = await keyAtLine(root, path, line);
  if (key !== undefined) return showKey(await explainKey(root, key), options);
  const explanation = await explain(root, path, line);
  if (options.json === true) printJson({ status: 'done', ...explanation });
  else print(formatExplanation(explanation));
  return EXIT.done;
}

function showKey(explanation: KeyExplanation, { json }: RootOptions): number {
  if (json === true) printJson({ status: 'done', ...explanation });
  else print(formatKeyExplanation(explanation));
  return EXIT.done;
}

function isCode(text: string): text is ListedCode {
  return Object.hasOwn(FINDING_CODES, text);
}

/** A code needs no repository: it means the same everywhere. */
function explainCode(code: ListedCode, { json }: RootOptions): number {
  const [meaning, remedy] = [FINDING_CODES[code], REMEDIES[code]];
  if (json === true) printJson({ status: 'done', code, meaning, remedy });
  else
    print(
      `${[code, '', `  ${meaning}`, `  = ${worded(remedy)}`].map((line) => wrapWords(line, 80, '    ')).join('\n')}\n`,
    );
  return EXIT.done;
}

/** Rules are loaded where something may be one. */
async function ruleNamed(id: string): Promise<RuleExplanation | undefined> {
  const { ruleText } = await import('../../pipeline/lint.ts');
  return ruleText(id);
}

function explainRule(code: string, { description, rationale, source }: RuleExplanation, { json }: RootOptions): number {
  if (json === true) printJson({ status: 'done', code, meaning: description, rationale, source });
  else
    print(
      `${[code, '', `  ${description}`, `  ${rationale}`, `  ${source}`].map((line) => wrapWords(line, 80, '  ')).join('\n')}\n`,
    );
  return EXIT.done;
}

/** `talos/talconfig.yaml:12`; a column behind it, as editors and compilers write it, is passed over. */
function parsePlace(place: string): { file: string; line: number | undefined } {
  const [, file = place, number] = /^(.+?)(?::(\d+))?(?::\d+)?$/.exec(place) ?? [];
  const line = number === undefined ? undefined : Number(number);
  if (line !== 0) return { file, line };
  throw failure('usage', { code: 'usage/argument', message: 'lines count from 1', remedy: `write ${file}:1` });
}
