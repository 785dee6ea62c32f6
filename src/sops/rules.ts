import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node as YamlNode, type YAMLMap } from 'yaml';
import { Failure, failure, type Finding, type Severity } from '../report/finding.ts';
import { suggestNearest } from '../report/suggest.ts';
import { compileGoRegex } from './go-regex.ts';
import { recipientKind } from './identities.ts';
import { DEFAULT_SELECTION, SELECTORS, type Selection, type Selector } from './selection.ts';

/** How files whose path matches are encrypted: an entry of `creation_rules`. */
export interface Rule {
  /** Matched anywhere in the path relative to the folder of .sops.yaml; absent where the rule takes every file. */
  readonly pathRegex?: RegExp;
  /** Age recipients, each once, in their order. */
  readonly recipients: readonly string[];
  /** Names of other key stores that the rule asks for (pgp, kms, …); only the sops program can encrypt to those. */
  readonly otherStores: readonly string[];
  readonly selection: Selection;
  readonly macOnlyEncrypted: boolean;
}

/** What .sops.yaml says. */
export interface Rules {
  readonly rules: readonly Rule[];
  /** Spaces a level in YAML files (`stores.yaml.indent`); absent where it is left to the default of sops, 4. */
  readonly yamlIndent?: number;
  /** Keys that sops does not know, which it ignores silently. */
  readonly warnings: readonly Finding[];
}

/**
 * Parses the text of .sops.yaml. Throws a Failure with the line and column of everything that is wrong in it: what the sops program
 * refuses, and recipients that this package cannot encrypt to.
 */
export function parseRules(text: string, file = '.sops.yaml'): Rules {
  const lines = new LineCounter();
  const document = parseDocument(text, { prettyErrors: false, lineCounter: lines, logLevel: 'silent' });
  const source = new Source(file, lines, text);
  for (const error of document.errors) source.report(error.pos[0], `${file} is not valid YAML (${error.code})`);
  source.throwIfBad();
  const root = document.contents as YamlNode | null;
  if (root !== null && !isMap(root)) source.report(root, `${file} is no mapping`, 'it starts with `creation_rules:`');
  const rules = isMap(root) ? readRules(root, source) : [];
  const yamlIndent = isMap(root) ? readIndent(root, source) : undefined;
  source.throwIfBad();
  return { rules, ...(yamlIndent === undefined ? {} : { yamlIndent }), warnings: source.warnings };
}

/** The first rule that matches the path (relative to the folder of .sops.yaml, with forward slashes), or undefined where none does. */
export function ruleFor({ rules }: Rules, path: string): Rule | undefined {
  return rules.find(({ pathRegex }) => pathRegex === undefined || pathRegex.test(path));
}

/** As `ruleFor`, but throws a Failure where no rule matches. */
export function requireRule(rules: Rules, path: string): Rule {
  const rule = ruleFor(rules, path);
  if (rule !== undefined) return rule;
  const message = `No creation rule in .sops.yaml matches ${path}, so it cannot be encrypted`;
  const remedy = 'rename the file, or add a rule whose `path_regex` matches it';
  throw failure('input', { code: 'sops/no-rule', message, place: { file: path }, remedy });
}

/** The text's places, and what was found wrong in it. */
class Source {
  readonly warnings: Finding[] = [];
  readonly #errors: Finding[] = [];
  readonly #file: string;
  readonly #lines: LineCounter;
  readonly #text: readonly string[];

  constructor(file: string, lines: LineCounter, text: string) {
    this.#file = file;
    this.#lines = lines;
    this.#text = text.split('\n');
  }

  report(at: YamlNode | number, message: string, remedy?: string): void {
    this.#errors.push(this.#finding('error', at, message, remedy));
  }

