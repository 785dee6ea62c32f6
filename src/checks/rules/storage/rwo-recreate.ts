import { at, listAt, type Path, textAt } from '../../../text/values.ts';
import { defineRule, type RuleContext, type RuleObject } from '../../rule.ts';
import { asMap, controllersOf, helmValues } from '../objects.ts';

export const rwoRecreate = defineRule({
  id: 'storage/rwo-recreate',
  description: 'A Deployment with a volume that one node alone can mount has the strategy Recreate.',
  rationale:
    'With RollingUpdate the new Pod waits for the volume of the old one, which waits for the new one, wherever they come to different nodes.',
  source: 'https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#strategy',
  severity: 'warning',
  *check(context) {
    for (const object of context.objects) {
      for (const { claim, path, strategy, strategyPath } of [...rawClaims(object), ...chartClaims(object)]) {
        const modes = accessModes(context, object, claim);
        if (!modes.includes('ReadWriteOnce') || modes.includes('ReadWriteMany')) continue;
        if (strategy === 'Recreate') continue;
        yield {
          at: object.spotOf(strategyPath ?? path),
          message: `${object.name} mounts the claim ${claim}, which one node alone can mount (ReadWriteOnce), and is updated by RollingUpdate`,
          remedy: object.kind === 'Deployment' ? 'set `strategy: {type: Recreate}`' : 'set `strategy: Recreate`',
        };
      }
    }
  },
  examples: {
    good: [
      { files: deployment('  strategy:\n    type: Recreate\n', 'ReadWriteOnce') },
      { files: deployment('', 'ReadWriteMany') },
    ],
    bad: [{ files: deployment('', 'ReadWriteOnce', ' # <- here') }],
  },
});

/** A claim that a workload mounts. */
interface Mount {
  readonly claim: string;
  readonly path: Path;
  readonly strategy: string | undefined;
  readonly strategyPath: Path | undefined;
}

function rawClaims({ kind, fields }: RuleObject): Mount[] {
  if (kind !== 'Deployment') return [];
  const strategy = textAt(fields, 'spec', 'strategy', 'type');
  return listAt(fields, 'spec', 'template', 'spec', 'volumes').flatMap((volume, index) => {
    const claim = textAt(volume, 'persistentVolumeClaim', 'claimName');
    const path = ['spec', 'template', 'spec', 'volumes', index, 'persistentVolumeClaim', 'claimName'];
    const strategyPath = strategy === undefined ? undefined : ['spec', 'strategy', 'type'];
    return claim === undefined ? [] : [{ claim, path, strategy, strategyPath }];
  });
}

/** In app-template a Deployment is updated by Recreate where nothing else is written. */
function chartClaims(object: RuleObject): Mount[] {
  const persistence = Object.entries(asMap(helmValues(object).persistence));
  return controllersOf(object).flatMap(({ fields, path }) => {
    const strategy = textAt(fields, 'strategy');
    if (strategy !== 'RollingUpdate' || (textAt(fields, 'type') ?? 'deployment') !== 'deployment') return [];
    return persistence.flatMap(([name, one]) => {
      const claim = textAt(one, 'existingClaim');
      return claim === undefined
        ? []
        : [{ claim, path: ['spec', 'values', 'persistence', name], strategy, strategyPath: [...path, 'strategy'] }];
    });
  });
}

function accessModes({ objects }: RuleContext, { namespace }: RuleObject, claim: string): readonly unknown[] {
  const found = objects.find(
    (one) => one.kind === 'PersistentVolumeClaim' && one.name === claim && one.namespace === namespace,
  );
  const mode = at(found?.fields, 'spec', 'accessModes');
  return Array.isArray(mode) ? mode : [];
}

function deployment(strategy: string, mode: string, mark = ''): Record<string, string> {
  return {
    'deployment.yaml': `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: site\nspec:\n${strategy}  template:\n    spec:\n      containers:\n        - name: site\n          image: site:1.0.0\n      volumes:\n        - name: data\n          persistentVolumeClaim:\n            claimName: site${mark}\n`,
    'pvc.yaml': `apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: site\nspec:\n  accessModes: [${mode}]\n`,
  };
}
