import {
  accessSync,
  constants,
  lstatSync as nodeLstatSync,
  readdirSync as nodeReaddirSync,
  readFileSync as nodeReadFileSync,
  readlinkSync as nodeReadlinkSync,
  realpathSync,
  statSync as nodeStatSync,
} from 'node:fs';
import type { Dirent, Stats } from 'node:fs';
import { ABSENT, describeEntry, describeNames, EXECUTABLE, identityOf, observe } from './observation.ts';

// The calls of Node that read, each noted where a run is observed. Whatever is read of the user's files is read by them. Those that
// give a promise wait for the disk all the same: what a run reads is small and mostly in memory, and Node's own promises take ten times
// as long for it, on threads that two processors do not have.

export async function stat(path: string): Promise<Stats> {
  return await Promise.resolve(observe('target', path, () => nodeStatSync(path), describeEntry));
}

export async function lstat(path: string): Promise<Stats> {
  return await Promise.resolve(observe('entry', path, () => nodeLstatSync(path), describeEntry));
}

export async function readFile(path: string): Promise<Buffer> {
  return await Promise.resolve(readFileSync(path));
}

export async function readlink(path: string): Promise<string> {
  return await Promise.resolve(observe('link', path, () => nodeReadlinkSync(path), itself));
}

export async function readdir(path: string): Promise<Dirent[]> {
  return await Promise.resolve(readdirSync(path));
}

/** Throws where a file may not be executed. */
export async function accessExecutable(path: string): Promise<void> {
  const ask = (): string => {
    accessSync(path, constants.X_OK);
    return EXECUTABLE;
  };
  await Promise.resolve(observe('executable', path, ask, itself));
}

/** Undefined where nothing lies there, which is found out in a tenth of the time of an error. */
export function statIfPresentSync(path: string): Stats | undefined {
  const read = (): Stats | undefined => nodeStatSync(path, { throwIfNoEntry: false });
  return observe('target', path, read, (found) => (found === undefined ? ABSENT : describeEntry(found)));
}

export function readFileSync(path: string): Buffer {
  return observe(
    'content',
    path,
    () => nodeReadFileSync(path),
    (bytes, digestOf) => digestOf(bytes),
  );
}

export function readdirSync(path: string): Dirent[] {
  return observe('names', path, () => nodeReaddirSync(path, { withFileTypes: true }), describeNames);
}

export function realpathNativeSync(path: string): string {
  return observe('real', path, () => realpathSync.native(path), itself);
}

/**
 * What tells a folder from another one that takes its place under the same path: its number on the disk, and the time at which it was
 * made where the file system keeps that.
 */
export function folderIdentity(path: string): string {
  return observe('identity', path, () => identityOf(nodeStatSync(path, { bigint: true })), itself);
}

function itself(text: string): string {
  return text;
}
