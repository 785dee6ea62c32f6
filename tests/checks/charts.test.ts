import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChartCoverage } from '../../src/checks/rules/manifests/charts.ts';
import { checkTools, examine } from '../../src/checks/run.ts';
import { schemaChecker } from '../../src/manifests/schemas.ts';
import { chartStore } from '../../src/pipeline/chart-store.ts';
import { PROVIDED } from '../../src/pipeline/schema-sources.ts';
import type { Finding } from '../../src/report/finding.ts';
import { manifestFilesOf, SMALL_TREE } from '../manifests/support.ts';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cluster-template-charts-'));
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    type: 'object',
    required: ['mode'],
    properties: {
      mode: { enum: ['fast', 'slow'] },
      replicas: { type: 'integer', minimum: 1 },
      image: { type: 'object', properties: { tag: { type: 'string' } }, additionalProperties: false },
    },
  };
  const files = {
    'charts/app/Chart.yaml':
      'apiVersion: v2\nname: app\nversion: 1.2.3\ndependencies:\n  - { name: store, version: 1.0.0, alias: db, condition: db.enabled }\n',
    'charts/app/values.yaml': 'replicas: 1\nmode: slow\nimage: { tag: "1" }\ndb: { enabled: true }\n',
    'charts/app/values.schema.json': JSON.stringify(schema),
    'charts/app/charts/store/Chart.yaml': 'apiVersion: v2\nname: store\nversion: 1.0.0\n',
    'charts/app/charts/store/values.yaml': 'size: 1Gi\n',
    'charts/app/charts/store/values.schema.json': '{"properties":{"size":{"type":"string"}}}',
    'plain/none/Chart.yaml': 'apiVersion: v2\nname: none\nversion: 1.0.0\n',
    'far/away/Chart.yaml': 'apiVersion: v2\nname: away\nversion: 1.0.0\n',
    'far/away/values.schema.json': '{"$ref":"https://example.com/schema.json"}',
  };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  // A path that a header of ustar cannot hold in one part.
  const long = `app/templates/${'a'.repeat(90)}/${'b'.repeat(90)}/c.yaml`;
  await mkdir(dirname(join(folder, 'charts', long)), { recursive: true });
  await writeFile(join(folder, 'charts', long), 'x');
  for (const format of ['ustar', 'pax', 'gnu']) {
    await mkdir(join(folder, format));
    execFileSync('tar', [
      `--format=${format}`,
      '-czf',
      join(folder, format, 'app-1.2.3.tgz'),
      '-C',
      join(folder, 'charts'),
      'app',
    ]);
  }
});
afterAll(() => rm(folder, { recursive: true }));

const APP = 'kubernetes/apps/web/site/app';

function release(spec: string): string {
  return `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: app
spec:
  interval: 1h
${spec}`;
}

async function check(
  spec: string,
  place = 'charts',
  more = '',
): Promise<{ findings: readonly Finding[]; coverage: ChartCoverage }> {
  const kustomization = (SMALL_TREE[`${APP}/kustomization.yaml`] ?? '').replace(
    'resources:',
    'resources:\n  - ./release.yaml',
  );
  const files = manifestFilesOf({
    ...SMALL_TREE,
    [`${APP}/kustomization.yaml`]: kustomization,
    [`${APP}/release.yaml`]: `${release(spec)}${more}`,
  });
  const charts = await chartStore([join(folder, place)]);
  const report = await examine(files, { tools: { ...checkTools(schemaChecker(PROVIDED)), charts } });
  const findings = report.findings.filter(({ code }) => code === 'manifests/chart-values');
  const coverage = report.charts;
  const without = coverage.without.filter((one) => one.release === 'web/app');
  return { findings, coverage: { ...coverage, without } };
}

const CHART = '  chart: { spec: { chart: app, version: 1.2.3, sourceRef: { kind: HelmRepository, name: x } } }\n';

