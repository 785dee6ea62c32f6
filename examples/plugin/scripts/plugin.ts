// The same plugin as scripts/plugin.py, for the renderer in TypeScript.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PluginContext, PluginMembers } from 'cluster-template/makejinja';

type Host = ReadonlyMap<string, unknown>;

/** Address number `index` of a network; negative ones count from its end. */
function nthHost(network: string, index: number): string {
  const [address = '', bits = '32'] = network.split('/');
  const first = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(bits));
  const host = first + (index < 0 ? size + index : index);
  return [24, 16, 8, 0].map((shift) => Math.floor(host / 2 ** shift) % 256).join('.');
}

function label(host: Host, kind = 'host', separator = '=', upper = false): string {
  const text = `${kind}${separator}${String(host.get('name'))}`;
  return upper ? text.toUpperCase() : text;
}

/** Members are tables by name: a template calls what stands on the left. */
export function Plugin({ data, config }: PluginContext): PluginMembers {
  return {
    data: { count: (data.hosts as readonly unknown[]).length },
    filters: {
      nth_host: nthHost,
      shout: (text: string) => `${text.toUpperCase()}!`,
      to_yaml_line: (value: ReadonlyMap<string, unknown>) =>
        `{${[...value].map(([key, item]) => `${key}: ${String(item)}`).join(', ')}}`,
      b64decode: (text: string) => Buffer.from(text, 'base64').toString('utf8'),
    },
    functions: {
      // A signature lets templates pass arguments by name, and leave some out.
      label: {
        signature: "label(host, kind='host', *, separator='=', upper=False)",
        run: label,
      },
      checksum: (name: string) => {
        const [input = '.'] = config.inputs;
        return createHash('sha256')
          .update(readFileSync(join(input, name)))
          .digest('hex');
      },
    },
    tests: {
      storing: (host: Host) => (host.get('roles') as readonly string[]).includes('storage'),
    },
    policies: { 'json.dumps_kwargs': { sort_keys: false } },
    pathFilters: [(path) => !path.includes('.secret.')],
  };
}
