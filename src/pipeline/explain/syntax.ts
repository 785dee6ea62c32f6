import { parseTemplate } from '../../jinja/compiler/template.ts';
import { bundledExtension, resolveSyntax } from '../../jinja/settings.ts';
import type { RootNode } from '../../jinja/nodes/nodes.ts';
import { syntaxOptions, type RenderRequest } from '../../makejinja/render.ts';

/** Gives the syntax tree of a template by its name, read once; undefined where there is no such template. */
export function templateParser(request: RenderRequest): (name: string) => RootNode | undefined {
  const options = syntaxOptions(request);
  const syntax = resolveSyntax(options);
  const tagParsers = options.extensions.map((extension) =>
    typeof extension === 'string' ? bundledExtension(extension) : extension,
  );
  const parsed = new Map<string, RootNode>();
  return (name) => {
    const file = request.inputs.files.get(name);
    if (file === undefined) return undefined;
    const root = parsed.get(name) ?? parseTemplate(file.bytes.toString('utf8'), { syntax, tagParsers });
    parsed.set(name, root);
    return root;
  };
}
