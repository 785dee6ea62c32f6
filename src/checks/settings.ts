import type { ManifestFile } from '../manifests/document.ts';
import { spanOf, writtenDocuments } from '../manifests/written.ts';
import { FINDING_CODES } from '../report/codes.ts';
import type { Finding } from '../report/finding.ts';
import { SourceText } from '../report/source.ts';
import { globMatcher } from '../text/glob.ts';
import { suggestNearest } from '../text/suggest.ts';
import { asFields, type Fields, isFields, type Path } from '../text/values.ts';
import { type Level, type Option, type Profile, PROFILES, type Rule } from './rule.ts';
import { STYLE_SETTINGS, type StyleValues } from './style.ts';

/** Name of the file with the settings, at the top of a repository. */
export const SETTINGS_FILE = '.cluster-template.yaml';

/** How findings of one code are to be taken. */
interface RuleSetting {
  readonly severity: Level | undefined;
  /** Whether the repository says so itself. */
  readonly isWritten: boolean;
  /** All options of the rule with their values; none of what is no rule. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Whether findings in a file are left out. */
  readonly isExcepted: (path: string) => boolean;
}

/** The settings of a repository for its checks. */
export interface Settings {
  readonly profile: Profile;
  /** Whether a file is looked at by no rule. */
  readonly isExcluded: (path: string) => boolean;
  /** For a rule, or a code of another check. */
  readonly of: (code: string) => RuleSetting;
  /** What is written of how apps look. */
  readonly apps: Partial<StyleValues>;
}

/** Settings with what is wrong in them, which then holds as if it were not written. */
export interface ReadSettings {
  readonly settings: Settings;
  readonly findings: readonly Finding[];
}

/** Levels as they are written. */
const LEVELS: readonly Level[] = ['off', 'note', 'warning', 'error'];

/**
 * Reads .cluster-template.yaml.
 *
 * @param file - undefined where there is none
 * @param rules - all rules that there are
 * @param profile - one that goes before that of the file
 */
export function readSettings(file: ManifestFile | undefined, rules: readonly Rule[], profile?: Profile): ReadSettings {
  const reader = new SettingsReader(file, rules);
  const written = reader.read();
  const chosen = profile ?? written.profile ?? 'default';
  const byId = new Map<string, Rule>(rules.map((rule) => [rule.id, rule]));
  const known = new Map<string, RuleSetting>();
  return {
    findings: reader.findings,
    settings: {
      profile: chosen,
      isExcluded: matcherOf(written.exclude),
      apps: written.apps,
      of(code) {
        const setting = known.get(code) ?? settingOf(byId.get(code), chosen, written.rules.get(code));
        known.set(code, setting);
        return setting;
      },
    },
  };
}

/** What the settings say of a rule. */
interface WrittenRule {
  readonly severity?: Level;
  readonly options?: Fields;
  readonly except?: readonly string[];
}

interface WrittenSettings {
  readonly profile: Profile | undefined;
  readonly exclude: readonly string[];
  readonly rules: ReadonlyMap<string, WrittenRule>;
  readonly apps: Partial<StyleValues>;
}

function settingOf(rule: Rule | undefined, profile: Profile, written: WrittenRule = {}): RuleSetting {
  const inProfile = rule?.profiles[profile];
  const { severity, options = {} } = typeof inProfile === 'string' ? { severity: inProfile } : (inProfile ?? {});
  const defaults = Object.entries(rule?.options ?? {}).map(([name, option]) => [name, option.default] as const);
  return {
    severity: written.severity ?? severity ?? rule?.severity,
    isWritten: written.severity !== undefined,
    options: { ...Object.fromEntries(defaults), ...options, ...written.options },
    isExcepted: matcherOf(written.except ?? []),
  };
}

function matcherOf(patterns: readonly string[]): (path: string) => boolean {
  const matchers = patterns.map(globMatcher);
  return (path) => matchers.some((matches) => matches(path));
}

/** Says everything that is wrong, each at its place. */
class SettingsReader {
  readonly findings: Finding[] = [];
  readonly #file: ManifestFile | undefined;
  readonly #rules: ReadonlyMap<string, Rule>;

  constructor(file: ManifestFile | undefined, rules: readonly Rule[]) {
    this.#file = file;
    this.#rules = new Map(rules.map((rule) => [rule.id, rule]));
  }

