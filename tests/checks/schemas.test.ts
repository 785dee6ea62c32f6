import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { checkTools, examine } from '../../src/checks/run.ts';
import { schemaChecker } from '../../src/manifests/schemas.ts';
import { PROVIDED } from '../../src/pipeline/schema-sources.ts';
import type { Finding } from '../../src/report/finding.ts';
import { manifestFilesOf, SMALL_TREE } from '../manifests/support.ts';

const APP = 'kubernetes/apps/web/site/app';
const OBJECT = `${APP}/object.yaml`;
const tools = checkTools(schemaChecker(PROVIDED));
const known = new Map<string, readonly unknown[]>();

/** What the schemas say of files beside the app of the small tree. */
async function schemaFindings(
  files: Readonly<Record<string, string>>,
  { kubernetes, beside = {} }: { kubernetes?: string; beside?: Readonly<Record<string, string>> } = {},
): Promise<readonly Finding[]> {
  const list = Object.keys(files).map((name) => `\n  - ./${name}`);
  const kustomization = (SMALL_TREE[`${APP}/kustomization.yaml`] ?? '').replace(
    'resources:',
    `resources:${list.join('')}`,
  );
  const own = Object.fromEntries(Object.entries(files).map(([name, text]) => [`${APP}/${name}`, text]));
  const tree = { ...SMALL_TREE, [`${APP}/kustomization.yaml`]: kustomization, ...own, ...beside };
  const asked = kubernetes === undefined ? tools : { ...tools, kubernetes };
  const { findings } = await examine(manifestFilesOf(tree), { tools: asked, known });
  return findings.filter(({ code }) => code === 'manifests/schema' || code === 'manifests/kind');
}

const fixture = fileURLToPath(new URL('fixtures/misfits.yaml', import.meta.url));
const cases = (await readFile(fixture, 'utf8')).split(/^---\n/m).map((text) => {
  const lines = text.split('\n');
  const heading = lines.findLast((line) => line.startsWith('# ')) ?? '';
  const [message = '', remedy = ''] = heading.slice(2).split(' | ');
  return { text, message, remedy, line: lines.findIndex((line) => line.endsWith(' #!')) + 1 };
});

describe('an object with one mistake', () => {
  it('is there of many kinds', () => {
    const kinds = new Set(cases.map(({ text }) => /^apiVersion: .*\nkind: \w+/m.exec(text)?.[0]));
    expect(cases.length).toBeGreaterThanOrEqual(55);
    expect(kinds.size).toBeGreaterThanOrEqual(35);
  });

  it.each(cases.map((one) => [one.message, one] as const))('%s', async (_, { text, message, remedy, line }) => {
    const [finding, ...others] = await schemaFindings({ 'object.yaml': text });
    expect(others).toEqual([]);
    expect(finding?.place).toMatchObject({ file: OBJECT, line });
    expect(finding?.message).toContain(message);
    expect(finding?.remedy).toContain(remedy);
  });
});

