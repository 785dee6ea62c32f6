// What all bundles have in common.

/** CommonJS packages inside an ESM bundle still call `require` for Node's own modules. */
export const BANNER =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

/** Packages that are installed beside the bundle: a program for each kind of machine is part of them. */
export const INSTALLED = ['oxc-transform'];
