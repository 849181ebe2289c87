import { decodeXtextOctets, encodeXtextOctets, XtextError } from '@dsnkit/xtext';
import { readAll } from '../input/read-all.ts';
import { printable } from '../terminal/palette.ts';
import { EXIT, type Context, type ExitCode } from '../terminal/terminal.ts';
import { UsageError } from '../usage-error.ts';

/** Encodes or decodes, and prints the result as one line. */
export async function xtext(direction: 'encode' | 'decode', text: string, { terminal }: Context): Promise<ExitCode> {
  const octets = text === '-' ? withoutLineEnd(await readAll(terminal.input())) : Buffer.from(text);
  if (direction === 'encode') terminal.out(`${encodeXtextOctets(octets)}\n`);
  else {
    const decoded = decode(octets.toString('latin1'));
    // A terminal must not obey what a stranger wrote; a pipe gets the octets.
    terminal.out(terminal.shown ? printable(new TextDecoder().decode(decoded)) : decoded);
    terminal.out('\n');
  }
  return EXIT.fine;
}

/** What `echo` adds is not part of the text. */
function withoutLineEnd(octets: Uint8Array): Buffer {
  const end = octets.at(-1) === 10 ? (octets.at(-2) === 13 ? -2 : -1) : octets.length;
  return Buffer.from(octets.subarray(0, end));
}

function decode(text: string): Uint8Array {
  try {
    return decodeXtextOctets(text);
  } catch (error) {
    if (!(error instanceof XtextError)) throw error;
    const { code, offset } = error;
    throw new UsageError(`no xtext: ${code} at offset ${offset}: ${JSON.stringify(text.slice(offset, offset + 3))}`);
  }
}
