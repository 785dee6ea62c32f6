// Loaded before a program by `node --import`: every text that the program hands to Node's file functions is searched for
// the markers in WATCH_MARKERS (JSON list), and each hit is reported by path to the file WATCH_REPORT.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const markers = JSON.parse(process.env.WATCH_MARKERS ?? '[]');
const report = process.env.WATCH_REPORT;
const appendFileSync = fs.appendFileSync;
const paths = new Map();
let isReporting = false;

function inspect(target, data) {
  if (isReporting || data === undefined || data === null) return;
  const text = Array.isArray(data) ? data.map(toText).join('') : toText(data);
  isReporting = true;
  appendFileSync(report, `write ${String(target)}\n`);
  for (const [index, marker] of markers.entries()) {
    if (text.includes(marker)) appendFileSync(report, `marker ${String(index)} ${String(target)}\n`);
  }
  isReporting = false;
}

function toText(data) {
  if (typeof data === 'string') return data;
  return ArrayBuffer.isView(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8') : '';
}

function wrap(object, name, targetOf) {
  const original = object[name];
  if (typeof original !== 'function') return;
  object[name] = function (...args) {
    inspect(targetOf.call(this, args), args[targetOf.dataAt ?? 1]);
    return original.apply(this, args);
  };
}

const byPath = (args) => args[0];
const byDescriptor = (args) => paths.get(args[0]) ?? `descriptor ${String(args[0])}`;
for (const name of ['writeFile', 'writeFileSync', 'appendFile', 'appendFileSync']) wrap(fs, name, byPath);
for (const name of ['write', 'writeSync', 'writev', 'writevSync']) wrap(fs, name, byDescriptor);
for (const name of ['writeFile', 'appendFile']) wrap(fs.promises, name, byPath);

const openSync = fs.openSync;
fs.openSync = (path, ...rest) => {
  const descriptor = openSync(path, ...rest);
  paths.set(descriptor, path);
  return descriptor;
};
const promisesOpen = fs.promises.open;
fs.promises.open = async (path, ...rest) => {
  const handle = await promisesOpen.call(fs.promises, path, ...rest);
  const byHandle = () => path;
  byHandle.dataAt = 0;
  for (const name of ['write', 'writeFile', 'appendFile', 'writev']) wrap(handle, name, byHandle);
  return handle;
};
const createWriteStream = fs.createWriteStream;
fs.createWriteStream = (path, ...rest) => {
  const stream = createWriteStream.call(fs, path, ...rest);
  const byStream = () => path;
  byStream.dataAt = 0;
  for (const name of ['write', 'end']) wrap(stream, name, byStream);
  return stream;
};
syncBuiltinESMExports();
