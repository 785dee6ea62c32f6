// Compiles the JSON Schemas of cluster.yaml and nodes.yaml to plain functions, so that nothing compiles a schema at run time, and to the
// types of both files. A build does it; the functions are not committed, the types are, so that a checkout that was never built compiles.
// Usage: node scripts/compile-schemas.mjs
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { _ } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import standaloneCode from 'ajv/dist/standalone/index.js';
import { build } from 'esbuild';
import { writeCatalogue } from './catalogue.mjs';
import { writeWhole } from './dist-folder.mjs';
import formats from './formats.cjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OUTPUT = join(ROOT, 'src/cluster/config/generated');
const VALIDATORS = { validateCluster: 'urn:cluster-template:cluster', validateNodes: 'urn:cluster-template:nodes' };
/** Annotations of ours: they say nothing about validity, messages and documentation are made from them. */
const ANNOTATIONS = [
  'x-form',
  'x-secret',
  'x-may-be-empty',
  'x-required',
  'x-entry',
  'x-needed',
  'x-with',
  'x-generate',
  'x-section',
];

/**
 * Writes `validators.js` to a folder, two functions that answer whether a value is valid and keep Ajv's errors in their `errors`,
 * and `types.ts`, the types of what both files hold.
 */
export async function compileSchemas(outDir = OUTPUT) {
  const files = await compiledSchemas();
  await mkdir(outDir, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    await writeIfChanged(join(outDir, name), text);
  }
}

/** What is as it should be is left alone; others may read it meanwhile. */
async function writeIfChanged(path, text) {
  const present = await readFile(path, 'utf8').catch(() => undefined);
  if (present !== text) await writeWhole(path, text);
}

/** The files that `compileSchemas` writes, by name. */
export async function compiledSchemas() {
  const ajv = new Ajv2020({
    allErrors: true,
    strict: true,
    allowUnionTypes: true,
    // A definition that many fields take is one function, not as many copies: less code is read at each start.
    inlineRefs: false,
    formats,
    code: { source: true, esm: true, lines: true, formats: _`require('./scripts/formats.cjs')` },
  });
  ajv.addVocabulary(ANNOTATIONS);
  for (const name of ['cluster', 'nodes']) {
    ajv.addSchema(await readSchema(name));
  }
  return { 'validators.js': await bundled(standaloneCode.default(ajv, VALIDATORS)), 'types.ts': await schemaTypes() };
}

/** The text of `types.ts`. */
export async function schemaTypes() {
  const [cluster, nodes] = await Promise.all(['cluster', 'nodes'].map(readSchema));
  const node = nodes.$defs.node;
  const nodeOf = { ...node, $defs: nodes.$defs };
  return [
    `// Made by scripts/compile-schemas.mjs from schemas/*.schema.json; edits are lost.

declare const secretBrand: unique symbol;

/** The plain text of a secret. The brand keeps it from being taken for a text that may be shown. */
export type SecretText = string & { readonly [secretBrand]: true };

/** A secret as it is written: the text itself, or where to find it. */
export type WrittenSecret = string | { readonly env: string } | { readonly file: string };

/** A field that takes one text or a list of them: an address or a network of each family, or several domains. */
export type OneOrMore = string | readonly string[];
`,
    interfaceOf('WrittenCluster', 'cluster.yaml as it is written, once its schema has been met.', cluster, writtenType),
    interfaceOf('WrittenNode', 'One node of nodes.yaml as it is written.', nodeOf, writtenType),
    interfaceOf(
      'Cluster',
      'cluster.yaml in effect: defaults applied, numbers as numbers, secrets read; null where nothing was set.',
      cluster,
      effectiveType,
    ),
    interfaceOf('ClusterNode', 'One node in effect.', nodeOf, effectiveType),
    `/** Both files in effect: valid, and complete. */
export interface Configuration {
  readonly cluster: Cluster;
  readonly nodes: readonly ClusterNode[];
}
`,
  ].join('\n');
}

async function readSchema(name) {
  return JSON.parse(await readFile(join(ROOT, `schemas/${name}.schema.json`), 'utf8'));
}

function interfaceOf(name, title, { properties, required, $defs }, memberOf) {
  const members = Object.entries(properties).map(([field, schema]) => {
    const whole = { ...$defs[schema.$ref?.replace('#/$defs/', '')], ...schema };
    return `  /** ${whole.title}. */\n  readonly ${memberOf(field, whole, required.includes(field))};\n`;
  });
  return `/** ${title} */\nexport interface ${name} {\n${members.join('')}}\n`;
}

function writtenType(field, schema, isRequired) {
  const type = schema['x-secret'] === true ? 'WrittenSecret' : typeOf(field, schema, 'number | string');
  return `${field}${isRequired ? '' : '?'}: ${type}`;
}

/** A field that may be left out and has no default is null where nothing was set. */
function effectiveType(field, schema, isRequired) {
  const type = schema['x-secret'] === true ? 'SecretText' : typeOf(field, schema, 'number');
  return `${field}: ${type}${isRequired || schema.default !== undefined ? '' : ' | null'}`;
}

/** @param {string} writtenNumber the type of a number that may be written as a text too */
function typeOf(field, schema, writtenNumber) {
  if (schema.enum !== undefined) return schema.enum.map((value) => `'${value}'`).join(' | ');
  switch (String(schema.type)) {
    case 'string':
    case 'boolean':
      return schema.type;
    case 'integer':
      return 'number';
    case 'integer,string':
      return writtenNumber;
    case 'string,array':
      return 'OneOrMore';
    case 'array':
      return 'readonly string[]';
    case 'object':
      return 'Readonly<Record<string, string>>';
    default:
      throw new Error(`${field} is of a type that has no counterpart in TypeScript: ${String(schema.type)}`);
  }
}

/** Ajv's code calls a few helpers of its runtime through `require`; bundling takes them in. */
async function bundled(contents) {
  const result = await build({
    stdin: { contents, resolveDir: ROOT, sourcefile: 'validators.js' },
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    target: 'node20',
    minifySyntax: true,
    legalComments: 'none',
    banner: { js: '// Made by scripts/compile-schemas.mjs from schemas/*.schema.json; edits are lost.' },
    write: false,
  });
  return result.outputFiles[0].text;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeCatalogue();
  await compileSchemas();
}
