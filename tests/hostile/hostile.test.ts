import { existsSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parted } from '../support/parted.ts';
import { ATTACKS, type Attack } from './attacks.ts';
import {
  changedFiles,
  commit,
  LOOKS,
  MARKERS,
  run,
  Sandboxes,
  snapshot,
  WRITES,
  type CommandName,
  type Ending,
  type Sandbox,
  type Snapshot,
} from './sandbox.ts';

let sandboxes: Sandboxes;
/** How each command ends where nobody is hostile. */
const healthy = new Map<CommandName, Ending>();

beforeAll(async () => {
  sandboxes = await Sandboxes.open();
  const sandbox = await sandboxes.make();
  for (const name of LOOKS) healthy.set(name, await run(sandbox, name));
  for (const name of WRITES) healthy.set(name, await run(await sandboxes.make(), name));
});

afterAll(async () => {
  await sandboxes.close();
});

it('a healthy repository is configured, looked at and changed without a complaint', () => {
  const codes = Object.fromEntries([...healthy].map(([name, { code }]) => [name, code]));
  expect(codes).toEqual(Object.fromEntries([...LOOKS, ...WRITES].map((name) => [name, 0])));
});

const { usual, others } = parted(ATTACKS, 160);
describe.each(usual)('$name', meetAll);
describe.each(others)('$name', { tags: 'long' }, meetAll);

function meetAll(attack: Attack): void {
  /** What the last command left as it was, so that the next one can have it: a command that changes something is its last. */
  let unchanged: Stage | undefined;

  const meet = async (name: CommandName): Promise<void> => {
    const laid = unchanged ?? (await lay(attack));
    unchanged = undefined;
    // It takes nothing where something is not committed, which a clone has not.
    if (name === 'upgrade') commit(laid.sandbox.repository, 'hostile');
    const before = name === 'upgrade' ? states(laid.sandbox) : laid.states;
    const after = await withstand(laid.sandbox, { attack, name, before });
    if (isLooking(name)) expect(after.repository, name).toEqual(before.repository);
    if (isDeepStrictEqual(before, after)) unchanged = { sandbox: laid.sandbox, states: after };
    else await rm(laid.sandbox.folder, { recursive: true });
  };

  afterAll(async () => {
    if (unchanged !== undefined) await rm(unchanged.sandbox.folder, { recursive: true });
  });

  it('is seen by commands that look, which change nothing', async () => {
    for (const name of LOOKS.filter((one) => isTried(attack, one))) await meet(name);
  });

  it.each(WRITES.filter((name) => isTried(attack, name)))('is withstood by %s', meet);
}

it('each attack is explained, and nothing else is', async () => {
  const text = await readFile(join(import.meta.dirname, 'README.md'), 'utf8');
  const explained = [...text.matchAll(/^\| `([a-z-]+)`/gm)].map(([, name]) => name);
  expect(explained).toEqual(ATTACKS.map(({ name }) => name).sort());
  const folders = (await readdir(import.meta.dirname, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  expect(ATTACKS.map(({ name }) => name)).toEqual(expect.arrayContaining(folders.map(({ name }) => name)));
});

function isLooking(name: CommandName): boolean {
  return LOOKS.some((one) => one === name);
}

/** Every command is, but where it would only take its time. */
function isTried({ exempt, refusal, unaffected, isOfTemplates }: Attack, name: CommandName): boolean {
  if (exempt?.includes(name) === true) return false;
  const isRare = isOfTemplates === true || name === 'config migrate' || name === 'upgrade';
  return !isRare || refusal === undefined || unaffected?.includes(name) !== true;
}

interface States {
  readonly repository: Snapshot;
  /** What no command may change. */
  readonly around: Snapshot;
  /** What commands keep for the user. */
  readonly home: Snapshot;
}

/** A hostile repository, and what lies in and around it. */
interface Stage {
  readonly sandbox: Sandbox;
  readonly states: States;
}

async function lay(attack: Attack): Promise<Stage> {
  const sandbox = await sandboxes.make(filesOf(attack));
  await attack.make?.(sandbox);
  return { sandbox, states: states(sandbox) };
}

/** Runs a command and looks that it says what it should and did no harm. */
async function withstand(
  sandbox: Sandbox,
  { attack, name, before }: { readonly attack: Attack; readonly name: CommandName; readonly before: States },
): Promise<States> {
  const ending = await run(sandbox, name);
  const after = states(sandbox);
  expect(after.around, `${name} changed what is not its own:\n${ending.text}`).toEqual(before.around);
  expect(existsSync(join(sandbox.canary, 'was-here')), `${name} started a program`).toBe(false);
  expect(ending.text, name).not.toMatch(/\n\s+at /);
  const written = changedFiles(before.repository, after.repository);
  const texts = await Promise.all(written.map((path) => readFile(join(sandbox.repository, path), 'utf8')));
  for (const marker of Object.values(MARKERS)) {
    expect(ending.text, name).not.toContain(marker);
    for (const [index, text] of texts.entries())
      expect(text, `${name} wrote ${String(written[index])}`).not.toContain(marker);
  }
  const usual = healthy.get(name);
  const meetsIt = attack.refusal !== undefined && attack.unaffected?.includes(name) !== true;
  const endsWell = !meetsIt || (name === 'watch' && attack.watchEnds !== true);
  const code = endsWell ? usual?.code : (attack.codes?.[name] ?? attack.code ?? 1);
  expect(ending.code, `${name}:\n${ending.text}`).toBe(code);
  if (!meetsIt) return after;
  expect(ending.text, name).toMatch(attack.refusal);
  if (attack.errors === undefined) expect(ending.text.match(/error:/g), `${name}:\n${ending.text}`).toHaveLength(1);
  return after;
}

/** The folder that was asked for and what git remembers of times belong to the commands. */
function states({ folder, repository }: Sandbox): States {
  return {
    repository: snapshot(repository, (path) => path === '.git/index'),
    around: snapshot(folder, (path) => /^(?:repository|rendered|home)$/.test(path)),
    home: snapshot(join(folder, 'home')),
  };
}

function filesOf({ name }: Attack): string | undefined {
  const folder = join(import.meta.dirname, name);
  return existsSync(folder) ? folder : undefined;
}
