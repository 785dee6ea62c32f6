import { listAt, type Path, textAt, walk } from '../../../text/values.ts';
import { choice, defineRule, type RuleObject, texts } from '../../rule.ts';
import { helmValues, isVariable } from '../objects.ts';

export const placeholder = defineRule({
  id: 'domain/placeholder',
  description: 'Host names are written with a variable for the domain, or all written out.',
  rationale:
    'With `${SECRET_DOMAIN}` the domain is in no file that git publishes, and is changed in one place. Written out, a manifest says itself what it does.',
  source: 'https://fluxcd.io/flux/components/kustomize/kustomizations/#post-build-variable-substitution',
  options: {
    form: choice('Which of the two.', ['placeholder', 'literal'], 'placeholder'),
    domains: texts('Domains that are meant; every one where the list is empty.', []),
  },
  severity: 'off',
  profiles: { guarded: 'warning' },
  *check({ objects }, { form, domains }) {
    for (const object of objects) {
      for (const { path, host } of hostsOf(object)) {
        const isWritten = !isVariable(host) && host.includes('.');
        const isMeant = domains.length === 0 || domains.some((one) => host === one || host.endsWith(`.${one}`));
        if (form === 'placeholder' && isWritten && isMeant) {
          yield {
            at: object.spotOf(path),
            message: `the host name ${host} is written out`,
            remedy: 'write ${SECRET_DOMAIN} for its domain',
          };
        }
        if (form === 'literal' && host.includes('${')) {
          yield { at: object.spotOf(path), message: `the host name ${host} has a variable`, remedy: 'write it out' };
        }
      }
    }
  },
  examples: {
    good: [
      { files: { 'route.yaml': route('www.${SECRET_DOMAIN}') } },
      { files: { 'route.yaml': route('www.example.org') }, options: { domains: ['example.com'] } },
    ],
    bad: [
      { files: { 'route.yaml': route('www.example.com # <- here') } },
      { files: { 'route.yaml': route('www.${SECRET_DOMAIN} # <- here') }, options: { form: 'literal' } },
    ],
  },
});

function hostsOf(object: RuleObject): { readonly path: Path; readonly host: string }[] {
  const { kind, fields } = object;
  if (/^(?:HTTP|GRPC|TLS)Route$/.test(kind)) return namesAt(fields, ['spec', 'hostnames']);
  if (kind === 'Certificate') return namesAt(fields, ['spec', 'dnsNames']);
  if (kind === 'Ingress') {
    return listAt(fields, 'spec', 'rules').flatMap((rule, index) => {
      const host = textAt(rule, 'host');
      return host === undefined ? [] : [{ path: ['spec', 'rules', index, 'host'], host }];
    });
  }
  const found: { path: Path; host: string }[] = [];
  walk(helmValues(object), (value, path) => {
    const key = path.findLast((step) => typeof step === 'string') ?? '';
    const isHost = key === 'host' || key === 'hosts' || key === 'hostnames';
    if (
      isHost &&
      typeof value === 'string' &&
      path.some((step) => /^(?:route|httpRoute|ingress)$/.test(String(step)))
    ) {
      found.push({ path: ['spec', 'values', ...path], host: value });
    }
  });
  return found;
}

function namesAt(fields: unknown, path: Path): { path: Path; host: string }[] {
  return listAt(fields, ...path).flatMap((host, index) =>
    typeof host === 'string' ? [{ path: [...path, index], host }] : [],
  );
}

function route(host: string): string {
  return `apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata:\n  name: site\nspec:\n  hostnames:\n    - ${host}\n`;
}
