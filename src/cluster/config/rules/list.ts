import {
  addressesAreDistinct,
  addressesAreUsable,
  addressesLieInNodeNetwork,
  addressesLieOutsideClusterNetworks,
} from './addresses.ts';
import { aiBackEndsAreReached, aiKeysNeedGateway, azureOpenAiIsComplete, cohereIsComplete } from './ai.ts';
import { bgpIsCompleteOrAbsent, bgpIsKeptAlive, bgpNumbersDiffer } from './bgp.ts';
import { bigTcpNeedsNativeRouting, hubbleUiNeedsHubble } from './cilium.ts';
import { domainsAreCoveredByEdge, domainsAreNamedOnce, someDomainIsNamed, zonesHoldDomains } from './domains.ts';
import {
  familiesAreDistinct,
  familiesOfNetworksAgree,
  gatewaysHaveFamiliesOfServices,
  nodesHaveEveryFamily,
  nodesReachTheirServers,
  nodesReachWhatHasIpv4Alone,
} from './families.ts';
import {
  disksAreNoDeviceNames,
  disksAreWhole,
  encryptionGoesWithSecureBoot,
  gpuNodesHaveDrivers,
  nodesHaveSchematic,
  somethingRunsPods,
} from './hardware.ts';
import { externalGatewayHasAddress, ingressNeedsCloudflare, tokenGoesWithCloudflare } from './ingress.ts';
import { labelsArePermitted } from './labels.ts';
import { nodeNetworkIsLargeEnough, podNetworkIsOfRightSize, serviceNetworkIsOfRightSize } from './network-sizes.ts';
import {
  clusterNetworksArePrivate,
  networksAreUnicast,
  networksDoNotOverlap,
  networksHaveNoHostBits,
} from './networks.ts';
import { everyFieldHasEffect, webhookIsReached } from './no-effect.ts';
import { controllersAreOdd, nodesAgreeOnMtu, nodesAreDistinct, someNodeIsController } from './nodes.ts';
import { gatewaysLieInPool, poolHoldsFreeAddresses, poolIsWellFormed, poolLiesInNodeNetwork } from './pool.ts';
import { nodesHaveProxmoxLabels, proxmoxIsComplete, proxmoxTokenIsWhole } from './proxmox.ts';
import {
  gitHostIsKnown,
  privateRepositoryIsReadBySsh,
  repositoryHasOneName,
  repositoryIsNamed,
  repositoryIsReadEncrypted,
} from './repository.ts';
import type { Rule } from './rule.ts';
import { noValueIsSample } from './sample-values.ts';
import { fallbackIsNotTheGateway, nodesAskOutsideOfCluster } from './servers.ts';

/** Everything that must hold between the fields, as the specification reads. */
export const RULES: readonly Rule[] = [
  networksHaveNoHostBits,
  networksAreUnicast,
  clusterNetworksArePrivate,
  networksDoNotOverlap,
  nodeNetworkIsLargeEnough,
  podNetworkIsOfRightSize,
  serviceNetworkIsOfRightSize,
  familiesAreDistinct,
  familiesOfNetworksAgree,
  nodesHaveEveryFamily,
  gatewaysHaveFamiliesOfServices,
  nodesReachTheirServers,
  nodesReachWhatHasIpv4Alone,
  nodesAskOutsideOfCluster,
  fallbackIsNotTheGateway,
  addressesLieInNodeNetwork,
  addressesAreUsable,
  addressesLieOutsideClusterNetworks,
  addressesAreDistinct,
  poolIsWellFormed,
  poolLiesInNodeNetwork,
  poolHoldsFreeAddresses,
  gatewaysLieInPool,
  bgpIsCompleteOrAbsent,
  bgpNumbersDiffer,
  bgpIsKeptAlive,
  bigTcpNeedsNativeRouting,
  hubbleUiNeedsHubble,
  repositoryIsNamed,
  repositoryHasOneName,
  privateRepositoryIsReadBySsh,
  repositoryIsReadEncrypted,
  gitHostIsKnown,
  someDomainIsNamed,
  domainsAreNamedOnce,
  zonesHoldDomains,
  domainsAreCoveredByEdge,
  tokenGoesWithCloudflare,
  ingressNeedsCloudflare,
  externalGatewayHasAddress,
  webhookIsReached,
  aiKeysNeedGateway,
  aiBackEndsAreReached,
  azureOpenAiIsComplete,
  cohereIsComplete,
  proxmoxTokenIsWhole,
  proxmoxIsComplete,
  nodesHaveProxmoxLabels,
  everyFieldHasEffect,
  someNodeIsController,
  controllersAreOdd,
  somethingRunsPods,
  nodesAreDistinct,
  nodesAgreeOnMtu,
  nodesHaveSchematic,
  disksAreNoDeviceNames,
  disksAreWhole,
  encryptionGoesWithSecureBoot,
  gpuNodesHaveDrivers,
  labelsArePermitted,
];

/** What must hold besides where the tree has an owner: it is no longer the sample. */
export const OWNED_RULES: readonly Rule[] = [noValueIsSample];
