import { failure } from '../../report/finding.ts';
import { both } from './suspend.ts';
import type { Programs } from '../programs/catalogue.ts';

/** What is reconciled. */
interface ReconcileTarget {
  readonly kind: 'kustomization' | 'helmrelease';
  readonly namespace: string;
  readonly name: string;
  /** For a release: upgrade although nothing changed; count its retries anew. */
  readonly force: boolean;
  readonly reset: boolean;
}

/** The Kustomization that Flux makes of its own sync; all others come from it. */
const ROOT_KUSTOMIZATION: ReconcileTarget = {
  kind: 'kustomization',
  namespace: 'flux-system',
  name: 'flux-system',
  force: false,
  reset: false,
};

/** Short names of kinds, as kubectl and flux know them. */
const KINDS: Readonly<Record<string, ReconcileTarget['kind']>> = {
  ks: 'kustomization',
  kustomization: 'kustomization',
  hr: 'helmrelease',
  helmrelease: 'helmrelease',
};

/** A reconciliation waits for the workloads of a release, whose own limit is mostly shorter. */
const SECONDS = 900;

/** Flux's own limit, a little before ours: it says what it waited for. */
const FLUX_TIMEOUT = '--timeout=14m';

/**
 * What the words on the command line name: nothing is the root, one word a Kustomization, two a kind and a name.
 *
 * @throws Failure of kind `usage` where they name nothing
 */
export function targetOf(
  words: readonly string[],
  options: { readonly namespace: string; readonly force: boolean; readonly reset: boolean },
): ReconcileTarget {
  const [first, second, ...rest] = words;
  if (first === undefined) return withOptions(ROOT_KUSTOMIZATION, options);
  if (second === undefined) return withOptions({ ...ROOT_KUSTOMIZATION, name: first, ...options }, options);
  const kind = KINDS[first];
  if (kind === undefined || rest.length > 0) {
    throw failure('usage', {
      code: 'usage/argument',
      message: `${words.join(' ')} names nothing that is reconciled`,
      remedy: 'give nothing, the name of a Kustomization, or `ks NAME` or `hr NAME`',
    });
  }
  return withOptions({ kind, name: second, ...options }, options);
}

/** Has Flux fetch the repository and reconcile. Throws a Failure of kind `outside` where it does not come to be ready. */
export async function reconcile(programs: Programs, target: ReconcileTarget): Promise<void> {
  const { kind, namespace, name, force, reset } = target;
  const flags = [...(force ? ['--force'] : []), ...(reset ? ['--reset'] : [])];
  const arguments_ = ['--namespace', namespace, 'reconcile', kind, name, '--with-source', FLUX_TIMEOUT, ...flags];
  await programs.run({ program: 'flux', arguments: arguments_, timeoutSeconds: SECONDS });
}

/**
 * Frees a Kustomization or release that is stuck: suspends and resumes it. It is resumed whatever happens meanwhile.
 *
 * @param afterwards - programs that an interruption does not stop
 */
export async function unstick(programs: Programs, afterwards: Programs, target: ReconcileTarget): Promise<void> {
  const { kind, namespace, name } = target;
  const words = [kind, name, '--namespace', namespace];
  const resume = (): Promise<unknown> =>
    afterwards.run({ program: 'flux', arguments: ['resume', ...words, FLUX_TIMEOUT], timeoutSeconds: SECONDS });
  try {
    await programs.run({ program: 'flux', arguments: ['suspend', ...words] });
  } catch (error) {
    await resume().catch((second: unknown) => {
      throw both(error, second);
    });
    throw error;
  }
  await resume();
}

function withOptions(
  target: ReconcileTarget,
  { force, reset }: { readonly force: boolean; readonly reset: boolean },
): ReconcileTarget {
  if (target.kind === 'helmrelease' || (!force && !reset)) return { ...target, force, reset };
  throw failure('usage', {
    code: 'usage/argument',
    message: '--force and --reset are for releases',
    remedy: 'give `hr NAME` with them',
  });
}
