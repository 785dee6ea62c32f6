import { spawn } from 'node:child_process';

/** How a program ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  /** The same, of a program whose output is no text. */
  readonly bytes: Uint8Array;
  readonly stderr: string;
}

/** What a program is run with. */
export interface RunOptions {
  readonly cwd?: string;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Given on standard input, which is closed after it. */
  readonly input?: string;
}

/** Runs a program to its end, whatever the end is. */
export async function run(program: string, arguments_: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return await new Promise((resolve, reject) => {
    const child = spawn(program, [...arguments_], { cwd: options.cwd, env: { ...process.env, ...options.env } });
    const out: Buffer[] = [];
    const errors: Buffer[] = [];
    child.stdout.on('data', (part: Buffer) => out.push(part));
    child.stderr.on('data', (part: Buffer) => errors.push(part));
    child.on('error', reject);
    // A program that ends before it has read everything says why by itself.
    child.stdin.on('error', () => undefined);
    child.on('close', (code) => {
      const bytes = Buffer.concat(out);
      resolve({ code: code ?? 1, stdout: bytes.toString(), bytes, stderr: Buffer.concat(errors).toString() });
    });
    child.stdin.end(options.input ?? '');
  });
}

/** What a program prints. Throws an Error with its messages where it fails. */
export async function output(
  program: string,
  arguments_: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const { code, stdout, stderr } = await run(program, arguments_, options);
  if (code === 0) return stdout;
  throw new Error(`${program} ${arguments_.join(' ')} ended with ${String(code)}: ${stderr}${stdout}`);
}
