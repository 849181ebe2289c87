import type { TableFacts } from '../src/config/describe.ts';
import { PURPOSE, USAGES } from '../src/usage.ts';
import { headOf, tablesOf } from './reference.ts';

type TextOf = (table: string, key?: string) => string | undefined;

/** dsnd(8) in the macros of man(7). */
export function commandPage(): string {
  return `.TH DSND 8 "" dsnkit "System Administration"
.SH NAME
dsnd \\- ${roff(PURPOSE)}
.SH SYNOPSIS
${USAGES.map(({ words }) => `.B dsnd${words === '' ? '' : `\n${roff(words)}`}`).join('\n.br\n')}
.SH COMMANDS
${USAGES.map(({ words, does }) => `.TP\n.B dsnd${words === '' ? '' : ` ${roff(words)}`}\n${roff(does)}.`).join('\n')}
.SH SIGNALS
.TP
.B SIGTERM, SIGINT
Finishes what is in flight, and ends. A second one does not wait.
.TP
.B SIGHUP
Reads the configuration anew; one that is wrong is told in the log, and nothing changes.
.SH ENVIRONMENT
.TP
.B LISTEN_FDS, LISTEN_PID
Sockets that the service manager opened; a [[listen]] of the same address takes one over.
.TP
.B NOTIFY_SOCKET, WATCHDOG_USEC
Where the service manager hears that the server is ready, reads its configuration, stops, and lives; by
.BR systemd\\-notify (1).
.SH FILES
.TP
.I /etc/dsnd/dsnd.toml
The configuration, by custom; see
.BR dsnd.toml (5).
.TP
.I /var/lib/dsnd
The store, by custom.
.SH EXIT STATUS
0 where all went well, 1 where the server could not go on, 2 where it was asked wrongly or the configuration is wrong.
.SH SEE ALSO
.BR dsnd.toml (5),
.BR dsn (1),
.BR systemd.socket (5)
`;
}

/** dsnd.toml(5): every key. */
export function configPage(root: TableFacts, textOf: TextOf): string {
  const sections = tablesOf(root).map((table) => {
    const title = table.name === '' ? 'AT THE TOP' : headOf(table);
    const text = table.name === '' ? undefined : textOf(table.name);
    const keys = [...table.keys].map(
      ([key, { allowed }]) =>
        `.TP\n.B ${roff(key)}\n${roff(textOf(table.name, key) ?? '')}\nAllowed: ${roff(allowed)}.`,
    );
    return [`.SH "${roff(title)}"`, ...(text === undefined ? [] : [roff(text)]), ...keys].join('\n');
  });
  return `.TH DSND.TOML 5 "" dsnkit "File Formats"
.SH NAME
dsnd.toml \\- configuration of dsnd
.SH DESCRIPTION
One TOML file. Relative paths count from its folder. Where a file holds a password, a token or a DKIM key, env:NAME in its
place takes the value of a variable of the environment.
${sections.join('\n')}
.SH SEE ALSO
.BR dsnd (8)
`;
}

/** Text in which nothing is a request or an escape; code stands in it without its marks. */
function roff(text: string): string {
  const plain = text.replaceAll('`', '').replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll('…', '...');
  const spelled = plain.replaceAll('§', 'section ').replace(/[^\x00-\x7f]/g, '?');
  return /^['.]/.test(spelled) ? `\\&${spelled}` : spelled;
}
