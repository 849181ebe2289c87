import { describe, expect, it } from 'vitest';
import { readBounce } from '../read-bounce.ts';

const HEADER =
  'Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example.net\r\nTo: bob@example.net\r\nSubject: Undeliverable mail\r\n';

/** Layouts that no program is known for: who it is, the class of the status, the text. */
const LAYOUTS: readonly (readonly [name: string, recipients: string, classes: string, lines: readonly string[]])[] = [
  ['columns', 'ann@example.org cat@example.org', '5 5', ['Recipient            Result', 'ann@example.org      failed, no such mailbox', 'cat@example.org      failed, no such mailbox']],
  ['a numbered list', 'ann@example.org cat@example.org', '5 5', ['Not delivered:', '', '1) ann@example.org', '   unknown', '2) cat@example.org', '   unknown']],
  ['a numbered label', 'ann@example.org', '5', ['Delivery failed.', '', 'Recipient #1: ann@example.org', 'Reason: no such person']],
  ['names and values', 'ann@example.org', '5', ['recipient=ann@example.org', 'reason=mailbox unknown']],
  ['a sentence', 'ann@example.org', '5', ['Your mail was not delivered since ann@example.org is not one of our customers.']],
  ['an arrow', 'ann@example.org', '5', ['-> ann@example.org : unknown user']],
  ['semicolons', 'ann@example.org cat@example.org', '5 5', ['Delivery to these failed: ann@example.org; cat@example.org', 'Reason: host unknown']],
  ['French', 'ann@example.org', '5', ['Destinataire : ann@example.org', 'Motif : utilisateur inconnu']],
  ['Dutch', 'ann@example.org', '5', ['Ontvanger: ann@example.org', 'Reden: gebruiker onbekend']],
  ['Russian', 'ann@example.org', '5', ['Получатель: ann@example.org', 'Причина: пользователь не найден']],
  ['Chinese', 'ann@example.org', '5', ['收件人：ann@example.org', '原因：用户不存在']],
  ['Japanese', 'ann@example.org', '5', ['受信者：ann@example.org', '理由：ユーザが存在しません']],
  ['Polish', 'ann@example.org', '5', ['Odbiorca: ann@example.org', 'Powód: brak skrzynki']],
  ['others beside the recipient', 'ann@example.org', '5', ['Sender: carl@example.org', 'Empfangsadresse: ann@example.org', 'Support: help@example.org']],
  ['a session of client and server', 'ann@example.org', '5', ['C: MAIL FROM:<bob@example.net>', 'S: 250 ok', 'C: RCPT TO:<ann@example.org>', 'S: 550 5.1.1 never heard of']],
  ['a session out and in', 'ann@example.org', '5', [' Out: RCPT TO:<ann@example.org>', ' In:  554 5.7.1 go away']],
  ['a session of arrows', 'ann@example.org', '4', ['--> RCPT TO:<ann@example.org>', '<-- 451 4.3.0 come again']],
  ['tried for a time', 'ann@example.org', '4', ['ann@example.org:', 'We tried for 5 days to reach the host and give up now; it never answered.']],
  ['still tried', 'ann@example.org', '4', ['Your message to ann@example.org has been waiting for 4 hours. We keep on trying for 3 days.']],
  ['for good', 'ann@example.org', '5', ['ann@example.org:', 'That failed for good.']],
  ['RFC 3676 §4.3: a signature', 'ann@example.org', '5', ['Your mail to ann@example.org was rejected: no such mailbox.', '', '-- ', 'Carl Example', 'carl@example.com']],
  ['the footer of a list', 'ann@example.org', '5', ['User not found: ann@example.org', '', '_'.repeat(47), 'Friends mailing list', 'friends@lists.example.com', 'https://lists.example.com/friends']],
]; // prettier-ignore

describe('texts of programs nobody knows', () => {
  it.each(LAYOUTS)('%s', (_, recipients, classes, lines) => {
    const text = `${HEADER}Content-Type: text/plain; charset=utf-8\r\n\r\n${lines.join('\r\n')}\r\n`;
    const bounce = readBounce(new TextEncoder().encode(text));
    expect(bounce.isBounce).toBe(true);
    expect(bounce.recipients.map(({ address }) => address).join(' ')).toBe(recipients);
    expect(bounce.recipients.map(({ status }) => status?.charAt(0)).join(' ')).toBe(classes);
  });

  it('are read from HTML alone', () => {
    const html = '<h2>Delivery failed</h2><table><tr><td>Who</td><td><a href="mailto:ann@example.org">ann@example.org</a></td></tr><tr><td>Why</td><td>That inbox is overflowing.</td></tr></table>'; // prettier-ignore
    const text = `${HEADER}Content-Type: text/html; charset=utf-8\r\n\r\n${html}\r\n`;
    const { recipients } = readBounce(new TextEncoder().encode(text));
    expect(recipients).toMatchObject([{ address: 'ann@example.org', reason: 'mailbox-full' }]);
  });

  it.each([
    'Questions? Write to postmaster@mx.example.net',
    'For further assistance, please send email to postmaster@mx.example.net.',
    'If you need help, forward this mail\r\nto <support@mx.example.net>',
    'Please report this message to abuse@mx.example.net.',
  ])('say nothing of one who only reports or helps: %s', (words) => {
    const read = (before: string) =>
      readBounce(new TextEncoder().encode(`${HEADER}\r\n${before}\r\n\r\n${words}\r\n`)).recipients;
    expect(read('Delivery failed.')).toEqual([]);
    expect(read('Delivery to ann@example.org failed.')).toMatchObject([{ address: 'ann@example.org' }]);
    expect(read('Your mail to support@example.org failed.')).toMatchObject([{ address: 'support@example.org' }]);
  });
});
