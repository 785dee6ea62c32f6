import type { ManifestDocument } from '../../../manifests/document.ts';
import { writtenDocuments } from '../../../manifests/written.ts';
import { textAt } from '../../../text/values.ts';
import { defineRule, texts } from '../../rule.ts';
import { isKustomizationFile, manifestDocuments } from '../objects.ts';

const DIRECTIVE = /^# *yaml-language-server: *\$schema=(\S+)/gm;
const KUSTOMIZATION = 'https://json.schemastore.org/kustomization';

export const schemaDirective = defineRule({
  id: 'yaml/schema-directive',
  description: 'A manifest names the schema of its kind in a comment at its top, for editors.',
  rationale:
    'With `# yaml-language-server: $schema=…` an editor completes fields and shows mistakes while they are typed. A schema of another kind shows mistakes that are none.',
  source: 'https://github.com/redhat-developer/yaml-language-server#using-inlined-schema',
  options: {
    catalogues: texts(
      'Where schemas of custom resources come from, `<group>/<kind>_<version>.json` below each; `--fix` takes the first.',
      [
        'https://kubernetes-schemas.pages.dev',
        'https://k8s-schemas.home-operations.com',
        'https://raw.githubusercontent.com/datreeio/CRDs-catalog/main',
      ],
    ),
  },
  severity: 'off',
  profiles: {
    strict: 'note',
    'single-cluster': 'warning',
    guarded: 'warning',
    template: { severity: 'warning', options: { catalogues: ['https://k8s-schemas.home-operations.com'] } },
  },
  *check({ tree }, { catalogues }) {
    for (const document of manifestDocuments(tree)) {
      const { file, fields } = document;
      const wanted = schemaOf(document);
      if (file.isSecret || wanted === undefined) continue;
      const start = startOf(document);
      const above = [...file.text.slice(0, contentStart(document)).matchAll(DIRECTIVE)].at(-1);
      const place = { document, path: ['kind'] };
      if (above === undefined || above.index < previousEnd(document)) {
        const url = wanted === KUSTOMIZATION ? wanted : `${catalogues[0] ?? ''}/${wanted}`;
        const edits =
          catalogues[0] === undefined
            ? []
            : [{ file, start, end: start, text: `# yaml-language-server: $schema=${url}\n` }];
        yield {
          at: place,
          message: 'no comment names the schema of this document',
          remedy: `write \`# yaml-language-server: $schema=${url}\` above it`,
          edits,
        };
      } else if (!fits(above[1] ?? '', wanted)) {
        const span = { file, start: above.index, end: above.index + above[0].length };
        yield {
          at: span,
          message: `the schema is not one of ${textAt(fields, 'kind') ?? 'a kustomization'}`,
          remedy: `take ${wanted}`,
        };
      }
    }
  },
  examples: {
    good: [
      {
        files: {
          'helmrelease.yaml':
            '---\n# yaml-language-server: $schema=https://kubernetes-schemas.pages.dev/helm.toolkit.fluxcd.io/helmrelease_v2.json\napiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: site\n',
          'service.yaml': 'apiVersion: v1\nkind: Service\nmetadata:\n  name: site\n',
        },
      },
    ],
    bad: [
      {
        files: { 'helmrelease.yaml': '---\napiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease # <- here\n' },
        fixed: {
          'helmrelease.yaml':
            '---\n# yaml-language-server: $schema=https://kubernetes-schemas.pages.dev/helm.toolkit.fluxcd.io/helmrelease_v2.json\napiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\n',
        },
      },
      {
        files: {
          'ks.yaml':
            '# yaml-language-server: $schema=https://json.schemastore.org/kustomization # <- here\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: site\n',
        },
      },
    ],
  },
});

/** Of a custom resource the path below a catalogue; undefined for what Kubernetes itself has, as catalogues differ there. */
function schemaOf({ file, fields }: ManifestDocument): string | undefined {
  const [group = '', version] = (textAt(fields, 'apiVersion') ?? '').split('/');
  if (isKustomizationFile(file.path) && !group.endsWith('.fluxcd.io')) return KUSTOMIZATION;
  const isCustom = version !== undefined && group.includes('.') && !/^(?:[\w-]+\.)?k8s\.io$/.test(group);
  return isCustom ? `${group}/${(textAt(fields, 'kind') ?? '').toLowerCase()}_${version}.json` : undefined;
}

/** app-template has a schema for its values, which is worth more than that of a HelmRelease. */
function fits(url: string, wanted: string): boolean {
  if (wanted === KUSTOMIZATION) return /kustomization(?:\.json)?$/.test(url) && !url.includes('fluxcd');
  return url.endsWith(`/${wanted}`) || (wanted.startsWith('helm.') && /app-template|bjw-s|helmrelease/i.test(url));
}

/** Behind the `---` of the document; where it has none at the start of the file. */
function startOf(document: ManifestDocument): number {
  const from = previousEnd(document);
  const before = document.file.text.slice(from, contentStart(document));
  const marker = [...before.matchAll(/^---[^\n]*\n/gm)].at(-1);
  return marker === undefined ? from : from + marker.index + marker[0].length;
}

function contentStart({ file, index }: ManifestDocument): number {
  return writtenDocuments(file)[index]?.contents?.range[0] ?? 0;
}

function previousEnd({ file, index }: ManifestDocument): number {
  return index === 0 ? 0 : (writtenDocuments(file)[index - 1]?.contents?.range[1] ?? 0);
}
