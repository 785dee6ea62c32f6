import { execFile } from 'node:child_process';
import { cp } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { temporaryFolder } from './folders.ts';
import { copySample } from './sample.ts';

const repository = resolve(import.meta.dirname, '../..');

/** How a command ended. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * A copy of the sample cluster in a new folder that is gone after the test.
 *
 * @param configuration - folder whose cluster.yaml and nodes.yaml take the place of the sample's
 */
export async function sampleCluster(configuration?: string): Promise<string> {
  const folder = await temporaryFolder();
  await copySample(folder);
  if (configuration !== undefined) await cp(configuration, folder, { recursive: true });
  return folder;
}

/** Runs `cluster-template` as a user would: a process of its own, no terminal, none of the caller's keys. */
export async function runCommand(
  arguments_: readonly string[],
  options: {
    readonly cwd?: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly node?: readonly string[];
    /** Another launcher than that of this repository. */
    readonly launcher?: string;
  } = {},
): Promise<CommandResult> {
  const { SOPS_AGE_KEY_FILE: _key, SOPS_AGE_KEY: _text, FORCE_COLOR: _colour, ...inherited } = process.env;
  const command = [
    ...(options.node ?? []),
    options.launcher ?? join(repository, 'bin/cluster-template.mjs'),
    ...arguments_,
  ];
  return await new Promise((settle) => {
    execFile(
      process.execPath,
      command,
      { cwd: options.cwd ?? repository, env: { ...inherited, NO_COLOR: '1', ...options.env }, maxBuffer: 2 ** 26 },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
        settle({ code, stdout, stderr });
      },
    );
  });
}
