import { familyOf, textsOf } from '../../families.ts';
import { missingField } from '../missing.ts';
import type { Issue } from '../issue.ts';
import type { Rule } from './rule.ts';

const KEYS = ['azure_openai_api_key', 'cohere_api_key', 'anthropic_api_key'] as const;

/** The back ends stand behind the AI gateway. */
export const aiKeysNeedGateway: Rule = ({ cluster, secrets }) => {
  if (cluster.agentgateway_addr !== null) return [];
  return KEYS.filter((key) => secrets[key] !== undefined).map((key): Issue => ({
    code: 'config/needs-field',
    file: 'cluster',
    at: { path: [key], part: 'key' },
    message: `\`${key}\` is set without \`agentgateway_addr\`: there is no AI gateway to use it`,
    remedy: `add \`agentgateway_addr\`, or remove \`${key}\``,
  }));
};

/**
 * agentgateway asks for the IPv4 address of a name first and for IPv6 where there is none: the default of hickory-resolver 0.25, which
 * nothing in it changes. Every provider has IPv4, and where Pods have none the connection fails, with DNS64 too.
 */
export const aiBackEndsAreReached: Rule = ({ cluster, secrets }) => {
  if (cluster.agentgateway_addr === null || cluster.cluster_pod_cidr === undefined) return [];
  const pods = textsOf(cluster.cluster_pod_cidr).map(familyOf);
  if (pods.includes(undefined) || pods.includes(4)) return [];
  return KEYS.filter((key) => secrets[key] !== undefined).map((key): Issue => ({
    code: 'config/family-missing',
    severity: 'warning',
    file: 'cluster',
    at: { path: [key], part: 'key' },
    message: `\`${key}\` is set, but Pods have no IPv4: the AI gateway connects to the IPv4 address of a back end that has one`,
    remedy: `give nodes, Pods and Services both families, or remove \`${key}\``,
  }));
};

/** Azure OpenAI takes its resource and its deployment. */
export const azureOpenAiIsComplete: Rule = ({ cluster, secrets }) =>
  secrets.azure_openai_api_key === undefined
    ? []
    : (['azure_openai_resource_name', 'azure_openai_deployment_name'] as const)
        .filter((field) => cluster[field] === null)
        .map((field) => missingField('cluster', [field], 'which `azure_openai_api_key` needs'));

/** Requests to Cohere name a model, and those that do not get this one. */
export const cohereIsComplete: Rule = ({ cluster, secrets }) =>
  secrets.cohere_api_key === undefined || cluster.cohere_model !== null
    ? []
    : [missingField('cluster', ['cohere_model'], 'which `cohere_api_key` needs')];
