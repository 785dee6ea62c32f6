import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { generateIdentity } from '../../../src/sops/identities.ts';
import { startCommand } from '../../support/cluster.ts';
import { readFiles } from '../../support/folders.ts';
import { findTool } from '../../support/tools.ts';
import { ownCluster } from '../support/own-cluster.ts';

const talhelper = await findTool('talhelper');

// Needs the real program; `npm run test:tools` installs it.
describe.skipIf(talhelper === undefined)('the real talhelper', () => {
  const env = { PATH: `${dirname(talhelper ?? '')}:${dirname(process.execPath)}:/usr/bin:/bin` };

  it('makes secrets that we encrypt, decrypts them itself, and generates every node', async () => {
    const cluster = await ownCluster();
    const first = await startCommand(['talos', 'generate-config', '--root', cluster], { env });
    expect(first, first.stderr).toMatchObject({ code: 0 });
    const bundle = await readFile(join(cluster, 'talos/talsecret.sops.yaml'), 'utf8');
    expect(bundle).toMatch(/^ {2}bootstraptoken: ENC\[|bootstraptoken: ENC\[/m);
    const folder = join(cluster, 'talos/clusterconfig');
    const names = (await readdir(folder)).filter((name) => name !== '.gitignore').sort();
    expect(names).toEqual([...[0, 1, 2, 3].map((node) => `kubernetes-k8s-${String(node)}.yaml`), 'talosconfig']);
    for (const name of names) expect((await stat(join(folder, name))).mode & 0o777, name).toBe(0o600);
    const [machine] = parseAllDocuments(await readFile(join(folder, 'kubernetes-k8s-0.yaml'), 'utf8'));
    const { ca } =
      machine?.getIn(['machine'], true) === undefined ? { ca: undefined } : (machine.toJS() as Machine).machine;
    expect(ca?.crt).toMatch(/^LS0t/);

    const second = await startCommand(['talos', 'generate-config', '--root', cluster], { env });
    expect(second.code).toBe(0);
    expect(await readFile(join(cluster, 'talos/talsecret.sops.yaml'), 'utf8')).toBe(bundle);
    const [again] = parseAllDocuments(await readFile(join(folder, 'kubernetes-k8s-0.yaml'), 'utf8'));
    expect((again?.toJS() as Machine).machine.ca.crt).toBe(ca?.crt);
    // The plain secrets are in the files that git ignores, and nowhere else.
    const key = ca?.key ?? 'none';
    const holding = Object.entries(await readFiles(cluster)).filter(([, text]) => text.includes(key));
    expect(holding.every(([path]) => path.startsWith('talos/clusterconfig/'))).toBe(true);
    expect(holding.length).toBeGreaterThan(0);
  });

  it("says what is wrong where the key is another's", async () => {
    const cluster = await ownCluster();
    expect(await startCommand(['talos', 'generate-config', '--root', cluster], { env })).toMatchObject({ code: 0 });
    await rm(join(cluster, 'age.key'));
    const other = generateIdentity();
    const { writeFile } = await import('node:fs/promises');
    await writeFile(join(cluster, 'age.key'), `${other.reveal()}\n`, { mode: 0o600 });
    const result = await startCommand(['talos', 'generate-config', '--root', cluster], { env });
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('[workspace/owner]');
  });
});

interface Machine {
  readonly machine: { readonly ca: { readonly crt: string; readonly key: string } };
}
