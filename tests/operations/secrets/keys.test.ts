import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ProgramCall, Programs } from '../../../src/operations/programs/catalogue.ts';
import { checkFiles, checkStagedFiles } from '../../../src/operations/secrets/check.ts';
import { changeRecipient, finishRekey, listRecipients, rekey, rotate } from '../../../src/operations/secrets/keys.ts';
import { Failure } from '../../../src/report/finding.ts';
import { decrypt, readSealed } from '../../../src/sops/decrypt.ts';
import { generateIdentity, parseIdentityFile } from '../../../src/sops/identities.ts';
import { changeRecipients } from '../../../src/sops/rules-text.ts';
import { contentHash } from '../../../src/workspace/inventory.ts';
import { findingsOf, NEVER, RULES, SECRET, secretWorld, type World } from './world.ts';

const SITE = 'kubernetes/site.sops.yaml';
const FILES = {
  [SITE]: SECRET,
  'talos/own.sops.yaml': 'token: marker-talos-0123456789\n',
  'own.sops.env': 'A=marker-env-0123456789\n',
};
const signal = NEVER;

/** Ciphertexts of a file, its wrapped keys and its MAC left out. */
async function ciphertexts(world: World, path: string): Promise<string[]> {
  return (await world.read(path)).split('\n').filter((line) => line.includes('ENC[') && !/mac[:=]/.test(line));
}

describe('secrets rotate', () => {
  it('gives every file a new data key, and changes nothing else', async () => {
    const world = await secretWorld(FILES);
    const before = await Promise.all(Object.keys(FILES).map((path) => ciphertexts(world, path)));
    const { written } = await rotate(await world.vault(), [], { signal });
    expect([...written].sort()).toEqual(Object.keys(FILES).sort());
    for (const [index, path] of Object.keys(FILES).entries()) {
      const after = await ciphertexts(world, path);
      expect(after.length).toBe(before[index]?.length);
      expect(after.filter((line) => before[index]?.includes(line))).toEqual([]);
    }
    expect(await world.plain(SITE)).toBe(SECRET);
    expect(existsSync(join(world.folder, '.cluster-template/secrets'))).toBe(false);
  });

  it('brings a file under the rule that it has by now', async () => {
    const world = await secretWorld();
    await writeFile(
      join(world.folder, '.sops.yaml'),
      (await world.read('.sops.yaml')).replace('^(data|stringData)$', '^stringData$'),
    );
    await rotate(await world.vault(), [SITE], { signal });
    expect(readSealed(SITE, await world.read(SITE)).metadata.selection.pattern).toBe('^stringData$');
  });

  it('writes nothing where one of the files cannot be opened', async () => {
    const world = await secretWorld(FILES);
    await writeFile(join(world.folder, SITE), (await world.read(SITE)).replace(/tag:./, 'tag:A'));
    const before = await world.read('talos/own.sops.yaml');
    await findingsOf(async () => rotate(await world.vault(), [], { signal }));
    expect(await world.read('talos/own.sops.yaml')).toBe(before);
  });
});

