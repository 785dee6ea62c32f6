import type { SoundConfiguration } from '../effective.ts';
import type { Issue } from '../issue.ts';

/**
 * One thing that must hold between fields. A rule sees sound values only (undefined where a field is broken, which has
 * been said) and returns what it finds wrong; it looks at nothing else.
 */
export type Rule = (configuration: SoundConfiguration) => readonly Issue[];
