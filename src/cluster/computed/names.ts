import { CLUSTER_FIELDS } from '../config/schemas.ts';
import { COMPUTED_FROM } from '../derivations.ts';

/** The computed names that nobody can set; the others are fields as well, and what is written there counts. */
export const COMPUTED_NAMES: ReadonlySet<string> = new Set(
  Object.keys(COMPUTED_FROM).filter((name) => name !== 'nodes' && !Object.hasOwn(CLUSTER_FIELDS, name)),
);
