import { writeFile } from 'node:fs/promises';
import { errorPage, errorReference } from './error-reference.ts';

await writeFile(errorPage(), await errorReference());
