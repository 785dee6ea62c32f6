import { execFileSync } from 'node:child_process';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { clusterRoot } from '../../src/cluster/root.ts';
import { withOrigins } from '../../src/pipeline/origins.ts';
import { runCommand, sampleCluster } from '../support/cluster.ts';
import { readFiles, temporaryFolder } from '../support/folders.ts';

const POD = `---
apiVersion: v1
kind: Pod
metadata:
  name: site
spec:
  containers:
    - name: site
      image: ghcr.io/example/site:latest
`;

const SECRET = 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: site\nstringData:\n  token: hunter2hunter2\n';

async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await temporaryFolder();
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return folder;
}

async function lint(
  files: Readonly<Record<string, string>>,
  ...words: string[]
): Promise<{ code: number; text: string }> {
  const { code, stdout, stderr } = await runCommand(['lint', await folderWith(files), ...words]);
  return { code, text: stderr + stdout };
}

function git(cwd: string, ...words: string[]): void {
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com'];
  execFileSync('git', [...identity, ...words], { cwd, stdio: 'pipe' });
}

describe('lint', () => {
  it('finds what is wrong in any repository, with its line', async () => {
    const { code, text } = await lint({ 'apps/pod.yaml': POD });
    expect(text).toContain(
      'apps/pod.yaml:9:14: warning: the tag latest of ghcr.io/example/site moves [image/no-latest]',
    );
    expect(text).toContain('1 file checked by the profile default: 1 warning');
    expect(code).toBe(0);
  });

  it('answers with 1 where a finding is an error', async () => {
    const { code, text } = await lint({ 'apps/pod.yaml': POD }, '--profile', 'strict');
    expect(text).toContain('error: the tag latest');
    expect(code).toBe(1);
  });

  it.each([
    ['a profile that there is not', ['--profile', 'strikt'], 'there is no profile strikt', 'did you mean strict?'],
    ['a commit that there is not', ['--changed-since', 'gone'], 'git knows no commit gone', 'name a branch'],
    ['a format that there is not', ['--format', 'xml'], 'Allowed choices are text, json, sarif, github', ''],
  ])('refuses %s', async (_, words, message, remedy) => {
    const { code, text } = await lint({ 'pod.yaml': POD }, ...words);
    expect(text).toContain(message);
    expect(text).toContain(remedy);
    expect(code).toBe(64);
  });
});

