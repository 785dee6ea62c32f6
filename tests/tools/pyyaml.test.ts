import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from './support/run.ts';
import { findTools, REPOSITORY, titled } from './support/tools.ts';

const { paths, missing } = findTools('jinja2');
const script = join(REPOSITORY, 'tests/makejinja/data/cases/record.py');

describe.skipIf(missing !== undefined)(titled('PyYAML, tomllib and json', missing), () => {
  it('can be asked', async () => {
    expect(await run(paths.jinja2, [script, '--probe'])).toMatchObject({ code: 0 });
  });

  it('read every recorded document as it is recorded', async () => {
    expect(await run(paths.jinja2, [script, '--check'])).toEqual({ code: 0, stdout: '', stderr: '' });
  });
});
