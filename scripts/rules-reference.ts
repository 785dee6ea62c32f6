// Writes docs/rules.md and schemas/settings.schema.json from the rules of `lint`: npm run docs. A test says when one is out of date.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { type ExampleFiles, type Level, MARK, type Profile, PROFILES, type Rule } from '../src/checks/rule.ts';
import { RULES } from '../src/checks/rules/list.ts';
import { STYLE_SETTINGS, type StyleSetting } from '../src/checks/style.ts';
import { tokensIn } from '../src/checks/secrets.ts';
import { FINDING_CODES } from '../src/report/codes.ts';

const PAGE = 'docs/rules.md';
const SCHEMA = 'schemas/settings.schema.json';

const INTRODUCTION = `# Rules

<!-- Made by scripts/rules-reference.ts from src/checks/rules/; edits are lost. -->

\`lint\` asks all rules about the manifests of a repository, be it one that this template rendered or any other; \`validate\` and \`configure\` ask those of the first sort. They take Node and
nothing else: no network, no cluster, no other program.

\`\`\`sh
npx cluster-template lint                          # the repository around the current folder
npx cluster-template lint ../other --profile strict
npx cluster-template lint --fix                    # mend what can be mended for certain
npx cluster-template lint --staged                 # what the next commit would hold, for a git hook
npx cluster-template lint --changed-since origin/main --format github
npx cluster-template lint --like kubernetes/apps/web/site  # how a new app differs from what most have in common
\`\`\`

It ends with 1 where a finding is an error. \`--format\` takes \`text\`, \`json\`, \`sarif\` (2.1.0, for code scanning) and \`github\` (annotations of a workflow).

In the repository of a cluster of this template the manifests are those below \`kubernetes/\`, \`bootstrap/\` and \`talos/\`; elsewhere every YAML file that git tracks or would take. What is ignored by git is
not looked at, without git what is hidden. A finding in a generated file is mended in its template: \`--fix\` leaves generated files and templates alone, and says so.

## Profiles

A profile says how much each rule weighs and sets its options. What repositories do differently is an option of one rule, never a second rule.

`;

const SETTINGS = `
## Settings

\`.cluster-template.yaml\` at the top of the repository:

\`\`\`yaml
# yaml-language-server: $schema=./schemas/settings.schema.json
profile: strict
exclude: ["archive/"] # no check looks there
rules:
  image/digest: off
  ks/depends-on-namespace:
    severity: error
    options: { namespace: if-different }
  resources/memory-limit:
    except: ["kubernetes/apps/rook-ceph/"] # findings in these files are left out
  manifests/reference: warning # what cannot be otherwise has severities too
apps: # how new apps look
  secrets: onepassword
\`\`\`

Severities are \`off\`, \`note\`, \`warning\` and \`error\`. Patterns are those of .gitignore: \`*\` stops at a slash, \`**\` does not, a pattern without a slash looks at the name of a file, one
with a slash at its end at a folder. \`schemas/settings.schema.json\` lists all keys for editors.

## Switching a rule off for a line

\`\`\`yaml
image: ghcr.io/example/site:latest # cluster-template: ignore image/no-latest -- built by hand
# cluster-template: ignore gateway/prefer-internal -- the public site
- name: envoy-external
\`\`\`

The comment stands behind the line that the finding names, or above it. \`# cluster-template: ignore-file RULE -- reason\` holds for the whole file. Several rules are parted by commas. The reason is
asked for: without one the comment switches nothing off. A comment that switches off what is not found is told as well.
`;

const CORRECTNESS = `## What cannot be otherwise

What Flux, the API, kustomize or the bootstrap refuses, or waits for without end. \`configure\`, \`validate\` and \`lint\` ask these rules in every profile; the settings and comments hold for them as for all others. The
severity is that of most findings: a finding weighs less where it may be meant.

`;

const CUSTOM = `## What repositories agree on

\`lint\` asks these, each as its profile says. \`doctor\` asks those about secrets.

`;

