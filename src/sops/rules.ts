import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node as YamlNode,
  parseDocument,
} from 'yaml';
import { Failure, failure, type Finding, type Severity } from '../report/finding.ts';
import { compileGoRegex, type GoRegex } from '../text/go-regex.ts';
import { suggestNearest } from '../text/suggest.ts';
import { type FormatName, formatFor } from './formats/format.ts';
import { recipientKind } from './identities.ts';
import { DEFAULT_SELECTION, type Selection, SELECTORS } from './selection.ts';

/** How files whose path matches are encrypted: an entry of `creation_rules`. */
export interface Rule {
  /** Matched anywhere in the path relative to the folder of .sops.yaml; absent where the rule takes every file. */
  readonly pathRegex?: GoRegex;
  /** Age recipients, each once, in their order. */
  readonly recipients: readonly string[];
  /** Names of other key stores that the rule asks for (pgp, kms, …); only the sops program can encrypt to those. */
  readonly otherStores: readonly string[];
  readonly selection: Selection;
  readonly macOnlyEncrypted: boolean;
  /** Why nothing can be encrypted by it, if there is a reason; told only where it would be used, as the sops program does. */
  readonly problems?: readonly Finding[];
}

/** What .sops.yaml says. */
export interface Rules {
  readonly rules: readonly Rule[];
  /** Spaces a level in the files of a format (`stores.yaml.indent` and so on), -1 for a tab; absent where it is left to sops. */
  readonly indents: ReadonlyMap<FormatName, number>;
  /** Keys that sops does not know, which it ignores silently. */
  readonly warnings: readonly Finding[];
}

/**
 * Parses the text of .sops.yaml: YAML with merge keys and aliases, as the sops program reads it by go-yaml. Throws a Failure with the
 * line and column of everything for which that program refuses the whole file; what is wrong in one rule is a problem of that rule.
 */
export function parseRules(text: string, file = '.sops.yaml'): Rules {
  const lines = new LineCounter();
  const document = parseDocument(text, { merge: true, prettyErrors: false, lineCounter: lines, logLevel: 'silent' });
  const source = new Source(file, lines, text, document);
  for (const error of document.errors) source.report(error.pos[0], `${file} is not valid YAML (${error.code})`);
  source.throwIfBad();
  const contents = source.resolve(document.contents);
  const root = contents === null ? new Map<string, Member>() : source.members(contents, `${file} is no mapping`);
  const rules = readRules(root, source);
  const indents = readIndents(root, source);
  source.throwIfBad();
  return { rules, indents, warnings: source.warnings };
}

/**
 * The first rule that matches the path (relative to the folder of .sops.yaml, with forward slashes), or undefined where none does. A
 * rule with problems is among them: one whose `path_regex` is none takes every path that comes to it.
 */
export function ruleFor({ rules }: Rules, path: string): Rule | undefined {
  const rule = rules.find(({ pathRegex }) => pathRegex === undefined || pathRegex.test(path));
  return rule === undefined ? undefined : { ...rule, ...scopeFor(rule, path) };
}

/** What of a file a rule encrypts: of one that is a single value everything, whatever the rule says, as the sops program has it. */
export function scopeFor(
  rule: Pick<Rule, 'selection' | 'macOnlyEncrypted'>,
  path: string,
): Pick<Rule, 'selection' | 'macOnlyEncrypted'> {
  const { selection, macOnlyEncrypted } = rule;
  const isWhole = formatFor(path).name === 'binary';
  return isWhole ? { selection: DEFAULT_SELECTION, macOnlyEncrypted: false } : { selection, macOnlyEncrypted };
}

/** As `ruleFor`, but throws a Failure where no rule matches, or where the one that does cannot be used. */
export function requireRule(rules: Rules, path: string): Rule {
  const rule = ruleFor(rules, path);
  if (rule?.problems !== undefined) throw new Failure('input', rule.problems);
  if (rule !== undefined) return rule;
  const message = `No creation rule in .sops.yaml matches ${path}, so it cannot be encrypted`;
  const remedy = 'rename the file, or add a rule whose `path_regex` matches it';
  throw failure('input', { code: 'sops/no-rule', message, place: { file: path }, remedy });
}

