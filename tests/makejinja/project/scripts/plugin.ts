import type { PluginContext } from '../../../../src/makejinja/plugin.ts';

/** The same as plugin.py beside it. */
export class Plugin {
  readonly #name: string;

  constructor({ data }: PluginContext) {
    this.#name = String(data.name);
  }

  data(): Record<string, unknown> {
    return { greeting: `hello ${this.#name}` };
  }

  globals(): Record<string, unknown> {
    return { shared: 'a global' };
  }

  functions(): Record<string, (text: unknown) => string> {
    return { shout: (text) => `${String(text).toUpperCase()}!` };
  }

  filters(): Record<string, (text: unknown) => string> {
    return { twice: (text) => String(text).repeat(2) };
  }

  tests(): Record<string, (number: unknown) => boolean> {
    return { dozenish: (number) => Number(number) > 10 };
  }

  policies(): Record<string, unknown> {
    return { 'json.dumps_kwargs': { sort_keys: false } };
  }

  pathFilters(): ((path: string) => boolean)[] {
    return [(path) => !path.endsWith('filtered.txt')];
  }
}
