import { validate } from '../../pipeline/validate.ts';
import { countFindings } from '../../report/text.ts';
import { print } from '../../system/terminal.ts';
import { EXIT } from '../exit-codes.ts';
import { count, printFindingsBriefly, printJson } from '../output.ts';
import { rootOf, type RootOptions } from '../root.ts';

/** `cluster-template validate`; gives back the exit code. */
export async function runValidate(options: RootOptions): Promise<number> {
  const { findings, files, objects } = await validate(await rootOf(options));
  const isValid = findings.every(({ severity }) => severity !== 'error');
  if (options.json === true) printJson({ status: isValid ? 'valid' : 'invalid', files, objects, findings });
  else {
    const found = countFindings(printFindingsBriefly(findings, options));
    print(
      `${count(files, 'file')} checked, ${count(objects, 'object')} by schema${found === '' ? '' : `: ${found}`}\n`,
    );
  }
  return isValid ? EXIT.done : EXIT.findings;
}
