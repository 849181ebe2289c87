import { describe, expect, it } from 'vitest';
import { fault } from '../test/fault.ts';
import { formatSmtpDiagnostic, parseDiagnostic, parseSmtpReply, statusForReply, type SmtpStage } from './index.ts';

describe('reading replies', () => {
  it.each([
    ['550 5.1.1 <u>: no such user', 550, '5.1.1', ['<u>: no such user']],
    ['550-a\r\n 550 b', 550, undefined, ['a', 'b']],
    ['550-a\n550 b', 550, undefined, ['a', 'b']],
    ['550-a 550 b', 550, undefined, ['a', 'b']],
    ['550-5.1.1 no such user 550-5.1.1 really 550 5.1.1 see', 550, '5.1.1', ['no such user', 'really', 'see']],
    [
      '550-mailbox unavailable 550 user has moved with no forwarding address',
      550,
      undefined,
      ['mailbox unavailable', 'user has moved with no forwarding address'],
    ],
    ['551 Forwarding disabled\n Select another host', 551, undefined, ['Forwarding disabled', 'Select another host']],
    ['550-5.1.1 the rest is lost', 550, '5.1.1', ['the rest is lost']],
    ['550-only 1550 550x', 550, undefined, ['only 1550 550x']],
    ['550-a 550', 550, undefined, ['a', '']],
    ['452', 452, undefined, ['']],
    ['556 never seen', 556, undefined, ['never seen']],
    ['421-4.3.2 a\n421-b\n421 4.3.2 c', 421, '4.3.2', ['a', 'b', 'c']],
    ['550 4.2.2 contradiction', 550, undefined, ['4.2.2 contradiction']],
    ['550   5.2.2   far', 550, '5.2.2', ['far']],
    ['550\t5.1.1\tfar', 550, '5.1.1', ['far']],
    ['550-5.1.1 a\t550\t5.1.1 b', 550, '5.1.1', ['a', 'b']],
    ['550 5.1.1', 550, '5.1.1', ['']],
    ['550 5.1.1000 x', 550, undefined, ['5.1.1000 x']],
  ])('RFC 3461 §9.2 R3461-9.2-b R3461-9.2-e: %j', (text, replyCode, status, lines) => {
    expect(parseSmtpReply(text)).toEqual({ replyCode, lines, ...(status && { status }) });
  });

  it.each([
    ['user unknown', undefined, ['user unknown']],
    ['', undefined, ['']],
    ['5.1.1 user unknown', '5.1.1', ['user unknown']],
    ['5501 is a number', undefined, ['5501 is a number']],
    ['550.1 is a number', undefined, ['550.1 is a number']],
    ['050 no code', undefined, ['050 no code']],
    ['55x', undefined, ['55x']],
    ['no code\n550 but here', undefined, ['no code', '550 but here']],
    ['5.2.2 full\nof mail', '5.2.2', ['full', 'of mail']],
  ])('RFC 3461 §9.2 R3461-9.2-b: %j has no reply code, and that is no crash', (text, status, lines) => {
    expect(parseSmtpReply(text)).toEqual({ lines, ...(status && { status }) });
  });

  it('RFC 3464 §2.3.6: a diagnostic of any type is looked through for a reply', () => {
    expect(parseDiagnostic({ type: 'smtp', value: '452 4.2.2 mailbox full' })).toEqual({
      replyCode: 452,
      status: '4.2.2',
      lines: ['mailbox full'],
    });
    expect(parseDiagnostic({ type: 'x-postfix', value: 'unknown user' })).toEqual({ lines: ['unknown user'] });
  });
});

describe('writing replies', () => {
  it('RFC 3461 §9.2 R3461-9.2-a R3461-9.2-c: one line is transcribed as it is', () => {
    expect(formatSmtpDiagnostic(['550 5.1.1 <u>: x (see) the "list"'])).toEqual({
      type: 'smtp',
      value: '550 5.1.1 <u>: x (see) the "list"',
    });
    expect(formatSmtpDiagnostic(['550'])).toEqual({ type: 'smtp', value: '550' });
  });

  it('RFC 3461 §9.2 R3461-9.2-b: several lines read back', () => {
    const diagnostic = formatSmtpDiagnostic(['550-5.1.1 a', '550-5.1.1 b  ', '550 5.1.1 c']);
    expect(parseDiagnostic(diagnostic)).toEqual({ replyCode: 550, status: '5.1.1', lines: ['a', 'b', 'c'] });
  });

  it('RFC 5322 §2.2 R5322-2.2-a: what a field cannot carry becomes a question mark', () => {
    expect(formatSmtpDiagnostic(['550 a\r\nX: y\0\x7f\tz']).value).toBe('550 a??X: y??\tz');
  });

  it.each([
    [[], 0],
    [['no code'], 0],
    [['550-a'], 0],
    [['550 a', '550 b'], 0],
    [['550-a', '551 b'], 1],
    [['550-a', 'b'], 1],
    [['550x'], 0],
  ])('RFC 5321 §4.2: %j is not one reply', (lines, offset) => {
    expect(fault(() => formatSmtpDiagnostic(lines))).toEqual(['bad-reply', offset]);
  });
});

describe('the status for a reply', () => {
  it('RFC 2034 §6 R2034-6-a: the enhanced code of the reply itself comes first', () => {
    expect(statusForReply(parseSmtpReply('550 5.7.1 no'), 'rcpt')).toBe('5.7.1');
    expect(statusForReply({ status: '4.2.2', lines: [] })).toBe('4.2.2');
  });

  it('RFC 2034 §4: a code of another class than the reply is not trusted', () => {
    expect(statusForReply({ replyCode: 550, status: '4.2.2', lines: [] })).toBe('5.0.0');
  });

  it.each<[number, SmtpStage | undefined, string]>([
    [550, 'rcpt', '5.1.1'],
    [550, 'content', '5.7.1'],
    [550, undefined, '5.0.0'],
    [554, 'connect', '5.3.2'],
    [554, 'content', '5.6.0'],
    [554, undefined, '5.0.0'],
    [552, 'rcpt', '5.2.2'],
    [552, 'mail', '5.3.4'],
    [552, 'data', '5.3.4'],
    [552, 'content', '5.3.4'],
    [501, 'mail', '5.1.7'],
    [501, 'rcpt', '5.1.3'],
    [501, 'hello', '5.5.4'],
    [452, 'rcpt', '4.5.3'],
    [421, 'connect', '4.3.2'],
    [450, 'rcpt', '4.2.0'],
    [451, 'data', '4.3.0'],
    [556, 'rcpt', '5.1.10'],
    [432, 'auth', '4.7.12'],
    [535, 'auth', '5.7.8'],
    [250, 'rcpt', '2.1.5'],
    [250, 'content', '2.0.0'],
    [471, 'rcpt', '4.0.0'],
    [599, 'rcpt', '5.0.0'],
    [354, 'data', '5.0.0'],
  ])('RFC 3461 §6.3(g) R3461-6.3-g2: %d at %s is %s', (replyCode, stage, status) => {
    expect(statusForReply({ replyCode, lines: [] }, stage)).toBe(status);
  });

  it('RFC 3464 §B R3464-B-c R3463-3.1-a: without any code only the class is known', () => {
    expect(statusForReply(parseSmtpReply('user unknown'))).toBe('5.0.0');
  });
});