describe('secrets recipients', () => {
  it('lets somebody read all, with every ciphertext as it was, and takes it back under new data keys', async () => {
    const world = await secretWorld(FILES);
    const other = generateIdentity();
    const recipient = await other.recipient();
    const before = await ciphertexts(world, SITE);
    await changeRecipient(await world.vault(), { add: recipient }, { signal });
    expect(await ciphertexts(world, SITE)).toEqual(before);
    for (const path of Object.keys(FILES)) expect(await world.plain(path, [other])).toBe(await world.plain(path));
    expect(await world.read('.sops.yaml')).toContain(`age: ${world.recipient},${recipient} # the owner\n`);
    expect(await world.read('.sops.yaml')).toContain('# Who reads what.\n');
    const [, added] = await listRecipients(await world.vault());
    expect(added).toMatchObject({ recipient, isHere: false, files: Object.keys(FILES).sort() });

    await changeRecipient(await world.vault(), { remove: recipient }, { signal });
    expect(await ciphertexts(world, SITE)).not.toEqual(before);
    for (const path of Object.keys(FILES)) {
      await expect(world.plain(path, [other])).rejects.toThrow(Failure);
      await expect(world.plain(path)).resolves.toContain('marker');
    }
    expect(await world.read('.sops.yaml')).not.toContain(recipient);
  });

  it.each([
    ['what is none', () => Promise.resolve('age1nonsense'), 'sops/recipient'],
    ['one of another kind', () => generateIdentity('post-quantum').recipient(), 'sops/recipient'],
  ])('adds nothing for %s', async (_, recipient, code) => {
    const world = await secretWorld(FILES);
    const before = await world.read('.sops.yaml');
    const add = await recipient();
    const [finding] = await findingsOf(async () => changeRecipient(await world.vault(), { add }, { signal }));
    expect(finding?.code).toBe(code);
    expect(await world.read('.sops.yaml')).toBe(before);
  });

  it.each([
    ['leaves no template of its own behind', '', false],
    ['keeps a template that says something else, too', '# mine\n', true],
  ])('changes the template that makes the rules, and %s', async (_, more, isKept) => {
    const template = RULES.replaceAll('KEY', "#< age_key('public') >#");
    const override = 'templates/overrides/.sops.yaml.j2';
    const world = await secretWorld({
      [SITE]: SECRET,
      'makejinja.toml': '[makejinja]\ninputs = ["./templates/config"]\noutput = "."\n',
      'templates/config/.sops.yaml.j2': template,
      ...(isKept ? { [override]: more + template } : {}),
    });
    const rules = contentHash(Buffer.from(await world.read('.sops.yaml')));
    const inputs = isKept ? { [override]: contentHash(Buffer.from(more + template)) } : {};
    const manifest = {
      format: 1,
      generator: 'test',
      recipient: world.recipient,
      files: { '.sops.yaml': rules },
      inputs,
    };
    await mkdir(join(world.folder, '.cluster-template'));
    await writeFile(join(world.folder, '.cluster-template/manifest.json'), JSON.stringify(manifest));
    const recipient = await generateIdentity().recipient();
    await changeRecipient(await world.vault(), { add: recipient }, { signal });
    expect(await world.read(override)).toContain(`#< age_key('public') >#,${recipient}`);
    expect((await world.vault()).inventory?.inputs.get(override)).toBeDefined();
    await changeRecipient(await world.vault(), { remove: recipient }, { signal });
    expect(existsSync(join(world.folder, override))).toBe(isKept);
    if (isKept) expect(await world.read(override)).toBe(more + template);
    expect((await world.vault()).inventory?.inputs.has(override)).toBe(isKept);
  });

  it('leaves nobody without a recipient', async () => {
    const world = await secretWorld(FILES);
    const remove = world.recipient;
    const [finding] = await findingsOf(async () => changeRecipient(await world.vault(), { remove }, { signal }));
    expect(finding?.code).toBe('sops/recipient');
  });

  it.each([
    ['a text', 'creation_rules:\n  - age: A\n', 'creation_rules:\n  - age: A,N\n'],
    ['quotes', 'creation_rules:\n  - age: "A, B" # both\n', 'creation_rules:\n  - age: "A,B,N" # both\n'],
    [
      'a list',
      'creation_rules:\n  - age:\n      - A # one\n      - B\n    path_regex: x\n',
      'creation_rules:\n  - age:\n      - A # one\n      - B\n      - N\n    path_regex: x\n',
    ],
    ['a list on one line', 'creation_rules: [{age: [A, B]}]\n', 'creation_rules: [{age: [A, B, N]}]\n'],
    [
      'a folded block',
      'creation_rules:\n  - age: >-\n      A,\n      B\n    path_regex: x\n',
      'creation_rules:\n  - age: >-\n      A,\n      B,\n      N\n    path_regex: x\n',
    ],
    [
      'an alias',
      'all: &all A\ncreation_rules:\n  - age: *all\n  - age: *all\n',
      'all: &all A,N\ncreation_rules:\n  - age: *all\n  - age: *all\n',
    ],
    [
      'a key group',
      'creation_rules:\n  - key_groups:\n      - age:\n          - A # one\n',
      'creation_rules:\n  - key_groups:\n      - age:\n          - A # one\n          - N\n',
    ],
    [
      'a template',
      "creation_rules:\n  - age: #< age_key('public', 1) >#\n",
      "creation_rules:\n  - age: #< age_key('public', 1) >#,N\n",
    ],
  ])('writes a recipient into %s and takes it out again', (_, before, after) => {
    expect(changeRecipients(before, 'f', { add: 'N' })).toBe(after);
    const back = changeRecipients(after, 'f', { remove: 'N' });
    expect(back.replaceAll(' ', '')).toBe(before.replaceAll(' ', ''));
    // Once more changes nothing.
    expect(changeRecipients(after, 'f', { add: 'N' })).toBe(after);
  });
});

