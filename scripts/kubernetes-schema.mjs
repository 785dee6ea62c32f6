// What turns API definitions into the schemas of schemas/kubernetes/: pure functions, which scripts/make-kubernetes-schemas.mjs feeds.
//
// The schemas keep the vocabulary of a CustomResourceDefinition's structural schema, so that one reader (src/manifests/structural.ts) does
// for them and for the definitions that lie in a repository. These words are added: `$ref` names a definition of the same file, or of another
// as `file#name`; `x-since` and `x-until` name the minor versions of Kubernetes from and up to which a field is there, `x-keys` the form
// of the keys of a map.

/** Keywords that say what is valid; descriptions, defaults, examples and CEL expressions are left out. */
const KEPT = [
  'type',
  'nullable',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'pattern',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
  'enum',
  'x-kubernetes-int-or-string',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-embedded-resource',
];
/** Of the formats that an API server looks at those that objects in repositories have: k8s.io/kube-openapi/pkg/validation/strfmt. */
const FORMATS = ['int32', 'int64', 'byte', 'date', 'date-time', 'ipv4', 'ipv6', 'cidr'];
const OPEN = { 'x-kubernetes-preserve-unknown-fields': true };
const QUANTITY = {
  'x-kubernetes-int-or-string': true,
  format: 'quantity',
};

/** The structural schema of one version of a CRD, without what says nothing of validity. */
export function schemaOfCrd(structural) {
  const { properties = {}, ...others } = structural;
  const { status, ...own } = withoutCommon(properties);
  const schema = compact({ ...others, properties: own });
  // Controllers write the status; what stands there in a repository is of no effect.
  if (status !== undefined) schema.properties.status = OPEN;
  if (schema.required !== undefined) schema.required = schema.required.filter((key) => key in own);
  return withoutEmpty(schema);
}

function compact(schema) {
  const result = condition(schema);
  if (schema.properties !== undefined) {
    // Conditions are asked of an object that has its defaults.
    const isAsked = ['allOf', 'anyOf', 'oneOf', 'not'].some((key) => result[key] !== undefined);
    result.properties = mapValues(schema.properties, (inner) => ({
      ...compact(inner),
      ...(isAsked && ['string', 'number', 'boolean'].includes(typeof inner.default) ? { default: inner.default } : {}),
    }));
  }
  if (schema.items !== undefined) result.items = compact(schema.items);
  if (typeof schema.additionalProperties === 'object')
    result.additionalProperties = compact(schema.additionalProperties);
  else if (schema.additionalProperties === true) Object.assign(result, OPEN);
  if (['map', 'set'].includes(schema['x-kubernetes-list-type']))
    result['x-kubernetes-list-type'] = schema['x-kubernetes-list-type'];
  if (schema['x-kubernetes-list-map-keys'] !== undefined)
    result['x-kubernetes-list-map-keys'] = schema['x-kubernetes-list-map-keys'];
  // What has a default is there before it is looked for.
  const required = schema.required?.filter((key) => schema.properties?.[key]?.default === undefined) ?? [];
  if (required.length > 0) result.required = required;
  else delete result.required;
  if (isQuantity(schema)) return { ...QUANTITY, ...(schema.nullable === true ? { nullable: true } : {}) };
  return result;
}

/** A part of `allOf`, `anyOf`, `oneOf` and `not`: it says nothing of fields that it does not name. */
function condition(schema) {
  const result = {};
  for (const key of KEPT) if (schema[key] !== undefined && schema[key] !== false) result[key] = schema[key];
  if (FORMATS.includes(schema.format)) result.format = schema.format;
  if (schema.required?.length > 0) result.required = schema.required;
  for (const key of ['allOf', 'anyOf', 'oneOf']) {
    if (schema[key] !== undefined && !(key === 'anyOf' && schema['x-kubernetes-int-or-string'] === true))
      result[key] = schema[key].map(condition);
  }
  if (schema.not !== undefined) result.not = condition(schema.not);
  if (schema.properties !== undefined) result.properties = mapValues(schema.properties, condition);
  if (schema.items !== undefined) result.items = condition(schema.items);
  return result;
}

