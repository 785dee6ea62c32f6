import { onTestFinished, vi } from 'vitest';
import { clock } from '../../src/system/environment.ts';

/**
 * Has every wait of this test pass at once, on a clock of its own: what is waited for is looked at as often as it would be, and programs
 * that are started take the time that they take.
 *
 * @returns how many seconds were waited
 */
export function virtualClock(): () => number {
  let passed = 0;
  const spies = [
    vi.spyOn(clock, 'elapsedMilliseconds').mockImplementation(() => passed),
    vi.spyOn(clock, 'pause').mockImplementation(async (milliseconds, signal) => {
      signal?.throwIfAborted();
      passed += milliseconds;
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
    }),
  ];
  onTestFinished(() => {
    for (const spy of spies) spy.mockRestore();
  });
  return () => passed / 1000;
}
