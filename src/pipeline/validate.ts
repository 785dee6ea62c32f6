import type { ClusterRoot } from '../cluster/root.ts';
import type { Finding } from '../report/finding.ts';
import { renderOnly } from './render-only.ts';
import { readManifest } from './state.ts';
import { gateMemory, runGates } from './validate-gates.ts';
import { manifestFiles, removedPaths } from './validate-tree.ts';

/** What a validation looked at and found. */
export interface ValidateResult {
  /** Warnings and errors of the configuration and the tree, and a note for every kind without a schema. */
  readonly findings: readonly Finding[];
  /** How many files were looked at. */
  readonly files: number;
  /** How many objects were checked by the schema of their kind. */
  readonly objects: number;
}

/**
 * Validates the configuration, renders the tree in memory and runs every gate on it, without looking into the cache of
 * earlier runs. Writes nothing.
 *
 * @throws Failure where the configuration is wrong or a template fails
 */
export async function validate(root: ClusterRoot): Promise<ValidateResult> {
  const manifest = await readManifest(root);
  const { files: rendered, findings } = await renderOnly(root);
  const files = await manifestFiles(root, rendered, manifest);
  const report = await runGates(files, gateMemory(), removedPaths(rendered, manifest));
  return {
    findings: [...findings, ...report.findings, ...report.unknownKinds.map(withoutSchema)],
    files: files.length,
    objects: report.checked,
  };
}

function withoutSchema(kind: string): Finding {
  return {
    code: 'manifests/no-schema',
    severity: 'note',
    message: `objects of the kind ${kind} were not checked: there is no schema of it`,
    together: { subject: kind, noun: 'kinds of objects', predicate: 'were not checked, as there is no schema of them' },
  };
}
