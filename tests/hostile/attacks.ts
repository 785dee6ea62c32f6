import { execFileSync } from 'node:child_process';
import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeFiles } from '../support/folders.ts';
import { CODE_ATTACKS, setSetting } from './code.ts';
import { LOOKS, MARKERS, WRITES, type CommandName, type Sandbox } from './sandbox.ts';

/** A hostile repository. */
export interface Attack {
  /** Also the name of the folder beside this file whose files are copied over the repository, where git can hold them. */
  readonly name: string;
  /** Makes what git cannot store, or what needs the paths of the sandbox. */
  readonly make?: (sandbox: Sandbox) => Promise<void>;
  /** What the commands say that meet it; undefined where it does no harm and nobody minds. */
  readonly refusal?: RegExp;
  /** Exit code of those commands. */
  readonly code?: number;
  /** Where it is another one for some. */
  readonly codes?: Partial<Readonly<Record<CommandName, number>>>;
  /** How many errors are told; one where it is not given. */
  readonly errors?: 'some';
  /** Whether a watch ends with it: it goes on where the next change may mend what is wrong. */
  readonly watchEnds?: boolean;
  /** Commands that may do it: `makejinja` follows links and starts programs as the Python program does. */
  readonly exempt?: readonly CommandName[];
  /** Whether it lies in what templates say alone: commands that do not render have nothing to withstand. */
  readonly isOfTemplates?: boolean;
  /** Commands that never come to the place where it lies: they end as in a healthy repository. */
  readonly unaffected?: readonly CommandName[];
}

/** Commands that render nothing. */
const WITHOUT_TEMPLATES: readonly CommandName[] = [
  'doctor --staged',
  'config show',
  'init',
  'adopt',
  'template reset',
  'template tidy',
  'config migrate',
  'upgrade',
  'makejinja',
];

/** Commands that compare nothing with the tree on disk. */
const WITHOUT_COMPARISON: readonly CommandName[] = [
  'validate',
  'explain',
  'doctor',
  'doctor --staged',
  'config show',
  'render',
  'render --output',
  'init',
  'adopt',
  'template tidy',
  'config migrate',
  'upgrade',
  'makejinja',
];

/** Commands that leave the journal of an interrupted run to others. */
const WITHOUT_RECOVERY: readonly CommandName[] = [
  'validate',
  'plan',
  'plan --verbose',
  'diff',
  'explain',
  'doctor',
  'doctor --staged',
  'config show',
  'render',
  'render --output',
  'configure --check',
  'watch',
  'init',
  'template tidy',
  'makejinja',
  'config migrate',
  'upgrade',
];

/** Commands that do not take the lock. */
const WITHOUT_LOCK: readonly CommandName[] = WITHOUT_RECOVERY.filter(
  (name) => !['init', 'template tidy', 'config migrate', 'upgrade'].includes(name),
);

