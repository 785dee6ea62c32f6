import { at, listAt, type Path, textAt } from '../../../text/values.ts';
import { defineRule, type Edit, type RuleObject, text } from '../../rule.ts';
import { spanOf } from '../../../manifests/written.ts';

export const tags = defineRule({
  id: 'tailscale/tags',
  description: 'What joins the tailnet has the tags of its cluster.',
  rationale:
    'Access rules of the tailnet name tags. A machine without them is reached by nobody, or by more than was meant, and nobody sees which cluster it belongs to.',
  source: 'https://tailscale.com/kb/1236/kubernetes-operator',
  options: {
    common: text('The tag of all clusters.', 'tag:k8s'),
    cluster: text('The name of this one, for `tag:k8s-<name>`; without it that tag is not asked for.', ''),
  },
  severity: 'off',
  profiles: { overlays: 'error' },
  *check({ objects }, { common, cluster }) {
    const wanted = [common, ...(cluster === '' ? [] : [`${common}-${cluster}`])];
    for (const object of objects) {
      for (const { path, present, isText } of tagsOf(object)) {
        const missing = wanted.filter((tag) => !present.includes(tag));
        if (missing.length === 0) continue;
        yield {
          at: object.spotOf(path),
          message: `${object.name} lacks ${missing.join(', ')}`,
          remedy: `write ${[...present, ...missing].join(isText ? ',' : ', ')}`,
          edits: isText ? additions(object, path, missing) : [],
        };
      }
    }
  },
  examples: {
    good: [{ files: { 'ingress.yaml': ingress('"tag:k8s,tag:k8s-home"') }, options: { cluster: 'home' } }],
    bad: [
      {
        files: { 'ingress.yaml': ingress('"tag:k8s,tag:web" # <- here') },
        options: { cluster: 'home' },
        fixed: { 'ingress.yaml': ingress('"tag:k8s,tag:web,tag:k8s-home"') },
      },
      {
        files: { 'ingress.yaml': ingress('"tag:web" # <- here') },
        fixed: { 'ingress.yaml': ingress('"tag:web,tag:k8s"') },
      },
      {
        files: {
          'group.yaml':
            'apiVersion: tailscale.com/v1alpha1\nkind: ProxyGroup\nmetadata:\n  name: door\nspec:\n  tags: [tag:web] # <- here\n',
        },
      },
    ],
  },
});

interface Tags {
  readonly path: Path;
  readonly present: readonly string[];
  /** Whether they are one text with commas. */
  readonly isText: boolean;
}

function tagsOf({ kind, apiVersion, fields }: RuleObject): Tags[] {
  const annotation = textAt(fields, 'metadata', 'annotations', 'tailscale.com/tags');
  const path = ['metadata', 'annotations', 'tailscale.com/tags'];
  if (kind === 'Ingress' && textAt(fields, 'spec', 'ingressClassName') === 'tailscale') {
    return [{ path, present: annotation?.split(',').map((tag) => tag.trim()) ?? [], isText: true }];
  }
  if (kind === 'ProxyGroup' && apiVersion.startsWith('tailscale.com/')) return [listed(fields, ['spec', 'tags'])];
  const operator = ['spec', 'values', 'operatorConfig', 'defaultTags'];
  return at(fields, ...operator) === undefined ? [] : [listed(fields, operator)];
}

function listed(fields: unknown, path: Path): Tags {
  return { path, present: listAt(fields, ...path).map(String), isText: false };
}

/** Behind the last tag of the text, inside of its quotes: none is ever taken away. */
function additions({ document }: RuleObject, path: Path, missing: readonly string[]): Edit[] {
  const written = textAt(document.fields, ...path);
  const { start, end } = spanOf(document, path);
  const source = document.file.text.slice(start, end);
  const offset = written === undefined ? -1 : source.indexOf(written);
  if (offset === -1 || written === undefined) return [];
  const place = start + offset + written.length;
  return [{ file: document.file, start: place, end: place, text: missing.map((tag) => `,${tag}`).join('') }];
}

function ingress(value: string): string {
  return `apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: site\n  annotations:\n    tailscale.com/tags: ${value}\nspec:\n  ingressClassName: tailscale\n`;
}
