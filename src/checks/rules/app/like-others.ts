import { posix } from 'node:path';
import { isFields, type Path, textAt } from '../../../text/values.ts';
import {
  defineRule,
  type ExampleFiles,
  MARK,
  type RuleComplaint,
  type RuleContext,
  type RuleObject,
  type Spot,
} from '../../rule.ts';
import { fluxKustomizations } from '../objects.ts';

/** How many of the others have to agree before there is a pattern, and how many others there have to be. */
const SHARE = 0.8;
const FEWEST = 4;

export const likeOthers = defineRule({
  id: 'app/like-others',
  description: 'An app is made as the other apps of its repository are.',
  rationale:
    'What four of five apps have in common is a custom of the repository, written down or not: a new app that leaves it out was most likely made elsewhere. `cluster-template lint --like FOLDER` asks this of one app, without a folder of all.',
  source: 'https://fluxcd.io/flux/guides/repository-structure/',
  severity: 'off',
  *check(context) {
    const apps = appsIn(context);
    const counts = countOf(apps);
    for (const app of apps) yield* differencesOf(app, counts, apps.length - 1);
  },
  examples: {
    good: [{ files: exampleApps(5) }],
    bad: [
      {
        files: {
          ...exampleApps(5),
          ...exampleApp('odd', `1h ${MARK}`, `  install: ${MARK}\n    crds: Skip\n`),
        },
      },
    ],
  },
});

/** An app with all that may be like others, by ways to it. */
interface App {
  readonly name: string;
  readonly features: ReadonlyMap<string, Feature>;
}

interface Feature {
  /** Where it is told: `the HelmRelease`. */
  readonly of: string;
  /** What it is called in a message: `spec.interval`. */
  readonly label: string;
  /** As it is written and with the names of the app and its namespace taken out; none for a map or a list, which are there or not. */
  readonly values: readonly string[];
  readonly at: Spot;
  /** The way to what it is in. */
  readonly parent: string | undefined;
}

/** What Flux applies from one folder, but for what applies other Kustomizations. */
function appsIn(context: RuleContext): App[] {
  const groups = new Map<string, RuleObject[]>();
  for (const object of context.objects) {
    const { owner } = object;
    if (owner === undefined) continue;
    const label = `${owner.namespace}/${owner.name}`;
    groups.set(label, [...(groups.get(label) ?? []), object]);
  }
  return fluxKustomizations(context).flatMap((kustomization) => {
    const objects = groups.get(`${kustomization.namespace ?? ''}/${kustomization.name}`) ?? [];
    const isParent = objects.some(({ apiVersion }) => apiVersion.startsWith('kustomize.toolkit.fluxcd.io/'));
    return objects.length === 0 || isParent ? [] : [appOf(kustomization, objects)];
  });
}

function appOf(kustomization: RuleObject, objects: readonly RuleObject[]): App {
  const features = new Map<string, Feature>();
  const home = posix.dirname(kustomization.document.file.path);
  const hide = (text: string): string => withoutName(text, kustomization);
  const variants = (text: string): string[] => [...new Set([text, hide(text), withoutName(text, kustomization, true)])];
  const single = objects.filter(({ kind }) => objects.filter((one) => one.kind === kind).length === 1);
  for (const object of [kustomization, ...single]) {
    const { kind, document, spotOf } = object;
    const of = `the ${kind}`;
    const root = object === kustomization ? 'Kustomization' : kind;
    features.set(root, {
      of,
      label: kind,
      values: [],
      at: kustomization.spotOf(['metadata', 'name']),
      parent: undefined,
    });
    features.set(`${root} file`, {
      of,
      label: 'file',
      values: variants(posix.relative(home, document.file.path)),
      at: spotOf(['kind']),
      parent: root,
    });
    const visit = (value: unknown, path: Path, parent: string): void => {
      const way = `${root} ${hide(path.join('.'))}`;
      const isLeaf = !isFields(value) && !Array.isArray(value);
      features.set(way, {
        of,
        label: hide(path.join('.')),
        values: isLeaf ? variants(String(value)) : [],
        at: spotOf(path),
        parent,
      });
      if (isFields(value)) for (const [key, inner] of Object.entries(value)) visit(inner, [...path, key], way);
    };
    visit(object.fields.spec ?? {}, ['spec'], root);
  }
  return { name: kustomization.name, features };
}

