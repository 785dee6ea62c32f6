import type { ManifestDocument, ManifestFile } from '../manifests/document.ts';
import { placeOf } from '../manifests/written.ts';
import { failure, type Finding } from '../report/finding.ts';
import { formatPath, type Path, valueAt } from '../text/values.ts';
import type { Draft } from './draft.ts';
import { listedEntry, withEntry, withoutEntry } from './text/lists.ts';
import { withBlock, withKey, withMember, withScalars } from './text/members.ts';
import { parseAllDocuments } from 'yaml';
import { quotedWhereAlone } from './text/names.ts';
import { yamlWord } from '../text/yaml-plain.ts';

// What a command wants of a repository, and how it is done to the files that people write: manifests, or the templates of manifests.

/** One thing to be done, in terms of the manifests as Flux reads them. */
export type Edit =
  /** Moves a file, or everything below a folder. */
  | { readonly kind: 'move'; readonly from: string; readonly to: string }
  /** Removes a file, or everything below a folder. */
  | { readonly kind: 'remove'; readonly path: string }
  | { readonly kind: 'create'; readonly path: string; readonly text: string }
  /** Adds a path to a list of paths, or takes it out. */
  | { readonly kind: 'list' | 'unlist'; readonly file: ManifestFile; readonly list: Path; readonly entry: string }
  /** Gives a text of a document another value. */
  | {
      readonly kind: 'value';
      readonly document: ManifestDocument;
      readonly path: Path;
      readonly from: string;
      readonly to: string;
    }
  /** Gives a member of a map another key. */
  | { readonly kind: 'key'; readonly document: ManifestDocument; readonly path: Path; readonly to: string }
  /** Puts other lines in the place of a member of a map; they are a map as YAML. */
  | { readonly kind: 'block'; readonly document: ManifestDocument; readonly path: Path; readonly text: string }
  /** Adds a member to a map. */
  | {
      readonly kind: 'add';
      readonly document: ManifestDocument;
      readonly path: Path;
      readonly key: string;
      readonly value: string;
    }
  /** Gives a host name another form wherever it stands in a file. */
  | { readonly kind: 'text'; readonly file: ManifestFile; readonly from: string; readonly to: string }
  /** Copies everything below a folder but what is encrypted, under another name; edits of what is there are those of the copy then. */
  | {
      readonly kind: 'copy-app';
      readonly from: string;
      readonly to: string;
      readonly rename: (text: string) => string;
      /** The new name itself. */
      readonly name: string;
      readonly without: ReadonlySet<string>;
    }
  /** Copies what is written of a namespace, with another name and another list. */
  | {
      readonly kind: 'copy';
      readonly file: ManifestFile;
      readonly to: string;
      readonly without: readonly string[];
      readonly entries: readonly string[];
      readonly replace: readonly [from: string, to: string];
    };

/** Where templates lie: those of people lie over those of the tool. */
const OWN = 'templates/overrides/';

/** The templates of the tool, in the repository or in the package that it is installed as. */
const TOOL = /^(?:node_modules\/(?:@[^/]+\/)?[^/]+\/)?templates\/config\//;

/**
 * Does edits to the files that people write. A rendered file stands for its template; a list in a template of the tool is changed in a copy of
 * it below templates/overrides, which goes when it is like its original again.
 *
 * @param draft - the files that people write, which are changed
 * @param edits - done in their order
 * @returns what could not be done, each with its place
 */
