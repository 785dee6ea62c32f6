import { afterAll } from 'vitest';
import { forgetSecrets } from '../../src/report/redaction.ts';

// Many files are read by one process: what one of them has said to be secret is no secret in the next.
afterAll(forgetSecrets);
