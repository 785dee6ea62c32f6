/** What one side of a merge says; its text need not be whole JSON, as the merge may have broken commas. */
export interface Side {
  readonly recipient: string | undefined;
  readonly adopted: readonly string[];
  readonly files: ReadonlyMap<string, string>;
  readonly inputs: ReadonlyMap<string, string>;
}

/** Whether a text holds the markers that git leaves where it could not merge. */
export function holdsConflict(text: string): boolean {
  return /^(<{7}|={7}|>{7})/m.test(text);
}

/** Both sides of a manifest that git could not merge, read line by line as `formatManifest` writes them. */
export function readConflicted(text: string): readonly [Side, Side] {
  const ours: string[] = [];
  const theirs: string[] = [];
  let targets = [ours, theirs];
  for (const line of text.split('\n')) {
    const marker = /^(<{7}|\|{7}|={7}|>{7})/.exec(line)?.[1]?.[0];
    if (marker === undefined) for (const target of targets) target.push(line);
    else if (marker === '<') targets = [ours];
    // Between these and the next marker stands what both sides changed (merge.conflictStyle = diff3).
    else if (marker === '|') targets = [];
    else if (marker === '=') targets = [theirs];
    else targets = [ours, theirs];
  }
  return [readSide(ours), readSide(theirs)];
}

function readSide(lines: readonly string[]): Side {
  const hashes = { files: new Map<string, string>(), inputs: new Map<string, string>() };
  const adopted: string[] = [];
  let recipient: string | undefined;
  let section = '';
  for (const line of lines) {
    section = /^ {2}"([a-z]+)": [{[]/.exec(line)?.[1] ?? section;
    recipient ??= /^ {2}"recipient": "([^"]+)"/.exec(line)?.[1];
    const [, path, hash] = /^ {4}("(?:[^"\\]|\\.)*")(?:: "(sha256:[0-9a-f]{64})")?,?$/.exec(line) ?? [];
    if (path === undefined) continue;
    const name = JSON.parse(path) as string;
    if (hash === undefined) adopted.push(name);
    else if (section === 'files' || section === 'inputs') hashes[section].set(name, hash);
  }
  return { recipient, adopted, ...hashes };
}
