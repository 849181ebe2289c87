import { REASONS, type Advice, type BouncedRecipient } from '@dsnkit/bounce';
import type { Judgement } from './explain-schema.ts';

/** Why it failed or is late, whether for good, and what to do; null where nothing failed. */
export function judgementOf(recipient: BouncedRecipient): Judgement | null {
  const { reason, permanence, confidence, advice, command, remoteHost, evidence } = recipient;
  if (reason === 'delivered') return null;
  return {
    reason,
    reasonMeaning: REASONS[reason].definition,
    ...{ permanence, confidence, advice },
    adviceMeaning: ADVICE[advice],
    command: command ?? null,
    remoteHost: remoteHost ?? null,
    evidence: evidence.map(({ of, source, offset, line, by }) => ({
      ...{ of, source, by },
      offset: offset ?? null,
      line: line ?? null,
    })),
  };
}

const ADVICE: Readonly<Record<Advice, string>> = {
  suppress: 'Write to this address no more.',
  'correct-address': 'Look at how the address is spelled.',
  'retry-later': 'Send it again later.',
  wait: 'Wait: it is still being tried.',
  'slow-down': 'Send less at a time.',
  'fix-authentication': 'Set SPF, DKIM and DMARC of the sending domain right.',
  'fix-sender': 'Use a sender address that exists and may write to this recipient.',
  'fix-reputation': 'Find out why the sending host is listed, and ask to be taken off the list.',
  'fix-content': 'Change what the message holds or how it is made.',
  'reduce-size': 'Send a smaller message.',
  'fix-configuration': 'Set the sending host or its domain right.',
  unsubscribe: 'Take the address off the list.',
  'contact-postmaster': 'Ask the postmaster of the recipient’s domain.',
  nothing: 'Nothing needs to be done.',
};
