import { compileGoRegex } from '../text/go-regex.ts';
import { type Fields, isFields, type Path } from '../text/values.ts';
import { compareMinors } from './kinds.ts';

// Objects are read against structural schemas as an API server reads them, strictly: what it would prune is a mistake. Schemas are walked
// and not compiled. Most of them serve a handful of objects, and to compile one takes longer than all of these do (docs/architecture.md).
// https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema

/** A structural schema, or one of schemas/kubernetes/, whose words of its own scripts/kubernetes-schema.mjs explains. */
export interface StructuralSchema {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly nullable?: boolean;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly required?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly exclusiveMaximum?: boolean;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly properties?: Readonly<Record<string, StructuralSchema>>;
  readonly additionalProperties?: StructuralSchema | boolean;
  readonly items?: StructuralSchema;
  readonly allOf?: readonly StructuralSchema[];
  readonly anyOf?: readonly StructuralSchema[];
  readonly oneOf?: readonly StructuralSchema[];
  readonly not?: StructuralSchema;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-embedded-resource'?: boolean;
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-keys'?: string;
  readonly 'x-since'?: string;
  readonly 'x-until'?: string;
}

/** Where an object does not fit its schema. */
export interface Misfit {
  readonly path: Path;
  /** What is wrong there, without the value. */
  readonly message: string;
  /** What would be right, where that can be said. */
  readonly remedy?: string;
  /** The names that could stand in the place of the last part of the path. */
  readonly known?: readonly string[];
  /** The values that could stand there. */
  readonly allowed?: readonly string[];
}

/** What a schema is read with. */
export interface Reading {
  /** A definition by its name: `name` of the file that the schema stands in, `file#name` of another one. */
  readonly resolve: (reference: string, file: string) => { readonly schema: StructuralSchema; readonly file: string };
  /** The file that the schema stands in. */
  readonly file: string;
  /** Minor version of Kubernetes, `1.36`; undefined where it is not known, so that what any of them takes is taken. */
  readonly minor: string | undefined;
}

/**
 * What of an object does not fit.
 *
 * @param schema - of the kind; what every object has (`apiVersion`, `kind`, `metadata`) need not be part of it
 * @param object - as it would be applied, without null
 */
export function misfitsOf(object: Fields, schema: StructuralSchema, reading: Reading): Misfit[] {
  const misfits: Misfit[] = [];
  const { schema: whole, file } = resolved(schema, reading);
  const { apiVersion: _version, kind: _kind, metadata, ...own } = object;
  const { metadata: restrictions, ...properties } = whole.properties ?? {};
  const walker = new Walker({ ...reading, file }, misfits);
  walker.metadata(metadata, object, ['metadata']);
  // A CRD may restrict the name further, and nothing else.
  const { name } = restrictions?.properties ?? {};
  if (name !== undefined && isFields(metadata)) walker.check(name, metadata.name, ['metadata', 'name']);
  const { apiVersion: _own, kind: _other, ...fields } = properties;
  const required = (whole.required ?? []).filter((key) => !COMMON.includes(key));
  const schemaOfFields = { ...whole, properties: fields, required, type: 'object' as const };
  walker.check({ ...schemaOfFields, 'x-kubernetes-embedded-resource': false }, own, [], COMMON);
  return misfits;
}

/** Fields of every object. */
const COMMON = ['apiVersion', 'kind', 'metadata'];

