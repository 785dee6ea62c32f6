import type { ManifestFile } from '../manifests/document.ts';
import { fluxTree, fluxTrees, type FluxTree } from '../manifests/flux/tree.ts';
import type { SchemaChecker } from '../manifests/schemas.ts';
import { type ManifestTree, type ParsedTexts, readTree } from '../manifests/tree.ts';
import { type Finding, inOrder } from '../report/finding.ts';
import { checkAgeKey, checkBootstrap } from './bootstrap.ts';
import {
  checkDecryption,
  checkDecryptionKeys,
  checkDependencies,
  checkFluxFolders,
  checkCharts,
  checkReplacedDefaults,
  checkSubstitutions,
  noteUnread,
} from './flux.ts';
import { checkKustomizations, checkOrphans } from './kustomizations.ts';
import { checkDuplicates, checkEmptyValues, checkNamespaces, checkReferences } from './objects.ts';
import { checkRoutes } from './routes.ts';
import { type ChartCoverage, type ChartStore, checkChartValues } from './charts.ts';
import { checkSchemas, type SchemaCoverage } from './schemas.ts';
import { checkTalconfig, checkTalosPatches, checkVersions } from './talos.ts';

/** What all gates together say of a tree. */
interface GateReport {
  readonly findings: readonly Finding[];
  /** How many objects were checked by a schema. */
  readonly coverage: SchemaCoverage;
  /** How many HelmReleases were checked by the schema of their chart. */
  readonly charts: ChartCoverage;
  /** Hashes of the objects that fit their schemas, to be known the next time. */
  readonly fitting: readonly string[];
  /** What was looked at, for further checks. */
  readonly tree: ManifestTree;
  readonly flux: FluxTree;
  readonly clusters: readonly FluxTree[];
  /** Findings in the user's own files that this run is to blame for. */
  readonly madeHere: ReadonlySet<Finding>;
}

/** What the gates keep for the next of several trees. */
interface GateMemory {
  readonly texts: ParsedTexts;
  readonly schemas: SchemaChecker;
  /** Absent where no chart is looked for. */
  readonly charts?: ChartStore;
  /** Hashes of objects that fit their schemas. */
  readonly passed: ReadonlySet<string>;
}

/** A memory with the objects that are known to fit their schemas and the texts that need not be read. */
export function gateMemory(
  schemas: SchemaChecker,
  passed: Iterable<string> = [],
  texts: ParsedTexts = new Map(),
): GateMemory {
  return { texts, schemas, passed: new Set(passed) };
}

/** A repository that is not rendered here. */
interface OtherRepository {
  /** Folders at which Flux begins; those that the repository tells where there are none. */
  readonly paths: readonly string[];
}

/**
 * Runs every gate on the files of a tree.
 *
 * @param removed - files that earlier runs generated and this one does not
 * @param other - where the files are those of another repository than the one of this template
 */
export async function runGates(
  files: readonly ManifestFile[],
  memory: GateMemory,
  removed: ReadonlySet<string> = new Set(),
  other?: OtherRepository,
): Promise<GateReport> {
  const { findings, tree, flux, clusters, madeHere } =
    other === undefined ? checkManifests(files, memory.texts, removed) : checkRepository(files, memory.texts, other);
  const schemas = await checkSchemas(flux, memory.schemas, memory.passed);
  const values =
    memory.charts === undefined
      ? { findings: [], coverage: { checked: 0, releases: 0, without: [] } }
      : await checkChartValues(flux, memory.charts);
  return {
    findings: inOrder([...findings, ...schemas.findings, ...values.findings]),
    coverage: schemas.coverage,
    charts: values.coverage,
    fitting: schemas.fitting,
    tree,
    flux,
    clusters,
    madeHere: new Set(madeHere),
  };
}

/** What the gates found, and the objects that they looked at. */
interface ManifestCheck {
  readonly findings: readonly Finding[];
  readonly tree: ManifestTree;
  /** All clusters as one. */
  readonly flux: FluxTree;
  readonly madeHere: readonly Finding[];
  readonly clusters: readonly FluxTree[];
}

