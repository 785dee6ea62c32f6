import { resolve } from 'node:path';
import { CATALOGUE } from '../../pipeline/schema-sources.ts';
import { validateRepository } from '../../pipeline/any-repository.ts';
import { type ReadCluster, validate, type ValidateResult } from '../../pipeline/validate.ts';
import type { Finding } from '../../report/finding.ts';
import { countFindings } from '../../report/text.ts';
import { print } from '../../system/terminal.ts';
import { EXIT } from '../exit-codes.ts';
import { count, printFindingsBriefly, printJson } from '../output.ts';
import { anyRootOf, rootOf, type RootOptions } from '../root.ts';
import { type Format, printInFormat } from './lint.ts';

/** Options of `validate`. */
export interface ValidateOptions extends RootOptions {
  /** Folders at which Flux begins, in a repository that is not rendered here. */
  readonly path?: readonly string[];
  /** Folders with JSON Schemas. */
  readonly schemas?: readonly string[];
  readonly fetchSchemas?: boolean;
  /** The catalogue that is asked instead of the usual one. */
  readonly schemasUrl?: string;
  /** Folders with charts. */
  readonly charts?: readonly string[];
  /** Percentage of objects that must have a schema. */
  readonly minCoverage?: number;
  /** Minor version of Kubernetes. */
  readonly kubernetesVersion?: string;
  readonly format?: Format;
}

/** `cluster-template validate [FOLDER]`; gives back the exit code. */
export async function runValidate(folder: string | undefined, options: ValidateOptions): Promise<number> {
  const { path: paths = [], schemas = [], fetchSchemas, schemasUrl, charts, minCoverage, kubernetesVersion } = options;
  const sources = {
    folders: schemas.map((one) => resolve(one)),
    ...(charts === undefined ? {} : { charts: charts.map((one) => resolve(one)) }),
    ...(kubernetesVersion === undefined ? {} : { kubernetes: kubernetesVersion }),
    ...(fetchSchemas === true ? { catalogue: schemasUrl ?? CATALOGUE } : {}),
  };
  const around = await anyRootOf(folder, options);
  const result: ValidateResult =
    around.kind === 'cluster' && paths.length === 0
      ? await validate(await rootOf(folder === undefined ? options : { ...options, root: folder }), sources)
      : await validateRepository(around.path, { ...sources, paths, keys: options.keys });
  const { files, coverage, clusters } = result;
  const findings = [...result.findings, ...tooLittle(coverage, minCoverage)];
  const isValid = findings.every(({ severity }) => severity !== 'error');
  const { format = options.json === true ? 'json' : 'text' } = options;
  if (format === 'sarif' || format === 'github') printInFormat(format, findings, {});
  else if (format === 'json') {
    printJson({
      status: isValid ? 'valid' : 'invalid',
      files,
      schemas: coverage,
      charts: result.charts,
      clusters,
      findings,
    });
  } else {
    const found = countFindings(printFindingsBriefly(findings, options));
    print((clusters ?? []).map(clusterText).join(''));
    print(
      `${count(files, 'file')} checked, ${coverageText(coverage)}${found === '' ? '' : `: ${found}`}\n${withoutText(coverage)}${chartsText(result.charts)}`,
    );
  }
  return isValid ? EXIT.done : EXIT.findings;
}

/** `clusters/home: 12 Kustomizations, 80 objects` */
function clusterText({ folders, kustomizations, objects }: ReadCluster): string {
  return `${folders.join(', ')}: ${count(kustomizations, 'Kustomization')}, ${count(objects, 'object')}\n`;
}

/** Not even one object of few may be rounded away. */
function tooLittle({ checked, objects }: ValidateResult['coverage'], wanted = 0): Finding[] {
  if (checked * 100 >= wanted * objects) return [];
  const percent = (Math.floor((checked * 1000) / objects) / 10).toFixed(1);
  return [
    {
      code: 'manifests/schema-coverage',
      severity: 'error',
      message: `${percent} % of the objects have a schema, and ${String(wanted)} % were asked for`,
      remedy: 'name a folder with the missing schemas by --schemas, or fetch them by --fetch-schemas',
    },
  ];
}

/** `1,204 of 1,231 objects by schema` */
function coverageText({ checked, objects }: ValidateResult['coverage']): string {
  return checked === objects
    ? `${grouped(objects)} ${objects === 1 ? 'object' : 'objects'} by schema`
    : `${grouped(checked)} of ${grouped(objects)} objects by schema`;
}

/** `27 without a schema: example.com/v1/Thing (26), example.com/v1/Other` */
function withoutText({ checked, objects, without }: ValidateResult['coverage']): string {
  if (without.length === 0) return '';
  const kinds = without.map((one) => (one.objects === 1 ? one.kind : `${one.kind} (${String(one.objects)})`));
  return `${grouped(objects - checked)} without a schema: ${kinds.join(', ')}\n`;
}

/** `12 of 20 releases checked by the schema of their chart`, and a line for each that was not. */
function chartsText(charts: ValidateResult['charts']): string {
  if (charts === undefined) return '';
  const lines = charts.without.map(({ release, why }) => `  not checked: ${release}, ${why}\n`);
  return `${grouped(charts.checked)} of ${grouped(charts.releases)} releases checked by the schema of their chart\n${lines.join('')}`;
}

function grouped(number: number): string {
  return number.toLocaleString('en-GB');
}
