import { describe, expect, it } from 'vitest';
import type { Message } from '../../model.ts';
import type { Unreported } from '../../notification/digest.ts';
import { recipientOf } from '../../../test/simulation/delivery.ts';
import { contentOf } from '../content.ts';
import { makeTeller, type Owed, type Settled, type TellParts } from './tell.ts';

const message: Message = {
  ...{ id: 'm1', reversePath: 'alice@a.example', mailParameters: '', arrivedAtMs: 0, origin: 'smtp' },
  sizeOctets: 60_000,
};
const nothing = () => Promise.resolve(contentOf([]));

function failed(address: string, parameters = ''): Settled {
  const failure = { status: '5.1.1', reason: 'no such user', atMs: 0 } as const;
  const recipient = recipientOf(address, { parameters });
  return {
    recipient,
    outcome: { kind: 'failed', status: '5.1.1' },
    event: { kind: 'failed', recipient: address, destination: recipient.destination, failure },
  };
}

/** A teller, what it has made into reports and what it has kept for the postmaster. */
function makeOne(parts: Partial<TellParts> = {}) {
  const owed: Owed[] = [];
  const kept: Unreported[] = [];
  const troubles: unknown[] = [];
  const tell = makeTeller({
    returnedMaxOctets: 50_000,
    now: () => 7,
    report: (_, each) => {
      owed.push(each);
      return Promise.resolve({ messages: [], events: [] });
    },
    keep: (_, failures) => {
      kept.push(...failures);
      return Promise.resolve([]);
    },
    trouble: (error) => troubles.push(error),
    ...parts,
  });
  return { tell, owed, kept, troubles };
}

describe('telling of outcomes', () => {
  it.each([
    [59_999, 'headers'],
    [60_000, 'full-message'],
  ])(
    'RFC 3461 §6.2: up to the limit of this site, %i octets, a failed message comes back whole: %s',
    async (most, what) => {
      const { tell, owed } = makeOne({ returnedMaxOctets: most });
      await tell(message, [failed('bob@b.example')], nothing);
      expect(owed.map(({ returned }) => returned)).toEqual([what]);
    },
  );

  it('RFC 3461 §5.2.6(b): a failure whose report is not wanted is kept for the postmaster, with the reason', async () => {
    const { tell, owed, kept } = makeOne();
    const told = await tell(message, [failed('bob@b.example', 'NOTIFY=NEVER')], nothing);
    expect(owed).toEqual([]);
    expect(kept).toMatchObject([{ recipient: 'bob@b.example', why: 'not-asked', reason: 'no such user', atMs: 7 }]);
    expect(told?.events).toEqual([{ kind: 'not-reported', recipient: 'bob@b.example', reason: 'not-asked' }]);
  });

  it('RFC 3461 §5.2.6(a): a report that can not be made is told the postmaster, and does not undo what was delivered', async () => {
    const lost = new Error('disk');
    const { tell, kept, troubles } = makeOne({ report: () => Promise.reject(lost) });
    const told = await tell(message, [failed('bob@b.example'), failed('carol@b.example', 'NOTIFY=NEVER')], nothing);
    expect(troubles).toEqual([lost]);
    expect(kept.map(({ recipient, why }) => [recipient, why])).toEqual([
      ['carol@b.example', 'not-asked'],
      ['bob@b.example', 'trouble'],
    ]);
    expect(told?.events.map((event) => event.kind)).toEqual(['not-reported', 'not-reported']);
  });
});
