import { originKey } from '../../../manifests/document.ts';
import { type AppliedObject, type FluxKustomization, type FluxTree, resolverOf } from '../../../manifests/flux/tree.ts';
import { type ObjectIndex, indexObjects } from '../../../manifests/objects.ts';
import { listAt, textAt } from '../../../text/values.ts';
import { atObject, type Complaint, defineCheck, type Rule, type Told } from '../../rule.ts';
import { chartOf } from './charts.ts';
import { APPLIED, applied, object } from './examples.ts';
import { asApplied } from './schemas.ts';

/** Charts that bring definitions of kinds, by the groups of these kinds. */
const CHARTS: Readonly<Record<string, readonly string[]>> = {
  'acme.cert-manager.io': ['cert-manager'],
  'agentgateway.dev': ['agentgateway', 'agentgateway-crds'],
  'barmancloud.cnpg.io': ['plugin-barman-cloud'],
  'ceph.rook.io': ['rook-ceph'],
  'cert-manager.io': ['cert-manager'],
  'cilium.io': ['cilium'],
  'dragonflydb.io': ['dragonfly-operator'],
  'external-secrets.io': ['external-secrets'],
  'externaldns.k8s.io': ['external-dns'],
  'gateway.envoyproxy.io': ['gateway-helm', 'gateway-crds-helm'],
  'gateway.kgateway.dev': ['kgateway', 'kgateway-crds'],
  'generators.external-secrets.io': ['external-secrets'],
  'grafana.integreatly.org': ['grafana-operator'],
  'k8s.mariadb.com': ['mariadb-operator', 'mariadb-operator-crds'],
  'keda.sh': ['keda'],
  'local.openebs.io': ['openebs', 'lvm-localpv'],
  'metallb.io': ['metallb'],
  'monitoring.coreos.com': ['kube-prometheus-stack', 'prometheus-operator-crds'],
  'nfd.k8s-sigs.io': ['node-feature-discovery'],
  'operator.victoriametrics.com': [
    'victoria-metrics-k8s-stack',
    'victoria-metrics-operator',
    'victoria-metrics-operator-crds',
  ],
  'postgresql.cnpg.io': ['cloudnative-pg'],
  'snapshot.storage.k8s.io': ['snapshot-controller', 'openebs'],
  'tailscale.com': ['tailscale-operator'],
  'traefik.io': ['traefik', 'traefik-crds'],
  'tuppr.home-operations.com': ['tuppr'],
  'upgrade.cattle.io': ['system-upgrade-controller'],
  'volsync.backube': ['volsync'],
  'zfs.openebs.io': ['openebs', 'zfs-localpv'],
};

/** What brings the definition of a kind. */
interface Installer {
  readonly object: AppliedObject;
  readonly owner: FluxKustomization;
}

/**
 * Finds custom resources that a Kustomization applies before what defines their kind: something else in the tree brings that, and nothing
 * waits for it. What is installed by hand, or may be by what is not read, is there.
 */
function checkOrder(flux: FluxTree): Told[] {
  // What is not read may bring any definition at any time.
  const isOpen = flux.unread.some(({ what }) => what !== 'kustomization');
  if (isOpen || flux.problems.some(({ kind }) => kind === 'not-read')) return [];
  const installers = installersIn(flux);
  const reached = reachOf(flux);
  const late = new Map<string, Late>();
  // Of each group one object is told of a Kustomization.
  const seen = new Set<string>();
  for (const custom of flux.objects) {
    const { owner, group, kind } = custom;
    if (owner === undefined || group.endsWith('.fluxcd.io') || group === 'fluxcd.controlplane.io') continue;
    const found = [...(installers.get(`${group}/${kind}`) ?? []), ...(installers.get(group) ?? [])];
    const known = found.flatMap((one) => (one === 'by hand' ? [] : [one]));
    const [installer] = known;
    if (installer === undefined || known.length < found.length) continue;
    const label = `${labelOf(owner)} ${group}`;
    if (seen.has(label)) continue;
    const before = reached(owner);
    if ([...before].some(({ isElsewhere }) => isElsewhere)) continue;
    const inside = known.filter((one) => before.has(one.owner));
    const isTogether = inside.every((one) => one.owner === owner && one.object.kind === 'HelmRelease');
    if (!isTogether) continue;
    const key = JSON.stringify([originKey(custom.originOf(['kind'])), inside.length > 0]);
    const entry: Late = late.get(key) ?? {
      custom,
      installer: inside[0] ?? installer,
      isTogether: inside.length > 0,
      owners: new Set(),
    };
    entry.owners.add(owner);
    seen.add(label);
    late.set(key, entry);
  }
  return [...late.values()].map((one) =>
    atObject(one.custom, ['kind'], one.isTogether ? together(one) : unordered(one)),
  );
}