describe('definitions in the tree', () => {
  const definition = (more: string): string => `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: things.example.com
spec:
  group: example.com
  scope: Namespaced
  names: { kind: Thing, plural: things, singular: thing, listKind: ThingList }
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          required: [spec]
          properties:
            spec:
              type: object
              required: [size, mode]
              properties:
                size: { type: integer, minimum: 1 }
                mode: { type: string, default: fast, enum: [fast, slow] }
                port: { x-kubernetes-int-or-string: true }
                names: { type: array, x-kubernetes-list-type: set, items: { type: string } }
                ports: { type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [port], items: { type: object, properties: { port: { type: integer } } } }
                any: { type: object, x-kubernetes-preserve-unknown-fields: true }
              oneOf: [{ required: [port] }, { required: [names] }]
            status: { type: object }
${more}`;
  const thing = (spec: string, version = 'v1'): string =>
    `apiVersion: example.com/${version}\nkind: Thing\nmetadata:\n  name: thing\nspec:\n${spec}`;
  const said = async (spec: string, version?: string, more = ''): Promise<string[]> => {
    const found = await schemaFindings({ 'crd.yaml': definition(more), 'thing.yaml': thing(spec, version) });
    return found.map(({ message, place }) => `${String(place?.line)}: ${message}`);
  };

  it('serve for objects of their kind', async () => {
    expect(await said('  size: 1\n  port: 80\n  any: { x: 1 }\nstatus: { x: 1 }\n')).toEqual([]);
    expect(await said('  size: 0\n  port: http\n')).toEqual(['6: size must be at least 1']);
    expect(await said('  port: 80\n  sise: 1\n')).toEqual([
      '5: the field size is missing',
      '7: the field sise is not known',
    ]);
    expect(await said('  size: 1\n')).toEqual(['5: spec must have one of port, names']);
    expect(await said('  size: 1\n  port: 1\n  names: []\n')).toEqual(['5: spec must have only one of port, names']);
    expect(await said('  size: 1\n  names: [a, b, a]\n')).toEqual(['7: names[2] stands there twice']);
    expect(await said('  size: 1\n  port: 1\n  ports: [{ port: 1 }, { port: 1 }]\n')).toEqual([
      '8: ports[1] has the same port as another entry',
    ]);
  });

  it('say which versions there are', async () => {
    const more =
      '    - name: v1alpha1\n      served: false\n      storage: false\n      schema: { openAPIV3Schema: { type: object } }\n';
    const expected = [`1: ${APP}/crd.yaml does not serve Thing as example.com/v1alpha1`];
    expect(await said('  size: 1\n', 'v1alpha1', more)).toEqual(expected);
    expect(await said('  size: 1\n', 'v2')).toEqual([`1: ${APP}/crd.yaml does not serve Thing as example.com/v2`]);
  });

  it('count before what came with the program', async () => {
    const crd = definition('').replaceAll('example.com', 'cert-manager.io').replaceAll('Thing', 'Issuer');
    const text = thing('  size: 1\n  port: 1\n').replace('example.com', 'cert-manager.io').replace('Thing', 'Issuer');
    expect(await schemaFindings({ 'crd.yaml': crd, 'issuer.yaml': text })).toEqual([]);
  });
});

describe('what is found in a Secret', () => {
  it('is told without its line and its values', async () => {
    const text =
      'apiVersion: v1\nkind: Secret\nmetadata:\n  name: x\nstringData:\n  token: 987654321\ntyp: hidden-value\n';
    const found = await schemaFindings({ 'object.sops.yaml': text });
    expect(found.map(({ message }) => message)).toEqual([
      'token must be a text, and is a number',
      'the field typ is not known',
    ]);
    expect(JSON.stringify(found)).not.toMatch(/987654321|hidden-value/);
  });
});