const TEXT: StructuralSchema = { type: 'string' };
const OPEN: StructuralSchema = { 'x-kubernetes-preserve-unknown-fields': true };
const LABELS: StructuralSchema = {
  type: 'object',
  additionalProperties: { type: 'string', format: 'label-value' },
  'x-keys': 'qualified-name',
};
/** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/ */
const METADATA: StructuralSchema = {
  type: 'object',
  properties: {
    name: TEXT,
    generateName: TEXT,
    namespace: { type: 'string', format: 'dns-label' },
    labels: LABELS,
    annotations: { type: 'object', additionalProperties: TEXT, 'x-keys': 'qualified-name' },
    finalizers: { type: 'array', items: TEXT },
    ownerReferences: {
      type: 'array',
      items: {
        type: 'object',
        required: ['apiVersion', 'kind', 'name', 'uid'],
        properties: {
          apiVersion: TEXT,
          kind: TEXT,
          name: TEXT,
          uid: TEXT,
          controller: { type: 'boolean' },
          blockOwnerDeletion: { type: 'boolean' },
        },
      },
    },
    creationTimestamp: TEXT,
    deletionTimestamp: TEXT,
    deletionGracePeriodSeconds: { type: 'integer' },
    generation: { type: 'integer' },
    managedFields: OPEN,
    resourceVersion: TEXT,
    selfLink: TEXT,
    uid: TEXT,
  },
  required: ['name'],
};

/** What the name of an object may be: any but these are names as in DNS, k8s.io/apimachinery/pkg/api/validation. */
function nameFormat({ apiVersion, kind }: Fields): string | undefined {
  const group = String(apiVersion).split('/')[0] ?? '';
  // Their names may hold a colon.
  if (group === 'rbac.authorization.k8s.io' || kind === 'ClusterTrustBundle') return 'path-segment';
  return apiVersion === 'v1' && (kind === 'Namespace' || kind === 'Service') ? 'dns-label' : 'dns-subdomain';
}

function resolved(schema: StructuralSchema, reading: Reading): { schema: StructuralSchema; file: string } {
  let current = { schema, file: reading.file };
  while (current.schema.$ref !== undefined) current = reading.resolve(current.schema.$ref, current.file);
  return current;
}

class Walker {
  readonly #reading: Reading;
  readonly #misfits: Misfit[];

  constructor(reading: Reading, misfits: Misfit[]) {
    this.#reading = reading;
    this.#misfits = misfits;
  }

  /** @param common - keys that belong to an object beside those of the schema */
  check(written: StructuralSchema, value: unknown, path: Path, common: readonly string[] = []): void {
    if (written.$ref !== undefined) {
      const { schema, file } = resolved(written, this.#reading);
      const walker = file === this.#reading.file ? this : new Walker({ ...this.#reading, file }, this.#misfits);
      walker.check(schema, value, path, common);
      return;
    }
    const isEmbedded = written['x-kubernetes-embedded-resource'] === true;
    if (this.#isOfType(written, value, path)) {
      this.#checkValue(written, value, path);
      if (isFields(value)) this.#checkFields(written, value, path, isEmbedded ? COMMON : common);
      if (Array.isArray(value)) this.#checkItems(written, value, path);
      this.#checkConditions(written, value, path);
    }
    if (isEmbedded && isFields(value)) this.metadata(value.metadata, value, [...path, 'metadata']);
  }

  metadata(metadata: unknown, object: Fields, path: Path): void {
    if (metadata === undefined) {
      this.#tell(path.slice(0, -1), 'the field metadata is missing');
      return;
    }
    this.check(METADATA, metadata, path);
    const name = isFields(metadata) ? metadata.name : undefined;
    if (typeof name === 'string') this.#checkFormat(nameFormat(object), name, [...path, 'name']);
  }

  #tell(path: Path, message: string, more: Omit<Misfit, 'path' | 'message'> = {}): void {
    this.#misfits.push({ path, message, ...more });
  }

