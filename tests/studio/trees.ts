import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFiles } from '../support/folders.ts';
import { textsIn } from './studio.ts';

/** Text that is a picture and a program where it is taken for markup. */
export const MARKUP = '<img src=x onerror=alert(1)>"\'</script><script>alert(2)</script>';

/** Lays apps of their owner into a sample: copies of its echo server, in 20 namespaces of their own that Flux finds by itself. */
export async function layOwnApps(folder: string, count: number): Promise<void> {
  const app = 'kubernetes/apps/default/echo';
  const texts = await Promise.all(
    ['ks.yaml', 'app/kustomization.yaml', 'app/helmrelease.yaml', 'app/ocirepository.yaml'].map(
      async (name) => [name, await readFile(join(folder, app, name), 'utf8')] as const,
    ),
  );
  const registry = await readFile(join(folder, 'kubernetes/apps/default/kustomization.yaml'), 'utf8');
  const files: Record<string, string> = {};
  for (let namespace = 0; namespace < 20; namespace += 1) {
    const names = Array.from({ length: count / 20 }, (_, index) => `own-${String(namespace)}-${String(index)}`);
    const [space, place] = [`space-${String(namespace)}`, `kubernetes/apps/space-${String(namespace)}`];
    for (const name of names)
      for (const [file, text] of texts)
        files[`${place}/${name}/${file}`] = text
          .replaceAll(app, `${place}/${name}`)
          .replaceAll(/\becho\b(?!.*oci:)(?<!charts\/echo)/g, name)
          .replaceAll('Namespace: default', `Namespace: ${space}`);
    const resources = names.map((name) => `  - ./${name}/ks.yaml\n`).join('');
    files[`${place}/kustomization.yaml`] = registry
      .replace('namespace: default', `namespace: ${space}`)
      .replace(/ {2}- \.\/echo\/ks\.yaml\n/, resources);
  }
  await writeFiles(folder, files);
}

/** Puts markup into every field of the configuration of a sample, the placeholder of its token aside. */
export async function layMarkup(folder: string): Promise<void> {
  const texts = await textsIn(folder);
  const hostile = (text: string): string =>
    text.replace(
      /^(\s*(?:- )?(?!cloudflare_token)\w+): .*$/gm,
      (_, key: string) => `${key}: ${JSON.stringify(MARKUP)}`,
    );
  await writeFile(join(folder, 'cluster.yaml'), hostile(texts.cluster));
  await writeFile(join(folder, 'nodes.yaml'), hostile(texts.nodes).replace(/^nodes: .*$/m, 'nodes:'));
}
