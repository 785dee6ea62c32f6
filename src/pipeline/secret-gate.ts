import {
  describeOpen,
  findPlainSecrets,
  openValues,
  plainSecretNames,
  plainSecretFinding,
  secretsIn,
  type PlainSecret,
  type WrittenFile,
} from '../checks/secrets.ts';
import { isSecretPath, parseRules, requireRule, type Rule, type Rules } from '../sops/rules.ts';
import { openTexts } from '../cluster/config/secrets.ts';
import type { Configuration } from '../cluster/config/generated/types.ts';
import type { RenderedFile } from '../makejinja/render.ts';
import { Failure, failure, type Finding } from '../report/finding.ts';
import { keepOpen, keepSecrets } from '../report/redaction.ts';
import { isRandom, isTelling, SecretSearch, type KnownSecret } from '../report/secret-search.ts';
import { formatFor } from '../sops/formats/format.ts';
import { hideSelected } from '../sops/redact.ts';
import type { Tree } from '../sops/tree.ts';
import { NOTHING_KEPT, type TreeMemory } from './memory.ts';

/** A secret that a rendered file would show. */
export interface Leak {
  readonly secret: PlainSecret;
  readonly file: RenderedFile;
}

/** What the gate says of a rendered tree, which must not be written where there is a finding or a leak. */
interface GateResult {
  /** Errors. */
  readonly findings: readonly Finding[];
  readonly leaks: readonly Leak[];
  /** Finds every secret of the run, those that the tree itself makes among them, in what is about to be written. */
  readonly search: FileSearch;
}

/** Finds the secrets of a run in files. What was looked through for the same secrets before is not looked through again. */
export interface FileSearch {
  /** Whether a file shows no secret, nor is a Secret that would not be encrypted. */
  readonly passes: (file: WrittenFile) => boolean;
  readonly find: (file: WrittenFile) => PlainSecret[];
  readonly memory: TreeMemory;
}

/**
 * Looks for secrets in what the rendered files would be once `*.sops.*` ones were encrypted by the rendered rules, and for objects of
 * kind Secret that would not be: for runs that write and for those that only look.
 *
 * @param secrets - what the run knows; values of rendered Secrets are added
 * @param memory - of earlier runs
 */
export function gateRendered(
  rendered: readonly RenderedFile[],
  secrets: readonly KnownSecret[],
  configuration: Configuration,
  memory = NOTHING_KEPT,
): GateResult {
  const open = openTexts(configuration);
  const [files, unreadable] = readSecretFiles(rendered);
  const all = [...secrets, ...files.flatMap(({ file, tree }) => secretsIn(file.path, tree))];
  keepOpen(open);
  keepSecrets(all);
  const search = searchFor(all, open);
  const known = searchKey(all, open);
  const inFiles = fileSearch(search, known, memory);
  const plain = rendered.filter((file) => !isSecretPath(file.path) && !inFiles.passes(file));
  const sealed: { telling: readonly Finding[]; results: readonly SecretFileResult[] } = { telling: [], results: [] };
  const isSealed = (): boolean => {
    sealed.telling = tellingNames(rendered, search);
    sealed.results = files.map((one) => gateSecretFile(one, search));
    const faults = [unreadable, sealed.telling, ...sealed.results.flatMap(({ findings, leaks }) => [findings, leaks])];
    return faults.every(({ length }) => length === 0);
  };
  const paths = JSON.stringify(rendered.map(({ path }) => path));
  const rules = rendered.find(({ path }) => path === RULES_FILE)?.bytes ?? '';
  memory.holds('sealed', [known, paths, rules, ...files.flatMap(({ file }) => [file.path, file.bytes])], isSealed);
  return {
    search: inFiles,
    findings: [
      ...unreadable,
      ...sealed.telling,
      ...plain.flatMap(misnamedSecret),
      ...sealed.results.flatMap(({ findings }) => findings),
    ],
    leaks: [
      ...plain.flatMap((file) => inFiles.find(file).map((secret) => ({ secret, file }))),
      ...sealed.results.flatMap(({ leaks }) => leaks),
    ],
  };
}

