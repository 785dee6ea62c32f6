import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';

/** Whether there is what makes a terminal. */
export function canMakeTerminal(): boolean {
  return spawnSync('python3', ['-c', 'import pty']).status === 0;
}

/**
 * Starts a program at a terminal of its own and types the next answer whenever it waits behind a question.
 *
 * @param columns - how wide the terminal is; it does not say where it is not given
 * @returns what stands at the terminal in the end, without what moves the cursor
 */
export async function converse(
  program: readonly string[],
  answers: readonly string[],
  {
    folder = process.cwd(),
    columns = 0,
    env: more = {},
  }: { readonly folder?: string; readonly columns?: number; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<string> {
  const { CI: _ci, SOPS_AGE_KEY_FILE: _file, SOPS_AGE_KEY: _key, ...env } = process.env;
  const words = ['-c', TERMINAL, JSON.stringify({ answers, program, folder, columns })];
  const { stdout } = await promisify(execFile)('python3', words, { env: { ...env, NO_COLOR: '1', ...more } });
  return stdout.replaceAll('\r', '');
}

const TERMINAL = `
import fcntl, json, os, pty, re, select, signal, struct, sys, termios
task = json.loads(sys.argv[1])
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', 0, task['columns'], 0, 0))
    os.chdir(task['folder'])
    os.execv(task['program'][0], task['program'])
seen = waiting = b''
while True:
    if not select.select([terminal], [], [], 60)[0]:
        os.kill(pid, signal.SIGKILL)
        break
    try:
        data = os.read(terminal, 4096)
    except OSError:
        break
    if not data:
        break
    seen += data
    waiting += data
    if task['answers'] and re.search(rb'(?:: |\\] )\\x1b\\[\\d+G$', waiting):
        os.write(terminal, (task['answers'].pop(0) + '\\r').encode())
        waiting = b''
sys.stdout.write(re.sub(rb'\\x1b\\[[\\d;]*[A-Za-z]', b'', seen).decode())
os.waitpid(pid, 0)
`;