/** controller-gen writes this pattern for the Go type resource.Quantity. */
function isQuantity({ pattern, 'x-kubernetes-int-or-string': isIntOrString }) {
  return (
    isIntOrString === true && pattern?.startsWith('^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)') === true
  );
}

/**
 * Kubernetes' own definitions of several minor versions in one set.
 *
 * @param minors - ascending: `{ minor: '1.36', definitions, enums }`, definitions by the names of the OpenAPI documents, enums as
 *   `enumsOf` gives them
 */
export function kubernetesDefinitions(minors) {
  const converted = minors.map(({ minor, definitions, enums }) => ({
    minor,
    definitions: Object.fromEntries(
      Object.entries(definitions).map(([name, definition]) => [name, completed(name, fromOpenApi(definition), enums)]),
    ),
  }));
  const names = new Set(converted.flatMap(({ definitions }) => Object.keys(definitions)));
  return Object.fromEntries(
    [...names].sort().map((name) => {
      const present = converted.filter(({ definitions }) => name in definitions);
      return [name, merged(present.map(({ minor, definitions }) => [minor, definitions[name]]))];
    }),
  );
}

const LABEL_KEYS = { 'x-keys': 'qualified-name' };
const LABELS = { type: 'object', ...LABEL_KEYS, additionalProperties: { type: 'string', format: 'label-value' } };
const DATA_KEYS = { 'x-keys': 'data-key' };
const PORT = { minimum: 1, maximum: 65535 };
const NAME = { format: 'dns-label' };
const NOT_EMPTY = { minItems: 1 };

/** What the API server checks in its code and not by its document: k8s.io/kubernetes/pkg/apis/core/validation. */
const ADDED = {
  'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta': { labels: LABELS, annotations: LABEL_KEYS },
  'io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector': { matchLabels: LABELS },
  'io.k8s.api.core.v1.ConfigMap': { data: DATA_KEYS, binaryData: DATA_KEYS },
  'io.k8s.api.batch.v1.CronJobSpec': { schedule: { format: 'cron' } },
  'io.k8s.api.core.v1.Container': { name: NAME },
  'io.k8s.api.core.v1.ContainerPort': { containerPort: PORT, name: { format: 'port-name' } },
  'io.k8s.api.core.v1.EphemeralContainer': { name: NAME },
  'io.k8s.api.core.v1.PersistentVolumeClaimSpec': { accessModes: NOT_EMPTY },
  'io.k8s.api.core.v1.PodSpec': { containers: NOT_EMPTY, nodeSelector: LABELS },
  'io.k8s.api.core.v1.Secret': { data: DATA_KEYS, stringData: DATA_KEYS },
  'io.k8s.api.core.v1.ServicePort': { port: PORT },
  'io.k8s.api.core.v1.ServiceSpec': { selector: LABELS },
  'io.k8s.api.core.v1.Volume': { name: NAME },
  'io.k8s.api.networking.v1.HTTPIngressRuleValue': { paths: NOT_EMPTY },
  'io.k8s.api.networking.v1.IngressRule': { host: { format: 'host-name' } },
  'io.k8s.api.rbac.v1.PolicyRule': { verbs: NOT_EMPTY },
};
/** Fields that it asks for and the document does not. */
const ASKED = {
  'io.k8s.api.apps.v1.DaemonSet': ['spec'],
  'io.k8s.api.apps.v1.Deployment': ['spec'],
  'io.k8s.api.apps.v1.StatefulSet': ['spec'],
  'io.k8s.api.batch.v1.CronJob': ['spec'],
  'io.k8s.api.batch.v1.Job': ['spec'],
  'io.k8s.api.batch.v1.JobTemplateSpec': ['spec'],
  'io.k8s.api.core.v1.Container': ['image'],
  'io.k8s.api.core.v1.PersistentVolumeClaim': ['spec'],
  'io.k8s.api.core.v1.PersistentVolumeClaimSpec': ['accessModes', 'resources'],
  'io.k8s.api.core.v1.Pod': ['spec'],
  'io.k8s.api.core.v1.PodTemplateSpec': ['spec'],
  'io.k8s.api.core.v1.Service': ['spec'],
  'io.k8s.api.networking.v1.Ingress': ['spec'],
};