/** Where the rules come from by which secret files are encrypted. */
export const RULES_FILE = '.sops.yaml';

/** @param known - the secrets that are looked for, as one text */
function fileSearch(search: SecretSearch, known: string, memory: TreeMemory): FileSearch {
  const key = memory.digestOf?.(Buffer.from(known)) ?? '';
  const find = (file: WrittenFile): PlainSecret[] => findPlainSecrets([file], search);
  const passes = (file: WrittenFile): boolean => {
    const { path, bytes } = file;
    const isNamed = (): boolean => isSecretPath(path) || plainSecretNames(path, textOf(bytes)).length === 0;
    return memory.holds('open', [key, path, bytes], () => isNamed() && find(file).length === 0);
  };
  return { memory, find, passes };
}

/**
 * Looks once more at the very bytes that are about to be written.
 *
 * @throws Failure with everything that is found: nothing of it may be written
 */
export function refusePlain(files: readonly WrittenFile[], search: FileSearch): void {
  const findings = files.flatMap((file) => {
    const { path, bytes } = file;
    const open = (): Finding[] => openFindings(path, path, () => formatFor(path).read(textOf(bytes), path));
    const isHidden = !isSecretPath(path) || search.memory.holds('hidden', [path, bytes], () => open().length === 0);
    return [
      ...(isHidden ? [] : open()),
      ...(search.passes(file) ? [] : search.find(file).map((found) => plainSecretFinding(found, { file: path }))),
    ];
  });
  if (findings.length > 0) throw new Failure('input', findings);
}

/** So many random characters of a secret in a row are worth as much as the whole to who finds them. */
const SHORTEST_PART = 24;

/**
 * A search for those of the secrets that are not found by chance, and are not written openly in the configuration. A part of one
 * counts where it is random: a key without its last character is a slip, not another text.
 */
export function searchFor(secrets: readonly KnownSecret[], open: ReadonlySet<string> = new Set()): SecretSearch {
  const telling = secrets.filter(({ value }) => isTelling(value) && !open.has(value));
  const openText = [...open].join('\n');
  const isPart = (text: string): boolean => isRandom(text) && !openText.includes(text);
  return new SecretSearch(telling, { shortestPart: SHORTEST_PART, isPart });
}

/** What a search by `searchFor` follows from, as one text. It holds the secrets. */
function searchKey(secrets: readonly KnownSecret[], open: ReadonlySet<string>): string {
  const telling = secrets.filter(({ value }) => isTelling(value) && !open.has(value));
  // Of a shorter text no part of a secret is a part.
  const long = [...open].filter((text) => text.length >= SHORTEST_PART);
  return JSON.stringify([telling, long]);
}

/** A file that is to be encrypted, as SOPS reads it. */
interface SecretFile {
  readonly file: RenderedFile;
  readonly tree: Tree;
  readonly rule: Rule;
}

function readSecretFiles(rendered: readonly RenderedFile[]): [SecretFile[], Finding[]] {
  const secrets = rendered.filter(({ path }) => isSecretPath(path));
  const findings: Finding[] = [];
  if (secrets.length === 0) return [[], findings];
  const rules = attempt(() => readRules(rendered), findings);
  const files = secrets.flatMap((file) => {
    const read = attempt(() => {
      const tree = formatFor(file.path).read(textOf(file.bytes), file.path);
      return rules === undefined ? undefined : { file, tree, rule: requireRule(rules, file.path) };
    }, findings);
    return read === undefined ? [] : [read];
  });
  return [files, findings];
}

/** What the work gives; undefined where it fails for what the user wrote, which is added to the findings. */
function attempt<T>(work: () => T, findings: Finding[]): T | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    findings.push(...error.findings);
    return undefined;
  }
}

/** Those of a rendering are asked for by the gate and by the encryption. */
const KNOWN_RULES = new WeakMap<RenderedFile, Rules>();

