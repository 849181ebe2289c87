import { spawnSync } from 'node:child_process';
import { parseParameters, readRcptParameters } from '@dsnkit/esmtp-parameters';
import { parseReport } from '@dsnkit/multipart-report';
import { describe, expect, it } from 'vitest';
import { composeBundle } from './bundle.ts';
import { composeReport, type ComposedReport } from './compose.ts';
import { makeLanguages } from './language.ts';

const style = { languages: makeLanguages(), html: true };
const atMs = Date.UTC(2026, 10, 18, 11, 6, 40);

function report(n: number, mailParameters = '', language = 'en'): ComposedReport {
  const address = mailParameters.includes('SMTPUTF8') ? `zoë${n}@example.com` : `bob${n}@example.com`;
  const rcpt = readRcptParameters(parseParameters(''), undefined, { smtputf8: true });
  return composeReport({
    message: {
      ...{ id: `Q${n}`, reversePath: 'alice@example.org', mailParameters },
      ...{ arrivedAtMs: atMs, origin: 'smtp', sizeOctets: 100 },
    },
    entries: [{ recipient: { address, rcpt }, action: 'failed', outcome: { kind: 'failed', status: '5.1.1' } }],
    returned: 'headers',
    original: new TextEncoder().encode(`Subject: --=_Ba_0. --=_Bb_0.\r\nContent-Language: ${language}\r\n\r\n`),
    ...{ hostname: 'mx.example.org', nowMs: atMs, reportId: `R${n}`, style },
  })!;
}

function bundle(first: ComposedReport, ...others: ComposedReport[]): Uint8Array {
  const reports = [first, ...others] as const;
  return composeBundle({ reports, texts: first.texts, hostname: 'mx.example.org', id: 'B', nowMs: atMs });
}

const script = `
import sys, json, email, email.policy
m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
text, digest = m.iter_parts()
inner = [p.get_payload(0) for p in digest.iter_parts()]
print(json.dumps({'subject': str(m['Subject']), 'auto': m['Auto-Submitted'], 'text': text.get_content().replace('\\r\\n', '\\n'), 'types': [m.get_content_type(), digest.get_content_type()],
  'inner': [i.get_content_type() for i in inner], 'ids': [str(i['Message-ID']) for i in inner],
  'recipients': [list(i.iter_parts())[1].get_payload()[1]['Final-Recipient'] for i in inner],
  'defects': [str(d) for p in m.walk() for d in p.defects]}))`;
const python = spawnSync('python3', ['-c', '0']).status === 0;

describe('composeBundle', () => {
  it.skipIf(!python).each([
    ['en', '2 delivery reports'],
    ['ja', '配送結果のお知らせ2件'],
  ])('RFC 2046 §5.1.5 R3464-2-j: whole reports behind a text in %s, as Python reads it', (language, subject) => {
    const content = bundle(report(1, '', language), report(2, '', language));
    const run = spawnSync('python3', ['-c', script], { input: content, encoding: 'utf8' });
    expect(run.stderr).toBe('');
    const seen = JSON.parse(run.stdout) as { readonly text: string };
    expect(seen).toMatchObject({
      subject,
      auto: 'auto-replied',
      types: ['multipart/mixed', 'multipart/digest'],
      inner: ['multipart/report', 'multipart/report'],
      ids: ['<R1@mx.example.org>', '<R2@mx.example.org>'],
      recipients: ['rfc822; bob1@example.com', 'rfc822; bob2@example.com'],
      defects: [],
    });
    expect(seen.text).toContain('bob1@example.com\n');
    expect(seen.text).toContain('bob2@example.com\n');
  });

  it.each([
    ['Acme, Inc.', '"Acme, Inc."'],
    ['Söhne, Inc.', '=?utf-8?B?U8O2aG5lLCBJbmMu?='],
  ])('RFC 5322 §3.2.3: a sender of the name %s is one mailbox', (sender, name) => {
    const first = report(1);
    const text = new TextDecoder().decode(bundle({ ...first, texts: { ...first.texts, sender } }, report(2)));
    expect(text.slice(0, text.indexOf('\r\n'))).toBe(`From: ${name} <MAILER-DAEMON@mx.example.org>`);
  });

  it('RFC 2045 §2.7 R2045-2.7-a: is 7-bit in lines of at most 998 octets', () => {
    const content = bundle(report(1, '', 'ar'), report(2, '', 'ru'));
    expect(content.every((octet) => octet < 128)).toBe(true);
    for (const line of new TextDecoder().decode(content).split('\r\n')) expect(line.length).toBeLessThanOrEqual(998);
  });

  it('RFC 6532 §3.7: reports with UTF-8 in their header are of type message/global', () => {
    const text = new TextDecoder().decode(bundle(report(1, 'SMTPUTF8'), report(2, 'SMTPUTF8')));
    expect(text.match(/^Content-Type: message\/global\r\nContent-Transfer-Encoding: 8bit\r\n/gm)).toHaveLength(2);
    expect(text).toContain('Content-Type: multipart/digest; boundary="=_Bb_1."\r\nContent-Transfer-Encoding: 8bit\r\n');
  });

  it('names a hundred, and holds all', () => {
    const reports = Array.from({ length: 150 }, (_, n) => report(n));
    const text = new TextDecoder().decode(bundle(reports[0]!, ...reports.slice(1)));
    expect(text.match(/^ {2}Not delivered: bob\d+@example\.com\r$/gm)).toHaveLength(100);
    expect(text.match(/^Final-Recipient: /gm)).toHaveLength(150);
    for (const { content } of reports) expect(parseReport(content)?.issues).toEqual([]);
  });
});
