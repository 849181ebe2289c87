import { decodeXtextOctets, encodeXtextOctets, XtextError } from '@dsnkit/xtext';
import { Command } from 'commander';
import { UsageError } from '../usage-error.ts';

/** `dsn xtext encode|decode TEXT` */
export function xtextCommand(): Command {
  const command = new Command('xtext').description('encode and decode xtext, as ENVID and ORCPT use it (RFC 3461 §4)');
  command
    .command('encode')
    .argument('<text>', 'text; its UTF-8 octets are encoded')
    .action((text: string) => console.log(encodeXtextOctets(new TextEncoder().encode(text))));
  command
    .command('decode')
    .argument('<xtext>', 'xtext; an ENVID or what stands behind the ";" of an ORCPT')
    .action((text: string) => console.log(decode(text)));
  return command;
}

function decode(text: string): string {
  try {
    return new TextDecoder('utf-8').decode(decodeXtextOctets(text));
  } catch (error) {
    if (!(error instanceof XtextError)) throw error;
    throw new UsageError(
      `no xtext: ${error.code} at offset ${error.offset}: ${text.slice(error.offset, error.offset + 3)}`,
    );
  }
}
