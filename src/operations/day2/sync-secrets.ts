import { failure } from '../../report/finding.ts';
import type { Programs } from '../programs/call.ts';
import { unsuccessful } from '../programs/programs.ts';

/**
 * Has External Secrets read secrets anew from where they are kept.
 *
 * @param target - one ExternalSecret; all of them where it is not given
 * @param mark - a value that was not there before: External Secrets acts where the annotation changes
 * @throws Failure of kind `input` where External Secrets is not installed, or the one is not there
 */
export async function syncSecrets(
  programs: Programs,
  target: { readonly namespace: string; readonly name: string } | undefined,
  mark: string,
): Promise<void> {
  const scope = target === undefined ? ['--all', '--all-namespaces'] : [target.name, '--namespace', target.namespace];
  const call = {
    program: 'kubectl',
    arguments: ['annotate', 'externalsecrets.external-secrets.io', ...scope, `force-sync=${mark}`, '--overwrite'],
  } as const;
  const answer = await programs.ask(call);
  if (answer.exitCode === 0) return;
  const isUnknown = /doesn't have a resource type|no matches for kind/.test(answer.stderr);
  if (!isUnknown && !answer.stderr.includes('(NotFound)')) throw unsuccessful(call, answer);
  throw failure('input', {
    code: 'operations/not-found',
    message: isUnknown
      ? 'External Secrets is not installed in the cluster'
      : `there is no ExternalSecret ${target?.namespace ?? ''}/${target?.name ?? ''}`,
    remedy: isUnknown
      ? 'this cluster takes its secrets from SOPS: run `cluster-template reconcile`'
      : 'run it without a name for all of them',
  });
}
