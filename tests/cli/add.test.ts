import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readEntries, type WrittenEntry } from '../../scripts/catalogue.mjs';
import { CATALOGUE } from '../../src/cluster/catalogue.ts';
import { SECRET_FIELDS } from '../../src/cluster/config/schemas.ts';
import { decrypt } from '../../src/sops/decrypt.ts';
import { parseIdentityFile } from '../../src/sops/identities.ts';
import { inspect } from '../../src/system/files.ts';
import { type CommandResult, runCommand, sampleCluster } from '../support/cluster.ts';
import { canMakeTerminal, converse } from '../support/terminal.ts';

const KEYS = resolve(import.meta.dirname, '../sample');
const LAUNCHER = resolve(import.meta.dirname, '../../bin/cluster-template.mjs');

async function add(folder: string, words: readonly string[], input?: string): Promise<CommandResult> {
  const options = input === undefined ? {} : { input };
  return await runCommand(['add', ...words, '--root', folder, '--keys', KEYS], options);
}

async function companionOf(folder: string): Promise<string> {
  const text = await readFile(join(folder, 'cluster.sops.yaml'), 'utf8');
  const identities = parseIdentityFile(await readFile(join(KEYS, 'age.key'), 'utf8'), 'age.key');
  return (await decrypt({ path: 'cluster.sops.yaml', text, identities })).text;
}

const ADDED = ['external-secrets', '--set', 'external_secrets_store=doppler', '--stdin', '--yes'];