/**
 * Follows a whole tree the way Flux, the bootstrap and talhelper will, and finds what would fail there. Where a file is not
 * valid YAML nothing else is said, as everything that it defines would be missing.
 *
 * @param files - the rendered tree and what else lies in its folders
 * @param known - what was read of files in other trees, for a caller that checks many
 * @param removed - files that earlier runs generated and this one does not
 */
export function checkManifests(
  files: readonly ManifestFile[],
  known: ParsedTexts = new Map(),
  removed: ReadonlySet<string> = new Set(),
): ManifestCheck {
  const { tree, findings: broken } = readTree(files, known);
  // Elsewhere a file may be a template of another program.
  const findings = broken.filter(({ place }) => place?.file.startsWith('kubernetes/') === true);
  const flux = fluxTree(tree);
  const clusters = [flux];
  if (findings.some(({ severity }) => severity === 'error')) return { findings, tree, flux, clusters, madeHere: [] };
  const { findings: ofKustomizations, madeHere } = checkKustomizations(flux, removed);
  const found = [
    ...ofKustomizations,
    ...checkOrphans(tree, flux),
    ...checkCluster(tree, flux),
    ...checkDecryptionKeys(flux),
    ...checkBootstrap(tree),
    ...checkAgeKey(flux),
    ...checkTalconfig(tree),
    ...checkVersions(tree),
    ...checkTalosPatches(tree),
  ];
  return { findings: withoutRepeats([...findings, ...found]), tree, flux, clusters, madeHere };
}

/** As `checkManifests`, for a repository that this template did not render: what of it Flux reads, for each of its clusters. */
function checkRepository(
  files: readonly ManifestFile[],
  known: ParsedTexts,
  { paths }: OtherRepository,
): ManifestCheck {
  const { tree, findings: broken } = readTree(files, known);
  const clusters = fluxTrees(tree, paths);
  const used = new Set(clusters.flatMap((cluster) => [...cluster.used]));
  const findings = broken.filter(({ place }) => used.has(place?.file ?? ''));
  const flux = mergeTrees(tree, clusters);
  if (findings.length > 0) return { findings, tree, flux, clusters, madeHere: [] };
  const found = clusters.flatMap((cluster) => [
    ...checkKustomizations(cluster).findings,
    ...checkCluster(tree, cluster),
  ]);
  return { findings: withoutRepeats(found), tree, flux, clusters, madeHere: [] };
}

function mergeTrees(tree: ManifestTree, clusters: readonly FluxTree[]): FluxTree {
  return {
    root: clusters[0]?.root ?? fluxTree(tree).root,
    kustomizations: clusters.flatMap(({ kustomizations }) => kustomizations),
    // What a bootstrap applies by hand may be a template of another program.
    objects: clusters.flatMap(({ objects, used }) =>
      objects.filter(({ owner, document }) => owner !== undefined || used.has(document.file.path)),
    ),
    library: [],
    used: new Set(clusters.flatMap(({ used }) => [...used])),
    problems: clusters.flatMap(({ problems }) => problems),
    unread: clusters.flatMap(({ unread }) => unread),
    isMentioned: (name) => clusters.some(({ isMentioned }) => isMentioned(name)),
  };
}

/** What must hold for every cluster. */
function checkCluster(tree: ManifestTree, flux: FluxTree): Finding[] {
  return [
    ...checkFluxFolders(flux),
    ...noteUnread(flux),
    ...checkDependencies(flux),
    ...checkDecryption(flux),
    ...checkReferences(flux),
    ...checkRoutes(flux),
    ...checkNamespaces(flux),
    ...checkSubstitutions(flux),
    ...checkEmptyValues(tree, flux),
    ...checkCharts(flux),
    ...checkReplacedDefaults(flux),
    ...checkDuplicates(flux),
  ];
}

/** A component is part of every namespace: what is wrong in it is told once. */
function withoutRepeats(findings: readonly Finding[]): Finding[] {
  const seen = new Set<string>();
  return findings.filter(({ code, message, place }) => {
    const key = JSON.stringify([code, message, place]);
    return !seen.has(key) && seen.add(key);
  });
}
