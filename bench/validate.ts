// Measures `validate` and `lint` on repositories that were not rendered here, and on the sample: npm run bench. Beside them kustomize
// builds the folder of every Kustomization of the same tree, and kubeconform checks what comes out. Medians, the commands in turn; how many
// times ours the two take is counted in time of a processor.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeSample, SAMPLE_KEYS as keys } from '../tests/support/sample.ts';
import { findTool } from '../tests/support/tools.ts';
import { writePlainRepository } from './plain-repository.ts';
import { usage } from './usage.ts';

const RUNS = Number(process.env.BENCH_RUNS ?? 5);
const SIZES = [1, 50, 100, 500] as const;
const repository = process.cwd();
const launcher = join(repository, 'bin/cluster-template.mjs');

/** What is wanted at most: for 500 apps, in parts of what rendering takes, and of an app among 500 in parts of one among 100. */
const WANTED = { milliseconds: 2500, megabytes: 400, ofRender: 2, growth: 1.25 } as const;

/** Whoever checks a repository of Flux with the two builds each folder, as a Kustomization does, and reads no variables. */
const PIPE = `kustomize=$0; kubeconform=$1; schemas=$2; shift 2
for folder; do "$kustomize" build "$folder" || exit 1; echo ---; done | "$kubeconform" -schema-location "$schemas" -ignore-missing-schemas > /dev/null
test "\${PIPESTATUS[0]}" = 0`;

/** Groups that the trees have objects of. */
const GROUPS = [
  'core',
  'cert-manager.io',
  'external-secrets.io',
  'gateway.networking.k8s.io',
  'helm.toolkit.fluxcd.io',
  'kustomize.toolkit.fluxcd.io',
  'source.toolkit.fluxcd.io',
  'storage.k8s.io',
  'volsync.backube',
];

interface Command {
  readonly name: string;
  readonly words: readonly string[];
  readonly cwd: string;
  readonly runs: number;
}

const folder = mkdtempSync(join(tmpdir(), 'cluster-template-bench-'));

try {
  await measure();
} finally {
  rmSync(folder, { recursive: true });
}

async function measure(): Promise<void> {
  const sample = join(folder, 'sample');
  await makeSample(sample);
  const trees = SIZES.map((apps) => {
    const path = join(folder, String(apps));
    return { apps, path, folders: writePlainRepository(path, apps) };
  });
  const ours = (name: string, words: readonly string[], cwd: string): Command => ({
    name,
    words: [process.execPath, launcher, ...words],
    cwd,
    runs: RUNS,
  });
  const [kustomize, kubeconform] = await Promise.all([findTool('kustomize'), findTool('kubeconform')]);
  const schemas = join(folder, 'schemas');
  writeSchemas(schemas);
  const peers =
    kustomize === undefined || kubeconform === undefined
      ? []
      : trees.slice(1).map(({ apps, path, folders }) => ({
          name: peerName(apps),
          words: [
            'bash',
            '-c',
            PIPE,
            kustomize,
            kubeconform,
            join(schemas, '{{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json'),
            ...folders,
          ],
          cwd: path,
          runs: 1,
        }));
  const commands: Command[] = [
    ours('sample: render', ['render', '--output', join(folder, 'rendered'), '--keys', keys], sample),
    ours('sample: validate --no-cache', ['validate', '--no-cache', '--keys', keys], sample),
    ...trees.flatMap(({ apps, path }) => [
      ours(`validate: ${String(apps)} apps`, ['validate', '--no-cache'], path),
      ours(`lint: ${String(apps)} apps`, ['lint'], path),
    ]),
    ...peers,
  ];
  const medians = run(commands);
  const used = new Map(commands.map(({ name, words, cwd }) => [name, usage(words, cwd)]));
  const time = (name: string): number => medians.get(name) ?? NaN;
  const processor = (name: string): number => used.get(name)?.processor ?? NaN;
  console.log('command                          median ms   of ours   processor ms   peak MB');
  for (const { name } of commands) {
    const apps = /^kustomize.*: (\d+) apps$/.exec(name)?.[1];
    const cells = [
      time(name).toFixed(0).padStart(9),
      (apps === undefined ? '' : (processor(name) / processor(`validate: ${apps} apps`)).toFixed(1)).padStart(7),
      processor(name).toFixed(0).padStart(12),
      (used.get(name)?.peak ?? NaN).toFixed(0).padStart(7),
    ];
    console.log(`${name.padEnd(31)} ${cells.join('   ')}`);
  }
  if (peers.length === 0)
    console.log(
      `kustomize and kubeconform: not measured: ${kustomize === undefined ? 'kustomize' : 'kubeconform'} is not installed (scripts/install-tools.sh kustomize kubeconform)`,
    );
  judge('500 apps, milliseconds', time('validate: 500 apps'), WANTED.milliseconds);
  judge('500 apps, megabytes', used.get('validate: 500 apps')?.peak ?? NaN, WANTED.megabytes);
  judge(
    'the sample in parts of its rendering',
    time('sample: validate --no-cache') / time('sample: render'),
    WANTED.ofRender,
  );
  for (const command of ['validate', 'lint']) {
    const each = (apps: number): number =>
      (processor(`${command}: ${String(apps)} apps`) - processor(`${command}: 1 apps`)) / apps;
    judge(`${command}: an app among 500 in parts of one among 100`, each(500) / each(100), WANTED.growth);
  }
}

