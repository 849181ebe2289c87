import { describe, expect, it } from 'vitest';
import { classify } from '../classify.ts';
import type { Reason } from '../reasons.ts';
import { COMBINATIONS } from '../rules/combinations.ts';
import { CONCEPTS, DENIED, type Concept } from '../rules/concepts.ts';
import { readClauses } from './grammar.ts';

const read = (text: string): string | undefined => readClauses(text, 0, text.length)?.reason;

/** Sentences that no server is known to say. */
const SENTENCES: readonly (readonly [Reason, readonly string[]])[] = [
  ['user-unknown', [
    'We looked everywhere, but that recipient simply isn’t known to us.',
    'the account named above was never registered with this provider',
    'Inbox could not be located on our side',
    'addressee is unidentified',
    'ce destinataire ne nous est pas connu',
    'Der Empfänger konnte nicht gefunden werden',
    'el usuario indicado no existe',
    '該当するユーザは存在しません',
  ]],
  ['mailbox-full', [
    'the inbox of this person is overflowing',
    'Sorry: account went beyond its limit of 2 GB',
    'subscriber has run out of storage',
    'a caixa do destinatário está cheia',
    'почтовый ящик переполнен',
  ]],
  ['mailbox-disabled', [
    'that inbox was deactivated by its owner last year',
    'the subscriber account has been frozen',
    'Cuenta suspendida temporalmente',
    'this address is no longer in use',
  ]],
  ['user-moved', ['the recipient has moved to a different organization']],
  ['host-unknown', ['the domain part is nonexistent', 'no DNS entry: unroutable destination']],
  ['host-accepts-no-mail', ['this domain does not want to receive any mail']],
  ['sender-rejected', [
    'originator is unknown to this site',
    'MAIL FROM domain could not be verified',
    'Absender abgelehnt',
  ]],
  ['address-blocked', [
    'your IP appears on a DNSBL we subscribe to',
    'Connecting host 192.0.2.1 is banned here',
    'client is denied service',
  ]],
  ['no-reverse-dns', ['the connecting address has no rDNS', 'fix the PTR of your relay first']],
  ['authentication-failed', ['DKIM did not verify for this domain', 'SPF says no']],
  ['bad-reputation', ['mail refused because of the standing reputation of your network']],
  ['relaying-denied', ['we are not a relay for strangers']],
  ['too-many-connections', ['your side opened too many parallel sessions']],
  ['rate-limited', ['you are sending messages at a higher rate than we like', 'message throttled']],
  ['message-too-large', ['the letter has a size of 40 MB, which exceeds what we take', 'Nachricht überschreitet die erlaubte Größe']],
  ['spam', ['this looks like unsolicited advertising', 'ce courriel est indésirable']],
  ['virus', ['a trojan was seen inside']],
  ['content', ['attachments of this kind are forbidden']],
  ['tls-required', ['talk TLS to me or go away']],
  ['greylisted', ['you have been greylisted']],
  ['routing-loop', ['it went through more hops than allowed']],
  ['network-error', ['the next server hung up on us']],
  ['expired', ['conversation timed out while waiting']],
  ['system-full', ['the spool of this machine is full']],
  ['delivery-program', ['the sieve script crashed']],
  ['policy', ['a rule of the administrator forbids it']],
  ['security', ['login is required here']],
  ['protocol', ['this command is not implemented']],
  ['mail-system', ['our backend had an internal error']],
]; // prettier-ignore

describe('clauses', () => {
  it.each(SENTENCES.flatMap(([reason, texts]) => texts.map((text) => [text, reason] as const)))(
    '%s -> %s',
    (text, reason) => {
      expect(read(text)).toBe(reason);
    },
  );

  it('mean nothing by words around any failure', () => {
    expect(read('This is the mail system. Your message could not be delivered to one or more recipients.')).toBe(
      undefined,
    );
    expect(read('I wasn’t able to deliver your message to the following addresses. Sorry it didn’t work out.')).toBe(
      undefined,
    );
  });

  it('do not join what stands in two of them, or far apart', () => {
    expect(read('The user writes to you. Unknown.')).toBe(undefined);
    expect(read(`The user ${'writes and writes '.repeat(6)} unknown`)).toBe(undefined);
  });

  it('take no words from addresses, names of hosts and paths', () => {
    expect(read('user.unknown@blacklist.example')).toBe(undefined);
    expect(read('see https://support.example/spam/virus.html')).toBe(undefined);
  });

  it('let a denial reach only what follows soon', () => {
    expect(read('account is valid')).toBe(undefined);
    expect(read('account is not valid')).toBe('user-unknown');
  });

  it('say where they stand', () => {
    expect(readClauses('550 the inbox was deactivated', 0, 29)).toMatchObject({ start: 8, end: 27, weight: 2 });
    expect(readClauses('the inbox was deactivated', 0, 9)).toBe(undefined);
  });

  it('give way to usual words, unless these are wide and the ideas narrow', () => {
    expect(classify({ text: 'no such user; policy of the house' })?.reason).toBe('user-unknown');
    expect(classify({ text: 'timed out: that inbox is overflowing' })?.reason).toBe('mailbox-full');
  });
});

describe('tables of ideas', () => {
  it('name ideas that are there, and each is used', () => {
    const used = new Set(COMBINATIONS.flatMap(([, , list]) => list.split(/[ +|]/)));
    const names = Object.keys(CONCEPTS);
    expect(names.length).toBeLessThanOrEqual(64);
    for (const name of used) expect(names).toContain(name);
    for (const name of [...names, ...Object.keys(DENIED)]) expect([...used]).toContain(name);
  });

  it('are in lower case, and no word stands twice for an idea', () => {
    for (const [name, list] of Object.entries(CONCEPTS) as [Concept, string][]) {
      const words = list.split(' ');
      expect(list, name).toBe(list.toLowerCase());
      expect(words.length, name).toBe(new Set(words).size);
    }
  });
});
