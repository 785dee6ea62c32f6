// Makes schemas/kubernetes/ out of what scripts/kubernetes-sources.json names: Kubernetes' own kinds from its OpenAPI documents, the
// others from CRDs. To raise a version, change it there and run this.
//
//   node scripts/make-kubernetes-schemas.mjs [--mirror FOLDER]
//
// Needs go, git, tar and unzip. Go modules come from Go's proxy, repositories from GitHub, or from `FOLDER/owner+name/repo` where there is one.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import {
  enumsOf,
  filesOfCrds,
  kubernetesDefinitions,
  lifetime,
  schemaOfCrd,
  usesOf,
  widened,
} from './kubernetes-schema.mjs';

const OUTPUT = fileURLToPath(new URL('../schemas/kubernetes/', import.meta.url));
const SOURCES = JSON.parse(readFileSync(new URL('kubernetes-sources.json', import.meta.url), 'utf8'));
/** Characters of a part of a schema from which on it is worth a definition. */
const SMALLEST = 160;
const MIRROR = process.argv[2] === '--mirror' ? process.argv[3] : undefined;

const scratch = mkdtempSync(join(tmpdir(), 'cluster-template-schemas-'));
try {
  const groups = {};
  const files = { ...kubernetesFiles(groups), ...operatorFiles(groups) };
  rmSync(OUTPUT, { recursive: true, force: true });
  mkdirSync(OUTPUT, { recursive: true });
  for (const [name, file] of Object.entries(files)) {
    const text = textOf(file);
    writeFileSync(join(OUTPUT, `${name}.json`), text);
    // The program holds the index: so it is another program where one of the files is another one.
    if (name !== 'shared') groups[name].digest = digestOf(text);
  }
  const index = {
    minors: SOURCES.kubernetes.versions.map(minorOf),
    shared: digestOf(textOf(files.shared)),
    sources: Object.fromEntries(
      SOURCES.operators.map(({ name, module, repository, version }) => [
        name,
        `${module ?? `github.com/${repository}`}@${version}`,
      ]),
    ),
    introduced: SOURCES.introduced,
    removed: SOURCES.removed,
    groups: Object.fromEntries(Object.entries(groups).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
  writeFileSync(join(OUTPUT, 'index.json'), `${JSON.stringify(index, undefined, 1)}\n`);
  writeFileSync(join(OUTPUT, 'NOTICE.md'), notice(groups));
  const kinds = Object.values(groups).flatMap((group) => Object.keys(group.kinds));
  console.log(`${kinds.length} kinds of ${Object.keys(groups).length} groups written to ${OUTPUT}`);
} finally {
  // Go makes the folders of modules read-only, and so are copies of them.
  execFileSync('chmod', ['-R', 'u+w', scratch]);
  rmSync(scratch, { recursive: true });
}

/** One line for each definition, so that a change shows what it changes. */
function textOf({ kinds = {}, definitions }) {
  const file = { uses: usesOf({ kinds, definitions }), kinds, definitions };
  const parts = Object.entries(file).map(([key, value]) => {
    if (Array.isArray(value)) return `${JSON.stringify(key)}:${JSON.stringify(value)}`;
    const lines = Object.entries(value).map(([name, inner]) => `${JSON.stringify(name)}:${JSON.stringify(inner)}`);
    return `${JSON.stringify(key)}:{\n${lines.join(',\n')}\n}`;
  });
  return `{${parts.join(',\n')}}\n`;
}

function digestOf(text) {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

function minorOf(version) {
  return /^v(\d+\.\d+)/.exec(version)[1];
}

/** Fills the index, and gives back a file for each group. */
function kubernetesFiles(groups) {
  const minors = SOURCES.kubernetes.versions.map((version) => {
    const folder = join(moduleFolder('k8s.io/kubernetes', version, ['api/openapi-spec/v3']), 'api/openapi-spec/v3');
    const documents = readdirSync(folder)
      .filter((name) => /^apis?__.+_openapi\.json$/.test(name))
      .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));
    return {
      minor: minorOf(version),
      definitions: Object.assign({}, ...documents.map(({ components }) => components?.schemas ?? {})),
      kinds: documents.flatMap(kindsOfDocument),
      enums: enumsOf(typesOfApi(version.replace('v1.', 'v0.'))),
    };
  });
  const definitions = kubernetesDefinitions(minors);
  const kinds = new Map(
    minors.flatMap((minor) => minor.kinds.map((kind) => [`${kind.group}/${kind.version}/${kind.kind}`, kind])),
  );
  const groupOf = groupsOfPackages([...kinds.values()]);
  const files = {};
  const place = (name) => {
    const group = groupOf(name);
    const short = shortName(name);
    files[group] ??= { kinds: {}, definitions: {} };
    if (!(short in files[group].definitions)) {
      files[group].definitions[short] = {};
      files[group].definitions[short] = relinked(definitions[name], (target) => {
        place(target);
        return groupOf(target) === group ? shortName(target) : `${groupOf(target)}#${shortName(target)}`;
      });
    }
  };
  for (const [key, { group, version, kind, isNamespaced, definition }] of [...kinds].sort()) {
    place(definition);
    const name = group === '' ? 'core' : group;
    const present = minors.filter((minor) =>
      minor.kinds.some((one) => `${one.group}/${one.version}/${one.kind}` === key),
    );
    files[name].kinds[kind] = { ...files[name].kinds[kind], [version]: { $ref: shortName(definition) } };
    groups[name] ??= { source: 'Kubernetes', kinds: {} };
    const entry = (groups[name].kinds[kind] ??= { scope: isNamespaced ? 'Namespaced' : 'Cluster', versions: {} });
    entry.versions[version] = lifetime(
      present.map(({ minor }) => [minor]),
      minors.map(({ minor }) => [minor]),
    );
  }
  return files;
}

/** Kinds of which objects can be made. */
function kindsOfDocument({ paths, components }) {
  const found = Object.entries(paths).flatMap(([path, { post }]) => {
    const named = post?.['x-kubernetes-group-version-kind'];
    // A path that ends behind an object's name is that of a part of it.
    return named === undefined || /\{name\}/.test(path)
      ? []
      : [{ ...named, isNamespaced: path.includes('{namespace}') }];
  });
  const byName = new Map();
  for (const kind of found) {
    const key = `${kind.group}/${kind.version}/${kind.kind}`;
    const definition = Object.entries(components.schemas).find(([, { 'x-kubernetes-group-version-kind': kinds }]) =>
      kinds?.some((one) => one.kind === kind.kind && one.group === kind.group && one.version === kind.version),
    )?.[0];
    if (definition === undefined) continue;
    const isNamespaced = kind.isNamespaced || byName.get(key)?.isNamespaced === true;
    byName.set(key, { ...kind, isNamespaced, definition });
  }
  return [...byName.values()];
}

function groupsOfPackages(kinds) {
  const byPackage = new Map(
    kinds.map(({ definition, group }) => [packageOf(definition), group === '' ? 'core' : group]),
  );
  return (name) => byPackage.get(packageOf(name)) ?? 'core';
}

function packageOf(definition) {
  return definition.split('.').slice(0, -1).join('.');
}

function shortName(definition) {
  return definition
    .split('.')
    .slice(definition.includes('.apis.meta.') ? -3 : -2)
    .join('.');
}

function relinked(schema, link) {
  if (Array.isArray(schema)) return schema.map((one) => relinked(one, link));
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [
      key,
      key === '$ref' && typeof value === 'string' ? link(value) : relinked(value, link),
    ]),
  );
}