/** A custom resource, which may be part of a component, with the Kustomizations that apply it too early. */
interface Late {
  readonly custom: AppliedObject;
  readonly installer: Installer;
  /** Whether they apply what brings its kind as well. */
  readonly isTogether: boolean;
  readonly owners: Set<FluxKustomization>;
}

function unordered({ custom, installer, owners }: Late): Complaint {
  return {
    code: 'manifests/order',
    message: `${custom.kind} is a kind that ${describe(installer)} brings, which ${named(owners)} ${owners.size === 1 ? 'does' : 'do'} not wait for`,
    remedy: `let ${owners.size === 1 ? 'it' : 'them'} depend on ${labelOf(installer.owner)}`,
  };
}

/** Flux tries all objects of a Kustomization before it applies one of them. */
function together({ custom, installer, owners }: Late): Complaint {
  return {
    code: 'manifests/order',
    severity: 'warning',
    message: `${custom.kind} is a kind that ${describe(installer)} brings, which is applied with it by ${named(owners)}: in a new cluster neither can be`,
    remedy: 'move what is of this kind to a Kustomization that depends on this one',
  };
}

/** Some are named, the others counted. */
function named(owners: ReadonlySet<FluxKustomization>): string {
  const labels = [...owners].map(labelOf);
  const shown = labels.slice(0, 3).join(', ');
  const what = labels.length === 1 ? 'the Kustomization' : 'the Kustomizations';
  return `${what} ${shown}${labels.length > 3 ? ` and ${String(labels.length - 3)} more` : ''}`;
}

function describe({ object: { kind, namespace, name } }: Installer): string {
  return kind === 'HelmRelease' ? `the HelmRelease ${labelOf({ namespace, name })}` : `the definition ${name}`;
}

function labelOf({ namespace, name }: { readonly namespace: string | undefined; readonly name: string }): string {
  return `${namespace ?? ''}/${name}`;
}

/** By group and kind, and by group alone where a chart brings all of them. */
function installersIn(flux: FluxTree): ReadonlyMap<string, readonly (Installer | 'by hand')[]> {
  const found = new Map<string, (Installer | 'by hand')[]>();
  const add = (key: string, installer: Installer | 'by hand'): void => {
    found.set(key, [...(found.get(key) ?? []), installer]);
  };
  const index = indexObjects(flux);
  for (const one of flux.objects) {
    const { fields, kind, owner, name } = one;
    if (kind === 'CustomResourceDefinition') {
      const key = `${textAt(fields, 'spec', 'group') ?? ''}/${textAt(fields, 'spec', 'names', 'kind') ?? ''}`;
      add(key, owner === undefined ? 'by hand' : { object: one, owner });
    }
    if (kind !== 'HelmRelease') continue;
    const chart = chartNameOf(one, index);
    const isByHand = owner === undefined || flux.isMentioned(name) || flux.isMentioned(chart);
    for (const [group, charts] of Object.entries(CHARTS)) {
      if (charts.includes(chart)) add(group, isByHand ? 'by hand' : { object: one, owner });
    }
  }
  // A chart that brings what comes with another program too, or none at all as another one does it: by its first name.
  for (const [group, charts] of Object.entries(CHARTS)) {
    if (found.has(group) && charts.some((chart) => flux.isMentioned(chart))) add(group, 'by hand');
  }
  return found;
}

function chartNameOf(release: AppliedObject, index: ObjectIndex): string {
  return chartOf(release, asApplied(release.fields, resolverOf(release), true), index)?.name ?? '';
}

