import type { Rule } from '../rule.ts';
import { likeOthers } from './app/like-others.ts';
import { registered } from './app/registered.ts';
import { noVelero } from './backup/no-velero.ts';
import { volume } from './backup/volume.ts';
import { nameSuffixHash } from './configmap/name-suffix-hash.ts';
import { noRaw } from './configmap/no-raw.ts';
import { noSharing } from './database/no-sharing.ts';
import { shortNames } from './dns/short-names.ts';
import { placeholder } from './domain/placeholder.ts';
import { store } from './externalsecret/store.ts';
import { template } from './externalsecret/template.ts';
import { noIngress } from './gateway/no-ingress.ts';
import { oneCertificate } from './gateway/one-certificate.ts';
import { preferInternal } from './gateway/prefer-internal.ts';
import { noRawManifests } from './helm/no-raw-manifests.ts';
import { ociPerApp } from './helm/oci-per-app.ts';
import { releaseNameLiteral } from './helm/release-name-literal.ts';
import { digest } from './image/digest.ts';
import { noLatest } from './image/no-latest.ts';
import { componentsInKs } from './ks/components-in-ks.ts';
import { crdPrune } from './ks/crd-prune.ts';
import { decryption } from './ks/decryption.ts';
import { dependsOnNamespace } from './ks/depends-on-namespace.ts';
import { fieldOrder } from './ks/field-order.ts';
import { referenceGrantNamespace } from './ks/reference-grant-namespace.ts';
import { substituteFromSecret } from './ks/substitute-from-secret.ts';
import { targetNamespace } from './ks/target-namespace.ts';
import { alphabetical } from './kustomization/alphabetical.ts';
import { noNamespace } from './kustomization/no-namespace.ts';
import { apiGroup } from './kustomize/api-group.ts';
import { fileNames } from './naming/file.ts';
import { labelNames } from './naming/label.ts';
import { objectNames } from './naming/object.ts';
import { secretNames } from './naming/secret.ts';
import { variableNames } from './naming/variable.ts';
import { noHardwareInBase } from './overlay/no-hardware-in-base.ts';
import { annotation } from './reloader/annotation.ts';
import { kubectlMutation } from './repo/kubectl-mutation.ts';
import { legacyPaths } from './repo/legacy-paths.ts';
import { scripts } from './repo/scripts.ts';
import { noNamespaceInResources } from './resource/no-namespace.ts';
import { BOOTSTRAP_RULES } from './manifests/bootstrap.ts';
import { CHART_RULES } from './manifests/charts.ts';
import { FLUX_RULES } from './manifests/flux.ts';
import { KUSTOMIZATION_RULES } from './manifests/kustomizations.ts';
import { OBJECT_RULES } from './manifests/objects.ts';
import { ORDER_RULES } from './manifests/order.ts';
import { ROUTE_RULES } from './manifests/routes.ts';
import { SCHEMA_RULES } from './manifests/schemas.ts';
import { TALOS_RULES } from './manifests/talos.ts';
import { VARIABLE_RULES } from './manifests/variables.ts';
import { memoryLimit } from './resources/memory-limit.ts';
import { backend } from './secret/backend.ts';
import { named } from './secret/named.ts';
import { noRawSecret } from './secret/no-raw.ts';
import { notEncrypted } from './secret/not-encrypted.ts';
import { token } from './secret/token.ts';
import { rbac } from './security/rbac.ts';
import { rootless } from './security/rootless.ts';
import { lbIp } from './service/lb-ip.ts';
import { noLoadbalancer } from './service/no-loadbalancer.ts';
import { rwoRecreate } from './storage/rwo-recreate.ts';
import { statefulsetRolling } from './storage/statefulset-rolling.ts';
import { tags } from './tailscale/tags.ts';
import { documentStart } from './yaml/document-start.ts';
import { indent } from './yaml/indent.ts';
import { noComments } from './yaml/no-comments.ts';
import { schemaDirective } from './yaml/schema-directive.ts';
import { whitespace } from './yaml/whitespace.ts';

/**
 * Every rule, in the order of docs/rules.md: first what cannot be otherwise, then what repositories agree on. A test compares the latter with
 * the files of this folder.
 */
export const RULES: readonly Rule[] = [
  ...KUSTOMIZATION_RULES,
  ...FLUX_RULES,
  ...ORDER_RULES,
  ...VARIABLE_RULES,
  ...SCHEMA_RULES,
  ...OBJECT_RULES,
  ...ROUTE_RULES,
  ...CHART_RULES,
  ...BOOTSTRAP_RULES,
  ...TALOS_RULES,
  likeOthers,
  registered,
  noVelero,
  volume,
  nameSuffixHash,
  noRaw,
  noSharing,
  shortNames,
  placeholder,
  store,
  template,
  noIngress,
  oneCertificate,
  preferInternal,
  noRawManifests,
  ociPerApp,
  releaseNameLiteral,
  digest,
  noLatest,
  componentsInKs,
  crdPrune,
  decryption,
  dependsOnNamespace,
  fieldOrder,
  referenceGrantNamespace,
  substituteFromSecret,
  targetNamespace,
  alphabetical,
  noNamespace,
  apiGroup,
  fileNames,
  labelNames,
  objectNames,
  secretNames,
  variableNames,
  noHardwareInBase,
  annotation,
  kubectlMutation,
  legacyPaths,
  scripts,
  noNamespaceInResources,
  memoryLimit,
  backend,
  named,
  noRawSecret,
  notEncrypted,
  token,
  rbac,
  rootless,
  lbIp,
  noLoadbalancer,
  rwoRecreate,
  statefulsetRolling,
  tags,
  documentStart,
  indent,
  noComments,
  schemaDirective,
  whitespace,
];
