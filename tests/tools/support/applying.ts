import { listAt, at, textAt, type Fields } from '../../golden/trees.ts';
import type { TestCluster } from '../cluster.ts';
import type { Applied } from './flux.ts';

/** `group/version/kind`; the core group has no name. */
export function kindOf(one: Fields): string {
  const apiVersion = textAt(one, 'apiVersion');
  return `${apiVersion.includes('/') ? apiVersion : `/${apiVersion}`}/${textAt(one, 'kind')}`;
}

/** The kinds that the API serves, as `kindOf` writes them. */
export async function servedKinds(cluster: TestCluster): Promise<ReadonlySet<string>> {
  const { stdout } = await cluster.kubectl(['api-resources', '--no-headers']);
  const preferred = stdout.split('\n').flatMap((line) => {
    const [kind = '', , apiVersion = ''] = line.trim().split(/\s+/).reverse();
    return kind === '' ? [] : [kindOf({ apiVersion, kind })];
  });
  return new Set([...preferred, ...(await servedByDefinitions(cluster))]);
}

/** api-resources names the preferred version of a kind alone. */
async function servedByDefinitions(cluster: TestCluster): Promise<string[]> {
  const { stdout } = await cluster.kubectl(['get', 'customresourcedefinitions', '--output', 'json']);
  return listAt(JSON.parse(stdout) as Fields, 'items').flatMap((one) =>
    listAt(one, 'spec', 'versions')
      .filter((version) => at(version, 'served') === true)
      .map((version) => {
        const apiVersion = `${textAt(one, 'spec', 'group')}/${textAt(version, 'name')}`;
        return kindOf({ apiVersion, kind: textAt(one, 'spec', 'names', 'kind') });
      }),
  );
}

/** Makes namespaces in earnest: nothing can be tried in one that is not there. */
export async function makeNamespaces(cluster: TestCluster, names: Iterable<string>): Promise<void> {
  // Flux's own is made by the bootstrap, before Flux is.
  const all = new Set(['flux-system', ...names]);
  const list = [...all].map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }));
  const { code, stderr } = await cluster.kubectl(['apply', '--server-side', '-f', '-'], stream(list));
  if (code !== 0) throw new Error(stderr);
}

/** What the API refuses: all at once, as that is quick; halves of them where something is refused, to say what. */
export async function refusals(cluster: TestCluster, all: readonly Applied[]): Promise<string[]> {
  if (all.length === 0) return [];
  const message = await dryRun(cluster, ...all.map((one) => one.object));
  if (message === '') return [];
  const [{ object, from }] = all as readonly [Applied];
  if (all.length === 1) return [`${from}: ${kindOf(object)} ${textAt(object, 'metadata', 'name')}: ${message}`];
  const middle = Math.ceil(all.length / 2);
  const found = [...(await refusals(cluster, all.slice(0, middle))), ...(await refusals(cluster, all.slice(middle)))];
  // What is refused beside others alone, such as the same object twice.
  return found.length > 0 ? found : [message];
}

/** What the API says against objects; an empty text where it takes them. Their text goes over standard input. */
export async function dryRun(cluster: TestCluster, ...objects: readonly Fields[]): Promise<string> {
  const arguments_ = [
    'apply',
    '--server-side',
    '--force-conflicts',
    '--validate=strict',
    '--dry-run=server',
    '-f',
    '-',
  ];
  const { code, stderr } = await cluster.kubectl(arguments_, stream(objects));
  return code === 0 ? '' : stderr.trim() || `kubectl ended with ${String(code)}`;
}

/** JSON documents are YAML documents. */
export function stream(objects: readonly Fields[]): string {
  return objects.map((one) => `---\n${JSON.stringify(one)}\n`).join('');
}
