import { describe, expect, it } from 'vitest';
import { ClientSession, ServerSession } from '../src/index.ts';
import { cut, latin1, octets, single } from './octets.ts';

/** Every text of at most `most` of the octets that somebody has taken for a line end, or for nothing. */
function breaks(most: number): string[] {
  if (most === 0) return [''];
  const shorter = breaks(most - 1);
  const longest = shorter.filter((text) => text.length === most - 1);
  return [...shorter, ...longest.flatMap((text) => ['\r', '\n', '\0'].map((octet) => text + octet))];
}

const SMUGGLED = 'MAIL FROM:<smuggled@x.example>\r\nRCPT TO:<v@x.example>\r\nDATA\r\nsmuggled\r\n.\r\n';
/** `text`, what may end a line, a dot, what may end a line, and what is to be smuggled in behind it. */
const variants = breaks(3).flatMap((before) =>
  breaks(3).flatMap((after) => ['.', '..'].map((dot) => `text${before}${dot}${after}${SMUGGLED}`)),
);

/** Where data ends by RFC 5321 §4.1.1.4, and by nothing else. */
function endOf(content: string): number {
  return content.indexOf('\r\n.\r\n');
}

interface Taken {
  readonly senders: string[];
  readonly contents: string[];
  readonly said: string;
}

function serve(pieces: readonly string[], bareLineEnds: 'refuse' | 'normalise', chunked: boolean): Taken {
  const session = new ServerSession({
    hostname: 'mx',
    bareLineEnds,
    maxErrors: 1_000,
    extensions: { pipelining: true, chunking: true },
  });
  const taken: Taken & { said: string } = { senders: [], contents: [], said: '' };
  let content = '';
  session.start();
  const opening = `EHLO c\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<u@x.example>\r\n${chunked ? '' : 'DATA\r\n'}`;
  for (const piece of [opening, ...pieces]) {
    session.receive(octets(piece));
    for (let event = session.next(); event !== undefined; event = session.next()) {
      if (event.kind === 'mail') taken.senders.push(event.path.address);
      if (event.kind === 'content') content += latin1(event.octets);
      if (event.kind === 'end-of-content') taken.contents.push(content);
      if (event.kind === 'end-of-content' || event.kind === 'reset') content = '';
      if (session.paused && event.kind !== 'content') session.answer();
    }
    taken.said += latin1(session.takeOutput() ?? octets(''));
  }
  return taken;
}

/** What a client session writes for a content, from behind 354 to the end of data. */
function send(pieces: readonly string[]): string {
  const client = new ClientSession({ clientName: 'c' });
  client.receive(octets('220 x\r\n'));
  client.next();
  client.receive(octets('250 x\r\n'));
  client.next();
  client.begin({ reversePath: '', mailParameters: [], recipients: [{ forwardPath: 'u@x.example', parameters: [] }] });
  for (const reply of ['250 ok', '250 ok', '354 go']) {
    client.receive(octets(`${reply}\r\n`));
    client.next();
    client.takeOutput();
  }
  for (const piece of pieces) client.content(octets(piece));
  client.endContent();
  return latin1(client.takeOutput()!);
}

/** Receivers that are more lenient than they may be: what each of them takes for the end of a line, and drops. */
const lenient: Readonly<Record<string, (wire: string) => string[]>> = {
  strict: (wire) => wire.split('\r\n'),
  'bare LF': (wire) => wire.split(/\r?\n/),
  'bare CR': (wire) => wire.split(/\r\n?/),
  anything: (wire) => wire.split(/\r\n|\r|\n/),
  'CR dropped': (wire) => wire.replaceAll('\r', '').split('\n'),
  'NUL dropped': (wire) => wire.replaceAll('\0', '').split('\r\n'),
  'NUL dropped, anything': (wire) => wire.replaceAll('\0', '').split(/\r\n|\r|\n/),
  'cut at NUL': (wire) => wire.split(/\r\n|\r|\n/).map((line) => line.replace(/\0.*/, '')),
};

describe('RFC 5321 §2.3.8 R5321-2.3.8-a: smuggling', () => {
  it.each(['refuse', 'normalise'] as const)(
    `in: none of ${variants.length} variants ends data anywhere but at CRLF.CRLF (%s)`,
    (bareLineEnds) => {
      for (const variant of variants) {
        const end = endOf(variant);
        const isFirst = end < variant.indexOf('MAIL');
        const content = variant.slice(0, end + 2);
        const flawed = /\0|\r(?!\n)|(?<!\r)\n/.test(content);
        const whole = serve([variant], bareLineEnds, false);
        const kept = flawed && bareLineEnds === 'refuse' ? [] : [neutral(unstuffed(content))];
        expect([variant, whole.contents.slice(0, kept.length)]).toEqual([variant, kept]);
        // Only behind the true end are there commands.
        const after = isFirst && variant.slice(end + 5).startsWith('MAIL');
        expect([variant, whole.senders]).toEqual([variant, ['a@b.example', ...(after ? ['smuggled@x.example'] : [])]]);
        if (kept.length === 0) expect(whole.said).toMatch(/\r\n354 [^\r\n]*\r\n554 /);
        expect(serve(single(variant), bareLineEnds, false)).toEqual(whole);
      }
    },
  );

  it('in: with BDAT nothing but the count ends content, and flaws are the same', () => {
    for (const variant of variants) {
      const { senders, contents, said } = serve([`BDAT ${variant.length} LAST\r\n${variant}`], 'refuse', true);
      const flawed = /\0|\r(?!\n)|(?<!\r)\n/.test(variant);
      expect([variant, senders, contents]).toEqual([variant, ['a@b.example'], flawed ? [] : [variant]]);
      expect(said.endsWith(flawed ? ' refused\r\n' : ' accepted\r\n')).toBe(true);
    }
  });

  it.each(Object.entries(lenient))('out: a receiver that knows %s line ends sees one end of data', (_, lines) => {
    for (const variant of variants) {
      for (const pieces of [[variant], cut(variant, [4, 5, 6, 7, 8, 9])]) {
        const wire = send(pieces);
        expect([variant, lines(wire).filter((line) => line === '.').length, lines(wire).at(-2)]).toEqual([
          variant,
          1,
          '.',
        ]);
        expect(wire).not.toMatch(/\0|\r(?!\n)|(?<!\r)\n/);
      }
    }
  });

  it('through: what one session takes and another sends on is what a strict receiver reads', () => {
    for (const variant of variants) {
      for (const content of serve([variant], 'normalise', false).contents) {
        const wire = send([content]);
        expect(unstuffed(wire.slice(0, endOf(`\r\n${wire}`)))).toBe(content);
      }
    }
  });
});

function unstuffed(content: string): string {
  return content.replaceAll(/(^|\r\n)\./g, '$1');
}

function neutral(content: string): string {
  return content.replaceAll(/\r\n|\r|\n/g, '\r\n').replaceAll('\0', ' ');
}
