import { Argument, Command } from 'commander';
import { EXIT } from '../terminal/terminal.ts';
import type { Perform } from './perform.ts';

const HELP = `
Examples:
  source <(dsn completion bash)
  dsn completion zsh > ~/.zfunc/_dsn
  dsn completion fish > ~/.config/fish/completions/dsn.fish`;

/** `dsn completion SHELL` */
export function completionCommand(perform: Perform, program: Command): Command {
  return new Command('completion')
    .description('print a script that completes commands and options')
    .addArgument(new Argument('<shell>', 'for which shell').choices(['bash', 'zsh', 'fish']))
    .addHelpText('after', HELP)
    .action((shell: 'bash' | 'zsh' | 'fish') =>
      perform(async ({ terminal }) => {
        const { completionFor } = await import('../help/completion.ts');
        terminal.out(completionFor(shell, program));
        return EXIT.fine;
      }),
    );
}

/** `dsn man [COMMAND]` */
export function manCommand(perform: Perform, program: Command): Command {
  return new Command('man')
    .description('print a manual page, or write them all into a folder')
    .argument('[command]', 'the command; dsn itself if absent')
    .option('-o, --output <folder>', 'write all pages there')
    .addHelpText('after', '\nExamples:\n  dsn man probe | man -l -\n  dsn man -o ~/.local/share/man/man1')
    .action((name: string | undefined, options: { readonly output?: string }) =>
      perform(async (context) => {
        const { man } = await import('../help/man-command.ts');
        return man(program, name, options, context);
      }),
    );
}
