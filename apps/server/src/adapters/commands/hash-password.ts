import { createInterface } from 'node:readline';
import { hashPassword } from '../node-crypto.ts';
import { formatScram, formatScrypt } from '../../receiving/auth/hash.ts';
import { saslPrep } from '../../receiving/auth/saslprep.ts';

/**
 * Reads a password, from a terminal unseen and twice, else the first line of stdin, and prints what stands for it in
 * the file of `[users]`; with a name, the whole table.
 */
export async function printHashes(name: string | undefined): Promise<void> {
  const password = process.stdin.isTTY ? await ask() : await firstLine();
  if (password === undefined) return;
  const prepared = saslPrep(password);
  if (prepared === undefined || prepared === '') {
    fail(password === '' ? 'the password is empty' : 'the password has characters that no client could send');
    return;
  }
  const { scrypt, scram } = await hashPassword(prepared);
  if (name !== undefined) console.log(`[[user]]\nname = ${JSON.stringify(name)}`);
  console.log(`password = "${formatScrypt(scrypt)}"`);
  console.log(`scram = "${formatScram(scram)}"`);
}

/** A password is not shown, not even if it is typed as soon as its prompt stands there: the terminal shows nothing before. */
async function ask(): Promise<string | undefined> {
  process.stdin.setRawMode(true);
  try {
    const first = await unseen('Password: ', '');
    const again = await unseen('Again: ', first.rest);
    if (again.line === first.line) return first.line;
    fail('the two are not the same');
    return undefined;
  } finally {
    process.stdin.setRawMode(false);
    process.stdin.pause();
  }
}

async function firstLine(): Promise<string> {
  for await (const line of createInterface({ input: process.stdin })) return line;
  return '';
}

/** A line, and what was typed, or pasted, beyond it. */
interface Typed {
  readonly line: string;
  readonly rest: string;
}

/** One line from the terminal, which does not show it. */
async function unseen(prompt: string, ahead: string): Promise<Typed> {
  process.stderr.write(prompt);
  const line = await typed(ahead);
  process.stderr.write('\n');
  return line;
}

function typed(ahead: string): Promise<Typed> {
  return new Promise((resolve) => {
    let keys = ahead;
    const take = (octets?: Buffer): void => {
      keys += octets?.toString('utf8') ?? '';
      // The terminal leaves its keys to us: Ctrl-C, Ctrl-D, backspace, enter.
      if (keys.includes('\u0003')) process.exit(130);
      const end = keys.search(/[\r\n\u0004]/);
      if (end < 0) return;
      process.stdin.off('data', take);
      resolve({ line: edited(keys.slice(0, end)), rest: keys.slice(end + 1) });
    };
    process.stdin.on('data', take);
    process.stdin.resume();
    take();
  });
}

function edited(keys: string): string {
  const line: string[] = [];
  for (const key of keys) {
    if (key === '\u007f' || key === '\b') line.pop();
    else line.push(key);
  }
  return line.join('');
}

function fail(what: string): void {
  console.error(`dsnd: ${what}`);
  process.exitCode = 2;
}
