// Compiles the JSON Schemas of cluster.yaml and nodes.yaml to plain functions, so that nothing compiles a schema at run time.
// Usage: node scripts/compile-schemas.mjs   (a test says when the committed result is out of date)
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import standaloneCode from 'ajv/dist/standalone/index.js';
import { build } from 'esbuild';
import { writeWhole } from './dist-folder.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OUTPUT = join(ROOT, 'src/cluster/config/generated');
const VALIDATORS = { validateCluster: 'urn:cluster-template:cluster', validateNodes: 'urn:cluster-template:nodes' };
/** Annotations of ours: they say nothing about validity, messages and documentation are made from them. */
const ANNOTATIONS = ['x-form', 'x-secret', 'x-may-be-empty', 'x-required'];

const OCTET = '(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';
const IPV4 = `(?:${OCTET}\\.){3}${OCTET}`;

/**
 * Writes `validators.js` and its types to a folder: two functions that answer whether a value is valid and keep
 * Ajv's errors in their `errors`.
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
    formats: formats(),
    code: { source: true, esm: true, lines: true },
  });
  ajv.addVocabulary(ANNOTATIONS);
  for (const name of ['cluster', 'nodes']) {
    ajv.addSchema(JSON.parse(await readFile(join(ROOT, `schemas/${name}.schema.json`), 'utf8')));
  }
  return {
    'validators.js': await bundled(standaloneCode.default(ajv, VALIDATORS)),
    'validators.d.ts': DECLARATIONS,
  };
}

/** Ajv brings no formats of its own. The last three are ours: networks in CIDR notation, and what load balancer addresses come from. */
function formats() {
  const ipv6 = `(?:${ipv6Pattern()})`;
  const network4 = `${IPV4}/(?:3[0-2]|[12]?[0-9])`;
  const network6 = `${ipv6}/(?:12[0-8]|1[01][0-9]|[1-9]?[0-9])`;
  const patterns = {
    ipv4: IPV4,
    ipv6,
    'ipv4-network': network4,
    'ipv6-network': network6,
    'address-block': `(?:${network4}|${network6}|${IPV4}-${IPV4}|${ipv6}-${ipv6})`,
  };
  return Object.fromEntries(Object.entries(patterns).map(([name, pattern]) => [name, new RegExp(`^${pattern}$`)]));
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

/** The nine forms of RFC 3986's IPv6address: how many groups stand before and after the `::`. */
function ipv6Pattern() {
  const group = '[0-9A-Fa-f]{1,4}';
  const tail = `(?:${group}:${group}|${IPV4})`;
  const forms = [`(?:${group}:){6}${tail}`];
  for (let after = 5; after >= 0; after -= 1) {
    forms.push(`${groupsBefore(group, 5 - after)}::(?:${group}:){${after}}${tail}`);
  }
  forms.push(`${groupsBefore(group, 6)}::${group}`, `${groupsBefore(group, 7)}::`);
  return forms.join('|');
}

function groupsBefore(group, atMost) {
  return atMost === 0 ? '' : `(?:(?:${group}:){0,${atMost - 1}}${group})?`;
}

const DECLARATIONS = `// Made by scripts/compile-schemas.mjs; edits are lost.
import type { ErrorObject } from 'ajv';

interface Validator {
  (value: unknown): boolean;
  errors?: ErrorObject[] | null;
}

export declare const validateCluster: Validator;
export declare const validateNodes: Validator;
`;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await compileSchemas();
}
