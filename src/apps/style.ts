import { presetOf, type StyleValues } from '../checks/style.ts';
import type { Settings } from '../checks/settings.ts';
import type { Profile } from '../checks/rule.ts';
import type { Surroundings } from './surroundings.ts';

/** How an app is to look: settings, what the repository does, what the profile says, and the options of the rules of lint. */
export interface Style extends StyleValues {
  readonly profile: Profile;
  /** How images are named: by any tag, by a full version, or with a digest behind it. */
  readonly images: 'tag' | 'version' | 'digest';
  /** Whether a digest makes any tag one that may be written. */
  readonly isTagFreeWithDigest: boolean;
  readonly route: 'httproute' | 'tailscale-ingress';
  /** Fields of a Kustomization of Flux that stand before the others, which are sorted. */
  readonly firstFields: readonly string[];
  readonly resources: { readonly order: 'alphabetical' | 'functional'; readonly functions: readonly string[] };
  /** The catalogue of schemas that manifests name. */
  readonly catalogue: string;
  /** Whether a release says what becomes of a failed one; where none does, a patch above them may. */
  readonly remediates: boolean;
  readonly dependencyNamespace: 'always' | 'if-different' | 'never';
  /** Whether a Kustomization names the key that it decrypts by. */
  readonly namesKey: boolean;
  readonly sources: 'oci-per-app' | 'helmrepository-fallback' | 'central';
  /** Whether the names of generated ConfigMaps end with a hash. */
  readonly keepsHash: boolean;
  /** Whether names of Services are written without `svc.cluster.local`. */
  readonly isShort: boolean;
  readonly components: 'ks' | 'app';
  /** The annotation by which a volume says that it needs no backup; undefined where nobody asks. */
  readonly backupMarker: string | undefined;
  /** What devices of a tailnet are tagged with. */
  readonly tags: readonly string[];
  /** Services and releases that may take an address of a load balancer; undefined where all may. */
  readonly loadBalancers: readonly string[] | undefined;
  /** Gateways that a comment has to give a reason for. */
  readonly reasonedGateways: readonly string[];
}

/**
 * How a new app is to look. What is written in the settings goes before what the repository does, and that before the profile; what a rule
 * of lint has an option for is as that says, so that nothing is found in what is written.
 */
export function styleOf(settings: Settings, surroundings: Surroundings): Style {
  const preset = presetOf(settings.profile);
  const habits = settings.profile === 'default' ? surroundings.habits : undefined;
  const given = {
    ...preset,
    ...surroundings.style,
    ...habits?.style,
    ...fromRules(settings, preset),
    ...settings.apps,
  };
  const isThere = settings.apps.storageClass !== undefined || Object.hasOwn(given.storageClasses, given.storageClass);
  const values = { ...given, storageClass: isThere ? given.storageClass : '' };
  const texts = (rule: string, name: string): readonly string[] => settings.of(rule).options[name] as readonly string[];
  const word = <const T extends string>(rule: string, name: string, words: readonly [T, ...T[]]): T =>
    words.find((one) => one === settings.of(rule).options[name]) ?? words[0];
  const option = (rule: string, name: string): unknown => settings.of(rule).options[name];
  const isAsked = (rule: string): boolean => (settings.of(rule).severity ?? 'off') !== 'off';
  const catalogues = texts('yaml/schema-directive', 'catalogues');
  const isCatalogueTaken = !isAsked('yaml/schema-directive') || catalogues.includes(habits?.catalogue ?? '');
  const isSemver = isAsked('image/no-latest') && option('image/no-latest', 'tags') === 'semver';
  const cluster = String(option('tailscale/tags', 'cluster'));
  const common = String(option('tailscale/tags', 'common'));
  const [external] = [values.externalGateway.split('/')[1] ?? ''];
  return {
    ...values,
    profile: settings.profile,
    images: isAsked('image/digest') ? 'digest' : isSemver ? 'version' : 'tag',
    isTagFreeWithDigest: !isSemver || option('image/no-latest', 'anyTagWithDigest') === true,
    route:
      isAsked('gateway/no-ingress') && option('gateway/no-ingress', 'route') === 'tailscale-ingress'
        ? 'tailscale-ingress'
        : 'httproute',
    firstFields:
      isAsked('ks/field-order') || surroundings.startsWithTarget !== false ? texts('ks/field-order', 'first') : [],
    resources: {
      order: word('kustomization/alphabetical', 'order', ['alphabetical', 'functional']),
      functions: texts('kustomization/alphabetical', 'functions'),
    },
    catalogue:
      isCatalogueTaken && habits?.catalogue !== undefined
        ? habits.catalogue
        : (catalogues[0] ?? 'https://kubernetes-schemas.pages.dev'),
    remediates: habits?.remediates ?? true,
    dependencyNamespace: word('ks/depends-on-namespace', 'namespace', ['always', 'if-different', 'never']),
    namesKey: isAsked('ks/decryption') && option('ks/decryption', 'secretRef') === 'require',
    sources: isAsked('helm/oci-per-app')
      ? word('helm/oci-per-app', 'source', ['oci-per-app', 'helmrepository-fallback', 'central'])
      : 'helmrepository-fallback',
    keepsHash: option('configmap/name-suffix-hash', 'hash') === 'require',
    isShort: isAsked('dns/short-names') && option('dns/short-names', 'form') === 'short',
    components: word('ks/components-in-ks', 'place', ['ks', 'app']),
    backupMarker: isAsked('backup/volume') ? String(option('backup/volume', 'marker')) : undefined,
    tags: [common, ...(cluster === '' ? [] : [`${common}-${cluster}`])],
    loadBalancers: isAsked('service/no-loadbalancer') ? texts('service/no-loadbalancer', 'allowed') : undefined,
    reasonedGateways:
      isAsked('gateway/prefer-internal') && texts('gateway/prefer-internal', 'external').includes(external)
        ? [external]
        : [],
  };
}

/** Settings that a rule of lint leaves no choice in. */
function fromRules(settings: Settings, preset: StyleValues): Partial<StyleValues> {
  const asked = (rule: string, name: string): unknown =>
    (settings.of(rule).severity ?? 'off') === 'off' ? undefined : settings.of(rule).options[name];
  const backend = asked('secret/backend', 'backend');
  return {
    ...(backend === 'sops' ? { secrets: 'sops' } : {}),
    ...(backend === 'external' && preset.secrets === 'sops' ? { secrets: 'onepassword' } : {}),
    ...(asked('database/no-sharing', 'share') === 'instance' ? { database: 'own' } : {}),
  };
}
