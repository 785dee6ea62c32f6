import { at, isFields, listAt, type Path, textAt } from '../../../text/values.ts';
import { defineRule, type RuleContext, type RuleObject, text } from '../../rule.ts';
import { APPLIED } from '../manifests/examples.ts';
import { asMap, controllersOf, helmValues } from '../objects.ts';

export const volume = defineRule({
  id: 'backup/volume',
  description: 'A volume that one node alone can mount is backed up, or says that it need not be.',
  rationale:
    'Such a volume holds what an app keeps for itself, and is lost with its disk. Whoever looks at it later cannot tell a cache from what was forgotten.',
  source: 'https://volsync.readthedocs.io/en/stable/usage/index.html',
  options: {
    marker: text(
      'A label or annotation of the claim, or of the HelmRelease that makes it; with the value `none`, `false` or `disabled` it needs no backup.',
      'backup',
    ),
  },
  severity: 'off',
  profiles: { strict: 'note', 'single-cluster': 'note', 'external-secrets': 'note' },
  *check(context, { marker }) {
    const isEverything = context.objects.some(({ apiVersion }) => /^(?:velero\.io|k8up\.io)\//.test(apiVersion));
    if (isEverything) return;
    const claims = context.objects.flatMap((object) => (object.owner === undefined ? [] : claimsOf(object)));
    for (const { object, path, name } of claims) {
      if (PASSING.test(name)) continue;
      if (isMarked(object, marker) || isBackedUp(context, object, name)) continue;
      yield {
        at: object.spotOf(path),
        message: `nothing backs the volume ${name} up`,
        remedy: `let VolSync copy it (a ReplicationSource with \`sourcePVC: ${name}\`), or say \`${marker}: none\` in an annotation`,
      };
    }
  },
  examples: {
    good: [
      { files: { ...claim(''), 'site/backup.yaml': source('site') }, beside: APPLIED },
      { files: claim('  annotations:\n    backup: none\n'), beside: APPLIED },
      { files: claim('  labels:\n    keep: disabled\n'), beside: APPLIED, options: { marker: 'keep' } },
      { files: claim('', 'ReadWriteMany'), beside: APPLIED },
      {
        files: { 'site/pvc.yaml': claim('')['site/pvc.yaml']?.replace('name: site', 'name: site-cache') ?? '' },
        beside: APPLIED,
      },
    ],
    bad: [
      {
        files: { 'site/pvc.yaml': claim('')['site/pvc.yaml']?.replace('name: site', 'name: site # <- here') ?? '' },
        beside: APPLIED,
      },
      {
        files: {
          'site/release.yaml':
            'apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: site\nspec:\n  values:\n    controllers:\n      site:\n        containers:\n          site: {}\n    persistence:\n      data:\n        accessMode: ReadWriteOnce # <- here\n        size: 1Gi\n',
        },
        beside: APPLIED,
      },
    ],
  },
});

/** A claim with the place that makes it. */
interface Claim {
  readonly object: RuleObject;
  readonly name: string;
  readonly path: Path;
}

/** What is called so is made anew. */
const PASSING = /cache|\btmp\b|\btemp\b|scratch/i;

const ONE_NODE = /^ReadWriteOnce(?:Pod)?$/;

/** Claims as they are written, those of StatefulSets, and those that app-template makes. */
function claimsOf(object: RuleObject): Claim[] {
  const { kind, fields } = object;
  if (kind === 'PersistentVolumeClaim') {
    // What is filled out of a backup is backed up.
    const isRestored = at(fields, 'spec', 'dataSourceRef') !== undefined;
    return isOfOneNode(fields) && !isRestored ? [{ object, name: object.name, path: ['metadata', 'name'] }] : [];
  }
  if (kind === 'StatefulSet') {
    return listAt(fields, 'spec', 'volumeClaimTemplates').flatMap((template, index) =>
      isFields(template) && isOfOneNode(template)
        ? [
            {
              object,
              name: `${textAt(template, 'metadata', 'name') ?? ''}-${object.name}-0`,
              path: ['spec', 'volumeClaimTemplates', index, 'metadata', 'name'],
            },
          ]
        : [],
    );
  }
  if (controllersOf(object).length === 0) return [];
  const persistence = Object.entries(asMap(helmValues(object).persistence));
  return persistence.flatMap(([key, one]) => {
    const isMade = (textAt(one, 'type') ?? 'persistentVolumeClaim') === 'persistentVolumeClaim';
    const isOwn = at(one, 'existingClaim') === undefined && at(one, 'enabled') !== false;
    if (!isMade || !isOwn || !ONE_NODE.test(textAt(one, 'accessMode') ?? '')) return [];
    const isOnly = persistence.length === 1;
    const name = isOnly ? object.name : `${object.name}-${key}`;
    return [{ object, name, path: ['spec', 'values', 'persistence', key, 'accessMode'] }];
  });
}

function isOfOneNode(fields: Readonly<Record<string, unknown>>): boolean {
  const modes = listAt(fields, 'spec', 'accessModes').map(String);
  return modes.length > 0 && modes.every((mode) => ONE_NODE.test(mode));
}

function isMarked({ fields }: RuleObject, marker: string): boolean {
  return ['labels', 'annotations'].some((part) =>
    ['none', 'false', 'disabled'].includes(textAt(fields, 'metadata', part, marker) ?? ''),
  );
}

/** By a ReplicationSource, or whatever else of an operator for backups names the claim; by a component that is called after one. */
function isBackedUp({ objects }: RuleContext, { namespace, owner, fields }: RuleObject, name: string): boolean {
  const labels = Object.keys(asMap(at(fields, 'metadata', 'labels')));
  if (labels.some((label) => label.startsWith('recurring-job'))) return true;
  const components = listAt(owner?.fields, 'spec', 'components').map(String);
  if (components.some((path) => /volsync|kopiur|backup/i.test(path))) return true;
  return objects.some(
    (one) =>
      one.namespace === namespace &&
      /volsync|kopia|backup/i.test(one.apiVersion) &&
      [
        textAt(one.fields, 'spec', 'sourcePVC'),
        textAt(one.fields, 'spec', 'source', 'persistentVolumeClaim'),
        one.name,
      ].includes(name),
  );
}

function claim(metadata: string, mode = 'ReadWriteOnce'): Readonly<Record<string, string>> {
  return {
    'site/pvc.yaml': `apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: site\n${metadata}spec:\n  accessModes: [${mode}]\n`,
  };
}

function source(name: string): string {
  return `apiVersion: volsync.backube/v1alpha1\nkind: ReplicationSource\nmetadata:\n  name: copy\nspec:\n  sourcePVC: ${name}\n`;
}
