import { Argument, Help, Option, type Command } from 'commander';
import { failure } from '../report/finding.ts';
import { suggestNearest } from '../text/suggest.ts';
import { print } from '../system/terminal.ts';
import { EXIT, type Finish } from './exit-codes.ts';

/** The commands by what somebody wants to do, in the order in which a user comes to it. */
const GROUPS: readonly (readonly [heading: string, commands: readonly string[]])[] = [
  ['Set up:', ['create', 'init', 'doctor']],
  ['Render the repository:', ['configure', 'plan', 'diff', 'watch', 'adopt', 'render']],
  ['Look and check:', ['validate', 'lint', 'explain', 'graph', 'studio', 'config']],
  ['Applications:', ['app', 'add']],
  ['Look after secrets:', ['secrets']],
  ['Bring up machines and cluster:', ['nodes', 'bootstrap', 'talos']],
  ['Day-2 operations:', ['reconcile', 'debug', 'unstick', 'prune-pods', 'browse-pvc', 'sync-es', 'flux']],
  ['The template itself:', ['upgrade', 'template']],
  ['Help:', ['help', 'completion']],
];

/** What is worth being shown of a command, by its words. */
const EXAMPLES: Readonly<Record<string, readonly (readonly [words: string, what: string])[]>> = {
  '': [
    ['configure', 'validate, render, encrypt and write'],
    ['plan', 'see what that would change'],
    ['help bootstrap talos', 'read more of a command'],
  ],
  init: [
    ['init --interactive', 'be asked for what must be your own'],
    ['init --from ../other-cluster', 'start from another configuration'],
  ],
  add: [
    ['add', 'what there is, and what is on'],
    ['add external-secrets --set external_secrets_store=doppler', 'be asked for the rest'],
    ['add external-secrets --remove', 'take it back'],
  ],
  doctor: [
    ['doctor', 'look at everything'],
    ['doctor tools keys', 'look at two areas'],
  ],
  configure: [
    ['configure --check', 'write nothing; the exit code tells'],
    ['configure --force', 'overwrite what was changed by hand'],
  ],
  plan: [['plan --exit-code', 'for scripts: 0 nothing, 2 changes, 1 would stop']],
  diff: [['diff kubernetes/apps/network', 'only below a folder']],
  adopt: [['adopt kubernetes/apps/default/echo/app/helmrelease.yaml', 'make it your own']],
  render: [
    ['render talos/talconfig.yaml', 'one file to standard output'],
    ['render --output /tmp/tree', 'the tree without its secrets'],
  ],
  explain: [
    ['explain talos/talconfig.yaml:4', 'where a generated line comes from'],
    ['explain node_cidr', 'which files and lines come from a key'],
    ['explain cluster.yaml:11', 'the same for the key on a line'],
    ['explain config/host-bits', 'what an error code means'],
  ],
  graph: [
    ['graph --of cilium', 'what it needs, and what breaks without it'],
    ['graph --of node_cidr', 'templates, files and objects that come from a key'],
    ['graph --format html -o graph.html', 'a page to look at in a browser'],
  ],
  studio: [
    ['studio', 'open the page'],
    ['studio --port 8000 --no-open', 'print the address alone, as for a forwarded port'],
  ],
  lint: [
    ['lint --profile strict', 'what most well-kept repositories agree on'],
    ['lint --fix', 'fix what can be fixed for certain'],
    ['lint ../other --format sarif', 'any repository, for code scanning'],
  ],
  'app list': [
    ['app list media', 'the apps of a namespace'],
    ['app list --root ../other --json', 'any repository, for programs'],
  ],
  'app build': [['app build default/echo', 'what Flux would apply, without any value of a Secret']],
  'app set-image': [['app set-image media/films 1.2.3@sha256:…', 'one line changes']],
  'app move': [['app move media/films cinema --dry-run', 'see what would change, and what you have to decide']],
  'config show': [
    ['config show node_cidr nodes[0]', 'some of the values, in full'],
    ['config show "cilium_*" --json', 'by their beginning, for programs'],
  ],
  'secrets show': [
    ['secrets show cluster.sops.yaml cloudflare_token', 'one value'],
    ['secrets show cluster.sops.yaml --masked', 'its keys alone'],
  ],
  'secrets set': [['secrets set cluster.sops.yaml cloudflare_token', 'asks, and shows nothing of it']],
  'secrets encrypt': [['secrets encrypt secret.yaml -o talos/secret.sops.yaml', 'from a plain file']],
  'secrets rekey': [
    ['secrets rekey', 'the new key, in the cluster and in all files'],
    ['secrets rekey --finish', 'drop the old one, once that is applied'],
  ],
  'secrets keygen': [['secrets keygen -o colleague.key', 'for somebody who is to read as well']],
  'bootstrap talos': [['bootstrap talos --dry-run', 'see the steps, and what stands in their way']],
  'bootstrap apps': [['bootstrap apps --diff', 'see what is left to be done in the cluster']],
  'nodes discover': [['nodes discover 192.168.1.31 192.168.1.32', 'take two machines into nodes.yaml']],
  'talos apply-node': [['talos apply-node k8s-0 --mode no-reboot', 'send a node its configuration']],
  reconcile: [['reconcile hr cilium -n kube-system', 'one release']],
  debug: [['debug network/echo', 'look for what is wrong with an app']],
  completion: [['completion bash', 'print the script; how to load it is its first line']],
};