/** The indent of a file of this name, as `encrypt` takes it; undefined where .sops.yaml says nothing about its format. */
export function indentFor({ indents }: Rules, path: string): number | undefined {
  return indents.get(formatFor(path).name);
}

/** A key of a mapping and its value, an alias followed. */
interface Member {
  readonly key: YamlNode;
  /** Null where there is none, as if the key were not there. */
  readonly value: YamlNode | null;
}

type Members = ReadonlyMap<string, Member>;

interface Collecting {
  readonly found: Map<string, Member>;
  /** The mappings that are being merged into each other. */
  readonly within: ReadonlySet<YamlNode>;
  readonly message: string;
  readonly remedy?: string | undefined;
}

const MERGED = '`<<` merges mappings: an alias of one, or a list of such';

/** Only a plain `<<` merges, one in quotes is a key like any other. */
function isMergeKey(key: YamlNode): boolean {
  return isScalar(key) && typeof key.value === 'symbol';
}

/** The text's places, and what was found wrong in it. */
class Source {
  readonly warnings: Finding[] = [];
  readonly #errors: Finding[] = [];
  readonly #file: string;
  readonly #lines: LineCounter;
  readonly #text: readonly string[];
  readonly #document: Document.Parsed;

  constructor(file: string, lines: LineCounter, text: string, document: Document.Parsed) {
    this.#file = file;
    this.#lines = lines;
    this.#text = text.split('\n');
    this.#document = document;
  }

