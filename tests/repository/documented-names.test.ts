import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { drawPicture, pictures } from '../../scripts/pictures.mjs';
import { documentsOf, EVERYTHING, PROXMOX_LABELS, REPOSITORY, renderSample } from './rendering.ts';

// Every object that a command of the documentation names, and that the templates render, has that name in that namespace.

/** Names of kinds as kubectl and flux take them. */
const KINDS: Readonly<Record<string, string>> = {
  certificate: 'Certificate',
  gateway: 'Gateway',
  helmrelease: 'HelmRelease',
  hr: 'HelmRelease',
  httproute: 'HTTPRoute',
  kustomization: 'Kustomization',
  ks: 'Kustomization',
  ocirepository: 'OCIRepository',
  receiver: 'Receiver',
  secret: 'Secret',
  service: 'Service',
  svc: 'Service',
};

const OBJECT = new RegExp(
  String.raw`(?<![\w-])(${Object.keys(KINDS).join('|')})s?[ /]([a-z][a-z0-9-]*)(?![\w./<])`,
  'g',
);

interface Named {
  readonly file: string;
  readonly command: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string | undefined;
}

const PAGES = ['README.md', ...readdirSync(join(REPOSITORY, 'docs')).map((name) => `docs/${name}`)].filter((name) =>
  name.endsWith('.md'),
);

let rendered: ReadonlyMap<string, string> = new Map();
let objects = new Set<string>();

beforeAll(async () => {
  rendered = await renderSample({ ...EVERYTHING, volsync_enabled: true, alerts_enabled: true }, PROXMOX_LABELS);
  objects = new Set([...rendered.keys()].filter((path) => /^(?:kubernetes|bootstrap)\//.test(path)).flatMap(namesIn));
});

function namesIn(path: string): string[] {
  const [, namespace = ''] = /^kubernetes\/apps\/([^/]+)\//.exec(path) ?? [];
  if (!/\.ya?ml$/.test(path)) return [];
  return documentsOf(rendered, path).map((object) => {
    const { kind, metadata } = object as { kind?: string; metadata?: { name?: string; namespace?: string } };
    return `${kind ?? ''} ${metadata?.name ?? ''} ${metadata?.namespace ?? namespace}`;
  });
}

/** `kubectl … KIND NAME` and `KIND/NAME`; a name in angle brackets, a variable or an option is none. */
function namedIn(file: string, text: string): Named[] {
  const commands = [...text.matchAll(/(?:kubectl|flux) [^\n`|;]*/g)].map(([command]) => command);
  return commands.flatMap((command) => {
    const namespace = /(?:-n|--namespace)[ =]([a-z0-9-]+)/.exec(command)?.[1];
    return [...command.matchAll(OBJECT)].flatMap(([, short = '', name = '']): Named[] => {
      const kind = KINDS[short];
      return kind === undefined ? [] : [{ file, command, kind, name, namespace }];
    });
  });
}

describe('the commands of the documentation', () => {
  it.each(PAGES)('%s names objects that are rendered', async (file) => {
    const named = namedIn(file, await readFile(join(REPOSITORY, file), 'utf8'));
    const wrong = named.filter(({ kind, name, namespace }) => {
      const wanted = namespace === undefined ? `${kind} ${name} ` : `${kind} ${name} ${namespace}`;
      return ![...objects].some((object) => (namespace === undefined ? object.startsWith(wanted) : object === wanted));
    });
    expect(wrong).toEqual([]);
  });

  it('names at least the receiver', async () => {
    const text = await readFile(join(REPOSITORY, 'docs/getting-started.md'), 'utf8');
    expect(namedIn('docs/getting-started.md', text)).toContainEqual(
      expect.objectContaining({ kind: 'Receiver', name: 'flux-webhook', namespace: 'flux-system' }),
    );
  });
});

describe('the pictures of the documentation', () => {
  it('are what `npm run docs` draws of the texts beside them', async () => {
    const drawn = Object.entries(await pictures(REPOSITORY));
    expect(drawn.length).toBeGreaterThan(0);
    for (const [path, text] of drawn) expect(await readFile(join(REPOSITORY, path), 'utf8'), path).toBe(text);
  });

  it('join lines, and take text as it stands', () => {
    const picture = drawPicture('A < B\n\n┌──▶ a <b> & *c*  d\n│\n');
    expect(picture).toContain('<title>A &lt; B</title>');
    expect(picture).toContain('<path d="M16 21H40M16 21V48"/>');
    expect([...picture.matchAll(/<text(.*?) x="[\d.]+" y="25.5">(.*?)<\/text>/g)].map(([, ...parts]) => parts)).toEqual(
      [
        ['', 'a &lt;b&gt; &amp;'],
        [' class="strong"', 'c'],
        ['', 'd'],
      ],
    );
  });
});