  warn(at: YamlNode, message: string, remedy?: string): void {
    this.warnings.push(this.#finding('warning', at, message, remedy));
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

function readRules(root: YAMLMap, source: Source): Rule[] {
  const node = root.get('creation_rules', true) as YamlNode | undefined;
  if (node === undefined || (isScalar(node) && node.value === null)) return [];
  if (!isSeq(node)) {
    source.report(node, '`creation_rules` is no list', 'write each rule behind a dash');
    return [];
  }
  return (node.items as YamlNode[]).flatMap((item) => {
    if (isMap(item)) return [readRule(item, source)];
    source.report(item, 'A creation rule is no mapping', 'a rule has keys such as `path_regex` and `age`');
    return [];
  });
}

function readRule(node: YAMLMap, source: Source): Rule {
  warnOfUnknown(node, source);
  const pattern = textAt(node, 'path_regex', source);
  const pathRegex = pattern === '' ? undefined : regexAt(node, 'path_regex', source);
  return {
    ...(pathRegex === undefined ? {} : { pathRegex }),
    recipients: readRecipients(node, source),
    otherStores: OTHER_STORES.filter((key) => node.has(key)),
    selection: readSelection(node, source),
    macOnlyEncrypted: truthAt(node, 'mac_only_encrypted', source),
  };
}

function warnOfUnknown(node: YAMLMap, source: Source): void {
  for (const { key } of node.items as { key: YamlNode }[]) {
    const name = isScalar(key) ? String(key.value) : '';
    if (RULE_KEYS.some((known) => known === name)) continue;
    const nearest = suggestNearest(name, RULE_KEYS);
    source.warn(
      key,
      `A creation rule has no key \`${name}\`: sops ignores it`,
      nearest && `did you mean \`${nearest}\`?`,
    );
  }
}

function readSelection(node: YAMLMap, source: Source): Selection {
  const set = SELECTORS.filter((key) => textAt(node, key, source) !== '');
  const [by, second] = set;
  if (by === undefined) return DEFAULT_SELECTION;
  if (second !== undefined) {
    const message = `The rule has ${set.map((key) => `\`${key}\``).join(' and ')}, of which one alone is allowed`;
    source.report(nodeAt(node, second) ?? node, message, 'leave one of them');
  }
  if (by.endsWith('_regex')) regexAt(node, by, source);
  return { by, pattern: textAt(node, by, source) };
}

function readRecipients(node: YAMLMap, source: Source): string[] {
  const value = nodeAt(node, 'age');
  if (value === undefined || (isScalar(value) && value.value === null)) return [];
  const texts = isSeq(value) ? (value.items as YamlNode[]) : [value];
  const found = texts.flatMap((text) => splitRecipients(text, source));
  const kinds = new Set(found.map(({ recipient }) => recipientKind(recipient)).filter((kind) => kind !== undefined));
  if (kinds.size > 1) {
    const remedy = 'use recipients age1pq1… only, or none of them';
    source.report(value, 'The rule mixes classic and post-quantum recipients, which age refuses', remedy);
  }
  return [...new Set(found.map(({ recipient }) => recipient))];
}

function splitRecipients(node: YamlNode, source: Source): { recipient: string }[] {
  if (!isScalar(node) || typeof node.value !== 'string') {
    source.report(
      node,
      '`age` holds something else than text',
      'name one recipient, several with commas between them, or a list',
    );
    return [];
  }
  const recipients = node.value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  for (const recipient of recipients) {
    if (recipientKind(recipient) !== undefined) continue;
    source.report(
      node,
      `\`${recipient.slice(0, 80)}\` is no age recipient`,
      'a recipient is a whole age1… or age1pq1…',
    );
  }
  return recipients.map((recipient) => ({ recipient }));
}

function readIndent(root: YAMLMap, source: Source): number | undefined {
  const node = root.getIn(['stores', 'yaml', 'indent'], true) as YamlNode | undefined;
  if (node === undefined) return undefined;
  const value = isScalar(node) ? node.value : undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 16)
    return value === 0 ? undefined : value;
  source.report(node, '`stores.yaml.indent` is no number of spaces', 'write a whole number such as 2');
  return undefined;
}

function nodeAt(node: YAMLMap, key: string): YamlNode | undefined {
  return node.get(key, true);
}

function textAt(node: YAMLMap, key: Selector | 'path_regex', source: Source): string {
  const value = nodeAt(node, key);
  if (value === undefined || (isScalar(value) && value.value === null)) return '';
  if (isScalar(value) && typeof value.value === 'string') return value.value;
  source.report(value, `\`${key}\` is no text`, 'put it in quotes');
  return '';
}

function regexAt(node: YAMLMap, key: Selector | 'path_regex', source: Source): RegExp | undefined {
  try {
    return compileGoRegex(textAt(node, key, source));
  } catch (error) {
    const why = error instanceof SyntaxError ? error.message : String(error);
    source.report(nodeAt(node, key) ?? node, `\`${key}\` is no regular expression that sops understands: ${why}`);
    return undefined;
  }
}

function truthAt(node: YAMLMap, key: string, source: Source): boolean {
  const value = nodeAt(node, key);
  if (value === undefined) return false;
  if (isScalar(value) && typeof value.value === 'boolean') return value.value;
  source.report(value, `\`${key}\` is neither true nor false`);
  return false;
}
