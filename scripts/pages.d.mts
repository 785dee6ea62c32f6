import type { Metafile } from 'esbuild';

/** Bundles the page of `graph --format html`, with a mark where its data goes. */
export function graphPage(root: string): Promise<{ readonly html: string; readonly metafile: Metafile }>;

/** Bundles the page of `studio`: its files by name. */
export function studioPage(
  root: string,
): Promise<{ readonly files: Readonly<Record<string, string | Uint8Array>>; readonly metafile: Metafile }>;
