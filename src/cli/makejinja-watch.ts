import { relative } from 'node:path';
import { settingsPaths, type LoadedSettings } from '../makejinja/load-settings.ts';
import type { WatchEvent } from '../makejinja/watch/snapshot.ts';
import { watchProject } from '../makejinja/watch/watch.ts';
import { clock, environment } from '../system/environment.ts';
import { printError } from '../system/terminal.ts';
import { openUserCache } from '../system/user-folders.ts';
import { EXIT } from './exit-codes.ts';
import { count, printFindings } from './output.ts';
import { untilInterrupted } from './interrupt.ts';

/**
 * `makejinja --watch`: stays until it is interrupted, which is its good end.
 *
 * @param loadSettings - reads files, environment and flags anew
 * @returns the exit code
 */
export async function runWatch(loadSettings: () => Promise<LoadedSettings>): Promise<number> {
  const folder = process.cwd();
  const files = settingsPaths({ folder, env: environment() });
  const report = reporter(folder);
  await untilInterrupted(async (signal) => {
    const options = { folder, cache: openUserCache(), loadSettings, report };
    await watchProject(files, options, signal);
  });
  return EXIT.done;
}

/** Tells on standard error what a watch does. */
function reporter(folder: string): (event: WatchEvent) => void {
  let start = clock.elapsedMilliseconds();
  let isFirst = true;
  const tell = (line: string): void => {
    printError(`${line}\n`);
  };
  return (event) => {
    if (event.kind === 'changed') start = clock.elapsedMilliseconds();
    if (event.kind === 'wrong') printFindings(event.findings);
    for (const line of linesOf(event, folder)) tell(line);
    if (event.kind !== 'done') return;
    tell(summary(event, clock.elapsedMilliseconds() - start));
    if (isFirst) tell('Watching; Ctrl-C ends');
    isFirst = false;
  };
}

function linesOf(event: WatchEvent, folder: string): string[] {
  switch (event.kind) {
    case 'changed': {
      const told = new Map(event.changes.map(({ path, change }) => [relative(folder, path), change]));
      return [...told].map(([path, change]) => `${change}: ${path}`);
    }
    case 'written':
      return [`  ${event.isRendered ? 'Render' : 'Copy'} file '${event.source}' -> '${event.path}'`];
    case 'removed':
      return [`  Remove file '${event.path}'`];
    case 'kept':
      return [`  Leave file '${event.path}': ${event.reason}`];
    default:
      return [];
  }
}

function summary({ written, removed, outputs }: WatchEvent & { kind: 'done' }, milliseconds: number): string {
  const rendered = `${count(outputs, 'template')} rendered in ${milliseconds.toFixed(0)} ms`;
  return `  ${rendered}: ${String(written)} written, ${String(removed)} removed`;
}
