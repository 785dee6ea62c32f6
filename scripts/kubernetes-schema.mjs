/** Keywords that say what is valid; everything else is left out. */
const KEPT = [
  'type',
  'enum',
  'required',
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
];
const TEXTS = { type: 'object', additionalProperties: { type: 'string' } };
const METADATA = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    namespace: { type: 'string' },
    labels: TEXTS,
    annotations: TEXTS,
    finalizers: { type: 'array', items: { type: 'string' } },
  },
  required: ['name'],
  additionalProperties: false,
};
const INT_OR_STRING = { type: ['integer', 'string'] };

/**
 * The JSON Schema of a kind out of the structural schema of its CRD. Parts of at least `size` characters that stand in it
 * several times become definitions.
 */
export function schemaOfCrd(structural, size) {
  const { properties, required = [] } = structural;
  const own = withoutStatus(properties);
  const converted = convertProperties({ ...own, metadata: {} }, convertStructural);
  return shared(root({ ...converted, metadata: METADATA }, required), size);
}

/** The JSON Schema of one of Kubernetes' own kinds, with the definitions that it leads to. */
export function schemaOfKubernetes(definitions, name, size) {
  const { properties, required = [] } = definitions[name];
  const own = withoutStatus(properties);
  const convert = (schema) => convertOpenApi(schema, definitions, []);
  return shared(root({ ...convertProperties({ ...own, metadata: {} }, convert), metadata: METADATA }, required), size);
}

/** Controllers write the status, nobody else. */
function withoutStatus(properties) {
  return Object.fromEntries(Object.entries(properties).filter(([key]) => key !== 'status'));
}

function root(properties, required) {
  return {
    type: 'object',
    properties,
    required: [...new Set(['apiVersion', 'kind', 'metadata', ...required])].filter((key) => key !== 'status'),
    additionalProperties: false,
  };
}

function convertProperties(properties, convert) {
  return Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, convert(value)]));
}

/** https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema */
function convertStructural(schema) {
  if (schema['x-kubernetes-int-or-string'] === true) return { ...kept(schema), ...INT_OR_STRING };
  const result = kept(schema);
  if (schema.properties !== undefined) result.properties = convertProperties(schema.properties, convertStructural);
  if (schema.items !== undefined) result.items = convertStructural(schema.items);
  if (typeof schema.additionalProperties === 'object')
    result.additionalProperties = convertStructural(schema.additionalProperties);
  else if (schema.properties !== undefined && schema['x-kubernetes-preserve-unknown-fields'] !== true)
    result.additionalProperties = false;
  for (const key of ['allOf', 'anyOf', 'oneOf'])
    if (schema[key] !== undefined) result[key] = schema[key].map(convertCondition);
  if (schema.not !== undefined) result.not = convertCondition(schema.not);
  return nullable(schema, result);
}

/** Conditions say nothing of fields that they do not name. */
function convertCondition(schema) {
  const result = kept(schema);
  if (schema.properties !== undefined) result.properties = convertProperties(schema.properties, convertCondition);
  if (schema.items !== undefined) result.items = convertCondition(schema.items);
  for (const key of ['allOf', 'anyOf', 'oneOf'])
    if (schema[key] !== undefined) result[key] = schema[key].map(convertCondition);
  if (schema.not !== undefined) result.not = convertCondition(schema.not);
  return result;
}

function convertOpenApi(schema, definitions, open) {
  const reference = schema.$ref ?? schema.allOf?.[0]?.$ref;
  if (reference !== undefined) {
    const name = reference.split('/').pop();
    // A type inside of itself is let through: none of the kinds in use needs one.
    return open.includes(name) ? {} : convertOpenApi(definitions[name], definitions, [...open, name]);
  }
  if (schema.oneOf !== undefined || schema.format === 'int-or-string') return INT_OR_STRING;
  const convert = (inner) => convertOpenApi(inner, definitions, open);
  const result = kept(schema);
  if (schema.properties !== undefined) result.properties = convertProperties(schema.properties, convert);
  if (schema.items !== undefined) result.items = convert(schema.items);
  if (typeof schema.additionalProperties === 'object')
    result.additionalProperties = convert(schema.additionalProperties);
  else if (schema.properties !== undefined) result.additionalProperties = false;
  return result;
}

function kept(schema) {
  const entries = KEPT.filter((key) => schema[key] !== undefined).map((key) => [key, schema[key]]);
  const result = Object.fromEntries(entries);
  if (result.pattern === undefined) return result;
  const { pattern, ...others } = result;
  const translated = javaScriptPattern(pattern);
  return translated === undefined ? others : { ...others, pattern: translated };
}

/** Go's flag for any case, spelt out; a pattern that JavaScript still cannot read is left out. */
function javaScriptPattern(pattern) {
  const isSimple = pattern.includes('(?i)') && !/[[\\]/.test(pattern);
  const translated = isSimple
    ? pattern.replace('(?i)', '').replace(/[a-z]/gi, (letter) => `[${letter.toLowerCase()}${letter.toUpperCase()}]`)
    : pattern;
  try {
    new RegExp(translated);
    return translated;
  } catch {
    console.warn(`left out: ${pattern}`);
    return undefined;
  }
}

function nullable(schema, result) {
  return schema.nullable === true && typeof result.type === 'string'
    ? { ...result, type: [result.type, 'null'] }
    : result;
}

/** Parts that stand in a schema several times, moved to `$defs`. */
function shared(schema, size) {
  const counts = new Map();
  count(schema, counts, size);
  const names = new Map(
    [...counts].filter(([, times]) => times > 1).map(([text], index) => [text, `d${String(index)}`]),
  );
  const $defs = Object.fromEntries([...names].map(([text, name]) => [name, replaceInside(JSON.parse(text), names)]));
  const result = replaceInside(schema, names);
  return names.size === 0 ? result : { ...result, $defs };
}

function count(schema, counts, size) {
  const text = JSON.stringify(schema);
  if (text.length < size) return;
  const times = counts.get(text) ?? 0;
  counts.set(text, times + 1);
  // What is inside of a part that was met before is counted once.
  if (times === 0) for (const inner of subschemas(schema)) count(inner, counts, size);
}

function subschemas(schema) {
  return [
    ...Object.values(schema.properties ?? {}),
    ...(schema.items === undefined ? [] : [schema.items]),
    ...(typeof schema.additionalProperties === 'object' ? [schema.additionalProperties] : []),
  ];
}

function replaceInside(schema, names) {
  const replace = (inner) => {
    const name = names.get(JSON.stringify(inner));
    return name === undefined ? replaceInside(inner, names) : { $ref: `#/$defs/${name}` };
  };
  return {
    ...schema,
    ...(schema.properties === undefined ? {} : { properties: convertProperties(schema.properties, replace) }),
    ...(schema.items === undefined ? {} : { items: replace(schema.items) }),
    ...(typeof schema.additionalProperties === 'object'
      ? { additionalProperties: replace(schema.additionalProperties) }
      : {}),
  };
}
