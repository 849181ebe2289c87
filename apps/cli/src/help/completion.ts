import type { Command, Option } from 'commander';

/** Shells that completions can be made for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

export type Shell = (typeof SHELLS)[number];

/** A completion script, made from the commands themselves. */
export function completionFor(shell: Shell, program: Command): string {
  const nodes = nodesOf(program);
  return { bash, zsh, fish }[shell](nodes);
}

/** A command and what may follow it. */
interface Node {
  /** The words that lead to it, without `dsn`. */
  readonly path: readonly string[];
  readonly commands: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly OptionNode[];
  /** What its argument may be. */
  readonly choices: readonly string[];
}

interface OptionNode {
  readonly flags: readonly string[];
  readonly description: string;
  readonly takesValue: boolean;
  readonly choices: readonly string[];
}

function nodesOf(program: Command): readonly Node[] {
  const shared = optionsOf(program).filter(({ flags }) => !flags.includes('--version') && !flags.includes('--help'));
  const walk = (command: Command, path: readonly string[]): Node[] => {
    const own = path.length === 0 ? optionsOf(program) : [...optionsOf(command), ...shared];
    const commands = command.commands.map((child) => ({
      name: child.name(),
      description: firstSentence(child.description()),
    }));
    const node = { path, commands, options: own, choices: command.registeredArguments[0]?.argChoices ?? [] };
    return [node, ...command.commands.flatMap((child) => walk(child, [...path, child.name()]))];
  };
  return walk(program, []);
}

function optionsOf(command: Command): OptionNode[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .map((option: Option) => ({
      flags: [option.short, option.long].filter((flag) => flag !== undefined),
      description: firstSentence(option.description),
      takesValue: option.required || option.optional,
      choices: option.argChoices ?? [],
    }));
}

function firstSentence(text: string): string {
  return (
    text
      // What would mean something to one of the shells; people read an apostrophe and a dash as well.
      .replace(/(?<=\w)'(?=\w)/g, '’')
      .replace(/: /g, ' – ')
      .replace(/['"`\\$[\]:]/g, '')
      .split(/[;(]/)[0]
      ?.trim() ?? ''
  );
}

const words = (node: Node): string =>
  [...node.commands.map(({ name }) => name), ...node.choices, ...node.options.flatMap(({ flags }) => flags)].join(' ');

function bash(nodes: readonly Node[]): string {
  const cases = nodes.map((node) => `    '${node.path.join(' ')}') words='${words(node)}' ;;`);
  const choices = nodes.flatMap(({ options }) => options).filter(({ choices: some }) => some.length > 0);
  const unique = new Map(choices.map(({ flags, choices: some }) => [flags.at(-1) ?? '', some.join(' ')]));
  const values = [...unique].map(
    ([flag, some]) => `    ${flag}) COMPREPLY=($(compgen -W '${some}' -- "$current")); return ;;`,
  );
  const taking = nodes.flatMap(({ options }) => options).filter(({ takesValue }) => takesValue);
  const parents = nodes.filter(({ commands }) => commands.length > 0).map(({ path }) => `'${path.join(' ')}'`);
  return `# bash completion for dsn; put it where bash-completion looks, or: source <(dsn completion bash)
_dsn() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} path='' word words='' value=''
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if [ "$value" ]; then value=''; continue; fi
    case $word in
      ${[...new Set(taking.flatMap(({ flags }) => flags))].join('|')}) value=1; continue ;;
      -*) continue ;;
    esac
    case $path in ${parents.join('|')}) path="\${path:+$path }$word" ;; esac
  done
  case $previous in
${values.join('\n')}
  esac
  case $path in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [ "\${current:0:1}" = - ] || COMPREPLY+=($(compgen -f -- "$current"))
}
complete -o filenames -F _dsn dsn
`;
}

function zsh(nodes: readonly Node[]): string {
  const functions = nodes.map((node) => {
    const options = node.options.map(({ flags, description, takesValue, choices }) => {
      const value = takesValue ? `:value:${choices.length > 0 ? `(${choices.join(' ')})` : '_files'}` : '';
      const [first = '', second] = flags;
      const spec = second === undefined ? `'*${first}` : `{'*${first}','*${second}'}'`;
      return `    ${spec}[${description}]${value}'`;
    });
    const name = functionName(node);
    const argument = node.choices.length > 0 ? `    '1:value:(${node.choices.join(' ')})'` : "    '*:file:_files'";
    if (node.commands.length === 0) return `${name}() {\n  _arguments \\\n${[...options, argument].join(' \\\n')}\n}`;
    const list = node.commands.map((command) => `'${command.name}:${command.description}'`).join(' ');
    const calls = node.commands.map(
      (command) => `      ${command.name}) ${functionName({ ...node, path: [...node.path, command.name] })} ;;`,
    );
    return `${name}() {
  local state line
  _arguments -C \\
${[...options, "    '1:command:->command'", "    '*::argument:->argument'"].join(' \\\n')}
  case $state in
    command) local -a commands; commands=(${list}); _describe command commands ;;
    argument) case $line[1] in
${calls.join('\n')}
    esac ;;
  esac
}`;
  });
  return `#compdef dsn
# zsh completion for dsn; put it as _dsn into a folder of $fpath.
${functions.join('\n')}
# Loaded from $fpath, this file stands for the function at its first call.
if [ "$funcstack[1]" = _dsn ]; then _dsn "$@"; else compdef _dsn dsn; fi
`;
}

function functionName({ path }: Pick<Node, 'path'>): string {
  return ['_dsn', ...path].join('_').replaceAll('-', '_');
}

function fish(nodes: readonly Node[]): string {
  const lines = nodes.flatMap((node) => {
    const { path, commands, options, choices: values } = node;
    const seen = path.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ');
    const below = commands.map(({ name }) => name).join(' ');
    const own =
      path.length === 0
        ? '__fish_use_subcommand'
        : below === ''
          ? seen
          : `${seen}; and not __fish_seen_subcommand_from ${below}`;
    return [
      ...(values.length > 0 ? [`complete -c dsn -n '${own}' -f -a '${values.join(' ')}'`] : []),
      ...commands.map(({ name, description }) => `complete -c dsn -n '${own}' -f -a ${name} -d '${description}'`),
      ...options.map(({ flags, description, takesValue, choices }) => {
        const names = flags
          .map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`))
          .join(' ');
        const value = choices.length > 0 ? ` -x -a '${choices.join(' ')}'` : takesValue ? ' -r' : '';
        return `complete -c dsn -n '${own}' ${names}${value} -d '${description}'`;
      }),
    ];
  });
  return `# fish completion for dsn; dsn completion fish > ~/.config/fish/completions/dsn.fish\n${lines.join('\n')}\n`;
}
