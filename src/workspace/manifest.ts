import { failure } from '../report/finding.ts';
import { byCodeUnit } from './entry.ts';

/** What is recorded of the last run: which files it generated, with which content, for whom. */
export interface Manifest {
  /** Program and version that wrote it. */
  readonly generator: string;
  /** Recipient of the age key that owns the tree. */
  readonly recipient: string;
  /** Content hashes by path; more than one only while a merge conflict in the manifest waits to be mended. */
  readonly files: ReadonlyMap<string, readonly string[]>;
  /** Whether the text held the markers of a merge conflict. */
  readonly conflicted: boolean;
}

/** Name of the manifest in the state folder. */
export const MANIFEST_NAME = 'manifest.json';

/**
 * Reads a manifest. One that holds the markers of an unfinished merge is read as far as both sides go: each of the two
 * hashes of a file then counts as ours, so that the next run can mend it.
 *
 * @param file - the name for findings
 * @throws Failure of kind `input` where the text is no manifest
 */
export function parseManifest(text: string, file: string): Manifest {
  if (/^(<{7}|={7}|>{7})/m.test(text)) return readBothSides(text, file);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw notAManifest(file, error);
  }
  if (!isManifestObject(value)) throw notAManifest(file);
  const files = Object.entries(value.files).map(([path, hash]) => [path, [hash]] as const);
  return { generator: value.generator, recipient: value.recipient, files: new Map(files), conflicted: false };
}

/** A manifest as text: one file on each line in a fixed order, so that merges and diffs stay small. */
export function formatManifest(
  manifest: Pick<Manifest, 'generator' | 'recipient'>,
  files: ReadonlyMap<string, string>,
): string {
  const sorted = [...files].sort(([a], [b]) => byCodeUnit(a, b));
  const value = {
    format: 1,
    generator: manifest.generator,
    recipient: manifest.recipient,
    files: Object.fromEntries(sorted),
  };
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

interface ManifestObject {
  readonly generator: string;
  readonly recipient: string;
  readonly files: Readonly<Record<string, string>>;
}

function isManifestObject(value: unknown): value is ManifestObject {
  if (typeof value !== 'object' || value === null) return false;
  const { format, generator, recipient, files } = value as Partial<Record<string, unknown>>;
  if (format !== 1 || typeof generator !== 'string' || typeof recipient !== 'string') return false;
  return typeof files === 'object' && files !== null && Object.values(files).every((hash) => typeof hash === 'string');
}

function readBothSides(text: string, file: string): Manifest {
  const files = new Map<string, string[]>();
  for (const [, path, hash] of text.matchAll(/"([^"\n]+)": "(sha256:[0-9a-f]{64})"/g)) {
    if (path !== undefined && hash !== undefined) files.set(path, [...(files.get(path) ?? []), hash]);
  }
  const recipients = new Set([...text.matchAll(/"recipient": "(age1[^"]+)"/g)].map((match) => match[1]));
  const [recipient] = recipients;
  if (recipient === undefined || recipients.size > 1) {
    throw failure('input', {
      code: 'workspace/manifest',
      message: 'the merge conflict in the manifest names two owners of the tree',
      place: { file },
      remedy: 'resolve the line "recipient" by hand: it names the age key that the cluster uses',
    });
  }
  return { generator: 'merged', recipient, files, conflicted: true };
}

function notAManifest(file: string, cause?: unknown): Error {
  return failure(
    'input',
    {
      code: 'workspace/manifest',
      message: 'the manifest cannot be read',
      place: { file },
      remedy: 'restore it from git: it says which files were generated and whose age key the tree is encrypted to',
    },
    cause,
  );
}
