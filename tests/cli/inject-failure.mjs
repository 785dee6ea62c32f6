// Loaded before a program by `node --import`: a file function of Node fails as the system would make it fail.
// FAIL = JSON {"call": "rename" | "readFile" | "readFileSync" | "writeFile", "at": number of the call, or "from": all from that one on, "code": "ENOSPC", "path": part of the path}
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const { call, at, from, code, path = '' } = JSON.parse(process.env.FAIL ?? '{}');
let calls = 0;

function refuse(target) {
  if (!String(target).includes(path)) return;
  calls += 1;
  if (from === undefined ? calls !== at : calls < from) return;
  throw Object.assign(new Error(`${code}: refused, ${call} '${target}'`), { code, syscall: call, path: target });
}

function failing(original, pathOf) {
  return async function (...args) {
    refuse(pathOf(args));
    return original.apply(this, args);
  };
}

if (call === 'writeFile') {
  const open = fs.promises.open;
  fs.promises.open = async (target, ...rest) => {
    const handle = await open.call(fs.promises, target, ...rest);
    handle.writeFile = failing(handle.writeFile, () => target);
    return handle;
  };
} else if (call.endsWith('Sync')) {
  const original = fs[call];
  fs[call] = (...args) => {
    refuse(args[0]);
    return original.apply(fs, args);
  };
} else {
  fs.promises[call] = failing(fs.promises[call], (args) => args[0]);
}
syncBuiltinESMExports();
