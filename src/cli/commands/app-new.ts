import { resolve } from 'node:path';
import { BadAnswer, readTarget, type RequestContext } from '../../apps/answer-values.ts';
import { ANSWER_NAMES, type AnswerName, ANSWERS, type Answers, mistakeIn } from '../../apps/answers.ts';
import { refuseWithoutFolder } from '../../apps/gaps.ts';
import { appLike } from '../../apps/like.ts';
import { appNamed } from '../../apps/named.ts';
import type { Draft } from '../../apps/draft.ts';
import { readRequest } from '../../apps/request.ts';
import { fieldOf, type Requirement } from '../../apps/scaffold/secrets.ts';
import {
  type AppTarget,
  draftNewApp,
  filesNamed,
  newAppContext,
  seal,
  type SecretValues,
} from '../../pipeline/app-new.ts';
import { type ReadApps, readApps } from '../../pipeline/apps.ts';
import { failure, type Failure } from '../../report/finding.ts';
import { randomBytes } from '../../system/environment.ts';
import { readNamedTextIfPresent, readStandardInput } from '../../system/files.ts';
import { ask, askSecret, isInteractive, print, printSentences } from '../../system/terminal.ts';
import { suggestNearest } from '../../text/suggest.ts';
import { type AppChangeOptions, type AppOptions, carryOut, edit, placeOf, refuseOfTemplate } from './app-change.ts';
import { EXIT } from '../exit-codes.ts';
import { printJson } from '../output.ts';
import { type StoreItem, storeItemsOf } from '../../apps/requirements.ts';

/** Options of `app new`; the answers are among them under their own names. */
export interface AppNewOptions extends AppChangeOptions {
  readonly into?: string;
  readonly secretsFrom?: string;
  readonly [answer: string]: unknown;
}

/** `cluster-template app new NS/APP`; gives back the exit code. */
export async function runAppNew(name: string, options: AppNewOptions): Promise<number> {
  const read = await readApps(await placeOf(options));
  const given = answersIn(options);
  const { context, findings } = newAppContext(read, await filesFor(given));
  const isAsking = isInteractive() && options.yes !== true && options.json !== true;
  const target = await targetOf(name, read, context, isAsking);
  const into = targetIn(options.into, read);
  const answers = await completed(given, context, target.name, isAsking);
  const request = taken(() => readRequest(target, answers, context));
  const making = { request, ...context };
  const plan = await draftNewApp(read, making, into, undefined);
  const needs = plan.made.sealed.flatMap((one) => one.needs);
  const isDry = options.dryRun === true;
  const values = isDry ? undefined : await valuesOf(needs, target.name, options, isAsking);
  const { draft, made } = values === undefined ? plan : await draftNewApp(read, making, into, values);
  const notes = [
    ...(isDry
      ? made.sealed.map(
          ({ path, needs: own }) => `+ created ${path}, encrypted (${unique(own.map(({ key }) => key)).join(', ')})`,
        )
      : []),
    ...storeNotes(made.requirements, context, read),
  ];
  const question = `Make ${target.namespace}/${target.name}?`;
  return await carryOut({ read, changes: draft.changes(), findings, notes, question }, options);
}

/** `cluster-template app new NS/APP --like NS/OTHER`; gives back the exit code. */
export async function runAppLike(name: string, like: string, options: AppNewOptions): Promise<number> {
  const read = await readApps(await placeOf(options));
  const model = appNamed(read.repository, like);
  refuseOfTemplate(read, model);
  refuseWithoutFolder(read.repository, model);
  if (options.into !== undefined)
    throw usage('--into does not go with --like', `leave it out: a copy is written as ${like} is`);
  const { context } = newAppContext(read);
  const given = { answers: answersIn(options), context };
  const target = taken(() => readTarget(name));
  const made = taken(() => appLike(read.repository, model, target, given));
  const needs = made.sealed.flatMap((one) => one.needs);
  const isAsking = isInteractive() && options.yes !== true && options.json !== true;
  // Without values the copy is made all the same, and what is missing is told.
  const isSealed = options.dryRun !== true && (isAsking || options.secretsFrom !== undefined);
  const values = isSealed ? await valuesOf(needs, target.name, options, isAsking) : undefined;
  const kept = values === undefined ? made.notes : made.notes.filter((note) => !note.includes(' is encrypted and '));
  const notes = [...kept, ...copiedStoreNotes(made.items)];
  const also = async (draft: Draft): Promise<void> => {
    if (values !== undefined) await seal(read, draft, made.sealed, values);
  };
  return await edit({ read, made: { ...made, notes }, question: `Make ${name} like ${like}?`, also }, options);
}

