import { listAt, textAt } from '../../../text/values.ts';
import { defineRule, texts } from '../../rule.ts';
import { ofKind } from '../objects.ts';

export const oneCertificate = defineRule({
  id: 'gateway/one-certificate',
  description: 'A listener of a gateway that takes one certificate has one.',
  rationale:
    'The Gateway API lets an implementation take the first of several `certificateRefs` only; kgateway and agentgateway refuse the listener. Several domains take a listener each.',
  source: 'https://gateway-api.sigs.k8s.io/reference/spec/#listenertlsconfig',
  options: { classes: texts('Classes of gateways that are looked at.', ['agentgateway', 'kgateway']) },
  severity: 'warning',
  *check(context, { classes }) {
    for (const { fields, spotOf } of ofKind(context, 'Gateway', 'gateway.networking.k8s.io')) {
      const className = textAt(fields, 'spec', 'gatewayClassName') ?? '';
      if (!classes.includes(className)) continue;
      for (const [index, listener] of listAt(fields, 'spec', 'listeners').entries()) {
        const count = listAt(listener, 'tls', 'certificateRefs').length;
        if (count < 2) continue;
        yield {
          at: spotOf(['spec', 'listeners', index, 'tls', 'certificateRefs']),
          message: `the listener ${textAt(listener, 'name') ?? ''} has ${String(count)} certificates, and ${className} takes one`,
          remedy: 'write a listener for each',
        };
      }
    }
  },
  examples: {
    good: [
      { files: { 'gateway.yaml': gateway('cilium', '[{name: a}, {name: b}]') } },
      { files: { 'gateway.yaml': gateway('agentgateway', '[{name: a}]') } },
    ],
    bad: [{ files: { 'gateway.yaml': gateway('agentgateway', '[{name: a}, {name: b}] # <- here') } }],
  },
});

function gateway(className: string, refs: string): string {
  return `apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata:\n  name: door\nspec:\n  gatewayClassName: ${className}\n  listeners:\n    - name: https\n      tls:\n        certificateRefs: ${refs}\n`;
}
