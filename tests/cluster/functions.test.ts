import { describe, expect, it } from 'vitest';
import { credentialFunctions, talosPatches, toolPath } from '../../src/cluster/extension.ts';
import { generateIdentity } from '../../src/sops/identities.ts';

const IDENTITY = generateIdentity();
const RECIPIENT = await IDENTITY.recipient();
const KEY_FILE = `# created: 2026-01-01T00:00:00Z\n# public key: ${RECIPIENT}\n${IDENTITY.reveal()}\n`;
const TUNNEL = { AccountTag: 'account', TunnelSecret: 'c2VjcmV0', TunnelID: '0000-1111', Endpoint: '' };

const FILES: Readonly<Record<string, string>> = {
  'age.key': KEY_FILE,
  'no-comment.key': IDENTITY.reveal(),
  'cloudflare-tunnel.json': JSON.stringify(TUNNEL),
  'github-push-token.txt': 'push-token\n',
  'no.json': '{"TunnelSecret": "c2VjcmV0"',
};

function call(name: string, ...values: unknown[]): unknown {
  const found = credentialFunctions((file) => FILES[file])[name];
  if (found === undefined) throw new Error(`no function ${name}`);
  return found.run(...values);
}

describe('credentialFunctions', () => {
  it('have the signatures that templates rely on', () => {
    const functions = credentialFunctions(() => undefined);
    expect(Object.values(functions).map(({ signature }) => signature)).toEqual([
      "age_key(kind, file='age.key')",
      "cloudflare_tunnel_id(file='cloudflare-tunnel.json')",
      "cloudflare_tunnel_secret(file='cloudflare-tunnel.json')",
      "github_deploy_key(file='github-deploy.key')",
      "github_push_token(file='github-push-token.txt')",
    ]);
  });

  it('read nothing before they are called', () => {
    const read: string[] = [];
    credentialFunctions((file) => {
      read.push(file);
      return undefined;
    });
    expect(read).toEqual([]);
  });

  it('give both halves of the age key', () => {
    expect(call('age_key', 'public', 'age.key')).toBe(RECIPIENT);
    expect(call('age_key', 'private', 'age.key')).toBe(IDENTITY.reveal());
  });

  it('give the tunnel and its token, keys in the order a, t, s and without spaces', () => {
    expect(call('cloudflare_tunnel_id', 'cloudflare-tunnel.json')).toBe('0000-1111');
    const token = Buffer.from(String(call('cloudflare_tunnel_secret', 'cloudflare-tunnel.json')), 'base64').toString();
    expect(token).toBe('{"a":"account","t":"0000-1111","s":"c2VjcmV0"}');
  });

  it('give the push token without its line break', () => {
    expect(call('github_push_token', 'github-push-token.txt')).toBe('push-token');
  });

  it.each([
    ['age_key', ['both', 'age.key'], "age_key takes 'public' or 'private', not \"both\""],
    ['age_key', ['public', 'no-comment.key'], 'no-comment.key does not say its public key'],
    ['age_key', ['public', 'other.key'], 'other.key does not exist'],
    ['cloudflare_tunnel_id', ['no.json'], 'no.json is not valid JSON'],
    ['github_deploy_key', ['github-deploy.key'], 'github-deploy.key does not exist'],
  ])('%s says what is wrong: %j', (name, values, message) => {
    expect(() => call(name, ...values)).toThrow(message);
  });
});

describe('tool_path', () => {
  it.each([
    [['templates/overrides', 'templates/config'], 'docs/apps.md'],
    [
      ['templates/overrides', 'node_modules/cluster-template/templates/config/'],
      'node_modules/cluster-template/docs/apps.md',
    ],
    [['templates/overrides', '../template/templates/config'], '../template/docs/apps.md'],
    [[], 'docs/apps.md'],
  ])('in %j is beside the templates', (paths, expected) => {
    expect(toolPath(() => paths.map((path) => ({ path }))).run('docs/apps.md')).toBe(expected);
  });
});

describe('talos_patches', () => {
  const patches = talosPatches(() => [
    {
      path: 'templates/overrides',
      files: ['talos/patches/global/zz.yaml.j2', 'talos/patches/global/machine-time.yaml.j2'],
    },
    {
      path: 'templates/config',
      files: [
        'talos/patches/global/machine-time.yaml.j2',
        'talos/patches/global/machine-kubelet.yaml.j2',
        'talos/patches/global/README.md',
        'talos/patches/global/deep/er.yaml.j2',
        'talos/patches/global-other/x.yaml.j2',
        'talos/patches/global/.yaml.j2',
        'talos/patches/controller/cluster.yaml.j2',
      ],
    },
  ]);

  it('lists a group sorted, each file once, the folder that wins first', () => {
    expect(patches.run('global')).toEqual([
      'templates/config/talos/patches/global/machine-kubelet.yaml.j2',
      'templates/overrides/talos/patches/global/machine-time.yaml.j2',
      'templates/overrides/talos/patches/global/zz.yaml.j2',
    ]);
  });

  it('lists nothing for a group that has no folder', () => {
    expect(patches.run('worker')).toEqual([]);
  });
});
