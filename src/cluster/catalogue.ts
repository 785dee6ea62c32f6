import { createHash } from 'node:crypto';
import { isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import { failure, type Failure } from '../report/finding.ts';
import made from './config/generated/catalogue.json' with { type: 'json' };

/** An optional part of the template, as its entry.yaml has it; the fields of cluster.yaml that it brings are in the schema. */
export interface Entry {
  readonly name: string;
  /** Where its templates lie, relative to an input: `kubernetes/apps/volsync-system/volsync`. */
  readonly folder: string;
  /** SHA-256 of the text of its entry.yaml. */
  readonly hash: string;
  /** The expression that decides whether it is rendered. */
  readonly when: string;
  /** The entry that it is a part of: that one has the title and the fields. */
  readonly part_of?: string;
  readonly title?: string;
  readonly purpose?: string;
  readonly category?: string;
  /** Names of the entries that it takes. */
  readonly needs: readonly string[];
  /** The fields that switch it on when they are true or set; none where more decides. */
  readonly switch: readonly string[];
  readonly fields: readonly string[];
  readonly notes?: string;
}

/** The entries of the template, parts among them, in the order of the catalogue. */
export const ENTRIES: readonly Entry[] = made;

/** Those that have a title of their own. */
export const CATALOGUE = ENTRIES.filter(
  (entry): entry is Entry & { title: string; purpose: string; category: string } => entry.title !== undefined,
);

/** A file of an input, as far as it matters here. */
interface LayerFile {
  readonly name: string;
  readonly source: string;
  readonly bytes: Uint8Array;
}

/** The files of the inputs of the renderer, the input that wins first. */
export interface Layer {
  readonly path: string;
  readonly files: readonly LayerFile[];
}

/** A folder with a condition: what lies below is rendered where it holds. */
export interface Condition {
  readonly folder: string;
  readonly when: string;
  /** Its entry.yaml, as messages show it. */
  readonly source: string;
}

const FILE = 'entry.yaml';

/**
 * The conditions of all entries: those of the template and the user's own. Where several inputs have the same entry, the first counts.
 *
 * @throws Failure where an entry.yaml of the user's is wrong
 */
export function conditionsOf(layers: readonly Layer[]): Condition[] {
  const known = new Map(ENTRIES.map(({ hash, when }) => [hash, when]));
  const found = new Map<string, Condition>();
  for (const { files } of layers) {
    const names = new Set(files.map(({ name }) => name));
    for (const { name, source, bytes } of files) {
      if (!name.startsWith('kubernetes/') || !name.endsWith(`/${FILE}`)) continue;
      const folder = name.slice(0, -FILE.length - 1);
      if (found.has(folder)) continue;
      const when = known.get(createHash('sha256').update(bytes).digest('hex'));
      const isApp = ['ks.yaml.j2', 'ks.yaml'].some((one) => names.has(`${folder}/${one}`));
      const condition = when ?? readCondition(source, bytes, isApp);
      if (condition !== undefined) found.set(folder, { folder, source, when: condition });
    }
  }
  return [...found.values()];
}

/** A file of this name without a condition is a plain file, unless it stands beside the Kustomization of an app. */
function readCondition(source: string, bytes: Uint8Array, isApp: boolean): string | undefined {
  const lines = new LineCounter();
  const document = parseDocument(Buffer.from(bytes).toString('utf8'), { lineCounter: lines });
  const pair = isMap(document.contents)
    ? document.contents.items.find(({ key }) => isScalar(key) && key.value === 'when')
    : undefined;
  const value: unknown = pair?.value;
  const { line } = lines.linePos(isNode(value) ? (value.range?.[0] ?? 0) : 0);
  const [mistake] = document.errors;
  if (mistake === undefined && isScalar(value) && ['string', 'boolean'].includes(typeof value.value)) {
    return String(value.value);
  }
  if (!isApp && pair === undefined) return undefined;
  throw wrongEntry(source, mistake === undefined ? line : lines.linePos(mistake.pos[0]).line, mistake?.message);
}

function wrongEntry(file: string, line: number, mistake: string | undefined): Failure {
  const [words = ''] = mistake?.split('\n') ?? [];
  return failure('input', {
    code: 'render/entry',
    message: mistake === undefined ? 'the entry does not say when its app is rendered' : words,
    place: { file, line },
    remedy: 'write the condition as an expression of templates, for example `when: spegel_enabled`',
  });
}

/** What the conditions make of the inputs. */
export interface Selection {
  /** The folders whose condition holds. */
  readonly on: ReadonlySet<string>;
  /** Whether a file may become output, by its path as messages show it. */
  readonly wants: (source: string) => boolean;
  /** The apps of each namespace by name, of those among the paths of the result that the template or an entry brings. */
  readonly appsAmong: (outputs: Iterable<string>) => ReadonlyMap<string, readonly string[]>;
}

/**
 * Leaves out what lies below a folder whose condition does not hold, in every input: only an app that the user wrote there himself, with its
 * own Kustomization, stays. The kustomization of a namespace of the template goes where none of its apps is left.
 *
 * @param holds - whether the condition of a folder holds
 */
export function selectEntries(
  layers: readonly Layer[],
  conditions: readonly Condition[],
  holds: (folder: string) => boolean,
): Selection {
  const conditional = new Set(conditions.map(({ folder }) => folder));
  const on = new Set([...conditional].filter(holds));
  const off = conditions.filter(({ folder }) => !on.has(folder));
  const template = layers.find(({ path }) => /(?:^|\/)templates\/config\/*$/.test(path)) ?? layers.at(-1);
  const ofTemplate = new Set(template?.files.map(({ name }) => name));
  const isOfTemplate = (app: string): boolean =>
    [`${app}/ks.yaml.j2`, `${app}/ks.yaml`].some((one) => ofTemplate.has(one));
  const unwanted = new Set(conditions.map(({ source }) => source));
  for (const layer of layers) {
    const sources = new Set(layer.files.map(({ source }) => source));
    const gone = off.filter(({ folder, source }) => sources.has(source) || !isOwnApp(layer, folder));
    const isGone = isBelowOneOf(new Set(gone.map(({ folder }) => folder)));
    for (const { name, source } of layer.files) if (isGone(name)) unwanted.add(source);
  }
  for (const { name, source } of template?.files ?? []) {
    const namespace = /^(kubernetes\/apps\/[^/]+)\/kustomization\.yaml(?:\.j2)?$/.exec(name)?.[1];
    if (namespace === undefined) continue;
    const apps = new Set(
      [...conditional, ...appFolders(ofTemplate)].filter((folder) => folder.startsWith(`${namespace}/`)),
    );
    if (apps.size > 0 && [...apps].every((app) => conditional.has(app) && !on.has(app))) unwanted.add(source);
  }
  const isListed = (app: string): boolean => (conditional.has(app) ? on.has(app) : isOfTemplate(app));
  return {
    on,
    wants: (source) => !unwanted.has(source),
    appsAmong: (outputs) => {
      const apps = new Map<string, string[]>();
      for (const folder of appFolders(outputs).filter(isListed).sort()) {
        const [, , namespace = '', app = ''] = folder.split('/');
        apps.set(namespace, [...(apps.get(namespace) ?? []), app]);
      }
      return apps;
    },
  };
}

/** Whether a path lies below one of some folders. */
function isBelowOneOf(folders: ReadonlySet<string>): (path: string) => boolean {
  return (path) => {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1))
      if (folders.has(path.slice(0, end))) return true;
    return false;
  };
}

/** Folders of apps among the names of files. */
function appFolders(names: Iterable<string>): string[] {
  return Array.from(names).flatMap(
    (name) => /^(kubernetes\/apps\/[^/]+\/[^/]+)\/ks\.yaml(?:\.j2)?$/.exec(name)?.[1] ?? [],
  );
}

/** Whether an input brings all of an app: what Flux is told of it, and what that applies. */
function isOwnApp({ files }: Layer, folder: string): boolean {
  const below = files.flatMap(({ name }) => (name.startsWith(`${folder}/`) ? [name.slice(folder.length + 1)] : []));
  return (
    below.some((name) => /^ks\.yaml(?:\.j2)?$/.test(name)) &&
    below.some((name) => /\/kustomization\.yaml(?:\.j2)?$/.test(name))
  );
}
