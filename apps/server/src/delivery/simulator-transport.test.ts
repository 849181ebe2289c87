import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../test/simulation/clock.ts';
import { deliveryOf, recipientOf } from '../../test/simulation/delivery.ts';
import type { Outcome } from '../model.ts';
import { SimulatorTransport } from './simulator-transport.ts';

async function outcomeFor(localPart: string, attempts = 0): Promise<Outcome> {
  const clock = new SimulatedClock(0);
  const transport = new SimulatorTransport(clock);
  const delivery = deliveryOf({ recipients: [] });
  const [outcome] = await clock.during(
    transport.deliver({ ...delivery, recipients: [recipientOf(`${localPart}@simulator.test`, { attempts })] }),
  );
  return outcome!;
}

/** Kind, status and last reply line. */
async function told(localPart: string, attempts = 0): Promise<string> {
  const outcome = await outcomeFor(localPart, attempts);
  const { status, remote } = 'failure' in outcome ? outcome.failure : outcome;
  return `${outcome.kind} ${status} | ${remote?.rawLines.at(-1) ?? 'no reply'}`;
}

describe('SimulatorTransport', () => {
  it.each([
    ['ok', 'delivered 2.1.5 | 250 2.1.5 Delivered'],
    ['OK+tag', 'delivered 2.1.5 | 250 2.1.5 Delivered'],
    ['"ok"', 'delivered 2.1.5 | 250 2.1.5 Delivered'],
    ['250', 'delivered 2.1.5 | 250 2.1.5 Delivered'],
    ['299', 'delivered 2.0.0 | 299 2.0.0 Reply 299, as the recipient asks for'],
    ['550', 'failed 5.1.1 | 550 5.1.1 No such user here'],
    ['550+x', 'failed 5.1.1 | 550 5.1.1 No such user here'],
    ['556', 'failed 5.1.10 | 556 5.1.10 The domain accepts no mail'],
    ['599', 'failed 5.0.0 | 599 5.0.0 Reply 599, as the recipient asks for'],
    ['421', 'deferred 4.3.2 | 421 4.3.2 Service not available, closing transmission channel'],
    ['499', 'deferred 4.0.0 | 499 4.0.0 Reply 499, as the recipient asks for'],
    ['5.2.2', 'failed 5.2.2 | 552 5.2.2 The mailbox is full'],
    ['5.2.2+x', 'failed 5.2.2 | 552 5.2.2 The mailbox is full'],
    ['4.2.1', 'deferred 4.2.1 | 450 4.2.1 The mailbox is busy or receiving mail at too high a rate, try again later'],
    ['5.7.999', 'failed 5.7.999 | 550 5.7.999 Status 5.7.999, as the recipient asks for'],
    ['4.6.5', 'deferred 4.6.5 | 451 4.6.5 Status 4.6.5, as the recipient asks for'],
    ['5.5.6', 'failed 5.5.6 | 501 5.5.6 Status 5.5.6, as the recipient asks for'],
    ['no-dsn', 'relayed 2.0.0 | 250 2.0.0 Message accepted for onward delivery'],
    ['dsn', 'relayed 2.0.0 | 250 2.0.0 Message accepted for onward delivery'],
    ['drop', 'deferred 4.4.2 | no reply'],
  ])('%s@: %s', async (localPart, expected) => {
    expect(await told(localPart)).toBe(expected);
  });

  it('tells a hop with DSN from one without', async () => {
    expect(await outcomeFor('dsn')).toMatchObject({ nextHopSupportsDsn: true });
    expect(await outcomeFor('no-dsn')).toMatchObject({ nextHopSupportsDsn: false });
  });

  it('defers as often as asked, then delivers', async () => {
    expect(await told('defer-2', 0)).toBe('deferred 4.3.0 | 451 4.3.0 Deferred as asked, 2 more to go');
    expect(await told('defer-2', 1)).toBe('deferred 4.3.0 | 451 4.3.0 Deferred as asked, 1 more to go');
    expect(await told('defer-2', 2)).toBe('delivered 2.1.5 | 250 2.1.5 Delivered after 2 deferrals');
    expect(await told('defer-0', 0)).toBe('delivered 2.1.5 | 250 2.1.5 Delivered after 0 deferrals');
  });

  it.each([
    ['slow', 10],
    ['slow-3', 3],
    ['slow-9999', 600],
  ])('%s@ takes %i s', async (localPart, seconds) => {
    const clock = new SimulatedClock(0);
    const outcomes = clock.during(
      new SimulatorTransport(clock).deliver(deliveryOf({ recipients: [`${localPart}@simulator.test`] })),
    );
    expect(await outcomes).toMatchObject([{ kind: 'delivered' }]);
    expect(clock.now()).toBe(seconds * 1000);
  });

  it.each(['', 'nobody', '5.2', '5.02.1', '3.1.1', '150', '5500', 'defer-', 'slow-x', '__proto__'])(
    'refuses %j and says which names there are',
    async (localPart) => {
      const outcome = await outcomeFor(localPart);
      expect(outcome).toMatchObject({
        kind: 'failed',
        failure: { status: '5.1.1', reason: 'simulator.test refused the recipient' },
      });
      const lines = 'failure' in outcome ? (outcome.failure.remote?.rawLines ?? []) : [];
      expect(lines[0]).toMatch(/^550-5\.1\.1 No mailbox "/);
      expect(lines[1]).toMatch(/^550 5\.1\.1 ok, 550 .*defer-2/);
    },
  );

  it('never puts a control character into a reply, whatever the local-part holds', async () => {
    const outcome = await outcomeFor('"a\r\nb"');
    expect(JSON.stringify('failure' in outcome ? outcome.failure.remote?.rawLines : [])).not.toMatch(/[^\\]\\[rn]/);
  });

  it('gives an outcome for each recipient, in order', async () => {
    const clock = new SimulatedClock(0);
    const delivery = deliveryOf({ recipients: ['slow@simulator.test', '550@simulator.test', 'ok@simulator.test'] });
    const outcomes = await clock.during(new SimulatorTransport(clock).deliver(delivery));
    expect(outcomes.map(({ kind }) => kind)).toEqual(['delivered', 'failed', 'delivered']);
  });
});
