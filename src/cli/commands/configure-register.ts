import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  clusterCommand,
  collect,
  commandGroup,
  renderingCommand,
  repeatable,
  withVerbose,
} from '../cluster-command.ts';
import type { Finish } from '../exit-codes.ts';
import { commonOption } from '../help.ts';
import type { RootOptions } from '../root.ts';
import type { AddOptions } from './add.ts';
import type { ChangesOptions } from './changes.ts';
import type { ConfigShowOptions } from './config-show.ts';
import type { GraphCommandOptions } from './graph.ts';
import type { ConfigureCommandOptions } from './configure.ts';
import type { LintCommandOptions } from './lint.ts';
import type { StudioCommandOptions } from './studio.ts';
import type { ValidateOptions } from './validate.ts';

const FORMATS = ['text', 'markdown', 'html', 'json'];

/** Adds `configure`, `plan`, `diff` and `adopt` to the command line. */
export function registerConfigure(program: Command, finish: Finish): void {
  const what = 'kubernetes/, talos/, bootstrap/, .sops.yaml and AGENTS.md';
  repeatable(renderingCommand(program, 'configure', `validate, render, encrypt and write ${what}`))
    .option('-y, --yes', 'answer every question with yes')
    .option('--dry-run, --check', 'write nothing; exit with 2 where something would change, with 1 where it would stop')
    .option('--force', 'overwrite files that were changed by hand, and keep copies under .private/backup/')
    .option('--keep', 'leave files that were changed by hand as they are, and go on with the others')
    .option(
      '--without-key',
      'look for no age key: write everything but secrets, and stop where one would have to change',
    )
    .option(
      '--rotate <name...>',
      'replace a credential that the tree holds by the one that lies here, or by a new one: deploy-key, webhook-token, tunnel',
    )
    .action(async (options: ConfigureCommandOptions) => {
      const { runConfigure } = await import('./configure.ts');
      finish(await runConfigure(options));
    });

  repeatable(renderingCommand(program, 'plan', 'list what configure would do to each file, and write nothing'))
    .option('--all', 'list unchanged files too')
    .option('--exit-code', 'exit with 2 where configure would change something, with 1 where it would stop')
    .action(async (options: RootOptions & { all?: boolean; exitCode?: boolean }) => {
      const { runPlan } = await import('./configure.ts');
      finish(await runPlan(options));
    });

  repeatable(
    renderingCommand(
      program,
      'diff',
      'show what configure would change, line by line, or what changes in the cluster between two commits, and write nothing',
    ),
  )
    .argument(
      '[name...]',
      'only these files, or those below these folders; or one commit, for what changes in the cluster from it to the files on disk, or two',
    )
    .option('--exit-code', 'exit with 2 where something would change, with 1 where configure would stop')
    .addOption(new Option('--format <format>', 'of commits: text, markdown, html or json').choices(FORMATS))
    .option('-o, --output <file>', 'of commits: write into a file rather than to standard output')
    .action(async (names: string[], options: ChangesOptions) => {
      const { runDiff } = await import('./configure.ts');
      finish(await runDiff(names, options));
    });

  clusterCommand(program, 'adopt', 'make generated files your own: they are never written, removed or compared again')
    .argument('<file...>', 'generated files')
    .option('--release', 'give adopted files back: the next configure generates them again')
    .action(async (files: string[], options: RootOptions & { release?: boolean }) => {
      const { runAdopt } = await import('./configure.ts');
      finish(await runAdopt(files, options));
    });
}

/** Adds `add`, which switches optional parts on and off. */
export function registerCatalogue(program: Command, finish: Finish): void {
  renderingCommand(
    program,
    'add',
    'list the optional parts of the catalogue, or switch one on with those that it takes',
  )
    .argument('[name]', 'an entry of the catalogue, as in external-secrets; all are listed where none is given')
    .option('--set <field=value>', 'the value of a field that holds no secret; may be given several times', collect)
    .option('--stdin', 'read secrets from standard input, field=value on each line')
    .option('-y, --yes', 'take what is proposed, make up secrets that can be, and answer every question with yes')
    .option('--remove', 'switch it off: its fields and secrets go out of the configuration')
    .option('--dry-run', 'show what would change, and write nothing')
    .action(async (name: string | undefined, options: AddOptions) => {
      const { runAdd } = await import('./add.ts');
      finish(await runAdd(name, options));
    });
}

