import { describe, expect, it } from 'vitest';
import { parseSmtpReply } from '@dsnkit/delivery-status';
import { classify } from '../classify.ts';
import { REASONS } from '../reasons.ts';
import { MESSAGE_PHRASES } from './phrases-message.ts';
import { RECIPIENT_PHRASES } from './phrases-recipient.ts';
import { SENDER_PHRASES } from './phrases-sender.ts';
import { SYSTEM_PHRASES } from './phrases-system.ts';
import { PROVIDER_EXAMPLES } from './provider-examples.ts';
import { PROVIDERS } from './providers.ts';
import { REPLY_EXAMPLES } from './reply-examples.ts';
import { REPLY_REASONS, STATUS_REASONS } from './statuses.ts';

const rules = [...RECIPIENT_PHRASES, ...SENDER_PHRASES, ...MESSAGE_PHRASES, ...SYSTEM_PHRASES];

describe('words', () => {
  it.each(REPLY_EXAMPLES.flatMap(([reason, replies]) => replies.map((reply) => [reply, reason] as const)))(
    '%s -> %s',
    (text, reason) => {
      const { status, replyCode } = parseSmtpReply(text);
      expect(classify({ text, status, replyCode })?.reason).toBe(reason);
    },
  );

  it('stand in lower case, and in one rule of a weight only', () => {
    const seen = new Map<string, string>();
    for (const { reason, phrases } of rules) {
      for (const phrase of phrases) {
        expect(phrase).toBe(phrase.toLowerCase());
        expect(phrase.slice(0, -1)).not.toContain('*');
        expect([undefined, reason]).toContain(seen.get(phrase));
        seen.set(phrase, reason);
      }
    }
  });
});

describe('providers', () => {
  const cases = PROVIDER_EXAMPLES.map(([provider, reason, text, command]) => ({
    provider,
    reason,
    text,
    command,
    host: PROVIDERS.find((each) => each.provider === provider)?.hosts[0],
  }));
  it.each(cases)('$provider: $text -> $reason', ({ text, reason, host, command }) => {
    const { status, replyCode } = parseSmtpReply(text);
    expect(classify({ text, status, replyCode, host, command })?.reason).toBe(reason);
  });

  it.each(
    PROVIDERS.flatMap(({ provider, hosts, says }) =>
      says.flatMap(({ reason, statuses, words }) =>
        words.length > 0 ? [] : (statuses ?? []).map((status) => ({ provider, reason, status, host: hosts[0] })),
      ),
    ),
  )('$provider: $status -> $reason', ({ status, reason, host }) => {
    const [first] = PROVIDERS.filter(({ hosts }) => hosts[0] === host).flatMap(({ says }) =>
      says.filter(({ statuses }) => statuses?.includes(status)),
    );
    expect(classify({ text: 'refused', status: parseSmtpReply(status).status, host: `mx.${host}` })?.reason).toBe(
      first?.reason ?? reason,
    );
  });
});

describe('codes', () => {
  it.each([...STATUS_REASONS])('RFC 3463 §3: X.%s -> %s', (detail, reason) => {
    expect(classify({ text: '', status: parseSmtpReply(`5.${detail}`).status })?.reason).toBe(reason);
  });

  it.each([...REPLY_REASONS].filter(([, reason]) => reason !== 'undefined'))(
    'RFC 5321 §4.2.3: %i -> %s',
    (replyCode, reason) => {
      expect(classify({ text: '', replyCode })?.reason).toBe(reason);
    },
  );

  it('say nothing where there is nothing', () => {
    expect(classify({ text: '' })).toBeUndefined();
    expect(classify({ text: '', status: '5.0.0', replyCode: 550 })).toBeUndefined();
  });
});

describe('reasons', () => {
  it('are all defined, and mapped to other names', () => {
    for (const [name, { definition, sisimai, nature }] of Object.entries(REASONS)) {
      expect(definition).toMatch(/^[A-Z].*\.$/);
      expect(sisimai.length, name).toBeGreaterThan(0);
      expect(['permanent', 'transient', 'unknown', 'class']).toContain(nature);
    }
  });
});
