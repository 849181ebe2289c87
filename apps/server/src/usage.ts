/** What dsnd can be asked for: its help, its manual page and its completions are made from this. */
export interface Usage {
  /** What stands behind `dsnd`. */
  readonly words: string;
  readonly does: string;
}

export const USAGES: readonly Usage[] = [
  { words: '--config FILE', does: 'run with a configuration file (TOML)' },
  { words: '', does: 'local mode: SMTP on 127.0.0.1:2525, all under ./.dsnkit, nothing leaves the machine' },
  {
    words: 'check-config FILE',
    does: 'reads a configuration and all files that it names, and says in one line what is wrong',
  },
  {
    words: 'route FILE ADDRESS...',
    does: 'says where a configuration leads addresses, and who may send there',
  },
  {
    words: 'hash-password [NAME]',
    does: 'what stands in the file of [users] for a password, which is asked for or read from stdin',
  },
  {
    words: 'store check DIRECTORY',
    does: 'reads a whole store, and says what is wrong with it; stop the server first',
  },
  { words: 'store recover DIRECTORY NEW-DIRECTORY', does: 'makes a new store of all that can be read' },
  { words: 'store export DIRECTORY FOLDER', does: 'writes messages and envelopes as files: ID.eml and ID.json' },
  {
    words: 'migrate FILE',
    does: 'brings the tables of the shared queue that a configuration names up to date, as a start would',
  },
  { words: '--version', does: 'says the version, and that of Node' },
  { words: '--help', does: 'says this' },
];

export const PURPOSE = 'a mail server that owes and pays every delivery status notification';

/** The text of `dsnd --help`. */
export function usage(): string {
  const lines = USAGES.map(({ words, does }) => {
    const head = `  dsnd ${words}`.trimEnd();
    return head.length < 22 ? `${head.padEnd(23)}${does}` : `${head}\n${' '.repeat(23)}${does}`;
  });
  return [`dsnd: ${PURPOSE}`, '', ...lines].join('\n');
}
