import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
  const sandbox = await sandboxes.make(undefined, false);
  for (const name of LOOKS) healthy.set(name, await run(sandbox, name));
  for (const name of WRITES) healthy.set(name, await run(await sandboxes.make(undefined, false), name));
}, 120_000);

afterAll(async () => {
  await sandboxes.close();
}, 60_000);

it('a healthy repository is configured, looked at and changed without a complaint', () => {
  const codes = Object.fromEntries([...healthy].map(([name, { code }]) => [name, code]));
  expect(codes).toEqual(Object.fromEntries([...LOOKS, ...WRITES].map((name) => [name, 0])));
});

describe.each(ATTACKS)('$name', (attack) => {
  it('is seen by commands that look, which change nothing', async () => {
    const sandbox = await sandboxes.make(filesOf(attack));
    await attack.make?.(sandbox);
    const before = await states(sandbox);
    for (const name of LOOKS.filter((one) => isTried(attack, one))) {
      const after = await withstand(sandbox, { attack, name, before });
      expect(after.repository, name).toEqual(before.repository);
    }
  });

  it.each(WRITES.filter((name) => isTried(attack, name)))('is withstood by %s', async (name) => {
    const sandbox = await sandboxes.make(filesOf(attack));
    await attack.make?.(sandbox);
    // It takes nothing where something is not committed, which a clone has not.
    if (name === 'upgrade') commit(sandbox.repository, 'hostile');
    await withstand(sandbox, { attack, name, before: await states(sandbox) });
  });
});

it('each attack is explained, and nothing else is', async () => {
  const text = await readFile(join(import.meta.dirname, 'README.md'), 'utf8');
  const explained = [...text.matchAll(/^\| `([a-z-]+)`/gm)].map(([, name]) => name);
  expect(explained).toEqual(ATTACKS.map(({ name }) => name).sort());
  const folders = (await readdir(import.meta.dirname, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  expect(ATTACKS.map(({ name }) => name)).toEqual(expect.arrayContaining(folders.map(({ name }) => name)));
});

/** Every command is, but where it would only take its time. */
function isTried({ exempt, refusal, unaffected, isOfTemplates }: Attack, name: CommandName): boolean {
  if (exempt?.includes(name) === true) return false;
  const isRare = isOfTemplates === true || name === 'config migrate' || name === 'upgrade';
  return !isRare || refusal === undefined || unaffected?.includes(name) !== true;
}

interface States {
  readonly repository: Snapshot;
  readonly around: Snapshot;
}

/** Runs a command and looks that it says what it should and did no harm. */
async function withstand(
  sandbox: Sandbox,
  { attack, name, before }: { readonly attack: Attack; readonly name: CommandName; readonly before: States },
): Promise<States> {
  const ending = await run(sandbox, name);
  const after = await states(sandbox);
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

/** What is kept for the user, the folder that was asked for and what git remembers of times belong to the commands. */
async function states(sandbox: Sandbox): Promise<States> {
  const isLeftOut = (path: string): boolean => /^(?:repository|rendered|home)$/.test(path);
  return {
    repository: await snapshot(sandbox.repository, (path) => /^\.git\/index$/.test(path)),
    around: await snapshot(sandbox.folder, isLeftOut),
  };
}

function filesOf({ name }: Attack): string | undefined {
  const folder = join(import.meta.dirname, name);
  return existsSync(folder) ? folder : undefined;
}
