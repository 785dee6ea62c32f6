import { AREAS, stateOf, type Area, type Check } from '../../operations/repository/configuration.ts';
import { examineCluster } from '../../operations/doctor/doctor.ts';
import { checkStaged } from '../../operations/doctor/leaks.ts';
import { openPrograms } from '../../operations/programs/programs.ts';
import { failure } from '../../report/finding.ts';
import { suggestNearest } from '../../text/suggest.ts';
import { countFindings } from '../../report/text.ts';
import { print, printColoured } from '../../system/terminal.ts';
import { EXIT } from '../exit-codes.ts';
import { interruptible } from '../interrupt.ts';
import { findingsText, printFindings, printJson } from '../output.ts';
import { rootOf, type RootOptions } from '../root.ts';

/** Options of `doctor`. */
export interface DoctorCommandOptions extends RootOptions {
  readonly staged?: boolean;
}

/** `cluster-template doctor [AREA...]`; gives back the exit code: 1 where something is wrong. */
export async function runDoctor(names: readonly string[], options: DoctorCommandOptions): Promise<number> {
  const root = await rootOf(options);
  const areas = areasOf(names);
  return await interruptible(async (signal) => {
    const programs = openPrograms({ root, signal });
    if (options.staged === true) {
      const findings = await checkStaged(root);
      const isWrong = findings.some(({ severity }) => severity === 'error');
      if (options.json === true) printJson({ status: isWrong ? 'findings' : 'fine', findings });
      else printFindings(findings);
      return isWrong ? EXIT.findings : EXIT.done;
    }
    const checks = await examineCluster(root, { areas, programs });
    const isWrong = checks.some((check) => stateOf(check) === 'error');
    if (options.json === true) printJson({ status: isWrong ? 'findings' : 'fine', checks: checks.map(toJson) });
    else printChecks(checks);
    return isWrong ? EXIT.findings : EXIT.done;
  });
}

/** Asking DNS tells others which domain somebody is at work on. */
const ON_REQUEST: readonly Area[] = ['dns'];

function areasOf(names: readonly string[]): Area[] {
  const unknown = names.find((name) => !AREAS.includes(name as Area));
  if (unknown !== undefined) {
    const nearest = suggestNearest(unknown, AREAS);
    throw failure('usage', {
      code: 'usage/argument',
      message: `the doctor does not look at ${unknown}`,
      remedy: nearest === undefined ? `it looks at ${AREAS.join(', ')}` : `did you mean ${nearest}?`,
    });
  }
  return names.length === 0 ? AREAS.filter((area) => !ON_REQUEST.includes(area)) : (names as Area[]);
}

function toJson(check: Check): object {
  return { ...check, state: stateOf(check) };
}

function printChecks(checks: readonly Check[]): void {
  for (const area of AREAS) {
    const own = checks.filter((check) => check.area === area);
    if (own.length > 0) print(`${area}\n`);
    for (const check of own) {
      if (check.findings.length === 0) print(`  ok       ${check.subject}\n`);
      else printColoured(findingsText(check.findings, process.stdout, '  '));
    }
  }
  const counted = countFindings(checks.flatMap(({ findings }) => findings));
  print(counted === '' ? 'nothing is wrong\n' : `${counted}\n`);
}