/** What an app and its namespace are called differs from app to app; where one is part of the other, the order tells which is meant. */
function withoutName(text: string, { name, namespace, fields }: RuleObject, isNamespaceFirst = false): string {
  const target = textAt(fields, 'spec', 'targetNamespace') ?? namespace ?? '';
  const names: readonly (readonly [own: string, word: string])[] = [
    [name, 'NAME'],
    [target, 'NAMESPACE'],
  ];
  let rest = text;
  for (const [own, word] of isNamespaceFirst ? names.toReversed() : names) {
    if (own.length > 1) rest = rest.replaceAll(own, word);
  }
  return rest;
}

/** How many apps have a feature, and how many with a value. */
type Counts = ReadonlyMap<string, { readonly sample: Feature; all: number; readonly values: Map<string, number> }>;

function countOf(apps: readonly App[]): Counts {
  const counts = new Map<string, { sample: Feature; all: number; values: Map<string, number> }>();
  for (const { features } of apps) {
    for (const [way, feature] of features) {
      const count = counts.get(way) ?? { sample: feature, all: 0, values: new Map<string, number>() };
      count.all += 1;
      for (const value of feature.values) count.values.set(value, (count.values.get(value) ?? 0) + 1);
      counts.set(way, count);
    }
  }
  return counts;
}

function* differencesOf(app: App, counts: Counts, others: number): Generator<RuleComplaint> {
  if (others < FEWEST) return;
  const isPattern = (count: number): boolean => count >= SHARE * others;
  for (const [way, { sample, all, values }] of counts) {
    const own = app.features.get(way);
    const [usual, times] = [...values].sort(([, one], [, other]) => other - one)[0] ?? [undefined, 0];
    if (own === undefined) {
      // Of what is missing as a whole no part is told.
      const parent = sample.parent === undefined ? undefined : app.features.get(sample.parent);
      if (!isPattern(all) || (sample.parent !== undefined && parent === undefined)) continue;
      const what = sample.parent === undefined ? `one ${sample.label}` : `\`${sample.label}\` in ${sample.of}`;
      const value = usual !== undefined && isPattern(times) ? ` (\`${usual}\`)` : '';
      yield {
        at: parent?.at ?? app.features.get('Kustomization')?.at ?? sample.at,
        message: `${counted(all, others)} have ${what}${value}, and ${app.name} has not`,
        remedy: 'make it as the others are, or say in a comment why it is not',
      };
    } else if (own.values.length > 0 && usual !== undefined && !own.values.includes(usual) && isPattern(times)) {
      yield {
        at: own.at,
        message: `${counted(times, others)} have \`${usual}\` as ${own.label === 'file' ? 'the file of' : `\`${own.label}\` of`} ${own.of}, and ${app.name} has \`${own.values[0] ?? ''}\``,
        remedy: 'make it as the others are, or say in a comment why it is not',
      };
    }
  }
}

function counted(some: number, others: number): string {
  return `${String(some)} of ${String(others)} other apps`;
}

function exampleApps(count: number): ExampleFiles {
  const apps = Array.from({ length: count }, (_, index) =>
    exampleApp(`app-${String(index)}`, '30m', '  install:\n    crds: Skip\n    remediation:\n      retries: 3\n'),
  );
  return apps.reduce((all, one) => ({ ...all, ...one }), {});
}

function exampleApp(name: string, interval: string, install: string): ExampleFiles {
  return {
    [`clusters/home/${name}/ks.yaml`]: `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: ${name}\n  namespace: flux-system\nspec:\n  interval: ${interval}\n  path: ./apps/${name}\n  prune: true\n  sourceRef:\n    kind: GitRepository\n    name: flux-system\n`,
    [`apps/${name}/helmrelease.yaml`]: `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: ${name}\nspec:\n  chartRef:\n    kind: OCIRepository\n    name: ${name}\n  interval: 1h\n${install}`,
  };
}