  /** The node that an alias stands for; null for nothing at all. */
  resolve(node: YamlNode | null): YamlNode | null {
    const found = isAlias(node) ? (node.resolve(this.#document) ?? null) : node;
    if (isAlias(node) && found === null) this.report(node, `The alias \`*${node.source}\` stands for nothing`);
    return isScalar(found) && found.value === null ? null : found;
  }

  /**
   * The members of a mapping, those that `<<` merges into it among them: its own win, then the earlier ones.
   *
   * @param message - what is told where the node is none
   */
  members(node: YamlNode, message: string, remedy?: string): Members {
    const found = new Map<string, Member>();
    this.#collect(node, { found, within: new Set(), message, ...(remedy === undefined ? {} : { remedy }) });
    return found;
  }

  #collect(given: YamlNode | null, into: Collecting): void {
    const node = this.resolve(given);
    const { found, within } = into;
    if (!isMap(node) || within.has(node)) {
      if (given !== null) this.report(given, into.message, into.remedy);
      return;
    }
    const merged: (YamlNode | null)[] = [];
    for (const { key, value } of node.items as { key: YamlNode; value: YamlNode | null }[]) {
      if (isMergeKey(key)) merged.push(value);
      else if (isScalar(key) && !found.has(String(key.value)))
        found.set(String(key.value), { key, value: this.resolve(value) });
    }
    const inner = { ...into, within: new Set([...within, node]), message: MERGED, remedy: undefined };
    for (const value of merged) {
      const list = this.resolve(value);
      for (const one of isSeq(list) ? (list.items as YamlNode[]) : [value]) this.#collect(one, inner);
    }
  }

  report(at: YamlNode | number, message: string, remedy?: string): void {
    this.#errors.push(this.#finding('error', at, message, remedy));
  }

  warn(at: YamlNode, message: string, remedy?: string): void {
    this.warnings.push(this.#finding('warning', at, message, remedy));
  }

  /** What is wrong at a place, for whom it concerns. */
  problem(at: YamlNode, message: string, remedy?: string): Finding {
    return this.#finding('error', at, message, remedy);
  }

  throwIfBad(): void {
    if (this.#errors.length > 0) throw new Failure('input', this.#errors);
  }

  #finding(severity: Severity, at: YamlNode | number, message: string, remedy: string | undefined): Finding {
    const { line, col } = this.#lines.linePos(typeof at === 'number' ? at : (at.range?.[0] ?? 0));
    const place = { file: this.#file, line: Math.max(1, line), column: Math.max(1, col) };
    const sourceLine = this.#text[place.line - 1] ?? '';
    return { code: 'sops/rules', severity, message, place, sourceLine, ...(remedy === undefined ? {} : { remedy }) };
  }
}

const OTHER_STORES = [
  'kms',
  'pgp',
  'gcp_kms',
  'hckms',
  'azure_keyvault',
  'hc_vault_transit_uri',
  'key_groups',
] as const;
const RULE_KEYS = [
  'path_regex',
  'age',
  'mac_only_encrypted',
  'aws_profile',
  'shamir_threshold',
  ...SELECTORS,
  ...OTHER_STORES,
];

function readRules(root: Members, source: Source): Rule[] {
  const node = root.get('creation_rules')?.value ?? null;
  if (node === null) return [];
  if (!isSeq(node)) {
    source.report(node, '`creation_rules` is no list', 'write each rule behind a dash');
    return [];
  }
  // Go-yaml leaves an empty entry out of a list.
  const items = (node.items as YamlNode[]).filter((item) => source.resolve(item) !== null);
  return items.map((item) => readRule(item, source));
}

function readRule(node: YamlNode, source: Source): Rule {
  const remedy = 'a rule has keys such as `path_regex` and `age`';
  const members = source.members(node, 'A creation rule is no mapping', remedy);
  warnOfUnknown(members, source);
  const rule: RuleInProgress = { node, members, source, problems: [] };
  const pathRegex = regexAt('path_regex', rule);
  const keys = onlyGroup(rule) ?? rule;
  return {
    ...(pathRegex === undefined ? {} : { pathRegex }),
    recipients: readRecipients(keys),
    otherStores: OTHER_STORES.filter((key) => (keys.members.get(key)?.value ?? null) !== null),
    selection: readSelection(rule),
    macOnlyEncrypted: truthAt('mac_only_encrypted', rule),
    ...(rule.problems.length === 0 ? {} : { problems: rule.problems }),
  };
}

/**
 * The one entry of `key_groups`, whose keys take the place of those of the rule: with a single group the data key is not split, and files
 * come out as they do without any. Undefined where there is none, or several.
 */
function onlyGroup(rule: RuleInProgress): RuleInProgress | undefined {
  const { members, source } = rule;
  const groups = members.get('key_groups')?.value ?? null;
  const [item, another] = isSeq(groups) ? (groups.items as YamlNode[]) : [];
  const node = source.resolve(item ?? null);
  if (node === null || another !== undefined) return undefined;
  return {
    ...rule,
    node,
    members: source.members(node, 'A key group is no mapping', 'a group has keys such as `age`'),
  };
}

interface RuleInProgress {
  readonly node: YamlNode;
  readonly members: Members;
  readonly source: Source;
  readonly problems: Finding[];
}

function warnOfUnknown(members: Members, source: Source): void {
  for (const [name, { key }] of members) {
    if (RULE_KEYS.some((known) => known === name)) continue;
    const nearest = suggestNearest(name, RULE_KEYS);
    source.warn(
      key,
      `A creation rule has no key \`${name}\`: sops ignores it`,
      nearest && `did you mean \`${nearest}\`?`,
    );
  }
}

function readSelection(rule: RuleInProgress): Selection {
  const { members, node, source, problems } = rule;
  const set = SELECTORS.map((key) => ({ key, text: textAt(key, rule) })).filter(({ text }) => text !== '');
  const [first, second] = set;
  if (first === undefined) return DEFAULT_SELECTION;
  if (second !== undefined) {
    const message = `The rule has ${set.map(({ key }) => `\`${key}\``).join(' and ')}, of which one alone is allowed`;
    problems.push(source.problem(members.get(second.key)?.value ?? node, message, 'leave one of them'));
  }
  const isUsable = !first.key.endsWith('_regex') || regexAt(first.key, rule) !== undefined;
  return isUsable ? { by: first.key, pattern: first.text } : DEFAULT_SELECTION;
}

function readRecipients(rule: RuleInProgress): string[] {
  const { source, problems } = rule;
  const value = rule.members.get('age')?.value ?? null;
  if (value === null) return [];
  const nodes = isSeq(value) ? (value.items as YamlNode[]).map((item) => source.resolve(item) ?? item) : [value];
  const found = nodes.flatMap((node) => splitRecipients(node, rule));
  const kinds = new Set(found.map(recipientKind).filter((kind) => kind !== undefined));
  if (kinds.size > 1) {
    const remedy = 'use recipients age1pq1… only, or none of them';
    problems.push(
      source.problem(value, 'The rule mixes classic and post-quantum recipients, which age refuses', remedy),
    );
  }
  return [...new Set(found)];
}

function splitRecipients(node: YamlNode, { source, problems }: RuleInProgress): string[] {
  if (!isScalar(node) || typeof node.value !== 'string') {
    const remedy = 'name one recipient, several with commas between them, or a list';
    problems.push(source.problem(node, '`age` holds something else than text', remedy));
    return [];
  }
  const recipients = node.value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  for (const recipient of recipients) {
    const problem = recipientProblem(recipient);
    if (problem !== undefined) problems.push(source.problem(node, ...problem));
  }
  return recipients;
}

/** What is wrong with a recipient, and what would be right; undefined for one that this package can encrypt to. */
function recipientProblem(recipient: string): [message: string, remedy: string] | undefined {
  if (recipientKind(recipient) !== undefined) return undefined;
  const shown = `\`${recipient.slice(0, 80)}\``;
  const remedy = 'a recipient is a whole age1… or age1pq1…';
  if (recipient.startsWith('ssh-')) return [`${shown} is an SSH key, to which only the sops program encrypts`, remedy];
  return /^age1[a-z\d]+1/.test(recipient) && !recipient.startsWith('age1pq1')
    ? [`${shown} belongs to a plugin of age, with which only the sops program encrypts`, remedy]
    : [`${shown} is no age recipient`, remedy];
}

/** The stores whose files have levels; JSON alone takes -1, for a tab. */
const STORES = [
  ['yaml', 'yaml', 0],
  ['json', 'json', -1],
  ['binary', 'json_binary', -1],
] as const;

function readIndents(root: Members, source: Source): Map<FormatName, number> {
  const within = (members: Members, key: string): Members => {
    const node = members.get(key)?.value ?? null;
    return node === null ? new Map() : source.members(node, `\`${key}\` is no mapping`);
  };
  const stores = within(root, 'stores');
  const indents = new Map<FormatName, number>();
  for (const [format, key, least] of STORES) {
    const node = within(stores, key).get('indent')?.value ?? null;
    if (node === null) continue;
    const value = isScalar(node) ? node.value : undefined;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > 16)
      source.report(node, `\`stores.${key}.indent\` is no number of spaces`, 'write a whole number such as 2');
    // The sops program takes 0 in YAML for its default.
    else if (format !== 'yaml' || value > 0) indents.set(format, value);
  }
  return indents;
}

/** A text as go-yaml reads one into a string: a number or a truth value without quotes is its text. */
function textAt(key: string, { members, source }: RuleInProgress): string {
  const value = members.get(key)?.value ?? null;
  if (value === null) return '';
  if (isScalar(value)) return typeof value.value === 'string' ? value.value : (value.source ?? String(value.value));
  source.report(value, `\`${key}\` is no text`, 'put it in quotes');
  return '';
}

/** Undefined where there is none, or where it is a problem of the rule. */
function regexAt(key: string, rule: RuleInProgress): GoRegex | undefined {
  const text = textAt(key, rule);
  if (text === '') return undefined;
  try {
    return compileGoRegex(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const message = `\`${key}\` is no regular expression that sops understands: ${error.message}`;
    rule.problems.push(rule.source.problem(rule.members.get(key)?.value ?? rule.node, message));
    return undefined;
  }
}

/** go-yaml reads the truth values of YAML 1.1 where one is wanted. */
const TRUTHS: ReadonlyMap<string, boolean> = new Map([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'on', 'On', 'ON'].map((text) => [text, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'off', 'Off', 'OFF'].map((text) => [text, false] as const),
]);

function truthAt(key: string, { members, source }: RuleInProgress): boolean {
  const value = members.get(key)?.value ?? null;
  if (value === null) return false;
  if (isScalar(value) && typeof value.value === 'boolean') return value.value;
  const truth = isScalar(value) && typeof value.value === 'string' ? TRUTHS.get(value.value) : undefined;
  if (truth === undefined) source.report(value, `\`${key}\` is neither true nor false`);
  return truth ?? false;
}

/** Whether a file is one that is only ever written encrypted: its name ends in `.sops.<ending>`. `.sops.yaml` itself is not. */
export function isSecretPath(path: string): boolean {
  return /[^/]\.sops\.[^./]+$/.test(path);
}
