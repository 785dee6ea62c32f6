import type { Cluster } from '../config/types.ts';

/** The AI gateway, its back ends and its tracing. */
export interface AiValues {
  readonly agentgateway_enabled: boolean;
  /** The same as `agentgateway_enabled`. */
  readonly kgateway_enabled: boolean;
  /** Whether it is observed: with the gateway, and unless switched off. */
  readonly agentgateway_observability_enabled: boolean;
  readonly tracing_enabled: boolean;
  readonly otel_collector_host: string | null;
  readonly otel_collector_port: number | null;
  /** Whether there is a back end at all. */
  readonly ai_system_enabled: boolean;
  readonly azure_openai_enabled: boolean;
  readonly azure_openai_endpoint: string | null;
  readonly cohere_enabled: boolean;
  /** The host to ask: as written, or the public API's. */
  readonly cohere_hostname: string | null;
  readonly cohere_foundry_enabled: boolean;
  readonly anthropic_enabled: boolean;
  readonly anthropic_hostname: string | null;
  readonly anthropic_foundry_enabled: boolean;
}

/** The switches of the AI gateway: every back end takes the gateway and its own key. */
export function aiValues(cluster: Cluster): AiValues {
  const gateway = cluster.agentgateway_addr !== null;
  const azure = gateway && cluster.azure_openai_api_key !== null;
  const cohere = gateway && cluster.cohere_api_key !== null;
  const anthropic = gateway && cluster.anthropic_api_key !== null;
  return {
    agentgateway_enabled: gateway,
    kgateway_enabled: gateway,
    agentgateway_observability_enabled: gateway && cluster.agentgateway_observability_enabled,
    tracing_enabled: gateway && cluster.otel_collector_endpoint !== null,
    ...collectorOf(cluster.otel_collector_endpoint),
    ai_system_enabled: azure || cohere || anthropic,
    azure_openai_enabled: azure,
    azure_openai_endpoint: azure ? `https://${cluster.azure_openai_resource_name ?? ''}.openai.azure.com` : null,
    cohere_enabled: cohere,
    cohere_hostname: cohere ? (cluster.cohere_host ?? 'api.cohere.com') : null,
    cohere_foundry_enabled: cohere && cluster.cohere_host !== null,
    anthropic_enabled: anthropic,
    anthropic_hostname: anthropic ? (cluster.anthropic_host ?? 'api.anthropic.com') : null,
    anthropic_foundry_enabled: anthropic && cluster.anthropic_host !== null,
  };
}

function collectorOf(endpoint: string | null): Pick<AiValues, 'otel_collector_host' | 'otel_collector_port'> {
  const [host, port] = endpoint?.split(':') ?? [];
  return { otel_collector_host: host ?? null, otel_collector_port: port === undefined ? null : Number(port) };
}
