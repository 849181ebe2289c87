import { describe, expect, it } from 'vitest';
import { bottleneck, demand, measured, plan, transactionsPerMessage, type Constants } from './cluster-model.ts';

const round: Constants = {
  ...{ nodePerMessage: 0.001, nodePerTransaction: 0.002, databasePerMessage: 0.003, databasePerTransaction: 0.004 },
  ...{ logBesideContent: 1_000, lanes: 1, transactionSeconds: 0.01, jobSeconds: 0 },
};
const engine = { cores: 10, logOctetsPerSecond: 1e6, syncsPerSecond: 100 };

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
    expect(asked['CPU of a node']).toBeCloseTo((0.001 * (0.001 + shared * 0.002)) / 4, 12);
    expect(asked['CPU of the database']).toBeCloseTo((0.002 * (0.003 + shared * 0.004)) / 10, 12);
    expect(asked['log of the database']).toBeCloseTo((0.002 * 5_000) / 1e6, 12);
    expect(asked['commits of the database']).toBeCloseTo((0.002 * shared) / 100, 12);
  });

  it('finds what is used most', () => {
    const asked = demand({ messagesPerSecond: 100, sizeOctets: 1e6 }, 2, 4, engine, round);
    expect(bottleneck(asked)).toEqual({ what: 'log of the database', share: asked['log of the database'] });
  });
});

describe('plan', () => {
  const load = (messagesPerSecond: number) => ({ messagesPerSecond, sizeOctets: 10_240 });
  const large = { cores: 16, logOctetsPerSecond: 200e6, syncsPerSecond: 1_000 };

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
