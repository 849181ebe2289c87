import { describe, expect, it } from 'vitest';
import { readBounce, readForwarded, type Bounce, type ForwardedMessage } from '@dsnkit/bounce';

const BOUNCE = [
  'This is the mail system at host mx.example.com.',
  '',
  "I'm sorry to have to inform you that your message could not",
  "be delivered to one or more recipients. It's attached below.",
  '',
  '<bob@example.net>: host mx.example.net[192.0.2.1] said: 550 5.1.1',
  '    <bob@example.net>: Recipient address rejected: User unknown (in reply to',
  '    RCPT TO command)',
];
const HEADER = [
  'From: Mail Delivery System <MAILER-DAEMON@mx.example.com>',
  'Subject: Undelivered Mail Returned to Sender',
  'Date: Mon, 23 Nov 2026 10:00:00 +0000',
  'To: ann@example.org',
];

const marked = (lines: readonly string[]): readonly string[] => lines.map((line) => `> ${line}`.trimEnd());

function letter(lines: readonly string[], ...fields: readonly string[]): Uint8Array {
  const header = ['From: Ann <ann@example.org>', 'To: help@example.com', 'Subject: Fwd: what is this?', ...fields];
  return new TextEncoder().encode([...header, '', 'Hello,', 'can you help?', '', ...lines, ''].join('\r\n'));
}

type Told = Bounce & Pick<ForwardedMessage, 'line' | 'quoted'>;

function bouncesIn(octets: Uint8Array): readonly Told[] {
  return readForwarded(octets, ({ octets: inner, line, quoted }) => {
    const bounce = readBounce(inner);
    return bounce.kind === 'other' ? undefined : { ...bounce, line, quoted };
  });
}

const gist = ({ recipients, quoted }: Told): unknown => [
  quoted,
  ...recipients.map(({ address, status, reason, reply }) => [address, status, reason, reply?.lines.join(' ')]),
];

const WORDS = '<bob@example.net>: Recipient address rejected: User unknown (in reply to RCPT TO command)';
const FOUND = [[true, ['bob@example.net', '5.1.1', 'user-unknown', WORDS]]];