/** Files that a tree is made from, as links to what must not come out. */
const LINKS: readonly {
  readonly name: string;
  readonly path: string;
  readonly target: string;
  readonly refusal: RegExp;
  readonly errors?: 'some';
  readonly unaffected?: readonly CommandName[];
}[] = [
  {
    name: 'template-linked-out',
    path: 'templates/overrides/AGENTS.md',
    target: '../../../outside/secret.txt',
    refusal:
      /^ *templates\/overrides\/AGENTS\.md: error: templates\/overrides\/AGENTS\.md leads out of the repository/m,
  },
  {
    name: 'template-folder-linked-out',
    path: 'templates/overrides/kubernetes',
    target: '../../../outside/folder',
    refusal: /error: templates\/overrides\/kubernetes\/secret\.j2 leads out of the repository/,
  },
  {
    name: 'input-linked-out',
    path: 'templates/overrides',
    target: '../../outside/folder',
    refusal: /error: templates\/overrides leads out of the repository/,
  },
  {
    name: 'template-linked-to-key',
    path: 'templates/overrides/AGENTS.md',
    target: '../../age.key',
    refusal: /error: templates\/overrides\/AGENTS\.md leads to age\.key, which is private/,
  },
  {
    name: 'template-linked-to-git',
    path: 'templates/overrides/AGENTS.md',
    target: '../../.git/config',
    refusal: /error: templates\/overrides\/AGENTS\.md leads to \.git\/config, which is private/,
  },
  {
    name: 'template-linked-to-ignored',
    path: 'templates/overrides/AGENTS.md',
    target: '../../ignored.txt',
    refusal: /error: templates\/overrides\/AGENTS\.md leads to a file that git ignores/,
  },
  {
    name: 'plugin-linked-out',
    path: 'templates/scripts/plugin.ts',
    target: '../../../outside/secret.txt',
    refusal: /error: templates\/scripts\/plugin\.ts leads out of the repository/,
  },
  {
    name: 'settings-linked-out',
    path: 'makejinja.toml',
    target: '../outside/secret.txt',
    refusal: /error: makejinja\.toml leads out of the repository/,
  },
  ...['cluster.yaml', 'nodes.yaml', 'cluster.sops.yaml'].map((path) => ({
    name: `${path.replaceAll('.', '-')}-linked-out`,
    path,
    target: '../outside/secret.yaml',
    // The doctor looks at it as a secret too.
    ...(path === 'cluster.sops.yaml' ? { errors: 'some' as const } : {}),
    refusal: new RegExp(`error: ${path.replaceAll('.', '\\.')} leads out of the repository`),
    // `init` writes keys that the configuration is compared with.
    unaffected: [
      'doctor --staged',
      ...(path === 'cluster.yaml' ? [] : (['init'] as const)),
      'adopt',
      'template reset',
      'template tidy',
      'makejinja',
    ] as const,
  })),
];

const READ_FOR_EVER = / is a pipe or a device, which may be read for ever/;
const IN_THE_WAY = /: error: a pipe or a device lies where a generated file belongs/;

/** Files that commands read or write, as pipes that nobody writes to; what they say, and which commands never come to them. */
const PIPES: readonly {
  readonly name: string;
  readonly path: string;
  readonly refusal: RegExp;
  readonly unaffected: readonly CommandName[];
  readonly watchEnds?: true;
}[] = [
  {
    name: 'pipe-as-nodes-yaml',
    path: 'nodes.yaml',
    refusal: READ_FOR_EVER,
    unaffected: ['doctor --staged', 'init', 'adopt', 'template reset', 'template tidy'],
  },
  {
    name: 'pipe-as-companion',
    path: 'cluster.sops.yaml',
    refusal: READ_FOR_EVER,
    unaffected: ['doctor --staged', 'init', 'adopt', 'template reset', 'template tidy', 'makejinja'],
  },
  {
    name: 'pipe-as-key',
    path: 'age.key',
    refusal: READ_FOR_EVER,
    unaffected: ['doctor --staged', 'config show', 'template tidy', 'config migrate', 'makejinja'],
  },
  {
    name: 'pipe-as-settings',
    path: 'makejinja.toml',
    refusal: READ_FOR_EVER,
    unaffected: [
      ...(['doctor --staged', 'config show', 'init', 'adopt'] as const),
      ...(['template reset', 'template tidy', 'config migrate'] as const),
    ],
    watchEnds: true,
  },
  {
    name: 'pipe-as-plugin',
    path: 'templates/scripts/plugin.ts',
    refusal: /plugin\.ts would be run| is a pipe or a device, which may be read for ever/,
    unaffected: ['doctor --staged', 'config show', 'adopt', 'template reset', 'template tidy', 'config migrate'],
    watchEnds: true,
  },
  {
    // The renderer takes files alone, as makejinja does; what compares the inputs with the last run reads it.
    name: 'pipe-as-template',
    path: 'templates/overrides/AGENTS.md.j2',
    refusal: READ_FOR_EVER,
    unaffected: [...WITHOUT_TEMPLATES, 'validate', 'explain', 'render', 'render --output'],
  },
  {
    name: 'pipe-as-result',
    path: '.sops.yaml',
    refusal: / a pipe or a device(?: lies where a generated file belongs|, which may be read for ever)/,
    unaffected: [...WITHOUT_COMPARISON.filter((name) => name !== 'doctor')],
  },
  { name: 'pipe-as-lock', path: '.cluster-template/lock', refusal: IN_THE_WAY, unaffected: WITHOUT_LOCK },
  {
    name: 'pipe-as-journal',
    path: '.cluster-template/journal.json',
    refusal: IN_THE_WAY,
    unaffected: ['template tidy', 'config migrate', 'makejinja'],
  },
  {
    name: 'pipe-as-inventory',
    path: '.cluster-template/manifest.json',
    refusal: IN_THE_WAY,
    unaffected: ['template tidy', 'config migrate', 'makejinja'],
  },
];

