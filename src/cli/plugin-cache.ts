import { join } from 'node:path';

/** Where transpiled plugins of the project in this folder are kept: what lies there is run. */
export function pluginCache(home: string): string {
  return join(home, '.cluster-template', 'cache', 'plugins');
}