/** What good repositories hold to, in three lists, with what looks for it; an empty list of rules is for people. */
const CUSTOMS: readonly (readonly [
  title: string,
  customs: readonly (readonly [what: string, rules: readonly string[]])[],
])[] = [
  [
    'Thirteen things to leave',
    [
      ['SOPS for the secrets of apps, where a store is used', ['secret/backend']],
      ['secrets in git, even encrypted, where a store is used', ['secret/backend', 'secret/no-raw']],
      ['variables out of a Secret that SOPS encrypts', ['ks/substitute-from-secret']],
      ['an Ingress in the place of an HTTPRoute', ['gateway/no-ingress']],
      ['one HelmRepository for all apps', ['helm/oci-per-app']],
      ['manifests where there is a chart', ['helm/no-raw-manifests']],
      ['Velero', ['backup/no-velero']],
      ['scripts that lie about', ['repo/scripts']],
      ['new files where the old layout lies', ['repo/legacy-paths']],
      ['images without a digest', ['image/digest', 'image/no-latest']],
      ['containers without a limit for memory', ['resources/memory-limit']],
      ["both kinds of Kustomization in each other's place", ['kustomize/api-group']],
      ['components by a path that leads nowhere', ['manifests/missing-file']],
    ],
  ],
  [
    'Twelve principles',
    [
      ['everything goes through git', ['repo/kubectl-mutation']],
      ['one folder with its own source for each app', ['helm/oci-per-app', 'app/registered']],
      ['ExternalSecrets say by a template what they make', ['externalsecret/template']],
      ['secrets come from the stores of the repository', ['externalsecret/store']],
      ['images are pinned', ['image/digest']],
      ['apps are reached from inside unless the Internet is meant', ['gateway/prefer-internal']],
      ['containers run without root', ['security/rootless']],
      ['roles give what is needed', ['security/rbac']],
      ['volumes are backed up with their app', ['ks/components-in-ks', 'backup/no-velero']],
      ['what waits for something says so', ['manifests/dependency', 'ks/depends-on-namespace']],
      ['things are named alike', ['naming/object', 'naming/file', 'naming/variable', 'naming/label', 'naming/secret']],
      ['versions are raised by Renovate, and looked at', []],
    ],
  ],
  [
    'Rules that are never broken in a guarded cluster',
    [
      ['no change by kubectl, no port-forward', ['repo/kubectl-mutation']],
      ['commits and pushes are made by people', []],
      ['a new app is made as those that are there', []],
      ['a Deployment with a ReadWriteOnce volume has the strategy Recreate', ['storage/rwo-recreate']],
      ['a StatefulSet has RollingUpdate', ['storage/statefulset-rolling']],
      ['no namespace in the manifests of an app', ['resource/no-namespace']],
      ['no ConfigMap written out', ['configmap/no-raw']],
      ['the hash in generated names stays', ['configmap/name-suffix-hash']],
      ['resources by the alphabet', ['kustomization/alphabetical']],
      ['every file begins with `---` and names its schema', ['yaml/document-start', 'yaml/schema-directive']],
      ['no Secret written out, none in a log', ['secret/no-raw', 'secret/token', 'secret/named']],
      ['no variables out of a Secret', ['ks/substitute-from-secret']],
      ['variables before volumes before values for secrets in containers', []],
      ['no tag latest, and none that is no version', ['image/no-latest']],
      ['no load balancer without a talk', ['service/no-loadbalancer']],
      ['no domain in git', ['domain/placeholder']],
      ['no shared database', ['database/no-sharing']],
      ['no root, no capabilities, a root file system that is read-only', ['security/rootless']],
      ['short names of Services', ['dns/short-names']],
      ['names in lower case with hyphens', ['naming/object']],
    ],
  ],
];

/** Every rule id in the lists of customs, for a test. */
export function customs(): typeof CUSTOMS {
  return CUSTOMS;
}