/** The texts of `types.go` of Kubernetes' API by the prefix of the names of their definitions. */
function typesOfApi(version) {
  const folder = moduleFolder('k8s.io/api', version, ['*/types.go']);
  const files = readdirSync(folder, { recursive: true }).filter((path) => path.endsWith('/types.go'));
  return Object.fromEntries(
    files.map((path) => [
      `io.k8s.api.${path.replace('/types.go', '').replaceAll('/', '.')}`,
      readFileSync(join(folder, path), 'utf8'),
    ]),
  );
}

/** Fills the index, and gives back a file for each group and one for what they share. */
function operatorFiles(groups) {
  const kinds = SOURCES.operators.flatMap((source) => {
    const folder = folderOf(source);
    const crds = source.paths.flatMap((path) => yamlFiles(join(folder, path))).flatMap(crdsIn);
    if (crds.length === 0) throw new Error(`${source.name} has no CRD in ${source.paths.join(', ')}`);
    return crds.flatMap(({ spec }) => {
      const { group, scope, names, versions } = spec;
      groups[group] ??= { source: source.name, kinds: {} };
      if (source.namesOnly === true) groups[group].licence = source.licence;
      if (groups[group].source !== source.name) {
        // OpenEBS brings what others define.
        if (groups[group].kinds[names.kind] !== undefined) return [];
      }
      groups[group].kinds[names.kind] = {
        scope,
        versions: Object.fromEntries(
          versions.map((version) => [
            version.name,
            {
              ...(version.served ? {} : { served: false }),
              ...(version.deprecated === true ? { deprecated: true } : {}),
            },
          ]),
        ),
      };
      if (source.namesOnly === true) return [];
      return versions
        .filter(({ served }) => served)
        .map(({ name, schema }) => ({
          group,
          kind: names.kind,
          version: name,
          schema: withFields(
            widened(schemaOfCrd(schema.openAPIV3Schema), source.alsoValues ?? {}),
            source.alsoFields?.[names.kind] ?? [],
          ),
        }));
    });
  });
  return filesOfCrds(kinds, SMALLEST);
}

/** Fields of a specification that a widespread fork of a project has, taken as they are. */
function withFields(schema, fields) {
  for (const field of fields)
    schema.properties.spec.properties[field] = { 'x-kubernetes-preserve-unknown-fields': true };
  return schema;
}

