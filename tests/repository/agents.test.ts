import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EVERYTHING, PROXMOX_LABELS, REPOSITORY, renderSample } from './rendering.ts';

const tree = await renderSample(EVERYTHING, PROXMOX_LABELS);
const text = tree.get('AGENTS.md') ?? '';
// The secrets of Talos are there once the cluster is.
const present = new Set(
  [...tree.keys(), ...(await repositoryFiles()), 'talos/talsecret.sops.yaml'].flatMap(withParents),
);

describe('AGENTS.md', () => {
  it('names paths that exist', () => {
    const named = [...text.matchAll(/`([^`\s]+)`/g)]
      .map(([, name]) => name ?? '')
      .filter((name) => /\/|\.(?:md|yaml)$/.test(name));
    const paths = named.filter((name) => !name.includes('*') && !name.includes('$') && name !== 'ks.yaml');
    expect(paths.length).toBeGreaterThan(10);
    expect(paths.filter((path) => !present.has(path.replace(/\/$/, '')))).toEqual([]);
  });

  it('says what the configuration says', () => {
    for (const fact of [
      '`k8s-0`: controller, 192.0.2.10.',
      '`k8s-3`: worker, 192.0.2.20.',
      '`agentgateway` at 192.0.2.9',
      '192.0.2.0/24',
      'https://192.0.2.5:6443',
      'ssh://git@github.com/example/cluster.git',
      'layer 2',
    ]) {
      expect(text).toContain(fact);
    }
  });

  it('leaves out what is off', async () => {
    const plain = (await renderSample()).get('AGENTS.md');
    expect(plain).toContain('`envoy-external`');
    expect(plain).not.toContain('agentgateway');
  });

  it('asks the nodes at their addresses', () => {
    expect(text).toContain('talosctl health --nodes 192.0.2.10\n');
    expect(text).toContain('talosctl dashboard --nodes 192.0.2.10,192.0.2.11,192.0.2.12,192.0.2.20\n');
    expect(text).toContain('talosctl services --nodes 192.0.2.20 # k8s-3\n');
  });

  it('holds no domain and no secret', () => {
    expect(text).not.toMatch(/example\.com|marker-|AGE-SECRET-KEY|SAMPLE-NOT/);
  });

  it('has the eight warnings', () => {
    const section = /## Warnings\n\n([^#]*)/.exec(text)?.[1] ?? '';
    expect([...section.matchAll(/^\d\. /gm)]).toHaveLength(8);
  });
});

async function repositoryFiles(): Promise<string[]> {
  const folders = ['docs', 'templates/config'];
  const lists = await Promise.all(
    folders.map(async (folder) => {
      const entries = await readdir(join(REPOSITORY, folder), { recursive: true, withFileTypes: true });
      return entries.map((entry) => relative(REPOSITORY, join(entry.parentPath, entry.name)));
    }),
  );
  return [...lists.flat(), 'cluster.yaml', 'nodes.yaml', 'templates/overrides', 'templates/scripts/plugin.ts'];
}

/** A path and the folders that it lies in. */
function withParents(path: string): string[] {
  const parts = path.split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}