describe('a version of Kubernetes', () => {
  const object = (apiVersion: string, kind: string, more = ''): string =>
    `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata:\n  name: x\n${more}`;
  const budget = object('policy/v1beta1', 'PodDisruptionBudget', 'spec: { maxUnavailable: 1 }\n');
  const scaler = object('autoscaling/v2beta2', 'HorizontalPodAutoscaler', 'spec: { maxReplicas: 1 }\n');
  const workload = object('scheduling.k8s.io/v1alpha2', 'Workload', 'spec: { podGroupTemplates: [] }\n');
  const policy = object(
    'admissionregistration.k8s.io/v1',
    'MutatingAdmissionPolicyBinding',
    'spec: { policyName: x }\n',
  );
  const device = object('resource.k8s.io/v1', 'DeviceClass', 'spec: {}\n');
  const attributes = object('storage.k8s.io/v1beta1', 'VolumeAttributesClass', 'driverName: x\n');
  const job = object(
    'batch/v1',
    'Job',
    `spec:
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: x
          image: x
          volumeMounts: [{ name: x, mountPath: /x }]
      volumes:
        - name: x
          emptyDir:
            mode: 448
`,
  );

  it.each([
    [
      'one that is long gone',
      budget,
      undefined,
      [
        1,
        'Kubernetes no longer serves policy/v1beta1 of PodDisruptionBudget: 1.24 was the last one',
        'take policy/v1, and look what changed in its fields',
      ],
    ],
    [
      'one that is gone',
      budget,
      '1.33',
      [
        1,
        'Kubernetes 1.33 no longer serves policy/v1beta1 of PodDisruptionBudget: 1.24 was the last one',
        'take policy/v1, and look what changed in its fields',
      ],
    ],
    ['one that an old cluster serves', budget, '1.24', undefined],
    [
      'the next one',
      scaler,
      '1.26',
      [
        1,
        'Kubernetes 1.26 no longer serves autoscaling/v2beta2 of HorizontalPodAutoscaler: 1.25 was the last one',
        'take autoscaling/v2',
      ],
    ],
    ['the last cluster that serves it', scaler, '1.25', undefined],
    [
      'one without a successor',
      object('policy/v1beta1', 'PodSecurityPolicy'),
      '1.33',
      [1, 'PodSecurityPolicy: 1.24 was the last one', 'remove it: nothing took its place'],
    ],
    [
      'one that goes',
      attributes,
      '1.37',
      [
        1,
        'Kubernetes 1.37 no longer serves storage.k8s.io/v1beta1 of VolumeAttributesClass: 1.36 was the last one',
        'take storage.k8s.io/v1',
      ],
    ],
    ['one that is still there', attributes, '1.36', undefined],
    [
      'one for a single version, before it',
      workload,
      '1.35',
      [
        1,
        'Kubernetes 1.35 does not serve scheduling.k8s.io/v1alpha2 of Workload yet: 1.36 is the first one',
        'take scheduling.k8s.io/v1alpha1, or raise Kubernetes',
      ],
    ],
    [
      'one for a single version, after it',
      workload,
      '1.37',
      [
        1,
        'Kubernetes 1.37 no longer serves scheduling.k8s.io/v1alpha2 of Workload: 1.36 was the last one',
        'take scheduling.k8s.io/v1beta1',
      ],
    ],
    [
      'one that comes',
      policy,
      '1.35',
      [
        1,
        'Kubernetes 1.35 does not serve admissionregistration.k8s.io/v1 of MutatingAdmissionPolicyBinding yet: 1.36 is the first one',
        'take admissionregistration.k8s.io/v1beta1',
      ],
    ],
    ['one that came', policy, '1.36', undefined],
    [
      'one that came before those that are known whole',
      device,
      '1.33',
      [
        1,
        'Kubernetes 1.33 does not serve resource.k8s.io/v1 of DeviceClass yet: 1.34 is the first one',
        'or raise Kubernetes',
      ],
    ],
    ['one where the version is not known', workload, undefined, undefined],
    ['a field that comes', job, '1.36', [16, 'the field mode is known from Kubernetes 1.37 on, and this is 1.36', '']],
    ['a field that came', job, '1.37', undefined],
    ['a field where the version is not known', job, undefined, undefined],
  ] as const)('tells of %s', async (_, text, kubernetes, expected) => {
    const findings = await schemaFindings({ 'object.yaml': text }, kubernetes === undefined ? {} : { kubernetes });
    const [line, message = '', remedy = ''] = expected ?? [];
    expect(findings.map(({ place }) => place?.line)).toEqual(line === undefined ? [] : [line]);
    expect(findings[0]?.message ?? '').toContain(message);
    expect(findings[0]?.remedy ?? '').toContain(remedy);
  });

  const upgrade = object(
    'tuppr.home-operations.com/v1alpha1',
    'KubernetesUpgrade',
    'spec: { kubernetes: { version: v1.35.2 } }\n',
  );

  it.each([
    ['talenv.yaml', { 'talos/talenv.yaml': 'kubernetesVersion: v1.35.1\ntalosVersion: v1.12.0\n' }, true],
    [
      'talconfig.yaml of another layout',
      { 'clusters/home/talos/talconfig.yaml': 'kubernetesVersion: "1.35.1"\n' },
      true,
    ],
    ['talconfig.yaml with a variable', { 'talos/talconfig.yaml': 'kubernetesVersion: ${kubernetesVersion}\n' }, false],
    ['what upgrades it', { 'kubernetes/apps/system/upgrade.yaml': upgrade }, true],
    [
      'clusters of several versions',
      { 'a/talenv.yaml': 'kubernetesVersion: v1.35.1\n', 'b/talenv.yaml': 'kubernetesVersion: v1.36.1\n' },
      false,
    ],
  ] as const)('is read from %s', async (_, beside, isTold) => {
    const findings = await schemaFindings({ 'object.yaml': policy }, { beside });
    expect(findings.filter(({ place }) => place?.file === OBJECT).length).toBe(isTold ? 1 : 0);
  });

  it('that is asked for goes before what the tree says', async () => {
    const beside = { 'talos/talenv.yaml': 'kubernetesVersion: v1.35.1\ntalosVersion: v1.12.0\n' };
    expect(await schemaFindings({ 'object.yaml': policy }, { kubernetes: '1.37', beside })).toEqual([]);
  });
});
