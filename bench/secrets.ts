// Measures `secrets encrypt` and `secrets rotate` over all encrypted files of the sample beside a loop over the program sops, whole processes
// in turn.
// BENCH_RUNS=5 SOPS_BIN=/usr/bin/sops node scripts/run.mjs bench/secrets.ts
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decrypt } from '../src/sops/decrypt.ts';
import { parseIdentityFile } from '../src/sops/identities.ts';
import { isSecretPath } from '../src/sops/rules.ts';
import { layOutSample, SAMPLE_KEYS } from '../tests/support/sample.ts';

const RUNS = Number(process.env.BENCH_RUNS ?? 5);
const SOPS = process.env.SOPS_BIN ?? 'sops';
const LAUNCHER = join(process.cwd(), 'bin/cluster-template.mjs');
const KEY = join(SAMPLE_KEYS, 'age.key');

if (spawnSync(SOPS, ['--version']).error !== undefined) {
  console.log('secrets: not measured, as the program sops is not here (SOPS_BIN)');
  process.exit();
}

const folder = mkdtempSync(join(tmpdir(), 'secrets-bench-'));
try {
  await layOutSample(folder);
  // The sample as it is laid out has no results yet, and so nothing that is encrypted.
  milliseconds([process.execPath, LAUNCHER, 'configure', '--yes', '--keys', SAMPLE_KEYS]);
  const entries = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const paths = entries.filter((path) => isSecretPath(path)).sort();
  const identities = parseIdentityFile(readFileSync(KEY, 'utf8'), 'age.key');
  const plain = new Map<string, string>();
  for (const path of paths) {
    const text = readFileSync(join(folder, path), 'utf8');
    plain.set(path, (await decrypt({ path, text, identities })).text);
  }
  const layOutPlain = (): void => {
    for (const [path, text] of plain) writeFileSync(join(folder, path), text);
  };
  const ours = (...words: string[]): number =>
    milliseconds([process.execPath, LAUNCHER, 'secrets', ...words, '--keys', SAMPLE_KEYS]);
  const theirs = (command: string): number =>
    paths.reduce((sum, path) => sum + milliseconds([SOPS, '--disable-version-check', command, '--in-place', path]), 0);
  const ratios: Record<string, number[]> = { encrypt: [], rotate: [] };
  for (let run = 0; run < RUNS; run += 1) {
    layOutPlain();
    const encrypted = ours('encrypt', '--as-is', ...paths);
    const rotated = ours('rotate', ...paths);
    layOutPlain();
    ratios.encrypt?.push(encrypted / theirs('encrypt'));
    ratios.rotate?.push(rotated / theirs('rotate'));
  }
  for (const [name, values] of Object.entries(ratios)) {
    const sorted = [...values].sort((one, other) => one - other);
    const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
    console.log(
      `secrets ${name} of ${String(paths.length)} files, in parts of a loop over sops: ${median.toFixed(2)} (${sorted.map((one) => one.toFixed(2)).join(' ')})`,
    );
  }
} finally {
  rmSync(folder, { recursive: true });
}

/** How long a program takes, which has to end well. */
function milliseconds([program = '', ...words]: readonly string[]): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(program, words, {
    cwd: folder,
    env: { ...process.env, SOPS_AGE_KEY_FILE: KEY },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${program} ${words.join(' ')}: ${stderr}`);
  return performance.now() - start;
}
