import { join } from 'node:path';
import { CLUSTER_FIELDS } from '../../src/cluster/config/schemas.ts';
import { computedFrom, computeValues } from '../../src/cluster/computed.ts';
import type { ClusterRoot } from '../../src/cluster/root.ts';
import { analyze, type Analysis, type Reference, templatePath } from '../../src/jinja/index.ts';
import type { InputFile } from '../../src/makejinja/inputs.ts';
import { createEnvironment, syntaxOptions } from '../../src/makejinja/render.ts';
import { findAccess } from '../../src/pipeline/access.ts';
import { readConfiguration } from '../../src/pipeline/configuration.ts';
import { readSources } from '../../src/pipeline/render.ts';
import { readInventory } from '../../src/pipeline/state.ts';
import { BASES } from '../cluster/varied.ts';
import type { Place } from '../../src/report/finding.ts';
import { suggestNearest } from '../../src/text/suggest.ts';
import { listFolder, readTextIfPresent } from '../../src/system/files.ts';

/** A template and what it mentions. */
interface ReadTemplate {
  readonly file: InputFile;
  readonly analysis: Analysis;
}

const CLUSTER_SCHEMA = 'schemas/cluster.schema.json';
const DOCUMENTATION = 'docs/configuration.md';
const SAMPLE = 'cluster.yaml';
const TESTS = 'tests/golden';

/** Something that is missing, or that nobody needs. */
export interface Shortcoming {
  readonly place: Place;
  readonly message: string;
  readonly remedy: string;
}

/**
 * Whether everything that the templates of a repository mention is known everywhere else: names, fields of the schema in the
 * documentation, the sample and the tests, and partial templates by the ones that use them. What no branch renders is looked at too.
 *
 * @throws Failure where the configuration, a template or a plugin is wrong
 */
export async function templateShortcomings(root: ClusterRoot): Promise<Shortcoming[]> {
  const found = await findAccess(root, await readInventory(root), false);
  const access = found.kind === 'new' ? ({ kind: 'none', recipient: '' } as const) : found;
  const { configuration } = await readConfiguration(root, found);
  const sources = await readSources(root, configuration, { access });
  const options = syntaxOptions(sources);
  const { everything: inputs, conditions } = sources;
  const outputs = new Set([...inputs.outputs.values()].map(({ file }) => file));
  const templates = [...inputs.files.values()]
    .filter(({ name }) => name.endsWith(sources.settings.jinjaSuffix))
    .map((file): ReadTemplate => ({ file, analysis: analyze(file.bytes.toString('utf8'), options) }));
  const known = new Set(createEnvironment(sources).globalVariables.keys());
  const { blockStart, blockEnd } = sources.settings.delimiter;
  const decided = conditions.flatMap(({ when }) => {
    const text = `${blockStart} if (${when}) ${blockEnd}${blockStart} endif ${blockEnd}`;
    return analyze(text, options).variables.map(({ name }) => name);
  });
  const places = await fieldPlaces(root);
  return [
    ...unknownNames(templates, known, places),
    ...incompleteFields(templates, decided, places),
    ...unusedPartials(
      templates.filter(({ file }) => !outputs.has(file)),
      templates,
    ),
  ];
}

/** A name that nothing gives, once for each place where somebody would have to add it. */
function unknownNames(
  templates: readonly ReadTemplate[],
  known: ReadonlySet<string>,
  places: readonly FieldPlace[],
): Shortcoming[] {
  const first = new Map<string, { readonly file: InputFile; readonly reference: Reference }>();
  for (const { file, analysis } of templates) {
    for (const reference of analysis.variables) {
      if (!known.has(reference.name) && !first.has(reference.name)) first.set(reference.name, { file, reference });
    }
  }
  return [...first].flatMap(([name, { file, reference }]): Shortcoming[] => {
    const place = { file: file.source, line: reference.line, column: reference.column, length: name.length };
    const nearest = suggestNearest(name, [...known]);
    const remedy = nearest === undefined ? `add the field to ${CLUSTER_SCHEMA}` : `did you mean \`${nearest}\`?`;
    const message = `\`${name}\` is no field of ${CLUSTER_SCHEMA}, no computed value and nothing that a plugin gives`;
    return [{ message, place, remedy }, ...places.flatMap((one) => missingAt(name, one))];
  });
}

