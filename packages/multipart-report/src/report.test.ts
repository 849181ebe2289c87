import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crlf, latin, report, STATUS, text, utf8 } from '../test/helpers.ts';
import { splitHeader } from './header.ts';
import { parseReport, type ParsedReport } from './report.ts';

/** Recipients as one line each. */
function recipients(parsed: ParsedReport | undefined): string[] | undefined {
  return parsed?.deliveryStatus?.recipients.map((one) => `${one.finalRecipient?.value} ${one.action} ${one.status}`);
}

function codes(parsed: ParsedReport | undefined): string[] | undefined {
  return parsed?.issues.map(({ code }) => code);
}

const BOB = ['bob@example.com failed 5.1.1'];

describe('a report as it should be', () => {
  it('RFC 6522 §3 R6522-3-c R6522-3-d R6522-3-e R6522-3-i R6533-6.4-b: three parts in their order', () => {
    const parsed = parseReport(crlf(report()));
    expect(parsed?.kind).toBe('dsn');
    expect(parsed?.reportType).toBe('delivery-status');
    expect(parsed?.humanReadable).toEqual({ text: 'Your message could not be delivered.\n' });
    expect(recipients(parsed)).toEqual(BOB);
    expect(parsed?.machineReadable).toEqual({ mediaType: 'message/delivery-status', octets: crlf(STATUS) });
    expect(parsed?.headers.map(({ name }) => name)).toEqual(['From', 'To', 'MIME-Version', 'Content-Type']);
    expect(parsed?.issues).toEqual([]);
  });

  it('RFC 5322 §2.2: a byte order mark before the message or its delivery status costs no field', () => {
    const mark = '\u00EF\u00BB\u00BF';
    const whole = latin(`${mark}${text(crlf(report()))}`);
    const parsed = parseReport(whole);
    expect(parsed?.headers[0]?.name).toBe('From');
    expect([recipients(parsed), codes(parsed)]).toEqual([BOB, ['byte-order-mark']]);
    expect(splitHeader(whole).headers[0]?.name).toBe('From');
    const inside = parseReport(latin(text(crlf(report())).replace('Reporting-MTA', `${mark}Reporting-MTA`)));
    expect(inside?.deliveryStatus?.message.reportingMta?.value).toBe('mx.example.net');
    expect([recipients(inside), codes(inside)]).toEqual([BOB, ['byte-order-mark']]);
  });

  it('RFC 6522 §3 R6522-3-j R3464-2-e: two parts are enough', () => {
    const parsed = parseReport(crlf(report({ returned: '' })));
    expect(recipients(parsed)).toEqual(BOB);
    expect(parsed?.returned).toBeUndefined();
    expect(parsed?.issues).toEqual([]);
  });

  it('RFC 2046 §5.1.1 R2046-5.1.1-c: ranges and octets leave out the line end before a delimiter', () => {
    const message = crlf(report());
    const parsed = parseReport(message);
    const { human, machine, returned } = parsed!.ranges;
    const cut = (range = parsed!.ranges.report): string => text(message.subarray(range.bodyStart, range.end));
    expect(cut(human)).toBe('Your message could not be delivered.\r\n');
    expect(cut(machine)).toBe(STATUS.replaceAll('\n', '\r\n'));
    expect(cut(returned)).toBe('Message-ID: <m1@example.org>\r\nSubject: hello\r\n');
    expect(text(message.subarray(machine!.start, machine!.bodyStart))).toBe(
      'Content-Type: message/delivery-status\r\n\r\n',
    );
    expect(text(parsed!.returned!.octets)).toBe(cut(returned));
    expect(parsed!.returned!.octets.buffer).toBe(message.buffer);
  });

  it('RFC 2045 §4 R2045-4-a: MIME-Version may be missing', () => {
    expect(recipients(parseReport(crlf(report().replace('MIME-Version: 1.0\n', ''))))).toEqual(BOB);
  });
});

