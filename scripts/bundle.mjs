/** CommonJS packages inside an ESM bundle still call `require` for Node's own modules. */
export const BANNER =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";
