export { clusterRoot, OUTPUT_ROOTS, type ClusterRoot } from './root.ts';
export { loadConfiguration, type ConfigFile, type LoadedConfiguration } from './config/load.ts';
export { SAMPLE_CLOUDFLARE_TOKEN } from './config/sample-token.ts';
export { secretValues, type SecretSources } from './config/secrets.ts';
export { CLUSTER_FIELDS, NODE_FIELDS, SECRET_FIELDS, type FieldSchema } from './config/schemas.ts';
export type {
  Cluster,
  ClusterNode,
  Configuration,
  SecretText,
  WrittenCluster,
  WrittenNode,
  WrittenNodes,
  WrittenSecret,
} from './config/types.ts';
export { computeValues, templateData, type ComputedValues } from './computed.ts';
export { COMPUTED_NAMES } from './computed/names.ts';
export { clusterExtension, type ExtensionInput } from './extension.ts';
export type { ReadCredential } from './functions.ts';
export type { TemplateFolder } from './patches.ts';