function peerName(apps: number): string {
  return `kustomize + kubeconform: ${String(apps)} apps`;
}

function judge(name: string, value: number, most: number): void {
  const verdict = Number.isNaN(value) ? 'not measured' : value > most ? `missed: at most ${String(most)}` : 'kept';
  console.log(`${name}: ${value.toFixed(2)} (${verdict})`);
}

/** Median wall time of each command in milliseconds, after one round that does not count where there are several. */
function run(commands: readonly Command[]): Map<string, number> {
  const times = new Map(commands.map(({ name }): [string, number[]] => [name, []]));
  for (let round = 0; round <= RUNS; round++) {
    for (const { name, words, cwd, runs } of commands) {
      const [program = '', ...rest] = words;
      if (round > runs || (round === 0 && runs === 1)) continue;
      const start = performance.now();
      const { status, stderr } = spawnSync(program, rest, {
        cwd,
        env: environment(),
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      const elapsed = performance.now() - start;
      if (status !== 0) throw new Error(`${name} ended with ${String(status)}: ${String(stderr)}`);
      if (round > 0) times.get(name)?.push(elapsed);
    }
  }
  return new Map([...times].map(([name, all]) => [name, all.sort((a, b) => a - b)[all.length >> 1] ?? NaN]));
}

/** What is kept of the measurements is kept for them alone. */
function environment(): NodeJS.ProcessEnv {
  return { ...process.env, CLUSTER_TEMPLATE_CACHE: join(folder, 'cache') };
}

/** Schemas as kubeconform wants them, a file for each kind, of the groups that the trees have objects of. */
function writeSchemas(target: string): void {
  const source = join(repository, 'schemas/kubernetes');
  const names = readdirSync(source).filter((name) => name.endsWith('.json') && name !== 'index.json');
  const files = new Map(
    names.map((name) => [name.slice(0, -5), JSON.parse(readFileSync(join(source, name), 'utf8')) as SchemaFile]),
  );
  for (const group of GROUPS) {
    mkdirSync(join(target, group === 'core' ? '' : group), { recursive: true });
    for (const [kind, versions] of Object.entries(files.get(group)?.kinds ?? {})) {
      for (const [version, schema] of Object.entries(versions)) {
        const path = `${group === 'core' ? '' : `${group}/`}${kind.toLowerCase()}_${version}.json`;
        writeFileSync(join(target, path), JSON.stringify(unfolded(schema, group, files)));
      }
    }
  }
}

interface SchemaFile {
  readonly kinds: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly definitions: Readonly<Record<string, unknown>>;
}

/** The schema with definitions in their places, in draft 4, without words of our own; where it leads into itself it is left open. */
function unfolded(
  schema: unknown,
  file: string,
  files: ReadonlyMap<string, SchemaFile>,
  open: readonly string[] = [],
): unknown {
  if (Array.isArray(schema)) return schema.map((one) => unfolded(one, file, files, open));
  if (typeof schema !== 'object' || schema === null) return schema;
  const { $ref, ...rest } = schema as Record<string, unknown>;
  if (typeof $ref === 'string') {
    const [place = file, name = ''] = $ref.includes('#') ? $ref.split('#') : [file, $ref];
    const key = `${place}#${name}`;
    return open.includes(key) ? {} : unfolded(files.get(place)?.definitions[name], place, files, [...open, key]);
  }
  const kept = Object.entries(rest).filter(
    ([word]) => !word.startsWith('x-') && word !== 'format' && word !== 'pattern',
  );
  const made = Object.fromEntries(kept.map(([word, inner]) => [word, unfolded(inner, file, files, open)]));
  return open.length === 0 ? { $schema: 'http://json-schema.org/draft-04/schema#', ...made } : made;
}
