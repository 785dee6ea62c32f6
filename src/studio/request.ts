import type { Failure, Finding } from '../report/finding.ts';
import type { FindingSubject } from '../cluster/config/load.ts';
import { asFields, type Fields, isFields, type Path } from '../text/values.ts';
import type { ApiError, Change, DocumentName, FieldPath, Pending, SaveRequest, StudioFinding, Value } from './api.ts';

/** Why a request is not answered as it was meant. */
type RefusalKind = Exclude<ApiError['error']['kind'], 'input' | 'outside' | 'fault'>;

/** A request that is answered with an error; its message is for whoever sits at the page. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly kind: RefusalKind;

  constructor(kind: RefusalKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

export function refused(kind: RefusalKind, message: string): Refusal {
  return new Refusal(kind, message);
}

function wrong(name: string, form: string): Refusal {
  return refused('request', `\`${name}\` of the request is not ${form}`);
}

/** The body of a request, read part by part: each is what it has to be, or a Refusal is thrown. */
export class RequestBody {
  readonly #fields: Fields;

  constructor(text: string) {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw refused('request', 'the body is no JSON');
    }
    if (!isFields(value)) throw refused('request', 'the body is no object of JSON');
    this.#fields = value;
  }

  has(name: string): boolean {
    return this.#fields[name] !== undefined;
  }

  text(name: string): string {
    const value = this.#fields[name];
    if (typeof value === 'string') return value;
    throw wrong(name, 'a text');
  }

  line(): number | undefined {
    const { line } = this.#fields;
    if (line === undefined || (Number.isSafeInteger(line) && Number(line) > 0)) return line as number | undefined;
    throw wrong('line', 'the number of a line');
  }

  texts(name: string): readonly string[] | undefined {
    const value = this.#fields[name];
    if (value === undefined || (Array.isArray(value) && value.every((item) => typeof item === 'string'))) return value;
    throw wrong(name, 'a list of texts');
  }

  pending(): Pending {
    const value = this.#fields.pending ?? {};
    if (!isFields(value)) throw wrong('pending', 'an object');
    for (const [name, text] of Object.entries(value)) {
      if (!isDocument(name) || typeof text !== 'string')
        throw wrong(`pending.${name}`, 'the text of a file of the configuration');
    }
    return value;
  }

  documents(): SaveRequest {
    const value = this.#fields.documents;
    if (!isFields(value)) throw wrong('documents', 'an object');
    for (const [name, one] of Object.entries(value)) {
      const { text, revision } = asFields(one);
      if (!isDocument(name) || typeof text !== 'string' || typeof revision !== 'string')
        throw wrong(`documents.${name}`, 'a text with its revision');
    }
    return { documents: value };
  }

  changes(): readonly Change[] {
    const value = this.#fields.changes;
    if (!Array.isArray(value)) throw wrong('changes', 'a list');
    return value.map((one: unknown, index) => changeOf(one, `changes[${String(index)}]`));
  }
}

function changeOf(one: unknown, name: string): Change {
  const { op, document, path, value, name: newName } = asFields(one);
  if (typeof document !== 'string' || !isDocument(document)) throw wrong(`${name}.document`, '`cluster` or `nodes`');
  if (!isPath(path)) throw wrong(`${name}.path`, 'a list of names and indexes');
  if (op === 'remove') return { op, document, path };
  if (op === 'rename' && typeof newName === 'string') return { op, document, path, name: newName };
  if ((op === 'set' || op === 'append') && value !== undefined) return { op, document, path, value: value as Value };
  throw wrong(name, 'a change');
}

function isDocument(name: string): name is DocumentName {
  return name === 'cluster' || name === 'nodes';
}

function isPath(value: unknown): value is FieldPath {
  const isStep = (step: unknown): boolean =>
    typeof step === 'string' ? step !== '__proto__' : Number.isSafeInteger(step) && Number(step) >= 0;
  return Array.isArray(value) && value.length > 0 && value.length < 16 && value.every(isStep);
}

/** A finding as a page gets it. */
export function toStudio(finding: Finding, subject?: FindingSubject): StudioFinding {
  const { code, severity, message, place, remedy, origin } = finding;
  const path = subject?.path;
  return {
    code,
    severity,
    message,
    ...(place === undefined ? {} : { place }),
    ...(subject === undefined || path === undefined || path.length === 0
      ? {}
      : { field: { document: subject.file, path } }),
    ...(remedy === undefined ? {} : { remedy }),
    ...(subject?.fix === undefined || remedy === undefined
      ? {}
      : { fix: { title: titleOf(remedy), changes: [changeOfFix(subject)] } }),
    ...(origin === undefined ? {} : { origin }),
  };
}

/** Findings of a Failure of any kind. */
export function findingsOf(error: Failure): StudioFinding[] {
  return error.findings.map((finding) => toStudio(finding));
}

/** What a button says: the remedy as an order. */
function titleOf(remedy: string): string {
  return remedy.replace(/^did you mean (.*)\?$/, 'write $1').replace(/, or .*$/, '');
}

function changeOfFix({ file: document, fix }: FindingSubject): Change {
  if (fix === undefined) throw new Error('there is no fix');
  const path: Path = fix.path;
  if (fix.op === 'set') return { op: 'set', document, path, value: fix.value as Value };
  return fix.op === 'rename' ? { op: 'rename', document, path, name: fix.name } : { op: 'remove', document, path };
}
