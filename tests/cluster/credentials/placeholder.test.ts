import { readFile, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makePlaceholderTunnel, placeholderFindings } from '../../../src/cluster/credentials/make.ts';
import { temporaryFolder } from '../../support/folders.ts';

const SAMPLE_KEYS = resolve(import.meta.dirname, '../../sample');
const FILE = 'cloudflare-tunnel.json';

describe('the placeholder of the tunnel', () => {
  it('is the one of the sample, readable by its owner alone', async () => {
    const folder = await temporaryFolder();
    expect(await makePlaceholderTunnel(folder)).toEqual({ file: FILE, outcome: 'created' });
    expect(await readFile(join(folder, FILE), 'utf8')).toBe(await readFile(join(SAMPLE_KEYS, FILE), 'utf8'));
    expect((await stat(join(folder, FILE))).mode & 0o777).toBe(0o600);
  });

  it.each(['note', 'error'] as const)('is named in one %s', async (severity) => {
    const folder = await temporaryFolder();
    await makePlaceholderTunnel(folder);
    const findings = await placeholderFindings(folder, severity);
    expect(findings).toMatchObject([{ code: 'credentials/placeholder', severity, place: { file: FILE } }]);
    expect(findings[0]?.remedy).toContain('cloudflared tunnel create');
  });

  it("never takes somebody's own file for one", async () => {
    const folder = await temporaryFolder();
    const own = JSON.stringify({
      AccountTag: 'a',
      TunnelSecret: 'cw==',
      TunnelID: '6b6b0f7c-1f2d-4b4e-9d55-0a53c1f0a001',
    });
    await writeFile(join(folder, FILE), own);
    expect(await makePlaceholderTunnel(folder)).toEqual({ file: FILE, outcome: 'present' });
    expect(await readFile(join(folder, FILE), 'utf8')).toBe(own);
    expect(await placeholderFindings(folder, 'error')).toEqual([]);
  });

  it('says nothing of a file that is not there', async () => {
    const folder = await temporaryFolder();
    expect(await placeholderFindings(folder, 'error')).toEqual([]);
  });
});