/** Fields of cluster.yaml that a maintainer forgot somewhere. */
function incompleteFields(
  templates: readonly ReadTemplate[],
  decided: readonly string[],
  places: readonly FieldPlace[],
): Shortcoming[] {
  const fields = Object.keys(CLUSTER_FIELDS);
  const used = new Set([
    ...decided,
    ...templates.flatMap(({ analysis }) => analysis.variables.map(({ name }) => name)),
    ...BASES.flatMap((base) => Object.keys(computeValues(base)).flatMap((name) => computedFrom(name, base) ?? [])),
  ]);
  return [
    ...fields.filter((field) => !used.has(field)).map(unusedField),
    ...fields.flatMap((field) =>
      places.filter((place) => isFor(place, field)).flatMap((place) => missingAt(field, place)),
    ),
  ];
}

/** A file, or the files of a folder, in which every field should be found. */
interface FieldPlace {
  readonly name: string;
  readonly text: string;
  readonly remedy: string;
}

/** `add` writes the fields of the catalogue, so that the sample does without. */
function isFor({ name }: FieldPlace, field: string): boolean {
  return name !== SAMPLE || CLUSTER_FIELDS[field]?.['x-entry'] === undefined;
}

async function fieldPlaces(root: ClusterRoot): Promise<FieldPlace[]> {
  const regenerate = 'run `npm run docs`, which makes it from the schema';
  const candidates: readonly [name: string, text: string | undefined, remedy: string][] = [
    [DOCUMENTATION, await readTextIfPresent(join(root.path, DOCUMENTATION)), regenerate],
    [SAMPLE, await readTextIfPresent(root.clusterFile), 'write it there as a comment, so that it is found'],
    [TESTS, await goldenInputs(root), 'set it in the input of one of the cases'],
  ];
  return candidates.flatMap(([name, text, remedy]) => (text === undefined ? [] : [{ name, text, remedy }]));
}

async function goldenInputs(root: ClusterRoot): Promise<string> {
  const folder = join(root.path, TESTS);
  const cases = (await listFolder(folder)).filter(({ kind }) => kind === 'folder');
  const texts = await Promise.all(cases.map(({ name }) => readTextIfPresent(join(folder, name, 'input/cluster.yaml'))));
  const found = [await readTextIfPresent(root.clusterFile), ...texts].filter((text) => text !== undefined);
  return found.join('\n');
}

function missingAt(field: string, { name, text, remedy }: FieldPlace): Shortcoming[] {
  if (new RegExp(`(?<![\\w-])${field}(?![\\w-])`).test(text)) return [];
  const message = `${name} does not mention \`${field}\``;
  return [{ message, place: { file: name }, remedy }];
}

function unusedField(field: string): Shortcoming {
  return {
    message: `no template and no computed value reads \`${field}\``,
    place: { file: CLUSTER_SCHEMA },
    remedy: 'use it, or take it out of the schema',
  };
}

/** Templates that give no file of their own and that no other one asks for. */
function unusedPartials(partials: readonly ReadTemplate[], all: readonly ReadTemplate[]): Shortcoming[] {
  const asked = new Set(all.flatMap(({ analysis }) => analysis.templates.map(({ name }) => templatePath(name))));
  return partials
    .filter(({ file }) => !asked.has(file.name))
    .map(({ file }) => ({
      message: 'no template includes or imports this one, and it gives no file',
      place: { file: file.source },
      remedy: 'remove it, or name it where it is needed',
    }));
}