describe('values of a HelmRelease', () => {
  it.each(['charts', 'ustar', 'pax', 'gnu'])(
    'are checked by the schemas of their chart and of what it depends on: %s',
    async (place) => {
      const values =
        '  values:\n    mode: quick\n    replicas: "2"\n    image:\n      tags: x\n    db:\n      size: 1\n';
      const { findings } = await check(`${CHART}${values}`, place);
      expect(
        findings.map(({ message, remedy, place: at }) => [at?.line, message, remedy?.split(' (templates')[0]]),
      ).toEqual([
        [9, 'mode must be one of fast, slow, says the chart app 1.2.3', expect.stringContaining('values.schema.json')],
        [
          10,
          'replicas must be a whole number, says the chart app 1.2.3',
          expect.stringContaining('values.schema.json'),
        ],
        [12, 'the field tags is not known, says the chart app 1.2.3', 'did you mean tag?'],
        [14, 'size must be a text, says the chart app 1.2.3', expect.stringContaining('values.schema.json')],
      ]);
    },
  );

  it('are put together with the defaults of the chart', async () => {
    expect((await check(CHART)).findings).toEqual([]);
    const removed = await check(`${CHART}  values:\n    mode: null\n`);
    expect(removed.findings.map(({ message }) => message)).toEqual([
      'the field mode is missing, says the chart app 1.2.3',
    ]);
    // A dependency that is switched off is not rendered.
    expect((await check(`${CHART}  values:\n    db: { enabled: false, size: 1 }\n`)).findings).toEqual([]);
  });

  it('come from ConfigMaps too, and are told there', async () => {
    const more =
      '---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: more\ndata:\n  values.yaml: |\n    replicas: 0\n';
    const { findings } = await check(`${CHART}  valuesFrom: [{ kind: ConfigMap, name: more }]\n`, 'charts', more);
    expect(findings.map(({ message, place }) => [place?.line, message])).toEqual([
      [15, 'replicas must be >= 1, says the chart app 1.2.3'],
    ]);
    // What a Secret holds is not known: it may have what is missing.
    const open = '  valuesFrom: [{ kind: Secret, name: more }]\n  values:\n    mode: null\n';
    expect((await check(`${CHART}${open}`)).findings).toEqual([]);
  });

  it('are found through an OCIRepository, variables replaced', async () => {
    const source = `---
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: { name: app }
spec: { interval: 1h, url: "oci://example.com/charts/app", ref: { tag: "\${VERSION:=1.2.3}" } }
`;
    const { findings, coverage } = await check(
      '  chartRef: { kind: OCIRepository, name: app }\n  values: { replicas: 0 }\n',
      'charts',
      source,
    );
    expect(findings).toHaveLength(1);
    expect(coverage.checked).toBe(1);
  });

  it('are not checked where that cannot be, and the reason is told', async () => {
    const other = CHART.replace('1.2.3', '1.2.4');
    for (const [spec, place, why] of [
      [other, 'charts', 'the chart app 1.2.4 is not here'],
      [CHART.replace('app,', 'none,').replace('1.2.3', '1.x'), 'plain', 'the chart none has no schema'],
      [
        CHART.replace('app,', 'away,').replace('1.2.3', '1.0.0'),
        'far',
        'the schema of the chart away leads elsewhere, or is none',
      ],
      ['  chartRef: { kind: OCIRepository, name: gone }\n', 'charts', 'its chart is not named in the tree'],
      [
        `${CHART}  install: { disableSchemaValidation: true }\n  values: { replicas: 0 }\n`,
        'charts',
        'it asks Helm for no validation',
      ],
    ] as const) {
      const { findings, coverage } = await check(spec, place);
      expect(findings).toEqual([]);
      expect(coverage.without).toEqual([{ release: 'web/app', why }]);
    }
  });

  it('need charts that can be read', async () => {
    await mkdir(join(folder, 'broken'));
    await writeFile(join(folder, 'broken/app-1.2.3.tgz'), 'no archive');
    await expect(chartStore([join(folder, 'broken')])).rejects.toMatchObject({ kind: 'input' });
    await expect(chartStore([join(folder, 'gone')])).rejects.toMatchObject({ kind: 'usage' });
  });
});
