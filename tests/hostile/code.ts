import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createEnvironment } from '../../src/makejinja/render.ts';
import { parseSettings } from '../../src/makejinja/settings.ts';
import { TRANSPILER } from '../../src/makejinja/typescript.ts';
import { writeFiles } from '../support/folders.ts';
import type { Attack } from './attacks.ts';
import type { Sandbox } from './sandbox.ts';

/** Repositories that bring code and want it to be run. */
export const CODE_ATTACKS: readonly Attack[] = [
  {
    name: 'code-in-the-cache',
    async make(sandbox) {
      const { repository } = sandbox;
      const settings = parseSettings(await readFile(join(repository, 'makejinja.toml'), 'utf8'), 'makejinja.toml');
      // The names of filters are part of what a compiled template was found by.
      const filters = { basename: String, nthhost: String };
      const inputs = { files: new Map(), outputs: new Map(), rivals: [], unmatched: [] };
      const environment = createEnvironment({ settings, inputs, plugins: [{ name: 'cluster', filters }] });
      const names = (await readdir(join(repository, 'templates'), { recursive: true })).filter((name) =>
        name.endsWith('.j2'),
      );
      const templates = await Promise.all(
        names.map(async (name) => {
          const hash = createHash('sha256').update(environment.settingsKey(name)).update('\0');
          const source = await readFile(join(repository, 'templates', name), 'utf8');
          return [hash.update(source).digest('base64'), `${trace(sandbox)};`] as const;
        }),
      );
      const plugin = join(repository, 'templates/scripts/plugin.ts');
      const text = `${TRANSPILER}\0${pathToFileURL(plugin).href}\0${await readFile(plugin, 'utf8')}`;
      const hash = createHash('sha256').update(text).digest('hex');
      await writeFiles(repository, {
        '.cluster-template/cache/templates.json': JSON.stringify(templates),
        [`.cluster-template/cache/plugins/${hash}.js`]: `${trace(sandbox)}; exports.Plugin = () => ({});`,
      });
      git(sandbox, 'add', '--force', '.cluster-template/cache');
    },
  },
];

/** JavaScript that leaves a trace, as an expression. */
function trace({ canary }: Sandbox): string {
  return `process.getBuiltinModule('node:fs').writeFileSync(${JSON.stringify(join(canary, 'was-here'))}, '')`;
}

function git({ repository }: Sandbox, ...words: string[]): void {
  const identity = ['-c', 'user.name=Stranger', '-c', 'user.email=stranger@example.com'];
  execFileSync('git', [...identity, ...words], { cwd: repository, stdio: 'pipe' });
}
