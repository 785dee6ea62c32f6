import { describe, expect, it } from 'vitest';
import { companionStandIns, encryptCompanion, readCompanion } from '../../../src/cluster/config/companion.ts';
import { loadConfiguration, type LoadedConfiguration } from '../../../src/cluster/config/load.ts';
import { SAMPLE_CLOUDFLARE_TOKEN } from '../../../src/cluster/root.ts';
import type { SecretSources } from '../../../src/cluster/config/secrets.ts';
import type { SecretText } from '../../../src/cluster/config/generated/types.ts';
import { Failure } from '../../../src/report/finding.ts';
import { redact } from '../../../src/report/redaction.ts';
import { encrypt } from '../../../src/sops/encrypt.ts';
import { generateIdentity } from '../../../src/sops/identities.ts';
import { DEFAULT_SELECTION } from '../../../src/sops/selection.ts';
import { configurationTexts } from '../configurations.ts';

const SECRET = 'do-not-show-this-token';
const identity = generateIdentity();
const recipient = await identity.recipient();
const NOW = new Date('2026-01-02T03:04:05Z');

describe('cluster.sops.yaml', () => {
  it('is encrypted and read back', async () => {
    const text = await companion({ cloudflare_token: SECRET });
    expect(text).not.toContain(SECRET);
    expect(text).toMatch(/^cloudflare_token: ENC\[/);
    expect(await readCompanion(text, [identity])).toEqual({ cloudflare_token: SECRET });
    expect(companionStandIns(text, () => 'stand-in')).toEqual({
      companion: { cloudflare_token: 'stand-in' },
      doubtful: new Set(),
    });
  });

  it('that still holds the placeholder of the sample does not hide what cluster.yaml says', async () => {
    const text = await companion({ cloudflare_token: SAMPLE_CLOUDFLARE_TOKEN });
    expect(await readCompanion(text, [identity])).toEqual({});
    expect(companionStandIns(text, () => 'stand-in').doubtful).toEqual(new Set(['cloudflare_token']));
    await load(SAMPLE_CLOUDFLARE_TOKEN);
    expect(redact('write {file: cloudflare-token.key}')).toBe('write {file: cloudflare-token.key}');
  });

  it.each([
    ['node_cidr: 10.0.0.0/24\n', '`node_cidr` is no secret', 'move it to cluster.yaml'],
    ['cloudflare_tokn: x\n', 'a field that takes no secret', 'did you mean `cloudflare_token`?'],
    ['cloudflare_token: 12\n', 'not a text', 'in quotes'],
    ['cloudflare_token: ""\n', 'an empty one', 'in quotes'],
  ])('refuses %j', async (plain, message, remedy) => {
    const ended = await failureOf(readCompanion(await sealed(plain), [identity]));
    expect(ended.findings[0]).toMatchObject({ code: 'config/companion', place: { file: 'cluster.sops.yaml' } });
    expect(ended.message).toContain(message);
    expect(ended.findings[0]?.remedy).toContain(remedy);
  });

  it('that another key encrypted says so', async () => {
    const ended = await failureOf(readCompanion(await companion({ cloudflare_token: SECRET }), [generateIdentity()]));
    expect(ended.findings[0]?.code).toBe('sops/wrong-key');
  });

  it('that is not encrypted says so', () => {
    expect(() => companionStandIns(`cloudflare_token: ${SECRET}\n`, (name) => name)).toThrow(Failure);
  });
});

describe('the companion over cluster.yaml', () => {
  it('gives a secret that cluster.yaml does not have', async () => {
    const { findings, configuration } = await load(undefined);
    expect(findings).toEqual([]);
    expect(configuration?.cluster.cloudflare_token).toBe(SECRET);
  });

  it('goes before a place that cluster.yaml names', async () => {
    const { findings, configuration } = await load({ env: 'NOT_SET' });
    expect(findings).toEqual([]);
    expect(configuration?.cluster.cloudflare_token).toBe(SECRET);
  });

  it('goes before a literal, and asks for its removal without showing it', async () => {
    const { findings, configuration } = await load('a-literal-of-mine');
    expect(configuration?.cluster.cloudflare_token).toBe(SECRET);
    expect(findings).toMatchObject([{ code: 'config/secret-in-git', severity: 'warning' }]);
    expect(JSON.stringify(findings)).not.toContain('a-literal-of-mine');
  });

  it('says nothing about the placeholder of the sample', async () => {
    expect((await load(SAMPLE_CLOUDFLARE_TOKEN)).findings).toEqual([]);
  });
});

describe('a companion that may hold the placeholder, as nobody has its key here', () => {
  const doubtful = new Set(['cloudflare_token']);
  const standIn = (name: string): string => `stand-in for ${name}`;

  it.each([
    [{ env: 'NOT_SET' }, 'env NOT_SET'],
    [{ file: 'nowhere.key' }, 'file nowhere.key'],
  ])('does not hide %j', async (token, name) => {
    const { findings, configuration } = await load(token, { doubtful, standIn });
    expect(findings.map(({ message }) => message)).toEqual([
      expect.stringContaining('`cloudflare_token` was not checked'),
    ]);
    expect(configuration?.cluster.cloudflare_token).toBe(`stand-in for ${name}${SECRET}`);
  });

  it.each([[undefined], [SAMPLE_CLOUDFLARE_TOKEN]])('counts where cluster.yaml says %j', async (token) => {
    const { findings, configuration } = await load(token, { doubtful, standIn });
    expect(findings).toEqual([]);
    expect(configuration?.cluster.cloudflare_token).toBe(SECRET);
  });

  it('hides no literal that git has', async () => {
    const { findings } = await load('a-literal-of-mine', { doubtful, standIn });
    expect(findings).toMatchObject([{ code: 'config/secret-in-git' }]);
    expect(JSON.stringify(findings)).not.toContain('a-literal-of-mine');
  });
});

async function load(token: unknown, more: Partial<SecretSources> = {}): Promise<LoadedConfiguration> {
  const texts = configurationTexts({ cloudflare_token: token });
  const cluster = token === undefined ? texts.cluster.replace(/^"?cloudflare_token"?:.*\n/m, '') : texts.cluster;
  const sources: SecretSources = {
    env: {},
    readFile: () => Promise.resolve(undefined),
    isTracked: () => Promise.resolve(true),
    companion: { cloudflare_token: SECRET as SecretText },
    ...more,
  };
  const input = { cluster: { file: 'cluster.yaml', text: cluster }, nodes: { file: 'nodes.yaml', text: texts.nodes } };
  return await loadConfiguration(input, sources);
}

describe('what is wrong with a field of cluster.sops.yaml', () => {
  it('is told of that file, where the field stands in it alone', async () => {
    const texts = configurationTexts();
    const { findings } = await loadConfiguration(
      { cluster: { file: 'cluster.yaml', text: texts.cluster }, nodes: { file: 'nodes.yaml', text: texts.nodes } },
      {
        env: {},
        readFile: () => Promise.resolve(undefined),
        isTracked: () => Promise.resolve(false),
        companion: { cohere_api_key: SECRET as SecretText },
      },
    );
    const [finding] = findings.filter(({ message }) => message.startsWith('`cohere_api_key` is set without'));
    expect(finding?.place).toEqual({ file: 'cluster.sops.yaml' });
    expect(finding?.sourceLine).toBeUndefined();
  });
});

function companion(secrets: Readonly<Record<string, string>>): Promise<string> {
  return encryptCompanion({ secrets, recipient, identities: [identity], now: NOW });
}

function sealed(plain: string): Promise<string> {
  const rule = { recipients: [recipient], otherStores: [], selection: DEFAULT_SELECTION, macOnlyEncrypted: true };
  return encrypt({ path: 'cluster.sops.yaml', plain, rule, identities: [identity], now: NOW });
}

async function failureOf(work: Promise<unknown>): Promise<Failure> {
  const ended: unknown = await work.catch((error: unknown) => error);
  if (ended instanceof Failure) return ended;
  throw new Error('it did not fail');
}
