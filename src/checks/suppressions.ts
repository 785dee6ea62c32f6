import type { ManifestFile } from '../manifests/document.ts';
import { FINDING_CODES } from '../report/codes.ts';
import { type Finding, inOrder } from '../report/finding.ts';
import { SourceText } from '../report/source.ts';
import { suggestNearest } from '../text/suggest.ts';

// `# cluster-template: ignore RULE[, RULE] -- reason` behind a line, or on a line of its own above it; with `ignore-file` for a whole file.

/** A comment that switches rules off. */
interface Suppression {
  readonly file: ManifestFile;
  readonly rules: readonly string[];
  /** The line that it is about; undefined for the whole file. */
  readonly line: number | undefined;
  readonly start: number;
  readonly end: number;
}

const COMMENT = /(?:#|\/\/|<!--)[ \t]*cluster-template:[ \t]*(.*?)[ \t]*(?:-->)?[ \t]*$/gm;
const FORM = /^(ignore(?:-file)?)[ \t]+([\w./-]+(?:[ \t]*,[ \t]*[\w./-]+)*)[ \t]+--[ \t]+(\S.*)$/;

/**
 * Leaves out the findings that a comment switches off, and tells of comments that give no reason, name no rule or switch off nothing.
 *
 * @param files - manifests
 * @param pages - further texts: their comments count too, but a page may show how one is written, so that nothing is told of them
 * @param rules - ids of all rules
 * @param asked - whether a code was looked for at all: else nobody knows whether its comments are needed
 */
export function suppress(
  findings: readonly Finding[],
  files: readonly ManifestFile[],
  {
    pages,
    rules,
    asked,
  }: {
    readonly pages: readonly ManifestFile[];
    readonly rules: readonly string[];
    readonly asked: (code: string) => boolean;
  },
): Finding[] {
  const told: Finding[] = [];
  const own = files.flatMap((file) => suppressionsIn(file, rules, told));
  const suppressions = [...own, ...pages.flatMap((file) => suppressionsIn(file, rules, []))];
  const used = new Set<string>();
  const left = findings.filter(({ code, place }) => {
    const fitting = suppressions.filter(
      ({ file, rules: named, line }) =>
        file.path === place?.file && named.includes(code) && (line === undefined || line === place.line),
    );
    for (const one of fitting) used.add(keyOf(one, code));
    return fitting.length === 0;
  });
  const unused = own.flatMap((one) =>
    one.rules
      .filter((rule) => asked(rule) && !used.has(keyOf(one, rule)))
      .map((rule) =>
        complain(one, 'lint/unused-suppression', 'warning', {
          message: `${rule} finds nothing ${one.line === undefined ? 'in this file' : 'on the line that this comment is about'}`,
          remedy: 'remove the comment',
        }),
      ),
  );
  return inOrder([...left, ...told, ...unused]);
}

function keyOf({ file, start }: Suppression, rule: string): string {
  return `${file.path}\n${String(start)}\n${rule}`;
}

function suppressionsIn(file: ManifestFile, rules: readonly string[], told: Finding[]): Suppression[] {
  if (!file.text.includes('cluster-template:')) return [];
  const source = new SourceText(file.path, file.text);
  return [...file.text.matchAll(COMMENT)].flatMap((match): Suppression[] => {
    const [whole, words = ''] = match;
    const [start, end] = [match.index, match.index + whole.length];
    if (!words.startsWith('ignore')) return [];
    const [, form, list, reason] = FORM.exec(words) ?? [];
    if (form === undefined || list === undefined || reason === undefined) {
      told.push(complain({ file, start, end }, 'lint/suppression', 'error', WITHOUT_REASON));
      return [];
    }
    const { line } = source.placeAt(start);
    const isAlone = /^[ \t]*$/.test(file.text.slice(file.text.lastIndexOf('\n', start - 1) + 1, start));
    const names = list.split(',').map((name) => name.trim());
    const known = names.filter((name) => {
      if (rules.includes(name) || Object.hasOwn(FINDING_CODES, name)) return true;
      const near = suggestNearest(name, rules);
      const remedy = near === undefined ? 'docs/rules.md lists all rules' : `did you mean ${near}?`;
      told.push(
        complain({ file, start, end }, 'lint/unknown-rule', 'error', { message: `there is no rule ${name}`, remedy }),
      );
      return false;
    });
    const about = isAlone ? nextLine(file.text, end, line) : line;
    return [{ file, rules: known, line: form === 'ignore-file' ? undefined : about, start, end }];
  });
}

const WITHOUT_REASON = {
  message: 'the comment does not say which rule it switches off and why, so it switches off none',
  remedy: 'write `# cluster-template: ignore RULE -- reason`',
};

/** The next line that is no comment: several of them may stand above one line. */
function nextLine(text: string, end: number, line: number): number {
  const rest = text.slice(end).split('\n').slice(1);
  const ahead = rest.findIndex((one) => !/^[ \t]*(?:#|\/\/|<!--|\r?$)/.test(one));
  return line + 1 + Math.max(0, ahead);
}

function complain(
  { file, start, end }: Pick<Suppression, 'file' | 'start' | 'end'>,
  code: Finding['code'],
  severity: Finding['severity'],
  what: { readonly message: string; readonly remedy: string },
): Finding {
  return { code, severity, ...what, ...new SourceText(file.path, file.text, () => file.isSecret).excerpt(start, end) };
}
