/** Finds the source of templates by name. */
export interface TemplateLoader {
  /** The source of a template; undefined where there is none of this name. */
  load(name: string): string | undefined;
  /** The names of all templates, where the loader knows them. */
  list?(): readonly string[];
}

/** Templates held in memory. */
export class DictLoader implements TemplateLoader {
  private readonly templates: ReadonlyMap<string, string>;

  /** @param templates Sources by name. */
  constructor(templates: Readonly<Record<string, string>> | ReadonlyMap<string, string>) {
    this.templates = templates instanceof Map ? templates : new Map(Object.entries(templates));
  }

  load(name: string): string | undefined {
    return this.templates.get(name);
  }

  list(): readonly string[] {
    return [...this.templates.keys()].sort();
  }
}

/** Templates that a function finds. */
export class FunctionLoader implements TemplateLoader {
  private readonly find: (name: string) => string | undefined;

  /** @param find Gives the source of a template, undefined where there is none of this name. */
  constructor(find: (name: string) => string | undefined) {
    this.find = find;
  }

  load(name: string): string | undefined {
    return this.find(name);
  }
}

/**
 * The path of a template of a folder as Jinja's FileSystemLoader reads its name: `./b`, `/b` and `a//b` are `b`, `b` and
 * `a/b`.
 *
 * @returns undefined for a name with `..` in it, which is none of a template
 */
export function templatePath(name: string): string | undefined {
  const parts = name.split('/');
  return parts.includes('..') ? undefined : parts.filter((part) => part !== '' && part !== '.').join('/');
}
