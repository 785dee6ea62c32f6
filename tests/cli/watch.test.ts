import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { sampleCluster } from '../support/cluster.ts';
import { readFiles } from '../support/folders.ts';

const repository = resolve(import.meta.dirname, '../..');

describe('cluster-template watch', () => {
  it('shows the plan after every change, writes nothing and ends with Ctrl-C', async () => {
    const cluster = await sampleCluster();
    const watch = spawn(
      process.execPath,
      [
        join(repository, 'bin/cluster-template.mjs'),
        'watch',
        '--root',
        cluster,
        '--keys',
        join(repository, 'tests/sample'),
      ],
      { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1' } },
    );
    onTestFinished(() => void watch.kill('SIGKILL'));
    let output = '';
    for (const stream of [watch.stdout, watch.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    }
    const told = (text: string): Promise<void> => expect.poll(() => output, { interval: 20 }).toContain(text);
    await told('Watching; nothing is written; Ctrl-C ends');
    const before = await readFiles(join(cluster, 'kubernetes'));

    const template = join(cluster, 'templates/config/kubernetes/flux/cluster/ks.yaml.j2');
    await appendFile(template, '# new\n');
    await told('~ changed   kubernetes/flux/cluster/ks.yaml');
    expect(output).toContain('changed: templates/config/kubernetes/flux/cluster/ks.yaml.j2');

    await appendFile(join(cluster, 'cluster.yaml'), 'nonsense: 1\n');
    await told('config/unknown-key');

    expect(await readFiles(join(cluster, 'kubernetes'))).toEqual(before);
    watch.kill('SIGINT');
    expect(await once(watch, 'exit')).toEqual([0, null]);
  });
});