describe('add', () => {
  it('lists the catalogue, and says what is on', async () => {
    const folder = await sampleCluster();
    const { code, stdout } = await add(folder, []);
    expect(code).toBe(0);
    for (const { name, purpose } of CATALOGUE) {
      expect(stdout).toContain(`${name} `);
      expect(stdout).toContain(purpose);
    }
    await add(folder, ['volsync', '--yes']);
    const listed = JSON.parse((await add(folder, ['--json'])).stdout) as { entries: { name: string; on: unknown }[] };
    const states = Object.fromEntries(listed.entries.map(({ name, on }) => [name, on]));
    expect(states).toMatchObject({ volsync: true, 'snapshot-controller': false, openebs: null, spegel: null });
  });

  it('says where a list of the owner does not have the app', async () => {
    const folder = await sampleCluster();
    const list = join(folder, 'templates/overrides/kubernetes/apps/kube-system/kustomization.yaml.j2');
    await mkdir(dirname(list), { recursive: true });
    await writeFile(list, 'kind: Kustomization\nnamespace: kube-system\nresources:\n  - ./cilium/ks.yaml\n');
    const told = await add(folder, ['snapshot-controller', '--yes', '--dry-run']);
    expect(told.stderr).toContain('lists the apps of its namespace by name, and not snapshot-controller');
    await writeFile(list, 'kind: Kustomization\nresources:\n  - ./snapshot-controller/ks.yaml\n');
    expect((await add(folder, ['snapshot-controller', '--yes', '--dry-run'])).stderr).toBe('');
  });

  it('writes fields with their comments, puts secrets into the companion and shows what configure will do', async () => {
    const folder = await sampleCluster();
    const before = await readFile(join(folder, 'cluster.yaml'), 'utf8');
    const { code, stdout, stderr } = await add(folder, ADDED, 'doppler_token=secret-of-doppler\n');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout + stderr).not.toContain('secret-of-doppler');
    expect(stdout).toContain('created   kubernetes/apps/external-secrets/doppler/app/secret.sops.yaml (secret)');
    const after = await readFile(join(folder, 'cluster.yaml'), 'utf8');
    expect(after.startsWith(before)).toBe(true);
    expect(after.slice(before.length)).toMatch(
      /^\n# --- External Secrets -+\n\n(?:# .*\n)+external_secrets_store: doppler\n$/,
    );
    expect(await companionOf(folder)).toBe('doppler_token: secret-of-doppler\n');
    expect(await add(folder, ADDED.slice(0, 1).concat('--remove', '--yes'))).toMatchObject({ code: 0 });
    expect(await readFile(join(folder, 'cluster.yaml'), 'utf8')).toBe(before);
    expect(await inspect(join(folder, 'cluster.sops.yaml'))).toBeUndefined();
  });

  it('makes secrets up in the form that their fields ask for', async () => {
    const folder = await sampleCluster();
    expect(await add(folder, ['garage', '--yes'])).toMatchObject({ code: 0, stderr: '' });
    const companion = await companionOf(folder);
    expect(companion).toMatch(/^garage_rpc_secret: "?[0-9a-f]{64}"?$/m);
    expect(companion).toMatch(/^garage_access_key: "?[A-Za-z0-9]{24}"?$/m);
  });

  it('leaves the ciphertext of other secrets as it is', async () => {
    const folder = await sampleCluster();
    await add(folder, ADDED, 'doppler_token=secret-of-doppler\n');
    const lineOf = async (): Promise<string | undefined> =>
      /^doppler_token: .*$/m.exec(await readFile(join(folder, 'cluster.sops.yaml'), 'utf8'))?.[0];
    const before = await lineOf();
    expect(before).toContain('ENC[');
    const words = ['agentgateway', '--set', 'agentgateway_addr=192.0.2.9', '--stdin', '--yes'];
    const given = 'anthropic_api_key=another-secret\n';
    expect(await add(folder, words, given)).toMatchObject({ code: 0 });
    expect(await lineOf()).toBe(before);
    expect(await companionOf(folder)).toContain('anthropic_api_key: another-secret\n');
  });

  it('takes along what a part needs, and keeps it as long as the part is on', async () => {
    const folder = await sampleCluster();
    const before = await readFile(join(folder, 'cluster.yaml'), 'utf8');
    const words = ['--set', 'rook_ceph_mode=internal', '--set', 'rook_ceph_device_filter=^sdb', '--yes'];
    expect(await add(folder, ['rook-ceph', ...words])).toMatchObject({ code: 0, stderr: '' });
    expect(await readFile(join(folder, 'cluster.yaml'), 'utf8')).toContain('\nsnapshot_controller_enabled: true\n');
    const kept = await add(folder, ['snapshot-controller', '--remove', '--yes']);
    expect(kept.code).toBe(64);
    expect(kept.stderr).toContain('Snapshot controller is taken by Rook-Ceph');
    expect(kept.stderr).toContain('remove rook-ceph first');
    for (const name of ['rook-ceph', 'snapshot-controller'])
      expect(await add(folder, [name, '--remove', '--yes'])).toMatchObject({ code: 0 });
    expect(await readFile(join(folder, 'cluster.yaml'), 'utf8')).toBe(before);
  });

  it('sets a field that stands there as a comment in its place', async () => {
    const folder = await sampleCluster();
    const file = join(folder, 'cluster.yaml');
    const text = await readFile(file, 'utf8');
    await writeFile(file, `${text}\n# Mine.\n# snapshot_controller_enabled: true # some day\n# the end\n`);
    expect(await add(folder, ['snapshot-controller', '--yes'])).toMatchObject({ code: 0 });
    expect(await readFile(file, 'utf8')).toBe(`${text}\n# Mine.\nsnapshot_controller_enabled: true\n# the end\n`);
  });

  it('writes nothing for --dry-run', async () => {
    const folder = await sampleCluster();
    const before = await readFile(join(folder, 'cluster.yaml'), 'utf8');
    const { code, stdout } = await add(folder, ['volsync', '--dry-run']);
    expect(code).toBe(0);
    expect(stdout).toContain('+volsync_enabled: true');
    expect(await readFile(join(folder, 'cluster.yaml'), 'utf8')).toBe(before);
  });

  it.each([
    [['volsnyc'], 'the catalogue has no entry volsnyc', 'did you mean volsync?'],
    [['openebs'], 'OpenEBS is switched on by more than its fields', 'openebs_hostpath_enabled: true'],
    [['external-secrets'], '`external_secrets_store` is required', '--set external_secrets_store=onepassword'],
    [['volsync', '--set', 'volsync_enabeld=true'], 'VolSync has no field', 'did you mean `volsync_enabled`?'],
    [['volsync', '--set', 'volsync_enabled'], '--set has no field=value', 'write field=value'],
    [['volsync', '--remove', '--stdin'], '--remove sets nothing', ''],
    [['--remove'], '--remove goes with the name of an entry', ''],
  ])('refuses %j', async (words, message, remedy) => {
    const { code, stderr } = await add(await sampleCluster(), words, '');
    expect(code).toBe(64);
    expect(stderr).toContain(message);
    expect(stderr).toContain(remedy);
  });

  it('takes no secret from the command line, but where one is to be found', async () => {
    const folder = await sampleCluster();
    const words = ['external-secrets', '--set', 'external_secrets_store=doppler', '--yes'];
    const refused = await add(folder, [...words, '--set', 'doppler_token=secret-of-doppler']);
    expect(refused).toMatchObject({ code: 64 });
    expect(refused.stdout + refused.stderr).not.toContain('secret-of-doppler');
    await writeFile(join(folder, 'doppler-token.key'), 'secret-of-doppler\n');
    const taken = await add(folder, [...words, '--set', 'doppler_token={file: doppler-token.key}']);
    expect(taken, taken.stderr).toMatchObject({ code: 0 });
    expect(await readFile(join(folder, 'cluster.yaml'), 'utf8')).toContain(
      '\ndoppler_token: {file: doppler-token.key}\n',
    );
  });

  it('refuses what the schema refuses, and writes nothing', async () => {
    const folder = await sampleCluster();
    const before = await readFile(join(folder, 'cluster.yaml'), 'utf8');
    const { code, stderr } = await add(folder, ['agentgateway', '--set', 'agentgateway_addr=nowhere', '--yes']);
    expect(code).toBe(1);
    expect(stderr).toContain('agentgateway_addr');
    expect(await readFile(join(folder, 'cluster.yaml'), 'utf8')).toBe(before);
  });

  it.skipIf(!canMakeTerminal())(
    'asks for what is required, and shows no secret that is typed',
    async () => {
      const folder = await sampleCluster();
      const words = ['add', 'external-secrets', '--root', folder, '--keys', KEYS];
      const answers = ['doppler', 'secret-of-doppler', 'y'];
      const seen = await converse([process.execPath, LAUNCHER, ...words], answers);
      expect(seen).toContain('external_secrets_store, `onepassword` or `doppler` [onepassword]: doppler');
      expect(seen).not.toContain('secret-of-doppler');
      expect(seen).toContain('Next: run');
      expect(await companionOf(folder)).toContain('secret-of-doppler');
    },
    120_000,
  );
});

