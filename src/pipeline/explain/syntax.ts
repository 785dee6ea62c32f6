import { parseTemplate } from '../../jinja/compiler/compile.ts';
import { bundledExtension } from '../../jinja/extensions/bundled.ts';
import type { RootNode } from '../../jinja/nodes/nodes.ts';
import { resolveSyntax } from '../../jinja/settings.ts';
import { EXTENSIONS, type RenderRequest } from '../../makejinja/render.ts';

/** Gives the syntax tree of a template by its name, read once; undefined where there is no such template. */
export function templateParser({ settings, inputs, plugins }: RenderRequest): (name: string) => RootNode | undefined {
  const { delimiter, prefix, whitespace } = settings;
  const syntax = resolveSyntax({
    ...delimiter,
    ...whitespace,
    lineStatementPrefix: prefix.lineStatement ?? undefined,
    lineCommentPrefix: prefix.lineComment ?? undefined,
  });
  const tagParsers = [
    ...settings.extensions.map((name) => bundledExtension(EXTENSIONS[name])),
    ...plugins.flatMap(({ extensions = [] }) => extensions),
  ];
  const parsed = new Map<string, RootNode>();
  return (name) => {
    const file = inputs.files.get(name);
    if (file === undefined) return undefined;
    const root = parsed.get(name) ?? parseTemplate(file.bytes.toString('utf8'), { syntax, tagParsers });
    parsed.set(name, root);
    return root;
  };
}