/** Types that mean more, or less, than the document says. */
const SPECIAL = {
  'io.k8s.apimachinery.pkg.api.resource.Quantity': QUANTITY,
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': { 'x-kubernetes-int-or-string': true },
  'io.k8s.apimachinery.pkg.runtime.RawExtension': OPEN,
  'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1': OPEN,
  'io.k8s.apimachinery.pkg.apis.meta.v1.Time': { type: 'string', format: 'date-time' },
  'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime': { type: 'string', format: 'date-time' },
};

function fromOpenApi(schema) {
  const reference = schema.$ref ?? (schema.allOf?.length === 1 ? schema.allOf[0].$ref : undefined);
  if (reference !== undefined) {
    const name = reference.split('/').pop();
    return SPECIAL[name] ?? { $ref: name };
  }
  if (schema.type === undefined && schema.properties === undefined) return OPEN;
  const result = condition({ ...schema, properties: undefined, items: undefined });
  if (schema.properties !== undefined) result.properties = mapValues(schema.properties, fromOpenApi);
  if (schema.items !== undefined) result.items = fromOpenApi(schema.items);
  if (typeof schema.additionalProperties === 'object')
    result.additionalProperties = fromOpenApi(schema.additionalProperties);
  if (schema['x-kubernetes-group-version-kind'] !== undefined && result.properties?.metadata !== undefined) {
    // A status is of no effect.
    const { status, ...own } = withoutCommon(result.properties);
    result.properties = { ...own, ...(status === undefined ? {} : { status: OPEN }) };
    if (result.required !== undefined) result.required = result.required.filter((key) => key in own);
    // A StatefulSet has claims in it that are objects by themselves.
    if (schema['x-kubernetes-group-version-kind'].some(({ kind }) => kind === 'PersistentVolumeClaim'))
      result['x-kubernetes-embedded-resource'] = true;
  }
  return withoutEmpty(result);
}

/**
 * The values of Go types that are marked `+enum`, which the OpenAPI documents leave out.
 *
 * @param packages - texts of `types.go` by the prefix of the names of their definitions, `io.k8s.api.core.v1`
 * @returns values by `definition.property`, `io.k8s.api.core.v1.Container.imagePullPolicy`
 */
export function enumsOf(packages) {
  const byPackage = new Map(Object.entries(packages).map(([prefix, text]) => [prefix, valuesOfTypes(text)]));
  const core = byPackage.get('io.k8s.api.core.v1');
  const result = {};
  for (const [prefix, text] of Object.entries(packages)) {
    const own = byPackage.get(prefix);
    for (const [, struct, body] of text.matchAll(/^type (\w+) struct \{\n([\s\S]*?)^\}/gm)) {
      for (const [, type, json] of body.matchAll(/^\t\w+ +(?:\[\])?\*?([\w.]+) +`json:"(\w+)/gm)) {
        const values =
          type.startsWith('v1.') || type.startsWith('corev1.') ? core?.get(type.split('.')[1]) : own.get(type);
        if (values !== undefined) result[`${prefix}.${struct}.${json}`] = values;
      }
    }
  }
  return result;
}

function valuesOfTypes(text) {
  const types = [...text.matchAll(/^\/\/ ?\+enum\n(?:\/\/.*\n)*type (\w+) string/gm)].map(([, type]) => type);
  return new Map(
    types.map((type) => {
      // `Name Type = "value"` or `Name = Type("value")`.
      const values = [
        ...text.matchAll(new RegExp(`^\\s*(?:const )?\\w+\\s+(?:${type}\\s*= |= ${type}\\()"([^"]*)"`, 'gm')),
      ];
      // One that stands for a value of another package hides what the values are.
      const isHidden = new RegExp(`^\\s*\\w+\\s+(?:${type}\\s*= |= ${type}\\()[^"\\s]`, 'm').test(text);
      return [type, isHidden ? [] : [...new Set(values.map(([, value]) => value))].sort()];
    }),
  );
}

