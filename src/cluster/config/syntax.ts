import { isScalar, parseDocument, visit, type Document, type YAMLError } from 'yaml';
import type { Issue } from './issue.ts';
import type { FileName } from './schemas.ts';
import { explainYamlError, UNCLOSED_QUOTE } from './yaml-errors.ts';

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
  const issues = [...yaml.errors, ...yaml.warnings].map((error) => syntaxIssue(file, yaml, error));
  return { yaml, issues: firstOfEachLine(issues, text) };
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
  const opening = error.code === 'MISSING_CHAR' ? openQuote(yaml, offset) : undefined;
  if (opening !== undefined) return { code: 'config/yaml-syntax', file, at: { offset: opening }, ...UNCLOSED_QUOTE };
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

/** One mistake often leaves several errors on its line; the first one says it. */
function firstOfEachLine(issues: readonly SyntaxIssue[], text: string): Issue[] {
  const lineStart = (issue: SyntaxIssue): number => text.lastIndexOf('\n', issue.at.offset - 1);
  const sorted = [...issues].sort((one, other) => one.at.offset - other.at.offset);
  return sorted.filter((issue, index) => {
    const before = sorted[index - 1];
    return before === undefined || lineStart(issue) !== lineStart(before);
  });
}
