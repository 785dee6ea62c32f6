import { CORE_SCHEMA, defineMappingTag, loadAll, mapTag, mergeTag, YAMLException } from 'js-yaml';
import { type Alias, type Document, parseAllDocuments, visit } from 'yaml';

/** Why a text is no YAML, and where. */
export interface YamlMistake {
  /** Without an excerpt, which could show a secret. */
  readonly message: string;
  readonly line: number | undefined;
  readonly column: number | undefined;
}

/** The values of the documents of a text as Kubernetes reads them, null for one of comments alone; or why it is none. */
export function readYaml(text: string): readonly unknown[] | YamlMistake {
  const apart = text.replace(ALIAS_KEY, (all, lead: string, name: string) =>
    isAnchor(text, name) ? `${lead}*${name} :` : all,
  );
  return readPlainly(apart) ?? readWithPlaces(apart);
}

/** An alias for a key whose colon follows at once: Go's package reads one so, YAML 1.2 takes the colon for a part of the name. */
const ALIAS_KEY = /^([ -]*)\*([\w-]+):(?=[ \r]|$)/gm;

function isAnchor(text: string, name: string): boolean {
  return new RegExp(`(?:^|[ [{,])&${name}(?![^\\s\\]},])`, 'm').test(text);
}

/**
 * A text of the same length in which such an alias ends before its colon, for whoever reads places: its anchor is shorter by a letter there,
 * wherever it stands.
 */
export function withAliasKeysApart(text: string): string {
  const names = [...text.matchAll(ALIAS_KEY)].map(([, , name = '']) => name);
  return [...new Set(names)].reduce((all, name) => {
    // Another anchor may be called as the shorter one would be.
    if (name.length < 2 || !isAnchor(text, name) || isAnchor(all, name.slice(0, -1))) return all;
    const uses = new RegExp(`(^|[ [{,])([&*])${name}(?=$|[\\s\\]},:])`, 'gm');
    return all.replace(uses, `$1$2${name.slice(0, -1)} `);
  }, text);
}

/** The package `yaml` keeps a node for each value and so takes four times as long; it says best what is wrong, and where. */
function readWithPlaces(text: string): readonly unknown[] | YamlMistake {
  try {
    // Merge keys are known.
    const parsed = [...parseAllDocuments(text, { merge: true, prettyErrors: true, logLevel: 'silent' })];
    const error = parsed.flatMap(({ errors }) => errors)[0];
    const dangling = error === undefined ? danglingAlias(text, parsed) : undefined;
    if (dangling !== undefined) return dangling;
    return error === undefined ? parsed.map((document): unknown => document.toJS()) : mistakeOf(error);
  } catch (error) {
    if (isMistake(error)) return mistakeOf(error);
    throw error;
  }
}

/** An alias without an anchor before it: the package says which one it is, and not where. */
function danglingAlias(text: string, parsed: readonly Document.Parsed[]): YamlMistake | undefined {
  for (const document of parsed) {
    let found: Alias | undefined;
    // One walk for all: an alias that is asked for its anchor walks through the document each time.
    const anchors = new Set<string>();
    visit(document, {
      Value: (_, { anchor }) => {
        if (anchor !== undefined) anchors.add(anchor);
      },
      Alias: (_, alias) => {
        if (anchors.has(alias.source)) return undefined;
        found = alias;
        return visit.BREAK;
      },
    });
    if (found === undefined) continue;
    const before = text.slice(0, found.range?.[0] ?? 0);
    return {
      message: `the alias *${found.source} has no anchor &${found.source} before it`,
      line: before.split('\n').length,
      column: before.length - before.lastIndexOf('\n'),
    };
  }
  return undefined;
}

/** Out of stack, aliases that would unfold to more than anybody reads, and a merge of what is no map. */
function isMistake(error: unknown): error is Error {
  const isOfText = error instanceof RangeError || error instanceof ReferenceError;
  return isOfText || (error instanceof Error && error.message.startsWith('Merge sources must be maps'));
}

/**
 * What the two packages read differently: tabs, carriage returns alone and the like, markers of documents that are indented or end one, and
 * an anchor before a key on the line of another key.
 */
const READ_DIFFERENTLY =
  /[\t\ufeff\u0085\u2028\u2029]|\r(?!\n)|^ +(?:---|\.\.\.)|^\.\.\.|[:-] +[&!]\S+ +[^\n]*:(?: |\r?$)/m;

const PLAIN_SCHEMA = CORE_SCHEMA.withTags(
  mergeTag,
  // `yaml` takes a key that is null for an empty one.
  defineMappingTag('tag:yaml.org,2002:map', {
    ...mapTag,
    addPair: (map, key, value) => (key === null ? 'a key is null' : mapTag.addPair(map, key, value)),
  }),
);

/** 12 aliases unfold to 3⁴ values at most, which `yaml` takes too. */
const PLAIN = { schema: PLAIN_SCHEMA, maxAliases: 12 };

/** The same values, where the text says nothing that needs a second look; undefined where it does. */
function readPlainly(text: string): readonly unknown[] | undefined {
  if (READ_DIFFERENTLY.test(text)) return undefined;
  try {
    const values = loadAll(text, PLAIN);
    return values.length === 0 ? undefined : values;
  } catch (error) {
    if (error instanceof YAMLException) return undefined;
    throw error;
  }
}

function mistakeOf(error: {
  readonly message: string;
  readonly linePos?: readonly { line: number; col: number }[] | undefined;
}): YamlMistake {
  const position = error.linePos?.[0];
  // The message goes on with an excerpt.
  const words = error.message.startsWith('Maximum call stack') ? 'nested too deeply to be read' : error.message;
  const what = (words.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '').replace(/[.:]$/, '');
  return { message: what.charAt(0).toLowerCase() + what.slice(1), line: position?.line, column: position?.col };
}
