import { failure, type Failure, type Finding } from '../report/finding.ts';
import { dataKeysOf } from '../manifests/document.ts';
import { placeOf } from '../manifests/written.ts';
import { at, isFields, type Path, valueAt, walk } from '../text/values.ts';
import type { Image, RequestContext } from './answer-values.ts';
import { type AnswerName, ANSWERS, type Answers } from './answers.ts';
import { withName } from './text/names.ts';
import type { Edit } from './edit.ts';
import type { AppliedObject } from '../manifests/flux/tree.ts';
import { type AppEdits, copyApp, type Destination } from './move.ts';
import { type StoreItem, storeItemsOf } from './requirements.ts';
import type { SealedFile } from './scaffold/scaffold.ts';
import { type Content, manifestText } from './scaffold/yaml.ts';
import { type AppImage, factsOf } from './facts.ts';
import { type App, appLabel, type AppRepository } from './repository.ts';

// A copy of an app with answers of its own: what is answered stands in the place of what the model has.

/** Answers that a copy takes; everything else it has from its model. */
const TAKEN = ['image', 'port', 'host', 'cpu', 'memory'] as const satisfies readonly AnswerName[];

/** A value of the model, and where it stands. */
interface Spot {
  readonly object: AppliedObject;
  readonly path: Path;
  readonly value: unknown;
}

/** A copy of an app. */
interface AppCopy extends AppEdits {
  /** Encrypted files of the model, to be made of other values. */
  readonly sealed: readonly SealedFile[];
  /** What stores have to hold for the copy and do not hold for the model. */
  readonly items: readonly StoreItem[];
}

/**
 * Makes an app like another one, with what is answered in the place of what the other one has: image, port, host name, processor time and memory.
 *
 * @throws Failure of kind `usage` where there is such an app already, or an answer is one that a copy does not take
 * @throws BadAnswer for an answer that cannot be taken
 */
export function appLike(
  repository: AppRepository,
  model: App,
  to: Destination,
  { answers, context }: { readonly answers: Answers; readonly context: RequestContext },
): AppCopy {
  const foreign = (Object.keys(answers) as AnswerName[]).find((name) => !TAKEN.some((one) => one === name));
  if (foreign !== undefined) throw notTaken(foreign, model);
  const copy = copyApp(repository, model, to);
  const read = <K extends (typeof TAKEN)[number]>(name: K): ReturnType<(typeof ANSWERS)[K]['read']> | undefined => {
    const value = answers[name];
    return typeof value === 'string'
      ? (ANSWERS[name].read(value, context, to.name) as ReturnType<(typeof ANSWERS)[K]['read']>)
      : undefined;
  };
  const [image, port] = [read('image'), read('port')];
  const changes = new CopyChanges(model, to.name);
  if (port !== undefined) changes.answer('port', portsOf(model), String(port));
  changes.answer('host', hostsOf(model), read('host'));
  changes.answer('cpu', amountsOf(model, 'requests', 'cpu'), read('cpu'));
  changes.answer('memory', amountsOf(model, 'limits', 'memory'), read('memory'));
  if (image !== undefined) changes.image(image);
  const guess = /^the image .* is a guess/;
  return {
    edits: [...copy.edits, ...changes.edits],
    findings: [...copy.findings, ...changes.findings],
    notes: copy.notes.filter((note) => image === undefined || !guess.test(note)),
    sealed: sealedLike(model, copy.folder, (text) => changes.tokens(text)),
    items: storeItemsOf(model)
      .filter(({ item }) => changes.tokens(item) !== item)
      .map((one) => ({
        ...one,
        item: changes.tokens(one.item),
        fields: one.fields.map((field) => changes.tokens(field)),
      })),
  };
}

/** What is answered, in the places of what the model has. */
class CopyChanges {
  readonly edits: Edit[] = [];
  readonly findings: Finding[] = [];
  readonly #model: App;
  readonly #name: string;

  /** @param name - of the copy */
  constructor(model: App, name: string) {
    this.#model = model;
    this.#name = name;
  }

  /** A text of the model as the copy has it. */
  tokens(text: string): string {
    return this.#model.name === this.#name ? text : withName(text, this.#model.name, this.#name);
  }