describe('secrets rekey', () => {
  const AGE = 'bootstrap/sops-age.sops.yaml';

  /** A cluster that takes what it is given, and what was asked of it. */
  function clusterOf(isReachable = true): Programs & { readonly calls: ProgramCall[]; data: Record<string, string> } {
    const calls: ProgramCall[] = [];
    const done = (stdout = ''): Promise<{ exitCode: number; stdout: string; stderr: string }> =>
      Promise.resolve({ exitCode: 0, stdout, stderr: '' });
    const cluster = {
      calls,
      data: {} as Record<string, string>,
      run: (call: ProgramCall) => {
        calls.push(call);
        if (!isReachable) {
          const finding = { code: 'programs/failed', severity: 'error', message: 'kubectl: no route' } as const;
          return Promise.reject(new Failure('outside', [finding]));
        }
        const [verb = ''] = call.arguments.filter((word) => ['apply', 'get', 'patch'].includes(word));
        if (verb === 'apply') {
          const { stringData } = JSON.parse(call.input ?? '{}') as { stringData: Record<string, string> };
          for (const [key, value] of Object.entries(stringData))
            cluster.data[key] = Buffer.from(value).toString('base64');
        }
        if (verb === 'patch') cluster.data = { 'age.agekey': cluster.data['age.agekey'] ?? '' };
        return done(verb === 'get' ? JSON.stringify({ data: cluster.data }) : '');
      },
      ask: () => done(),
      attach: () => Promise.resolve(0),
      locate: () => Promise.resolve('kubectl'),
    };
    return cluster;
  }

  async function rekeyWorld(): Promise<World> {
    const identity = generateIdentity();
    const secret = `kind: Secret\nmetadata:\n  name: sops-age\n  namespace: flux-system\nstringData:\n  age.agekey: ${identity.reveal()}\n`;
    return await secretWorld(
      { ...FILES, [AGE]: secret, 'talos/talsecret.sops.yaml': 'secrets:\n  token: abc.marker0123\n' },
      { identity },
    );
  }

  const options = (programs: Programs, withoutCluster = false) => ({
    programs,
    withoutCluster,
    signal,
    tell: () => undefined,
  });

  it('brings the new key into the cluster, encrypts all to it and lists what the old one opened', async () => {
    const world = await rekeyWorld();
    const cluster = clusterOf();
    const { recipient, exposed } = await rekey(await world.vault(), options(cluster));
    const [old, next] = parseIdentityFile(await world.read('age.key'), 'age.key');
    expect(await next?.recipient()).toBe(recipient);
    expect(Object.values(cluster.data).map((text) => Buffer.from(text, 'base64').toString())).toEqual([
      next?.reveal(),
      old?.reveal(),
    ]);
    // No secret is an argument.
    expect(JSON.stringify(cluster.calls.map((call) => call.arguments))).not.toContain('AGE-SECRET');
    for (const path of [...Object.keys(FILES), AGE]) {
      await expect(world.plain(path, [world.identity])).rejects.toThrow(Failure);
      await expect(world.plain(path, next === undefined ? [] : [next])).resolves.toBeDefined();
    }
    expect(await world.plain(AGE, next === undefined ? [] : [next])).toContain(next?.reveal());
    expect(exposed.map(({ path }) => path)).toEqual(expect.arrayContaining([SITE, 'talos/talsecret.sops.yaml']));
    expect(exposed.find(({ path }) => path === 'talos/talsecret.sops.yaml')?.how).toContain('talosctl rotate-ca');
    expect(JSON.stringify(exposed)).not.toContain('marker');
  });

  it('changes no file where the cluster does not take the key, and goes on with the same key', async () => {
    const world = await rekeyWorld();
    const before = await world.read(SITE);
    await findingsOf(async () => rekey(await world.vault(), options(clusterOf(false))));
    expect(await world.read(SITE)).toBe(before);
    const made = await world.read('age.key');
    await rekey(await world.vault(), options(clusterOf()));
    expect(await world.read('age.key')).toBe(made);
  });

  it('drops the old key when all is committed, and keeps a copy that git does not see', async () => {
    const world = await rekeyWorld();
    execFileSync('git', ['init', '--quiet'], { cwd: world.folder });
    await writeFile(join(world.folder, '.gitignore'), '*.key\n');
    const cluster = clusterOf();
    await mkdir(join(world.folder, '.cluster-template'));
    const manifest = { format: 1, generator: 'test', recipient: world.recipient, files: {} };
    await writeFile(join(world.folder, '.cluster-template/manifest.json'), JSON.stringify(manifest));
    const { recipient } = await rekey(await world.vault(), options(cluster));
    const [finding] = await findingsOf(async () => finishRekey(await world.vault(), options(cluster)));
    expect(finding?.code).toBe('workspace/uncommitted');
    execFileSync('git', ['add', '--all'], { cwd: world.folder });
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '--quiet', '-m', 'x'], {
      cwd: world.folder,
    });
    const { kept } = await finishRekey(await world.vault(), options(cluster));
    expect(await world.read('age.key')).not.toContain(world.identity.reveal());
    expect(await world.read('age.key')).toContain(`# public key: ${recipient}\n`);
    expect(await readFile(join(world.folder, kept, 'age.key'), 'utf8')).toContain(world.identity.reveal());
    expect(execFileSync('git', ['status', '--short'], { cwd: world.folder }).toString()).toBe('');
    expect(Object.keys(cluster.data)).toEqual(['age.agekey']);
    expect(cluster.calls.at(-1)?.arguments).toContain('patch');
  });

  it('has nothing to finish where nothing was begun', async () => {
    const world = await rekeyWorld();
    const [finding] = await findingsOf(async () => finishRekey(await world.vault(), options(clusterOf())));
    expect(finding?.code).toBe('usage/argument');
  });
});

