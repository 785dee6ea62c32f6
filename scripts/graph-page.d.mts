import type { Metafile } from 'esbuild';

/** Bundles the page of `graph --format html`, with a mark where its data goes. */
export function graphPage(root: string): Promise<{ readonly html: string; readonly metafile: Metafile }>;
