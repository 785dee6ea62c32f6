import type { Command, Option } from 'commander';
import type { Shell } from './help.ts';

/** What can be typed behind the words of one command. */
interface Place {
  /** The words of the command, empty for the program itself. */
  readonly path: string;
  /** Names of further commands, and what the argument can be where that is a closed list. */
  readonly words: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly {
    readonly flags: readonly string[];
    readonly takesValue: boolean;
    readonly choices: readonly string[];
    readonly description: string;
  }[];
}

/** Names under which the program is started; shells look at the last part of a path alone. */
const NAMES = ['cluster-template', 'cluster-template.mjs'];

/** A script that completes the commands and options of a program; files are completed by the shell. */
export function completionScript(shell: Shell, program: Command): string {
  return { bash, zsh, fish }[shell](placesOf(program, []), program.name());
}

function placesOf(command: Command, words: readonly string[]): Place[] {
  const help = command.createHelp();
  const place: Place = {
    path: words.join(' '),
    words: [
      ...command.commands.flatMap((one) =>
        [one.name(), ...one.aliases()].map((name) => ({ name, description: one.description() })),
      ),
      ...(command.registeredArguments[0]?.argChoices ?? []).map((name) => ({ name, description: '' })),
    ],
    options: help.visibleOptions(command).map((option) => ({
      flags: flagsOf(option),
      takesValue: option.required || option.optional,
      choices: option.argChoices ?? [],
      description: option.description,
    })),
  };
  const children = command.commands.flatMap((one) =>
    [one.name(), ...one.aliases()].flatMap((name) => placesOf(one, [...words, name])),
  );
  return [place, ...children];
}

function flagsOf({ short, long }: Option): string[] {
  return [short, long].filter((flag) => flag !== undefined);
}

function bash(places: readonly Place[], start: string): string {
  const cases = places.map(({ path, words, options }) => {
    const flags = options.flatMap((option) => option.flags).join(' ');
    const values = options.filter(({ takesValue }) => takesValue).flatMap((option) => option.flags);
    const names = words.map(({ name }) => name).join(' ');
    return `    ${quoted(path)}) words=${quoted(names)} options=${quoted(flags)} values=${quoted(` ${values.join(' ')} `)} ;;\n`;
  });
  const choices = choicesOf(places).map(
    ({ path, flag, words }) =>
      `    ${quoted(`${path} ${flag}`)}) COMPREPLY=($(compgen -W ${quoted(words)} -- "$current")); return ;;\n`,
  );
  return `# eval "$(${start} completion bash)" loads it: for a program called ${NAMES.join(' or ')}, with any path before it
_cluster_template_at() {
  case "$1" in
${cases.join('')}    *) words='' options='' values='' ;;
  esac
}
_cluster_template() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD - 1]}"
  local path='' words options values word index
  _cluster_template_at "$path"
  for ((index = 1; index < COMP_CWORD; index++)); do
    word="\${COMP_WORDS[index]}"
    if [[ "$values" == *" $word "* ]]; then
      ((index++))
    elif [[ " $words " == *" $word "* ]]; then
      path="\${path:+$path }$word"
      _cluster_template_at "$path"
    fi
  done
  COMPREPLY=()
  case "$path $previous" in
${choices.join('')}  esac
  # What an option takes is a file, which the shell completes where nothing is found here.
  [[ "$values" == *" $previous "* ]] && return
  if [[ "$current" == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$current"))
  else
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  fi
}
complete -o default -F _cluster_template ${NAMES.join(' ')}
`;
}

function zsh(places: readonly Place[], start: string): string {
  const cases = places.map(({ path, words, options }) => {
    const names = words.map(({ name, description }) => quoted(`${described(name)}:${description}`));
    const flags = options.flatMap((option) =>
      option.flags.map((flag) => quoted(`${described(flag)}:${option.description}`)),
    );
    const values = options.filter(({ takesValue }) => takesValue).flatMap((option) => option.flags.map(quoted));
    return `    ${quoted(path)}) words_=(${names.join(' ')}) options=(${flags.join(' ')}) values=(${values.join(' ')}) ;;\n`;
  });
  const choices = choicesOf(places).map(
    ({ path, flag, words }) => `    ${quoted(`${path} ${flag}`)}) compadd -- ${words}; return ;;\n`,
  );
  return `#compdef ${NAMES.join(' ')}
# eval "$(${start} completion zsh)" loads it, behind compinit: for a program called ${NAMES.join(' or ')}
_cluster_template_at() {
  case "$1" in
${cases.join('')}    *) words_=() options=() values=() ;;
  esac
}
_cluster_template() {
  local path_='' word
  local -a words_ options values
  local -i index
  _cluster_template_at "$path_"
  for ((index = 2; index < CURRENT; index++)); do
    word="\${words[index]}"
    if (( \${values[(Ie)$word]} )); then
      ((index++))
    elif (( \${words_[(I)$word:*]} )); then
      path_="\${path_:+$path_ }$word"
      _cluster_template_at "$path_"
    fi
  done
  case "$path_ \${words[CURRENT - 1]}" in
${choices.join('')}  esac
  if (( \${values[(Ie)\${words[CURRENT - 1]}]} )); then
    _files
  elif [[ "\${words[CURRENT]}" == -* ]]; then
    _describe option options
  elif (( \${#words_} )); then
    _describe command words_
  else
    _files
  fi
}
compdef _cluster_template ${NAMES.join(' ')}
`;
}

function fish(places: readonly Place[], start: string): string {
  const lines = places.flatMap(({ path, words, options }) => {
    const at = `-n ${quoted(`test (__cluster_template_path) = ${JSON.stringify(path)}`)}`;
    return [
      ...words.map(({ name, description }) => `${at} -f -a ${quoted(name)} -d ${quoted(description)}`),
      ...options.map(({ flags, takesValue, choices, description }) => {
        const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
        const value = choices.length > 0 ? ` -x -a ${quoted(choices.join(' '))}` : takesValue ? ' -r' : '';
        return `${at} ${names.join(' ')}${value} -d ${quoted(description)}`;
      }),
    ];
  });
  const known = places.map(({ path }) => path).filter((path) => path !== '');
  const values = [
    ...new Set(
      places.flatMap(({ options }) => options.filter(({ takesValue }) => takesValue).flatMap(({ flags }) => flags)),
    ),
  ];
  return `# ${start} completion fish | source loads it: for a program called ${NAMES.join(' or ')}
function __cluster_template_path
  set -l known ${known.map(quoted).join(' ')}
  set -l values ${values.map(quoted).join(' ')}
  set -l path ''
  set -l skip no
  for word in (commandline -opc)[2..-1]
    if test $skip = yes
      set skip no
    else if contains -- $word $values
      set skip yes
    else
      set -l longer (string trim -- "$path $word")
      contains -- $longer $known; and set path $longer
    end
  end
  echo $path
end
${NAMES.flatMap((name) => lines.map((line) => `complete -c ${name} ${line}\n`)).join('')}`;
}

/** Options with a closed list of values. */
function choicesOf(places: readonly Place[]): { path: string; flag: string; words: string }[] {
  return places.flatMap(({ path, options }) =>
    options
      .filter(({ choices }) => choices.length > 0)
      .flatMap(({ flags, choices }) => flags.map((flag) => ({ path, flag, words: choices.join(' ') }))),
  );
}

/** A word of these shells that stands for exactly this text, which holds no backslash. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** A colon ends a name in the lists of zsh. */
function described(name: string): string {
  return name.replaceAll(':', String.raw`\:`);
}
