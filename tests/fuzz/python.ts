import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Case } from '../conformance/cases.ts';

/** What Jinja2 makes of a case; skipped where it takes too long or too much memory. */
export type Answer =
  | { readonly text: string }
  | { readonly error: string; readonly line: number | null; readonly message?: string }
  | { readonly skipped: string };

interface Pending {
  readonly request: string;
  readonly resolve: (answer: Answer) => void;
}

/** Longest wait for an answer. The script's own limit cannot interrupt a single long operation. */
const PATIENCE = 10_000;

/** The version of Jinja2 that `python3` has; undefined where there is none. */
export function jinja2Version(): string | undefined {
  const { status, stdout } = spawnSync('python3', ['-c', 'import jinja2; print(jinja2.__version__)'], {
    encoding: 'utf8',
  });
  return status === 0 ? stdout.trim() : undefined;
}

/** One Python process that renders many templates, started again when a template was too much for it. */
export class Oracle {
  private child: ChildProcess | undefined;
  private timer: NodeJS.Timeout | undefined;
  private readonly pending: Pending[] = [];

  /** Answers come in the order of the questions. */
  ask(testCase: Case): Promise<Answer> {
    return new Promise((resolve) => {
      const item = { request: `${JSON.stringify(testCase)}\n`, resolve };
      this.pending.push(item);
      if (this.child === undefined) this.start();
      else this.child.stdin?.write(item.request);
      this.watch();
    });
  }

  /** Ends the process. */
  close(): void {
    clearTimeout(this.timer);
    this.child?.removeAllListeners('exit');
    this.child?.kill();
    this.child = undefined;
  }

  private start(): void {
    const options = { stdio: ['pipe', 'pipe', 'inherit'] as ['pipe', 'pipe', 'inherit'], env: environment() };
    const child = spawn('python3', ['-W', 'ignore', scriptPath()], options);
    this.child = child;
    // A write to a process that just ended; its exit sends the question again.
    child.stdin.on('error', () => undefined);
    child.on('exit', () => {
      this.restart();
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.pending.shift()?.resolve(JSON.parse(line) as Answer);
      this.watch();
    });
    for (const { request } of this.pending) child.stdin.write(request);
  }

  private restart(): void {
    this.child = undefined;
    this.pending.shift()?.resolve({ skipped: 'the Python process ended' });
    if (this.pending.length > 0) this.start();
    this.watch();
  }

  private watch(): void {
    clearTimeout(this.timer);
    if (this.pending.length > 0) this.timer = setTimeout(() => this.child?.kill('SIGKILL'), PATIENCE);
  }
}

/** The order of hashes must not change between runs. */
function environment(): NodeJS.ProcessEnv {
  return { ...process.env, PYTHONHASHSEED: '0' };
}

function scriptPath(): string {
  const path = join(process.cwd(), 'tests', 'fuzz', 'oracle.py');
  if (!existsSync(path)) throw new Error(`start from the root of the project: ${path} is absent`);
  return path;
}