/** Templates that would write a secret in plain text, or have a message quote it, and what is said of them. */
const LEAKS: readonly (readonly [name: string, refusal: RegExp])[] = [
  ['secret-by-misspelt-rule', /secret\.sops\.yaml would be written in plain text: none of its values is encrypted/],
  ['secret-in-annotation', /secret\.sops\.yaml\.j2:6: error: line 6 of .* would show `cloudflare_token` of cluster/],
  ['secret-in-comment', /secret\.sops\.yaml\.j2:1: error: line 1 of .* would show `cloudflare_token` of cluster/],
  ['secret-in-key-name', /secret\.sops\.yaml\.j2:6: error: line 6 of .* would show `cloudflare_token` of cluster/],
  ['secret-in-plain-file', /AGENTS\.md\.j2:1: error: line 1 of AGENTS\.md would show the private key of age\.key/],
  ['secret-as-filter-name', /AGENTS\.md\.j2:1:4: error: .*No filter named '\[secret\]'/],
  ['secret-as-template-name', /AGENTS\.md\.j2:1:4: error: TemplateNotFound: \[secret\]/],
  ['secret-in-undefined-name', /AGENTS\.md\.j2:1:30: error: UndefinedError: .* has no attribute '\[secret\]'/],
];

/** Names that git, or a file system that it is checked out on, takes for `.git`. */
const GIT_NAMES: readonly (readonly [name: string, folder: string])[] = [
  ['git-folder', '.git'],
  ['git-folder-in-capitals', '.GIT'],
  ['git-folder-with-dots', '.git. .'],
  ['git-folder-by-short-name', 'GIT~1'],
  ['git-folder-with-ignored-characters', '.g\u200cit'],
  ['git-folder-as-stream', '.git::$INDEX_ALLOCATION'],
  ['git-folder-behind-backslash', 'a\\.git'],
];

function without(name: CommandName, names: readonly CommandName[]): CommandName[] {
  return names.filter((one) => one !== name);
}

async function setInputs(repository: string, inputs: string): Promise<void> {
  await setSetting(repository, /^inputs = .*$/m, `inputs = ${inputs}`);
}

/** Writes a comment in Latin-1 into the second line of a file. */
async function spoil(path: string): Promise<void> {
  await writeFile(path, `# \n# caf\u00e9: ${await readFile(path, 'latin1')}`, 'latin1');
}

