import { type Document, isCollection, isScalar, parseDocument, visit, type YAMLError } from 'yaml';
import type { Issue } from './issue.ts';
import { CLUSTER_FIELDS, type FileName, NODE_FIELDS } from './schemas.ts';

/** A document that was parsed, perhaps with errors. */
export type Yaml = Document.Parsed;

/** What parsing came to: no document where the text could not be parsed at all. */
interface Parsed {
  readonly yaml?: Yaml;
  readonly issues: readonly Issue[];
}

/** Parses a text as YAML 1.2; mistakes in the syntax become issues. */
export function parseYaml(file: FileName, text: string): Parsed {
  const yaml = parse(text);
  if (yaml === undefined) return { issues: [tooDeep(file)] };
  const { explicit, version } = yaml.directives.yaml;
  if (explicit === true && version !== '1.2') return { yaml, issues: [otherVersion(file, text)] };
  const errors = [...yaml.errors].sort((one, other) => one.pos[0] - other.pos[0]);
  const [first] = errors;
  const issues = (first === undefined ? yaml.warnings : [first]).map((error) => syntaxIssue(file, yaml, error));
  // What follows from the first mistake is told at places where nothing is wrong.
  const slip =
    first === undefined ? undefined : (missingSpace(file, text, first.pos[0]) ?? tooFarIn(file, text, errors));
  return { yaml, issues: slip === undefined ? firstOfEachLine(issues, text) : [slip] };
}

const KNOWN_NAMES = new Set(['nodes', ...Object.keys(CLUSTER_FIELDS), ...Object.keys(NODE_FIELDS)]);

/**
 * The first field, up to a mistake, whose colon has no space behind it: to YAML it is the beginning of a text that goes on over the
 * next lines, and the mistake is noticed far below.
 */
function missingSpace(file: FileName, text: string, offset: number): SyntaxIssue | undefined {
  for (const { index, groups } of text.matchAll(/^(?<indent>[ ]*(?:- +)?)(?<name>\w+):(?=[^\s:])/gm)) {
    if (index > offset) return undefined;
    const { indent = '', name = '' } = groups ?? {};
    if (!KNOWN_NAMES.has(name)) continue;
    const start = index + indent.length;
    const at = { offset: start, end: start + name.length + 1 };
    const message = `the colon of \`${name}\` has no space behind it`;
    return { code: 'config/yaml-syntax', file, at, message, remedy: `write \`${name}: \` and the value behind it` };
  }
  return undefined;
}