  /** One answer in all of its places; what the model has several of is for people to write. */
  answer(name: AnswerName, spots: readonly Spot[], value: string | undefined): void {
    if (value === undefined) return;
    const different = new Set(spots.map((one) => String(one.value)));
    if (different.size === 1) for (const spot of spots) this.#set(spot, value);
    else this.findings.push(undecided(this.#model, name, spots, value));
  }

  image(image: Image): void {
    const main = mainImage(this.#model);
    if (main === undefined) this.findings.push(undecided(this.#model, 'image', [], image.repository));
    else for (const [path, value] of imageFields(main, image)) this.#set({ object: main.object, path }, value);
  }

  #set({ object, path }: Pick<Spot, 'object' | 'path'>, value: string): void {
    const { document, path: place } = object.originOf(path);
    if (!document.file.path.startsWith(`${this.#model.folder}/`)) {
      this.findings.push({
        code: 'apps/undecided',
        severity: 'warning',
        message: `${value} has no place in the copy: what it would replace is written outside of ${appLabel(this.#model)}, where others may take it`,
        ...placeOf(document, place),
        remedy: 'patch it in the copy by hand',
      });
      return;
    }
    const from = this.tokens(String(valueAt(document.fields, place)));
    // Keys that are called after the model are called after the copy there.
    const renamed = place.map((step) => (typeof step === 'string' ? this.tokens(step) : step));
    if (from !== value) this.edits.push({ kind: 'value', document, path: renamed, from, to: value });
  }
}

/** What a component brings is shared, and a copy has it already. */
function isOwnSecret({ kind, document }: AppliedObject, { folder }: App): boolean {
  return kind === 'Secret' && isFields(document.fields.sops) && document.file.path.startsWith(`${folder}/`);
}

/** The encrypted files of a model as the copy has them: the same keys, and values of its own. */
function sealedLike(model: App, folder: string, tokens: (text: string) => string): SealedFile[] {
  const secrets = model.objects.filter((object) => isOwnSecret(object, model));
  const paths = [...new Set(secrets.map(({ document }) => document.file.path))];
  return paths.map((path) => {
    const own = secrets.filter(({ document }) => document.file.path === path);
    const keysOf = (object: AppliedObject): string[] => dataKeysOf(object.document.fields).map(tokens);
    return {
      path: `${folder}${tokens(path.slice(model.folder.length))}`,
      needs: own.flatMap((object) =>
        keysOf(object).map((key) => ({
          secret: tokens(object.name),
          key,
          item: tokens(object.name),
          field: key,
          isMade: false,
        })),
      ),
      plain: (valueOf) =>
        manifestText(
          own.map((object) => {
            const { apiVersion, kind, type, metadata } = object.document.fields;
            const name = tokens(object.name);
            const about = ['annotations', 'labels'].flatMap((key) => {
              const value = at(metadata, key);
              return isFields(value) ? [[key, value as Content] as const] : [];
            });
            return {
              content: {
                apiVersion: String(apiVersion),
                kind: String(kind),
                metadata: { name, ...Object.fromEntries(about) },
                ...(typeof type === 'string' ? { type } : {}),
                stringData: Object.fromEntries(keysOf(object).map((key) => [key, valueOf({ item: name, field: key })])),
              },
            };
          }),
        ),
    };
  });
}

function notTaken(name: AnswerName, model: App): Failure {
  const [flag = ''] = ANSWERS[name].option.split(' ');
  return failure('usage', {
    code: 'usage/argument',
    message: `${flag} does not go with --like: a copy has from ${appLabel(model)} what is not ${TAKEN.map((one) => `--${one}`).join(', ')}`,
    remedy: 'leave one of the two out, and change the copy by hand',
  });
}

/** What the model has several of, or none, is for people to write. */
function undecided(model: App, name: AnswerName, [first]: readonly Spot[], value: string): Finding {
  const what = first === undefined ? `${appLabel(model)} says none` : `${appLabel(model)} has several`;
  const origin = first?.object.originOf(first.path);
  return {
    code: 'apps/undecided',
    severity: 'warning',
    message: `--${name} ${value} has no place in the copy: ${what}`,
    ...(origin === undefined ? {} : placeOf(origin.document, origin.path)),
    remedy: 'write it by hand',
  };
}

function spotsOf({ objects }: App, isMeant: (path: Path, value: unknown) => boolean): Spot[] {
  return objects.flatMap((object) => {
    const found: Spot[] = [];
    walk(object.fields, (value, path) => {
      if (isMeant(path, value)) found.push({ object, path, value });
    });
    return found;
  });
}

/** Every place of the port that the Services of the app have: theirs, those of probes and of routes. */
function portsOf(app: App): Spot[] {
  const all = spotsOf(
    app,
    (path, value) =>
      typeof value === 'number' && /^(?:port|containerPort|targetPort|number)$/.test(String(path.at(-1))),
  );
  const served = all.filter(({ path }) => path.includes('ports') && path.at(-1) === 'port');
  const own = new Set(served.map(({ value }) => value));
  return own.size === 1 ? all.filter(({ value }) => own.has(value)) : served;
}

/** Host names that routes, Ingresses and logins say. */
function hostsOf(app: App): Spot[] {
  return spotsOf(
    app,
    (path, value) =>
      typeof value === 'string' &&
      value.includes('.') &&
      (path.at(-2) === 'hostnames' || path.at(-2) === 'hosts' || path.at(-1) === 'host'),
  );
}

/** What its containers reserve or may take, but for those that run before it. */
function amountsOf(app: App, part: 'requests' | 'limits', name: string): Spot[] {
  return spotsOf(
    app,
    (path, value) =>
      (typeof value === 'string' || typeof value === 'number') &&
      path.at(-1) === name &&
      path.at(-2) === part &&
      path.at(-3) === 'resources' &&
      path.includes('containers'),
  );
}

/** The image of an app that is not one of several: what runs before it is none. */
function mainImage(app: App): AppImage | undefined {
  const images = factsOf(app).images.filter(({ path }) => !path.includes('initContainers'));
  const repositories = new Set(images.map(({ repository }) => repository));
  return repositories.size === 1 ? images[0] : undefined;
}

/** The fields that say an image, with what they say of another one. */
function imageFields(
  { object, path }: AppImage,
  image: { readonly repository: string; readonly tag: string | undefined; readonly digest: string | undefined },
): [Path, string][] {
  const around = path.slice(0, -1);
  const version = [image.tag, image.digest].filter((one) => one !== undefined).join('@');
  if (path.at(-1) !== 'tag' && path.at(-1) !== 'digest')
    return [[path, `${image.repository}${image.tag === undefined ? '' : ':'}${version.replace(/^(?=sha256:)/, '@')}`]];
  const hasDigest = typeof valueAt(object.fields, [...around, 'digest']) === 'string';
  return [
    [[...around, 'repository'], image.repository],
    ...(hasDigest
      ? ([
          [[...around, 'digest'], image.digest ?? ''],
          ...(image.tag === undefined ? [] : [[[...around, 'tag'], image.tag]]),
        ] as [Path, string][])
      : ([[path, version]] as [Path, string][])),
  ];
}
