import { resolve } from 'node:path';
import { clusterRoot } from '../../cluster/root.ts';
import { findStagedLeaks, withLeaks } from '../../operations/doctor/leaks.ts';
import { checkStagedFiles } from '../../operations/secrets/check.ts';
import { lint, ruleTexts } from '../../pipeline/lint.ts';
import { failure, type Finding } from '../../report/finding.ts';
import { githubAnnotations, sarif } from '../../report/formats.ts';
import { countFindings } from '../../report/text.ts';
import { environment } from '../../system/environment.ts';
import { print, printError } from '../../system/terminal.ts';
import { EXIT } from '../exit-codes.ts';
import { count, printFindings, printJson } from '../output.ts';
import { anyRootOf } from '../root.ts';
import { VERSION } from '../../system/program.ts';

/** How findings are printed. */
export type Format = 'text' | 'json' | 'sarif' | 'github';

/** Options of `lint`. */
export interface LintCommandOptions {
  readonly profile?: string;
  readonly fix?: boolean;
  readonly staged?: boolean;
  readonly changedSince?: string;
  /** A folder, or true for all apps. */
  readonly like?: string | true;
  readonly format?: Format;
  readonly json?: boolean;
}

/** `cluster-template lint [DIR]`; gives back the exit code: 1 where a finding is an error. */
export async function runLint(folder: string | undefined, options: LintCommandOptions): Promise<number> {
  const around = await anyRootOf(folder, {});
  // A part of a repository may be named, and is looked at by itself.
  const root = folder === undefined ? around.path : resolve(folder);
  const { profile, fix = false, changedSince, staged = false, like } = options;
  if (staged && (fix || changedSince !== undefined)) {
    const message = 'what is staged is looked at as it is: --staged goes with neither --fix nor --changed-since';
    throw failure('usage', { code: 'usage/argument', message });
  }
  const { fixed, left, ...result } = await lint(root, {
    ...(profile === undefined ? {} : { profile }),
    ...(changedSince === undefined ? {} : { changedSince }),
    ...(like === undefined ? {} : { like }),
    fix,
    staged,
  });
  const findings = staged ? await withStaged(result.findings, root) : result.findings;
  const { files } = result;
  const format = options.json === true ? 'json' : (options.format ?? 'text');
  printInFormat(format, findings, { files, fixed, profile: result.profile });
  if (format === 'text') {
    if (fix && left.length > 0) {
      print(`${count(left.length, 'generated file')} left as they are: mend the templates that the findings name\n`);
    }
    const found = countFindings(findings);
    const mended = fixed.length === 0 ? '' : `, ${count(fixed.length, 'file')} mended`;
    print(
      `${count(files, 'file')} checked by the profile ${result.profile}${mended}${found === '' ? '' : `: ${found}`}\n`,
    );
  } else if (fixed.length > 0) printError(`${count(fixed.length, 'file')} mended\n`);
  return findings.some(({ severity }) => severity === 'error') ? EXIT.findings : EXIT.done;
}

/** With what is staged in plain text, and what is wrong with staged files that are encrypted. */
async function withStaged(findings: readonly Finding[], root: string): Promise<readonly Finding[]> {
  const { GIT_INDEX_FILE: index } = environment();
  const told = withLeaks(findings, await findStagedLeaks(clusterRoot(root)));
  const files = new Set(told.map(({ place }) => place?.file));
  const more = await checkStagedFiles(clusterRoot(root), index === undefined ? undefined : resolve(index));
  // What is plain is told already.
  return [...told, ...more.filter(({ place }) => !files.has(place?.file))];
}

/** Prints findings for people or for a program; as text they go to standard error, else to standard output. */
export function printInFormat(format: Format, findings: readonly Finding[], facts: object): void {
  if (format === 'text') printFindings(findings);
  else if (format === 'github') print(githubAnnotations(findings));
  else if (format === 'sarif')
    printJson(sarif(findings, { name: 'cluster-template', version: VERSION, rules: ruleTexts() }));
  else {
    const isFine = findings.every(({ severity }) => severity !== 'error');
    printJson({ status: isFine ? 'fine' : 'findings', ...facts, findings });
  }
}
