import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crlf, latin, report, STATUS, text, utf8 } from '../test/helpers.ts';
import { concat } from './join.ts';
import { ReportReader, type ReportEvent, type ReportReaderOptions } from './reader.ts';
import { parseReport } from './report.ts';

function readAll(chunks: readonly Uint8Array[], options?: ReportReaderOptions): ReportEvent[] {
  const reader = new ReportReader(options);
  const events: ReportEvent[] = [];
  const drain = (): void => {
    for (let event = reader.next(); event !== undefined; event = reader.next()) events.push(event);
  };
  for (const chunk of chunks) {
    reader.receive(chunk);
    drain();
  }
  reader.end();
  drain();
  return events;
}

function cutEvery(octets: Uint8Array, size: number): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < octets.length; at += size) chunks.push(octets.subarray(at, at + size));
  return chunks;
}

function contentOf(events: readonly ReportEvent[]): string {
  return text(concat(events.flatMap((event) => (event.kind === 'content' ? [event.octets] : []))));
}

/** The same answer as {@link parseReport}, however the octets come. */
function expectSame(message: Uint8Array, sizes: readonly number[] = [1, 7, 64, 4096, message.length || 1]): void {
  const whole = parseReport(message);
  for (const size of sizes) {
    const events = readAll(cutEvery(message, size));
    expect(events.at(-1)).toEqual({ kind: 'end' });
    const [first] = events;
    if (whole === undefined) {
      expect(events).toEqual([{ kind: 'not-a-report' }, { kind: 'end' }]);
      continue;
    }
    const { returned, ranges, issues, ...head } = whole;
    expect(ranges).toBeDefined();
    expect(first).toMatchObject({ kind: 'report', report: head });
    if (first?.kind !== 'report') continue;
    const { octets = new Uint8Array(), ...header } = returned ?? {};
    expect(first.report.returned ?? {}).toEqual(header);
    expect(contentOf(events)).toBe(text(octets));
    // What lies behind the returned message is not looked at.
    for (const issue of first.report.issues) expect(issues).toContainEqual(issue);
  }
}

const LONG = 'A line of the returned message, long enough to count.\n'.repeat(400);

