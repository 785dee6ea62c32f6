import { fstatSync, statSync, writeSync } from 'node:fs';

/**
 * Writes a text at once, without the stream that Node would make first: for whoever has nothing else to do.
 *
 * @param prepare - called before a stream is used after all, as for a pipe that is full or closed
 */
export function writeDirectly(stream: 'stdout' | 'stderr', text: string, prepare: () => void): void {
  let bytes = Buffer.from(text);
  try {
    while (bytes.length > 0) bytes = bytes.subarray(writeSync(stream === 'stdout' ? 1 : 2, bytes));
  } catch {
    prepare();
    process[stream].write(bytes);
  }
}

/** What a text is written for: the same for all that is no terminal, and for terminals of one width. */
export function describeStreams(): string {
  return ([0, 1, 2] as const).map(describeStream).join(' ');
}

function describeStream(descriptor: 0 | 1 | 2): string {
  try {
    const found = fstatSync(descriptor);
    // Terminals are devices, and so is what swallows everything: it need not be asked, which would take longer than all the rest.
    if (!found.isCharacterDevice() || found.rdev === statSync('/dev/null', { throwIfNoEntry: false })?.rdev)
      return 'pipe';
  } catch {
    return 'closed';
  }
  const stream = [process.stdin, process.stdout, process.stderr][descriptor];
  if (stream?.isTTY !== true) return 'pipe';
  return `terminal of ${String('columns' in stream ? stream.columns : '')}`;
}
