import { describe, expect, it } from 'vitest';
import { statusOfReply, troubleOfReply } from './outcomes.ts';

describe('the status of a refusal', () => {
  it.each([
    ['rcpt', 550, 'Rejected because 192.0.2.1 is in a black list at zen.spamhaus.org', '5.7.1'],
    ['rcpt', 550, 'relay not permitted', '5.7.1'],
    ['rcpt', 550, 'Blocked', '5.7.1'],
    ['rcpt', 550, 'Mailbox full', '5.2.2'],
    ['rcpt', 554, 'Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org', '5.7.1'],
    ['rcpt', 553, "sorry, that domain isn't in my list of allowed rcpthosts", '5.7.1'],
    ['content', 550, 'No such user', '5.1.1'],
    ['content', 552, 'Mailbox full', '5.2.2'],
  ] as const)('RFC 3461 §6.3(g): without an enhanced code it is what the words say: %s %i %s: %s', (...row) => {
    const [stage, code, text, status] = row;
    expect(statusOfReply({ code, lines: [text] }, stage)).toBe(status);
  });

  it.each([
    ['rcpt', 550, '', '5.1.1'],
    ['rcpt', 550, 'nope', '5.1.1'],
    ['rcpt', 550, 'No such user', '5.1.1'],
    // Of a host that answers for the domain this is no word about the domain.
    ['rcpt', 550, 'Unrouteable address', '5.1.1'],
    ['content', 550, 'Requested action not taken: mailbox unavailable', '5.7.1'],
    ['connect', 521, 'mx.example.net does not accept mail', '5.3.2'],
    ['rcpt', 450, 'greylisted', '4.2.0'],
  ] as const)('RFC 3461 §6.3(g): where words say no more, what the reply code means: %s %i %s: %s', (...row) => {
    const [stage, code, text, status] = row;
    expect(statusOfReply({ code, lines: [text] }, stage)).toBe(status);
  });

  it('RFC 3463 §2: its own enhanced code counts, whatever its words say', () => {
    expect(statusOfReply({ code: 550, status: '5.7.133', lines: ['No such user'] }, 'rcpt')).toBe('5.7.133');
    expect(statusOfReply({ code: 550, status: '5.1.1', lines: ['in a black list'] }, 'rcpt')).toBe('5.1.1');
  });
});

describe('the trouble that a reply tells of', () => {
  const trouble = (code: number) =>
    troubleOfReply({ mta: 'mx.ivory.edu', reply: { code, lines: ['?'] }, rawLines: [`${code} ?`], stage: 'rcpt' });

  it('RFC 5321 §4.2.1 R5321-4.2.1-a: from 500 on it is final', () => {
    expect(trouble(500)).toMatchObject({ status: '5.5.2', reason: 'mx.ivory.edu refused the recipient' });
    expect(trouble(499)).toMatchObject({
      status: '4.0.0',
      reason: 'mx.ivory.edu can take no mail for this recipient at present',
    });
  });

  it('RFC 5321 §4.2.1: what is neither 4yz nor 5yz is no verdict: a fault of the protocol, for now', () => {
    expect(trouble(354).status).toBe('4.5.0');
  });
});
