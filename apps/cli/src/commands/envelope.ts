import { InvalidArgumentError, Option, type Command } from 'commander';
import { collect } from './collect.ts';

/** The options that describe an envelope; they are the same wherever one is asked for. */
export function addEnvelope(command: Command): Command {
  return command
    .requiredOption('--from <address>', "reverse-path; '<>' is the null reverse-path")
    .requiredOption('--to <address>', 'recipient, with its parameters if it has any; may be repeated', collect)
    .addOption(ret())
    .option('--envid <text>', 'envelope id; encoded as xtext for you (RFC 3461 §4.4)')
    .option('--notify <list>', 'NOTIFY of recipients that bring none: NEVER, or of SUCCESS,FAILURE,DELAY')
    .option('--orcpt', 'give each recipient that brings none its own address as ORCPT (RFC 3461 §4.2)')
    .option('--mail <parameter>', 'any further parameter of MAIL, as on the wire; may be repeated', collect);
}

/** RFC 5234 §2.3: letter case does not matter, as with NOTIFY. */
function ret(): Option {
  const option = new Option('--ret <what>', 'what a failure report returns (RFC 3461 §4.3)').choices(['FULL', 'HDRS']);
  return option.argParser((text: string) => {
    const value = text.toUpperCase();
    if (value !== 'FULL' && value !== 'HDRS') throw new InvalidArgumentError('Allowed choices are FULL, HDRS.');
    return value;
  });
}
