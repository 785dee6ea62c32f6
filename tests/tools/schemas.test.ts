import { spawnSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { kindsOf } from '../../src/manifests/kinds.ts';
import { schemaChecker } from '../../src/manifests/schemas.ts';
import { PROVIDED } from '../../src/pipeline/schema-sources.ts';
import { type Fields, isFields, type Path, valueAt } from '../../src/text/values.ts';
import { clusterTools, CRDS, installCrds, startCluster, type TestCluster } from './cluster.ts';
import { REPOSITORY, titled } from './support/tools.ts';

const tools = clusterTools();
const missing = tools.missing ?? fetchCrds();

/** Objects that an API takes, of kinds with as many forms of schemas as there are. */
const GOOD = parseAllDocuments(`
apiVersion: apps/v1
kind: Deployment
metadata: { name: good, labels: { app: good } }
spec:
  replicas: 1
  selector: { matchLabels: { app: good } }
  strategy: { type: RollingUpdate, rollingUpdate: { maxSurge: 1 } }
  template:
    metadata: { labels: { app: good } }
    spec:
      containers:
        - name: main
          image: example
          imagePullPolicy: Always
          args: [one]
          env: [{ name: A, value: b }]
          ports: [{ containerPort: 80, name: http }]
          resources: { limits: { memory: 1Gi } }
          livenessProbe: { httpGet: { path: /, port: http }, periodSeconds: 5 }
      volumes: [{ name: data, emptyDir: { sizeLimit: 1Gi } }]
---
apiVersion: v1
kind: Service
metadata: { name: good }
spec: { type: ClusterIP, selector: { app: good }, ports: [{ port: 80, targetPort: http, protocol: TCP }] }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: good, annotations: { example.com/a: b } }
data: { key: value }
---
apiVersion: v1
kind: Secret
metadata: { name: good }
stringData: { key: value }
data: { other: dmFsdWU= }
---
apiVersion: batch/v1
kind: CronJob
metadata: { name: good }
spec:
  schedule: 0 0 * * *
  concurrencyPolicy: Forbid
  jobTemplate: { spec: { template: { spec: { restartPolicy: Never, containers: [{ name: main, image: example }] } } } }
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: good }
spec:
  rules: [{ host: a.example.com, http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: good, port: { number: 80 } } } }] } }]
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: good }
spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: good }
rules: [{ apiGroups: [""], resources: [pods], verbs: [get] }]
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: { name: good }
spec:
  interval: 1h
  chart: { spec: { chart: good, version: 1.0.0, sourceRef: { kind: HelmRepository, name: good } } }
  install: { crds: CreateReplace, remediation: { retries: 3 } }
  values: { anything: [1, a] }
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: { name: good }
spec:
  interval: 1h
  path: ./good
  prune: true
  sourceRef: { kind: GitRepository, name: good }
  postBuild: { substitute: { A: b }, substituteFrom: [{ kind: ConfigMap, name: good }] }
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: { name: good }
spec: { secretName: good, dnsNames: [example.com], issuerRef: { name: good, kind: ClusterIssuer }, privateKey: { algorithm: ECDSA, size: 256 } }
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: good }
spec: { hostnames: [a.example.com], parentRefs: [{ name: good }], rules: [{ backendRefs: [{ name: good, port: 80 }] }] }
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: good }
spec: { refreshInterval: 1h, secretStoreRef: { name: good, kind: SecretStore }, target: { name: good, creationPolicy: Owner }, data: [{ secretKey: a, remoteRef: { key: b } }] }
`).map((document) => document.toJS() as Fields);

describe.skipIf(missing !== undefined)(titled('the schemas beside a Kubernetes API', missing), () => {
  let cluster: TestCluster;

  beforeAll(async () => {
    cluster = await startCluster(tools);
    await installCrds(cluster);
  }, 300_000);

  afterAll(async () => {
    await cluster.stop();
  }, 60_000);

  it('say of more than 100 objects with a mistake what its strict validation says', async () => {
    const checker = schemaChecker(PROVIDED);
    const kinds = kindsOf(await definitions());
    const cases = [...GOOD.map((object) => ({ what: 'as it is', object })), ...GOOD.flatMap(mutationsOf)];
    expect(cases.length).toBeGreaterThan(100);
    const alarms: string[] = [];
    const missed: string[] = [];
    let refused = 0;
    await inParallel(cases, async ({ what, object }) => {
      const name = object as { readonly apiVersion: string; readonly kind: string };
      const misfits = await checker.check(object, name, kinds);
      const answer = await dryRun(cluster, object);
      if (answer !== '') refused += 1;
      const said = misfits?.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
      if (answer === '' && said !== '') alarms.push(`${name.kind} ${what}: ${String(said)}`);
      if (answer !== '' && said === '') missed.push(`${name.kind} ${what}: ${answer}`);
    });
    console.info(`${String(cases.length)} objects, ${String(refused)} refused, ${String(missed.length)} missed`);
    expect(alarms).toEqual([]);
    // What is left is decided after the object was read: of Kubernetes' own kinds by code, of the others by expressions.
    expect(missed.filter((one) => !/The \w+ "\w*" is invalid:/.test(one))).toEqual([]);
    const custom = missed.filter((one) =>
      /^(?:HelmRelease|Kustomization|Certificate|HTTPRoute|ExternalSecret) /.test(one),
    );
    expect(custom.map((one) => one.split(': The ')[0]).sort()).toEqual([
      'HTTPRoute spec.rules.0.backendRefs.0.port: left out',
      'HelmRelease spec.chart: left out',
    ]);
    expect(missed.length / refused).toBeLessThan(0.1);
  });
});

/** Why there are no CRDs; undefined where they are there. */
function fetchCrds(): string | undefined {
  const script = join(REPOSITORY, 'scripts/fetch-crds.sh');
  const { status, stderr } = spawnSync(script, ['--strict'], { encoding: 'utf8' });
  return status === 0 ? undefined : `the CRDs are not all there: ${stderr.trim()}`;
}

async function definitions(): Promise<{ file: string; fields: Fields }[]> {
  const paths = (await readdir(CRDS, { recursive: true })).filter((path) => path.endsWith('.yaml'));
  const texts = await Promise.all(paths.map((path) => readFile(join(CRDS, path), 'utf8')));
  return texts.flatMap((text, index) =>
    parseAllDocuments(text)
      .map((document) => document.toJS({ maxAliasCount: -1 }) as Fields)
      .filter((fields) => isFields(fields) && fields.kind === 'CustomResourceDefinition')
      .map((fields) => ({ file: paths[index] ?? '', fields })),
  );
}

/** The object with one mistake each: a field that is not known beside every other one, a value of another type, a field left out. */
function mutationsOf(object: Fields): { what: string; object: Fields }[] {
  const places = pathsIn(object).filter(([first]) => first !== 'apiVersion' && first !== 'kind');
  return places.flatMap((path) => {
    const value = valueAt(object, path);
    const where = path.join('.');
    const others = [
      ...(isFields(value) && !where.startsWith('spec.values')
        ? [{ what: `${where}: one more`, value: { ...value, unknownField: 1 } }]
        : []),
      { what: `${where}: another type`, value: otherType(value) },
      { what: `${where}: left out`, value: undefined },
      ...(typeof value === 'string' ? [{ what: `${where}: other text`, value: 'No Such Thing!' }] : []),
    ];
    return others.map(({ what, value: next }) => ({ what, object: withValue(object, path, next) as Fields }));
  });
}

function pathsIn(value: unknown, path: Path = []): Path[] {
  const inner = Array.isArray(value) ? value.entries() : isFields(value) ? Object.entries(value) : [];
  const below = [...inner].flatMap(([key, one]) => pathsIn(one, [...path, key]));
  return path.length === 0 ? below : [path, ...below];
}

function otherType(value: unknown): unknown {
  if (typeof value === 'string') return 1;
  if (typeof value === 'number') return 'a text';
  if (typeof value === 'boolean') return 'a text';
  return Array.isArray(value) ? { a: 1 } : ['a'];
}

function withValue(root: unknown, [step, ...rest]: Path, value: unknown): unknown {
  if (step === undefined) return value;
  if (Array.isArray(root)) {
    const next = root.map((one: unknown, index) => (index === step ? withValue(one, rest, value) : one));
    return next.filter((one) => one !== undefined);
  }
  const next = Object.entries(root as Fields).map(([key, one]) => [
    key,
    key === step ? withValue(one, rest, value) : one,
  ]);
  return Object.fromEntries(next.filter(([, one]) => one !== undefined));
}

/** What the API says against an object; an empty text where it takes it. */
async function dryRun(cluster: TestCluster, object: Fields): Promise<string> {
  const words = [
    'apply',
    '--server-side',
    '--force-conflicts',
    '--validate=strict',
    '--dry-run=server',
    '-n',
    'default',
    '-f',
    '-',
  ];
  const { code, stderr } = await cluster.kubectl(words, JSON.stringify(object));
  return code === 0 ? '' : stderr.trim() || `kubectl ended with ${String(code)}`;
}

async function inParallel<T>(list: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const open = [...list];
  const worker = async (): Promise<void> => {
    for (let one = open.shift(); one !== undefined; one = open.shift()) await work(one);
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
}
