import { environment } from '../system/environment.ts';
import { errorCode, readTextIfPresent } from '../system/files.ts';
import { runProgram } from '../system/programs.ts';

/** Names one process for good: a number alone is given to another process sooner or later. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When the process started, in the words of the operating system: only good for comparing. */
  readonly started: string;
  readonly host: string;
  /** Differs after every start of the machine; empty where the system does not tell. */
  readonly boot: string;
}

/** The identity of the running program. */
export async function thisProcess(): Promise<ProcessIdentity> {
  const [started, { host, boot }] = await Promise.all([startOf(process.pid), thisMachine()]);
  return { pid: process.pid, started: started ?? '', host, boot };
}

/** Whether a process still runs. One on another host cannot be looked at from here and counts as running. */
export async function isRunning(holder: ProcessIdentity): Promise<boolean> {
  const { host, boot } = await thisMachine();
  if (holder.host !== host) return true;
  if (holder.boot !== boot || !exists(holder.pid)) return false;
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
  const { exitCode, stdout } = await runProgram('ps', ['-o', 'lstart=', '-p', String(pid)], { cwd: '/' });
  return exitCode === 0 ? stdout.trim() : undefined;
}

async function thisMachine(): Promise<{ host: string; boot: string }> {
  if (process.platform === 'linux') {
    const [host, boot] = await Promise.all([
      readTextIfPresent('/proc/sys/kernel/hostname'),
      readTextIfPresent('/proc/sys/kernel/random/boot_id'),
    ]);
    return { host: host?.trim() ?? '', boot: boot?.trim() ?? '' };
  }
  const { exitCode, stdout } = await runProgram('hostname', [], { cwd: '/' });
  return { host: exitCode === 0 ? stdout.trim() : (environment().COMPUTERNAME ?? ''), boot: '' };
}
