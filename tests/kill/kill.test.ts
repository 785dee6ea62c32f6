import { describe, expect, it } from 'vitest';
import { killRuns } from './runs.ts';

/** `KILL_RUNS=200 npx vitest run tests/kill` by hand. */
const RUNS = Number(process.env.KILL_RUNS ?? 12);
const SEED = Number(process.env.KILL_SEED ?? 1);

describe(`configure, killed (KILL_SEED=${String(SEED)})`, () => {
  it(
    `leaves every file old or new and no plain secret, and the next run finishes: ${String(RUNS)} times`,
    { tags: 'long', timeout: 300_000 + RUNS * 60_000 },
    async () => {
      const report = await killRuns(RUNS, SEED);
      console.log(
        `seed ${String(SEED)}: ${String(report.killed)} of ${String(RUNS)} killed, ${String(report.staged)} after staging began, ` +
          `${String(report.journals)} with a journal; ${(report.milliseconds / 1000).toFixed(1)} s`,
      );
      expect(report.problems).toEqual([]);
      expect(report.killed).toBeGreaterThan(RUNS / 2);
    },
  );
});