function folderOf({ module, repository, version, paths }) {
  return module === undefined ? repositoryFolder(repository, version, paths) : moduleFolder(module, version, paths);
}

function yamlFiles(path) {
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { recursive: true })
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .map((name) => join(path, name));
}

function crdsIn(path) {
  // Helm's own templates, where there are any, stand around whole documents or in labels.
  const text = readFileSync(path, 'utf8')
    .replace(/^ *\{\{.*\}\} *\n/gm, '')
    .replace(/: \{\{.*\}\}$/gm, ': helm');
  if (!text.includes('CustomResourceDefinition')) return [];
  return parseAllDocuments(text)
    .map((document) => document.toJS({ maxAliasCount: -1 }))
    .filter((value) => value?.kind === 'CustomResourceDefinition' && value.spec.versions?.[0]?.schema !== undefined);
}

/** The folder of a module's files. Go refuses to unpack one that asks for a newer Go, so that is done here. */
function moduleFolder(module, version, paths) {
  const { Zip: zip, Error: error } = downloaded(`${module}@${version}`);
  if (zip === undefined) throw new Error(error);
  const inside = paths.flatMap((path) => [`${module}@${version}/${path}`, `${module}@${version}/${path}/*`]);
  const target = join(scratch, `${module}@${version}`.replaceAll('/', '_'));
  // 11: some of the patterns fit nothing, as a path is a file or a folder.
  execute('unzip', ['-q', '-o', '-d', target, zip, ...inside], [0, 11]);
  return join(target, `${module}@${version}`);
}

function downloaded(module) {
  try {
    return JSON.parse(run('go', ['mod', 'download', '-json', module]));
  } catch (error) {
    const answer = JSON.parse(error.stdout || '{}');
    if (answer.Zip === undefined) throw error;
    return answer;
  }
}

function repositoryFolder(repository, version, paths) {
  const target = join(scratch, `${repository}@${version}`.replaceAll('/', '_'));
  const local = MIRROR === undefined ? undefined : join(MIRROR, repository.replace('/', '+'), 'repo');
  const git = local !== undefined && existsSync(local) ? local : join(scratch, `${repository.replace('/', '_')}.git`);
  if (git !== local) {
    const url = `https://github.com/${repository}.git`;
    run('git', ['clone', '--quiet', '--bare', '--depth', '1', '--branch', version, url, git]);
  }
  mkdirSync(target);
  const archive = `${target}.tar`;
  run('git', [`--git-dir=${git}`, 'archive', '--format=tar', `--output=${archive}`, version, ...paths]);
  run('tar', ['-xf', archive, '-C', target]);
  return target;
}

function run(program, args) {
  return execFileSync(program, args, { cwd: scratch, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

function execute(program, args, allowed) {
  try {
    run(program, args);
  } catch (error) {
    if (!allowed.includes(error.status)) throw error;
  }
}

function notice(groups) {
  const { kubernetes, operators } = SOURCES;
  const row = ({ name, module, repository, version, licence, namesOnly }) => {
    const origin = module === undefined ? `https://github.com/${repository}` : `Go module \`${module}\``;
    const kinds = Object.entries(groups)
      .filter(([, group]) => group.source === name)
      .map(([group, { kinds: own }]) => `${group} (${Object.keys(own).length})`);
    return `| ${name} | ${version} | ${origin} | ${licence}${namesOnly === true ? ', names of kinds and versions only' : ''} | ${kinds.join(', ')} |`;
  };
  const own = Object.values(groups).filter(({ source }) => source === 'Kubernetes');
  return `# Origin of these schemas

Made by scripts/make-kubernetes-schemas.mjs from scripts/kubernetes-sources.json; edits are lost.

The files are derived from the API definitions that these projects publish. Descriptions, defaults, examples, expressions (CEL) and the
fields of \`status\` are left out. What was derived is under the licence of its origin: the
[Apache License, Version 2.0](https://www.apache.org/licenses/LICENSE-2.0), the MIT licence (MariaDB operator: copyright 2023 MariaDB plc;
Traefik: copyright 2016-2020 Containous SAS, 2020-2025 Traefik Labs) or the BSD 3-Clause licence (Tailscale: copyright 2020 Tailscale Inc
and contributors). VolSync is under the AGPL 3.0, and its API types, from which the definitions come, under the Apache License 2.0 too.
Of projects whose definitions are under the AGPL 3.0 alone, nothing is here but the names of kinds, their versions and scopes.

| project | version | origin | licence | groups (kinds) |
| --- | --- | --- | --- | --- |
| Kubernetes | ${kubernetes.versions.join(', ')} | Go modules \`k8s.io/kubernetes\` and \`k8s.io/api\` | ${kubernetes.licence} | ${own.length} groups (${own.flatMap(({ kinds }) => Object.keys(kinds)).length}) |
${operators.map(row).join('\n')}

Rules that a schema cannot hold (CEL expressions, checks of webhooks and controllers) are not part of them.
`;
}
