import { keepSecrets } from '../../report/redaction.ts';
import type { KnownSecret } from '../../report/secret-search.ts';
import { environment } from '../../system/environment.ts';
import { COMPANION_FILE, SAMPLE_CLOUDFLARE_TOKEN } from '../root.ts';
import { type ConfigDocument, isSecretName } from './document.ts';
import type { Issue } from './issue.ts';
import { CLUSTER_FIELDS, SECRET_FIELDS } from './schemas.ts';
import type { Configuration, SecretText, WrittenSecret } from './generated/types.ts';

/** A document of cluster.yaml with its companion over it. */
interface CoveredDocument {
  readonly document: ConfigDocument;
  /** A warning for each field that stands in cluster.yaml in plain text too. */
  readonly warnings: readonly Issue[];
  /** Fields of the companion that say nothing here, as they may be the sample's placeholder and cluster.yaml says something else. */
  readonly beside: ReadonlySet<string>;
}

/**
 * A document of cluster.yaml in which the fields of the companion say that they are found there. The secret itself stays out of it: what
 * a document holds may be quoted.
 */
export function withCompanion(
  document: ConfigDocument,
  { companion = {}, doubtful }: Pick<SecretSources, 'companion' | 'doubtful'>,
): CoveredDocument {
  const { value } = document;
  const fields = Object.keys(companion);
  if (fields.length === 0 || typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { document, warnings: [], beside: new Set() };
  }
  const written = value as Readonly<Record<string, unknown>>;
  const saysMore = (field: string): boolean => (written[field] ?? SAMPLE_CLOUDFLARE_TOKEN) !== SAMPLE_CLOUDFLARE_TOKEN;
  const beside = new Set(fields.filter((field) => doubtful?.has(field) === true && saysMore(field)));
  const covering = fields.filter((field) => !beside.has(field));
  const places = Object.fromEntries(covering.map((field) => [field, { file: COMPANION_FILE }]));
  const shadowed = covering.filter((field) => typeof written[field] === 'string' && saysMore(field));
  return {
    document: { ...document, value: { ...written, ...places } },
    warnings: shadowed.map(shadowedSecret),
    beside,
  };
}

function shadowedSecret(field: string): Issue {
  return {
    code: 'config/secret-in-git',
    severity: 'warning',
    file: 'cluster',
    at: { path: [field], part: 'key' },
    message: `\`${field}\` stands here too, and ${COMPANION_FILE} goes before it`,
    remedy: 'remove this line, and replace the secret if it was ever pushed',
  };
}

/** Where the text of a secret comes from when cluster.yaml only says where to find it. */
export interface SecretSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Text of a file, its path as it is written in cluster.yaml; undefined where there is none. */
  readonly readFile: (path: string) => Promise<string | undefined>;
  /** Secrets out of cluster.sops.yaml, by field: they go before what cluster.yaml says. */
  readonly companion?: Readonly<Record<string, SecretText>>;
  /** Fields of the companion that may hold the sample's placeholder, which counts for nothing: only its key tells. */
  readonly doubtful?: ReadonlySet<string>;
  /** Why a variable or a file is not read, whatever it holds; undefined where it may be. */
  readonly refusal?: (field: string, source: SecretSource) => Promise<Refusal | undefined>;
  /** Whether git tracks a file, so that what it holds would be pushed. */
  readonly isTracked: (path: string) => Promise<boolean>;
  /**
   * For runs that compare no secrets: what takes the place of one whose variable or file is not at hand. What names the secret
   * is given, and the same name gets the same text.
   */
  readonly standIn?: (name: string) => string;
}

/** Where cluster.yaml says that a secret is found. */
type SecretSource = Exclude<WrittenSecret, string>;

/** Why a secret is not read: how the sentence about its source goes on, and what would be right. */
export interface Refusal {
  readonly code: 'trust/source' | 'config/secret-missing';
  readonly why: string;
  readonly remedy: string;
}

