import { describe, expect, it } from 'vitest';
import { clusterExtension } from '../../src/cluster/extension.ts';
import { validConfiguration } from './configurations.ts';

describe('clusterExtension', () => {
  it('puts data, functions and filters together', async () => {
    const configuration = await validConfiguration();
    const plugin = clusterExtension({
      configuration,
      read: () => undefined,
      folders: () => [],
      wants: () => true,
      appsOf: () => [],
    });
    expect(plugin.data).toMatchObject({ primary_domain: 'example.com', nodes: [{ name: 'k8s-0' }] });
    expect(Object.keys(plugin.functions ?? {}).sort()).toEqual([
      'age_key',
      'cloudflare_tunnel_id',
      'cloudflare_tunnel_secret',
      'github_deploy_key',
      'github_push_token',
      'namespace_apps',
      'talos_patches',
      'tool_path',
    ]);
    expect(Object.keys(plugin.filters ?? {}).sort()).toEqual(['basename', 'nthhost']);
  });
});
