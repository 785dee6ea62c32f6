import type { Rule } from './rule.ts';

/** The UI shows what Hubble records. */
export const hubbleUiNeedsHubble: Rule = ({ cluster }) =>
  cluster.hubble_ui_enabled === true && cluster.hubble_enabled === false
    ? [
        {
          code: 'config/needs-field',
          file: 'cluster',
          at: { path: ['hubble_ui_enabled'] },
          message: '`hubble_ui_enabled` is true, but `hubble_enabled` is not',
          remedy: 'add `hubble_enabled: true`, or remove `hubble_ui_enabled`',
        },
      ]
    : [];

/** BIG TCP needs the real network devices: https://docs.cilium.io/en/stable/operations/performance/tuning/#ipv4-big-tcp */
export const bigTcpNeedsNativeRouting: Rule = ({ cluster }) =>
  cluster.cilium_big_tcp_enabled === true && cluster.cilium_routing_mode === 'tunnel'
    ? [
        {
          code: 'config/conflict',
          file: 'cluster',
          at: { path: ['cilium_big_tcp_enabled'] },
          message: '`cilium_big_tcp_enabled` is true, but `cilium_routing_mode` is tunnel',
          remedy: 'take native routing, or leave BIG TCP off',
        },
      ]
    : [];
