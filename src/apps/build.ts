import { parse, stringify } from 'yaml';
import { dataOf } from '../manifests/document.ts';
import { isSubstituted, type FluxKustomization } from '../manifests/flux/tree.ts';
import { substitute, variablesIn } from '../manifests/flux/substitution.ts';
import { asFields, at, type Fields, isFields, listAt, textAt } from '../text/values.ts';
import type { App } from './repository.ts';

/** What is printed may be fed to kubectl, which reads YAML 1.1. */
const SHOWN = { lineWidth: 0, aliasDuplicateObjects: false, compat: 'yaml-1.1' } as const;

/** What stands for a value that is not shown. */
const HIDDEN = '***';

/** What Flux would apply of an app. */
interface BuiltApp {
  /** Each with its variables replaced and its namespace set; of Secrets the keys alone. */
  readonly objects: readonly Fields[];
  /** The same as YAML, a document each. */
  readonly text: string;
  /** Variables that stay as they are written, each once. */
  readonly left: readonly { readonly name: string; readonly why: string }[];
}

/**
 * Builds an app as kustomize-controller does: the folder with the components of its Kustomization, `targetNamespace`, and variables replaced in the
 * text of each object, so that one may become a number. What variables stand for that come out of a Secret is not shown.
 */
export function buildApp(app: App): BuiltApp {
  const left = new Map<string, string>();
  const objects = app.objects.map((object) => {
    const { owner, fields } = object;
    const shown = withoutSecrets(fields);
    if (owner?.substitution === undefined || !isSubstituted(fields)) return shown;
    const { values, hidden } = publicValues(owner, app);
    return replaced(shown, values, ({ name, hasDefault }) => {
      const source = hidden.get(name);
      if (source === undefined && hasDefault) return false;
      const open = owner.substitution?.isOpen === true ? ' or in what this repository refers to' : '';
      left.set(name, source === undefined ? `has no value here${open}` : `stands in the Secret ${source}`);
      return true;
    });
  });
  const text = objects.map((one) => `---\n${stringify(one, SHOWN)}`).join('');
  return {
    objects,
    text,
    left: [...left].map(([name, why]) => ({ name, why })).sort((one, other) => (one.name < other.name ? -1 : 1)),
  };
}

/** Values of Secrets are their owner's; that they are there is not. */
function withoutSecrets(fields: Fields): Fields {
  if (fields.kind !== 'Secret') return fields;
  const { sops: _, ...rest } = fields;
  const hide = (part: string): Fields => {
    const found = rest[part];
    if (!isFields(found)) return {};
    return { [part]: Object.fromEntries(Object.keys(found).map((key) => [key, HIDDEN])) };
  };
  return { ...rest, ...hide('data'), ...hide('stringData') };
}

/** Variables whose values stand in the Kustomization or in a ConfigMap, and those of Secrets by the Secret that has them. */
function publicValues(
  { fields, namespace }: FluxKustomization,
  { cluster: { index } }: App,
): { readonly values: ReadonlyMap<string, string>; readonly hidden: ReadonlyMap<string, string> } {
  const values = new Map<string, string>();
  const hidden = new Map<string, string>();
  for (const source of listAt(fields, 'spec', 'postBuild', 'substituteFrom')) {
    const [kind, name] = [textAt(source, 'kind') ?? '', textAt(source, 'name') ?? ''];
    const found = index.find(kind, namespace, name);
    for (const [key, value] of found === undefined ? [] : dataOf(found.fields)) {
      if (kind === 'Secret') hidden.set(key, name);
      else {
        hidden.delete(key);
        values.set(key, value.replaceAll('\n', ''));
      }
    }
  }
  for (const [key, value] of Object.entries(asFields(at(fields, 'spec', 'postBuild', 'substitute')))) {
    values.set(key, String(value));
    hidden.delete(key);
  }
  for (const name of hidden.keys()) values.delete(name);
  return { values, hidden };
}

/**
 * An object with its variables replaced in its text.
 *
 * @param stays - whether a variable without a public value stays as it is written
 */
function replaced(
  fields: Fields,
  values: ReadonlyMap<string, string>,
  stays: (variable: { readonly name: string; readonly hasDefault: boolean }) => boolean,
): Fields {
  const text = stringify(fields, { lineWidth: 0, aliasDuplicateObjects: false });
  const kept = new Map<string, string>();
  for (const { expression, name, hasDefault } of variablesIn(text)) {
    if (name === undefined || values.has(name) || !stays({ name, hasDefault })) continue;
    kept.set(expression, `__VARIABLE_${String(kept.size)}__`);
  }
  const marked = [...kept].reduce((result, [expression, mark]) => result.replaceAll(expression, mark), text);
  const done = substitute(marked, values);
  const restored = [...kept].reduce((result, [expression, mark]) => result.replaceAll(mark, () => expression), done);
  const value: unknown = parse(restored);
  return isFields(value) ? value : fields;
}
