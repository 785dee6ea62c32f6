import { CATALOGUE, type Entry } from '../../catalogue.ts';
import type { Rule, SoundConfiguration } from '../effective.ts';
import { type Issue, missingField } from '../issue.ts';
import { CLUSTER_FIELDS, type FieldSchema, SECRET_FIELDS } from '../schemas.ts';

/** Fields of which another rule says that they are not used. */
const NEED_MORE: ReadonlySet<string> = new Set(['azure_openai_api_key', 'cohere_api_key', 'anthropic_api_key']);

/** What stands in the way of a field: another one, and how it would have to be. */
interface Obstacle {
  readonly field: string;
  /** As it stands after "because". */
  readonly because: string;
}

type State = 'on' | 'off' | 'unknown';

/** An entry that is on takes the entries that it needs. */
export const entriesHaveWhatTheyNeed: Rule = (configuration) =>
  CATALOGUE.filter((entry) => stateOf(entry, configuration) === 'on').flatMap((entry) =>
    entry.needs.flatMap((name): Issue[] => {
      const needed = CATALOGUE.find((one) => one.name === name);
      const [field] = entry.switch;
      if (needed === undefined || field === undefined || stateOf(needed, configuration) !== 'off') return [];
      return [
        {
          code: 'config/needs-field',
          file: 'cluster',
          at: { path: [field], part: 'key' },
          message: `\`${field}\` is set, but ${entry.title} takes ${needed.title}, which is off`,
          remedy: `run \`cluster-template add ${name}\`, or remove \`${field}\``,
        },
      ];
    }),
  );

/** The fields that an entry cannot do without. */
export const entriesAreComplete: Rule = (configuration) =>
  fieldsOfEntries().flatMap(([name, schema, entry]): Issue[] => {
    if (schema['x-needed'] !== true || configuration.isWritten(name)) return [];
    const conditions = conditionsOf(schema, entry);
    // Of several the last is the closest to the field.
    const closest = schema['x-with'] === undefined ? conditions[0] : conditions.at(-1);
    if (closest === undefined || obstacles(conditions, configuration) !== undefined) return [];
    const [field, wanted] = closest;
    const why = wanted === true ? field : `${field}: ${String(valueOf(field, configuration))}`;
    return [missingField('cluster', [name], `which \`${why}\` needs`)];
  });

/** A field that says more about an entry that is off. */
export const entryFieldsHaveEffect: Rule = (configuration) =>
  fieldsOfEntries().flatMap(([name, schema, entry]): Issue[] => {
    if (!configuration.isWritten(name) || entry.switch.includes(name)) return [];
    // Half a switch is somebody's next step, and has rules of its own.
    if (
      schema['x-with'] === undefined &&
      entry.switch.some((field) => configuration.isWritten(field) && isSet(field, configuration))
    )
      return [];
    const found = obstacles(conditionsOf(schema, entry), configuration);
    // What takes a gateway says so as an error.
    if (found === undefined || found === 'unknown' || NEED_MORE.has(name)) return [];
    return [
      {
        code: 'config/no-effect',
        severity: 'warning',
        file: 'cluster',
        at: { path: [name], part: 'key' },
        message: `\`${name}\` has no effect, because ${found.because}`,
        remedy: 'remove it, or set what it goes with',
      },
    ];
  });

function fieldsOfEntries(): [string, FieldSchema, Entry][] {
  return CATALOGUE.flatMap((entry) =>
    entry.fields.map((name): [string, FieldSchema, Entry] => [name, CLUSTER_FIELDS[name] ?? {}, entry]),
  );
}

function isSet(field: string, configuration: SoundConfiguration): boolean {
  return obstacles([[field, true]], configuration) === undefined;
}

type Conditions = readonly (readonly [field: string, wanted: unknown])[];

/** What has to hold for a field to have an effect: what it says itself, or what switches its entry on. */
function conditionsOf({ 'x-with': own }: FieldSchema, entry: Entry): Conditions {
  return own === undefined ? entry.switch.map((name) => [name, true] as const) : Object.entries(own);
}

/** The first condition that does not hold; undefined where all do. */
function obstacles(conditions: Conditions, configuration: SoundConfiguration): Obstacle | 'unknown' | undefined {
  for (const [field, wanted] of conditions) {
    const value = valueOf(field, configuration);
    if (value === undefined) return 'unknown';
    if (wanted === true) {
      if (value === null || value === false) {
        const isSwitch = CLUSTER_FIELDS[field]?.type === 'boolean';
        return { field, because: `\`${field}\` is ${isSwitch ? 'false' : 'not set'}` };
      }
    } else if (![wanted].flat().includes(value)) {
      return { field, because: `\`${field}\` is not ${[wanted].flat().join(' or ')}` };
    }
  }
  return undefined;
}

function stateOf(entry: Entry, configuration: SoundConfiguration): State {
  if (entry.switch.length === 0) return 'unknown';
  const found = obstacles(
    entry.switch.map((name) => [name, true]),
    configuration,
  );
  if (found === undefined) return 'on';
  return found === 'unknown' ? 'unknown' : 'off';
}

/** The value of a field, true for a secret that is set; undefined where it is broken. */
function valueOf(field: string, { cluster, secrets, isWritten }: SoundConfiguration): unknown {
  if (!SECRET_FIELDS.includes(field)) return (cluster as Readonly<Record<string, unknown>>)[field];
  if (secrets[field] !== undefined) return true;
  return isWritten(field) ? undefined : null;
}