export function doEdits(draft: Draft, edits: readonly Edit[]): Finding[] {
  return edits.flatMap((edit) => {
    switch (edit.kind) {
      case 'move': {
        const moves = movesOf(draft, edit);
        refuseTaken(draft, edit.to, new Set(moves.map(([from]) => from)));
        for (const [from, to] of moves) draft.move(from, to);
        return [];
      }
      case 'copy-app':
        refuseTaken(draft, edit.to);
        for (const [from, to] of movesOf(draft, edit)) {
          const home = to.indexOf(edit.to) + edit.to.length;
          const path = to.slice(0, home) + edit.rename(to.slice(home));
          if (edit.without.has(from)) continue;
          const renamed = renamedText(from, draft.text(from) ?? '', edit.rename);
          draft.copy(from, path, /\.ya?ml(?:\.j2)?$/.test(path) ? quotedWhereAlone(renamed, edit.name) : renamed);
        }
        return [];
      case 'remove':
        for (const path of both(edit.path).flatMap((one) => within(draft, one))) draft.remove(path);
        return [];
      case 'create':
        draft.write(edit.path, edit.text);
        return [];
      case 'list':
      case 'unlist':
        return changeList(draft, edit);
      case 'value':
        return changeValue(draft, edit);
      case 'key':
      case 'add':
      case 'block':
        return changeMap(draft, edit);
      case 'text': {
        const path = writtenPath(draft, edit.file);
        draft.edit(path, (text) => text.replace(bounded(edit.from), () => edit.to));
        return draft.text(path)?.includes(edit.to) === true
          ? []
          : [undecided(edit.file, `write ${edit.to} for ${edit.from}`)];
      }
      case 'copy':
        refuseTaken(draft, edit.to);
        copyNamespace(draft, edit);
        return [];
    }
  });
}

/**
 * Nothing is written over a file that nobody asked for, or among files that are left of something else.
 *
 * @param leaving - files that lie there and go
 * @throws Failure where something lies at a path, or below it
 */
function refuseTaken(draft: Draft, path: string, leaving: ReadonlySet<string> = new Set()): void {
  const taken = both(path).flatMap((one) => within(draft, one));
  const rest = taken.find((one) => !leaving.has(one));
  if (rest === undefined) return;
  throw failure('usage', {
    code: 'usage/argument',
    message: `${rest} is there already, where files would be put`,
    place: { file: rest },
    remedy: 'remove it or move it away first, or choose another name',
  });
}

