// Which branches of the templates a configuration goes through: both sides of every condition, loops that run or are empty, and
// macros that are called.
import ts from 'typescript';
import { createEnvironment, renderInputs, type RenderRequest } from '../../src/makejinja/render.ts';

/** Columns of a place in the code of a template: line times these plus the column. */
const PLACE_COLUMNS = 4096;

/** Where the code of templates notes what it goes through. */
const NOTES = '__branches';

/** The branches of the templates, and those of them that a rendering goes through. */
interface Branches {
  readonly all: ReadonlySet<string>;
  readonly taken: ReadonlySet<string>;
}

/**
 * The branches of the templates, each as `path of the template: its line, yes` or `no`, `runs` of a loop and `called` of a macro or a
 * whole template; what stands in several templates word for word counts as the first of them.
 *
 * @param request - what is rendered
 */
export function branchesOf(request: RenderRequest): Branches {
  const taken = new Set<string>();
  const names = new Map<string, string>();
  for (const [name, { bytes }] of request.inputs.files) {
    const text = bytes.toString('utf8');
    if (name.endsWith(request.settings.jinjaSuffix) && !names.has(text)) names.set(text, name);
  }
  const plain = createEnvironment(request);
  const marked = new Map([...names].map(([text, name]) => [text, markedCode(plain.compileSource(text), name, text)]));
  Reflect.set(globalThis, NOTES, taken);
  try {
    const codeCache = { read: (source: string) => marked.get(source)?.code, write: () => undefined };
    renderInputs({ ...request, codeCache });
  } finally {
    Reflect.deleteProperty(globalThis, NOTES);
  }
  return { all: new Set([...marked.values()].flatMap(({ branches }) => branches)), taken };
}

interface Mark {
  readonly at: number;
  readonly text: string;
  readonly branch?: string;
}

/** The code of a template, which notes every branch that it takes, and their names. */
function markedCode(code: string, name: string, source: string): { readonly code: string; readonly branches: string[] } {
  const marks = marksOf(code, name, source.split('\n'));
  let [result, from] = ['', 0];
  for (const { at, text } of marks) {
    result += code.slice(from, at) + text;
    from = at;
  }
  return { code: result + code.slice(from), branches: marks.flatMap(({ branch }) => branch ?? []) };
}

function marksOf(code: string, name: string, lines: readonly string[]): Mark[] {
  const file = ts.createSourceFile('template.js', code, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS);
  const marks: Mark[] = [];
  const seen = new Map<string, number>();
  const branchOf = (node: ts.Node): string => {
    const line = lineOf(code, node);
    const words = `${name}: ${(lines[line - 1] ?? '').trim()}`;
    const count = (seen.get(words) ?? 0) + 1;
    seen.set(words, count);
    return count === 1 ? words : `${words} (${String(count)})`;
  };
  const note = (branch: string): string => `${NOTES}.add(${JSON.stringify(branch)})`;
  const block = (statement: ts.Statement, branch: string): void => {
    marks.push({ at: statement.getStart() + 1, text: `${note(branch)};`, branch });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isIfStatement(node) && isCondition(node.expression)) {
      const branch = branchOf(node.expression);
      block(node.thenStatement, `${branch}, yes`);
      if (node.elseStatement === undefined) {
        marks.push({ at: node.getEnd(), text: `else{${note(`${branch}, no`)};}`, branch: `${branch}, no` });
      } else if (ts.isBlock(node.elseStatement)) block(node.elseStatement, `${branch}, no`);
    } else if (ts.isConditionalExpression(node) && isCondition(node.condition)) {
      const branch = branchOf(node.condition);
      for (const [side, word] of [[node.whenTrue, 'yes'], [node.whenFalse, 'no']] as const) {
        marks.push({ at: side.getStart(), text: `(${note(`${branch}, ${word}`)},`, branch: `${branch}, ${word}` });
        marks.push({ at: side.getEnd(), text: ')' });
      }
    } else if (ts.isForOfStatement(node)) block(node.statement, `${branchOf(node.expression)}, runs`);
    else if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined && ts.isBlock(node.body)) {
      block(node.body, `${branchOf(node.body)}, called`);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return marks.sort((a, b) => a.at - b.at);
}

/** A condition of the template: the engine's own checks ask for no truth. An empty loop is one too. */
function isCondition(node: ts.Expression): boolean {
  return /^\(?(?:at=\d+,)?truth\(/.test(node.getText()) || /^t_\d+$/.test(node.getText());
}

function lineOf(code: string, node: ts.Node): number {
  const [, inside] = /(?:at=|,)(\d{4,})\b/.exec(node.getText()) ?? [];
  const place = inside ?? [...code.slice(0, node.getStart()).matchAll(/\bat=(\d{4,})/g)].at(-1)?.[1];
  return Math.floor(Number(place ?? PLACE_COLUMNS) / PLACE_COLUMNS);
}