/** What is done to a repository, and what is found then: a code and the file. */
const FAULTS: readonly (readonly [
  name: string,
  break_: (world: World) => Promise<void>,
  code: string,
  file: string,
])[] = [
  [
    'a file that is not encrypted',
    (world) => write(world, 'kubernetes/open.sops.yaml', 'kind: Secret\nstringData:\n  a: b\n'),
    'sops/not-encrypted',
    'kubernetes/open.sops.yaml',
  ],
  [
    'a file that a rule takes and whose name does not say so',
    async (world) => {
      await appendRule(world, '  - path_regex: ^vault/\n    age: KEY\n');
      await write(world, 'vault/a.yaml', 'a: b\n');
    },
    'sops/not-encrypted',
    'vault/a.yaml',
  ],
  [
    'an encrypted file that no rule takes',
    async (world) => {
      await write(
        world,
        '.sops.yaml',
        (await world.read('.sops.yaml'))
          .replace('  - path_regex: ^talos/', '  - path_regex: ^elsewhere/')
          .replace('\\.sops\\.[^./]+$', '^none$'),
      );
    },
    'sops/no-rule',
    'talos/own.sops.yaml',
  ],
  [
    'a recipient too many',
    async (world) => {
      const other = await generateIdentity().recipient();
      await changeRecipient(await world.vault(), { add: other }, { signal });
      await write(world, '.sops.yaml', (await world.read('.sops.yaml')).replaceAll(`,${other}`, ''));
    },
    'sops/recipient',
    SITE,
  ],
  [
    'a recipient too few',
    async (world) => {
      const other = await generateIdentity().recipient();
      await write(
        world,
        '.sops.yaml',
        (await world.read('.sops.yaml')).replaceAll(`age: ${world.recipient}`, `age: ${world.recipient},${other}`),
      );
    },
    'sops/recipient',
    SITE,
  ],
  [
    'another selection than the rule has',
    async (world) =>
      write(world, '.sops.yaml', (await world.read('.sops.yaml')).replace('^(data|stringData)$', '^stringData$')),
    'sops/other-rule',
    SITE,
  ],
  [
    'a value that somebody added in plain text',
    async (world) =>
      write(world, SITE, (await world.read(SITE)).replace('stringData:\n', 'stringData:\n  extra: plain-text-123\n')),
    'secrets/plain-text',
    SITE,
  ],
  [
    'a value that somebody changed',
    async (world) =>
      write(
        world,
        SITE,
        (await world.read(SITE)).replace(
          /(token: ENC\[AES256_GCM,data:)(.)/,
          (_, head: string, letter: string) => head + (letter === 'A' ? 'B' : 'A'),
        ),
      ),
    'sops/damaged',
    SITE,
  ],
  [
    'a value that somebody took out',
    async (world) => write(world, SITE, (await world.read(SITE)).replace(/ {2}port: ENC.*\n/, '')),
    'sops/mac',
    SITE,
  ],
  [
    'a MAC that is not there',
    async (world) => write(world, SITE, (await world.read(SITE)).replace(/ {2}mac: ENC.*\n/, '')),
    'sops/mac',
    SITE,
  ],
  [
    'a ciphertext cut short',
    async (world) => write(world, SITE, (await world.read(SITE)).replace(/(token: ENC.*)type:str\]/, '$1')),
    'secrets/plain-text',
    SITE,
  ],
];