/** Shells that a completion is made for. */
export type Shell = (typeof SHELLS)[number];

const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** Options that all commands share stand below those of their own. */
export function commonOption(flags: string, description: string): Option {
  return new Option(flags, description).helpGroup('Common options:');
}

/** Groups the commands of a program, gives them their examples and has everything fit into 80 columns. */
export function arrangeHelp(program: Command): void {
  for (const [heading, names] of GROUPS) {
    for (const name of names) program.commands.find((command) => command.name() === name)?.helpGroup(heading);
  }
  const helper = new Help();
  const order = (heading: string): number => GROUPS.findIndex(([name]) => name === heading);
  visit(program, [], (command, words) => {
    command.configureHelp({
      // Options of a command are told by its own help: here they would leave no room for what it does.
      subcommandTerm: (one) => [one.name(), ...one.registeredArguments.map(argumentTerm)].join(' '),
      groupItems: (unsorted, visible, groupOf) =>
        new Map([...helper.groupItems(unsorted, visible, groupOf)].sort(([one], [other]) => order(one) - order(other))),
    });
    const examples = EXAMPLES[words.join(' ')] ?? [];
    if (examples.length > 0) command.addHelpText('after', () => examplesText(program.name(), examples));
  });
}

function argumentTerm(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

function visit(command: Command, words: readonly string[], look: (command: Command, words: string[]) => void): void {
  look(command, [...words]);
  for (const child of command.commands) visit(child, [...words, child.name()], look);
}

function examplesText(program: string, examples: readonly (readonly [words: string, what: string])[]): string {
  const lines = examples.map(([words, what]) => {
    const line = `  ${program} ${words}`;
    return `  # ${what}\n${line}\n`;
  });
  return `\nExamples:\n${lines.join('')}`.trimEnd();
}

/** Adds `help [command...]` and `completion <shell>`, which tell of all the others. */
export function registerHelp(program: Command, finish: Finish): void {
  program
    .command('help')
    .description('print the help of a command')
    .argument('[command...]', 'its words, such as bootstrap talos')
    .exitOverride()
    .action((words: string[]) => {
      commandAt(program, words).outputHelp();
      finish(EXIT.done);
    });
  program
    .command('completion')
    .description('print a script that completes commands and options in a shell')
    .addArgument(new Argument('<shell>').choices(SHELLS))
    .exitOverride()
    .action(async (shell: Shell) => {
      const { completionScript } = await import('./completion.ts');
      print(completionScript(shell, program));
      finish(EXIT.done);
    });
}

/**
 * The command that words name, from the outermost on.
 *
 * @throws Failure of kind `usage` where there is none
 */
function commandAt(program: Command, words: readonly string[]): Command {
  let command = program;
  for (const word of words) {
    const found = command.commands.find((one) => one.name() === word || one.aliases().includes(word));
    if (found === undefined) throw unknownCommand(command, words, word);
    command = found;
  }
  return command;
}

function unknownCommand(command: Command, words: readonly string[], word: string): Error {
  const names = command.commands.map((one) => one.name());
  const near = suggestNearest(word, names);
  const known = names.length === 0 ? 'it takes no further command' : `there are ${names.join(', ')}`;
  return failure('usage', {
    code: 'usage/argument',
    message: `there is no command ${JSON.stringify(words.join(' '))}`,
    remedy: near === undefined ? known : `did you mean ${near}?`,
  });
}
