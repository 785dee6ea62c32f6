import {
  readdirSync as nodeReaddirSync,
  readFileSync as nodeReadFileSync,
  realpathSync,
  statSync as nodeStatSync,
} from 'node:fs';
import type { Dirent, Stats } from 'node:fs';
import * as node from 'node:fs/promises';
import { ABSENT, describeEntry, describeNames, EXECUTABLE, identityOf, observe, observeSync } from './observation.ts';

// The calls of Node that read, each noted where a run is observed. Whatever is read of the user's files is read by them.

export async function stat(path: string): Promise<Stats> {
  return await observe('target', path, () => node.stat(path), describeEntry);
}

export async function lstat(path: string): Promise<Stats> {
  return await observe('entry', path, () => node.lstat(path), describeEntry);
}

export async function readFile(path: string): Promise<Buffer> {
  return await observe(
    'content',
    path,
    () => node.readFile(path),
    (bytes, digestOf) => digestOf(bytes),
  );
}

export async function readlink(path: string): Promise<string> {
  return await observe('link', path, () => node.readlink(path), itself);
}

export async function realpath(path: string): Promise<string> {
  return await observe('real', path, () => node.realpath(path), itself);
}

export async function readdir(path: string): Promise<Dirent[]> {
  return await observe('names', path, () => node.readdir(path, { withFileTypes: true }), describeNames);
}

/** Throws where a file may not be executed. */
export async function accessExecutable(path: string): Promise<void> {
  await observe(
    'executable',
    path,
    () => node.access(path, node.constants.X_OK),
    () => EXECUTABLE,
  );
}

/** Undefined where nothing lies there, which is found out in a tenth of the time of an error. */
export function statIfPresentSync(path: string): Stats | undefined {
  const read = (): Stats | undefined => nodeStatSync(path, { throwIfNoEntry: false });
  return observeSync('target', path, read, (found) => (found === undefined ? ABSENT : describeEntry(found)));
}

export function readFileSync(path: string): Buffer {
  return observeSync(
    'content',
    path,
    () => nodeReadFileSync(path),
    (bytes, digestOf) => digestOf(bytes),
  );
}

export function readdirSync(path: string): Dirent[] {
  return observeSync('names', path, () => nodeReaddirSync(path, { withFileTypes: true }), describeNames);
}

export function realpathNativeSync(path: string): string {
  return observeSync('real', path, () => realpathSync.native(path), itself);
}

/**
 * What tells a folder from another one that takes its place under the same path: its number on the disk, and the time at which it was
 * made where the file system keeps that.
 */
export function folderIdentity(path: string): string {
  return observeSync('identity', path, () => identityOf(nodeStatSync(path, { bigint: true })), itself);
}

function itself(text: string): string {
  return text;
}
