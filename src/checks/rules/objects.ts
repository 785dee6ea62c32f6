import { posix } from 'node:path';
import type { ManifestDocument } from '../../manifests/document.ts';
import type { ManifestTree } from '../../manifests/tree.ts';
import { at, type Fields, isFields, listAt, type Path, textAt, walk } from '../../text/values.ts';
import type { RuleContext, RuleObject } from '../rule.ts';

// What several rules ask of objects.

/** The API group of Flux' Kustomization. */
export const FLUX_GROUP = 'kustomize.toolkit.fluxcd.io';

/** Objects of one of these kinds; of a group where one is given, as several have a `Kustomization`, a `Cluster` or a `Gateway`. */
export function ofKind({ objects }: RuleContext, kinds: string | readonly string[], group?: string): RuleObject[] {
  const wanted = [kinds].flat();
  return objects.filter(
    ({ kind, apiVersion }) => wanted.includes(kind) && (group === undefined || apiVersion.startsWith(`${group}/`)),
  );
}

/** Flux' Kustomizations. */
export function fluxKustomizations(context: RuleContext): RuleObject[] {
  return ofKind(context, 'Kustomization', FLUX_GROUP);
}

/** Whether kustomize reads a file by its name. */
export function isKustomizationFile(path: string): boolean {
  return /^(?:kustomization\.ya?ml|Kustomization)$/.test(posix.basename(path));
}

/** The files of kustomize, components among them. */
export function kustomizationFiles({ documents }: ManifestTree): ManifestDocument[] {
  return documents.filter(
    ({ file, fields }) =>
      isKustomizationFile(file.path) && textAt(fields, 'apiVersion')?.startsWith(FLUX_GROUP) !== true,
  );
}

/** Documents that Kubernetes, Flux or kustomize reads; other YAML has its own customs. */
export function manifestDocuments({ documents }: ManifestTree): ManifestDocument[] {
  return documents.filter(
    ({ file, fields }) =>
      isKustomizationFile(file.path) ||
      (textAt(fields, 'apiVersion') !== undefined && textAt(fields, 'kind') !== undefined),
  );
}

/** Values of a HelmRelease; an empty map for anything else. */
export function helmValues({ kind, apiVersion, fields }: RuleObject): Fields {
  const values = at(fields, 'spec', 'values');
  return kind === 'HelmRelease' && apiVersion.startsWith('helm.toolkit.fluxcd.io/') && isFields(values) ? values : {};
}

const VALUES = ['spec', 'values'] as const;

/** A container of a workload, or of a controller in the values of bjw-s' app-template. */
export interface Container {
  readonly object: RuleObject;
  readonly name: string;
  readonly fields: Fields;
  readonly path: Path;
  /** What holds for all containers of its Pod: `securityContext` and the like. */
  readonly pod: Fields;
}

const POD_SPECS: Readonly<Record<string, Path>> = {
  Pod: ['spec'],
  Deployment: ['spec', 'template', 'spec'],
  StatefulSet: ['spec', 'template', 'spec'],
  DaemonSet: ['spec', 'template', 'spec'],
  ReplicaSet: ['spec', 'template', 'spec'],
  Job: ['spec', 'template', 'spec'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
};

/** The path of the Pod's specification in a built-in workload; undefined for other kinds. */
function podSpecPath({ kind, apiVersion }: RuleObject): Path | undefined {
  return /^(?:v1|apps\/|batch\/)/.test(apiVersion) ? POD_SPECS[kind] : undefined;
}

/** A controller in the values of app-template. */
interface Controller {
  readonly object: RuleObject;
  readonly name: string;
  readonly fields: Fields;
  readonly path: Path;
}

/** The controllers in the values of app-template (https://bjw-s-labs.github.io/helm-charts/docs/app-template/). */
export function controllersOf(object: RuleObject): Controller[] {
  const controllers = helmValues(object).controllers;
  if (!isFields(controllers)) return [];
  return Object.entries(controllers).flatMap(([name, fields]) =>
    isFields(fields) && isFields(fields.containers)
      ? [{ object, name, fields, path: [...VALUES, 'controllers', name] }]
      : [],
  );
}

const CONTAINERS = ['initContainers', 'containers'];

/** Containers and init containers. */
export function containersOf(object: RuleObject): Container[] {
  const podPath = podSpecPath(object);
  return [...(podPath === undefined ? [] : rawContainers(object, podPath)), ...chartContainers(object)];
}

function rawContainers(object: RuleObject, podPath: Path): Container[] {
  const pod = asMap(at(object.fields, ...podPath));
  return CONTAINERS.flatMap((list) =>
    listAt(pod, list).map((one, index) => ({
      object,
      name: textAt(one, 'name') ?? '',
      fields: asMap(one),
      path: [...podPath, list, index],
      pod,
    })),
  );
}

function chartContainers(object: RuleObject): Container[] {
  const general = asMap(at(object.fields, ...VALUES, 'defaultPodOptions'));
  return controllersOf(object).flatMap(({ fields, path }) =>
    CONTAINERS.flatMap((group) =>
      Object.entries(asMap(fields[group])).map(([name, one]) => ({
        object,
        name,
        fields: asMap(one),
        path: [...path, group, name],
        pod: { ...general, ...asMap(fields.pod) },
      })),
    ),
  );
}

/** A value as a map. */
export function asMap(value: unknown): Fields {
  return isFields(value) ? value : {};
}

/** An image that something runs. */
export interface Image {
  readonly object: RuleObject;
  readonly path: Path;
  readonly repository: string;
  /** Undefined where none is written. */
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

/** Images of containers, and pairs of `repository` and `tag` in the values of charts. */
export function imagesOf(object: RuleObject): Image[] {
  const podPath = podSpecPath(object);
  const images: Image[] = [];
  if (podPath !== undefined) {
    for (const { fields, path } of containersOf(object)) {
      if (typeof fields.image === 'string') images.push(parseImage(object, [...path, 'image'], fields.image));
    }
  }
  walk(helmValues(object), (value, path) => {
    if (!isFields(value) || typeof value.repository !== 'string' || value.repository === '') return;
    if (value.tag === undefined && value.digest === undefined) return;
    const [key] = ['tag', 'digest'].filter((one) => value[one] !== undefined);
    const tagged = parseImage(object, [...VALUES, ...path, key ?? 'tag'], `${value.repository}:${tagText(value.tag)}`);
    images.push(typeof value.digest === 'string' ? { ...tagged, digest: value.digest } : tagged);
  });
  return images;
}

function tagText(tag: unknown): string {
  return typeof tag === 'string' || typeof tag === 'number' ? String(tag) : '';
}

/** `registry:5000/name:tag@sha256:…`. */
function parseImage(object: RuleObject, path: Path, text: string): Image {
  const [named = '', digest] = text.split('@');
  const [, repository = named, tag] = /^(.*?)(?::([^:/]*))?$/.exec(named) ?? [];
  return { object, path, repository, tag: tag === '' ? undefined : tag, digest };
}

/** Whether a text is left to Flux or to Helm. */
export function isVariable(text: string): boolean {
  return /\$\{|\{\{/.test(text);
}
