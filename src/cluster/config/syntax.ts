import { isCollection, isScalar, parseDocument, visit, type Document, type YAMLError } from 'yaml';
import type { Issue } from './issue.ts';
import { CLUSTER_FIELDS, NODE_FIELDS, type FileName } from './schemas.ts';
import { explainYamlError, TOO_DEEP, UNCLOSED_BRACKET, UNCLOSED_QUOTE } from './yaml-errors.ts';

/** A document that was parsed, perhaps with errors. */
export type Yaml = Document.Parsed;

/** What parsing came to: no document where the text could not be parsed at all. */
export interface Parsed {
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
