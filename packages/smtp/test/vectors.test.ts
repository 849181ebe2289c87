import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ServerSession } from '../src/index.ts';
import { latin1, octets } from './octets.ts';

/** Commands made from the grammar, kept beside the repository; without them there is nothing to compare with. */
const file = new URL('../../../../shared/spec/examples/rfc3461-5.1-constructed-command-vectors.json', import.meta.url);
const skip = !existsSync(file);
if (skip) console.log('The command vectors (../shared/spec/examples) are not here: skipped.');

interface Vectors {
  readonly valid: readonly { readonly cmd: string }[];
  readonly invalid501: readonly string[];
  readonly unknown555: readonly string[];
}
const vectors: Vectors = skip
  ? { valid: [], invalid501: [], unknown555: [] }
  : (JSON.parse(readFileSync(file, 'utf8')) as Vectors);

/** The reply to one command, and to the same command without parameters behind it. */
function replies(command: string, refuse: boolean): string[] {
  const session = new ServerSession({
    hostname: 'mx.example.org',
    extensions: { dsn: true, enhancedStatusCodes: true },
  });
  session.start();
  const say = (line: string): string => {
    session.receive(octets(`${line}\r\n`));
    for (let event = session.next(); event !== undefined; event = session.next()) {
      if (event.kind === 'rcpt' && refuse) session.answer({ code: 550, status: '5.1.1', lines: ['No such user'] });
      else if (session.paused) session.answer();
    }
    return latin1(session.takeOutput() ?? octets(''));
  };
  say('EHLO client.example');
  if (command.startsWith('RCPT')) say('MAIL FROM:<a@b.example>');
  const reply = say(command);
  if (command.startsWith('MAIL')) say('RSET');
  return [reply, say(command.replace(/>.*/, '>'))];
}

describe.skipIf(skip)('RFC 3461 §5.1: commands with DSN parameters', () => {
  it.each(vectors.valid.map(({ cmd }) => cmd))('(a) (b) %s: same reply as without', (command) => {
    for (const refuse of [false, true]) {
      const [reply, plain] = replies(command, refuse);
      expect(reply).toBe(plain);
    }
  });

  it.each(vectors.invalid501)('(a) (b) %s: 501, and the command may be given again', (command) => {
    const [reply, again] = replies(command, false);
    expect(reply).toMatch(/^501 5\.5\.4 /);
    expect(again).toMatch(/^250 /);
  });

  it.each(vectors.unknown555)('%s: 555', (command) => {
    const [reply, again] = replies(command, false);
    expect(reply).toMatch(/^555 5\.5\.4 /);
    expect(again).toMatch(/^250 /);
  });
});