describe('where it may stand', () => {
  it('RFC 6522 §1 R6522-1-a: inside multipart/mixed, behind a preamble', () => {
    const inner = report().replace(/^From.*\nTo.*\nMIME.*\n/, '');
    const message = `From: a@example.org\nContent-Type: multipart/mixed; boundary=outer\n\nThis is MIME.\n\n--outer\n\nFYI\n--outer\n${inner}\n--outer--\nEpilogue\n`;
    const parsed = parseReport(crlf(message));
    expect(recipients(parsed)).toEqual(BOB);
    expect(parsed?.headers[0]?.value).toBe('a@example.org');
    expect(parsed?.issues).toEqual([]);
  });

  it('RFC 6522 §3: of a report within a report the outer one counts', () => {
    const inner = report()
      .replace('boundary="b"', 'boundary="c"')
      .replaceAll('--b', '--c')
      .replaceAll('bob@', 'inner@');
    const parsed = parseReport(crlf(report({ returned: `Content-Type: message/rfc822\n\n${inner}` })));
    expect(recipients(parsed)).toEqual(BOB);
    expect(parseReport(parsed!.returned!.octets)?.deliveryStatus?.recipients[0]?.finalRecipient?.value).toBe(
      'inner@example.com',
    );
  });

  it.each([
    ['RFC 3464 §2 R3464-2-a: text/plain', 'From: a@example.org\nContent-Type: text/plain\n\nmultipart/report\n'],
    [
      'RFC 3464 §2 R3464-2-a: message/delivery-status alone',
      `From: a@example.org\nContent-Type: message/delivery-status\n\n${STATUS}`,
    ],
    ['RFC 2045 §5.2: nothing at all', ''],
    ['RFC 2046 §5.1: other multiparts', 'Content-Type: multipart/mixed; boundary=b\n\n--b\n\ntext\n--b--\n'],
    [
      'RFC 2046 §5.2.4 R2046-5.2.4-a: an unknown message type',
      'Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/foo\n\nReporting-MTA: dns; x\n--b--\n',
    ],
    ['RFC 2046 §5.2.1: a report inside a message', `Content-Type: message/rfc822\n\n${report()}`],
  ])('%s is no report', (_, message) => {
    expect(parseReport(crlf(message))).toBeUndefined();
  });
});

describe('other kinds of report', () => {
  it('RFC 8098 §3 R6533-5-b: disposition notification, in its global form, too', () => {
    const fields =
      'Reporting-UA: joes-pc.cs.example.com; Foomail 97.1\nFinal-Recipient: rfc822;Joe@example.com\nOriginal-Message-ID: <1@example.com>\nDisposition: Manual-Action/MDN-sent-manually; displayed/error\n';
    for (const subtype of ['disposition-notification', 'global-disposition-notification']) {
      const type = `Content-Type: multipart/report; report-type=${subtype}; boundary=b`;
      const parsed = parseReport(crlf(report({ type, machine: `Content-Type: message/${subtype}\n\n${fields}` })));
      expect(parsed?.kind).toBe('mdn');
      expect(parsed?.deliveryStatus).toBeUndefined();
      expect(parsed?.mdn).toMatchObject({
        finalRecipient: 'rfc822;Joe@example.com',
        originalMessageId: '<1@example.com>',
        disposition: {
          actionMode: 'manual-action',
          sendingMode: 'mdn-sent-manually',
          type: 'displayed',
          modifiers: ['error'],
        },
      });
      expect(parsed?.issues).toEqual([]);
    }
  });

  it('RFC 5965 §3: feedback report', () => {
    const type = 'Content-Type: multipart/report; report-type=feedback-report; boundary=b';
    const fields =
      'Feedback-Type: Abuse\nUser-Agent: X/1\nVersion: 1\nSource-IP: 192.0.2.1\nIncidents: 7\nOriginal-Rcpt-To: <a@example.com>\nOriginal-Rcpt-To: <b@example.com>\n';
    const parsed = parseReport(crlf(report({ type, machine: `Content-Type: message/feedback-report\n\n${fields}` })));
    expect(parsed?.kind).toBe('feedback');
    expect(parsed?.feedback).toMatchObject({
      feedbackType: 'abuse',
      sourceIp: '192.0.2.1',
      incidents: 7,
      originalRcptTo: ['<a@example.com>', '<b@example.com>'],
    });
  });

  it('RFC 6522 §5 R6522-5-a: a report of another type keeps its second part as it is', () => {
    const type = 'Content-Type: multipart/report; report-type=tlsrpt; boundary=b';
    const parsed = parseReport(
      crlf(
        report({ type, machine: 'Content-Type: application/tlsrpt+gzip\nContent-Transfer-Encoding: base64\n\naGk=\n' }),
      ),
    );
    expect(parsed?.kind).toBe('other');
    expect(parsed?.machineReadable).toEqual({ mediaType: 'application/tlsrpt+gzip', octets: utf8('hi') });
    expect(parsed?.deliveryStatus).toBeUndefined();
  });
});