/** Adds what checks and draws the manifests of any repository. */
export function registerChecks(program: Command, finish: Finish): void {
  repeatable(
    renderingCommand(
      program,
      'validate',
      'check the configuration and the whole rendered tree, or what Flux applies out of any other repository, and write nothing',
    ),
  )
    .argument('[folder]', 'the repository (default: the one around the current folder)')
    .option('--path <folder>', 'where Flux begins, from the top of the repository; may be given several times', collect)
    .option(
      '--schemas <folder>',
      'JSON Schemas of further kinds, GROUP/KIND_VERSION.json; may be given several times',
      collect,
    )
    .option('--fetch-schemas', 'fetch the schemas that are missing; nothing else uses the network')
    .option('--schemas-url <url>', 'the catalogue that --fetch-schemas asks instead of the usual one')
    .option(
      '--charts <folder>',
      'charts, packed or not, to check the values of HelmReleases by; may be given several times',
      collect,
    )
    .option('--min-coverage <percent>', 'end with 1 where fewer objects have a schema', percentage)
    .option(
      '--kubernetes-version <version>',
      'the Kubernetes that the objects are for, as in 1.36 (default: what files of talhelper and upgrades say)',
      kubernetesVersion,
    )
    .addOption(formatOption())
    .action(async (folder: string | undefined, options: ValidateOptions) => {
      const { runValidate } = await import('./validate.ts');
      finish(await runValidate(folder, options));
    });

  renderingCommand(
    program,
    'graph',
    'draw what Flux applies, what waits for what and who reads what, as text or as a page for the browser',
  )
    .argument('[folder]', 'the repository (default: the one around the current folder)')
    .option('--path <folder>', 'the cluster that begins there, where a repository has several')
    .option(
      '--of <name>',
      'only what hangs together with an object, as in cilium or HelmRelease/kube-system/cilium, or what comes from a key, as in node_cidr',
    )
    .addOption(
      new Option('--format <format>', 'text, mermaid, dot, json or html')
        .choices(['text', 'mermaid', 'dot', 'json', 'html'])
        .default('text'),
    )
    .option('-o, --output <file>', 'write into a file rather than to standard output')
    .action(async (folder: string | undefined, options: GraphCommandOptions) => {
      const { runGraph } = await import('./graph.ts');
      finish(await runGraph(folder, options));
    });

  program
    .command('lint')
    .description('ask the rules about the manifests of any repository; see docs/rules.md')
    .argument('[folder]', 'the repository, or a part of it (default: the one around the current folder)')
    .option('--profile <name>', 'rules and options by name, before those of .cluster-template.yaml')
    .option('--fix', 'fix what can be fixed for certain')
    .option('--staged', 'only what the next commit would change, and secrets in it, as the git hook does')
    .option('--changed-since <commit>', 'only what would not have been found in that commit')
    .option('--like [folder]', 'only how the apps of a folder, or all, differ from what most apps have in common')
    .addOption(formatOption())
    .addOption(commonOption('--json', 'as --format json'))
    .addHelpOption(commonOption('-h, --help', 'print this help'))
    .exitOverride()
    .action(async (folder: string | undefined, options: LintCommandOptions) => {
      const { runLint } = await import('./lint.ts');
      finish(await runLint(folder, options));
    });
}

/** Adds the commands that look at the configuration and its rendering and write nothing into the tree. */
export function registerLook(program: Command, finish: Finish): void {
  renderingCommand(
    program,
    'explain',
    'tell where a generated file comes from, what comes from a key, or what a code means',
  )
    .argument(
      '<place>',
      'a generated file or a line of it, as in talos/talconfig.yaml:4; a key of the configuration or its line, as in node_cidr or cluster.yaml:11; a code, as in config/host-bits',
    )
    .action(async (place: string, options: RootOptions) => {
      const { runExplain } = await import('./explain.ts');
      finish(await runExplain(place, options));
    });

  const config = commandGroup(program, 'config', 'look at the configuration');
  withVerbose(
    clusterCommand(config, 'show', 'list every value that templates see, and where it comes from; secrets are masked'),
  )
    .option('--computed', 'only what follows from cluster.yaml and nodes.yaml')
    .argument('[key...]', 'names of values, such as node_cidr, nodes[0] or "cilium_*"; all where none is given')
    .action(async (keys: string[], options: ConfigShowOptions) => {
      const { runConfigShow } = await import('./config-show.ts');
      finish(await runConfigShow(keys, options));
    });

  withVerbose(
    renderingCommand(program, 'render', 'render the templates into another folder, or one file to standard output'),
  )
    .argument('[file]', 'path of one result, such as talos/talconfig.yaml')
    .option(
      '-o, --output <folder>',
      'folder for the results; secrets are left out, as they are only ever written encrypted',
    )
    .action(async (file: string | undefined, options: RootOptions & { output?: string }) => {
      const { runRender } = await import('./render.ts');
      finish(await runRender(file, options));
    });

  withVerbose(
    renderingCommand(program, 'watch', 'show the plan again after every change to its inputs, and write nothing'),
  ).action(async (options: RootOptions) => {
    const { runWatch } = await import('./watch.ts');
    finish(await runWatch(options));
  });

  renderingCommand(
    program,
    'studio',
    'look at the cluster and edit it in a browser: configuration, plan, graph, network, checks and secrets',
  )
    .option('--port <port>', 'the port on this machine (default: one that is free)', portNumber)
    .option('--no-open', 'open no browser: print the address alone')
    .action(async (options: StudioCommandOptions) => {
      const { runStudio } = await import('./studio.ts');
      finish(await runStudio(options));
    });
}

function percentage(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 100))
    throw new InvalidArgumentError('It takes a number from 0 to 100.');
  return value;
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535)
    throw new InvalidArgumentError('It takes the number of a port, from 1 to 65535.');
  return port;
}

/** Only the minor version counts. */
function kubernetesVersion(text: string): string {
  const minor = /^v?(1\.\d+)(?:\.\d+)?$/.exec(text)?.[1];
  if (minor === undefined) throw new InvalidArgumentError('It takes a version such as 1.36 or v1.36.1.');
  return minor;
}

/** How findings are printed: for people, for programs, for code scanning or for the lines of a pull request. */
function formatOption(): Option {
  return new Option('--format <format>', 'how findings are printed').choices(['text', 'json', 'sarif', 'github']);
}
