import { execFileSync } from 'node:child_process';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { clusterRoot } from '../../../src/cluster/root.ts';
import { foldOutput, mask, openPrograms, type ProgramsOptions } from '../../../src/operations/programs/programs.ts';
import { waitFor } from '../../../src/operations/programs/waiting.ts';
import {
  compareVersions,
  inspectPrograms,
  type Programs,
  requirePrograms,
} from '../../../src/operations/programs/catalogue.ts';
import { Failure } from '../../../src/report/finding.ts';
import { virtualClock } from '../../support/clock.ts';
import { temporaryFolder, writeFiles } from '../../support/folders.ts';
import { standIns, STOOD_IN, type StandInRule, type StandIns } from '../support/stand-ins.ts';

const NOW = new AbortController().signal;

describe('a program', () => {
  it('gets its arguments, its folder, the files of the cluster and its input, and nothing else', async () => {
    const { programs, stands, root } = await opened([{ program: 'kubectl', stdout: 'fine\n' }], {
      env: { CLOUDFLARE_TOKEN: 'x', KUBECONFIG: '/elsewhere' },
    });
    const call = { program: 'kubectl', arguments: ['apply', '-f', '-', 'a b'], input: 'kind: Secret\n' } as const;
    expect(await programs.run(call)).toMatchObject({ exitCode: 0, stdout: 'fine' });
    expect(await stands.script()).toBe(
      [
        '# KUBECONFIG=<root>/kubeconfig',
        '# SOPS_AGE_KEY_FILE=<root>/age.key',
        '# SOPS_CONFIG=<root>/.sops.yaml',
        '# TALOSCONFIG=<root>/talos/clusterconfig/talosconfig',
        ".$ kubectl apply -f - 'a b' < input\n",
      ].join('\n'),
    );
    const [recorded] = await stands.calls();
    expect(recorded).toMatchObject({ folder: root, input: { bytes: 13 }, secrets: [] });
  });

  it.each([
    ['kubeconfig', 'kubectl', ['get', 'nodes']],
    ['kubeconfig', 'flux', ['get', 'ks']],
    ['kubeconfig', 'helmfile', ['sync']],
    ['KubeConfig', 'kubectl', ['get', 'nodes']],
    ['talos/clusterconfig/talosconfig', 'talosctl', ['version']],
  ] as const)('that would take %s, which git tracks, is not started: %s', async (file, program, words) => {
    const { programs, stands, root } = await opened([{ program }]);
    await writeFiles(root, { [file]: 'users: [{ user: { exec: { command: ./program } } }]\n' });
    execFileSync('git', ['init', '-q'], { cwd: root });
    execFileSync('git', ['add', '--force', file], { cwd: root });
    const call = { program, arguments: words };
    for (const started of [programs.ask(call), programs.run(call), programs.attach(call)]) {
      const { kind, findings } = await failureOf(started);
      expect([kind, findings[0]?.code]).toEqual(['input', 'trust/access-file']);
    }
    expect(await stands.calls()).toEqual([]);
    await expect(requirePrograms(programs, [program])).resolves.toBeUndefined();
  });

  it('that would take a file below a link which git tracks is not started', async () => {
    const { programs, root } = await opened([{ program: 'talosctl' }]);
    await writeFiles(root, { 'elsewhere/talosconfig': '', 'talos/talenv.yaml': '' });
    await symlink('../elsewhere', join(root, 'talos/clusterconfig'));
    execFileSync('git', ['init', '-q'], { cwd: root });
    execFileSync('git', ['add', '--force', 'talos'], { cwd: root });
    const { findings } = await failureOf(programs.run({ program: 'talosctl', arguments: ['version'] }));
    expect(findings[0]?.place?.file).toBe('talos/clusterconfig');
  });

  it('takes files that git does not track', async () => {
    const { programs, root } = await opened([{ program: 'kubectl' }]);
    await writeFiles(root, { kubeconfig: '', 'talos/talenv.yaml': '' });
    execFileSync('git', ['init', '-q'], { cwd: root });
    execFileSync('git', ['add', 'talos'], { cwd: root });
    expect(await programs.ask({ program: 'kubectl', arguments: ['get', 'nodes'] })).toMatchObject({ exitCode: 0 });
  });

  it('tells every line as it is written, with its secrets masked', async () => {
    const lines: string[] = [];
    const { programs } = await opened([{ program: 'flux', stdout: 'one\ntwo hunter2 \n', stderr: 'three\n' }], {
      sink: (line, { program, stream }) => lines.push(`${program} ${stream} ${line}`),
    });
    await programs.run({ program: 'flux', arguments: ['get', 'ks'], secrets: ['hunter2'] });
    expect(lines.sort()).toEqual(['flux stderr three', 'flux stdout one', 'flux stdout two *** ']);
    await programs.run({ program: 'flux', arguments: ['get', 'ks'], quiet: true });
    expect(lines).toHaveLength(3);
  });

  it('that fails ends the run with what it said, on one line and without secrets', async () => {
    const rules = [{ program: 'kubectl', stderr: 'error: no\n  such hunter2\nerror: no\n', exitCode: 4 }];
    const { programs } = await opened(rules);
    const call = { program: 'kubectl', arguments: ['get', 'pods', '-A'], secrets: ['hunter2'] } as const;
    const ended = await failureOf(programs.run(call));
    expect(ended.kind).toBe('outside');
    expect(ended.message).toBe('kubectl get pods ended with exit code 4: error: no; such ***');
    expect(await programs.ask(call)).toMatchObject({ exitCode: 4 });
  });

  it('that is missing ends the run with how to get it', async () => {
    const { programs } = await opened([], { programs: [] });
    const ended = await failureOf(programs.run({ program: 'talhelper', arguments: ['genconfig'] }));
    expect(ended).toMatchObject({ kind: 'outside', findings: [{ code: 'programs/missing' }] });
    expect(ended.findings[0]?.remedy).toContain('mise install');
    const attached = await failureOf(programs.attach({ program: 'talosctl', arguments: ['dashboard'] }));
    expect(attached.findings[0]?.code).toBe('programs/missing');
  });

  it('that takes too long is ended', async () => {
    const { programs, stands } = await opened([{ program: 'helmfile' }]);
    await stands.disturb({ hangAt: 1 });
    const call = { program: 'helmfile', arguments: ['sync'], timeoutSeconds: 0.5 } as const;
    const ended = await failureOf(programs.run(call));
    expect(ended.message).toContain('helmfile sync did not end within 0.5 s');
    expect(ended.findings[0]?.code).toBe('programs/timeout');
  });

  it('is ended where somebody interrupts, and no other one is started', async () => {
    const controller = new AbortController();
    const { programs, stands } = await opened([{ program: 'kubectl' }], { signal: controller.signal });
    await stands.disturb({ hangAt: 1 });
    const running = programs.run({ program: 'kubectl', arguments: ['wait'] });
    setTimeout(() => {
      controller.abort(new Error('stop'));
    }, 300);
    await expect(running).rejects.toThrow('stop');
    await expect(programs.run({ program: 'kubectl', arguments: ['get'] })).rejects.toThrow('stop');
    expect(await stands.calls()).toHaveLength(1);
  });
});