/** The creation rules of a rendered tree. Throws a Failure where it has none, or they are wrong. */
export function readRules(rendered: readonly RenderedFile[]): Rules {
  const file = rendered.find(({ path }) => path === RULES_FILE);
  const known = file === undefined ? undefined : KNOWN_RULES.get(file);
  if (known !== undefined) return known;
  if (file !== undefined) {
    const rules = parseRules(file.bytes.toString('utf8'), file.source);
    KNOWN_RULES.set(file, rules);
    return rules;
  }
  throw failure('input', {
    code: 'sops/rules',
    message: 'no template renders .sops.yaml, so there is no rule to encrypt secrets by',
    remedy: 'restore templates/config/.sops.yaml.j2',
  });
}

/** The name of a file is never encrypted: whoever sees a list of the commit would read the secret. */
function tellingNames(rendered: readonly RenderedFile[], search: SecretSearch): Finding[] {
  return rendered.flatMap(({ path, source }) => {
    const [hit] = search.find(Buffer.from(path));
    if (hit === undefined) return [];
    return {
      code: 'secrets/plain-text',
      severity: 'error',
      message: `the name of a file would show ${hit.name} in plain text`,
      place: { file: source },
      remedy: 'give its template another name',
    };
  });
}

/** A Secret in a file of another name would be written as it is. */
function misnamedSecret({ path, source, bytes }: RenderedFile): Finding[] {
  const names = plainSecretNames(path, textOf(bytes));
  if (names.length === 0) return [];
  return [
    {
      code: 'secrets/plain-text',
      severity: 'error',
      message: `${path} is a Secret that would be written in plain text: its name does not say that it is to be encrypted`,
      place: { file: source },
      remedy: `name it ${path.replace(/\.(?=[^./]+$)/, '.sops.')}`,
    },
  ];
}

type SecretFileResult = Pick<GateResult, 'findings' | 'leaks'>;

function gateSecretFile({ file, tree, rule }: SecretFile, search: SecretSearch): SecretFileResult {
  const shape = hideSelected(tree, rule.selection);
  const findings = openFindings(file.path, file.source, () => shape, rule);
  // Which secrets these are would only repeat it.
  if (findings.length > 0) return { findings, leaks: [] };
  const text = formatFor(file.path).write(shape, 2);
  const found = findPlainSecrets([{ path: file.path, bytes: Buffer.from(text, 'utf8') }], search);
  if (found.length === 0) return { findings, leaks: [] };
  return { findings, leaks: found.map((one) => ({ file, secret: { ...one, line: lineIn(file, one, text, search) } })) };
}

/** The line of the rendered text in which a secret stands that was found in another writing of it: the one with the same key. */
function lineIn({ bytes }: RenderedFile, { name, line }: PlainSecret, text: string, search: SecretSearch): number {
  const keyOf = (one: string | undefined): string => (one?.split(':')[0] ?? '').replace(/["'\s]/g, '');
  const rendered = textOf(bytes).split('\n');
  const hits = search.find(bytes).filter((hit) => hit.name === name);
  const lines = hits.map(({ start }) => textOf(bytes.subarray(0, start)).split('\n').length);
  const wanted = keyOf(text.split('\n')[line - 1]);
  return lines.find((one) => keyOf(rendered[one - 1]) === wanted) ?? lines[0] ?? 1;
}

function openFindings(path: string, source: string, treeOf: () => Tree, rule?: Rule): Finding[] {
  if (!isSecretPath(path)) return [];
  const open = openValues(treeOf());
  if (open === undefined) return [];
  const selection =
    rule === undefined ? '' : ` (its rule in .sops.yaml: ${rule.selection.by} ${rule.selection.pattern})`;
  return [
    {
      code: 'secrets/plain-text',
      severity: 'error',
      message: `${path} would ${open.isWhole ? 'be written' : 'hold values'} in plain text: ${describeOpen(open)}${selection}`,
      place: { file: source },
      remedy:
        'correct the rule in the template of .sops.yaml: `encrypted_regex: ^(data|stringData)$` takes what a Secret keeps',
    },
  ];
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}
