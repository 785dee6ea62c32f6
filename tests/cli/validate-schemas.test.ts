import { mkdir, writeFile, appendFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { runCommand, sampleCluster, startCommand } from '../support/cluster.ts';
import { temporaryFolder } from '../support/folders.ts';

const SAMPLE_KEYS = resolve(import.meta.dirname, '../sample');
const APP = 'templates/config/kubernetes/apps/kube-system/reloader/app';
const THING = 'apiVersion: example.com/v1\nkind: Thing\nmetadata:\n  name: thing\nspec:\n  sise: 1\n';
const SCHEMA = {
  type: 'object',
  properties: {
    apiVersion: { type: 'string' },
    kind: { type: 'string' },
    metadata: { type: 'object' },
    spec: { type: 'object', properties: { size: { type: 'integer' } }, additionalProperties: false },
  },
};
const REFUSING = `data:text/javascript,${encodeURIComponent(
  `import net from 'node:net'; net.Socket.prototype.connect = () => { throw new Error('no network') }; globalThis.fetch = () => { throw new Error('no network') };`,
)}`;

/** The sample with an object of a kind that nobody knows. */
async function clusterWithThing(): Promise<{ cluster: string; folder: string }> {
  const [cluster, folder] = [await sampleCluster(), await temporaryFolder()];
  await appendFile(join(cluster, APP, 'kustomization.yaml.j2'), '  - ./thing.yaml\n');
  await writeFile(join(cluster, APP, 'thing.yaml.j2'), THING);
  return { cluster, folder };
}

let server: Server | undefined;
afterEach(() => {
  server?.close();
  server = undefined;
});

/** A catalogue on this machine, and what it was asked for. */
async function catalogue(): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const isKnown = request.url === '/catalogue/example.com/thing_v1.json';
    response.writeHead(isKnown ? 200 : 404).end(isKnown ? JSON.stringify(SCHEMA) : '');
  });
  await new Promise<void>((settle) => server?.listen(0, '127.0.0.1', settle));
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/catalogue`, asked };
}

const WORDS = (cluster: string): string[] => ['validate', '--root', cluster, '--keys', SAMPLE_KEYS];
const MISFIT = /thing\.yaml:6:\d+: error: the field sise is not known/;

describe('validate, where a kind has no schema', () => {
  it('says so, and fails where more was asked for', async () => {
    const { cluster } = await clusterWithThing();
    const result = await runCommand([...WORDS(cluster), '--schemas-url', 'http://127.0.0.1:9/']);
    expect(result.stdout).toMatch(/\d+ files checked, \d+ of \d+ objects by schema/);
    expect(result.stdout).toContain('\n1 without a schema: example.com/v1/Thing\n');
    expect(result).toMatchObject({ code: 0 });
    const strict = await runCommand([...WORDS(cluster), '--json', '--min-coverage', '100']);
    expect(strict.code).toBe(1);
    const { schemas, findings } = JSON.parse(strict.stdout) as { schemas: unknown; findings: { code: string }[] };
    expect(schemas).toMatchObject({ without: [{ kind: 'example.com/v1/Thing', objects: 1 }] });
    expect(findings.map(({ code }) => code)).toContain('manifests/schema-coverage');
    expect((await runCommand([...WORDS(cluster), '--min-coverage', '90'])).code).toBe(0);
    expect((await runCommand([...WORDS(cluster), '--min-coverage', 'all'])).code).toBe(64);
  });

  it('asks the network for nothing but what is to be fetched', { tags: 'long' }, async () => {
    const { cluster } = await clusterWithThing();
    const env = { NODE_OPTIONS: `--import=${REFUSING}` };
    const result = await startCommand([...WORDS(cluster), '--schemas-url', 'http://127.0.0.1:9/'], { env });
    expect(result).toMatchObject({ code: 0, stderr: '' });
    // The network is refused in earnest.
    const refused = await startCommand([...WORDS(cluster), '--fetch-schemas'], { env });
    expect(refused.stderr).toContain('cannot be fetched: no network');
    expect(refused.code).toBe(3);
  });

  it('takes it from a folder', async () => {
    const { cluster, folder } = await clusterWithThing();
    await mkdir(join(folder, 'example.com'));
    await writeFile(join(folder, 'example.com/Thing_v1.json'), JSON.stringify(SCHEMA));
    const result = await runCommand([...WORDS(cluster), '--schemas', folder, '--min-coverage', '100']);
    expect(result.stderr).toMatch(MISFIT);
    expect(result.stderr).toContain('did you mean size?');
    expect(result.code).toBe(1);
    await writeFile(join(folder, 'example.com/Thing_v1.json'), 'no JSON');
    const broken = await runCommand([...WORDS(cluster), '--schemas', folder]);
    expect(broken.stderr).toContain('Thing_v1.json: error: this is no JSON Schema that can be read');
    expect(broken.code).toBe(1);
    expect((await runCommand([...WORDS(cluster), '--schemas', join(folder, 'gone')])).code).toBe(64);
  });

  it('fetches it where that is asked for, once', async () => {
    const { cluster, folder } = await clusterWithThing();
    const { url, asked } = await catalogue();
    const env = { CLUSTER_TEMPLATE_CACHE: join(folder, 'cache'), XDG_STATE_HOME: join(folder, 'state') };
    const words = [...WORDS(cluster), '--schemas-url', url];
    expect((await runCommand(words, { env })).code).toBe(0);
    expect(asked).toEqual([]);
    for (const _ of [1, 2]) {
      const result = await runCommand([...words, '--fetch-schemas'], { env });
      expect(result.stderr).toMatch(MISFIT);
      expect(result.code).toBe(1);
    }
    expect(asked).toEqual(['/catalogue/example.com/thing_v1.json']);
    server?.close();
    const gone = await runCommand([...WORDS(cluster), '--fetch-schemas', '--schemas-url', 'http://127.0.0.1:9/'], {
      env,
    });
    expect(gone.stderr).toContain('http://127.0.0.1:9/example.com/thing_v1.json cannot be fetched');
    expect(gone.code).toBe(3);
  });
});