describe('a bounce that people quote', () => {
  it.each<[string, readonly string[]]>([
    ['below a header', ['---------- Forwarded message ---------', ...HEADER, '', ...BOUNCE]],
    ['below a header in bold', [...HEADER.map((line) => line.replace(/^(\w+:)/, '*$1*')), '', ...BOUNCE]],
    [
      'below a header in German',
      [
        '________________________________',
        'Von: Mail Delivery System <MAILER-DAEMON@mx.example.com>',
        'Gesendet: Montag, 23. November 2026 10:00',
        'An: ann@example.org',
        'Betreff: Undelivered Mail Returned to Sender',
        '',
        ...BOUNCE,
      ],
    ],
    [
      'below a header in Japanese',
      [
        '差出人： Mail Delivery System <MAILER-DAEMON@mx.example.com>',
        '件名： Undelivered Mail Returned to Sender',
        '',
        ...BOUNCE,
      ],
    ],
    [
      'below a header of which a value takes two lines',
      [HEADER[0] ?? '', 'Subject: Undelivered Mail', 'Returned to Sender', '', ...BOUNCE],
    ],
    ['below a header with empty lines between', [...HEADER.flatMap((line) => [line, '']), ...BOUNCE]],
    [
      'with marks, below a header that has them',
      ['Begin forwarded message:', '', ...marked([...HEADER, '', ...BOUNCE])],
    ],
    ['with marks, below a header that has none', [...HEADER, '', ...marked(BOUNCE)]],
    ['with marks, below who wrote', ['On Mon, MAILER-DAEMON@mx.example.com wrote:', '', ...marked(BOUNCE)]],
    ['below who wrote', ['On Mon, Mail Delivery System <post@mx.example.com> wrote:', '', ...BOUNCE]],
    ['with marks alone', marked(BOUNCE)],
    ['with marks, whose empty lines have lost theirs', marked(BOUNCE).map((line) => (line === '>' ? '' : line))],
    ['with bars', BOUNCE.map((line) => `| ${line}`)],
    ['with marks, after another quotation', [...marked(['How are you?']), 'Fine, but:', ...marked(BOUNCE)]],
    ['and that was quoted before', ['On Mon, kim@example.org wrote:', ...marked([...HEADER, '', ...marked(BOUNCE)])]],
  ])('is read %s', (_, lines) => {
    const octets = letter(lines);
    expect(readBounce(octets).kind).toBe('other');
    expect(bouncesIn(octets).map(gist)).toEqual(FOUND);
  });

  it('is read from HTML, and from an encoded text', () => {
    const html = ['<p>What is this?</p><div>', ...HEADER.map((line) => `${line.replace('<', '&lt;')}<br>`), '</div>'];
    const said = ['<pre>', ...BOUNCE.map((line) => line.replaceAll('<', '&lt;')), '</pre>'];
    expect(bouncesIn(letter([...html, ...said], 'Content-Type: text/html')).map(gist)).toEqual(FOUND);
    const coded = btoa([...HEADER, '', ...BOUNCE].join('\r\n')).replace(/.{76}/g, '$&\r\n');
    const header = 'From: ann@example.org\r\nSubject: Re: mail\r\nContent-Transfer-Encoding: base64\r\n\r\n';
    expect(bouncesIn(new TextEncoder().encode(header + coded)).map(gist)).toEqual(FOUND);
  });

  it('RFC 3463 §2: has the words of the server as they are, whatever letters', () => {
    const said = ['<bob@example.net>: host mx.example.net[192.0.2.1] said: 550 5.1.1 Empfänger unbekannt'];
    const octets = letter([...HEADER, '', ...BOUNCE.slice(0, 5), ...said], 'Content-Type: text/plain; charset=utf-8');
    expect(bouncesIn(octets)[0]?.recipients[0]?.reply?.lines).toEqual(['Empfänger unbekannt']);
  });

  it('tells the line in which it begins', () => {
    const octets = letter([...HEADER, '', ...BOUNCE]);
    const lines = new TextDecoder().decode(octets).split('\r\n');
    expect(bouncesIn(octets).map(({ line }) => line)).toEqual([lines.indexOf(HEADER[0] ?? '') + 1]);
    const twice = letter(['On Mon, kim@example.org wrote:', ...marked([...HEADER, '', ...BOUNCE])]);
    const outer = new TextDecoder().decode(twice).split('\r\n');
    expect(bouncesIn(twice).map(({ line }) => line)).toEqual([outer.indexOf(`> ${HEADER[0]}`) + 1]);
  });

  it('is not looked for where one is attached, which is as it was', () => {
    const report = [
      'From: MAILER-DAEMON@mx.example.com',
      'Subject: Undelivered Mail Returned to Sender',
      '',
      ...BOUNCE,
    ];
    const parts = ['--ask', '', ...marked(BOUNCE), '--ask', 'Content-Type: message/rfc822', '', ...report, '--ask--'];
    expect(bouncesIn(letter(parts, 'Content-Type: multipart/mixed; boundary=ask')).map(({ quoted }) => quoted)).toEqual(
      [false],
    );
  });

  it('is found at most three deep', () => {
    const within = (depth: number): readonly string[] =>
      depth === 0
        ? [...HEADER, '', ...BOUNCE]
        : ['From: kim@example.org', 'Subject: Re: mail', '', ...within(depth - 1)];
    expect(bouncesIn(letter(within(2))).map(gist)).toEqual(FOUND);
    expect(bouncesIn(letter(within(3)))).toEqual([]);
  });
});

describe('a bounce that people paste', () => {
  it.each<[string, (line: string) => string]>([
    ['as it is', (line) => line],
    ['with marks', (line) => `> ${line}`.trimEnd()],
    ['moved in', (line) => (line === '' ? '' : `    ${line}`)],
    ['moved in by tabs', (line) => `\t${line}`],
  ])('is read %s, and its lines are told', (_, shown) => {
    const lines = BOUNCE.map(shown);
    const bounce = readBounce(new TextEncoder().encode(lines.join('\n')));
    expect(bounce.recipients.map(({ address, reply }) => [address, reply?.lines.join(' ')])).toEqual([
      ['bob@example.net', WORDS],
    ]);
    const at = bounce.recipients[0]?.evidence.find(({ of }) => of === 'address');
    expect(at?.line).toBe(6);
    expect(lines.join('\n').slice(at?.offset).replace('<', '')).toMatch(/^bob@example\.net/);
  });
});

it.each<[string, readonly string[]]>([
  [
    'quotes one',
    ['On Mon, kim@example.org wrote:', ...marked(['Shall we have lunch?', 'The mail server is slow today.'])],
  ],
  ['forwards one', ['From: Kim <kim@example.org>', 'Subject: Lunch', '', 'Shall we have lunch?']],
  ['speaks of fields', ['From: where you are', 'To: where you want to be', 'the way is long.']],
  ['has no words', []],
])('a letter that %s has no bounce in it', (_, lines) => {
  expect(bouncesIn(letter(lines))).toEqual([]);
});

it('takes text without any line break, and marks alone', () => {
  for (const text of ['> '.repeat(40_000), ':'.repeat(80_000), '>\r\n'.repeat(30_000), 'From:\r\n'.repeat(10_000)])
    expect(bouncesIn(letter([text]))).toEqual([]);
});
