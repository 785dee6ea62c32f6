import { describe, expect, it } from 'vitest';
import { checkTools, examine } from '../../src/checks/run.ts';
import { schemaChecker } from '../../src/manifests/schemas.ts';
import { PROVIDED } from '../../src/pipeline/schema-sources.ts';
import { formatFinding } from '../../src/report/text.ts';
import { manifestFilesOf, SMALL_TREE } from '../manifests/support.ts';

type Texts = Readonly<Record<string, string>>;

const SITE = 'kubernetes/apps/web/site';

/** The small tree with a text replaced in one of its files. */
function edited(path: string, from: string, to: string): Texts {
  const text = SMALL_TREE[path] ?? '';
  expect(text).toContain(from);
  return { ...SMALL_TREE, [path]: text.replace(from, () => to) };
}

function without(path: string): Texts {
  return Object.fromEntries(Object.entries(SMALL_TREE).filter(([name]) => name !== path));
}

const tools = checkTools(schemaChecker(PROVIDED));
const known = new Map<string, readonly unknown[]>();

async function heads(texts: Texts): Promise<string[]> {
  const { findings } = await examine(manifestFilesOf(texts), { tools, known });
  return findings.map((finding) => formatFinding(finding).split('\n')[0] ?? '');
}

describe('rules that cannot be otherwise', () => {
  it('find nothing in a whole tree', async () => {
    expect(await heads(SMALL_TREE)).toEqual([]);
  });

  const cases: readonly (readonly [what: string, texts: () => Texts, expected: readonly string[]])[] = [
    [
      'a file that is not YAML',
      () => edited(`${SITE}/app/service.yaml`, 'ports:', 'ports: ]'),
      [
        `${SITE}/app/service.yaml:6:10: error: not valid YAML: unexpected flow-seq-end token in YAML stream: "]" [manifests/yaml-syntax]`,
      ],
    ],
    [
      'a resource that does not exist',
      () => edited(`${SITE}/app/kustomization.yaml`, '  - ./gateway.yaml', '  - ./gateway.yaml\n  - ./gone.yaml'),
      [`${SITE}/app/kustomization.yaml:5:5: error: ${SITE}/app/gone.yaml does not exist [manifests/missing-file]`],
    ],
    [
      'a resource that is listed twice',
      () => edited(`${SITE}/app/kustomization.yaml`, '  - ./gateway.yaml', '  - ./gateway.yaml\n  - gateway.yaml'),
      [
        `${SITE}/app/kustomization.yaml:5:5: error: ${SITE}/app/gateway.yaml is listed a second time [manifests/listed-twice]`,
      ],
    ],
    [
      'a folder without a kustomization',
      () => edited('kubernetes/apps/web/kustomization.yaml', './site/ks.yaml', './site'),
      [
        'kubernetes/apps/web/kustomization.yaml:8:5: error: kubernetes/apps/web/site/ has no kustomization.yaml [manifests/missing-file]',
        ...['app/gateway.yaml', 'app/kustomization.yaml', 'app/route.yaml', 'app/service.yaml', 'ks.yaml'].map(
          (name) =>
            `${SITE}/${name}: error: no kustomization lists this file, so Flux never applies it [manifests/orphan-file]`,
        ),
      ],
    ],
    [
      'a file that nothing lists',
      () => ({ ...SMALL_TREE, [`${SITE}/app/extra.yaml`]: 'kind: Extra\n' }),
      [
        `${SITE}/app/extra.yaml: error: no kustomization lists this file, so Flux never applies it [manifests/orphan-file]`,
      ],
    ],
    [
      'a Kustomization whose folder does not exist',
      () => edited(`${SITE}/ks.yaml`, 'site/app', 'site/apps'),
      [
        ...['gateway', 'kustomization', 'route', 'service'].map(
          (name) =>
            `${SITE}/app/${name}.yaml: error: no kustomization lists this file, so Flux never applies it [manifests/orphan-file]`,
        ),
        `${SITE}/ks.yaml:10:9: error: the folder ${SITE}/apps does not exist [manifests/flux-folder]`,
      ],
    ],
    [
      'a dependency that does not exist',
      () => edited(`${SITE}/ks.yaml`, 'name: flux-instance', 'name: flux-instanze'),
      [
        `${SITE}/ks.yaml:7:13: error: there is no Kustomization flux-system/flux-instanze, so this one would wait for ever [manifests/dependency]`,
      ],
    ],
    [
      'dependencies that lead back',
      () =>
        edited(
          `${SITE}/ks.yaml`,
          'name: flux-instance\n      namespace: flux-system',
          'name: site\n      namespace: web',
        ),
      [
        `${SITE}/ks.yaml:7:13: error: the dependencies lead back to where they began: web/site -> web/site [manifests/dependency]`,
      ],
    ],
    [
      'a source that nobody makes',
      () => edited(`${SITE}/ks.yaml`, 'name: flux-system\n    namespace', 'name: flux\n    namespace'),
      [
        `${SITE}/ks.yaml:18:11: error: nothing makes the GitRepository flux in the namespace flux-system [manifests/reference]`,
      ],
    ],
    [
      'a chart that nobody makes',
      () =>
        edited(
          'kubernetes/apps/flux-system/flux-instance/app/helmrelease.yaml',
          'kind: OCIRepository\n    name: flux-instance',
          'kind: OCIRepository\n    name: flux',
        ),
      [
        'kubernetes/apps/flux-system/flux-instance/app/helmrelease.yaml:8:11: error: nothing makes the OCIRepository flux in the namespace flux-system [manifests/reference]',
      ],
    ],
    [
      'variables out of a Secret that does not exist',
      () => edited(`${SITE}/ks.yaml`, 'name: cluster-secrets', 'name: cluster-secret'),
      [
        `${SITE}/ks.yaml:14:15: error: nothing makes the Secret cluster-secret in the namespace web [manifests/reference]`,
      ],
    ],
    [
      'a variable that nothing defines',
      () => edited(`${SITE}/app/route.yaml`, 'www.${SECRET_DOMAIN}', 'www.${SECRET_DOMAIM}'),
      [
        `${SITE}/app/route.yaml:7:7: error: nothing defines the variable SECRET_DOMAIM: Flux refuses the whole Kustomization because of \${SECRET_DOMAIM} [manifests/variable]`,
      ],
    ],
    [
      'a substitution that Flux cannot read',
      () => edited(`${SITE}/app/service.yaml`, 'app: site', 'app: ${a.b}'),
      [
        `${SITE}/app/service.yaml:9:10: error: Flux cannot read the substitution \${a.b}: its brace is not closed [manifests/substitution]`,
      ],
    ],
    [
      'two dollar signs that become one',
      () => edited(`${SITE}/app/service.yaml`, 'app: site', 'app: a$$b'),
      [
        `${SITE}/app/service.yaml:9:10: warning: Flux makes one dollar sign of two here [manifests/substitution]`,
        `${SITE}/app/service.yaml:9:10: error: app must be the value of a label [manifests/schema]`,
      ],
    ],
    ...(['pa$$ss', '${GONE}', '${SECRET_DOMAIN}', '$${x}'] as const).map((value): [string, () => Texts, string[]] => [
      `${value} in a Secret, which it does not show`,
      () => ({
        ...edited(`${SITE}/app/kustomization.yaml`, '  - ./gateway.yaml', '  - ./gateway.yaml\n  - ./key.sops.yaml'),
        [`${SITE}/app/key.sops.yaml`]: `apiVersion: v1\nkind: Secret\nmetadata:\n  name: key\nstringData:\n  token: ${value}\n`,
      }),
      [
        `${SITE}/app/key.sops.yaml:6:10: error: Flux would take a part of this value of a Secret for a variable, and change it or fail [manifests/substitution]`,
      ],
    ]),
    [
      'nothing in a Secret that Flux leaves alone',
      () => ({
        ...edited(`${SITE}/app/kustomization.yaml`, '  - ./gateway.yaml', '  - ./gateway.yaml\n  - ./key.sops.yaml'),
        [`${SITE}/app/key.sops.yaml`]:
          'apiVersion: v1\nkind: Secret\nmetadata:\n  name: key\n  annotations:\n    kustomize.toolkit.fluxcd.io/substitute: disabled\nstringData:\n  token: pa$$ss${x}\n',
      }),
      [],
    ],
    [
      'a gateway that does not exist',
      () => edited(`${SITE}/app/route.yaml`, 'name: door', 'name: window'),
      [
        `${SITE}/app/route.yaml:9:13: error: nothing makes the Gateway window in the namespace web [manifests/reference]`,
      ],
    ],
    [
      'a listener that the gateway does not have',
      () => edited(`${SITE}/app/route.yaml`, 'sectionName: https', 'sectionName: tls'),
      [`${SITE}/app/route.yaml:10:20: error: the Gateway door has no listener tls [manifests/reference]`],
    ],
    [
      'a port that the service does not have',
      () => edited(`${SITE}/app/route.yaml`, 'port: 80', 'port: 8080'),
      [`${SITE}/app/route.yaml:14:17: error: the Service site has no port 8080 [manifests/reference]`],
    ],
    [
      'an issuer that does not exist',
      () => edited(`${SITE}/app/gateway.yaml`, 'name: own\n  secretName', 'name: other\n  secretName'),
      [`${SITE}/app/gateway.yaml:33:11: error: nothing makes the ClusterIssuer other [manifests/reference]`],
    ],
    [
      'a certificate that nobody makes',
      () =>
        edited(
          `${SITE}/app/gateway.yaml`,
          'secretName: ${SECRET_DOMAIN/./-}-tls',
          'secretName: ${SECRET_DOMAIN//./-}-other',
        ),
      [
        `${SITE}/app/gateway.yaml:15:19: error: nothing makes the Secret \${SECRET_DOMAIN/./-}-tls in the namespace web [manifests/reference]`,
      ],
    ],
    [
      'a back end in another namespace that did not agree',
      () =>
        edited(
          `${SITE}/app/route.yaml`,
          '- name: site\n          port: 80',
          '- name: site\n          namespace: flux-system\n          port: 80',
        ),
      [
        `${SITE}/app/route.yaml:13:17: error: nothing makes the Service site in the namespace flux-system [manifests/reference]`,
        `${SITE}/app/route.yaml:13:17: error: the namespace flux-system does not let a HTTPRoute of web name its Service site [manifests/reference-grant]`,
      ],
    ],
    [
      'a host name that no listener serves',
      () => edited(`${SITE}/app/route.yaml`, 'www.${SECRET_DOMAIN}', 'www.example.net'),
      [
        `${SITE}/app/route.yaml:9:13: error: the gateway door, listener https, serves none of the host names of the route [manifests/route]`,
      ],
    ],
    [
      'a namespace that nothing makes',
      () => edited('kubernetes/apps/web/kustomization.yaml', '  - ./namespace.yaml\n', ''),
      [
        'kubernetes/apps/web/namespace.yaml: error: no kustomization lists this file, so Flux never applies it [manifests/orphan-file]',
        `${SITE}/ks.yaml:20:20: error: nothing makes the namespace web [manifests/namespace]`,
      ],
    ],
    [
      'an empty list that the API refuses',
      () => edited(`${SITE}/app/gateway.yaml`, 'dnsNames:\n    - "*.${SECRET_DOMAIN}"', 'dnsNames: []'),
      [`${SITE}/app/gateway.yaml:29:3: error: dnsNames has no entries [manifests/empty-value]`],
    ],
    [
      'a key without a value',
      () => edited(`${SITE}/app/service.yaml`, 'selector:\n    app: site', 'selector:'),
      [`${SITE}/app/service.yaml:8:3: warning: selector has no value [manifests/empty-value]`],
    ],
    [
      'a kustomization without entries',
      () => edited(`${SITE}/app/kustomization.yaml`, '  - ./gateway.yaml\n  - ./route.yaml\n  - ./service.yaml\n', ''),
      [
        `${SITE}/app/gateway.yaml: error: no kustomization lists this file, so Flux never applies it [manifests/orphan-file]`,
        `${SITE}/app/kustomization.yaml:3:1: warning: the kustomization lists nothing, so that nothing is applied [manifests/empty-value]`,
        `${SITE}/app/route.yaml: error: no kustomization lists this file, so Flux never applies it [manifests/orphan-file]`,
        `${SITE}/app/service.yaml: error: no kustomization lists this file, so Flux never applies it [manifests/orphan-file]`,
      ],
    ],
    [
      'an object that is defined twice',
      () => ({
        ...edited(`${SITE}/app/kustomization.yaml`, '  - ./gateway.yaml', '  - ./again.yaml\n  - ./gateway.yaml'),
        [`${SITE}/app/again.yaml`]: SMALL_TREE[`${SITE}/app/service.yaml`] ?? '',
      }),
      [
        `${SITE}/app/kustomization.yaml:7:5: error: the Service site is there already, from ${SITE}/app/again.yaml [manifests/kustomize]`,
      ],
    ],
    [
      'a Talos patch that no node takes',
      () => ({ ...SMALL_TREE, 'talos/patches/other/idle.yaml': 'machine: {}\n' }),
      [
        'talos/patches/other/idle.yaml: error: no node takes this patch: talos/talconfig.yaml does not name it [manifests/talos-patch]',
      ],
    ],
    [
      'a Talos patch that does not exist',
      () => without('talos/patches/global/sysctls.yaml'),
      [
        'talos/talconfig.yaml:2:5: error: the patch talos/patches/global/sysctls.yaml does not exist [manifests/talos-patch]',
      ],
    ],
    [
      'an age key that the bootstrap does not bring',
      () => edited('bootstrap/sops-age.sops.yaml', 'name: sops-age', 'name: sops-keys'),
      [
        'kubernetes/apps/flux-system/flux-instance/app/helmrelease.yaml:14:20: error: the bootstrap brings no Secret sops-age with an age key (*.agekey) for flux-system [manifests/bootstrap]',
      ],
    ],
    [
      'a release of the bootstrap that is not there',
      () =>
        edited(
          'bootstrap/helmfile.d/apps.yaml',
          '    chart: oci://example.com/charts/cilium\n',
          '    needs: [web/site]\n',
        ),
      [
        ...['helmrelease', 'ocirepository'].map(
          (name) =>
            `bootstrap/helmfile.d/apps.yaml:2:11: error: the release kube-system/cilium reads kubernetes/apps/kube-system/cilium/app/${name}.yaml, which does not exist [manifests/bootstrap]`,
        ),
        'bootstrap/helmfile.d/apps.yaml:4:13: error: the release kube-system/cilium needs web/site, which this helmfile does not install [manifests/bootstrap]',
      ],
    ],
    [
      'secrets that Flux would not decrypt',
      () => edited('kubernetes/flux/cluster/ks.yaml', '  decryption:\n    provider: sops\n', ''),
      [
        'kubernetes/flux/cluster/ks.yaml:6:1: error: flux-system/cluster-apps applies an encrypted file and does not ask for its decryption [manifests/decryption]',
      ],
    ],
    [
      'a field that the schema does not know',
      () => edited(`${SITE}/app/service.yaml`, 'selector:', 'selectors:'),
      [`${SITE}/app/service.yaml:8:3: error: the field selectors is not known [manifests/schema]`],
    ],
    [
      'a value of another type',
      () => edited(`${SITE}/app/service.yaml`, 'port: 80', 'port: eighty'),
      [
        `${SITE}/app/route.yaml:14:17: error: the Service site has no port 80 [manifests/reference]`,
        `${SITE}/app/service.yaml:7:13: error: port must be a whole number, and is a text [manifests/schema]`,
      ],
    ],
  ];

  it('find what somebody wrote by hand too, and let files be that nothing lists', async () => {
    const own = {
      'own:kubernetes/apps/web/notes.yaml': 'a: [\n',
      [`own:${SITE}/app/gateway.yaml`]: (SMALL_TREE[`${SITE}/app/gateway.yaml`] ?? '').replace(
        'port: 443',
        'port: none',
      ),
    };
    const { [`${SITE}/app/gateway.yaml`]: _, ...others } = SMALL_TREE;
    expect(await heads({ ...others, ...own })).toEqual([
      expect.stringContaining('kubernetes/apps/web/notes.yaml:2:1: error: not valid YAML: flow sequence'),
      `${SITE}/app/gateway.yaml:10:13: error: port must be a whole number, and is a text [manifests/schema]`,
    ]);
  });

  it('takes hand-written files for what they are: the tree may list them', async () => {
    const listed = edited(
      `${SITE}/app/kustomization.yaml`,
      '  - ./gateway.yaml',
      '  - ./gateway.yaml\n  - ./mine.yaml',
    );
    const mine = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: mine\ndata:\n  a: b\n';
    expect(await heads({ ...listed, [`own:${SITE}/app/mine.yaml`]: mine })).toEqual([]);
  });

  it.each([
    ['gone.yaml', 'list it only where it is rendered, or render it'],
    ['gone.sops.yaml', 'list it only where it is there; `sops` makes one of your own, encrypted by .sops.yaml'],
  ])('say what to do where %s is listed and not there', async (name, remedy) => {
    const texts = edited(`${SITE}/app/kustomization.yaml`, '  - ./gateway.yaml', `  - ./gateway.yaml\n  - ./${name}`);
    const { findings } = await examine(manifestFilesOf(texts), { tools, known });
    expect(findings.map((finding) => [finding.code, finding.remedy])).toEqual([
      ['manifests/missing-file', `${remedy} (templates/config/${SITE}/app/kustomization.yaml.j2)`],
    ]);
  });

  it('never shows the line of a secret', async () => {
    const path = 'kubernetes/components/sops/cluster-secrets.sops.yaml';
    const { findings } = await examine(manifestFilesOf(edited(path, 'stringData:', 'stringDatum:')), { tools, known });
    expect(findings.map(({ code, sourceLine }) => [code, sourceLine])).toContainEqual(['manifests/schema', undefined]);
    expect(JSON.stringify(findings)).not.toContain('example.com');
  });

  it.each(cases)('find %s', async (_, texts, expected) => {
    expect(await heads(texts())).toEqual(expected);
  });
});