/** The text of docs/rules.md. */
export async function rulesPage(): Promise<string> {
  const names = Object.keys(PROFILES) as Profile[];
  const profiles = names.map((name) => `| \`${name}\` | ${PROFILES[name]} |\n`).join('');
  const correct = RULES.filter(({ sort }) => sort === 'correctness');
  const custom = RULES.filter(({ sort }) => sort === 'custom');
  const correctness = correct.map(
    (rule) =>
      `| [\`${rule.id}\`](#${anchor(rule.id)}) | ${rule.severity} | ${rule.description}${rule.isForOurs === true ? ' In repositories of this template.' : ''} |\n`,
  );
  const overview = custom
    .map(
      (rule) => `| [\`${rule.id}\`](#${anchor(rule.id)}) | ${names.map((name) => levelIn(rule, name)).join(' | ')} |\n`,
    )
    .join('');
  const lists = CUSTOMS.map(
    ([title, list]) =>
      `### ${title}\n\n| What | Looked for by |\n|---|---|\n${list.map(([what, rules]) => `| ${what} | ${rules.length === 0 ? 'by hand' : rules.map((id) => `\`${id}\``).join(', ')} |\n`).join('')}`,
  );
  const text = [
    `${INTRODUCTION}| Profile | What it stands for |\n|---|---|\n${profiles}`,
    SETTINGS,
    stylesSection(),
    `${CORRECTNESS}| Rule | Severity | What holds |\n|---|---|---|\n${correctness.join('')}`,
    ...correct.map(ruleSection),
    `${CUSTOM}| Rule | ${names.map((name) => `\`${name}\``).join(' | ')} |\n|---|${names.map(() => '---|').join('')}\n${overview}`,
    ...custom.map(ruleSection),
    `## Where customs went\n\nWhat well-kept repositories hold to, and what looks for it.\n\n${lists.join('\n')}`,
  ].join('\n');
  const path = join(process.cwd(), PAGE);
  return await format(text, { ...(await resolveConfig(path)), filepath: path });
}

function anchor(id: string): string {
  return id.replace('/', '');
}

function levelIn(rule: Rule, profile: Profile): Level {
  const own = rule.profiles[profile];
  return (typeof own === 'string' ? own : own?.severity) ?? rule.severity;
}

