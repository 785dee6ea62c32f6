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
