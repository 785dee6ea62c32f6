import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createEnvironment } from '../../src/makejinja/render.ts';
import { parseSettings } from '../../src/makejinja/settings.ts';
import { TRANSPILER } from '../../src/makejinja/typescript.ts';
import { writeFiles } from '../support/folders.ts';
import type { Attack } from './attacks.ts';
import { run, type CommandName, type Sandbox } from './sandbox.ts';

const PLUGIN = 'templates/scripts/plugin.ts';
const STRANGE =
  /^ *templates\/scripts\/plugin\.ts: error: templates\/scripts\/plugin\.ts would be run, and may do whatever/m;

/** Repositories whose plugin is nobody's whom the user trusts. */
const PLUGINS: readonly {
  readonly name: string;
  readonly make: (sandbox: Sandbox) => Promise<void>;
  readonly refusal?: RegExp;
}[] = [
  // The age key of the tree lies in the sandbox: it may have come with the clone, and says nothing of who made the plugin.
  { name: 'plugin-of-a-stranger', make: (sandbox) => writeFiles(sandbox.repository, { [PLUGIN]: program(sandbox) }) },
  {
    name: 'plugin-under-another-name',
    async make(sandbox) {
      await setSetting(sandbox.repository, /^plugins = .*$/m, 'plugins = ["plugin:Plugin", "more.own:Plugin"]');
      await writeFiles(sandbox.repository, { 'templates/scripts/more/own.mjs': program(sandbox) });
    },
    refusal: /error: templates\/scripts\/more\/own\.mjs would be run/,
  },
  {
    name: 'plugin-before-the-usual-one',
    async make(sandbox) {
      await setSetting(sandbox.repository, /^import_paths = .*$/m, 'import_paths = [".", "templates/scripts"]');
      await writeFiles(sandbox.repository, { 'plugin.js': program(sandbox) });
    },
    refusal: /^ *plugin\.js: error: plugin\.js would be run/m,
  },
  {
    name: 'plugin-that-imports-another-file',
    make: (sandbox) =>
      writeFiles(sandbox.repository, {
        [PLUGIN]: "import './second.ts';\nexport const Plugin = () => ({});\n",
        'templates/scripts/second.ts': program(sandbox),
      }),
    refusal: /error: templates\/scripts\/plugin\.ts with templates\/scripts\/second\.ts would be run/,
  },
  {
    name: 'plugin-in-the-place-of-a-trusted-one',
    async make(sandbox) {
      const { folder, repository } = sandbox;
      const { code, text } = await run(sandbox, 'plan', '--trust');
      if (code !== 0) throw new Error(text);
      await rename(repository, join(folder, 'home/before'));
      await cp(join(folder, 'home/before'), repository, { recursive: true, verbatimSymlinks: true });
      await writeFiles(repository, { [PLUGIN]: program(sandbox) });
    },
  },
];

/** Settings that lead to code elsewhere. */
const IMPORTS: readonly { readonly name: string; readonly path: (sandbox: Sandbox) => string }[] = [
  { name: 'plugins-outside', path: () => '../outside' },
  { name: 'plugins-outside-by-an-absolute-path', path: ({ outside }) => outside },
];

/** Names of plugins that whoever asks what would be loaded, and whoever loads it, may read in two ways. */
const NAMES: readonly { readonly name: string; readonly plugins: readonly [string, string] }[] = [
  { name: 'plugin-by-a-name-that-is-none', plugins: ['plugin:Plugin', '/evil:Plugin'] },
  { name: 'plugin-beside-a-name-that-is-none', plugins: ['evil:Plugin', '.other:Plugin'] },
];

/** What looks at no plugin, nor at what it gives. */
const WITHOUT_PLUGINS: readonly CommandName[] = [
  'doctor --staged',
  'config show',
  'adopt',
  'template reset',
  'template tidy',
  'config migrate',
  'upgrade',
];

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
  ...PLUGINS.map(({ name, make, refusal = STRANGE }): Attack => ({
    name,
    make,
    refusal,
    watchEnds: true,
    unaffected: WITHOUT_PLUGINS,
    exempt: ['makejinja'],
  })),
  ...IMPORTS.map(({ name, path }): Attack => ({
    name,
    async make(sandbox) {
      const folder = path(sandbox);
      await setSetting(sandbox.repository, /^import_paths = .*$/m, `import_paths = [${JSON.stringify(folder)}]`);
      await writeFiles(sandbox.outside, { 'plugin.ts': program(sandbox) });
    },
    refusal: /error: \.\.\/outside leads out of the repository/,
    unaffected: [...WITHOUT_PLUGINS, 'init'],
    exempt: ['makejinja'],
  })),
  ...NAMES.map(({ name, plugins }): Attack => ({
    name,
    async make(sandbox) {
      await setSetting(sandbox.repository, /^plugins = .*$/m, `plugins = ${JSON.stringify(plugins)}`);
      await writeFiles(sandbox.repository, { 'templates/scripts/evil.ts': program(sandbox) });
    },
    refusal: /`[/.]\w+:Plugin` is no name of a plugin/,
    unaffected: [...WITHOUT_PLUGINS, 'init'],
    exempt: ['makejinja'],
  })),
];

/** A module that leaves a trace as soon as it is loaded. */
function program(sandbox: Sandbox): string {
  return `${trace(sandbox)};\nexport const Plugin = () => ({});\n`;
}

/** Writes another line in the place of one of makejinja.toml. */
export async function setSetting(repository: string, pattern: RegExp, text: string): Promise<void> {
  const path = join(repository, 'makejinja.toml');
  await writeFile(path, (await readFile(path, 'utf8')).replace(pattern, text));
}

/** JavaScript that leaves a trace, as an expression. */
function trace({ canary }: Sandbox): string {
  return `process.getBuiltinModule('node:fs').writeFileSync(${JSON.stringify(join(canary, 'was-here'))}, '')`;
}

function git({ repository }: Sandbox, ...words: string[]): void {
  const identity = ['-c', 'user.name=Stranger', '-c', 'user.email=stranger@example.com'];
  execFileSync('git', [...identity, ...words], { cwd: repository, stdio: 'pipe' });
}
