import { checkManifests } from '../checks/manifests.ts';
import { type Finding, inOrder } from '../report/finding.ts';
import { checkSchemas } from '../checks/schemas.ts';
import type { ManifestFile } from '../manifests/document.ts';
import { schemaChecker, type SchemaChecker } from '../manifests/schemas.ts';
import type { ParsedTexts } from '../manifests/tree.ts';

/** What all gates together say of a tree. */
export interface GateReport {
  readonly findings: readonly Finding[];
  /** Objects that were checked by a schema. */
  readonly checked: number;
  /** Kinds in the tree without a schema, as `apiVersion/kind`. */
  readonly unknownKinds: readonly string[];
  /** Hashes of the objects that fit their schemas, to be known the next time. */
  readonly fitting: readonly string[];
}

/** What the gates keep for the next of several trees. */
export interface GateMemory {
  readonly texts: ParsedTexts;
  readonly schemas: SchemaChecker;
  /** Hashes of objects that fit their schemas. */
  readonly passed: ReadonlySet<string>;
}

/** A memory with nothing in it but the objects that are known to fit their schemas. */
export function gateMemory(passed: Iterable<string> = []): GateMemory {
  return { texts: new Map(), schemas: schemaChecker(), passed: new Set(passed) };
}

/**
 * Runs every gate on the files of a tree.
 *
 * @param removed - files that earlier runs generated and this one does not
 */
export async function runGates(
  files: readonly ManifestFile[],
  memory = gateMemory(),
  removed: ReadonlySet<string> = new Set(),
): Promise<GateReport> {
  const { findings, flux } = checkManifests(files, memory.texts, removed);
  const schemas = await checkSchemas(flux, memory.schemas, memory.passed);
  return {
    findings: inOrder([...findings, ...schemas.findings]),
    checked: schemas.checked,
    unknownKinds: schemas.unknownKinds,
    fitting: schemas.fitting,
  };
}
