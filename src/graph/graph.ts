import { type AppliedObject, type FluxKustomization, type FluxTree, resolverOf } from '../manifests/flux/tree.ts';
import { indexObjects, type ObjectIndex } from '../manifests/objects.ts';
import { type Reference, referencesOf } from '../manifests/references.ts';
import { placeOf } from '../manifests/written.ts';
import { at, listAt, textAt, valueAt } from '../text/values.ts';
import type { EdgeKind, Graph, GraphEdge, GraphNode } from './model.ts';

/** Kinds that are drawn whatever they have to do with others. */
const ALWAYS: ReadonlySet<string> = new Set([
  'Kustomization',
  'HelmRelease',
  'GitRepository',
  'OCIRepository',
  'HelmRepository',
  'Bucket',
  'Secret',
  'ExternalSecret',
  'Gateway',
  'HTTPRoute',
  'GRPCRoute',
  'TLSRoute',
  'TCPRoute',
  'UDPRoute',
  'Ingress',
]);

/** Fields by which a route says what it publishes, and where. */
const PUBLISHING: ReadonlySet<string> = new Set(['parentRefs', 'backendRefs', 'backendRef']);

/** Fields that say what something waits for; they are read from the other side, as who applies it. */
const WAITING: ReadonlySet<string> = new Set(['healthChecks', 'dependsOn']);

/**
 * Makes the graph of a tree: its objects, and the edges that Flux, Kubernetes and the Gateway API read out of them. Values of secrets
 * are no part of it.
 */
export function graphOf(flux: FluxTree): Graph {
  const index = indexObjects(flux);
  const found = new Map<string, GraphNode>();
  const edges = new Map<string, GraphEdge>();
  const connect = (from: string, to: string, kind: EdgeKind): void => {
    // Only waiting for itself says something.
    if (from !== to || kind === 'depends on') edges.set(`${from} ${kind} ${to}`, { from, to, kind });
  };
  for (const object of flux.objects) {
    const node = nodeOf(object);
    const { id } = node;
    if (!found.has(id)) found.set(id, node);
    if (object.owner !== undefined) connect(kustomizationId(object.owner), id, 'applies');
  }
  for (const object of flux.objects) {
    for (const { kind, name, target, maker, isPossible = false } of needsOf(object, index)) {
      const id = idOf(target === undefined ? name : shown(target));
      if (maker !== undefined) connect(idOf(shown(maker)), id, 'makes');
      if (!found.has(id)) found.set(id, target === undefined ? unwritten(name, !isPossible) : nodeOf(target));
      connect(idOf(shown(object)), id, kind);
    }
  }
  return arrange(found, [...edges.values()], flux);
}

function arrange(found: ReadonlyMap<string, GraphNode>, edges: readonly GraphEdge[], flux: FluxTree): Graph {
  const named = new Set(edges.filter(({ kind }) => kind !== 'applies').flatMap(({ from, to }) => [from, to]));
  const nodes = [...found.values()].filter(({ id, kind }) => ALWAYS.has(kind) || named.has(id)).sort(byId);
  const drawn = new Set(nodes.map(({ id }) => id));
  const left: Record<string, number> = {};
  for (const { id, kind } of found.values()) if (!drawn.has(id)) left[kind] = (left[kind] ?? 0) + 1;
  const cycles = cyclesIn(edges);
  const circular = new Set(cycles.flatMap((cycle) => cycle.map((id, step) => `${id} ${cycle[step + 1] ?? ''}`)));
  return {
    nodes,
    edges: edges
      .filter(({ from, to }) => drawn.has(from) && drawn.has(to))
      .map((edge) =>
        edge.kind === 'depends on' && circular.has(`${edge.from} ${edge.to}`) ? { ...edge, isCircular: true } : edge,
      )
      .sort(
        (one, other) => compare(one.from, other.from) || compare(one.kind, other.kind) || compare(one.to, other.to),
      ),
    cycles,
    criticalPath: cycles.length > 0 ? [] : criticalPath(flux, edges),
    left,
  };
}

/** The node of an object. */
export function nodeOf(object: AppliedObject): GraphNode {
  const { document, fields } = object;
  const { file } = document;
  const named = shown(object);
  const { kind, namespace, name } = named;
  return {
    id: idOf(named),
    kind,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    // To find the line takes reading the file again; most hold one object.
    place: (document.index === 0 ? undefined : placeOf(document, ['kind']).place) ?? { file: file.path },
    ...(file.source === file.path ? {} : { source: file.source }),
    ...(at(fields, 'spec', 'suspend') === true ? { isSuspended: true } : {}),
  };
}

/** Something that an object names. */
interface Name {
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
}

interface Need {
  readonly kind: EdgeKind;
  readonly name: Name;
  /** Undefined where it is not written in the tree. */
  readonly target?: AppliedObject | undefined;
  /** The object that a chart or controller makes it from. */
  readonly maker?: AppliedObject | undefined;
  /** Whether something makes it, or may make it. */
  readonly isPossible?: boolean;
}

/** What an object names, with what the name leads to. What is optional and not there is left out. */
function needsOf(object: AppliedObject, index: ObjectIndex): Need[] {
  const references = referencesOf(object).filter(({ path }) => !path.some((step) => WAITING.has(String(step))));
  return [
    ...dependenciesOf(object).map((name): Need => ({
      kind: 'depends on',
      name,
      target: index.find(name.kind, name.namespace, name.name),
    })),
    ...references.flatMap((reference): Need[] => {
      const kind = edgeKind(reference);
      const name = { ...reference, name: reference.writtenName };
      const resolution = index.resolve(reference);
      if (resolution.kind === 'object') return [{ kind, name, target: resolution.object }];
      if (resolution.kind === 'product') return [{ kind, name, maker: resolution.maker, isPossible: true }];
      // A chart or an operator may make it, or a part that was not read.
      if (resolution.kind === 'possible') return [{ kind, name, isPossible: true }];
      return reference.isOptional ? [] : [{ kind, name }];
    }),
  ];
}

