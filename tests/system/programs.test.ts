import { describe, expect, it } from 'vitest';
import { eachOf } from '../support/parted.ts';
import { pipeProgram, runProgram, watchProgram } from '../../src/system/programs.ts';

/** Node.js as the program: it is there wherever the tests run. */
const program = process.execPath;
const call = { cwd: import.meta.dirname, environment: {}, timeoutSeconds: 60 };
const echo = ['-e', 'process.stdin.pipe(process.stdout)'];

describe('output of a program', () => {
  // Every 256th pack of git ends in a byte that is a line break as a character.
  it.each([
    ['a line break', [0x50, 0x0a]],
    ['two line breaks', [0x0a, 0x0a]],
    ['CR and LF', [0x50, 0x0d, 0x0a]],
    ['nothing', []],
    ['what is no UTF-8', [0xff, 0x00, 0xfe]],
  ])('is piped byte for byte where it ends with %s', async (_name, bytes) => {
    const input = Uint8Array.from(bytes);
    const { exitCode, stdout } = await pipeProgram(program, echo, { ...call, input });
    expect({ exitCode, stdout: [...stdout] }).toEqual({ exitCode: 0, stdout: bytes });
  });

  it('has its last line break only where it belongs to it', async () => {
    expect((await runProgram(program, echo, { ...call, input: 'text\n' })).stdout).toBe('text');
    expect((await runProgram(program, echo, { ...call, input: 'text\n', isWhole: true })).stdout).toBe('text\n');
  });

  type Run = (
    program: string,
    arguments_: readonly string[],
    options: typeof call,
  ) => Promise<{ readonly exitCode: number | undefined }>;
  const ways: [name: string, run: Run][] = [
    ['run', runProgram],
    ['piped', pipeProgram],
    ['watched', watchProgram],
  ];
  eachOf(ways, ways.length)('is no success where it is too long to be read whole: %s', async (_name, run) => {
    // Longer than execa reads; written whole before the program ends, which ends well.
    const long = "const { writeSync } = require('node:fs'); const part = Buffer.alloc(1e6, 'a');";
    const tolerant = 'try { for (let i = 0; i < 110; i += 1) writeSync(1, part); } catch { process.exitCode = 0; }';
    expect((await run(program, ['-e', long + tolerant], call)).exitCode).toBeUndefined();
  });
});
