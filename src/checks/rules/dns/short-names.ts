import { textsIn } from '../../../manifests/document.ts';
import { choice, defineRule } from '../../rule.ts';
import { isKustomizationFile, manifestDocuments } from '../objects.ts';

export const shortNames = defineRule({
  id: 'dns/short-names',
  description: 'Names of Services are written in one way: `service.namespace`, or in full with svc.cluster.local.',
  rationale:
    'The short name holds whatever the domain of the cluster is called. The full one needs no search list, which saves questions to the DNS and works for programs that know none.',
  source: 'https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/',
  options: { form: choice('Which of the two.', ['short', 'full'], 'short') },
  severity: 'off',
  profiles: { guarded: 'note', 'single-cluster': { severity: 'note', options: { form: 'full' } } },
  *check({ tree }, { form }) {
    for (const document of manifestDocuments(tree)) {
      if (document.file.isSecret || isKustomizationFile(document.file.path)) continue;
      for (const { text, path } of textsIn(document.fields)) {
        const names = text.match(form === 'short' ? FULL : SHORT) ?? [];
        for (const name of new Set(names)) {
          const remedy =
            form === 'short' ? `write ${name.replace(/\.svc(?:\..*)?$/, '')}` : `write ${name}.svc.cluster.local`;
          yield {
            at: { document, path },
            message: `${name} is written ${form === 'short' ? 'in full' : 'without its domain'}`,
            remedy,
          };
        }
      }
    }
  },
  examples: {
    good: [
      { files: { 'a.yaml': config('http://site.web:8080') } },
      { files: { 'a.yaml': config('http://site.web.svc.cluster.local') }, options: { form: 'full' } },
    ],
    bad: [
      { files: { 'a.yaml': config('http://site.web.svc.cluster.local:80 # <- here') } },
      { files: { 'a.yaml': config('http://site.web.svc:80 # <- here') }, options: { form: 'full' } },
    ],
  },
});

const FULL = /(?<![a-z\d-])[a-z\d][a-z\d-]*\.[a-z\d][a-z\d-]*\.svc\.cluster\.local\b/g;
/** Only what says by `svc` or by its address that it is a name of the cluster. */
const SHORT = /(?<![a-z\d-])[a-z\d][a-z\d-]*\.[a-z\d][a-z\d-]*(?=\.svc(?!\.))/g;

function config(url: string): string {
  return `apiVersion: example.com/v1\nkind: Site\nmetadata:\n  name: site\nspec:\n  url: ${url}\n`;
}
