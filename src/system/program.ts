import packageJson from '../../package.json' with { type: 'json' };

/** The version of this package. */
export const VERSION: string = packageJson.version;

/** Given by the build; where the sources run unbundled there is none. */
declare const __PROGRAM__: string | undefined;

/** What tells this build of the program from any other, for what is kept between runs. */
export const PROGRAM: string = typeof __PROGRAM__ === 'string' ? __PROGRAM__ : import.meta.url;