/** A field that is indented below the value of another one: the package takes both for one key that runs over several lines. */
function tooFarIn(file: FileName, text: string, [first, second]: readonly YAMLError[]): SyntaxIssue | undefined {
  const isKey = first?.code === 'BLOCK_AS_IMPLICIT_KEY' && second?.code === 'MULTILINE_IMPLICIT_KEY';
  if (!isKey || first.pos[0] !== second.pos[0]) return undefined;
  const line = /\n( +)[^\s#][^\n]*?:(?=\s|$)/g;
  line.lastIndex = first.pos[0];
  const found = line.exec(text);
  if (found === null) return undefined;
  return { code: 'config/yaml-syntax', file, at: { offset: found.index + 1 + (found[1]?.length ?? 0) }, ...TOO_DEEP };
}

/** The document, or undefined where it is nested so deeply that the parser ran out of stack. */
function parse(text: string): Yaml | undefined {
  try {
    // At the level `silent` the package says nothing about a second document.
    return parseDocument(text, {
      version: '1.2',
      schema: 'core',
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: 'error',
    });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function tooDeep(file: FileName): Issue {
  const message = 'the file is nested too deeply to be read';
  return { code: 'config/yaml-syntax', file, at: { offset: 0 }, message, remedy: 'remove the surplus brackets' };
}

function otherVersion(file: FileName, text: string): Issue {
  const at = { offset: Math.max(0, text.indexOf('%YAML')) };
  const message = 'the file asks for another YAML than 1.2';
  return { code: 'config/yaml-syntax', file, at, message, remedy: 'remove the line `%YAML`' };
}

type SyntaxIssue = Issue & { readonly at: { readonly offset: number } };

function syntaxIssue(file: FileName, yaml: Yaml, error: YAMLError): SyntaxIssue {
  const [offset, end] = error.pos;
  // The package points at the end of a text that is not closed, which is often the end of the file.
  const quote = error.code === 'MISSING_CHAR' ? openQuote(yaml, offset) : undefined;
  if (quote !== undefined) return { code: 'config/yaml-syntax', file, at: { offset: quote }, ...UNCLOSED_QUOTE };
  const bracket = error.message.startsWith('Flow ') ? openBracket(yaml, offset) : undefined;
  if (bracket !== undefined) return { code: 'config/yaml-syntax', file, at: { offset: bracket }, ...UNCLOSED_BRACKET };
  return { code: 'config/yaml-syntax', file, at: { offset, end }, ...explainYamlError(error) };
}

/** Where the quoted text begins that an offset is the end of. */
function openQuote(yaml: Yaml, offset: number): number | undefined {
  let found: number | undefined;
  visit(yaml, (_, node) => {
    if (!isScalar(node) || !node.type?.startsWith('QUOTE') || node.range === undefined || node.range === null) return;
    if (node.range[0] < offset && offset <= node.range[2]) found = node.range[0];
  });
  return found;
}

/** Where the innermost list or map in brackets or braces begins that an offset is the end of. */
function openBracket(yaml: Yaml, offset: number): number | undefined {
  let found: number | undefined;
  visit(yaml, (_, node) => {
    if (!isCollection(node) || node.flow !== true || node.range === undefined || node.range === null) return;
    if (node.range[0] < offset && offset <= node.range[2]) found = node.range[0];
  });
  return found;
}

/** One mistake often leaves several errors on its line; the first one says it. */
function firstOfEachLine(issues: readonly SyntaxIssue[], text: string): Issue[] {
  const lineStart = (issue: SyntaxIssue): number => text.lastIndexOf('\n', issue.at.offset - 1);
  const sorted = [...issues].sort((one, other) => one.at.offset - other.at.offset);
  return sorted.filter((issue, index) => {
    const before = sorted[index - 1];
    return before === undefined || lineStart(issue) !== lineStart(before);
  });
}

interface Explanation {
  readonly message: string;
  readonly remedy: string;
}

const UNREADABLE: Explanation = {
  message: 'the file is not valid YAML here',
  remedy: 'check the indentation, the colons and the quotes of this line and of the one above',
};

/** For a quoted text that runs on to the end of the file, or into what should be the next field. */
const UNCLOSED_QUOTE: Explanation = {
  message: 'the quote that opens here is not closed',
  remedy: 'close it on the same line',
};

/** For a list or map in brackets or braces that runs on into what should be the next field. */
const UNCLOSED_BRACKET: Explanation = {
  message: 'the bracket or brace that opens here is not closed',
  remedy: 'close it, and indent the lines in between',
};

/** For a field below one that has a value already. */
const TOO_DEEP: Explanation = {
  message: 'the line is indented deeper than the one above, which has a value already',
  remedy: 'indent it like its neighbours, with spaces',
};

/** By the code of the package `yaml`, whose own texts may quote the source and so a secret. */
const EXPLANATIONS: Readonly<Record<string, Explanation>> = {
  MULTIPLE_DOCS: {
    message: 'the file holds several documents',
    remedy: 'keep one document: remove the line `---` and what belongs to the other one',
  },
  TAB_AS_INDENT: { message: 'the line is indented with a tab', remedy: 'indent with spaces' },
  TAG_RESOLVE_FAILED: {
    message: 'the tag of the value is not known here',
    remedy: 'remove the tag, which begins with `!`',
  },
  MISSING_CHAR: {
    message: 'a character is missing here',
    remedy: 'close brackets and braces, and write a space after a colon and after the hyphen of a list item',
  },
  BAD_SCALAR_START: { message: 'a value begins with a character that YAML reserves', remedy: 'quote the value' },
  BAD_DQ_ESCAPE: {
    message: 'the backslash in double quotes begins no escape that YAML knows',
    remedy: 'write the backslash twice, or the text in single quotes',
  },
  BAD_INDENT: {
    message: 'the line is not indented as its place asks for',
    remedy: 'indent it like its neighbours, with spaces',
  },
  BLOCK_AS_IMPLICIT_KEY: {
    message: 'a key with a value follows where a plain value belongs',
    remedy: 'write each key on a line of its own, and quote a value that holds a colon and a space',
  },
  MULTILINE_IMPLICIT_KEY: {
    message: 'a key runs over several lines',
    remedy: 'write the key on one line, with a colon and a space behind it',
  },
  BAD_DIRECTIVE: { message: 'the directive is not known', remedy: 'remove the line that begins with `%`' },
};

/** What is wrong and what would be right, for an error of the package `yaml`. */
function explainYamlError(error: YAMLError): Explanation {
  // What the package misses is the hyphen of another item.
  const code = error.message.startsWith('Sequence item without') ? 'BAD_INDENT' : error.code;
  return EXPLANATIONS[code] ?? UNREADABLE;
}