  #isOfType(schema: StructuralSchema, value: unknown, path: Path): boolean {
    if (value === null && schema.nullable === true) return false;
    const expected = schema['x-kubernetes-int-or-string'] === true ? 'int-or-string' : schema.type;
    if (expected === undefined || TYPES[expected]?.(value, schema.format) !== false) return true;
    const [wanted, given] = [TYPE_WORDS[expected] ?? expected, wordOf(value)];
    this.#tell(path, `${fieldOf(path)} must be ${wanted}, and is ${given}`, remedyOf(expected, value));
    return false;
  }

  #checkValue(schema: StructuralSchema, value: unknown, path: Path): void {
    if (schema.enum !== undefined && !schema.enum.some((one) => isEqual(one, value))) {
      const allowed = schema.enum.filter((one) => one !== '').map(String);
      this.#tell(path, `${fieldOf(path)} must be one of ${allowed.join(', ')}`, { allowed });
    }
    if (typeof value === 'number') this.#checkNumber(schema, value, path);
    if (typeof value === 'string') this.#checkText(schema, value, path);
  }

  #checkNumber(schema: StructuralSchema, value: number, path: Path): void {
    const { minimum, maximum, multipleOf, format } = schema;
    const field = fieldOf(path);
    if (minimum !== undefined && (schema.exclusiveMinimum === true ? value <= minimum : value < minimum))
      this.#tell(
        path,
        `${field} must be ${schema.exclusiveMinimum === true ? 'more than' : 'at least'} ${String(minimum)}`,
      );
    if (maximum !== undefined && (schema.exclusiveMaximum === true ? value >= maximum : value > maximum))
      this.#tell(
        path,
        `${field} must be ${schema.exclusiveMaximum === true ? 'less than' : 'at most'} ${String(maximum)}`,
      );
    if (multipleOf !== undefined && Math.abs(value / multipleOf - Math.round(value / multipleOf)) > 1e-9)
      this.#tell(path, `${field} must be a multiple of ${String(multipleOf)}`);
    if (format === 'int32' && (value < -(2 ** 31) || value >= 2 ** 31))
      this.#tell(path, `${field} must be a number of 32 bits: from -2147483648 to 2147483647`);
  }

  #checkText(schema: StructuralSchema, value: string, path: Path): void {
    const { minLength, maxLength, pattern } = schema;
    // What counts are characters, not the units that JavaScript stores them in.
    const length = minLength === undefined && maxLength === undefined ? 0 : Array.from(value).length;
    const field = fieldOf(path);
    if (minLength !== undefined && length < minLength) {
      const isEmpty = minLength === 1;
      this.#tell(path, isEmpty ? `${field} must not be empty` : `${field} must have at least ${characters(minLength)}`);
    }
    if (maxLength !== undefined && length > maxLength)
      this.#tell(path, `${field} must have at most ${characters(maxLength)}, and has ${String(length)}`);
    if (pattern !== undefined && isUnlike(pattern, value))
      this.#tell(path, `${field} does not have the form that is asked for`, { remedy: `it must match ${pattern}` });
    this.#checkFormat(schema.format, value, path);
  }

  #checkFormat(format: string | undefined, value: string, path: Path): void {
    const rule = format === undefined ? undefined : FORMATS[format];
    if (rule === undefined || rule.isValid(value)) return;
    this.#tell(path, `${fieldOf(path)} must be ${rule.what}`, { remedy: rule.remedy });
  }

  #checkFields(schema: StructuralSchema, value: Fields, path: Path, common: readonly string[]): void {
    const { properties = {}, additionalProperties, required = [] } = schema;
    const names = Object.keys(value);
    for (const name of required) {
      const isThere = Object.hasOwn(value, name) || common.includes(name) || properties[name]?.default !== undefined;
      if (!isThere) this.#tell(path, `the field ${name} is missing`, { remedy: `${fieldOf(path)} must have it` });
    }
    const { minProperties, maxProperties } = schema;
    if (minProperties !== undefined && names.length < minProperties)
      this.#tell(path, `${fieldOf(path)} must have at least ${entries(minProperties)}`);
    if (maxProperties !== undefined && names.length > maxProperties)
      this.#tell(path, `${fieldOf(path)} must have at most ${entries(maxProperties)}, and has ${String(names.length)}`);
    const isOpen = schema['x-kubernetes-preserve-unknown-fields'] === true || additionalProperties === true;
    for (const name of names) {
      const inner = Object.hasOwn(properties, name) ? properties[name] : undefined;
      const place = [...path, name];
      if (inner !== undefined) {
        if (this.#isKnownHere(inner, name, place)) this.check(inner, value[name], place);
      } else if (typeof additionalProperties === 'object') {
        this.#checkKey(schema['x-keys'], name, place);
        this.check(additionalProperties, value[name], place);
      } else if (schema.type === 'object' && !isOpen && !common.includes(name)) {
        this.#tell(place, `the field ${name} is not known`, { known: [...Object.keys(properties), ...common].sort() });
      }
    }
  }

  /** Whether the cluster's version of Kubernetes has the field. */
  #isKnownHere(schema: StructuralSchema, name: string, path: Path): boolean {
    const { minor } = this.#reading;
    const { 'x-since': since, 'x-until': until } = schema;
    if (minor === undefined || (since === undefined && until === undefined)) return true;
    const isEarly = since !== undefined && compareMinors(minor, since) < 0;
    if (!isEarly && (until === undefined || compareMinors(minor, until) <= 0)) return true;
    const when = isEarly ? `from Kubernetes ${since} on` : `up to Kubernetes ${until ?? ''}`;
    this.#tell(path, `the field ${name} is known ${when}, and this is ${minor}`);
    return false;
  }

  #checkKey(form: string | undefined, name: string, path: Path): void {
    const rule = form === undefined ? undefined : FORMATS[form];
    if (rule === undefined || rule.isValid(name)) return;
    this.#tell(path, `the key ${name} must be ${rule.what}`, { remedy: rule.remedy });
  }

  #checkItems(schema: StructuralSchema, value: readonly unknown[], path: Path): void {
    const { minItems, maxItems, items } = schema;
    const field = fieldOf(path);
    if (minItems !== undefined && value.length < minItems)
      this.#tell(path, `${field} must have at least ${entries(minItems)}`);
    if (maxItems !== undefined && value.length > maxItems)
      this.#tell(path, `${field} must have at most ${entries(maxItems)}, and has ${String(value.length)}`);
    const isSet = schema.uniqueItems === true || schema['x-kubernetes-list-type'] === 'set';
    const keys = schema['x-kubernetes-list-type'] === 'map' ? (schema['x-kubernetes-list-map-keys'] ?? []) : [];
    const seen = new Set<string>();
    for (const [index, item] of value.entries()) {
      const place = [...path, index];
      if (items !== undefined) this.check(items, item, place);
      if (!isSet && keys.length === 0) continue;
      const identity = JSON.stringify(isSet ? item : keys.map((key) => keyOf(item, key, items, this.#reading)));
      const same = isSet ? 'stands there twice' : `has the same ${keys.join(' and ')} as another entry`;
      if (seen.has(identity)) this.#tell(place, `${fieldOf(place)} ${same}`);
      seen.add(identity);
    }
  }

  #checkConditions(schema: StructuralSchema, written: unknown, path: Path): void {
    const value = withDefaults(schema, written);
    for (const part of schema.allOf ?? []) this.check(part, value, path);
    if (schema.anyOf !== undefined && !schema.anyOf.some((part) => this.#fits(part, value)))
      this.#tell(path, choiceOf(schema.anyOf, 'at least one', path));
    if (schema.oneOf !== undefined) {
      const count = schema.oneOf.filter((part) => this.#fits(part, value)).length;
      if (count !== 1) this.#tell(path, choiceOf(schema.oneOf, count === 0 ? 'one' : 'only one', path));
    }
    if (schema.not !== undefined && this.#fits(schema.not, value)) {
      const { required = [], anyOf = [] } = schema.not;
      const together = required.length > 0 ? required : anyOf.flatMap((part) => part.required ?? []);
      const what = together.length === 0 ? 'has a form that is not allowed' : `must not have ${together.join(' and ')}`;
      this.#tell(path, `${fieldOf(path)} ${what}${required.length > 1 ? ' together' : ''}`);
    }
  }

  #fits(schema: StructuralSchema, value: unknown): boolean {
    const misfits: Misfit[] = [];
    new Walker(this.#reading, misfits).check(schema, value, []);
    return misfits.length === 0;
  }
}

/** What an API server asks of an object it asks when defaults have been put in. */
function withDefaults({ properties, allOf, anyOf, oneOf, not }: StructuralSchema, value: unknown): unknown {
  if (properties === undefined || !isFields(value) || (allOf ?? anyOf ?? oneOf ?? not) === undefined) return value;
  const defaults = Object.entries(properties).filter(([, inner]) => inner.default !== undefined);
  return { ...Object.fromEntries(defaults.map(([name, inner]) => [name, inner.default])), ...value };
}

const TYPES: Readonly<Record<string, (value: unknown, format?: string) => boolean>> = {
  string: (value) => typeof value === 'string',
  integer: (value) => Number.isInteger(value),
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  array: (value) => Array.isArray(value),
  object: (value) => isFields(value),
  'int-or-string': (value, format) =>
    typeof value === 'string' || (format === 'quantity' ? typeof value === 'number' : Number.isInteger(value)),
};

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  'int-or-string': 'a whole number or a text',
};

function wordOf(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return 'a text';
  if (typeof value === 'boolean') return 'true or false';
  return typeof value === 'number' ? 'a number' : 'a map';
}

function remedyOf(expected: string, value: unknown): { remedy?: string } {
  if (expected === 'string' && ['number', 'boolean'].includes(typeof value)) return { remedy: 'put it into quotes' };
  const isNumber = (expected === 'integer' || expected === 'number') && typeof value === 'string';
  if (isNumber && /^-?\d+(?:\.\d+)?$/.test(value)) return { remedy: 'write it without quotes' };
  if (expected === 'boolean' && typeof value === 'string' && /^(?:true|false)$/i.test(value))
    return { remedy: `write ${value.toLowerCase()}, without quotes` };
  if (expected === 'array' && !Array.isArray(value)) return { remedy: 'begin each entry with a dash' };
  return {};
}

/** A form of texts. */
interface Format {
  readonly isValid: (text: string) => boolean;
  readonly what: string;
  readonly remedy: string;
}

const DNS_LABEL = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
const DNS_SUBDOMAIN = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
const NAME_PART = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
/** k8s.io/apimachinery/pkg/api/resource: the suffixes of a quantity. */
const QUANTITY = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[KMGTPE]i|[numkMGTPE]|[eE][+-]?(?:\d+(?:\.\d*)?|\.\d+))?$/;
const DATE_TIME = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;

const FORMATS: Readonly<Record<string, Format>> = {
  'dns-label': {
    isValid: (text) => DNS_LABEL.test(text),
    what: 'a DNS label',
    remedy: 'at most 63 lower case letters, digits and dashes, with a letter or digit at both ends',
  },
  'dns-subdomain': {
    isValid: (text) => text.length <= 253 && DNS_SUBDOMAIN.test(text),
    what: 'a name as in DNS',
    remedy: 'lower case letters, digits, dashes and dots, with a letter or digit at both ends',
  },
  'path-segment': {
    isValid: (text) => text !== '.' && text !== '..' && !/[/%]/.test(text),
    what: 'a part of a path',
    remedy: 'without slashes and percent signs',
  },
  'qualified-name': {
    isValid(text) {
      const [name = '', prefix, ...more] = text.split('/').reverse();
      if (more.length > 0 || !NAME_PART.test(name)) return false;
      return prefix === undefined || (prefix.length <= 253 && DNS_SUBDOMAIN.test(prefix.toLowerCase()));
    },
    what: 'a name, with a domain and a slash before it where it has one',
    remedy: 'at most 63 letters, digits, dashes, underscores and dots, with a letter or digit at both ends',
  },
  'label-value': {
    isValid: (text) => text === '' || NAME_PART.test(text),
    what: 'the value of a label',
    remedy: 'at most 63 letters, digits, dashes, underscores and dots, with a letter or digit at both ends',
  },
  'data-key': {
    isValid: (text) => text.length <= 253 && /^[-._a-zA-Z0-9]+$/.test(text) && text !== '.' && !text.startsWith('..'),
    what: 'the name of a file',
    remedy: 'letters, digits, dashes, underscores and dots',
  },
  'port-name': {
    isValid: (text) => /^(?=.{1,15}$)(?=.*[a-z])[a-z0-9]+(?:-[a-z0-9]+)*$/.test(text),
    what: 'the name of a port',
    remedy: 'at most 15 lower case letters, digits and dashes, at least one letter among them',
  },
  'host-name': {
    isValid: (text) => text === '' || (text.length <= 253 && DNS_SUBDOMAIN.test(text.replace(/^\*\./, ''))),
    what: 'a host name',
    remedy: 'lower case letters, digits, dashes and dots, `*.` before it for all hosts of a domain',
  },
  cron: {
    isValid: (text) => /^(?:@\w+(?:\s+\S+)?|\S+(?:\s+\S+){4})\s*$/.test(text),
    what: 'a schedule of cron',
    remedy: 'five fields, such as "0 3 * * *", or @daily',
  },
  quantity: {
    isValid: (text) => QUANTITY.test(text),
    what: 'a quantity',
    remedy: 'a number, with a suffix such as m, M or Gi where it has one',
  },
  byte: {
    // As Go decodes it, which passes over line breaks.
    isValid: (text) =>
      /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text.replace(/[\r\n]/g, '')),
    what: 'base64',
    remedy: 'encode it; in a Secret plain texts stand in stringData',
  },
  date: { isValid: (text) => /^\d{4}-\d\d-\d\d$/.test(text), what: 'a date', remedy: 'such as 2026-01-31' },
  'date-time': {
    isValid: (text) => DATE_TIME.test(text),
    what: 'a point in time',
    remedy: 'such as 2026-01-31T12:00:00Z',
  },
  ipv4: {
    isValid: (text) => /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/.test(text),
    what: 'an IPv4 address',
    remedy: 'such as 192.0.2.1',
  },
  ipv6: {
    isValid: (text) => text.includes(':') && /^[0-9a-fA-F:.]+$/.test(text),
    what: 'an IPv6 address',
    remedy: 'such as 2001:db8::1',
  },
  cidr: {
    isValid: (text) => /^[0-9a-fA-F:.]+\/\d{1,3}$/.test(text),
    what: 'a network in CIDR notation',
    remedy: 'such as 192.0.2.0/24',
  },
};

