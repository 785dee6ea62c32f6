import { existsSync, readdirSync, statSync } from 'node:fs';
import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execFileSync, spawn } from 'node:child_process';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  decryptFile,
  type Editor,
  editFile,
  encryptFiles,
  setValue,
  show,
} from '../../../src/operations/secrets/values.ts';
import { candidates } from '../../../src/operations/secrets/vault.ts';
import type { Finding } from '../../../src/report/finding.ts';
import { redact, Secret } from '../../../src/report/redaction.ts';
import { parseValuePath } from '../../../src/sops/values.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { LAUNCHER } from '../../support/small-cluster.ts';
import { findingsOf, NEVER, SECRET, secretWorld, type World } from './world.ts';

const SITE = 'kubernetes/site.sops.yaml';
const signal = NEVER;

/** What differs between two texts, line by line, without the lines of metadata that every change changes. */
function changedLines(before: string, after: string): string[] {
  const old = new Set(before.split('\n'));
  return after.split('\n').filter((line) => !old.has(line) && !/^ {2}(?:mac|lastmodified): /.test(line));
}

async function setTo(world: World, at: string, text: string, options = {}): Promise<unknown> {
  const place = { path: SITE, at: parseValuePath(at) };
  return await setValue(await world.vault(), place, new Secret(text), { signal, ...options });
}

describe('secrets show', () => {
  it.each([
    ['stringData.token', 'marker-token-0123456789'],
    ['["stringData"]["port"]', '5432'],
    ['metadata', 'name: site\n'],
  ])('prints what stands at %s', async (at, text) => {
    const world = await secretWorld();
    const { content } = await show(await world.vault(), SITE, parseValuePath(at));
    expect(Buffer.from(content.reveal()).toString()).toBe(text);
  });

  it('prints the whole text, its comments too, and masks it where that is asked for', async () => {
    const world = await secretWorld();
    const whole = await show(await world.vault(), SITE, undefined);
    expect(Buffer.from(whole.content.reveal()).toString()).toBe(SECRET);
    const masked = await show(await world.vault(), SITE, undefined, { masked: true });
    const text = Buffer.from(masked.content.reveal()).toString();
    expect(text).toContain('name: site');
    expect(text).not.toMatch(/marker|5432|of the site/);
  });

  it('takes a value out of its base64 where that is asked for', async () => {
    const data = `kind: Secret\ndata:\n  token: ${Buffer.from('inner').toString('base64')}\n`;
    const world = await secretWorld({ [SITE]: data });
    const { content } = await show(await world.vault(), SITE, ['data', 'token'], { decode: true });
    expect(Buffer.from(content.reveal()).toString()).toBe('inner');
  });

  it.each([
    ['a path that leads nowhere', SITE, 'stringData.tokn', /has nothing at stringData\.tokn/],
    ['a file that is not there', 'kubernetes/none.sops.yaml', 'a', /does not exist/],
  ])('says what is wrong with %s', async (_, path, at, message) => {
    const world = await secretWorld();
    const [finding] = await findingsOf(async () => show(await world.vault(), path, parseValuePath(at)));
    expect(finding?.message).toMatch(message);
  });

  it('keeps what it decrypted out of everything that is printed', async () => {
    const world = await secretWorld();
    const shown = await show(await world.vault(), SITE, ['stringData', 'token']);
    expect(redact('say marker-token-0123456789')).toBe('say [secret]');
    for (const text of [String(shown.content), JSON.stringify(shown), inspect(shown, { depth: 9 })]) {
      expect(text).not.toContain('marker');
      expect(text).toContain('[secret]');
    }
  });
});