export const ATTACKS: readonly Attack[] = [
  ...CODE_ATTACKS,
  {
    name: 'linked-state-folder',
    async make({ repository, outside }) {
      await rename(join(repository, '.cluster-template'), join(outside, 'state'));
      await symlink('../outside/state', join(repository, '.cluster-template'));
    },
    refusal: /^\.cluster-template: error: a link lies where a generated folder belongs/m,
    watchEnds: true,
    // It keeps nothing there, and does not look.
    unaffected: ['makejinja'],
  },
  {
    name: 'file-as-state-folder',
    async make({ repository }) {
      await rm(join(repository, '.cluster-template'), { recursive: true });
      await writeFile(join(repository, '.cluster-template'), '');
    },
    refusal: /^\.cluster-template: error: a file lies where a generated folder belongs/m,
    watchEnds: true,
    unaffected: ['makejinja'],
  },
  {
    name: 'linked-inventory',
    async make({ repository, outside }) {
      await rename(join(repository, '.cluster-template/manifest.json'), join(outside, 'manifest.json'));
      await symlink('../../outside/manifest.json', join(repository, '.cluster-template/manifest.json'));
    },
    refusal: /^\.cluster-template\/manifest\.json: error: a link lies where a generated file belongs/m,
    unaffected: ['template tidy', 'config migrate', 'makejinja'],
  },
  ...PIPES.map(({ path, ...attack }): Attack => ({
    ...attack,
    async make({ repository }) {
      await rm(join(repository, path), { force: true });
      await mkdir(dirname(join(repository, path)), { recursive: true });
      execFileSync('mkfifo', [join(repository, path)]);
    },
    // A pipe cannot be committed.
    exempt: ['upgrade'],
  })),
  {
    name: 'lock-that-leads-nowhere',
    make: ({ repository, outside }) => symlink(join(outside, 'nothing'), join(repository, '.cluster-template/lock')),
    refusal: /^\.cluster-template\/lock: error: a link lies where a generated file belongs/m,
    unaffected: WITHOUT_LOCK,
  },
  {
    name: 'lock-that-leads-out',
    make: ({ repository, outside }) => symlink(join(outside, 'secret.txt'), join(repository, '.cluster-template/lock')),
    refusal: /^\.cluster-template\/lock: error: a link lies where a generated file belongs/m,
    unaffected: WITHOUT_LOCK,
  },
  {
    name: 'folder-as-lock',
    async make({ repository }) {
      await mkdir(join(repository, '.cluster-template/lock'));
    },
    refusal: /^\.cluster-template\/lock: error: a folder lies where a generated file belongs/m,
    unaffected: WITHOUT_LOCK,
  },
  {
    name: 'linked-staging',
    async make({ repository, outside }) {
      const state = join(repository, '.cluster-template');
      await writeFile(
        join(state, 'journal.json'),
        '{"writes":{"talos/talenv.yaml":"new-0"},"created":[],"removals":[]}',
      );
      await rename(join(outside, 'secret.txt'), join(outside, 'new-0'));
      await symlink('../../outside', join(state, 'staging'));
    },
    refusal: /\.cluster-template\/staging: error: a link lies where a generated folder belongs/,
    unaffected: ['template tidy', 'config migrate', 'makejinja'],
  },

  ...LINKS.map(({ name, path, target, refusal, errors, unaffected = WITHOUT_TEMPLATES }): Attack => ({
    name,
    async make({ repository }) {
      await rm(join(repository, path), { recursive: true, force: true });
      await mkdir(dirname(join(repository, path)), { recursive: true });
      await symlink(target, join(repository, path));
    },
    refusal,
    ...(errors === undefined ? {} : { errors }),
    unaffected,
    exempt: ['makejinja'],
  })),
  ...['kubernetes/own.yaml', 'kubernetes/own.sops.yaml'].map((path): Attack => ({
    name: `${path.includes('sops') ? 'secret' : 'manifest'}-of-ones-own-linked-out`,
    async make({ repository }) {
      await mkdir(dirname(join(repository, path)), { recursive: true });
      await symlink('../../outside/secret.yaml', join(repository, path));
    },
    refusal: new RegExp(`error: ${path.replaceAll('.', '\\.')} leads out of the repository`),
    // The doctor looks at the encrypted ones among them.
    unaffected: [
      ...WITHOUT_TEMPLATES,
      'explain',
      'render',
      'render --output',
      ...(path.includes('sops') ? [] : (['doctor'] as const)),
    ],
  })),
  {
    name: 'inputs-outside',
    make: ({ repository }) => setInputs(repository, '["../outside/folder", "templates/config"]'),
    refusal: /error: \.\.\/outside\/folder leads out of the repository/,
    unaffected: WITHOUT_TEMPLATES,
    exempt: ['makejinja'],
  },
  {
    name: 'inputs-everything',
    make: ({ repository }) => setInputs(repository, '["."]'),
    refusal: /error: .* leads to age\.key, which is private/,
    errors: 'some',
    unaffected: WITHOUT_TEMPLATES,
    exempt: ['makejinja'],
  },
  ...GIT_NAMES.map(([name, folder]): Attack => ({
    name,
    make: ({ repository, canary }) =>
      writeFiles(repository, {
        [`templates/overrides/talos/${folder}/config.j2`]: `[core]\n\tfsmonitor = touch ${canary}/was-here\n`,
      }),
    refusal: /error: the template would write talos\/.*config, which git, here or on another system, takes for its own/,
    unaffected: [...WITHOUT_TEMPLATES, 'explain', 'makejinja'],
  })),
  {
    name: 'file-and-folder',
    make: ({ repository }) =>
      writeFiles(repository, {
        'templates/overrides/talos/a.j2': 'file\n',
        'templates/overrides/talos/a/b.j2': 'in a folder\n',
      }),
    refusal:
      /templates\/overrides\/talos\/a\.j2: error: talos\/a would be a file, and templates\/overrides\/talos\/a\/b\.j2 needs a folder/,
    unaffected: without('makejinja', [...WITHOUT_TEMPLATES, 'explain']),
  },
  {
    name: 'two-of-one-result',
    make: ({ repository }) =>
      writeFiles(repository, {
        'templates/overrides/talos/a': 'one\n',
        'templates/overrides/talos/a.j2': 'two\n',
      }),
    refusal: /error: templates\/overrides\/talos\/a and templates\/overrides\/talos\/a\.j2 both give talos\/a/,
    unaffected: without('makejinja', [...WITHOUT_TEMPLATES, 'explain']),
  },
  {
    name: 'names-of-one-file-elsewhere',
    make: ({ repository }) =>
      writeFiles(repository, {
        'templates/overrides/talos/Caf\u00e9.j2': 'one\n',
        'templates/overrides/talos/cafe\u0301': 'two\n',
      }),
    refusal: /error: talos\/\S+ and talos\/\S+, from \S+, are one file on macOS and Windows/,
    unaffected: without('makejinja', [...WITHOUT_TEMPLATES, 'explain']),
  },
  {
    name: 'name-that-is-no-text',
    make: async ({ repository }) => {
      const folder = Buffer.from(join(repository, 'templates/overrides/talos/'));
      await writeFile(Buffer.concat([folder, Buffer.from('caf\u00e9.j2', 'latin1')]), 'one\n');
    },
    refusal: /error: the name of the file templates\/overrides\/talos\/caf\\xE9\.j2 is not UTF-8 text/,
    unaffected: without('makejinja', WITHOUT_TEMPLATES),
  },
  {
    name: 'ignored-output',
    make: ({ repository }) => setSetting(repository, /^output = .*$/m, 'output = "elsewhere"'),
    refusal: /makejinja\.toml: error: `output` cannot be used here/,
    unaffected: WITHOUT_TEMPLATES,
    exempt: ['makejinja'],
  },
  {
    name: 'ignored-data',
    make: ({ repository }) =>
      setSetting(repository, /^data = .*$/m, 'data = ["cluster.yaml", "nodes.yaml", "more.yaml"]'),
    refusal: /makejinja\.toml: error: `data` cannot be used here/,
    unaffected: WITHOUT_TEMPLATES,
    exempt: ['makejinja'],
  },
  {
    name: 'configuration-that-is-no-text',
    make: ({ repository }) => spoil(join(repository, 'cluster.yaml')),
    refusal: /cluster\.yaml:2:6: error: this is not UTF-8 text/,
    unaffected: ['doctor --staged', 'init', 'adopt', 'template reset', 'template tidy'],
    exempt: ['makejinja'],
  },
  {
    name: 'nodes-that-are-no-text',
    make: ({ repository }) => spoil(join(repository, 'nodes.yaml')),
    refusal: /nodes\.yaml:2(?::6)?: error: .*is not UTF-8 text/,
    unaffected: ['doctor --staged', 'init', 'adopt', 'template reset', 'template tidy'],
  },
  {
    name: 'settings-that-are-no-text',
    make: ({ repository }) => spoil(join(repository, 'makejinja.toml')),
    refusal: /makejinja\.toml:2:6: error: makejinja\.toml is not UTF-8 text/,
    unaffected: without('makejinja', WITHOUT_TEMPLATES),
  },
  {
    name: 'secret-in-file-name',
    make: ({ repository }) =>
      writeFiles(repository, { [`templates/overrides/talos/${MARKERS.secret}.txt.j2`]: 'hello\n' }),
    refusal: /\[secret\]\.txt\.j2: error: the name of a file would show `cloudflare_token` of cluster\.yaml/,
    // The hook looks into files, and `makejinja` knows no secrets.
    unaffected: [...WITHOUT_TEMPLATES, 'explain'],
    exempt: ['makejinja'],
  },
  {
    name: 'linked-archive',
    make: ({ repository, outside }) => symlink(outside, join(repository, '.private')),
    refusal: /^\.private: error: a link lies where a generated folder belongs/m,
    unaffected: [...LOOKS, ...without('template tidy', WRITES)],
  },
  {
    name: 'linked-output-root',
    async make({ repository, outside }) {
      await rename(join(repository, 'talos'), join(outside, 'talos'));
      await symlink('../outside/talos', join(repository, 'talos'));
    },
    refusal: /talos: error: a link lies where a generated folder belongs/,
    unaffected: WITHOUT_COMPARISON,
  },
  ...LEAKS.map(([name, refusal]): Attack => ({
    name,
    refusal,
    isOfTemplates: true,
    ...(name === 'secret-by-misspelt-rule' ? { errors: 'some' as const } : {}),
    unaffected: [...WITHOUT_TEMPLATES, 'explain'],
  })),
  {
    name: 'inventory-that-names-a-key',
    async make({ repository }) {
      const path = join(repository, '.cluster-template/manifest.json');
      const inventory = JSON.parse(await readFile(path, 'utf8')) as { files: Record<string, string> };
      inventory.files['age.key'] = `sha256:${'0'.repeat(64)}`;
      await writeFile(path, JSON.stringify(inventory));
    },
    refusal: /^ *\.cluster-template\/manifest\.json: error: the inventory names age\.key, which no run can have made/m,
    unaffected: ['template tidy', 'config migrate', 'makejinja'],
  },
  {
    name: 'upgrade-that-leads-out',
    make: ({ repository }) =>
      writeFiles(join(repository, '.cluster-template/upgrade'), {
        'journal.json': '{"writes":{"../outside/secret.txt":"new-0"},"created":[],"removals":[]}',
        'staging/new-0': 'overwritten\n',
      }),
    refusal:
      /error: an upgrade was interrupted|error: an interrupted upgrade could not be finished: \.\.\/outside\/secret\.txt is no file of the template/,
    // Those that finish it are refused by what they find.
    codes: { upgrade: 3, 'config migrate': 3 },
    unaffected: WITHOUT_RECOVERY.filter((name) => name !== 'upgrade' && name !== 'config migrate'),
  },
  ...(
    [
      ['upgrade-that-gives-git-an-option', { head: '--output=../outside/secret.txt' }],
      ['upgrade-that-took-a-key', { files: { 'age.key': null } }],
      ['upgrade-that-took-what-lies-outside', { files: { '../outside/secret.txt': null } }],
    ] as const
  ).map(([name, part]): Attack => ({
    name,
    make: ({ repository }) =>
      writeFiles(join(repository, '.cluster-template/upgrade'), {
        'record.json': JSON.stringify({
          format: 1,
          index: '',
          record: { from: '0.1.0', to: '0.2.0', head: '0'.repeat(40), files: {}, indexed: [], overrides: [], ...part },
        }),
      }),
    refusal: /^\.cluster-template\/upgrade\/record\.json: error: the record of an upgrade cannot be read/m,
    unaffected: [...LOOKS, ...WRITES.filter((one) => !/upgrade|migrate/.test(one))],
    isOfTemplates: true,
  })),
  {
    name: 'journal-that-leads-out',
    refusal: /error: an interrupted run could not be finished: \.\.\/outside\/secret\.txt lies outside/,
    code: 3,
    unaffected: WITHOUT_RECOVERY,
  },
];
