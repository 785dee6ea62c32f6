import { at, listAt } from '../../../text/values.ts';
import { choice, defineRule } from '../../rule.ts';
import { kustomizationFiles } from '../objects.ts';

export const nameSuffixHash = defineRule({
  id: 'configmap/name-suffix-hash',
  description: 'Generated ConfigMaps and Secrets keep the hash in their name, or none has one.',
  rationale:
    'With the hash a change of content is a new object, and Pods are replaced. Where something that kustomize does not know names the object, as the values of a chart do, the name has to stay.',
  source: 'https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/generatoroptions/',
  options: { hash: choice('Whether the hash is kept.', ['require', 'forbid'], 'require') },
  severity: 'off',
  profiles: { guarded: 'note', 'single-cluster': { severity: 'note', options: { hash: 'forbid' } } },
  *check({ tree }, { hash }) {
    for (const document of kustomizationFiles(tree)) {
      const general = at(document.fields, 'generatorOptions', 'disableNameSuffixHash') === true;
      for (const list of ['configMapGenerator', 'secretGenerator']) {
        for (const [index, generator] of listAt(document.fields, list).entries()) {
          const own = at(generator, 'options', 'disableNameSuffixHash');
          const isOff = own === undefined ? general : own === true;
          if (isOff === (hash === 'forbid')) continue;
          const path = own === undefined ? [list, index, 'name'] : [list, index, 'options', 'disableNameSuffixHash'];
          yield {
            at: { document, path },
            message: isOff ? 'the generated name has no hash' : 'the generated name ends with a hash',
            remedy: isOff
              ? 'leave disableNameSuffixHash out, or say in a comment what needs the name'
              : 'set generatorOptions.disableNameSuffixHash',
          };
        }
      }
    }
  },
  examples: {
    good: [{ files: { 'kustomization.yaml': generator('') } }],
    bad: [
      { files: { 'kustomization.yaml': generator('', '    options:\n      disableNameSuffixHash: true # <- here\n') } },
      { files: { 'kustomization.yaml': generator(' # <- here') }, options: { hash: 'forbid' } },
    ],
  },
});

function generator(mark: string, rest = ''): string {
  return `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nconfigMapGenerator:\n  - name: site${mark}\n    literals: [a=b]\n${rest}`;
}
