import { environment } from './environment.ts';
import { errorCode, readLinkIfPresent, readTextIfPresent } from './files.ts';
import { runProgram, watchProgram } from './programs.ts';

/** Names one process for good: a number alone is given to another process sooner or later. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When the process started, in the words of the operating system: only good for comparing. */
  readonly started: string;
  readonly host: string;
  /** Differs after every start of the machine; empty where the system does not tell. */
  readonly boot: string;
  /** Among which processes the number counts: a container has its own (pid_namespaces(7)). Empty where there is nothing like it. */
  readonly namespace: string;
}

/** The identity of the running program. */
export async function thisProcess(): Promise<ProcessIdentity> {
  const [started, machine] = await Promise.all([startOf(process.pid), thisMachine()]);
  return { pid: process.pid, started: started ?? '', ...machine };
}

/** Whether a process still runs. One on another host or in another container cannot be looked at from here and counts as running. */
export async function isRunning(holder: ProcessIdentity): Promise<boolean> {
  const { host, boot, namespace } = await thisMachine();
  if (holder.host !== host) return true;
  if (holder.boot !== boot) return false;
  if (holder.namespace !== namespace) return true;
  if (!exists(holder.pid)) return false;
  return (await startOf(holder.pid)) === holder.started;
}

/** Whether something runs under a number; signal 0 is never delivered, only checked (kill(2)). */
export function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It is there and belongs to somebody else.
    return errorCode(error) === 'EPERM';
  }
}

/** The start of a process; undefined where the system does not tell, or where only its parent still knows of it. */
async function startOf(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') {
    const stat = await readTextIfPresent(`/proc/${String(pid)}/stat`);
    // proc_pid_stat(5): the name in parentheses may hold anything; state is field 3, the start is field 22.
    const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields === undefined || fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  }
  // The holder and whoever asks may live in two languages and time zones.
  const env = { PATH: environment().PATH ?? '', LC_ALL: 'C', TZ: 'UTC' };
  const call = { cwd: '/', environment: env, timeoutSeconds: 10 };
  const { exitCode, stdout } = await watchProgram('ps', ['-o', 'lstart=', '-p', String(pid)], call);
  return exitCode === 0 ? stdout.trim() : undefined;
}

async function thisMachine(): Promise<Pick<ProcessIdentity, 'host' | 'boot' | 'namespace'>> {
  if (process.platform === 'linux') {
    const [host, boot, namespace] = await Promise.all([
      readTextIfPresent('/proc/sys/kernel/hostname'),
      readTextIfPresent('/proc/sys/kernel/random/boot_id'),
      readLinkIfPresent('/proc/self/ns/pid'),
    ]);
    return { host: host?.trim() ?? '', boot: boot?.trim() ?? '', namespace: namespace ?? '' };
  }
  const { exitCode, stdout } = await runProgram('hostname', [], { cwd: '/' });
  return { host: exitCode === 0 ? stdout.trim() : (environment().COMPUTERNAME ?? ''), boot: '', namespace: '' };
}
