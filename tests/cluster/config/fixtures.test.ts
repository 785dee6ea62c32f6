import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { templateData } from '../../../src/cluster/computed.ts';
import { loadConfiguration, type LoadedConfiguration } from '../../../src/cluster/config/load.ts';
import { CLUSTER_FIELDS } from '../../../src/cluster/config/schemas.ts';
import { formatFindings } from '../../../src/report/text.ts';
import { readTextIfPresent } from '../../../src/system/files.ts';
import type { Fields } from '../../../src/text/values.ts';

// One folder, one case: a new folder is a new test. `npx vitest run tests/cluster/config -u` writes what is expected anew.
const FOLDER = import.meta.dirname;
const SECRET = 'do-not-show-this-token';

describe('valid configurations', () => {
  it.each(casesIn('valid'))('%s', async (name) => {
    const { findings, configuration } = await load('valid', name);
    expect(formatFindings(findings)).toBe('');
    if (configuration === undefined) throw new Error('no configuration');
    const data = `${JSON.stringify(withoutDefaults(templateData(configuration)), undefined, 2)}\n`;
    await expect(data).toMatchFileSnapshot(join(FOLDER, 'valid', name, 'data.json'));
  });
});

describe('invalid configurations', () => {
  it.each(casesIn('invalid'))('%s', async (name) => {
    const { findings, configuration } = await load('invalid', name);
    const text = formatFindings(findings);
    await expect(text).toMatchFileSnapshot(join(FOLDER, 'invalid', name, 'expected.txt'));
    expect(findings).not.toHaveLength(0);
    expect(configuration === undefined).toBe(findings.some(({ severity }) => severity === 'error'));
    expect(JSON.stringify(findings)).not.toContain(SECRET);
    expect(findings.every(({ place, remedy }) => place?.line !== undefined && remedy !== undefined)).toBe(true);
  });
});

/** Fields of the catalogue that are not set say nothing, and an entry that is added should change no file here. */
function withoutDefaults(data: Readonly<Record<string, unknown>>): Fields {
  const isSaid = ([name, value]: [string, unknown]): boolean => {
    const field = CLUSTER_FIELDS[name];
    return field?.['x-entry'] === undefined || JSON.stringify(value) !== JSON.stringify(field.default ?? null);
  };
  return Object.fromEntries(Object.entries(data).filter(isSaid));
}

function casesIn(kind: string): string[] {
  return readdirSync(join(FOLDER, kind)).sort();
}

async function load(kind: string, name: string): Promise<LoadedConfiguration> {
  const folder = join(FOLDER, kind, name);
  const file = async (file: string) => ({ file, text: await readFile(join(folder, file), 'utf8') });
  return loadConfiguration(
    { cluster: await file('cluster.yaml'), nodes: await file('nodes.yaml'), isOwned: name.startsWith('owned-') },
    {
      env: { CLOUDFLARE_TOKEN: 'token-of-the-environment' },
      readFile: (path) => readTextIfPresent(join(folder, path)),
      isTracked: (path) => Promise.resolve(['cluster.yaml', 'tracked.txt'].includes(path)),
    },
  );
}
