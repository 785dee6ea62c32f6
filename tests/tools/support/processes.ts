import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';

/** How long a program gets to end by itself. */
const STOP_TIMEOUT = 10_000;

/** Where a program runs, what its log is called there, and what its environment has besides. */
export interface ProcessOptions {
  readonly folder: string;
  readonly name: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a program that goes on running; its output goes to `NAME.log` in its folder. Throws an Error where it cannot be started. */
export async function startProcess(
  program: string,
  arguments_: readonly string[],
  { folder, name, env }: ProcessOptions,
): Promise<ChildProcess> {
  const log = openSync(join(folder, `${name}.log`), 'w');
  try {
    // In a process group of its own: an interrupt from the keyboard would end one before those that need it.
    const child = spawn(program, [...arguments_], {
      cwd: folder,
      stdio: ['ignore', log, log],
      detached: true,
      env: { ...process.env, ...env },
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    return child;
  } finally {
    closeSync(log);
  }
}

/** Ends programs, the last one that was started first. */
export async function endAll(started: readonly ChildProcess[]): Promise<void> {
  for (const child of [...started].reverse()) await end(child);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const impatience = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT);
  await ended;
  clearTimeout(impatience);
}

/** Ports that nobody listens on, all of them different. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve, reject) => {
          server.once('error', reject);
          server.listen(0, '127.0.0.1', () => {
            const address = server.address();
            resolve(typeof address === 'object' && address !== null ? address.port : 0);
          });
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** The end of a log; empty where there is none. */
export async function lastLines(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.split('\n').slice(-15).join('\n');
}
