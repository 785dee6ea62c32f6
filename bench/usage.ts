import { spawnSync } from 'node:child_process';

/** What a command took. */
export interface Usage {
  /** Largest resident memory in MB. */
  readonly peak: number;
  /** Milliseconds of processor time: other programs on the machine stretch it less than the time that goes by. */
  readonly processor: number;
}

const SCRIPT = `import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, capture_output=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_maxrss, (used.ru_utime + used.ru_stime) * 1000)`;

/** Runs a command once and asks the system what it took; NaN without the Python that asks. */
export function usage(command: readonly string[], cwd: string, env: NodeJS.ProcessEnv = process.env): Usage {
  const python = process.env.MAKEJINJA_PYTHON ?? 'python3';
  const { status, stdout } = spawnSync(python, ['-c', SCRIPT, ...command], { cwd, env, encoding: 'utf8' });
  const [peak = NaN, processor = NaN] = status === 0 ? stdout.split(' ').map(Number) : [];
  return { peak: peak / (process.platform === 'darwin' ? 2 ** 20 : 2 ** 10), processor };
}
