import { readFile, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  makePlaceholderTunnel,
  placeholderNotes,
  refusePlaceholderTunnel,
} from '../../../src/cluster/credentials/placeholder.ts';
import { Failure } from '../../../src/report/finding.ts';
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

  it('is named in one line and refused', async () => {
    const folder = await temporaryFolder();
    await makePlaceholderTunnel(folder);
    const notes = await placeholderNotes(folder);
    expect(notes).toMatchObject([{ code: 'credentials/placeholder', severity: 'note' }]);
    expect(notes[0]?.message).toContain('cloudflared tunnel create');
    const refusal = await refusePlaceholderTunnel(folder).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(Failure);
    expect((refusal as Failure).findings).toMatchObject([{ code: 'credentials/placeholder', place: { file: FILE } }]);
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
    expect(await placeholderNotes(folder)).toEqual([]);
    await expect(refusePlaceholderTunnel(folder)).resolves.toBeUndefined();
  });

  it('says nothing of a file that is not there', async () => {
    const folder = await temporaryFolder();
    expect(await placeholderNotes(folder)).toEqual([]);
    await expect(refusePlaceholderTunnel(folder)).resolves.toBeUndefined();
  });
});
