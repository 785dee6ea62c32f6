import { spawnSync } from 'node:child_process';
import { mkdir, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readFiles, temporaryFolder } from '../support/folders.ts';

const ROOT = resolve(import.meta.dirname, '../..');

// What docs/porting-plugins.md says, in a folder of its own that has no package.json.
describe('a foreign project', () => {
  it('uses what the documentation names', async () => {
    const folder = await temporaryFolder({
      'makejinja.toml':
        '[makejinja]\ninputs = ["./templates"]\noutput = "out"\ndata = ["data.yaml"]\nimport_paths = ["scripts"]\n' +
        'plugins = ["first:Plugin", "plugin:Plugin"]\nundefined = "strict"\n',
      'data.yaml': 'bgp_enabled: false\nlimit: 1.0\nday: 2026-01-31\n',
      'scripts/first.ts':
        "import type { PluginContext } from 'cluster-template/makejinja';\n" +
        'export const Plugin = ({ data }: PluginContext) => { data.ports ??= { http: 80 }; return {}; };\n',
      'scripts/plugin.ts': `
        import { readFileSync } from 'node:fs';
        import { join } from 'node:path';
        import { Undefined, makeFloat } from 'cluster-template/jinja';
        import { nthhost, basename } from 'cluster-template/starter';
        import type { PluginContext, PluginMembers, TemplateContext } from 'cluster-template/makejinja';
        import { stringify } from 'yaml';

        export class Plugin {
          constructor(private readonly context: PluginContext) {}
          data(): Record<string, unknown> { return { ports: this.context.data.ports, since: new Date(0) }; }
          filters(): PluginMembers['filters'] {
            return {
              nthhost, basename,
              or: (value: unknown, other: unknown) => (value instanceof Undefined ? other : value),
              dump: (value: unknown) => stringify(value),
              half: (value: number) => makeFloat(Number(value) / 2),
            };
          }
          functions(): PluginMembers['functions'] {
            return {
              where: { signature: 'where()', pass: 'context', run: (context: TemplateContext) => context.name },
              beside: (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8').trim(),
            };
          }
          pathFilters(): PluginMembers['pathFilters'] {
            return [(path) => !path.startsWith('templates/bgp/') || this.context.data.bgp_enabled === true];
          }
        }`,
      'scripts/note.txt': 'beside\n',
      'templates/bgp/peers.jinja': '{{ missing }}',
      'templates/a.txt.jinja': [
        '{{ ports.http }} {{ since }} {{ "192.0.2.0/24" | nthhost(5) }} {{ "a/b.yaml.j2" | basename }}',
        '{{ missing | or(3) }} {{ limit | half }} {{ 4 | half }} {{ day }} {{ where() }} {{ beside("note.txt") }}',
        '{{ {"a": [1, {"b": none}]} | dump }}',
      ].join('\n'),
    });
    await mkdir(join(folder, 'node_modules'));
    await symlink(ROOT, join(folder, 'node_modules/cluster-template'));
    await symlink(join(ROOT, 'node_modules/yaml'), join(folder, 'node_modules/yaml'));
    const env = { ...process.env, CLUSTER_TEMPLATE_CACHE: join(folder, 'cache') };
    for (const run of ['cold', 'warm']) {
      const program = join(ROOT, 'bin/makejinja.mjs');
      const { status, stderr } = spawnSync(process.execPath, [program, '--force'], {
        cwd: folder,
        encoding: 'utf8',
        env,
      });
      expect({ status, stderr }, run).toEqual({
        status: 0,
        stderr: expect.stringContaining("-> 'out/a.txt'") as string,
      });
      expect(await readFiles(join(folder, 'out'))).toEqual({
        'a.txt': [
          '80 1970-01-01 00:00:00+00:00 192.0.2.5 b.yaml',
          '3 0.5 2.0 2026-01-31 a.txt.jinja beside',
          'a:\n  - 1\n  - b: null\n',
        ].join('\n'),
      });
    }
  });
});