function ruleSection(rule: Rule): string {
  const { id, description, rationale, source, options, examples, profiles } = rule;
  const rows = Object.entries(options).map(
    ([name, option]) =>
      `| \`${name}\` | ${option.description} | ${valuesOf(option.schema)} | \`${JSON.stringify(option.default).replaceAll('|', '\\|')}\` |\n`,
  );
  const inProfiles = Object.entries(profiles).flatMap(([name, own]) =>
    typeof own === 'string' ? [] : [`\`${name}\` sets \`${JSON.stringify(own.options).replaceAll('|', '\\|')}\``],
  );
  const isFixed = examples.bad.some(({ fixed }) => fixed !== undefined);
  return [
    `### ${id}\n\n${description} ${rationale} [Source](${source}).${isFixed ? ' `--fix` mends it where that is certain.' : ''}\n`,
    rows.length === 0 ? '' : `| Option | What it is | Values | Default |\n|---|---|---|---|\n${rows.join('')}`,
    inProfiles.length === 0 ? '' : `The profile ${inProfiles.join(', ')}.\n`,
    `Found:\n\n${shown(examples.bad[0]?.files ?? {}, examples.bad[0]?.options)}`,
    `Fine:\n\n${shown(examples.good[0]?.files ?? {}, examples.good[0]?.options)}`,
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function valuesOf(schema: Readonly<Record<string, unknown>>): string {
  if (Array.isArray(schema.enum)) return schema.enum.map((one) => `\`${String(one)}\``).join(', ');
  return { array: 'texts', boolean: 'true, false', object: 'a map', string: 'a text' }[String(schema.type)] ?? '';
}

function shown(files: ExampleFiles, options: Readonly<Record<string, unknown>> | undefined): string {
  const setting = options === undefined ? '' : `# with ${JSON.stringify(options)}\n`;
  const entries = Object.entries(files);
  const texts = entries.map(
    ([path, text]) =>
      `# ${path}\n${setting}${shortened(text)
        .replace(/^---\n/, '')
        .replaceAll(MARK, '# <- here')}`,
  );
  const isYaml = entries.every(([path]) => /\.ya?ml$/.test(path));
  return `\`\`\`${isYaml ? 'yaml' : 'text'}\n${texts.join(isYaml ? '---\n' : '\n')}\`\`\`\n`;
}

/** An example of a token would be found in the page. */
function shortened(text: string): string {
  return tokensIn(text).reduceRight((rest, { start, end }) => `${rest.slice(0, start + 4)}…${rest.slice(end)}`, text);
}

/** The settings of how apps look, with what each profile takes where neither they nor the repository say anything. */
function stylesSection(): string {
  const rows = Object.entries(STYLE_SETTINGS).map(([name, one]) => {
    const { description, schema, default: usual, profiles = {} }: StyleSetting<unknown> = one;
    const others = Object.entries(profiles).map(([profile, value]) => `\`${profile}\`: ${valueText(value)}`);
    return `| \`${name}\` | ${description} | ${valuesOf(schema)} | ${[valueText(usual), ...others].join('<br>')} |\n`;
  });
  return [
    '## How apps look',
    'What `app new` writes has no finding under the profile of its repository: it follows the options of the rules, so that none of them is a setting here. The rest stands in `apps` of `.cluster-template.yaml`. Where nothing is written there it does what the repository does, as the gateway that most routes have, and else what the profile says.',
    `| Setting | What it is | Values | Default |\n|---|---|---|---|\n${rows.join('')}`,
  ].join('\n\n');
}

function valueText(value: unknown): string {
  if (value === '') return 'none';
  if (typeof value === 'string') return `\`${value}\``;
  if (typeof value !== 'object' || value === null) return `\`${String(value)}\``;
  const names = Array.isArray(value) ? (value as readonly string[]) : Object.keys(value);
  return names.length === 0 ? 'none' : names.map((one) => `\`${one}\``).join(', ');
}

/** The text of schemas/settings.schema.json. */
export async function settingsSchema(): Promise<string> {
  const severity = {
    enum: ['off', 'note', 'warning', 'error', false],
    description: 'How much a finding weighs; an error ends the run with 1.',
  };
  const except = {
    type: 'array',
    items: { type: 'string' },
    description: 'Patterns of files in which findings are left out.',
  };
  const plain = {
    anyOf: [severity, { type: 'object', additionalProperties: false, properties: { severity, except } }],
  };
  const rules = RULES.map(({ id, description, options }) => [
    id,
    {
      description,
      anyOf: [
        severity,
        {
          type: 'object',
          additionalProperties: false,
          properties: {
            severity,
            except,
            options: {
              type: 'object',
              additionalProperties: false,
              properties: Object.fromEntries(
                Object.entries(options).map(([name, option]) => [
                  name,
                  { ...option.schema, description: option.description, default: option.default },
                ]),
              ),
            },
          },
        },
      ],
    },
  ]);
  const known = new Set<string>(RULES.map(({ id }) => id));
  const codes = Object.entries(FINDING_CODES)
    .filter(([code]) => /^(?:manifests|sops)\//.test(code) && !known.has(code))
    .map(([code, description]) => [code, { description, ...plain }]);
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: '.cluster-template.yaml',
    description: 'Settings of the checks of a repository; docs/rules.md explains them.',
    type: 'object',
    additionalProperties: false,
    properties: {
      profile: {
        description: 'How much each rule weighs, and its options.',
        oneOf: Object.entries(PROFILES).map(([name, description]) => ({ const: name, description })),
        default: 'default',
      },
      exclude: { type: 'array', items: { type: 'string' }, description: 'Patterns of files that no check looks at.' },
      rules: {
        type: 'object',
        additionalProperties: false,
        properties: Object.fromEntries([...rules, ...codes] as [string, object][]),
      },
      apps: {
        description: 'How `app new` makes apps look; what the repository does counts where nothing is written.',
        type: 'object',
        additionalProperties: false,
        properties: Object.fromEntries(
          Object.entries(STYLE_SETTINGS).map(([name, { schema: own, description }]) => [name, { ...own, description }]),
        ),
      },
    },
  };
  return await format(JSON.stringify(schema), {
    ...(await resolveConfig(join(process.cwd(), SCHEMA))),
    parser: 'json',
  });
}

/** Writes both. */
export async function writeRules(): Promise<void> {
  await writeFile(join(process.cwd(), PAGE), await rulesPage());
  await writeFile(join(process.cwd(), SCHEMA), await settingsSchema());
}

/** Both as they are committed. */
export async function committedRules(): Promise<{ readonly page: string; readonly schema: string }> {
  const [page, schema] = await Promise.all([PAGE, SCHEMA].map((path) => readFile(join(process.cwd(), path), 'utf8')));
  return { page: page ?? '', schema: schema ?? '' };
}