function edgeKind({ path, from, kind }: Reference): EdgeKind {
  const isBackend = from.kind === 'Ingress' && kind === 'Service';
  return isBackend || path.some((step) => PUBLISHING.has(String(step))) ? 'publishes' : 'reads';
}

function unwritten({ kind, namespace, name }: Name, isMissing: boolean): GraphNode {
  const home = namespace === undefined ? {} : { namespace };
  return { id: idOf({ kind, namespace, name }), kind, ...home, name, ...(isMissing ? { isMissing } : {}) };
}

/** `dependsOn` of a Kustomization or HelmRelease: https://fluxcd.io/flux/components/kustomize/kustomizations/#dependencies. */
function dependenciesOf(object: AppliedObject): Name[] {
  const resolve = resolverOf(object);
  return listAt(object.fields, 'spec', 'dependsOn').flatMap((one) => {
    const name = textAt(one, 'name');
    if (name === undefined) return [];
    return [
      {
        kind: textAt(one, 'kind') ?? object.kind,
        namespace: resolve(textAt(one, 'namespace') ?? object.namespace ?? ''),
        name: resolve(name),
      },
    ];
  });
}

/** Circles along `depends on`, each once, as the nodes on the way with the first one at the end again. */
function cyclesIn(edges: readonly GraphEdge[]): string[][] {
  const next = new Map<string, string[]>();
  for (const { from, to, kind } of edges) {
    if (kind === 'depends on') next.set(from, [...(next.get(from) ?? []), to]);
  }
  const cycles: string[][] = [];
  const done = new Set<string>();
  const visit = (id: string, way: readonly string[]): void => {
    const start = way.indexOf(id);
    if (start >= 0) cycles.push([...way.slice(start), id]);
    if (start >= 0 || done.has(id)) return;
    for (const target of next.get(id) ?? []) visit(target, [...way, id]);
    done.add(id);
  };
  for (const id of [...next.keys()].sort()) visit(id, []);
  return cycles;
}

/** When something is ready: how many Kustomizations and releases had to become so one after another, itself among them. */
interface Readiness {
  readonly steps: number;
  readonly way: readonly string[];
}

const NOTHING: Readiness = { steps: 0, way: [] };

/**
 * The chain that decides when the last object is there. A Kustomization begins when those are ready that it depends on and the one that
 * applies it has begun; it is ready with all that it applies where it waits for that (`wait`, `healthChecks`), else when it has applied.
 */
function criticalPath(flux: FluxTree, edges: readonly GraphEdge[]): readonly string[] {
  const needs = new Map<string, string[]>();
  for (const { from, to, kind } of edges) {
    if (kind === 'depends on') needs.set(from, [...(needs.get(from) ?? []), to]);
  }
  const kustomizations = new Map(flux.kustomizations.map((one) => [kustomizationId(one), one]));
  const owners = new Map<string, FluxKustomization | undefined>();
  const parts = new Map<string, string[]>();
  for (const object of flux.objects) {
    if (object.kind !== 'Kustomization' && object.kind !== 'HelmRelease') continue;
    const id = idOf(shown(object));
    owners.set(id, object.owner);
    if (object.owner === undefined) continue;
    const owner = kustomizationId(object.owner);
    parts.set(owner, [...(parts.get(owner) ?? []), id]);
  }
  const begun = memo((id: string): Readiness => {
    const owner = owners.get(id);
    const before = [
      ...(needs.get(id) ?? []).map((need) => ready(need)),
      ...(owner === undefined ? [] : [begun(kustomizationId(owner))]),
    ];
    const { steps, way } = longest(before);
    return { steps: steps + 1, way: [...way, id] };
  });
  const ready = memo((id: string): Readiness => {
    const kustomization = kustomizations.get(id);
    if (kustomization === undefined || !waits(kustomization)) return begun(id);
    return longest([begun(id), ...(parts.get(id) ?? []).map((part) => ready(part))]);
  });
  return longest([...owners.keys()].sort().map((id) => ready(id))).way;
}

function waits({ document }: FluxKustomization): boolean {
  const { fields } = document;
  return at(fields, 'spec', 'wait') === true || listAt(fields, 'spec', 'healthChecks').length > 0;
}

function longest(all: readonly Readiness[]): Readiness {
  return all.reduce((found, one) => (one.steps > found.steps ? one : found), NOTHING);
}

/** What is asked for while it is being found, in a circle of waiting, takes no time of its own. */
function memo(find: (id: string) => Readiness): (id: string) => Readiness {
  const known = new Map<string, Readiness>();
  return (id) => {
    const found = known.get(id);
    if (found !== undefined) return found;
    known.set(id, NOTHING);
    const made = find(id);
    known.set(id, made);
    return made;
  };
}

function kustomizationId({ namespace, name }: FluxKustomization): string {
  return idOf({ kind: 'Kustomization', namespace, name });
}

function idOf({ kind, namespace, name }: Name): string {
  return `${kind}/${namespace ?? ''}/${name}`;
}

function byId(one: GraphNode, other: GraphNode): number {
  return compare(one.id, other.id);
}

/** An object by its name as it is written: what a variable in it stands for may be a secret. */
function shown(object: AppliedObject): Name {
  const written = (key: 'name' | 'namespace'): string | undefined => {
    const { document, path } = object.originOf(['metadata', key]);
    const text = valueAt(document.fields, path);
    return typeof text === 'string' && text.includes('${') ? text : object[key];
  };
  return { kind: object.kind, namespace: written('namespace'), name: written('name') ?? '' };
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
