import { describe, expect, it } from 'vitest';
import { makeWaitingClients } from './clients.ts';

function makeWorld() {
  let nowMs = 0;
  const clients = makeWaitingClients({ now: () => nowMs });
  return {
    clients,
    pass: (ms: number) => (nowMs += ms),
    /** So many send a message each; gives what answers all of them. */
    send: (count: number): (() => Promise<void>) => {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      const all = Array.from({ length: count }, () => clients.during(promise));
      return async () => {
        resolve(undefined);
        await Promise.all(all);
      };
    },
  };
}

describe('makeWaitingClients', () => {
  it('knows how many wait at once, also in the moment in which all have just been answered', async () => {
    const { clients, send, pass } = makeWorld();
    expect(clients.recent()).toBe(0);
    const answerAll = send(50);
    expect(clients.recent()).toBe(50);
    await answerAll();
    pass(49);
    expect(clients.recent()).toBe(50);
    pass(49);
    expect(clients.recent()).toBe(50);
  });

  it('forgets those who came and went a while ago', async () => {
    const { clients, send, pass } = makeWorld();
    const answer = send(50);
    await answer();
    pass(60);
    const answerOne = send(1);
    expect(clients.recent()).toBe(50);
    await answerOne();
    pass(60);
    expect(clients.recent()).toBe(1);
    pass(1_000);
    expect(clients.recent()).toBe(0);
  });

  it('still counts who has waited for long, and whoever was refused no longer', async () => {
    const { clients, pass } = makeWorld();
    const { promise, reject } = Promise.withResolvers<undefined>();
    const refused = clients.during(promise);
    pass(10_000);
    expect(clients.recent()).toBe(1);
    reject(new Error('full'));
    await expect(refused).rejects.toThrow('full');
    pass(10_000);
    expect(clients.recent()).toBe(0);
  });

  it('counts anew when the clock is set back', () => {
    const { clients, send, pass } = makeWorld();
    send(50);
    pass(-3_600_000);
    expect(clients.recent()).toBe(50);
  });
});