/** A text with other names in it; of what a template computes only literals are names, as variables and macros are somebody else's. */
function renamedText(path: string, text: string, rename: (text: string) => string): string {
  if (!path.endsWith('.j2')) return rename(text);
  const parts = text.split(/(#<[^]*?>#|#%[^]*?%#)/);
  return parts
    .map((part, index) => (index % 2 === 0 ? rename(part) : part.replace(/'[^'\n]*'|"[^"\n]*"/g, rename)))
    .join('');
}

/** A name or host where it stands by itself. */
function bounded(text: string): RegExp {
  return new RegExp(`(?<![\\w.-])${text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}(?![\\w-])`, 'g');
}

function changeMap(draft: Draft, edit: Extract<Edit, { kind: 'key' | 'add' | 'block' }>): Finding[] {
  const { document, path } = edit;
  const written = writtenPath(draft, document.file);
  const text = TOOL.test(written) ? undefined : draft.text(written);
  const changed = text === undefined ? undefined : mapIn(text, edit);
  if (changed !== undefined) {
    draft.write(written, changed);
    return [];
  }
  const what =
    edit.kind === 'key'
      ? `call it ${edit.to}`
      : edit.kind === 'add'
        ? `add ${edit.key}: ${edit.value}`
        : edit.text.trim();
  return [
    {
      code: 'apps/undecided',
      severity: 'warning',
      message: `${formatPath(path)} could not be changed for certain`,
      ...placeOf(document, path),
      remedy: document.file.isGenerated ? `${what}, in ${document.file.source}` : what,
    },
  ];
}

function mapIn(text: string, edit: Extract<Edit, { kind: 'key' | 'add' | 'block' }>): string | undefined {
  const { document, path } = edit;
  const { index } = document;
  switch (edit.kind) {
    case 'key':
      return withKey(text, index, path, edit.to);
    case 'add':
      return withMember(text, { index, path }, edit.key, edit.value);
    case 'block':
      return withBlock(text, index, path, edit.text);
  }
}

/** The files of a namespace like those of another one; of a rendered one a template as docs/apps.md has it. */
function copyNamespace(draft: Draft, edit: Extract<Edit, { kind: 'copy' }>): void {
  const { file, to, without, entries, replace } = edit;
  const [from, namespace] = replace;
  if (file.isGenerated) {
    const call = /#< namespace_components\([^)]*\) >#/.exec(draft.text(writtenPath(draft, file)) ?? '')?.[0];
    draft.write(`${OWN}${to}.j2`, namespaceTemplate(namespace, call ?? '#< namespace_components() >#', entries));
    return;
  }
  const copied = without.reduce((text, entry) => withoutEntry(text, ['resources'], entry), file.text);
  const renamed = quotedWhereAlone(
    copied.replace(bounded(from), () => namespace),
    namespace,
  );
  draft.write(
    to,
    entries.reduce((text, entry) => withEntry(text, ['resources'], entry), renamed),
  );
}

function namespaceTemplate(namespace: string, components: string, entries: readonly string[]): string {
  return `#% from 'kubernetes/app.partial.yaml.j2' import namespace_components %#
---
# yaml-language-server: $schema=https://json.schemastore.org/kustomization
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: ${yamlWord(namespace)}
${components}
resources:
${entries.map((entry) => `  - ./${entry}\n`).join('')}`;
}

/** A path of the tree, and where its templates lie. */
function both(path: string): string[] {
  return [path, `${OWN}${path}`, `${OWN}${path}.j2`];
}

function within(draft: Draft, path: string): string[] {
  return draft.text(path) === undefined ? draft.below(path) : [path];
}

function movesOf(draft: Draft, { from, to }: { readonly from: string; readonly to: string }): [string, string][] {
  const [targets, sources] = [both(to), both(from)];
  return sources.flatMap((source, index) =>
    within(draft, source).map((path): [string, string] => [
      path,
      `${targets[index] ?? to}${path.slice(source.length)}`,
    ]),
  );
}

/** The file that people write for one that Flux reads, by the paths that it has moved to already. */
function writtenPath(draft: Draft, { path, source, isGenerated }: ManifestFile): string {
  const own = draft.nowAt(isGenerated ? source : path);
  if (!isGenerated || !TOOL.test(own)) return own;
  const override = own.replace(TOOL, OWN);
  return draft.text(override) === undefined ? own : override;
}

function changeList(draft: Draft, edit: Extract<Edit, { kind: 'list' | 'unlist' }>): Finding[] {
  const { kind, file, list, entry } = edit;
  const path = writtenPath(draft, file);
  const text = draft.text(path);
  if (text === undefined)
    return [undecided(edit.file, `${kind === 'list' ? 'list' : 'no longer list'} ${entry} in it`)];
  const changed = kind === 'list' ? withEntry(text, list, entry) : withoutEntry(text, list, entry);
  const isDone = (listedEntry(changed, list, entry) !== undefined) === (kind === 'list');
  if (!isDone || changed === text) {
    const isRight = isDone && kind === 'list';
    return isRight ? [] : [undecided(file, `${kind === 'list' ? 'list' : 'no longer list'} ${entry} in it`)];
  }
  if (TOOL.test(path)) draft.write(path.replace(TOOL, OWN), changed);
  else if (path.startsWith(OWN) && draft.originals(path.slice(OWN.length)).includes(changed)) draft.remove(path);
  else draft.write(path, changed);
  return [];
}

function changeValue(draft: Draft, edit: Extract<Edit, { kind: 'value' }>): Finding[] {
  const { document, path, from, to } = edit;
  const { file, index } = document;
  const written = writtenPath(draft, file);
  const text = draft.text(written);
  const changed =
    text === undefined || TOOL.test(written)
      ? undefined
      : (scalarIn(text, { index, path, from, to }) ?? (file.isGenerated ? literalIn(text, edit) : undefined));
  if (changed === undefined) return [undecidedValue(edit)];
  draft.write(written, changed);
  return [];
}

/** The text with another value at a path; undefined where it has not the one that it should have. */
function scalarIn(
  text: string,
  {
    index,
    path,
    from,
    to,
  }: { readonly index: number; readonly path: Path; readonly from: string; readonly to: string },
): string | undefined {
  const documents = parseAllDocuments(text, { merge: true, logLevel: 'silent' });
  const document = Array.isArray(documents) ? documents[index] : undefined;
  if (document === undefined) return undefined;
  const value: unknown = valueAt(document.toJS({ maxAliasCount: -1 }) as unknown, path);
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  // A template may put more into the text, as in `http://#< address >#`.
  if (!String(value).includes(from)) return String(value).includes(to) ? text : undefined;
  if (String(value).split(from).length !== 2) return undefined;
  return withScalars(text, [{ index, path, value: String(value).replace(from, () => to) }]);
}

/**
 * A template with another literal in what it hands to a macro, where it does so once: `flux_kustomization('home', 'dashboard')`, and
 * `{'name': 'dashboard', 'namespace': 'home'}` of what is waited for.
 */
function literalIn(text: string, { document, path, from, to }: Extract<Edit, { kind: 'value' }>): string | undefined {
  const quoted = (value: string): string => `(['"])${value.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}\\1`;
  const last = path.at(-1);
  if (path[1] === 'dependsOn' && (last === 'name' || last === 'namespace')) {
    const other = last === 'name' ? 'namespace' : 'name';
    const known = valueAt(document.fields, [...path.slice(0, -1), other]);
    const pairs = [...text.matchAll(/\{[^{}]*\}/g)].filter(([pair]) => {
      const has = (key: string, value: string): boolean =>
        new RegExp(`['"]${key}['"]\\s*:\\s*${quoted(value)}`).test(pair);
      return has(last, from) && (typeof known !== 'string' || has(other, known) || last === 'namespace');
    });
    const [pair, ...more] = pairs;
    if (pair === undefined || more.length > 0) return undefined;
    const changed = pair[0].replace(
      new RegExp(`(['"]${last}['"]\\s*:\\s*)${quoted(from).replace('\\1', '\\2')}`),
      `$1$2${to}$2`,
    );
    return text.slice(0, pair.index) + changed + text.slice(pair.index + pair[0].length);
  }
  const call = /flux_kustomization\(\s*(['"])([^'"]*)\1\s*,\s*(['"])([^'"]*)\3/.exec(text);
  if (call === null) return undefined;
  const [whole, first = "'", namespace = '', second = "'", name = ''] = call;
  const isName = path.join('.') === 'metadata.name' && name === from;
  const isNamespace = path.join('.') === 'spec.targetNamespace' && namespace === from;
  const isPath = path.join('.') === 'spec.path';
  // The path of the app is made of both.
  if ((path.join('.') === 'metadata.name' ? name : namespace) === to && !isPath) return text;
  if (!isName && !isNamespace && !isPath) return undefined;
  const [toNamespace, toName] = isPath
    ? to.split('/').slice(-3, -1)
    : [isNamespace ? to : namespace, isName ? to : name];
  const changed = `flux_kustomization(${first}${toNamespace ?? ''}${first}, ${second}${toName ?? ''}${second}`;
  return text.slice(0, call.index) + changed + text.slice(call.index + whole.length);
}

function undecidedValue({ document, path, from, to }: Extract<Edit, { kind: 'value' }>): Finding {
  const { file } = document;
  const wanted = `write ${to} there`;
  return {
    code: 'apps/undecided',
    severity: 'warning',
    message: `${formatPath(path)} is ${from}, and could not be changed for certain`,
    ...placeOf(document, path),
    remedy: file.isGenerated ? `${wanted}, in ${file.source}` : wanted,
  };
}

function undecided(file: ManifestFile, what: string): Finding {
  const where = file.isGenerated ? `${file.path}, out of ${file.source},` : file.path;
  return {
    code: 'apps/undecided',
    severity: 'warning',
    message: `${where} could not be changed for certain`,
    place: { file: file.path },
    remedy: what,
  };
}