/** The secrets of cluster.yaml that could be read, by field, and what stood in the way of the others. */
interface ReadSecrets {
  readonly values: Readonly<Record<string, SecretText>>;
  readonly issues: readonly Issue[];
}

/**
 * Reads the secrets of the named fields; every one of them meets its schema.
 *
 * @param sources.beside - fields of which nobody knows here whether the companion or cluster.yaml counts: what is read is another text
 *   where either changes
 */
export async function readSecrets(
  document: ConfigDocument,
  written: Readonly<Record<string, WrittenSecret>>,
  sources: SecretSources & { readonly beside: ReadonlySet<string> },
): Promise<ReadSecrets> {
  const values: Record<string, SecretText> = {};
  const issues: Issue[] = [];
  for (const [field, secret] of Object.entries(written)) {
    const { text, issue } = await readSecret({ field, document, sources }, secret);
    if (issue !== undefined) issues.push({ file: 'cluster', ...issue });
    if (text === undefined) continue;
    values[field] = (sources.beside.has(field) ? text + (sources.companion?.[field] ?? '') : text) as SecretText;
    if (text !== SAMPLE_CLOUDFLARE_TOKEN) keepSecrets([{ name: secretName(field), value: text }]);
  }
  return { values, issues };
}

/**
 * Tells every text in a document that stands where a secret does, valid or not, so that no message quotes it: what only names a
 * variable or a file is none.
 */
export function keepWrittenSecrets({ value, name }: Pick<ConfigDocument, 'value' | 'name'>): void {
  if (typeof value !== 'object' || value === null) return;
  const collect = (field: string, found: unknown): void => {
    if (typeof found === 'object' && found !== null) {
      for (const [key, inner] of Object.entries(found)) collect(key, inner);
    } else if (typeof found === 'string' || typeof found === 'number') {
      const text = String(found);
      const isName = (field === 'env' || field === 'file') && shown(text) === text;
      if (!isName && text !== SAMPLE_CLOUDFLARE_TOKEN) keepSecrets([{ name: `a secret of ${name}`, value: text }]);
    }
  };
  for (const [field, found] of Object.entries(value)) if (isSecretName(field)) collect(field, found);
}

/** What cluster.yaml holds of secrets, valid or not: those that stand there, by field, and the places that others are read from. */
interface WrittenSecrets {
  readonly literal: ReadonlyMap<string, string>;
  readonly env: ReadonlyMap<string, string>;
  readonly file: ReadonlyMap<string, string>;
}

/** What says that there is no secret yet. */
const NO_SECRET: readonly string[] = ['', '~', 'null', SAMPLE_CLOUDFLARE_TOKEN];