function completed(name, definition, enums) {
  for (const [property, added] of Object.entries(ADDED[name] ?? {}))
    definition.properties[property] = { ...definition.properties[property], ...added };
  if (ASKED[name] !== undefined) definition.required = [...(definition.required ?? []), ...ASKED[name]];
  for (const [property, schema] of Object.entries(definition.properties ?? {})) {
    const values = enums[`${name}.${property}`];
    if (values === undefined || values.length === 0) continue;
    // An empty text counts as none, and has a default.
    const allowed = [...values, ''];
    if (schema.type === 'string') definition.properties[property] = { ...schema, enum: allowed };
    else if (schema.items?.type === 'string')
      definition.properties[property] = { ...schema, items: { ...schema.items, enum: values } };
  }
  return definition;
}

/** One schema out of those of several minors: what one of them takes is valid; fields say where they are not known. */
function merged(schemas) {
  const [, newest] = schemas.at(-1);
  if (schemas.every(([, schema]) => JSON.stringify(schema) === JSON.stringify(newest))) return newest;
  const result = { ...newest };
  const all = schemas.map(([, schema]) => schema);
  if (all.some((schema) => schema.$ref !== newest.$ref || schema.type !== newest.type)) return newest;
  if (all.every((schema) => schema.enum !== undefined))
    result.enum = [...new Set(all.flatMap((schema) => schema.enum))].sort(
      (a, b) => Number(a === '') - Number(b === ''),
    );
  else delete result.enum;
  const required = newest.required?.filter((key) => all.every((schema) => schema.required?.includes(key))) ?? [];
  if (required.length > 0) result.required = required;
  else delete result.required;
  if (newest.items !== undefined) result.items = merged(schemas.map(([minor, schema]) => [minor, schema.items]));
  const names = [...new Set(all.flatMap((schema) => Object.keys(schema.properties ?? {})))];
  if (names.length > 0)
    result.properties = Object.fromEntries(names.sort().map((name) => [name, property(schemas, name)]));
  return result;
}

function property(schemas, name) {
  const present = schemas.filter(([, schema]) => schema.properties?.[name] !== undefined);
  const result = { ...merged(present.map(([minor, schema]) => [minor, schema.properties[name]])) };
  return { ...result, ...lifetime(present, schemas) };
}

/**
 * From and up to which minor something is there; nothing where it is in all of them.
 *
 * @param present - pairs that begin with the minor, ascending
 */
export function lifetime(present, all) {
  const [[first], [last]] = [present[0], present.at(-1)];
  return {
    ...(first === all[0][0] ? {} : { 'x-since': first }),
    ...(last === all.at(-1)[0] ? {} : { 'x-until': last }),
  };
}

/**
 * A schema with more values for an enum.
 *
 * @param more - values by one that the enum has
 */
export function widened(schema, more) {
  if (Array.isArray(schema)) return schema.map((one) => widened(one, more));
  if (typeof schema !== 'object' || schema === null) return schema;
  const result = mapValues(schema, (inner) => widened(inner, more));
  for (const [known, values] of Object.entries(more))
    if (Array.isArray(result.enum) && result.enum.includes(known)) result.enum = [...result.enum, ...values];
  return result;
}