describe('ReportReader', () => {
  it.each([
    ['RFC 6522 §3: three parts', report()],
    ['RFC 6522 §3: two parts', report({ returned: '' })],
    [
      'RFC 6522 §3: a long returned message',
      report({ returned: `Content-Type: message/rfc822\n\nSubject: x\n\n${LONG}` }),
    ],
    [
      'RFC 6522 §3: lines that nearly are delimiters',
      report({
        returned: `Content-Type: message/rfc822\n\nSubject: x\n\n--\n--bc\n-\n--b2--\n${'--b'.padEnd(1200)}x\n\n-- \n${LONG}-`,
      }),
    ],
    [
      'RFC 2046 §5.1.1: text beginning with hyphens',
      report({ returned: `Content-Type: message/rfc822\n\n--x\n\n${LONG}` }),
    ],
    [
      'RFC 2046 §5.1.1: returned text beginning with one hyphen',
      report({ returned: 'Content-Type: message/rfc822\n\n-' }),
    ],
    ['RFC 2046 §5.1.1: nothing returned', report({ returned: 'Content-Type: message/rfc822\n\n' })],
    [
      'RFC 2046 §5.1.1: no close delimiter',
      report({ returned: `Content-Type: message/rfc822\n\nSubject: x\n\n${LONG}` }).replace(/--b--\n$/, ''),
    ],
    [
      'RFC 2045 §6.8: base64',
      report({
        returned: `Content-Type: message/global\nContent-Transfer-Encoding: base64\n\n${btoa(`Subject: x\n\n${LONG}`).replace(/.{76}/g, '$&\n')}`,
      }),
    ],
    [
      'RFC 2045 §6.7: quoted-printable',
      report({
        returned: `Content-Type: text/rfc822-headers\nContent-Transfer-Encoding: quoted-printable\n\nSubject: =C3=\n=BC \nX: ${'=\nab'.repeat(9000)}\n`,
      }),
    ],
    [
      'RFC 2045 §6.7: quoted-printable in one line',
      report({
        returned: `Content-Type: text/rfc822-headers\nContent-Transfer-Encoding: quoted-printable\n\n${'a'.repeat(20000)}`,
      }),
    ],
    [
      'RFC 2045 §6.7: quoted-printable in one line of blanks and escapes',
      report({
        returned: `Content-Type: text/rfc822-headers\nContent-Transfer-Encoding: quoted-printable\n\n${'a  b=41 =4x =C3=A9= '.repeat(2000)}`,
      }),
    ],
    [
      'RFC 2045 §6.8: base64 padded where it goes on',
      report({
        returned: `Content-Type: message/global\nContent-Transfer-Encoding: base64\n\n${btoa('Subject: x\n\n')}${'aGk=aG=kaA=='.repeat(2000)}`,
      }),
    ],
    [
      'RFC 6522 §1: inside another multipart',
      `Content-Type: multipart/mixed; boundary=o\n\n--o\n${report({ returned: `Content-Type: message/rfc822\n\nSubject: x\n\n${LONG}` })}--o\n\nmore\n--o--\n`,
    ],
    ['RFC 3464 §2: no report', `Subject: x\n\n${LONG}`],
    ['RFC 3464 §2: no report in a multipart', `Content-Type: multipart/mixed; boundary=b\n\n--b\n\n${LONG}--b--\n`],
    ['RFC 3464 §2: nothing', ''],
    [
      'RFC 6522 §3: parts in another order, and a long one more',
      report({ human: 'Content-Type: text/rfc822-headers\n\nSubject: x\n', returned: LONG }),
    ],
    [
      'RFC 6522 §3: parts in another order',
      report({ human: 'Content-Type: text/rfc822-headers\n\nSubject: x\n', returned: '' }),
    ],
  ])('%s', (_, message) => {
    for (const end of ['\n', '\r\n', '\r']) expectSame(utf8(message.replaceAll('\n', end)));
  });

  it('RFC 6522 §3: the report is there before the returned message has come', () => {
    const reader = new ReportReader();
    reader.receive(crlf(report({ returned: `Content-Type: message/rfc822\n\nSubject: x\n\n${LONG}` }).slice(0, 5000)));
    const event = reader.next();
    expect(event?.kind === 'report' && event.report.deliveryStatus?.recipients[0]?.status).toBe('5.1.1');
    expect(event?.kind === 'report' && event.report.issues).toEqual([]);
  });

  it('RFC 6533 §7: what comes before the returned message is bounded', () => {
    const human = `Content-Type: text/plain\n\n${LONG}`;
    for (const size of [100, 1_000_000]) {
      const events = readAll(cutEvery(crlf(report({ human })), size), { maxHeadOctets: 10_000 });
      expect(events.map(({ kind }) => kind)).toEqual(['report', 'end']);
      const [event] = events;
      expect(event?.kind === 'report' && event.report.issues.at(-1)).toMatchObject({ code: 'message-too-long' });
    }
    const late = `Content-Type: message/delivery-status\n\n${STATUS}`;
    const events = readAll(
      [crlf(report({ human: 'Content-Type: message/rfc822\n\nSubject: y\n', machine: LONG, returned: late }))],
      { maxHeadOctets: 500 },
    );
    expect(events.map(({ kind }) => kind)).toEqual(['report', 'content', 'end']);
    expect(readAll([crlf(`Content-Type: multipart/mixed; boundary=b\n\n${LONG}`)], { maxHeadOctets: 500 })[0]).toEqual({
      kind: 'not-a-report',
    });
  });

  it('RFC 6533 §7: wherever the head is cut, the returned message comes whole', () => {
    const message = crlf(report({ returned: 'Content-Type: message/rfc822\n\n@' }).replace('@\n', ''));
    for (const octets of [message, crlf(report())]) {
      const { returned, ranges } = parseReport(octets)!;
      for (let maxHeadOctets = ranges.returned!.bodyStart + 1; maxHeadOctets < octets.length; maxHeadOctets++) {
        expect(contentOf(readAll(cutEvery(octets, 1), { maxHeadOctets }))).toBe(text(returned!.octets));
      }
    }
  });

  // A slice of Node's Buffer is no copy, as that of other arrays is.
  it.each([
    ['a plain array', crlf(report())],
    ['a Buffer', Buffer.from(crlf(report()))],
  ])('RFC 6522 §3: the memory of the caller stays his: %s', (_, octets) => {
    const reader = new ReportReader();
    reader.receive(octets);
    octets.fill(0);
    reader.end();
    expect(reader.next()).toMatchObject({ kind: 'report', report: { kind: 'dsn' } });
  });

  it('RFC 6533 §7: a line end of CR CR LF at the edge of a piece', () => {
    expectSame(
      utf8(report({ returned: `Content-Type: message/rfc822\n\nSubject: x\n\n${LONG}` }).replaceAll('\n', '\r\r\n')),
    );
  });

  it('RFC 6533 §7: any octets in any pieces give what they give as a whole', () => {
    const pieces = [
      '--b\n',
      '\n--b--\n',
      '\n',
      '\r\n',
      '\r',
      '-',
      'Subject: x\n',
      '\n\n',
      'text',
      '\xFF',
      '--bb\n',
      ' ',
      '--b \t\n',
      '--b x\n',
    ];
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...pieces), { maxLength: 30 }),
        fc.integer({ min: 1, max: 50 }),
        (list, size) => {
          const filler = 'x'.repeat(5000);
          expectSame(
            latin(report({ returned: `Content-Type: message/rfc822\n\nSubject: ${filler}\n\n${list.join('')}` })),
            [size, 6000],
          );
          expectSame(latin(report({ returned: `Content-Type: text/rfc822-headers\n\n${list.join('')}${filler}` })), [
            size,
            6000,
          ]);
        },
      ),
    );
  });
});

const corpus = fileURLToPath(new URL('../../../../shared/corpus/', import.meta.url));
const here = existsSync(`${corpus}dev.txt`);
const files = here
  ? readFileSync(`${corpus}dev.txt`, 'utf8')
      .split('\n')
      .filter((file) => file !== '')
  : [];

describe.skipIf(!here)('bounce mail from the wild (skipped: there is no ../shared/corpus)', () => {
  it.each(files)('RFC 6522 §3: %s in pieces', (file) => {
    expectSame(new Uint8Array(readFileSync(corpus + file)), [97, 1000]);
  });
});