describe('secrets set', () => {
  it('changes one value: comments, order and every other ciphertext stay', async () => {
    const world = await secretWorld();
    const before = await world.read(SITE);
    await setTo(world, 'stringData.token', 'another-token-42');
    const after = await world.read(SITE);
    expect(changedLines(before, after)).toEqual([expect.stringMatching(/^ {2}token: ENC/)]);
    expect(await world.plain(SITE)).toBe(SECRET.replace('marker-token-0123456789', 'another-token-42'));
  });

  it.each([
    ['a key that is not there yet', 'stringData.user', 'me', '  user: me\n'],
    ['an integer stays one', 'stringData.port', '5433', '  port: 5433\n'],
    ['what is none becomes text', 'stringData.port', '54e3', '  port: "54e3"\n'],
    ['lines', 'stringData.token', 'a\nb\n', '  token: |\n    a\n    b\n'],
  ])('%s', async (_, at, text, line) => {
    const world = await secretWorld();
    await setTo(world, at, text);
    expect(await world.plain(SITE)).toContain(line);
  });

  it('writes below `data` of a Secret in base64, unless it is told not to', async () => {
    const world = await secretWorld({ [SITE]: 'kind: Secret\ndata:\n  token: YQ==\n' });
    await setTo(world, 'data.token', 'inner');
    expect(await world.plain(SITE)).toContain(`token: ${Buffer.from('inner').toString('base64')}`);
    await setTo(world, 'data.token', 'YWI=', { raw: true });
    expect(await world.plain(SITE)).toContain('token: YWI=');
  });

  it('writes nothing where the value is the same', async () => {
    const world = await secretWorld();
    const before = await world.read(SITE);
    expect(await setTo(world, 'stringData.port', '5432')).toMatchObject({ outcome: 'unchanged' });
    expect(await world.read(SITE)).toBe(before);
  });

  it.each([
    ['blank', ' \n', 'is blank'],
    ['undefined', 'undefined', 'says undefined'],
    ['null of a program', '<nil>', 'says <nil>'],
    ['a placeholder', '<your token>', 'is a placeholder'],
    ['a placeholder in words', 'CHANGE_ME', 'is a placeholder'],
    ['the placeholder of the sample', 'SAMPLE-NOT-A-REAL-CLOUDFLARE-TOKEN', 'is a placeholder'],
    ['a variable', '${TOKEN}', 'is a variable that nothing has filled in'],
    ['a template', '{{ .Values.token }}', 'is a variable that nothing has filled in'],
  ])('refuses what is %s, unless it is to be taken as it is', async (_, text, why) => {
    const world = await secretWorld();
    const before = await world.read(SITE);
    const [finding] = await findingsOf(() => setTo(world, 'stringData.token', text));
    expect(finding).toMatchObject({ code: 'secrets/unfit-value', message: expect.stringContaining(why) as string });
    expect(await world.read(SITE)).toBe(before);
    await setTo(world, 'stringData.token', text, { asIs: true });
    expect(await world.read(SITE)).not.toBe(before);
  });

  it('refuses for a secret of cluster.yaml what its field does not take, unless it is to be taken as it is', async () => {
    const path = 'cluster.sops.yaml';
    const world = await secretWorld({ [path]: 'cloudflare_token: a-token\n' });
    const before = await world.read(path);
    const place = { path, at: ['cloudflare_token'] };
    const set = async (options = {}): Promise<unknown> =>
      await setValue(await world.vault(), place, new Secret('two words'), { signal, ...options });
    const [finding] = await findingsOf(set);
    expect(finding).toMatchObject({
      code: 'config/invalid-value',
      message: expect.not.stringContaining('two') as string,
    });
    expect(await world.read(path)).toBe(before);
    await set({ asIs: true });
    expect(await world.plain(path)).toBe('cloudflare_token: two words\n');
  });

  it('refuses a value that would stay in plain text, and a path through a value', async () => {
    const world = await secretWorld();
    const [open] = await findingsOf(() => setTo(world, 'metadata.name', 'other'));
    expect(open?.code).toBe('secrets/plain-text');
    const [through] = await findingsOf(() => setTo(world, 'stringData.token.inner', 'x1'));
    expect(through?.code).toBe('usage/argument');
  });
});