/**
 * The files of CRDs: parts that occur several times become definitions, those of several groups in a file of their own.
 *
 * @param kinds - `{ group, kind, version, schema }`
 * @param smallest - length of the text from which on a part is worth a definition
 * @returns files by name: `{ kinds, definitions, uses }`
 */
export function filesOfCrds(kinds, smallest) {
  const uses = new Map();
  for (const { group, schema } of kinds) count(schema, group, uses, smallest);
  const names = new Map();
  const shared = [];
  const local = new Map();
  for (const [text, { groups, times }] of uses) {
    if (times < 2) continue;
    if (groups.size > 1) {
      names.set(text, `shared#${shared.length}`);
      shared.push(text);
    } else {
      const [group] = groups;
      const list = local.get(group) ?? [];
      names.set(text, String(list.length));
      list.push(text);
      local.set(group, list);
    }
  }
  const definitionsOf = (texts, inside) =>
    Object.fromEntries(texts.map((text, index) => [String(index), replaceInside(JSON.parse(text), names, inside)]));
  const files = { shared: { definitions: definitionsOf(shared, 'shared') } };
  for (const group of [...new Set(kinds.map((one) => one.group))].sort()) {
    const own = kinds.filter((one) => one.group === group);
    files[group] = {
      kinds: groupBy(
        own,
        ({ kind }) => kind,
        ({ version, schema }) => [version, reference(schema, names)],
      ),
      definitions: definitionsOf(local.get(group) ?? [], group),
    };
  }
  return files;
}

function groupBy(list, keyOf, entryOf) {
  const result = {};
  for (const one of list) {
    const [key, value] = entryOf(one);
    result[keyOf(one)] = { ...result[keyOf(one)], [key]: value };
  }
  return result;
}

function count(schema, group, uses, smallest) {
  const text = JSON.stringify(schema);
  if (text.length < smallest) return;
  const use = uses.get(text) ?? { groups: new Set(), times: 0 };
  uses.set(text, use);
  const isNewHere = !use.groups.has(group);
  use.groups.add(group);
  use.times += 1;
  // What is inside of a part that was met before is counted once for each group.
  if (use.times === 1 || isNewHere) for (const inner of subschemas(schema)) count(inner, group, uses, smallest);
}

function subschemas(schema) {
  return [
    ...Object.values(schema.properties ?? {}),
    ...(schema.items === undefined ? [] : [schema.items]),
    ...(typeof schema.additionalProperties === 'object' ? [schema.additionalProperties] : []),
  ];
}

function reference(schema, names, inside) {
  const name = names.get(JSON.stringify(schema));
  if (name === undefined) return replaceInside(schema, names, inside);
  return { $ref: name.startsWith(`${inside}#`) ? name.slice(inside.length + 1) : name };
}

function replaceInside(schema, names, inside) {
  const replace = (inner) => reference(inner, names, inside);
  return {
    ...schema,
    ...(schema.properties === undefined ? {} : { properties: mapValues(schema.properties, replace) }),
    ...(schema.items === undefined ? {} : { items: replace(schema.items) }),
    ...(typeof schema.additionalProperties === 'object'
      ? { additionalProperties: replace(schema.additionalProperties) }
      : {}),
  };
}

/** The other files that definitions lead to. */
export function usesOf(file) {
  const found = JSON.stringify(file).matchAll(/"\$ref":"([^"#]+)#/g);
  return [...new Set([...found].map(([, name]) => name))].sort();
}

/** What every object has is known to the reader. */
function withoutCommon(properties) {
  return Object.fromEntries(
    Object.entries(properties).filter(([key]) => !['apiVersion', 'kind', 'metadata'].includes(key)),
  );
}

function mapValues(fields, convert) {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, convert(value)]));
}

function withoutEmpty(schema) {
  if (schema.required?.length === 0) delete schema.required;
  return schema;
}
