import { posix } from 'node:path';
import { kustomizationIn } from '../../../manifests/kustomize/files.ts';
import { entriesAt } from '../../../manifests/written.ts';
import { listAt } from '../../../text/values.ts';
import { defineRule, type Edit, texts } from '../../rule.ts';
import { FLUX_GROUP } from '../objects.ts';
import type { ManifestDocument } from '../../../manifests/document.ts';
import { textAt } from '../../../text/values.ts';

export const registered = defineRule({
  id: 'app/registered',
  description: 'The ks.yaml of an app is listed by the kustomization of its namespace.',
  rationale:
    'An app that is not listed is never applied, and nothing says so. One that is left out on purpose is named there in a comment.',
  source: 'https://fluxcd.io/flux/guides/repository-structure/',
  options: { names: texts('Names of the files with the Kustomization of an app.', ['ks.yaml']) },
  severity: 'warning',
  *check({ tree }, { names }) {
    for (const document of tree.documents) {
      const { file, fields } = document;
      if (!names.includes(posix.basename(file.path)) || textAt(fields, 'apiVersion')?.startsWith(FLUX_GROUP) !== true)
        continue;
      const app = posix.dirname(file.path);
      const parent = [app, posix.dirname(app)].flatMap((folder) => kustomizationIn(tree, folder) ?? [])[0];
      if (parent === undefined || document.index > 0) continue;
      const own = posix.relative(posix.dirname(parent.file.path), file.path);
      if (listAt(parent.fields, 'resources').some((entry) => isListed(String(entry), own))) continue;
      if (new RegExp(`^[ \\t]*#.*${own.replace(/[.]/g, '\\.')}`, 'm').test(parent.file.text)) continue;
      yield {
        at: { document, path: ['metadata', 'name'] },
        message: `${parent.file.path} does not list ${own}, so that the app is never applied`,
        remedy: `add \`- ./${own}\` there, or name it in a comment where it is left out on purpose`,
        edits: insertion(parent, `./${own}`),
      };
    }
  },
  examples: {
    good: [{ files: namespace('  - ./site/ks.yaml\n') }, { files: namespace('  # - ./site/ks.yaml\n') }],
    bad: [
      {
        files: namespace('', ' # <- here'),
        fixed: { 'web/kustomization.yaml': namespace('  - ./site/ks.yaml\n')['web/kustomization.yaml'] ?? '' },
      },
    ],
  },
});

/** By itself, or as part of its folder. */
function isListed(entry: string, own: string): boolean {
  const path = posix.normalize(entry).replace(/\/$/, '');
  return path === own || path === posix.dirname(own);
}

function insertion(parent: ManifestDocument, entry: string): Edit[] {
  const last = entriesAt(parent, ['resources']).at(-1);
  const line = parent.file.text
    .slice(last?.lines.start, last?.lines.end)
    .split('\n')
    .findLast((one) => /^ *- /.test(one));
  if (last?.isMovable !== true || line === undefined || !parent.file.text.slice(0, last.lines.end).endsWith('\n'))
    return [];
  const lead = /^ *- /.exec(line)?.[0] ?? '  - ';
  return [{ file: parent.file, start: last.lines.end, end: last.lines.end, text: `${lead}${entry}\n` }];
}

function namespace(line: string, mark = ''): Record<string, string> {
  return {
    'web/kustomization.yaml': `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n  - ./namespace.yaml\n${line}`,
    'web/namespace.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: web\n',
    'web/site/ks.yaml': `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: site${mark}\nspec:\n  path: ./web/site/app\n`,
  };
}