describe('an age key in a variable', () => {
  it.each(['SOPS_AGE_KEY', 'SOPS_AGE_KEY_CMD'])('%s reaches what decrypts, and nothing else', async (name) => {
    const { programs, stands } = await opened([{ program: 'talhelper' }, { program: 'kubectl' }], {
      env: { [name]: 'AGE-SECRET-KEY-1' },
      recorded: [name],
    });
    await programs.run({ program: 'talhelper', arguments: ['genconfig'] });
    await programs.run({ program: 'kubectl', arguments: ['get'] });
    const [talhelper, kubectl] = await stands.calls();
    expect(talhelper?.environment).toHaveProperty(name, 'AGE-SECRET-KEY-1');
    // sops ends with an error where this leads nowhere.
    expect(talhelper?.environment).not.toHaveProperty('SOPS_AGE_KEY_FILE');
    expect(kubectl?.environment).not.toHaveProperty(name);
  });
});

describe('versions', () => {
  it('are read from what each program says', async () => {
    const { programs } = await opened(
      [{ program: 'talhelper', match: '--version', stderr: 'unknown flag', exitCode: 1 }],
      {
        programs: STOOD_IN,
      },
    );
    const names = ['talhelper', 'talosctl', 'kubectl', 'helmfile', 'helm', 'flux', 'cloudflared'] as const;
    const found = await inspectPrograms(programs, names);
    expect(found.map(({ program, state, version }) => `${program} ${state} ${version ?? '-'}`)).toEqual([
      'talhelper present -',
      'talosctl present 1.13.7',
      'kubectl present 1.36.3',
      'helmfile present 1.7.4',
      'helm present 4.2.4',
      'flux present 2.9.4',
      'cloudflared missing -',
    ]);
  });

  it('that are too old stop a command together with what is missing', async () => {
    const old = { program: 'talhelper', match: '--version', stdout: 'talhelper version 3.1.9\n' };
    const { programs } = await opened([old], { programs: STOOD_IN });
    const ended = await failureOf(requirePrograms(programs, ['talhelper', 'sops', 'kubectl']));
    expect(ended.findings.map(({ code }) => code)).toEqual(['programs/version', 'programs/missing']);
    expect(ended.kind).toBe('outside');
  });

  it.each([
    ['1.2.3', '1.2.3', 0],
    ['v1.10.0', '1.9.9', 1],
    ['1.2', '1.2.1', -1],
  ])('%s beside %s', (one, other, sign) => {
    expect(Math.sign(compareVersions(one, other))).toBe(sign);
  });
});

