import { describe, expect, it } from 'vitest';
import { mailboxValue, mtaName, parseDeliveryStatus, parseGlobalDeliveryStatus } from '../index.ts';
import { lintDeliveryStatus, lintGlobalDeliveryStatus } from './index.ts';

const text = (recipient = '', message = ''): string =>
  `Reporting-MTA: dns; mx.example.net\r\n${message}\r\nFinal-Recipient: rfc822; a@b.example\r\nAction: failed\r\nStatus: 5.1.1\r\n${recipient}`;
const lint = (body: string): unknown =>
  lintDeliveryStatus(parseDeliveryStatus(body)).map(({ code, line, field }) => [code, line, field]);

describe('hints', () => {
  it('RFC 3464 §3: a careful report has none', () => {
    expect(
      lint(
        text(
          'Remote-MTA: dns; [192.0.2.1]\r\nDiagnostic-Code: smtp; 550 x\r\nX-A: b\r\n',
          'X400-B: c\r\nSMTP-C: d\r\n',
        ),
      ),
    ).toEqual([]);
    expect(lint(text('Diagnostic-Code: x-local; no such user\r\n'))).toEqual([]);
  });

  it.each([
    ['4.4.7', 'failed', []],
    ['5.7.26', 'failed', []],
    ['5.7.606', 'failed', ['unregistered-status']],
    ['5.9.9', 'failed', ['unregistered-status']],
    ['5.0.1', 'failed', ['unregistered-status']],
    ['5.6.10', 'failed', ['deprecated-status']],
    ['4.1.1', 'failed', ['unusual-class']],
    ['5.2.2', 'failed', ['unusual-class']],
    ['2.0.0', 'failed', ['status-contradicts-action']],
    ['4.4.1', 'delayed', []],
    ['5.0.0', 'delayed', ['status-contradicts-action']],
    ['2.6.4', 'relayed', []],
    ['2.1.5', 'delivered', []],
    ['5.0.0', 'delivered', ['status-contradicts-action']],
    ['2.0.0', 'expanded', []],
    ['2.1.9', 'relayed', []],
    ['2.1.9', 'delivered', ['status-contradicts-action']],
    ['5.0.0', 'lost', []],
    ['x', 'failed', []],
  ])(
    'RFC 3464 §2.3.3 R3464-2.3.3-i R3461-6.3-g1 R3463-3.1-a R3463-3.2-a R3886-3.3.4-a: %s and %s',
    (status, action, codes) => {
      expect(lint(text().replace('5.1.1', status).replace('failed', action))).toEqual(
        codes.map((code) => [code, 5, 'Status']),
      );
    },
  );

  it.each([
    ['dsn; mx.example.net', [['unregistered-type', 1, 'Reporting-MTA']]],
    ['X-Local; host7', []],
    ['smtp; gw', []],
    ['dns; localhost', [['unqualified-name', 1, 'Reporting-MTA']]],
    ['dns; mx.example.net (me)', []],
    ['mx.example.net', []],
  ])('RFC 3461 §9.3 R3461-6.3-b2 R3464-2.1.2-d R3461-9.3-a: Reporting-MTA: %s', (name, hints) => {
    expect(lint(text().replace('dns; mx.example.net', name))).toEqual(hints);
  });

  it('RFC 3464 §D R3464-D-b R3464-2.3.1-b: the types that we write are registered, or nobody needs to register them', () => {
    for (const value of [
      mailboxValue('a@b.example'),
      mailboxValue('\u00e9@b.example'),
      { type: 'unknown', value: 'nair_s' },
    ]) {
      expect(lint(text().replace('rfc822; a@b.example', `${value.type}; x`))).toEqual([]);
    }
    for (const { type, value } of [mtaName('mx.example.net'), mtaName('host7')]) {
      expect(lint(text().replace('dns; mx.example.net', `${type}; ${value}`))).toEqual([]);
    }
  });

  it('RFC 3464 §2.1.2 R3461-9.1-a R3461-9.2-a: types nobody registered', () => {
    expect(lint(text('Diagnostic-Code: SMTP-reply; 550 x\r\n').replace('rfc822', 'email'))).toEqual([
      ['unregistered-type', 3, 'Final-Recipient'],
      ['unregistered-type', 6, 'Diagnostic-Code'],
    ]);
  });

  it('RFC 3464 §2.3.6 R3464-2.3.6-b R3461-9.2-b: a diagnostic without its origin, or without a code', () => {
    expect(lint(text('Diagnostic-Code: smtp; 550 x\r\n'))).toEqual([
      ['diagnostic-without-remote-mta', 6, 'Diagnostic-Code'],
    ]);
    expect(lint(text('Diagnostic-Code: smtp; user unknown\r\n'))).toEqual([
      ['diagnostic-without-code', 6, 'Diagnostic-Code'],
    ]);
  });

  it('RFC 3464 §2.4 R3464-2.4-a R3464-2.4-c R3464-2.4-d R3464-2.4-e R3464-B-a: names of extensions', () => {
    expect(lint(text('Log-Id: 7\r\n', 'X-Dsnkit-Queue: 8\r\nQueue: 9\r\n'))).toEqual([
      ['unregistered-extension', 3, 'Queue'],
      ['unregistered-extension', 8, 'Log-Id'],
    ]);
  });

  it('RFC 3464 §2.3 R3464-2.3-b R6533-4.1-h: fields out of order, once for each group', () => {
    expect(
      lint(text('Original-Recipient: rfc822; c@d.example\r\nX-A: b\r\nRemote-MTA: dns; a.b\r\nFinal-Recipient: x\r\n')),
    ).toEqual([['field-order', 6, 'Original-Recipient']]);
  });

  it('RFC 6533 §4.1 R6533-4.1-d: escapes where UTF-8 may stand', () => {
    const parsed = parseGlobalDeliveryStatus(
      text('Original-Recipient: utf-8; b\u00e9@c.example\r\n').replace('rfc822; a', 'utf-8; \\x{E9}'),
    );
    expect(lintGlobalDeliveryStatus(parsed).map(({ code, line }) => [code, line])).toEqual([
      ['field-order', 6],
      ['escaped-address', 3],
    ]);
    expect(lintDeliveryStatus(parsed).map(({ code }) => code)).toEqual(['field-order']);
  });

  it('RFC 3464 §3: a status that a program made has no lines', () => {
    const status = {
      message: { reportingMta: { type: 'dns', value: 'host7' } },
      recipients: [{ finalRecipient: { type: 'rfc822', value: 'a@b' }, action: 'failed', status: '5.1.1' }],
    } as const;
    expect(lintDeliveryStatus({ ...status, recipients: [status.recipients[0]] })).toMatchObject([
      { code: 'unqualified-name', line: 1 },
    ]);
  });
});