/** What the command line answers. */
function answersIn(options: AppNewOptions): Answers {
  return Object.fromEntries(
    ANSWER_NAMES.flatMap((name) => {
      const value = options[name];
      // What is on unless it is switched off is no answer.
      if (value === undefined || ((name === 'tmp' || name === 'securityContext') && value === true)) return [];
      return [[name, value as string | boolean | readonly string[]]];
    }),
  );
}

async function filesFor(answers: Answers): Promise<Map<string, string>> {
  const texts = await Promise.all(
    filesNamed(answers).map(async (path) => [path, await readNamedTextIfPresent(resolve(path))] as const),
  );
  return new Map(texts.flatMap(([path, text]) => (text === undefined ? [] : [[path, text] as const])));
}

async function targetOf(
  text: string,
  { repository }: ReadApps,
  { style }: RequestContext,
  isAsking: boolean,
): Promise<{ readonly namespace: string; readonly name: string }> {
  if (text.includes('/')) return taken(() => readTarget(text));
  const known = unique([...repository.apps.map(({ namespace }) => namespace), ...Object.keys(style.namespaces)]).sort();
  if (!isAsking) {
    throw failure('usage', {
      code: 'usage/argument',
      message: `${text} names no namespace`,
      remedy: `write namespace/${text}; there are ${known.join(', ')}`,
    });
  }
  for (const name of known) print(`  ${name.padEnd(16)} ${style.namespaces[name] ?? ''}`.trimEnd() + '\n');
  for (;;) {
    const namespace = await ask('Namespace: ');
    const near = known.includes(namespace) ? undefined : suggestNearest(namespace, known);
    if (near === undefined || namespace === near) return taken(() => readTarget(`${namespace}/${text}`));
    print(`did you mean ${near}? A new one takes its name with the app: app new ${namespace}/${text}\n`);
  }
}

function targetIn(text: string | undefined, { place }: ReadApps): AppTarget {
  const usual = place.kind === 'cluster' ? 'templates' : 'plain';
  if (text === undefined || text === 'plain') return text ?? usual;
  if (text !== 'templates') throw usage(`--into does not take ${text}`, 'it takes templates, plain');
  if (place.kind === 'cluster') return text;
  throw usage(
    '--into templates is for a repository that cluster-template renders',
    'leave it out, or take --into plain',
  );
}

function usage(message: string, remedy: string): Failure {
  return failure('usage', { code: 'usage/argument', message, remedy });
}

/** A mistake in an answer as a finding. */
function taken<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof BadAnswer) throw usage(error.message, error.remedy);
    throw error;
  }
}

/** Answers with what was asked for at the terminal, or what is proposed. */
async function completed(given: Answers, context: RequestContext, app: string, isAsking: boolean): Promise<Answers> {
  const answers: Record<string, string | boolean | readonly string[] | undefined> = { ...given };
  let isTold = false;
  for (const name of ANSWER_NAMES) {
    const { question } = ANSWERS[name];
    if (question === undefined || answers[name] !== undefined || !question.isAsked(answers, context)) continue;
    const proposal = question.proposal(answers, context, app);
    if (!isAsking) {
      if (proposal !== '') answers[name] = proposal;
      continue;
    }
    if (!isTold) print('Enter takes what stands in brackets; Ctrl-C ends, and nothing is written.\n');
    isTold = true;
    answers[name] = await answerTo(name, question.text, proposal, { context, app });
  }
  return answers;
}

async function answerTo(
  name: AnswerName,
  text: string,
  proposal: string,
  { context, app }: { readonly context: RequestContext; readonly app: string },
): Promise<string> {
  for (;;) {
    const typed = await ask(`${text} [${proposal === '' ? 'none' : proposal}]: `);
    const value = typed === '' ? proposal : /^(?:-|none)$/.test(typed) ? '' : typed;
    const mistake = value === '' ? undefined : mistakeIn(name, value, context, app);
    if (mistake === undefined) return value;
    printSentences(`${mistake.message}: ${mistake.remedy}\n`);
  }
}

