import { ingressOf } from '../../computed/services.ts';
import type { SoundConfiguration } from '../effective.ts';
import { missingField } from '../missing.ts';
import type { Rule } from './rule.ts';

/** Cloudflare wants a token; without Cloudflare nobody would use it. */
export const tokenGoesWithCloudflare: Rule = ({ cluster, secrets, isWritten }) => {
  const hasToken = secrets.cloudflare_token !== undefined;
  if (cluster.dns_provider === 'cloudflare' && !isWritten('cloudflare_token')) {
    return [missingField('cluster', ['cloudflare_token'])];
  }
  if (cluster.dns_provider !== 'none' || !hasToken) return [];
  return [
    {
      code: 'config/conflict',
      file: 'cluster',
      at: { path: ['cloudflare_token'], part: 'key' },
      message: '`cloudflare_token` is set, but `dns_provider` is none',
      remedy: 'remove the token, or the line `dns_provider`',
    },
  ];
};

/** What comes from the Internet needs names that somebody publishes. */
export const ingressNeedsCloudflare: Rule = ({ cluster }) => {
  const { dns_provider: provider, ingress } = cluster;
  if (provider !== 'none' || (ingress !== 'tunnel' && ingress !== 'direct')) return [];
  return [
    {
      code: 'config/conflict',
      file: 'cluster',
      at: { path: ['ingress'] },
      message: `\`ingress\` is ${ingress}, but \`dns_provider\` is none: nobody would publish the names`,
      remedy: 'set `ingress: none`, or remove the line `dns_provider`',
    },
  ];
};

/** The external gateway has an address wherever there is one. */
export const externalGatewayHasAddress: Rule = (configuration) => {
  const { cluster, isWritten } = configuration;
  const ingress = soundIngress(configuration);
  if (ingress === undefined || ingress === 'none' || isWritten('cloudflare_gateway_addr')) return [];
  if (cluster.cloudflare_gateway_addr === undefined) return [];
  return [missingField('cluster', ['cloudflare_gateway_addr'])];
};

/** How the external gateway is reached; undefined where a field that says so is broken. */
export function soundIngress({ cluster }: SoundConfiguration): 'tunnel' | 'direct' | 'none' | undefined {
  const { ingress, dns_provider: provider } = cluster;
  return ingress === undefined || provider === undefined ? undefined : ingressOf({ ingress, dns_provider: provider });
}