/** A pattern that Go does not take cannot be in a definition that an API server has taken: it says nothing. */
function isUnlike(pattern: string, value: string): boolean {
  try {
    return !compileGoRegex(pattern).test(value);
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

/** What tells an entry of a list from the others; a key that is left out has its default. */
function keyOf(item: unknown, key: string, items: StructuralSchema | undefined, reading: Reading): unknown {
  if (isFields(item) && Object.hasOwn(item, key)) return item[key];
  return items === undefined ? undefined : resolved(items, reading).schema.properties?.[key]?.default;
}

/** What a choice between schemas asks for. */
function choiceOf(parts: readonly StructuralSchema[], how: string, path: Path): string {
  const names = parts.map(({ required = [], properties = {} }) =>
    (required.length > 0 ? required : Object.keys(properties)).join(' with '),
  );
  const isOfFields =
    parts.every(({ required, type }) => required !== undefined || type === undefined) &&
    names.every((name) => name !== '');
  if (isOfFields) return `${fieldOf(path)} must have ${how} of ${[...new Set(names)].join(', ')}`;
  const types = parts.map(({ type }) => (type === undefined ? undefined : TYPE_WORDS[type]));
  return types.every((type) => type !== undefined)
    ? `${fieldOf(path)} must be ${[...new Set(types)].join(' or ')}`
    : `${fieldOf(path)} has none of the forms that it may have`;
}

function isEqual(one: unknown, other: unknown): boolean {
  return one === other || (typeof one === 'object' && JSON.stringify(one) === JSON.stringify(other));
}

function characters(count: number): string {
  return `${String(count)} ${count === 1 ? 'character' : 'characters'}`;
}

function entries(count: number): string {
  return `${String(count)} ${count === 1 ? 'entry' : 'entries'}`;
}

/** The last key of a path, with the positions in lists that follow it. */
function fieldOf(path: Path): string {
  const start = path.findLastIndex((step) => typeof step === 'string');
  const [key = 'the object', ...positions] = path.slice(Math.max(0, start));
  return `${String(key)}${positions.map((position) => `[${String(position)}]`).join('')}`;
}