describe('secrets encrypt and decrypt', () => {
  it.each([
    ['yaml', 'token: value-1\n'],
    ['json', '{\n\t"token": "value-1"\n}\n'],
    ['env', '# a comment\nTOKEN=value-1\n'],
    ['ini', '[section]\ntoken = value-1\n'],
    ['bin', Buffer.from([0, 1, 2, 255, 254, 10])],
  ])('.%s there and back', async (ending, plain) => {
    const world = await secretWorld({});
    const path = `own.sops.${ending}`;
    await writeFile(join(world.folder, path), plain);
    const vault = await world.vault();
    await encryptFiles(vault, [{ plain: Buffer.from(plain), path, source: path }], { signal });
    expect(await world.read(path)).toContain('ENC[AES256_GCM');
    const output = join(world.folder, 'out');
    await decryptFile(vault, path, { output });
    expect((await readFile(output)).equals(Buffer.from(plain))).toBe(true);
    expect(statSync(output).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['a path without a rule', 'own.yaml', 'a: b\n', 'sops/no-rule'],
    ['what is encrypted already', 'own.sops.yaml', 'a: b\nsops: {}\n', 'sops/already-encrypted'],
    ['a blank value', 'own.sops.yaml', 'a: b\nc: ""\n', 'secrets/unfit-value'],
    ['a rule that encrypts nothing of it', 'kubernetes/own.sops.yaml', 'password: hunter2\n', 'secrets/plain-text'],
    ['what is no YAML', 'own.sops.yaml', 'a: [\n', 'sops/yaml'],
  ])('refuses %s, and leaves the files before it as they are', async (_, path, plain, code) => {
    const world = await secretWorld({});
    const good = { plain: Buffer.from('a: value-1\n'), path: 'good.sops.yaml', source: undefined };
    const files = [good, { plain: Buffer.from(plain), path, source: path }];
    const findings = await findingsOf(async () => encryptFiles(await world.vault(), files, { signal }));
    expect(findings[0]?.code).toBe(code);
    expect(existsSync(join(world.folder, good.path))).toBe(false);
  });

  it('names the line of a value that is none', async () => {
    const world = await secretWorld({});
    const plain = Buffer.from('a:\n  first: value-1\nb:\n  first: <todo>\n');
    const files = [{ plain, path: 'own.sops.yaml', source: 'own.yaml' }];
    const findings = await findingsOf(async () => encryptFiles(await world.vault(), files, { signal }));
    expect(findings).toMatchObject([{ place: { file: 'own.yaml', line: 4 } }]);
  });

  it('writes no plain text where git would take it, nor among generated files, unless it is forced', async () => {
    const world = await secretWorld();
    execFileSync('git', ['init', '--quiet'], { cwd: world.folder });
    await writeFile(join(world.folder, '.gitignore'), '*.key\n');
    for (const name of ['plain.yaml', 'kubernetes/plain.key', 'new/plain.yaml']) {
      const output = join(world.folder, name);
      const [finding] = await findingsOf(async () => decryptFile(await world.vault(), SITE, { output }));
      expect(finding?.code, name).toBe('secrets/plain-text');
      expect(existsSync(output)).toBe(false);
    }
    await decryptFile(await world.vault(), SITE, { output: join(world.folder, 'plain.key') });
    await decryptFile(await world.vault(), SITE, { output: join(world.folder, 'plain.yaml'), force: true });
    expect(await world.read('plain.yaml')).toBe(SECRET);
  });
});

describe('secrets edit', () => {
  /** An editor that does some things one after the other, and what it saw. */
  function editorOf(
    ...steps: readonly ((file: string, text: string) => Promise<number | undefined>)[]
  ): Editor & { readonly seen: string[]; readonly told: Finding[]; readonly folders: string[] } {
    const [seen, told, folders]: [string[], Finding[], string[]] = [[], [], []];
    let at = 0;
    return {
      seen,
      told,
      folders,
      signal,
      open: async (file) => {
        const text = await readFile(file, 'utf8');
        seen.push(text);
        folders.push(dirname(file));
        expect(statSync(file).mode & 0o777).toBe(0o600);
        expect(statSync(dirname(file)).mode & 0o777).toBe(0o700);
        return await steps[at++]?.(file, text);
      },
      again: (findings) => {
        told.push(...findings);
        return Promise.resolve(at < steps.length);
      },
      tell: (findings) => {
        told.push(...findings);
      },
    };
  }

  const replace =
    (from: string, to: string) =>
    async (file: string, text: string): Promise<number> => {
      await writeFile(file, text.replace(from, to));
      return 0;
    };

  it('encrypts what changed and nothing else, and leaves no folder behind', async () => {
    const world = await secretWorld();
    const before = await world.read(SITE);
    const editor = editorOf(replace('marker-password-abcdef', 'another-password'));
    const result = await editFile(await world.vault(), SITE, editor);
    expect(result).toMatchObject({ outcome: 'changed', keys: ['stringData.password'] });
    expect(editor.seen).toEqual([SECRET]);
    expect(changedLines(before, await world.read(SITE))).toEqual([expect.stringMatching(/^ {2}password: ENC/)]);
    expect(editor.folders.filter((folder) => existsSync(folder))).toEqual([]);
  });

  it.each([
    ['is closed without a change', () => Promise.resolve(0)],
    ['saves the same text', replace('port', 'port')],
    ['changes white space alone', replace('  port: 5432', '  port:   5432')],
  ])('writes nothing where the editor %s', async (_, step) => {
    const world = await secretWorld();
    const before = await world.read(SITE);
    expect(await editFile(await world.vault(), SITE, editorOf(step))).toMatchObject({ outcome: 'unchanged' });
    expect(await world.read(SITE)).toBe(before);
  });

  it.each([
    ['no YAML', replace('kind: Secret', 'kind: : Secret'), 'sops/yaml', 3],
    ['a placeholder', replace('marker-token-0123456789', '<token>'), 'secrets/unfit-value', 8],
    ['a key of SOPS', replace('kind: Secret', 'sops: 1'), 'sops/already-encrypted', undefined],
    ['a Secret that would lie open', replace('stringData', 'strings'), 'secrets/plain-text', undefined],
  ])('opens the editor again with %s, with its line, and loses nothing', async (_, step, code, line) => {
    const world = await secretWorld();
    const before = await world.read(SITE);
    const given = editorOf(step);
    expect((await findingsOf(async () => editFile(await world.vault(), SITE, given)))[0]?.code).toBe(code);
    expect(await world.read(SITE)).toBe(before);
    const mended = editorOf(step, async (file) => {
      await writeFile(file, SECRET.replace('marker-token-0123456789', 'token-by-hand'));
      return 0;
    });
    await editFile(await world.vault(), SITE, mended);
    expect(mended.told[0]).toMatchObject({ code, place: { file: SITE, ...(line === undefined ? {} : { line }) } });
    // What was typed is still there the second time.
    expect(mended.seen[1]).not.toBe(SECRET);
    expect(await world.plain(SITE)).toContain('token-by-hand');
  });

  it.each([
    ['fails', () => Promise.resolve(1), 'programs/failed'],
    ['is ended by a signal', () => Promise.resolve(undefined), 'programs/failed'],
    ['removes the file', async (file: string) => (await rm(file), 0), 'programs/failed'],
  ])('writes nothing where the editor %s', async (_, step, code) => {
    const world = await secretWorld();
    const before = await world.read(SITE);
    const editor = editorOf(step);
    expect((await findingsOf(async () => editFile(await world.vault(), SITE, editor)))[0]?.code).toBe(code);
    expect(await world.read(SITE)).toBe(before);
    expect(editor.folders.filter((folder) => existsSync(folder))).toEqual([]);
  });

  /** Saves a change of a key, after somebody else set one to something. */
  const meanwhile =
    (world: World, at: string, from: string, to: string) =>
    async (file: string, text: string): Promise<number> => {
      await setTo(world, at, 'marker-of-another');
      return await replace(from, to)(file, text);
    };

  it('merges with a file that somebody changed meanwhile, and says so', async () => {
    const world = await secretWorld();
    const before = await world.read(SITE);
    const editor = editorOf(meanwhile(world, 'stringData.token', 'abcdef', 'typed'));
    const { outcome, keys, findings } = await editFile(await world.vault(), SITE, editor);
    expect({ outcome, keys }).toEqual({ outcome: 'changed', keys: ['stringData.password'] });
    expect(findings.map(({ code, severity }) => [code, severity])).toEqual([['workspace/concurrent', 'warning']]);
    const text = await world.plain(SITE);
    expect(text).toBe(SECRET.replace('abcdef', 'typed').replace('marker-token-0123456789', 'marker-of-another'));
    expect(changedLines(before, await world.read(SITE))).toHaveLength(2);
  });

  it('shows what was typed once more where both changed one key', async () => {
    const world = await secretWorld();
    const editor = editorOf(
      meanwhile(world, 'stringData.token', '0123456789', 'typed'),
      async (file, text) => await replace('marker-token-typed', 'marker-token-settled')(file, text),
    );
    await editFile(await world.vault(), SITE, editor);
    expect(editor.told.map(({ message }) => message)).toEqual([
      `${SITE} was changed while it was edited, and both changed \`stringData.token\``,
    ]);
    expect(editor.seen[1]).toContain('marker-token-typed');
    expect(await world.plain(SITE)).toContain('marker-token-settled');
  });

  it('keeps what was typed, encrypted, where nobody settles it', async () => {
    const world = await secretWorld();
    const editor = editorOf(meanwhile(world, 'stringData.token', '0123456789', 'typed'));
    const [finding] = await findingsOf(async () => editFile(await world.vault(), SITE, editor));
    expect(finding?.code).toBe('workspace/merge-conflict');
    expect(await world.plain(SITE)).toContain('marker-of-another');
    const kept = editor.told.find(({ code }) => code === 'secrets/kept')?.place?.file ?? '';
    expect(kept).toMatch(/^\.private\/backup\/[^/]+\/kubernetes\/site\.sops\.yaml$/);
    expect(await world.read(kept)).not.toContain('marker');
    const { content } = await show(await world.vault(), kept, ['stringData', 'token']);
    expect(Buffer.from(content.reveal()).toString()).toBe('marker-token-typed');
  });

  it.each([
    ['is gone', (world: World) => rm(join(world.folder, SITE))],
    [
      'is half merged',
      (world: World) => appendFile(join(world.folder, SITE), '<<<<<<< ours\n=======\n>>>>>>> theirs\n'),
    ],
    ['is a folder', async (world: World) => (await rm(join(world.folder, SITE)), mkdir(join(world.folder, SITE)))],
    [
      'is under another key',
      async (world: World) => writeFile(join(world.folder, SITE), await (await secretWorld()).read(SITE)),
    ],
  ])('keeps what was typed, encrypted, where the file %s when the editor closes', async (_, change) => {
    const world = await secretWorld();
    const editor = editorOf(async (file, text) => {
      await change(world);
      return await replace('abcdef', 'typed')(file, text);
    });
    await findingsOf(async () => editFile(await world.vault(), SITE, editor));
    const kept = editor.told.find(({ code }) => code === 'secrets/kept')?.place?.file ?? '';
    expect(await world.plain(kept)).toBe(SECRET.replace('abcdef', 'typed'));
    expect(editor.folders.filter((folder) => existsSync(folder))).toEqual([]);
  });

  it('keeps a new file, encrypted, that somebody else made meanwhile', async () => {
    const world = await secretWorld();
    const path = 'kubernetes/new.sops.yaml';
    const editor = editorOf(async (file, text) => {
      await writeFile(join(world.folder, path), await world.read(SITE));
      return await replace('key: <value>', 'token: marker-new-token-77')(file, text);
    });
    expect((await findingsOf(async () => editFile(await world.vault(), path, editor)))[0]?.code).toBe(
      'workspace/concurrent',
    );
    const kept = editor.told.find(({ code }) => code === 'secrets/kept')?.place?.file ?? '';
    expect(await world.plain(kept)).toContain('marker-new-token-77');
  });

  it.each(['SIGTERM', 'SIGHUP'] as const)(
    'leaves no plain text behind where %s ends it',
    { tags: 'long' },
    async (ending) => {
      const world = await secretWorld({ [SITE]: SECRET, 'cluster.yaml': '', 'makejinja.toml': '[makejinja]\n' });
      const home = await temporaryFolder({
        'editor.sh': 'echo "$1" > "$HOME/where.part"; mv "$HOME/where.part" "$HOME/where"; sleep 3\n',
      });
      const child = spawn(process.execPath, [LAUNCHER, 'secrets', 'edit', SITE], {
        cwd: world.folder,
        env: { ...process.env, HOME: home, XDG_CONFIG_HOME: home, EDITOR: `sh ${join(home, 'editor.sh')}` },
        stdio: 'ignore',
      });
      const ended = new Promise<number | null>((settle) => child.once('exit', settle));
      await expect.poll(() => existsSync(join(home, 'where'))).toBe(true);
      const plain = (await readFile(join(home, 'where'), 'utf8')).trim();
      expect(await readFile(plain, 'utf8')).toBe(SECRET);
      child.kill(ending);
      expect(await ended).toBe(ending === 'SIGTERM' ? 143 : 129);
      expect(existsSync(dirname(plain))).toBe(false);
      expect(await world.plain(SITE)).toBe(SECRET);
    },
  );

  it('makes a new file, which begins as a Secret where Flux reads it', async () => {
    const world = await secretWorld({});
    const path = 'kubernetes/apps/new.sops.yaml';
    const editor = editorOf(replace('key: <value>', 'token: marker-new-token-77'));
    expect(await editFile(await world.vault(), path, editor)).toMatchObject({ outcome: 'created' });
    expect(await world.plain(path)).toContain('name: new\nstringData:\n  token: marker-new-token-77\n');
  });

  it('removes what killed processes left behind', async () => {
    const world = await secretWorld();
    const places = [process.env.XDG_RUNTIME_DIR, '/dev/shm'].filter(
      (place) => place !== undefined && existsSync(place),
    );
    const left = join(places[0] ?? '/tmp', `cluster-template-private-${(2 ** 22 + 1).toString(36)}-left`);
    await mkdir(left);
    await editFile(
      await world.vault(),
      SITE,
      editorOf(() => Promise.resolve(0)),
    );
    expect(readdirSync(dirname(left)).some((name) => name.endsWith('-left'))).toBe(false);
  });
});

describe('the encrypted files of a repository', () => {
  it('are those that are named so, that a rule takes or that carry metadata', async () => {
    const world = await secretWorld({ [SITE]: SECRET, 'talos/a.sops.yaml': 'a: value-1\n', 'plain.yaml': 'a: b\n' });
    await writeFile(join(world.folder, 'renamed.yaml'), await world.read(SITE));
    await writeFile(join(world.folder, 'kubernetes/open.sops.yaml'), 'kind: Secret\n');
    const found = await candidates(await world.vault());
    expect(found.map(({ path }) => path)).toEqual([
      'kubernetes/open.sops.yaml',
      SITE,
      'renamed.yaml',
      'talos/a.sops.yaml',
    ]);
  });
});
