import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ENTRIES } from '../../src/cluster/catalogue.ts';
import { documentOf, EVERYTHING, PROXMOX_LABELS, REPOSITORY, renderSample, repositoryText } from './rendering.ts';

/** A row of a table of docs/apps.md. */
interface Entry {
  readonly namespace: string;
  readonly app: string;
  readonly switchedBy: string;
  readonly waitsFor: readonly string[];
}

const text = await repositoryText('docs/apps.md');
const entries = entriesOf(text);
const folders = await appFolders();

describe('docs/apps.md', () => {
  it('has an entry for every app of the templates that the catalogue does not describe, below its namespace', () => {
    expect(folders.length).toBeGreaterThan(15);
    const named = entries.map(({ namespace, app }) => `${namespace}/${app}`);
    expect(named.filter((app) => !folders.includes(app))).toEqual([]);
    const described = ENTRIES.map(({ folder }) => folder.replace('kubernetes/apps/', ''));
    expect(folders.filter((app) => !named.includes(app) && !described.includes(app))).toEqual([]);
  });

  it('says what each app waits for', async () => {
    const tree = await renderSample({ ...EVERYTHING, spegel_enabled: true }, PROXMOX_LABELS);
    for (const { namespace, app, waitsFor } of entries) {
      const path = `kubernetes/apps/${namespace}/${app}/ks.yaml`;
      if (!tree.has(path)) continue;
      const { spec } = documentOf(tree, path) as { spec: { dependsOn?: { name: string }[] } };
      expect([...waitsFor], app).toEqual((spec.dependsOn ?? []).map(({ name }) => name));
    }
  });

  it('names fields that exist', async () => {
    const known = await knownFields();
    const named = entries.flatMap(({ switchedBy }) =>
      [...switchedBy.matchAll(/`([a-z0-9_*]+)/g)].map(([, name]) => name ?? ''),
    );
    expect(named.length).toBeGreaterThan(20);
    for (const name of named) {
      const isKnown = name.endsWith('*')
        ? known.some((one) => one.startsWith(name.slice(0, -1)))
        : known.includes(name);
      expect(isKnown, name).toBe(true);
    }
  });

  it('explains every component', async () => {
    const root = join(REPOSITORY, 'templates/config/kubernetes/components');
    const found = await readdir(root, { recursive: true, withFileTypes: true });
    const components = found
      .filter(({ name }) => name === 'kustomization.yaml.j2')
      .map(({ parentPath }) => parentPath.slice(root.length + 1));
    const section = text.slice(text.indexOf('## Components'));
    for (const component of components) expect(section).toMatch(new RegExp(`^\\| \`${component}\` +\\|`, 'm'));
  });

  it('has the alerts that are rendered', async () => {
    const tree = await renderSample(EVERYTHING, PROXMOX_LABELS);
    const rules = tree.get('kubernetes/apps/kgateway-system/agentgateway-observability/app/alerts.yaml') ?? '';
    const rendered = [...rules.matchAll(/- alert: (\w+)/g)].map(([, name]) => name);
    expect([...text.matchAll(/^\| `(AIGateway\w+)`/gm)].map(([, name]) => name)).toEqual(rendered);
  });
});

function entriesOf(page: string): Entry[] {
  return page.split(/^## /m).flatMap((section) => {
    const namespace = section.slice(0, section.indexOf('\n'));
    const header = section.indexOf('| waits for');
    if (header < 0) return [];
    const table = section.slice(section.indexOf('\n', header)).split(/\n\n/)[0] ?? '';
    const rows = table.split('\n').filter((line) => line.startsWith('| `'));
    return rows.map((row) => {
      const [, app, , switchedBy, waitsFor] = row.split('|').map((cell) => cell.trim());
      const names = [...(waitsFor ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? '');
      return { namespace, app: app?.replaceAll('`', '') ?? '', switchedBy: switchedBy ?? '', waitsFor: names };
    });
  });
}

async function appFolders(): Promise<string[]> {
  const root = join(REPOSITORY, 'templates/config/kubernetes/apps');
  const found = await readdir(root, { recursive: true, withFileTypes: true });
  const plans = found.filter(({ name }) => name === 'ks.yaml.j2');
  return plans.map(({ parentPath }) => parentPath.slice(root.length + 1)).sort();
}

async function knownFields(): Promise<string[]> {
  const schemas = await Promise.all(['cluster', 'nodes'].map((name) => repositoryText(`schemas/${name}.schema.json`)));
  return schemas
    .flatMap((schema) => [...schema.matchAll(/"([a-zA-Z0-9_]+)": ?\{/g)].map(([, name]) => name ?? ''))
    .concat('none');
}
