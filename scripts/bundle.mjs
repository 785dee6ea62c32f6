// What all bundles have in common.

/** CommonJS packages inside an ESM bundle still call `require` for Node's own modules. */
export const BANNER =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

/** Packages that are installed beside the bundle: jiti finds its parts by its own place. */
export const INSTALLED = ['jiti'];