/** Reads the secret fields of a text of cluster.yaml by their lines, so that one that is no YAML is no hiding place. */
export function writtenSecrets(text: string): WrittenSecrets {
  const found = { literal: new Map<string, string>(), env: new Map<string, string>(), file: new Map<string, string>() };
  const fields = [...writtenFields(text)];
  const top = fields[0]?.indent;
  for (const { field, indent, start, end } of fields) {
    if (!SECRET_FIELDS.includes(field) || (indent !== 0 && indent !== top)) continue;
    const rest = text.slice(start, end());
    const [, kind, name] = /^\s*(?:\{\s*)?["']?(env|file)["']?\s*:\s*["']?([^\s"',}]+)/.exec(rest) ?? [];
    const value = literalLines(rest)
      .map(([from, to]) => rest.slice(from, to))
      .join('\n');
    if (name !== undefined) found[kind === 'env' ? 'env' : 'file'].set(field, name);
    else if (!NO_SECRET.includes(value)) found.literal.set(field, value);
  }
  return found;
}

/** Whether the value of a field is to be hidden: that of a secret field, or of an unknown one that is named like one. */
export function isHiddenField(name: string): boolean {
  const isOpen = Object.hasOwn(CLUSTER_FIELDS, name) && !SECRET_FIELDS.includes(name);
  return !isOpen && isSecretName(name);
}

/** A name and a password in a URL. */
const PASSWORD_IN_URL = /(?<=:\/\/[^\s/@:]*:)[^\s/@]+(?=@)/g;

/** From so many characters on a secret is one wherever it stands. */
const TELLING_LENGTH = 12;

/** A line that says where a secret is found, in braces or without, a comment behind it. */
const PLACE = /^(?:\{ *)?["']?(?:env|file)["']? *: +(?:"[^"]*" *|'[^']*' *|[^\s,{}"'#][^,{}#]*)(?:\} *)?(?:#.*)?$/;

/** Whether all that stands behind the colon of a field says where its secret is found. */
function isPlace(rest: string): boolean {
  const lines = rest.split('\n').map((line) => line.trim());
  const [line = '', another] = lines.filter((one) => one !== '' && !one.startsWith('#'));
  return another === undefined && PLACE.test(line);
}

/**
 * A text of a file of the configuration in which something else stands for each secret, be it in a field of its own, in one that is
 * misspelt or commented out, or the password of a URL; lines stay lines.
 *
 * @param replace - gives what stands for a secret, or for a line of one
 */
export function withoutWrittenSecrets(text: string, replace: (secret: string) => string): string {
  const own = hiddenPieces(text);
  const found = new Set(own.map(([from, to]) => text.slice(from, to)));
  const pieces = [...own, ...hiddenPieces(commentsOf(text))];
  let result = '';
  let at = 0;
  for (const [from, to] of pieces.sort(([one], [other]) => one - other)) {
    const start = Math.max(from, at);
    if (start >= to) continue;
    result += text.slice(at, start) + replace(text.slice(start, to));
    at = to;
  }
  result += text.slice(at);
  // What a comment says counts there alone: it may be any word.
  const long = [...found].filter(({ length }) => length >= TELLING_LENGTH);
  const everywhere = long.reduce((part, secret) => part.split(secret).join(replace(secret)), result);
  return everywhere.replace(PASSWORD_IN_URL, (password) => replace(password));
}

type Piece = readonly [start: number, end: number];

/** Where values of hidden fields stand, line by line. */
function hiddenPieces(text: string): Piece[] {
  const pieces: Piece[] = [];
  for (const { field, start, end } of writtenFields(text)) {
    if (!isHiddenField(field)) continue;
    const rest = text.slice(start, end());
    if (isPlace(rest)) continue;
    const lines = literalLines(rest);
    const isNone = lines.length === 1 && lines.every(([from, to]) => NO_SECRET.includes(rest.slice(from, to)));
    if (!isNone) pieces.push(...lines.map(([from, to]) => [start + from, start + to] as const));
  }
  return pieces;
}

/** What the comments of a text say, each at its place, as if it were no comment. */
function commentsOf(text: string): string {
  return text
    .split('\n')
    .map((line) => {
      const at = line.search(/(?<!\S)#/);
      // What is none ends what stands above it.
      if (at < 0) return line.length < 2 ? line : `x:${' '.repeat(line.length - 2)}`;
      const said = line.slice(at).search(/[^#\s]/);
      return said < 0 ? ' '.repeat(line.length) : ' '.repeat(at + said) + line.slice(at + said);
    })
    .join('\n');
}

/** A field as it stands in a text that need not be YAML. */
interface WrittenField {
  readonly field: string;
  /** Column of its name; 0 in braces around a whole file. */
  readonly indent: number;
  /** Position behind its colon. */
  readonly start: number;
  /** Position behind all that may belong to its value. */
  readonly end: () => number;
}

const KEY = String.raw`(?:"([^"\n]*)"|'([^'\n]*)'|([\w.-]+(?: [\w.-]+)*))[ \t]*:`;
const KEY_OF_LINE = new RegExp(String.raw`(?:---[ \t]+)?([ \t]*(?:-[ \t]+)*)(?:${KEY})?`, 'y');
const KEY_ON_LINE = new RegExp(String.raw`^\s*${KEY}`);
const KEY_IN_BRACES = new RegExp(String.raw`[{[,\n]\s*(?:#[^\n]*\n\s*)*${KEY}`, 'g');

/** Fields at any depth, each on a line of its own or in braces. */
function* writtenFields(text: string): Generator<WrittenField> {
  let at = 0;
  while (at < text.length) {
    const next = endOfLine(text, at);
    KEY_OF_LINE.lastIndex = at;
    const [, before = '', ...names]: readonly (string | undefined)[] = KEY_OF_LINE.exec(text) ?? [];
    const start = KEY_OF_LINE.lastIndex;
    const field = names.find((name) => name !== undefined);
    if (field !== undefined) {
      const column = { indent: before.length, isItem: before.includes('-') };
      yield { field, indent: before.length, start, end: () => endOfValue(text, start, column) };
    }
    const inner = /^[ \t]*(?=[{[])/.exec(text.slice(start, next));
    at = next;
    if (inner === null) continue;
    const open = start + inner[0].length;
    const isTop = field === undefined && before === '';
    const close = endInBraces(text, open + 1, ']}');
    // Where nothing closes it the lines go on to be looked at one by one.
    if (close < text.length) at = Math.max(next, endOfLine(text, close));
    for (const found of text.slice(open, close).matchAll(KEY_IN_BRACES)) {
      const behind = open + found.index + found[0].length;
      const keys: readonly (string | undefined)[] = found.slice(1);
      yield {
        field: keys.find((name) => name !== undefined) ?? '',
        indent: isTop ? 0 : -1,
        start: behind,
        end: () => endInBraces(text, behind, ',]}'),
      };
    }
  }
}

function endOfLine(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  return end < 0 ? text.length : end + 1;
}

/** The lines that are indented more than a key belong to it, and those that are nothing else, as the rest of a text in quotes. */
function endOfValue(
  text: string,
  start: number,
  { indent, isItem }: { readonly indent: number; readonly isItem: boolean },
): number {
  let end = endOfLine(text, start);
  for (let at = end; at < text.length; at = endOfLine(text, at)) {
    const line = text.slice(at, endOfLine(text, at));
    const column = line.search(/\S/);
    if (column < 0) continue;
    if (column <= indent) {
      const isItemOfIt = !isItem && column === indent && /^\s*-\s/.test(line);
      if (!isItemOfIt && (/^\s*(?:#|-|[}\]]|\.\.\.)/.test(line) || KEY_ON_LINE.test(line))) break;
    }
    end = at + line.length;
  }
  return end;
}

/** Where a value in braces or brackets ends: at the first of some signs that stands neither in quotes nor in brackets of its own. */
function endInBraces(text: string, start: number, ends: string): number {
  let depth = 0;
  let quote: string | undefined;
  for (let at = start; at < text.length; at += 1) {
    const sign = text.charAt(at);
    if (quote !== undefined) {
      if (sign === '\\' && quote === '"') at += 1;
      else if (sign === quote) quote = undefined;
    } else if ((sign === '"' || sign === "'") && /[\s,:[{]/.test(text.charAt(at - 1))) quote = sign;
    else if (depth === 0 && ends.includes(sign)) return at;
    else if (sign === '{' || sign === '[') depth += 1;
    else if (sign === '}' || sign === ']') depth -= 1;
  }
  return text.length;
}

/**
 * Where the lines of a text stand in what follows the colon of its field: without quotes, the sign of a text of several lines and the
 * comments that YAML allows there. What is written in no way that YAML knows is taken whole.
 */
function literalLines(rest: string): (readonly [start: number, end: number])[] {
  const [lead = ''] = /^(?:(?:[ \t]+#[^\n]*)?[ \t]*\r?\n)*\s*(?:(?:[&!]\S*[ \t]+)+(?=["'|>]))?/.exec(rest) ?? [];
  const body = rest.slice(lead.length);
  const [header] = /^[|>][-+\d]{0,2}[ \t]*(?:[ \t]#[^\n]*)?\r?\n/.exec(body) ?? [];
  const [quotes = ''] = /^(?:"(?:[^"\\]|\\[^])*"|'(?:[^']|'')*')/.exec(body) ?? [];
  const quoted = quotes !== '' && saysNothing(body.slice(quotes.length)) ? quotes.slice(1, -1) : undefined;
  const [from, to] =
    header !== undefined
      ? [header.length, body.length]
      : quoted !== undefined
        ? [1, 1 + quoted.length]
        : [0, body.length];
  const isPlain = header === undefined && quoted === undefined && !/^["'{[]/.test(body);
  const lines: (readonly [number, number])[] = [];
  let at = lead.length + from;
  for (const line of body.slice(from, to).split('\n')) {
    const own = (isPlain ? line.replace(at === 0 ? /[ \t]#.*$/s : /(?:^|[ \t])#.*$/s, '') : line).trimEnd();
    if (own !== '') lines.push([at + own.search(/\S/), at + own.length]);
    at += line.length + 1;
  }
  return lines;
}

/** Whether nothing but space and comments stands behind a value. */
function saysNothing(behind: string): boolean {
  return !behind.startsWith('#') && behind.split('\n').every((line) => /^\s*(?:#|$)/.test(line));
}

/** The plain texts of all secrets in a configuration, for those who mask or look for them. */
export function secretValues(configuration: Configuration): string[] {
  const fields: Readonly<Record<string, unknown>> = { ...configuration.cluster };
  return SECRET_FIELDS.map((name) => fields[name]).filter((value) => typeof value === 'string');
}

/** The secrets of a configuration by the names that messages use; the sample's placeholder is none. */
export function namedSecrets(configuration: Configuration): KnownSecret[] {
  const fields: Readonly<Record<string, unknown>> = { ...configuration.cluster };
  return SECRET_FIELDS.flatMap((field) => {
    const value = fields[field];
    return typeof value === 'string' && value !== SAMPLE_CLOUDFLARE_TOKEN ? [{ name: secretName(field), value }] : [];
  });
}

/**
 * The texts of a configuration that everybody may read, and the words in them: a password that is also the name of a node is no
 * secret. What stands before the `@` of a URL is left out.
 */
export function openTexts({ cluster, nodes }: Configuration): Set<string> {
  const texts = new Set<string>();
  const collect = (value: unknown): void => {
    if (typeof value === 'string' && !/:\/\/[^/]*:[^/]*@/.test(value)) {
      for (const text of [value, ...value.split(/[\s/:@,=]+/)]) texts.add(text);
    } else if (typeof value === 'object' && value !== null) Object.values(value).forEach(collect);
  };
  collect(Object.entries(cluster).filter(([field]) => !SECRET_FIELDS.includes(field)));
  collect(nodes);
  return texts;
}

/** What messages call the value of a field. */
export function secretName(field: string): string {
  return `\`${field}\` of cluster.yaml`;
}

interface Reading {
  readonly field: string;
  readonly document: ConfigDocument;
  readonly sources: SecretSources & { readonly beside: ReadonlySet<string> };
}

interface Result {
  readonly text?: string;
  readonly issue?: Omit<Issue, 'file'>;
}

async function readSecret(reading: Reading, secret: WrittenSecret): Promise<Result> {
  const { field, sources } = reading;
  const companion = sources.beside.has(field) ? undefined : sources.companion?.[field];
  if (companion !== undefined) return { text: companion };
  if (typeof secret === 'string') return await readLiteral(reading, secret);
  const refusal = await sources.refusal?.(field, secret);
  if (refusal !== undefined) {
    const { code, why, remedy } = refusal;
    const [kind, name] = 'env' in secret ? (['env', secret.env] as const) : (['file', secret.file] as const);
    const source = `${kind === 'env' ? 'the environment variable' : 'the file'} ${shown(name)}`;
    return {
      issue: { code, at: { path: [field, kind] }, message: `\`${field}\` is taken from ${source}, ${why}`, remedy },
    };
  }
  return 'env' in secret ? readVariable(reading, secret.env) : await readSecretFile(reading, secret.file);
}

async function readLiteral({ field, document, sources }: Reading, text: string): Promise<Result> {
  if (text === SAMPLE_CLOUDFLARE_TOKEN || !(await sources.isTracked(document.name))) return { text };
  const remedy = `move it to cluster.sops.yaml, or write {env: ${field.toUpperCase()}} or {file: ${exampleFile(field)}}, and replace the secret if it was ever pushed`;
  return {
    text,
    issue: inGit([field], `\`${field}\` stands in plain text in ${document.name}, which git tracks`, remedy),
  };
}

function readVariable({ field, sources }: Reading, name: string): Result {
  const text = sources.env[name]?.trim();
  if (text !== undefined && text !== '') return { text };
  const source = `the environment variable ${shown(name)}, which is ${text === '' ? 'empty' : 'not set'}`;
  if (sources.standIn !== undefined) return standInFor([field, 'env'], source, sources.standIn(`env ${name}`));
  const message = `\`${field}\` is taken from ${source}`;
  return { issue: missing([field, 'env'], message, 'set it where the command runs, or write {file: PATH}') };
}

async function readSecretFile({ field, sources }: Reading, path: string): Promise<Result> {
  const text = (await sources.readFile(path))?.trim();
  if (text === undefined || text === '') {
    const source = `the file ${shown(path)}, which ${text === '' ? 'is empty' : 'does not exist'}`;
    if (sources.standIn !== undefined) return standInFor([field, 'file'], source, sources.standIn(`file ${path}`));
    const message = `\`${field}\` is taken from ${source}`;
    return { issue: missing([field, 'file'], message, 'write the secret to that file, or write {env: NAME}') };
  }
  if (!(await sources.isTracked(path))) return { text };
  const remedy =
    'let .gitignore name the file, take it out with `git rm --cached` and replace the secret if it was ever pushed';
  return { text, issue: inGit([field, 'file'], `\`${field}\` is taken from ${path}, which git tracks`, remedy) };
}

/** Names that look like names: somebody may have written the secret itself there. */
function shown(name: string): string {
  return /^[A-Z][A-Z0-9_]{0,30}$|[./]/.test(name) ? name : 'named here';
}

/** .gitignore of the template names *.key. */
function exampleFile(field: string): string {
  return `${field.replaceAll('_', '-')}.key`;
}

/** The secret is somebody else's to have: whoever runs without the owner's key is told, and goes on. */
function standInFor(path: string[], source: string, text: string): Result {
  const [field = ''] = path;
  const message = `\`${field}\` was not checked: it is taken from ${source} here`;
  return { text, issue: { code: 'secrets/not-checked', severity: 'note', at: { path }, message } };
}

function missing(path: string[], message: string, remedy: string): Omit<Issue, 'file'> {
  return { code: 'config/secret-missing', at: { path }, message, remedy };
}

function inGit(path: string[], message: string, remedy: string): Omit<Issue, 'file'> {
  return { code: 'config/secret-in-git', severity: 'warning', at: { path }, message, remedy };
}

/**
 * The environment of the user for programs that may want any of it, as npm and the credential helpers of git do: without the age key and
 * the variables that bear the name of a secret of cluster.yaml.
 */
export function variablesWithoutSecrets(): Record<string, string> {
  const secrets = new Set(['SOPS_AGE_KEY', ...SECRET_FIELDS.map((field) => field.toUpperCase())]);
  const variables = Object.entries(environment()).filter(([name]) => !secrets.has(name));
  return Object.fromEntries(variables.filter((entry): entry is [string, string] => entry[1] !== undefined));
}
