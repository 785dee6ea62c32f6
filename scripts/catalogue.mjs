// The catalogue: entries of optional parts, found by their entry.yaml below templates/config, and what is made of them.
// Usage: node scripts/catalogue.mjs   (a build does it; a test says when what is committed is out of date)
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parseDocument } from 'yaml';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TEMPLATES = join(ROOT, 'templates/config');
const BASE = join(ROOT, 'schemas/cluster-base.json');
const ENTRY_SCHEMA = join(ROOT, 'schemas/entry.schema.json');

/** What `writeCatalogue` writes, relative to the repository. */
export const MADE = { schema: 'schemas/cluster.schema.json', catalogue: 'src/cluster/config/generated/catalogue.json' };

/** An entry as it is written, with `folder` (relative to templates/config), `name` and `hash`; parts among them. */
export async function readEntries() {
  const found = await readdir(TEMPLATES, { recursive: true, withFileTypes: true });
  const files = found.filter((file) => file.isFile() && file.name === 'entry.yaml');
  const ajv = new Ajv2020({ allErrors: true, strict: true, strictRequired: false, allowUnionTypes: true });
  const isEntry = ajv.compile(JSON.parse(await readFile(ENTRY_SCHEMA, 'utf8')));
  const entries = await Promise.all(
    files.map(async ({ parentPath, name }) => {
      const path = join(parentPath, name);
      const text = await readFile(path, 'utf8');
      const document = parseDocument(text);
      const [mistake] = document.errors;
      if (mistake !== undefined) throw new Error(`${relative(ROOT, path)}: ${mistake.message}`);
      const entry = document.toJS();
      if (!isEntry(entry)) throw new Error(`${relative(ROOT, path)}: ${ajv.errorsText(isEntry.errors)}`);
      const folder = relative(TEMPLATES, dirname(path)).split(sep).join('/');
      return {
        folder,
        name: folder.split('/').at(-1),
        hash: createHash('sha256').update(text).digest('hex'),
        ...entry,
      };
    }),
  );
  const sorted = entries.sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
  refuseContradictions(sorted);
  return sorted;
}

/** Categories in the order in which they are shown. */
const CATEGORIES = JSON.parse(await readFile(ENTRY_SCHEMA, 'utf8')).properties.category.enum;

function keyOf({ category, folder, name }) {
  return `${String(CATEGORIES.indexOf(category) + 1).padStart(2, '0')} ${name} ${folder}`;
}

/** Throws an Error where entries contradict one another. */
export function refuseContradictions(entries) {
  const wholes = entries.filter(isWhole);
  const names = wholes.map(({ name }) => name);
  const fields = wholes.flatMap((entry) => Object.keys(entry.fields ?? {}));
  const refuse = (list, why) => {
    const twice = list.find((one, index) => list.indexOf(one) !== index);
    if (twice !== undefined) throw new Error(`${twice}: ${why}`);
  };
  refuse(names, 'two entries have this name');
  refuse(fields, 'two entries have this field');
  for (const { folder, needs = [], part_of: whole } of entries) {
    const unknown = [...needs, ...(whole === undefined ? [] : [whole])].find((name) => !names.includes(name));
    if (unknown !== undefined) throw new Error(`${folder}/entry.yaml: there is no entry ${unknown}`);
  }
  for (const { name } of wholes) refuseCircle(wholes, [name]);
}

/** Entries that need each other could neither be added nor removed one after the other. */
function refuseCircle(entries, path) {
  for (const name of entries.find((one) => one.name === path.at(-1))?.needs ?? []) {
    const start = path.indexOf(name);
    if (start >= 0)
      throw new Error(`${[...path.slice(start), name].join(' needs ')}: take the need out of one of them`);
    refuseCircle(entries, [...path, name]);
  }
}

/** Whether it is an entry of its own and not the part of another one. */
function isWhole(entry) {
  return entry.part_of === undefined;
}

/** The schema of cluster.yaml: its own fields, then those of every entry. */
export async function composedSchema() {
  const { $schema, $id, properties, ...base } = JSON.parse(await readFile(BASE, 'utf8'));
  const fields = { ...properties };
  for (const entry of (await readEntries()).filter(isWhole)) {
    for (const [name, field] of Object.entries(entry.fields ?? {})) {
      if (name in fields) throw new Error(`${entry.folder}/entry.yaml: ${name} is a field of the base`);
      fields[name] = { ...field, ...requirement(field, entry), 'x-entry': entry.name };
    }
  }
  return { $schema, $id, ...base, properties: fields };
}

/** When a field has to be there, as it stands behind "required". */
function requirement(field, entry) {
  if (field['x-needed'] !== true) return {};
  const conditions = field['x-with'] ?? Object.fromEntries(switchOf(entry).map((name) => [name, true]));
  const words = Object.entries(conditions).map(([name, value]) =>
    value === true ? `\`${name}\`` : `\`${name}: ${[value].flat().join('` or `')}\``,
  );
  return { 'x-required': `with ${list(words)}` };
}

function list(words) {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/**
 * The fields that switch an entry on: those that its condition names, where it says nothing but that each is true or set. An entry
 * whose condition says more has none.
 */
export function switchOf({ when, fields = {} }) {
  const parts = when.split(/\s+and\s+/).map((part) => /^(\w+)(?:\s+is\s+not\s+none)?$/.exec(part.trim())?.[1]);
  return parts.every((name) => name !== undefined && name in fields) ? parts : [];
}

/** What the tool knows of the entries; their fields are in the schema. */
export async function composedCatalogue() {
  const entries = await readEntries();
  return entries.map(({ fields = {}, ...entry }) => ({
    needs: [],
    ...entry,
    golden: undefined,
    switch: switchOf({ ...entry, fields }),
    fields: Object.keys(fields),
  }));
}

/** Writes the schema and the catalogue where they are not as they should be. */
export async function writeCatalogue() {
  await writeIfChanged(MADE.schema, json(await composedSchema()));
  await writeIfChanged(MADE.catalogue, json(await composedCatalogue()));
}

/** JSON as these files have it. */
export function json(value) {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

async function writeIfChanged(path, text) {
  const file = join(ROOT, path);
  if ((await readFile(file, 'utf8').catch(() => undefined)) === text) return;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeCatalogue();
