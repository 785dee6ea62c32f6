import type { ManifestDocument, ManifestFile } from '../manifests/document.ts';
import { type FluxTree, fluxTree } from '../manifests/flux/tree.ts';
import { type ManifestTree, readTree } from '../manifests/tree.ts';
import { spanOf } from '../manifests/written.ts';
import { type Finding, inOrder } from '../report/finding.ts';
import { SourceText } from '../report/source.ts';
import { textAt } from '../text/values.ts';
import type { Edit, Rule, RuleComplaint, RuleContext, RuleObject, Spot } from './rule.ts';
import type { Settings } from './settings.ts';

/** A finding of a rule with what would mend it for certain. */
export interface RuleFinding {
  readonly finding: Finding;
  readonly edits: readonly Edit[];
}

/**
 * What rules look at.
 *
 * @param files - manifests and whatever else is looked at
 * @param read - the tree and what Flux makes of it, where that was read already
 */
export function ruleContext(
  files: readonly ManifestFile[],
  read: { readonly tree: ManifestTree; readonly flux: FluxTree } = readAnew(files),
): RuleContext {
  return { ...read, objects: objectsOf(read.tree, read.flux), texts: files };
}

function readAnew(files: readonly ManifestFile[]): { tree: ManifestTree; flux: FluxTree } {
  const { tree } = readTree(files);
  return { tree, flux: fluxTree(tree) };
}

/** Everything that is applied, then what is written and nothing applies. */
function objectsOf(tree: ManifestTree, flux: FluxTree): RuleObject[] {
  const applied = flux.objects.map(({ fields, apiVersion, kind, namespace, document, owner, originOf }): RuleObject => {
    // Not as it is substituted: that may be a secret, and is nowhere to be found.
    const name = textAt(fields, 'metadata', 'name') ?? '';
    return { fields, apiVersion, kind, name, namespace, document, owner, spotOf: originOf };
  });
  const built = new Set(applied.map(({ document }) => document));
  const others = tree.documents.filter((document) => !built.has(document)).flatMap(asWritten);
  return [...applied, ...others];
}

function asWritten(document: ManifestDocument): RuleObject[] {
  const { fields } = document;
  const [apiVersion, kind] = [textAt(fields, 'apiVersion'), textAt(fields, 'kind')];
  if (apiVersion === undefined || kind === undefined) return [];
  const name = textAt(fields, 'metadata', 'name') ?? '';
  const namespace = textAt(fields, 'metadata', 'namespace');
  const spotOf: RuleObject['spotOf'] = (path) => ({ document, path });
  return [{ fields, apiVersion, kind, name, namespace, document, owner: undefined, spotOf }];
}

/** Asks the rules that the settings do not switch off; findings in the order of files and lines, each once. */
export function runRules(rules: readonly Rule[], context: RuleContext, settings: Settings): RuleFinding[] {
  const found = new Map<string, RuleFinding>();
  for (const rule of rules) {
    const { severity, options, isExcepted } = settings.of(rule.id);
    if (severity === undefined || severity === 'off') continue;
    for (const complaint of rule.check(context, options)) {
      const file = 'file' in complaint.at ? complaint.at.file : complaint.at.document.file;
      if (settings.isExcluded(file.path) || isExcepted(file.path)) continue;
      const finding: Finding = { code: rule.id, severity, ...toFinding(complaint, file) };
      // A component is part of every app that takes it.
      const key = JSON.stringify([finding.code, finding.message, finding.place]);
      if (!found.has(key)) found.set(key, { finding, edits: complaint.edits ?? [] });
    }
  }
  const byFinding = new Map([...found.values()].map((one) => [one.finding, one]));
  return inOrder([...byFinding.keys()]).flatMap((finding) => byFinding.get(finding) ?? []);
}

function toFinding({ at, message, remedy }: RuleComplaint, file: ManifestFile): Omit<Finding, 'code' | 'severity'> {
  const { start, end } = spanIn(at);
  const place = new SourceText(file.path, file.text, () => file.isSecret).excerpt(start, end);
  return { message, ...place, remedy: file.source === file.path ? remedy : `${remedy} (${file.source})` };
}

function spanIn(at: Spot): { readonly start: number; readonly end: number } {
  return 'file' in at ? at : spanOf(at.document, at.path, at.part);
}

/** What becomes of findings of checks that are no rules of `lint`: the settings hold for them as well. */
export function withSettings(findings: readonly Finding[], settings: Settings): Finding[] {
  return findings.flatMap((finding): Finding[] => {
    const { severity = finding.severity, isExcepted } = settings.of(finding.code);
    const path = finding.place?.file;
    if (severity === 'off') return [];
    if (path !== undefined && (settings.isExcluded(path) || isExcepted(path))) return [];
    return [severity === finding.severity ? finding : { ...finding, severity }];
  });
}

/**
 * The texts of files after all edits that do not meet another one: of two that do, the second is left for the next round.
 *
 * @returns by path, only of files that change
 */
export function applyEdits(edits: readonly Edit[]): Map<string, string> {
  const byFile = new Map<ManifestFile, Edit[]>();
  for (const edit of edits) byFile.set(edit.file, [...(byFile.get(edit.file) ?? []), edit]);
  const changed = new Map<string, string>();
  for (const [file, own] of byFile) {
    let [text, last] = ['', 0];
    for (const { start, end, text: inserted } of own.toSorted((one, other) => one.start - other.start)) {
      if (start < last) continue;
      text += file.text.slice(last, start) + inserted;
      last = end;
    }
    text += file.text.slice(last);
    if (text !== file.text) changed.set(file.path, text);
  }
  return changed;
}