async function write(world: World, path: string, text: string): Promise<void> {
  await mkdir(join(world.folder, path, '..'), { recursive: true });
  await writeFile(join(world.folder, path), text);
}

async function appendRule(world: World, rule: string): Promise<void> {
  const text = await world.read('.sops.yaml');
  await write(world, '.sops.yaml', text.replace('stores:', `${rule.replaceAll('KEY', world.recipient)}stores:`));
}

describe('secrets check', () => {
  it('finds nothing where all is well, and verifies every MAC', async () => {
    const world = await secretWorld(FILES);
    expect(await checkFiles(await world.vault())).toEqual({ files: 3, verified: 3, findings: [] });
  });

  it.each(FAULTS)('finds %s', async (_, break_, code, file) => {
    const world = await secretWorld(FILES);
    await break_(world);
    const { findings } = await checkFiles(await world.vault());
    expect(findings.map((finding) => [finding.code, finding.place?.file])).toContainEqual([code, file]);
  });

  it('says of a file that was cut off that it is damaged, and nothing of its rule', async () => {
    const world = await secretWorld();
    const text = await world.read(SITE);
    await write(world, SITE, text.slice(0, text.indexOf('\n  mac:') + 1));
    const { findings } = await checkFiles(await world.vault());
    expect(findings.map(({ code }) => code)).toEqual(['sops/mac']);
  });

  it('asks of a rule for a whole tree that its Secrets are encrypted, and nothing else', async () => {
    const world = await secretWorld(FILES);
    const rules = await world.read('.sops.yaml');
    await write(
      world,
      '.sops.yaml',
      rules
        .replace('stores:', '  - path_regex: apps/.*\\.ya?ml\n    age: KEY\nstores:')
        .replace('KEY', world.recipient),
    );
    await write(
      world,
      'apps/release.yaml',
      'apiVersion: v2\nkind: HelmRelease\nspec:\n  valuesFrom: [{ kind: Secret, name: a, valuesKey: password }]\n',
    );
    await write(world, 'apps/template.sops.yaml.j2', 'kind: Secret\nstringData: { token: #< token ># }\n');
    expect((await checkFiles(await world.vault())).findings).toEqual([]);
    await write(
      world,
      'apps/secret.yaml',
      'apiVersion: v1\nkind: Secret\nstringData: { token: marker-token-plain-1 }\n',
    );
    expect((await checkFiles(await world.vault())).findings).toMatchObject([
      { code: 'sops/not-encrypted', place: { file: 'apps/secret.yaml' } },
    ]);
  });

  it.each([
    [
      'a manifest in a folder whose name has a word in it',
      'apps/storage/.*\\.ya?ml',
      'apps/storage/a.yaml',
      'kind: Pod\n',
      [],
    ],
    [
      'a file that is encrypted by its ending',
      'terraform/.*\\.tfvars$',
      'terraform/a.tfvars',
      'password = 1\n',
      ['sops/not-encrypted'],
    ],
    ['keys by their ending', 'certs/.*\\.key$', 'certs/a.key', 'abc\n', ['sops/not-encrypted']],
    ['a Secret that cannot be read', 'apps/.*\\.ya?ml', 'apps/a.yaml', 'kind: Secret\na: 1\na: 2\n', ['sops/yaml']],
  ])('takes a rule for %s as it is meant', async (_, ...row) => {
    const [pattern, path, text, codes] = row;
    const world = await secretWorld(FILES);
    const rules = await world.read('.sops.yaml');
    const rule = `  - path_regex: ${pattern}\n    age: ${world.recipient}\nstores:`;
    await write(
      world,
      '.sops.yaml',
      rules.replace('stores:', () => rule),
    );
    await write(world, path, text);
    expect((await checkFiles(await world.vault())).findings.map(({ code }) => code)).toEqual(codes);
  });

  it('finds a value in plain text that the rule has come to name since', async () => {
    const world = await secretWorld(FILES);
    const rules = await world.read('.sops.yaml');
    const severities = async (): Promise<readonly string[]> =>
      (await checkFiles(await world.vault())).findings.map(({ code, severity }) => `${severity} ${code}`);
    await write(world, '.sops.yaml', rules.replace('^(data|stringData)$', '^(data|stringData|annotations)$'));
    expect(new Set(await severities())).toEqual(new Set(['warning sops/other-rule']));
    await write(world, '.sops.yaml', rules.replace('^(data|stringData)$', '^(data|stringData|metadata)$'));
    expect(await severities()).toContain('error sops/other-rule');
  });

  it('says what it did not verify without a key, and finds what can be told without one', async () => {
    const world = await secretWorld(FILES);
    await write(world, 'age.key', `${generateIdentity().reveal()}\n`);
    expect(await checkFiles(await world.vault())).toMatchObject({
      files: 3,
      verified: 0,
      findings: [{ code: 'secrets/not-checked', severity: 'note' }],
    });
    await write(world, SITE, (await world.read(SITE)).replace(/ {2}mac: ENC.*\n/, ''));
    const { findings } = await checkFiles(await world.vault());
    expect(findings.map(({ code }) => code)).toContain('sops/mac');
  });

  it('looks at what is staged, not at what lies on disk', async () => {
    const world = await secretWorld(FILES);
    execFileSync('git', ['init', '--quiet'], { cwd: world.folder });
    execFileSync('git', ['add', '.sops.yaml', 'talos'], { cwd: world.folder });
    expect(await checkStagedFiles(world.root, undefined)).toEqual([]);
    const sealed = await world.read(SITE);
    await write(world, SITE, sealed.replace(/ {2}port: ENC.*\n/, ''));
    execFileSync('git', ['add', SITE], { cwd: world.folder });
    await write(world, SITE, sealed);
    expect(await checkStagedFiles(world.root, undefined)).toMatchObject([{ code: 'sops/mac', place: { file: SITE } }]);
  });

  it('takes what `decrypt` refuses for wrong, and nothing else', async () => {
    const world = await secretWorld(FILES);
    await appendFile(join(world.folder, 'own.sops.env'), 'B=plain\n');
    const { findings } = await checkFiles(await world.vault());
    expect(findings).not.toEqual([]);
    await expect(
      decrypt({ path: 'own.sops.env', text: await world.read('own.sops.env'), identities: [world.identity] }),
    ).rejects.toThrow(Failure);
  });
});