describe('what a program wrote', () => {
  it('is folded into one line without escapes', () => {
    expect(foldOutput('\u001b[31merror\u001b[0m: a\r\n\n  b \nerror: a\n')).toBe('error: a; b');
    expect(foldOutput('x'.repeat(1000))).toHaveLength(402);
  });

  it('shows no line of a secret', () => {
    expect(mask('a key: line one, line two, -', ['line one\nline two\n-'])).toBe('a key: ***, ***, -');
  });
});

describe('waiting', () => {
  const waiting = { what: 'the API', patience: { limitSeconds: 900, pauseSeconds: 7 }, signal: NOW };

  it('ends with what was waited for, and tells each reason once', async () => {
    const looks = [{ reason: 'a' }, { reason: 'a' }, { reason: 'b' }, { value: 7 }];
    const seconds = virtualClock();
    const told: string[] = [];
    const say = (reason: string): void => void told.push(reason);
    expect(await waitFor({ ...waiting, say }, () => Promise.resolve(looks.shift() ?? { value: 0 }))).toBe(7);
    expect(told).toEqual(['a', 'b']);
    expect(seconds()).toBe(21);
  });

  it('ends in time with the last reason', async () => {
    const seconds = virtualClock();
    const ended = await failureOf(waitFor(waiting, () => Promise.resolve({ reason: 'no answer' })));
    expect(ended.message).toBe('the API did not come about within 900 s: no answer');
    expect(seconds()).toBe(900);
  });

  it('ends at once where somebody interrupts', async () => {
    const signal = AbortSignal.timeout(20);
    const long = { ...waiting, signal, patience: { limitSeconds: 60, pauseSeconds: 60 } };
    await expect(waitFor(long, () => Promise.resolve({ reason: 'no' }))).rejects.toThrow('timeout');
  });
});

async function opened(
  rules: readonly StandInRule[],
  options: Partial<Pick<ProgramsOptions, 'env' | 'sink' | 'signal'>> & {
    readonly programs?: readonly string[];
    /** Variables that the stand-ins record. */
    readonly recorded?: readonly string[];
  } = {},
): Promise<{ programs: Programs; stands: StandIns; root: string }> {
  const root = await temporaryFolder();
  const { programs: names, recorded = [], env, ...rest } = options;
  const stands = await standIns(root, rules, {
    environment: recorded,
    ...(names === undefined ? {} : { programs: names }),
  });
  const programs = openPrograms({
    root: clusterRoot(root),
    signal: NOW,
    ...rest,
    env: { ...env, ...stands.env, ...(names === undefined ? {} : { PATH: stands.folder }) },
  });
  return { programs, stands, root };
}

async function failureOf(work: Promise<unknown>): Promise<Failure> {
  const ended: unknown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (ended instanceof Failure) return ended;
  throw new Error('it did not end with a Failure', { cause: ended });
}
