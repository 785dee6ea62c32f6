import type { Fields } from './fields.ts';

/** A file of the tree that Flux, talhelper and the bootstrap will read. */
export interface ManifestFile {
  /** Relative to the cluster's root, with forward slashes. */
  readonly path: string;
  /** The template that it was rendered from, or its own path where somebody wrote it by hand. */
  readonly source: string;
  readonly text: string;
  /** Whether this run renders it; the others are on disk already and belong to the user. */
  readonly isGenerated: boolean;
  /** Whether it was generated once and given to the user: the tree that is generated counts on it. */
  readonly isAdopted?: boolean;
  /** Whether its lines may show a secret. */
  readonly isSecret: boolean;
}

/** One document of a YAML file. */
export interface ManifestDocument {
  readonly file: ManifestFile;
  /** Position among the documents of its file. */
  readonly index: number;
  /** What stands in it; an empty map where it is no map. */
  readonly fields: Fields;
}
