// Loaded before a program by `node --import`: whatever it puts into a bundle takes its time.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { setTimeout as pause } from 'node:timers/promises';

for (const name of ['open', 'rename', 'writeFile']) {
  const original = fs.promises[name];
  fs.promises[name] = async (path, ...rest) => {
    if (/[\\/]dist[\\/]/.test(String(path))) await pause(10);
    return await original.call(fs.promises, path, ...rest);
  };
}
syncBuiltinESMExports();