describe('.cluster-template.yaml', () => {
  const cases: readonly (readonly [what: string, settings: string, expected: string | RegExp])[] = [
    ['switches a rule off', 'rules:\n  image/no-latest: off\n', /default\n$/],
    ['takes `off` as YAML 1.1 reads it', 'rules: {image/no-latest: false}\n', /default\n$/],
    ['names a profile', 'profile: strict\n', 'by the profile strict'],
    ['changes how a finding weighs', 'rules:\n  image/no-latest: error\n', 'error: the tag latest'],
    [
      'sets an option',
      'rules:\n  image/digest:\n    severity: note\n    options:\n      exceptions: ["ghcr.io/**"]\n',
      '1 warning\n',
    ],
    ['excepts files from a rule', 'rules:\n  image/no-latest:\n    except: [apps/]\n', /default\n$/],
    ['leaves files out', 'exclude: ["apps/**"]\n', '0 files checked'],
    [
      'names a rule that there is not',
      'rules:\n  image/no-lates: off\n',
      '.cluster-template.yaml:2:3: error: there is no rule image/no-lates [lint/unknown-rule]\n  2 |   image/no-lates: off\n    |   ^^^^^^^^^^^^^^\n  = did you mean image/no-latest?',
    ],
    ['has an unknown key', 'profil: strict\n', '.cluster-template.yaml:1:1: error: the key profil is not known here'],
    [
      'has an unknown profile',
      'profile: strict!\n',
      '.cluster-template.yaml:1:10: error: profile is "strict!" [lint/settings]',
    ],
    ['has an unknown severity', 'rules:\n  image/digest: warn\n', ':2:17: error: image/digest is "warn"'],
    [
      'has an option that does not fit',
      'rules:\n  image/no-latest:\n    options:\n      tags: all\n',
      ':4:13: error: tags is not one of moving, semver',
    ],
    ['has an unknown option', 'rules:\n  image/no-latest:\n    options: {tag: all}\n', 'the key tag is not known here'],
    ['is no YAML', 'rules: [\n', '.cluster-template.yaml:2:1: error: not valid YAML'],
    ['is a list', '- a\n', 'error: the file is not a map'],
  ];

  it.each(cases)('%s', async (_, settings, expected) => {
    const { text } = await lint({ '.cluster-template.yaml': settings, 'apps/pod.yaml': POD });
    expect(text).toMatch(
      typeof expected === 'string' ? new RegExp(expected.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')) : expected,
    );
  });
});

describe('a comment', () => {
  const image = '      image: ghcr.io/example/site:latest';
  const cases: readonly (readonly [what: string, text: string, expected: string | undefined])[] = [
    [
      'behind the line switches a rule off',
      POD.replace(image, `${image} # cluster-template: ignore image/no-latest -- our own`),
      undefined,
    ],
    [
      'above the line does',
      POD.replace(image, `      # cluster-template: ignore image/no-latest -- our own\n${image}`),
      undefined,
    ],
    ['for the file does', `# cluster-template: ignore-file image/no-latest -- our own\n${POD}`, undefined],
    [
      'without a reason does not',
      POD.replace(image, `${image} # cluster-template: ignore image/no-latest`),
      'lint/suppression',
    ],
    [
      'that names no rule does not',
      POD.replace(image, `${image} # cluster-template: ignore -- our own`),
      'lint/suppression',
    ],
    [
      'that names an unknown rule is told',
      `# cluster-template: ignore-file image/latest -- our own\n${POD}`,
      'lint/unknown-rule',
    ],
    [
      'that switches nothing off is told',
      `# cluster-template: ignore-file helm/release-name-literal -- our own\n${POD}`,
      'lint/unused-suppression',
    ],
    [
      'about another line is told',
      POD.replace('kind: Pod', 'kind: Pod # cluster-template: ignore image/no-latest -- our own'),
      'lint/unused-suppression',
    ],
  ];

  it.each(cases)('%s', async (_, text, expected) => {
    const result = await lint({ 'pod.yaml': text });
    const codes = [...result.text.matchAll(/\[(\w[\w-]*\/[\w-]+)\]/g)].map(([, code]) => code);
    const remaining = expected === undefined ? [] : [expected, 'image/no-latest'];
    expect(codes.toSorted()).toEqual(remaining.toSorted());
  });
});

describe('lint --fix', () => {
  it('mends what is certain, keeps comments and permissions, and changes nothing a second time', async () => {
    const folder = await folderWith({
      'apps/kustomization.yaml':
        '# The apps.\nkind: Kustomization\napiVersion: kustomize.config.k8s.io/v1beta1\nresources:\n  # Second.\n  - ./b.yaml\n  - ./a.yaml # first\n',
      'apps/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n',
      'apps/b.yaml': '---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: b\n',
    });
    const first = await runCommand(['lint', folder, '--fix', '--profile', 'guarded']);
    expect(first.stdout).toContain('2 files mended');
    expect(await readFile(join(folder, 'apps/kustomization.yaml'), 'utf8')).toBe(
      '---\n# yaml-language-server: $schema=https://json.schemastore.org/kustomization\n# The apps.\nkind: Kustomization\napiVersion: kustomize.config.k8s.io/v1beta1\nresources:\n  - ./a.yaml # first\n  # Second.\n  - ./b.yaml\n',
    );
    expect(await readFile(join(folder, 'apps/a.yaml'), 'utf8')).toMatch(/^---\napiVersion/);
    const second = await runCommand(['lint', folder, '--fix', '--profile', 'guarded']);
    expect(second.stdout).not.toContain('mended');
  });
});

describe('lint --staged', () => {
  it('refuses what the next commit would hold, and looks at nothing else', async () => {
    const folder = await folderWith({
      'pod.yaml': POD,
      'notes.md': `ghp_${'a1B2'.repeat(9)}\n`,
      'secret.yaml': SECRET,
    });
    git(folder, 'init', '--quiet', '--initial-branch=main');
    git(folder, 'add', 'notes.md', 'secret.yaml');
    await writeFile(join(folder, 'notes.md'), 'nothing any more\n');
    const { code, stderr } = await runCommand(['lint', folder, '--staged']);
    expect(stderr).toContain('notes.md:1:1: error: notes.md holds a token of GitHub [secret/token]');
    expect(stderr).toContain('secret.yaml: error: secret.yaml is a Secret in plain text');
    expect(stderr).not.toContain('pod.yaml');
    expect(stderr).not.toContain('a1B2');
    expect(code).toBe(1);
  });

  it('lets through what is fine', async () => {
    const folder = await folderWith({ 'namespace.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: web\n' });
    git(folder, 'init', '--quiet', '--initial-branch=main');
    git(folder, 'add', '.');
    expect(await runCommand(['lint', folder, '--staged'])).toMatchObject({ code: 0, stderr: '' });
  });

  it('mends nothing', async () => {
    const { code, text } = await lint({ 'pod.yaml': POD }, '--staged', '--fix');
    expect(text).toContain('--staged goes with neither --fix nor --changed-since');
    expect(code).toBe(64);
  });
});

describe('the sample', () => {
  it('has no finding by default, and none of its generated files is mended', async () => {
    const cluster = await sampleCluster();
    const result = await runCommand(['lint', cluster]);
    expect(result.stderr).toBe('');
    expect(result.code).toBe(0);
    await writeFile(join(cluster, '.cluster-template.yaml'), 'rules: {ks/field-order: warning}\n');
    const before = await readFiles(join(cluster, 'kubernetes'));
    const fixed = await runCommand(['lint', cluster, '--fix']);
    expect(fixed.stdout).toMatch(/\d+ generated files left as they are: mend the templates/);
    expect(fixed.stderr).toContain('(templates/config/kubernetes/apps/default/echo/ks.yaml.j2');
    expect(await readFiles(join(cluster, 'kubernetes'))).toEqual(before);
  });

  it('is led back from a line to the template that prints it, and to the keys that it reads', async () => {
    const cluster = await sampleCluster();
    const file = 'kubernetes/apps/kube-system/cilium/app/networks.yaml';
    const lines = (await readFile(join(cluster, file), 'utf8')).split('\n');
    const line = lines.findIndex((one) => one.includes('cidr')) + 1;
    const template = `templates/config/${file}.j2`;
    const finding = {
      code: 'manifests/schema',
      severity: 'error',
      message: 'x',
      place: { file, line },
      remedy: `mend it (${template})`,
    } as const;
    const [told] = await withOrigins(clusterRoot(cluster, resolve(import.meta.dirname, '../sample')), [finding]);
    expect(told?.origin?.file).toBe(template);
    expect(told?.remedy).toContain(`mend it (${template}:${String(told?.origin?.line)}, which reads \``);
  });
});

describe('lint --changed-since', () => {
  it('tells what a commit did not have yet', async () => {
    const folder = await folderWith({ 'old.yaml': POD });
    git(folder, 'init', '--quiet', '--initial-branch=main');
    git(folder, 'add', '.');
    git(folder, 'commit', '--quiet', '--message=first');
    await writeFile(join(folder, 'old.yaml'), `# moved by a line\n${POD}`);
    await writeFile(join(folder, 'new.yaml'), POD);
    const { stderr } = await runCommand(['lint', folder, '--changed-since', 'main']);
    expect(stderr).toContain('new.yaml:9:14');
    expect(stderr).not.toContain('old.yaml');
  });
});

describe('the formats', () => {
  it('are workflow commands for GitHub, with characters escaped', async () => {
    const { text } = await lint({ 'a,b/pod.yaml': POD }, '--format', 'github');
    expect(text).toContain(
      '::warning file=a%2Cb/pod.yaml,line=9,col=14,endColumn=41,title=image/no-latest::the tag latest of ghcr.io/example/site moves%0Awrite the tag of a version, and its digest behind it\n',
    );
  });

  it('are JSON', async () => {
    const { text } = await lint({ 'pod.yaml': POD }, '--json');
    expect(JSON.parse(text)).toMatchObject({
      status: 'fine',
      files: 1,
      profile: 'default',
      findings: [{ code: 'image/no-latest' }],
    });
  });

  it('are SARIF 2.1.0', async () => {
    const { text } = await lint({ 'pod.yaml': POD }, '--format', 'sarif');
    const log = JSON.parse(text) as { runs: { tool: { driver: { rules: { id: string }[] } }; results: object[] }[] };
    expect(log.runs[0]?.tool.driver.rules.map(({ id }) => id)).toEqual(['image/no-latest']);
    expect(log.runs[0]?.results).toMatchObject([
      {
        ruleId: 'image/no-latest',
        ruleIndex: 0,
        level: 'warning',
        locations: [
          {
            physicalLocation: {
              artifactLocation: { uri: 'pod.yaml' },
              region: { startLine: 9, startColumn: 14, endColumn: 41 },
            },
          },
        ],
      },
    ]);
  });
});

describe('files of a repository that are no plain text', () => {
  const TREE = {
    'clusters/home/ks.yaml': `---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: app
  namespace: flux-system
spec:
  interval: 1h
  path: ./app
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system
`,
    'app/kustomization.yaml': `---
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: default
resources:
  - linked.yaml
configMapGenerator:
  - name: logo
    files:
      - logo.png
`,
    'app/logo.png': '\0\u0001',
    'base/settings.yaml': '---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  a: "1"\n',
  };

  it('are there for a generator, and links lead to what they stand for: on disk, in the index and in a commit', async () => {
    const folder = await folderWith(TREE);
    await symlink('../base/settings.yaml', join(folder, 'app/linked.yaml'));
    git(folder, 'init', '--quiet', '--initial-branch=main', '--template=');
    git(folder, 'add', '.');
    for (const words of [
      ['lint', folder],
      ['lint', folder, '--staged'],
      ['validate', folder],
    ]) {
      const { stdout, stderr } = await runCommand(words);
      expect(stderr + stdout, words.join(' ')).not.toContain('does not exist');
    }
    git(folder, 'commit', '--quiet', '-m', 'one');
    await writeFile(join(folder, 'base/settings.yaml'), TREE['base/settings.yaml'].replace('"1"', '"2"'));
    const { stdout } = await runCommand(['diff', 'main'], { cwd: folder });
    expect(stdout).toContain('data.a: "1" → "2"');
    expect(stdout).toContain('1 object: 1 changed');
  });
});
