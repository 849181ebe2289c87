import { describe, expect, it } from 'vitest';
import { bottleneck, demand, measured, plan, transactionsPerMessage, type Constants } from './cluster-model.ts';

const round: Constants = {
  ...{ nodePerMessage: 0.001, nodePerOctet: 1e-6, nodePerTransaction: 0.002 },
  ...{ databasePerMessage: 0.003, databasePerOctet: 2e-6, databasePerTransaction: 0.004 },
  ...{ logBesideContent: 1_000, lanes: 1, transactionSeconds: 0.01, jobSeconds: 0 },
};
const engine = { cores: 10, logOctetsPerSecond: 1e6 };

describe('transactions per message', () => {
  it('are two where messages come so seldom that none shares any', () => {
    expect(transactionsPerMessage(0.001, round)).toBeCloseTo(2, 2);
  });

  it('are as many as the lanes get done, where messages come faster than that', () => {
    // One lane of 10 ms gets 100 transactions done in a second, which 1 000 messages share.
    expect(transactionsPerMessage(1_000, round)).toBeCloseTo(0.1, 2);
    expect(transactionsPerMessage(1_000, { ...round, lanes: 3 })).toBeCloseTo(0.3, 1);
  });

  it('hold 200 jobs at most', () => {
    expect(transactionsPerMessage(1e7, round)).toBeGreaterThanOrEqual(2 / 200);
  });
});

describe('demand', () => {
  it('adds up what messages and transactions cost, over what there is', () => {
    const asked = demand({ messagesPerSecond: 0.002, sizeOctets: 4_000 }, 2, 4, engine, round);
    const { transactionsPerMessage: shared } = asked;
    expect(asked['CPU of a node']).toBeCloseTo((0.001 * (0.001 + 0.004 + shared * 0.002)) / 4, 12);
    expect(asked['CPU of the database']).toBeCloseTo((0.002 * (0.003 + 0.008 + shared * 0.004)) / 10, 12);
    expect(asked['log of the database']).toBeCloseTo((0.002 * 5_000) / 1e6, 12);
  });

  it('finds what is used most', () => {
    const asked = demand({ messagesPerSecond: 100, sizeOctets: 1e6 }, 2, 4, engine, round);
    expect(bottleneck(asked)).toEqual({ what: 'log of the database', share: asked['log of the database'] });
  });
});

describe('plan', () => {
  const load = (messagesPerSecond: number) => ({ messagesPerSecond, sizeOctets: 10_240 });
  const large = { cores: 16, logOctetsPerSecond: 200e6 };

  it('keeps everything below seven tenths, with one node where that is enough', () => {
    const { queues, nodes, demand: asked } = plan(load(10), 1.5, large);
    expect({ queues, nodes }).toEqual({ queues: 1, nodes: 1 });
    expect(bottleneck(asked).share).toBeLessThanOrEqual(0.7);
  });

  it('takes another queue only where more nodes do not help', () => {
    const { queues, nodes, demand: asked } = plan(load(40_000), 1.5, large);
    expect(queues).toBeGreaterThan(1);
    expect(bottleneck(asked).share).toBeLessThanOrEqual(0.7);
    const fewer = load(40_000 / (queues - 1));
    const best = Array.from({ length: 40 }, (_, index) => demand(fewer, index + 1, 1.5, large, measured));
    expect(best.every((one) => bottleneck(one).share > 0.7)).toBe(true);
    expect(nodes).toBeGreaterThan(0);
  });
});

describe('the constants', () => {
  // Of three of the lines of docs/scale.md: messages of 1 024 octets a second, nodes, commits and CPU milliseconds for each.
  it.each([
    [2_935, 1, 0.12, 0.31, 0.14],
    [3_052, 2, 0.25, 0.35, 0.19],
    [2_231, 3, 0.35, 0.47, 0.26],
  ])('come near what was measured: %d messages a second, %d nodes', (perSecond, nodes, commits, node, database) => {
    const asked = demand(
      { messagesPerSecond: perSecond, sizeOctets: 1_024 },
      nodes,
      1,
      { ...engine, cores: 1 },
      measured,
    );
    const milliseconds = (share: number): number => (share / perSecond) * 1_000;
    within(asked.transactionsPerMessage, commits, 0.45);
    within(milliseconds(asked['CPU of a node'] * nodes), node, 0.15);
    within(milliseconds(asked['CPU of the database']), database, 0.25);
  });
});

function within(value: number, expected: number, share: number): void {
  expect(value).toBeGreaterThan(expected * (1 - share));
  expect(value).toBeLessThan(expected * (1 + share));
}