  read(): WrittenSettings {
    const fields = this.#fields();
    this.#refuseUnknown(fields, [], ['profile', 'exclude', 'rules', 'apps']);
    return {
      profile: this.#word(fields.profile, ['profile'], Object.keys(PROFILES)) as Profile | undefined,
      exclude: this.#texts(fields.exclude, ['exclude']),
      rules: new Map(
        Object.entries(this.#map(fields.rules, ['rules'])).flatMap(([id, value]) => {
          const rule = this.#rule(id, value);
          return rule === undefined ? [] : [[id, rule] as const];
        }),
      ),
      apps: this.#options(STYLE_SETTINGS, fields.apps, ['apps']),
    };
  }

  #fields(): Fields {
    if (this.#file === undefined) return {};
    const documents = writtenDocuments(this.#file);
    const [error] = documents.flatMap(({ errors }) => errors);
    if (error !== undefined) {
      const [first = ''] = error.message.split('\n');
      const message = `not valid YAML: ${first.replace(/ at line \d+, column \d+:?$/, '')}`;
      this.#complain(message, { start: error.pos[0], end: error.pos[1] }, 'correct it');
      return {};
    }
    return this.#map(documents[0]?.toJS() ?? undefined, []);
  }

  #rule(id: string, value: unknown): WrittenRule | undefined {
    const path = ['rules', id];
    const rule = this.#rules.get(id);
    if (rule === undefined && !Object.hasOwn(FINDING_CODES, id)) {
      const near = suggestNearest(id, [...this.#rules.keys(), ...Object.keys(FINDING_CODES)]);
      const remedy = near === undefined ? 'docs/rules.md lists all rules' : `did you mean ${near}?`;
      this.#complain(`there is no rule ${id}`, this.#span(path, 'key'), remedy, 'lint/unknown-rule');
      return undefined;
    }
    if (typeof value === 'string' || !isFields(value)) {
      const severity = this.#word(value, path, LEVELS) as Level | undefined;
      return severity === undefined ? undefined : { severity };
    }
    this.#refuseUnknown(value, path, ['severity', 'except', 'options']);
    const severity = this.#word(value.severity, [...path, 'severity'], LEVELS) as Level | undefined;
    return {
      ...(severity === undefined ? {} : { severity }),
      except: this.#texts(value.except, [...path, 'except']),
      options: this.#options(rule?.options ?? {}, value.options, [...path, 'options']),
    };
  }

  #options(options: Readonly<Record<string, Option<unknown>>>, value: unknown, path: Path): Fields {
    const fields = this.#map(value, path);
    this.#refuseUnknown(fields, path, Object.keys(options));
    const taken = Object.entries(options).filter(
      ([name, { schema }]) => fields[name] !== undefined && this.#fits(fields[name], schema, [...path, name]),
    );
    return Object.fromEntries(taken.map(([name]) => [name, fields[name]]));
  }

  /** Whether a value is as its schema says; else the innermost value that is not is told. */
  #fits(value: unknown, schema: Fields, path: Path): boolean {
    if (schema.type === 'object' && isFields(value)) {
      const [known, others] = [asFields(schema.properties), schema.additionalProperties];
      if (!isFields(others)) this.#refuseUnknown(value, path, Object.keys(known));
      const entries = Object.entries(value).map(([key, one]) => {
        const own = Object.hasOwn(known, key) ? known[key] : others;
        return isFields(own) && this.#fits(one, own, [...path, key]);
      });
      return entries.every(Boolean);
    }
    if (schema.type === 'array' && Array.isArray(value) && isFields(schema.items)) {
      const { items } = schema;
      return value.map((one, index) => this.#fits(one, items, [...path, index])).every(Boolean);
    }
    const isFitting = Array.isArray(schema.enum) ? schema.enum.includes(value) : typeof value === schema.type;
    if (isFitting && schema.type !== 'object' && schema.type !== 'array') return true;
    const name = String(path.findLast((step) => typeof step === 'string'));
    this.#complain(`${name} is not ${wordsFor(schema)}`, this.#span(path), `write ${wordsFor(schema)}`);
    return false;
  }

  #map(value: unknown, path: Path): Fields {
    if (isFields(value)) return value;
    if (value !== undefined && value !== null) this.#misfit(path, 'a map');
    return {};
  }

  #texts(value: unknown, path: Path): readonly string[] {
    if (value === undefined) return [];
    if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value;
    this.#misfit(path, 'a list of texts');
    return [];
  }

  #word(value: unknown, path: Path, words: readonly string[]): string | undefined {
    if (value === undefined || (typeof value === 'string' && words.includes(value))) return value;
    // YAML 1.1 reads `off` so, and many an editor still does.
    if (value === false && words.includes('off')) return 'off';
    const near = typeof value === 'string' ? suggestNearest(value, words) : undefined;
    const remedy = near === undefined ? `it takes ${words.join(', ')}` : `did you mean ${near}?`;
    this.#complain(`${String(path.at(-1))} is ${JSON.stringify(value)}`, this.#span(path), remedy);
    return undefined;
  }

  #misfit(path: Path, wanted: string): void {
    const name = path.length === 0 ? 'the file' : String(path.at(-1));
    this.#complain(`${name} is not ${wanted}`, this.#span(path), `write ${wanted}`);
  }

  #refuseUnknown(fields: Fields, path: Path, known: readonly string[]): void {
    for (const key of Object.keys(fields).filter((one) => !known.includes(one))) {
      const near = suggestNearest(key, known);
      const all = known.length === 0 ? 'it takes none' : `it takes ${known.join(', ')}`;
      const remedy = near === undefined ? all : `did you mean ${near}?`;
      this.#complain(`the key ${key} is not known here`, this.#span([...path, key], 'key'), remedy);
    }
  }

  #span(path: Path, part?: 'key' | 'value'): { start: number; end: number } {
    const file = this.#file;
    return file === undefined ? { start: 0, end: 0 } : spanOf({ file, index: 0, value: {}, fields: {} }, path, part);
  }

  #complain(
    message: string,
    { start, end }: { start: number; end: number },
    remedy: string,
    code: 'lint/settings' | 'lint/unknown-rule' = 'lint/settings',
  ): void {
    const { path = SETTINGS_FILE, text = '' } = this.#file ?? {};
    this.findings.push({
      code,
      severity: 'error',
      message,
      ...new SourceText(path, text).excerpt(start, end),
      remedy,
    });
  }
}

function wordsFor(schema: Fields): string {
  if (Array.isArray(schema.enum)) return `one of ${schema.enum.join(', ')}`;
  return (
    { array: 'a list of texts', boolean: 'true or false', object: 'a map', string: 'a text' }[String(schema.type)] ??
    'a value'
  );
}
