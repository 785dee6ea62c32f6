// Loaded before a program by `node --import`: a file function of Node fails as the system would make it fail.
// FAIL = JSON {"call": "rename" | "readFile" | "writeFile", "at": number of the call, "code": "ENOSPC", "path": part of the path}
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const { call, at, code, path = '' } = JSON.parse(process.env.FAIL ?? '{}');
let calls = 0;

function failing(original, pathOf) {
  return async function (...args) {
    const target = String(pathOf(args));
    if (target.includes(path) && ++calls === at) {
      throw Object.assign(new Error(`${code}: refused, ${call} '${target}'`), { code, syscall: call, path: target });
    }
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
} else {
  fs.promises[call] = failing(fs.promises[call], (args) => args[0]);
}
syncBuiltinESMExports();