/** The Kustomizations whose objects are there before, or with, those of one: itself, those that it waits for with what they make, and those above. */
function reachOf({ kustomizations, objects }: FluxTree): (from: FluxKustomization) => ReadonlySet<FluxKustomization> {
  const byLabel = new Map(kustomizations.map((one) => [labelOf(one), one]));
  const ownerOf = new Map<FluxKustomization, FluxKustomization>();
  const children = new Map<FluxKustomization, FluxKustomization[]>();
  for (const { kind, group, owner, ...one } of objects) {
    if (kind !== 'Kustomization' || group !== 'kustomize.toolkit.fluxcd.io' || owner === undefined) continue;
    const child = byLabel.get(labelOf(one));
    if (child === undefined || child === owner) continue;
    ownerOf.set(child, owner);
    children.set(owner, [...(children.get(owner) ?? []), child]);
  }
  const known = new Map<FluxKustomization, Set<FluxKustomization>>();
  return (from) => {
    const before = known.get(from) ?? new Set<FluxKustomization>();
    if (known.has(from)) return before;
    known.set(from, before);
    const open: { readonly one: FluxKustomization; readonly isWhole: boolean }[] = [{ one: from, isWhole: false }];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { one, isWhole } = next;
      if (before.has(one)) continue;
      before.add(one);
      const above = ownerOf.get(one);
      if (above !== undefined) open.push({ one: above, isWhole: false });
      if (isWhole) for (const child of children.get(one) ?? []) open.push({ one: child, isWhole: true });
      for (const dependency of listAt(one.fields, 'spec', 'dependsOn')) {
        const namespace = textAt(dependency, 'namespace') ?? one.namespace;
        const other = byLabel.get(labelOf({ namespace, name: textAt(dependency, 'name') ?? '' }));
        if (other !== undefined) open.push({ one: other, isWhole: true });
      }
    }
    return before;
  };
}

const RELEASE = object(
  'helm.toolkit.fluxcd.io/v2',
  'HelmRelease',
  'cert-manager',
  'spec:\n  chartRef:\n    kind: OCIRepository\n    name: cert-manager\n  interval: 1h\n',
);
const CHART = object(
  'source.toolkit.fluxcd.io/v1',
  'OCIRepository',
  'cert-manager',
  'spec:\n  interval: 1h\n  url: oci://quay.io/jetstack/charts/cert-manager\n  ref:\n    tag: v1.20.0\n',
);
const ISSUER = object('cert-manager.io/v1', 'ClusterIssuer', 'own', 'spec:\n  selfSigned: {}\n');

/** Beside site/: cert-manager, applied by a Kustomization of its own. */
const BESIDE = {
  'clusters/home/cert-manager.yaml': applied('')
    .replace('name: site', 'name: cert-manager')
    .replace('./site', './cert-manager'),
  'cert-manager/release.yaml': RELEASE,
  'cert-manager/chart.yaml': CHART,
};

/** What comes before what. */
export const ORDER_RULES: readonly Rule[] = [
  defineCheck({
    id: 'manifests/order',
    severity: 'note',
    description:
      'A custom resource is applied after what defines its kind, where something else in the tree brings that.',
    rationale:
      'Flux applies nothing of a Kustomization as long as the API does not know one of its kinds, and tries again until it does. A chart and what is of its kinds in one Kustomization wait for each other without end in a new cluster. What the bootstrap installs is there.',
    source: 'https://fluxcd.io/flux/components/kustomize/kustomizations/#dependencies',
    walk: ({ clusters }) => clusters.flatMap(checkOrder),
    examples: {
      good: [
        {
          files: {
            'clusters/home/site.yaml': applied('  dependsOn:\n    - name: cert-manager\n'),
            'site/issuer.yaml': ISSUER,
          },
          beside: BESIDE,
        },
      ],
      bad: [
        {
          files: { 'site/issuer.yaml': ISSUER.replace('kind: ClusterIssuer', 'kind: ClusterIssuer # <- here') },
          beside: { ...APPLIED, ...BESIDE },
        },
        {
          files: { 'site/issuer.yaml': ISSUER.replace('kind: ClusterIssuer', 'kind: ClusterIssuer # <- here') },
          beside: { ...APPLIED, 'site/release.yaml': RELEASE, 'site/chart.yaml': CHART },
        },
      ],
    },
  }),
];