describe('what writers get wrong', () => {
  it.each<[string, string, string[]]>([
    [
      'RFC 6522 §3 R6522-3-a: report-type missing',
      report({ type: 'Content-Type: multipart/report; boundary=b' }),
      ['report-type-missing'],
    ],
    [
      'RFC 6522 §3 R6522-3-c: report-type of something else',
      report({ type: 'Content-Type: multipart/report; report-type=x; boundary=b' }),
      ['report-type-mismatch'],
    ],
    [
      'RFC 2045 §5.1 R6522-3-c: wrong case',
      report({
        type: 'CONTENT-TYPE: Multipart/REPORT; Report-Type=Delivery-Status; BOUNDARY=b',
        machine: `content-type: MESSAGE/Delivery-Status\n\n${STATUS}`,
      }),
      [],
    ],
    [
      'RFC 2231 §3 R2231-3-a: parameters in pieces',
      report({
        type: 'Content-Type: multipart/report; report-type*=us-ascii\'\'delivery%2Dstatus; boundary*0=""; boundary*1=b',
      }),
      [],
    ],
    [
      'RFC 6522 §3: a boundary parameter is missing',
      report({ type: 'Content-Type: multipart/report; report-type=delivery-status' }),
      ['boundary-guessed'],
    ],
    ['RFC 2046 §5.1.1 R2046-5.1.1-e: padding after delimiters', report().replaceAll('--b\n', '--b \t\n'), []],
    [
      'RFC 2046 §5.1.1 R2046-5.1.1-d: other text after a delimiter',
      report().replace('--b\n', '--b <- boundary\n'),
      ['delimiter-trailing-text'],
    ],
    [
      'RFC 3464 §2 R3464-E-c: blanks before a delimiter',
      report().replace('\n--b\nContent-Type: message/d', '\n --b\nContent-Type: message/d'),
      ['delimiter-indented'],
    ],
    ['RFC 2046 §5.1.1 R2046-5.1.1-f: no close delimiter', report().replace('--b--\n', ''), ['boundary-unclosed']],
    [
      'RFC 3461 §10.9 R3461-10.9-a: no blank line after the header of a part',
      report({ human: 'Content-Type: text/plain\nYour message\n' }),
      ['part-blank-line-missing'],
    ],
    [
      'RFC 3461 §10.9 R3461-10.9-a: no header and no blank line',
      report({ human: 'Your message, originally\n' }),
      ['part-blank-line-missing'],
    ],
    [
      'RFC 2046 §5.1: a blank line before the header of a part',
      report({ machine: `\nContent-Type: message/delivery-status\n\n${STATUS}` }),
      ['part-blank-line-stray'],
    ],
    [
      'RFC 2046 §5.1.1: no blank line before the fields',
      report({ machine: `Content-Type: message/delivery-status\n${STATUS}` }),
      ['part-blank-line-missing'],
    ],
    [
      'RFC 5322 §2.2.3: a continued parameter without its blank',
      report({ type: 'Content-Type: multipart/report;\nreport-type=delivery-status;\nboundary="b"' }),
      ['unindented-continuation'],
    ],
    ['RFC 6522 §3: the first part is missing', report({ human: '' }), ['human-part-missing']],
    [
      'RFC 6522 §3 R6522-3-d: parts in another order',
      report({ human: 'Content-Type: text/rfc822-headers\n\nSubject: x\n', returned: '' }),
      ['human-part-missing', 'machine-part-misplaced'],
    ],
    [
      'RFC 6522 §3 R6522-3-d: a fourth part',
      report({ returned: 'Content-Type: text/rfc822-headers\n\nSubject: x\n\n--b\nContent-Type: image/png\n\n\n' }),
      ['extra-part'],
    ],
    [
      'RFC 3464 §2: multipart/mixed',
      report({ type: 'Content-Type: multipart/mixed; boundary=b' }),
      ['not-multipart-report'],
    ],
    [
      'RFC 3464 §2 R3464-2-c: the second part is text/plain',
      report({ machine: `Content-Type: text/plain\n\n${STATUS}` }),
      ['machine-part-mislabelled'],
    ],
    [
      'RFC 3464 §2.1 R3464-2.1-a: a charset parameter',
      report({ machine: `Content-Type: message/delivery-status; charset=utf-8\n\n${STATUS}` }),
      [],
    ],
    [
      'RFC 3464 §2.1 R3464-2.1-b: base64',
      report({
        machine: `Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n${btoa(STATUS)}\n`,
      }),
      ['encoded-machine-part'],
    ],
    [
      'RFC 3464 §2.1 R3464-2.1-b: quoted-printable',
      report({
        machine: `Content-Type: message/delivery-status\nContent-Transfer-Encoding: Quoted-Printable;\n\n${STATUS.replace('failed', 'fai=\nled')}\n`,
      }),
      ['encoded-machine-part'],
    ],
    [
      'RFC 3464 §2.1 R3464-2.1-b: base64 that is none',
      report({ machine: `Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n${STATUS}` }),
      ['encoded-machine-part'],
    ],
    [
      'RFC 3464 §2.1 R3464-2.1-b: base64 that nobody declares',
      report({ machine: `Content-Type: message/delivery-status\n\n${btoa(STATUS)}\n` }),
      ['encoded-body'],
    ],
    [
      'RFC 2045 §6.1: an empty Content-Transfer-Encoding',
      report({ machine: `Content-Type: message/delivery-status\nContent-Transfer-Encoding:\n\n${STATUS}` }),
      [],
    ],
    [
      'RFC 6533 §4.4 R6533-4.4-d: base64 in the global form',
      report({
        machine: `Content-Type: message/global-delivery-status\nContent-Transfer-Encoding: base64\n\n${btoa(STATUS)}\n`,
      }),
      [],
    ],
    [
      'RFC 2045 §6: an encoding of another name',
      report({ machine: `Content-Type: message/delivery-status\nContent-Transfer-Encoding: x-7bit\n\n${STATUS}\n` }),
      ['bad-transfer-encoding', 'encoded-machine-part'],
    ],
  ])('%s', (_, message, expected) => {
    for (const octets of [crlf(message), utf8(message), utf8(message.replaceAll('\n', '\r'))]) {
      const parsed = parseReport(octets);
      expect(parsed?.kind).toBe('dsn');
      expect(recipients(parsed)).toEqual(BOB);
      const found = codes(parsed)?.filter((code) => code !== 'bare-cr' && code !== 'extra-blank-line');
      expect(found?.toSorted()).toEqual(expected.toSorted());
      for (const issue of parsed!.issues) expect(issue.clause).toMatch(/^RFC \d{4} §[\d.]+(?:\([a-z]\))?$/);
    }
  });

  it('RFC 3464 §2 R3464-2-c: a promised part that is not there', () => {
    const machine = 'Content-Type: multipart/mixed; boundary=c\n\n--c\n\nx\n--c--\n';
    for (const message of [report({ machine: '' }), report({ machine, returned: '' })]) {
      const parsed = parseReport(crlf(message));
      expect(parsed?.kind).toBe('dsn');
      expect(parsed?.deliveryStatus).toBeUndefined();
      expect(codes(parsed)).toContain('machine-part-missing');
    }
    expect(
      parseReport(crlf(report({ type: 'Content-Type: multipart/report; boundary=b', human: '', machine: '' })))?.kind,
    ).toBe('other');
  });

  it('RFC 2046 §5.1.1: blanks before a delimiter are not believed where they lose the report', () => {
    const inner = report({ machine: '' });
    const message = `Content-Type: multipart/mixed; boundary=o\n\n--o\n\n --o--\n--o\n${inner}\n--o--\n`;
    expect(codes(parseReport(crlf(message)))).toEqual(['machine-part-missing']);
  });

  it('RFC 2046 §5.1.1: a multipart without a delimiter in it', () => {
    const parsed = parseReport(
      crlf('Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\nAll in one.\n'),
    );
    expect(codes(parsed)).toEqual(['human-part-missing', 'machine-part-missing', 'parts-missing']);
    expect(
      parseReport(crlf('Content-Type: multipart/report; report-type=delivery-status\n\n-- \nNo delimiter.\n'))
        ?.issues[0]?.code,
    ).toBe('boundary-missing');
  });

  it('RFC 5322 §2.3: CR alone, LF alone and mixed line ends give the same answer', () => {
    const message = report();
    const plain = parseReport(crlf(message));
    const strip = (parsed: ParsedReport | undefined): unknown => ({
      human: parsed?.humanReadable,
      recipients: recipients(parsed),
      id: parsed?.returned?.messageId,
    });
    for (const end of ['\n', '\r', '\r\r\n'])
      expect(strip(parseReport(utf8(message.replaceAll('\n', end))))).toEqual(strip(plain));
    fc.assert(
      fc.property(fc.infiniteStream(fc.constantFrom('\n', '\r\n', '\r')), (ends) => {
        let before = '';
        const mixed = message.replaceAll('\n', (_, offset: number) => {
          const end: string = ends.next().value ?? '\n';
          // CR before LF, or before CR LF, is part of one line end where two are meant.
          const blank = message.charAt(offset - 1) === '\n';
          before = blank && before === '\r' ? '\r' : end;
          return before;
        });
        expect(strip(parseReport(utf8(mixed)))).toEqual(strip(plain));
      }),
    );
    const two = report({
      machine: `Content-Type: message/delivery-status\n\n${STATUS}\nOriginal-Recipient: rfc822; c@x\n${STATUS.slice(STATUS.indexOf('Final'))}`,
    });
    const twice = parseReport(utf8(two.replaceAll('\n', '\r\r\n')));
    expect(recipients(twice)).toEqual(recipients(parseReport(utf8(two))));
    expect(twice?.deliveryStatus?.recipients.map(({ originalRecipient }) => originalRecipient?.value)).toEqual([
      undefined,
      'c@x',
    ]);
    expect(codes(twice)).toEqual(['bare-cr']);
    for (const end of ['\r', '\r\r\n'])
      expect(codes(parseReport(utf8(message.replaceAll('\n', end))))).toContain('bare-cr');
  });

  it.each([
    ['ASCII', 'Ann'],
    ['UTF-8', 'Änn'],
  ])('RFC 6522 §3: headers that are asked for later do not need the memory of the caller: %s', (_, name) => {
    const message = utf8(`X-Name:  ${name}  \n${report()}`);
    const expected = parseReport(utf8(`X-Name:  ${name}  \n${report()}`));
    const parsed = parseReport(message);
    message.fill(65);
    expect(parsed?.headers[0]).toEqual({ name: 'X-Name', value: name });
    expect(parsed?.headers).toEqual(expected?.headers);
    expect(parsed?.returned?.headers).toEqual(expected?.returned?.headers);
  });

  it('RFC 5322 §2.3: line ends are repaired in memory of our own, whatever kind of array a message is', () => {
    const message = utf8(report().replaceAll('\n', '\r'));
    const buffer = Buffer.from(message);
    expect(codes(parseReport(buffer))).toContain('bare-cr');
    expect(buffer.equals(message)).toBe(true);
  });

  it('RFC 2046 §5.1 R2046-5.1-a: a returned message with delimiters that only begin like ours is not cut', () => {
    const inner = 'Content-Type: multipart/mixed; boundary=b2\n\n--b2\n\none\n--b2--\n';
    const parsed = parseReport(crlf(report({ returned: `Content-Type: message/rfc822\n\nSubject: x\n${inner}` })));
    expect(text(parsed!.returned!.octets)).toBe(`Subject: x\n${inner}`.replaceAll('\n', '\r\n'));
    expect(parsed?.issues).toEqual([]);
  });

  it('RFC 2046 §5.1.1: inner multiparts end where the outer one goes on', () => {
    const human =
      'Content-Type: multipart/alternative; boundary=in\n\n--in\n\nplain\n--in\nContent-Type: text/html\n\n<p>html</p>\n';
    const parsed = parseReport(crlf(report({ human })));
    expect(parsed?.humanReadable).toEqual({ text: 'plain', html: '<p>html</p>\n' });
    expect(codes(parsed)).toEqual(['boundary-unclosed']);
    expect(recipients(parsed)).toEqual(BOB);
  });

  it('RFC 2046 §5.1.1: of two open multiparts the longer boundary is meant', () => {
    const human =
      'Content-Type: multipart/alternative; boundary="b;in"\n\n--b;in\n\nplain\n--b;in x\nContent-Type: text/html\n\n<p>html</p>\n--b;in--\n';
    const parsed = parseReport(crlf(report({ human })));
    expect(parsed?.humanReadable).toEqual({ text: 'plain', html: '<p>html</p>' });
    expect(codes(parsed)).toEqual(['delimiter-trailing-text']);
  });

  it('RFC 2046 §5.1.5: a part of a digest is a message', () => {
    const message = report({ human: 'Content-Type: multipart/digest; boundary=d\n\n--d\n\nSubject: one\n--d--\n' });
    expect(parseReport(crlf(message))?.humanReadable).toEqual({});
  });

  it('RFC 2046 §5.1.1: a boundary beyond ASCII', () => {
    const message = report({
      type: 'Content-Type: multipart/report; report-type=delivery-status; boundary="é"',
    }).replaceAll('--b', '--é');
    expect(recipients(parseReport(crlf(message)))).toEqual(BOB);
  });

  it('RFC 2046 §4.1.2: lines of issues count in the whole message', () => {
    const message = crlf(report().replace('Action: failed', 'Action: nothing'));
    const [issue] = parseReport(message)!.issues;
    expect(issue?.code).toBe('unknown-action');
    expect(text(message).split('\r\n')[issue!.line - 1]).toBe('Action: nothing');
    const encoded = crlf(
      report({
        machine: `Content-Type: message/global-delivery-status\nContent-Transfer-Encoding: base64\n\n${btoa(STATUS.replace('failed', 'x'))}\n`,
      }),
    );
    const inside = parseReport(encoded)!.issues[0]!;
    expect(text(encoded).split('\r\n')[inside.line - 2]).toBe('');
  });

  it('RFC 6533 §4.1: a status in UTF-8, in the global form; a status in windows-1252', () => {
    const global = report({
      machine: `Content-Type: message/global-delivery-status\n\n${STATUS.replace('rfc822; bob@', 'utf-8; bøb@')}`,
    });
    expect(parseReport(crlf(global))?.deliveryStatus?.recipients[0]?.finalRecipient).toEqual({
      type: 'utf-8',
      value: 'bøb@example.com',
    });
    const western = latin(
      report({
        machine: `Content-Type: message/delivery-status\n\n${STATUS}Diagnostic-Code: smtp; 550 Bo\xEEte inconnue\n`,
      }),
    );
    const parsed = parseReport(western);
    expect(parsed?.deliveryStatus?.recipients[0]?.diagnosticCode?.value).toBe('550 Boîte inconnue');
    expect(codes(parsed)).toEqual(['non-ascii']);
    const cr = latin(
      report({
        machine: `Content-Type: message/delivery-status\n\n${STATUS}Diagnostic-Code: smtp; 550 Bo\xEEte inconnue\n`,
      }).replaceAll('\n', '\r'),
    );
    expect(parseReport(cr)?.deliveryStatus?.recipients[0]?.diagnosticCode?.value).toBe('550 Boîte inconnue');
  });
});

it('RFC 6533 §7: any octets are read without a throw, also those that begin as a report does', () => {
  const pieces = [
    '--b\n',
    '--b--\n',
    '\n',
    '\r',
    ' --b\n',
    'Content-Type: ',
    'multipart/report; boundary=b',
    'message/delivery-status',
    'message/rfc822',
    'Content-Transfer-Encoding: base64\n',
    'Final-Recipient: rfc822; a@b\n',
    '\xFF',
    '(',
    '"',
    ';',
    'x: y\n',
  ];
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 5 })), { maxLength: 40 }),
      (list) => {
        parseReport(latin(list.join('')));
        parseReport(latin(`Content-Type: multipart/report; boundary=b\n\n--b\n\nx\n--b\n${list.join('')}`));
      },
    ),
    { numRuns: 500 },
  );
});
