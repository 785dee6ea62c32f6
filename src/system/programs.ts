/** How a program ended. */
export interface ProgramResult {
  /** Exit code, or undefined where the program could not be started or was ended by a signal. */
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** Whether the program could not be found on PATH. */
  readonly missing: boolean;
}

/**
 * Runs a program with an argument list, without a shell, and waits for its end. Never throws for what the program does:
 * a missing program or a failing one is in the result.
 */
export async function runProgram(
  program: string,
  arguments_: readonly string[],
  options: { readonly cwd: string; readonly timeoutSeconds?: number },
): Promise<ProgramResult> {
  const { execa } = await import('execa');
  const result = await execa(program, arguments_, {
    cwd: options.cwd,
    timeout: (options.timeoutSeconds ?? 60) * 1000,
    reject: false,
    stdin: 'ignore',
  });
  return {
    exitCode: result.exitCode,
    stdout: result.stdout,
    stderr: result.stderr,
    missing: result.failed && result.exitCode === undefined && 'code' in result && result.code === 'ENOENT',
  };
}

/**
 * Runs a line in the shell, its output going where ours goes, as the user who wrote the line expects.
 *
 * @returns the exit code; undefined where a signal ended it
 */
export async function runShellLine(line: string, options: { readonly cwd: string }): Promise<number | undefined> {
  const { execa } = await import('execa');
  const result = await execa(line, { cwd: options.cwd, shell: true, reject: false, stdio: 'inherit' });
  return result.exitCode;
}
