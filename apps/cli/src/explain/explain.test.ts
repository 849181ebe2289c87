import type { StatusCode } from '@dsnkit/delivery-status';
import { REASONS, type Reason } from '@dsnkit/bounce';
import { MAIL_PARAMETERS, RCPT_PARAMETERS } from '@dsnkit/esmtp-parameters';
import { explainStatus, STATUS_ENTRIES } from '@dsnkit/delivery-status/registry';
import { describe, expect, it } from 'vitest';
import { adviceOn, adviceOnRecipient, saysReason } from './advice.ts';
import { explainParameter } from './parameter.ts';
import { explainReply } from './reply.ts';
import { explainDetail } from './status.ts';

describe('nothing registered is left out', () => {
  it('RFC 5321 §4.1.1.11: every registered parameter, and its example is one', () => {
    for (const { keyword } of [...MAIL_PARAMETERS, ...RCPT_PARAMETERS]) {
      const facts = Object.fromEntries(explainParameter({ keyword })?.facts ?? []);
      expect(String(facts['example'])).toMatch(new RegExp(`^${keyword}(=|$)`));
      expect(facts['clause']).toMatch(/^RFC \d+ §/);
      const [, value] = /=(.*)/.exec(String(facts['example'])) ?? [];
      if (value === undefined || value.includes('…')) continue;
      const read = explainParameter({ keyword, value });
      expect(read?.facts.map(([name]) => name)).not.toContain('fault');
    }
  });

  it('RFC 5248 §2: every registered status code, with advice for each that is no success', () => {
    for (const { code } of STATUS_ENTRIES) {
      const found = explainDetail(code);
      expect(found.length).toBeGreaterThan(0);
      for (const { subject, facts } of found) {
        const told = Object.fromEntries(facts);
        expect('sender' in told && 'operator' in told).toBe(!subject.startsWith('2'));
      }
    }
  });

  it('RFC 3464 §2.3.3: nobody is told to wait for what failed, nor to act on what is only delayed', () => {
    for (const { code, classes } of STATUS_ENTRIES) {
      for (const digit of classes.filter((each) => each !== 2)) {
        const status = `${digit}.${code}` as StatusCode;
        expect(adviceOn(status, 'failed')?.sender, status).not.toMatch(/^Wait/);
        expect(adviceOn(status, 'delayed')?.sender, status).toMatch(/^Wait/);
        expect(adviceOn(status, 'delayed')?.operator, status).not.toMatch(/off your lists/);
      }
    }
  });

  it('RFC 3463 §2: a code of class 5 lets nobody wait, and one of class 4 gives no address up', () => {
    for (const { code } of STATUS_ENTRIES) {
      expect(adviceOn(`5.${code}`)?.sender, code).not.toMatch(/^Wait/);
      for (const action of [null, 'failed', 'delayed'])
        expect(adviceOn(`4.${code}`, action)?.operator, code).not.toMatch(/^Take the address off/);
      expect(adviceOn(`4.${code}`)?.sender, code).toMatch(/^Wait/);
    }
  });

  it('RFC 3463 §2: who reads that the same message does not help is not told to send the same again', () => {
    for (const { code } of STATUS_ENTRIES) {
      const told = explainStatus(`5.${code}`);
      if (told.includes('again unchanged will not help'))
        expect(adviceOn(`5.${code}`)?.sender, code).not.toMatch(/send (?:it )?again/i);
    }
  });

  it.each<[code: StatusCode, sender: RegExp, operator: RegExp]>([
    ['5.1.7', /your own address/, /MAIL FROM/],
    ['5.2.4', /owner of the mailing list/, /owner of the list/],
    ['5.7.2', /owner of the mailing list/, /certain senders/],
    ['5.7.8', /signs in/, /password/],
    ['5.6.3', /plain text/, /8BITMIME/],
    ['5.7.17', /Reach the recipient in another way/, /off your lists/],
  ])('RFC 3463 §3: %s is about what it names, not about the address of the recipient', (code, sender, operator) => {
    expect(adviceOn(code)?.sender).toMatch(sender);
    expect(adviceOn(code)?.operator).toMatch(operator);
  });

  it.each([
    ['235', 'authentication succeeded'],
    ['220', 'the server is ready'],
    ['551', 'the recipient is not here; the reply may name another address'],
  ])('RFC 5321 §4.2.3: %s alone says no more than the code does', (text, headline) => {
    expect(explainReply(text).headline).toBe(headline);
  });

  it('RFC 4954 §6: 530 is about signing in, RFC 5321 §4.5.3.1.9: 552 about a full mailbox or a large message', () => {
    expect(Object.fromEntries(explainReply('530').facts)).toMatchObject({
      sender: expect.stringContaining('signs in') as string,
    });
    expect(Object.fromEntries(explainReply('552').facts)).toMatchObject({
      sender: expect.stringMatching(/smaller message.*make room/) as string,
    });
  });

  it('a success needs no advice', () => expect(adviceOn('2.1.5')).toBeUndefined());
});

describe('advice where the words of a bounce tell more than its status', () => {
  const reasons = (Object.keys(REASONS) as Reason[]).filter(
    (reason) => !['complaint', 'delivered', 'undefined'].includes(reason),
  );

  it.each(reasons)('RFC 3463 §3.1: %s with 5.0.0 is advised on as what it is, not as a riddle', (reason) => {
    const told = adviceOnRecipient('5.0.0', reason, 'failed');
    expect(told).not.toEqual(adviceOn('5.0.0', 'failed'));
    expect(told?.sender).not.toMatch(/^Wait/);
  });

  it.each(reasons)('RFC 3463 §2, RFC 3464 §2.3.3: %s with class 4 gives no address up, delayed lets wait', (reason) => {
    for (const action of ['failed', 'delayed'])
      expect(adviceOnRecipient('4.0.0', reason, action)?.operator).not.toMatch(/^Take the address off/);
    expect(adviceOnRecipient('4.0.0', reason, 'delayed')?.sender).toMatch(/^Wait/);
  });

  it.each<[StatusCode, Reason, operator: RegExp]>([
    ['5.7.9', 'policy', /sender, host and content/], // Yahoo: 554 5.7.9 Message not accepted for policy reasons
    ['5.4.1', 'user-unknown', /off your lists/], // Microsoft: 550 5.4.1 Recipient address rejected: Access denied
    ['5.7.1', 'address-blocked', /block lists/],
    ['5.1.0', 'authentication-failed', /SPF/],
    ['4.4.7', 'no-reverse-dns', /reverse DNS/],
  ])('RFC 3463 §3: %s means %s if the words say so', (code, reason, operator) => {
    expect(saysReason(code, reason)).toBe(false);
    expect(adviceOnRecipient(code, reason, 'failed')?.operator).toMatch(operator);
  });

  it.each<[StatusCode, Reason]>([
    ['5.1.2', 'host-unknown'],
    ['5.1.8', 'sender-rejected'],
    ['5.2.2', 'mailbox-full'],
    ['5.1.10', 'host-accepts-no-mail'],
  ])('RFC 3463 §3: %s says %s by itself, and more exactly', (code, reason) => {
    expect(saysReason(code, reason)).toBe(true);
    expect(adviceOnRecipient(code, reason, 'failed')).toEqual(adviceOn(code, 'failed'));
  });

  it('nothing failed and nothing known: the status alone counts', () => {
    expect(adviceOnRecipient('2.0.0', 'user-unknown')).toBeUndefined();
    expect(adviceOnRecipient('5.4.4', undefined, 'failed')).toEqual(adviceOn('5.4.4', 'failed'));
  });
});