/** Values for what SOPS is to encrypt: from a file, asked for, or made up. Never from an argument. */
async function valuesOf(
  needs: readonly Requirement[],
  app: string,
  options: AppNewOptions,
  isAsking: boolean,
): Promise<SecretValues> {
  const values = new Map<string, string>();
  if (needs.length === 0) return values;
  const given = options.secretsFrom === undefined ? new Map<string, string>() : await valuesIn(options.secretsFrom);
  const missing: string[] = [];
  for (const { item, field, key, secret, isMade } of needs) {
    const id = `${item}/${field}`;
    if (values.has(id)) continue;
    const known = given.get(key) ?? given.get(field) ?? given.get(field.slice(fieldOf(app, '').length));
    const made = field.endsWith('_POSTGRES_USER') ? app : madeUp();
    if (known !== undefined) values.set(id, known);
    else if (isAsking && !(isMade && options.secretsFrom !== undefined))
      values.set(id, await secretFor(`${key} of ${secret}`, isMade ? made : undefined));
    else if (isMade) values.set(id, made);
    else missing.push(key);
  }
  if (missing.length === 0) return values;
  throw usage(
    `no value is known for ${unique(missing).join(', ')}`,
    'run it in a terminal, which asks for them, or give --secrets-from FILE with lines NAME=value (- is standard input)',
  );
}

async function secretFor(what: string, made: string | undefined): Promise<string> {
  for (;;) {
    const typed = (await askSecret(`${what}${made === undefined ? '' : ' (empty: one is made up)'}: `)).reveal().trim();
    if (typed !== '') return typed;
    if (made !== undefined) return made;
    print('it needs a value\n');
  }
}

/** 192 random bits, in letters that need no quotes anywhere. */
function madeUp(): string {
  return Buffer.from(randomBytes(24)).toString('base64url');
}

async function valuesIn(path: string): Promise<Map<string, string>> {
  const text =
    path === '-' ? (await readStandardInput()).toString('utf8') : await readNamedTextIfPresent(resolve(path));
  if (text === undefined)
    throw usage(`--secrets-from: ${path} cannot be read`, 'name a file with lines NAME=value, or - for standard input');
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line, index) => {
      const [, name, value = ''] = /^(?:export\s+)?([A-Za-z_][\w-]*)=(.*)$/.exec(line) ?? [];
      if (name === undefined)
        throw usage(`--secrets-from: line ${String(index + 1)} has no NAME=value`, 'write one value a line');
      return [name, value.replace(/^(['"])(.*)\1$/, '$2')] as const;
    }),
  );
}

/** What the password store has to hold before Flux applies the app; what others read of it already is there. */
function storeNotes(
  requirements: readonly Requirement[],
  { style }: RequestContext,
  { repository }: ReadApps,
): string[] {
  if (requirements.length === 0) return [];
  const known = repository.clusters.flatMap(({ flux }) => storeItemsOf(flux));
  const items = unique(requirements.map(({ item }) => item));
  return [
    `The store ${style.secretStore === '' ? style.secrets : style.secretStore} has to hold:`,
    ...items.map((item) => {
      const needs = requirements.filter((one) => one.item === item);
      const fields = unique(needs.map(({ field, isMade }) => (isMade ? `${field} (any random text)` : field)));
      // Doppler has no items: each field is one by itself.
      const isThis = ({ item: other, fields: all }: StoreItem, field: string): boolean =>
        style.secrets === 'doppler' ? other === field : other === item && all.includes(field);
      const read = known.filter((one) => needs.some(({ field }) => isThis(one, field)));
      const readers = unique(read.flatMap(({ neededBy }) => neededBy));
      const there = readers.length === 0 ? '' : `, which ${readers.join(', ')} reads as well`;
      return style.secrets === 'doppler'
        ? `  ${fields.join(', ')}${there}`
        : `  item ${item}: ${fields.join(', ')}${there}`;
    }),
  ];
}

/** What stores have to hold for a copy. */
function copiedStoreNotes(items: readonly StoreItem[]): string[] {
  return unique(items.map(({ store }) => store)).flatMap((store) => [
    `The store ${store} has to hold:`,
    ...items
      .filter((one) => one.store === store)
      .map(({ item, fields }) => `  item ${item}${fields.length === 0 ? '' : `: ${fields.join(', ')}`}`),
  ]);
}

/** `cluster-template secrets requirements`; gives back the exit code. */
export async function runSecretRequirements(options: AppOptions): Promise<number> {
  const { repository } = await readApps(await placeOf(options), { isLooking: true });
  const items = repository.clusters.flatMap(({ flux }) => storeItemsOf(flux));
  if (options.json === true) {
    printJson({ status: 'done', items });
    return EXIT.done;
  }
  if (items.length === 0) print('no ExternalSecret reads a store\n');
  for (const store of unique(items.map((one) => one.store))) {
    print(`${store}\n`);
    for (const { item, fields, neededBy } of items.filter((one) => one.store === store)) {
      print(`  ${item}${fields.length === 0 ? '' : `: ${fields.join(', ')}`}  (${neededBy.join(', ')})\n`);
    }
  }
  return EXIT.done;
}

function unique(items: readonly string[]): string[] {
  return [...new Set(items)];
}
