import { writeFile } from 'node:fs/promises';
import { errorPage, errorReference } from './error-reference.ts';
import { writeRules } from './rules-reference.ts';

await writeFile(errorPage(), await errorReference());
await writeRules();
