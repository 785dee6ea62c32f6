import {
  addressesAreDistinct,
  addressesAreUsable,
  addressesLieInNodeNetwork,
  addressesLieOutsideClusterNetworks,
} from './addresses.ts';
import { bgpIsCompleteOrAbsent, bgpNumbersDiffer } from './bgp.ts';
import { labelsArePermitted } from './labels.ts';
import {
  networksDoNotOverlap,
  networksHaveNoHostBits,
  networksAreUnicast,
  nodeNetworkIsLargeEnough,
  podNetworkIsLargeEnough,
  serviceNetworkIsOfRightSize,
} from './networks.ts';
import { controllersAreOdd, disksAreNoDeviceNames, nodesAreDistinct, someNodeIsController } from './nodes.ts';
import type { Rule } from './rule.ts';

/** Everything that must hold between the fields, as the specification reads. */
export const RULES: readonly Rule[] = [
  networksHaveNoHostBits,
  networksAreUnicast,
  networksDoNotOverlap,
  nodeNetworkIsLargeEnough,
  podNetworkIsLargeEnough,
  serviceNetworkIsOfRightSize,
  addressesLieInNodeNetwork,
  addressesAreUsable,
  addressesLieOutsideClusterNetworks,
  addressesAreDistinct,
  bgpIsCompleteOrAbsent,
  bgpNumbersDiffer,
  someNodeIsController,
  controllersAreOdd,
  nodesAreDistinct,
  disksAreNoDeviceNames,
  labelsArePermitted,
];
