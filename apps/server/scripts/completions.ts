import { USAGES } from '../src/usage.ts';

/** A word that may come first, and those that may come second. */
interface First {
  readonly word: string;
  readonly seconds: readonly string[];
  readonly does: string;
}

function firsts(): readonly First[] {
  const byWord = new Map<string, First>();
  for (const { words, does } of USAGES) {
    const [word = '', second = ''] = words.split(' ');
    if (word === '') continue;
    const before = byWord.get(word)?.seconds ?? [];
    const seconds = /^[a-z]/.test(second) ? [...before, second] : before;
    byWord.set(word, {
      word,
      seconds,
      does: seconds.length > 0 ? `commands for a ${word}` : does.replace(/[:;'].*/, ''),
    });
  }
  return [...byWord.values()];
}

export function bashCompletion(): string {
  const seconds = firsts().filter((first) => first.seconds.length > 0);
  const cases = seconds.map(({ word, seconds: words }) => `    ${word}) words='${words.join(' ')}' ;;`);
  return `# bash completion for dsnd
_dsnd() {
  local words=
  if [ "$COMP_CWORD" = 1 ]; then words='${firsts()
    .map(({ word }) => word)
    .join(' ')}'; fi
  if [ "$COMP_CWORD" = 2 ]; then case \${COMP_WORDS[1]} in
${cases.join('\n')}
  esac; fi
  if [ -n "$words" ]; then mapfile -t COMPREPLY < <(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"); fi
}
complete -o default -F _dsnd dsnd
`;
}

export function zshCompletion(): string {
  const described = firsts().map(({ word, does }) => `    '${word}:${does}'`);
  const cases = firsts()
    .filter(({ seconds }) => seconds.length > 0)
    .map(({ word, seconds }) => `    ${word}) compadd -- ${seconds.join(' ')}; return ;;`);
  return `#compdef dsnd
if (( CURRENT == 2 )); then
  local -a firsts=(
${described.join('\n')}
  )
  _describe dsnd firsts
elif (( CURRENT == 3 )); then
  case $words[2] in
${cases.join('\n')}
  esac
  _files
else
  _files
fi
`;
}

export function fishCompletion(): string {
  const lines = firsts().flatMap(({ word, seconds, does }) => {
    const flag = word.startsWith('--') ? `-l ${word.slice(2)}` : `-a ${word}`;
    const first = `complete -c dsnd -n '__fish_use_subcommand' ${flag} -d '${does}'`;
    return [first, ...seconds.map((each) => `complete -c dsnd -n '__fish_seen_subcommand_from ${word}' -a ${each}`)];
  });
  return `# fish completion for dsnd\n${lines.join('\n')}\n`;
}