describe('each entry of the catalogue', { tags: 'long' }, async () => {
  const entries = await readEntries();
  // The nodes of the sample have not the labels that Proxmox CSI takes.
  const named = CATALOGUE.filter((entry) => entry.switch.length > 0 && entry.name !== 'proxmox-csi').map(
    ({ name }) => name,
  );

  // With the values of each golden tree that has the entry on: they show its variants.
  const cases = named.flatMap((name) =>
    [0, 1].filter((tree) => isOnIn(entries, name, tree)).map((tree) => [name, tree] as const),
  );

  it.each(cases)('%s (%i) is added with what it needs, and leaves no trace when it is removed', async (name, tree) => {
    const folder = await sampleCluster();
    const before = await readFile(join(folder, 'cluster.yaml'), 'utf8');
    const values = valuesOf(entries, name, tree);
    const plain = Object.entries(values).filter(([field]) => !SECRET_FIELDS.includes(field));
    const secrets = Object.entries(values).filter(([field]) => SECRET_FIELDS.includes(field));
    const set = plain.flatMap(([field, value]) => ['--set', `${field}=${asWord(value)}`]);
    const input = secrets.map(([field, value]) => `${field}=${String(value)}\n`).join('');
    const added = await add(folder, [name, ...set, '--stdin', '--yes'], input);
    expect(added, added.stderr).toMatchObject({ code: 0 });
    const needs = [...needsOf(name)].reverse();
    for (const one of [name, ...needs])
      expect(await add(folder, [one, '--remove', '--yes'])).toMatchObject({ code: 0 });
    expect(await readFile(join(folder, 'cluster.yaml'), 'utf8')).toBe(before);
    expect(await inspect(join(folder, 'cluster.sops.yaml'))).toBeUndefined();
  });
});

/** Whether a golden tree of the catalogue has an entry on; what has no second map takes the first in both. */
function isOnIn(entries: readonly WrittenEntry[], name: string, tree: number): boolean {
  const golden = entries.find((one) => one.name === name && one.part_of === undefined)?.golden ?? [];
  return tree === 0 ? golden[0] !== undefined || name in OTHERWISE : Object.keys(golden[tree] ?? {}).length > 0;
}

/** The golden values of an entry and of those that it takes. */
function valuesOf(entries: readonly WrittenEntry[], name: string, tree: number): Record<string, unknown> {
  const own = entries.find((one) => one.name === name && one.part_of === undefined)?.golden?.[tree];
  const needs = needsOf(name);
  const others = entries.filter((one) => needs.has(one.name)).map(({ golden }) => golden?.[0]);
  return Object.assign({ ...OTHERWISE[name] }, ...others, own) as Record<string, unknown>;
}

/** Values of entries that other golden trees have. */
const OTHERWISE: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  agentgateway: { agentgateway_addr: '192.0.2.9' },
};

function needsOf(name: string): Set<string> {
  const needs = CATALOGUE.find((entry) => entry.name === name)?.needs ?? [];
  return new Set(needs.flatMap((one) => [...needsOf(one), one]));
}

function asWord(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
