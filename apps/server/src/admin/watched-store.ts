import type { QueueStore } from '../ports.ts';

/** Hears of every commit of mail. */
export interface CommitListener {
  committed(what: 'accept' | 'settle', tookMs: number): void;
  failed(error: unknown): void;
}

/** The store with somebody who hears of its commits; every call goes through as it is. */
export function watchedStore(store: QueueStore, monotonicMs: () => number, listener: CommitListener): QueueStore {
  const heard = (what: 'accept' | 'settle', commit: Promise<void>): Promise<void> => {
    const startMs = monotonicMs();
    return commit.then(
      () => listener.committed(what, monotonicMs() - startMs),
      (error: unknown) => {
        listener.failed(error);
        throw error;
      },
    );
  };
  return {
    accept: (messages, lease, events) => heard('accept', store.accept(messages, lease, events)),
    settle: (settlement) => heard('settle', store.settle(settlement)),
    inlineMaxOctets: store.inlineMaxOctets,
    journal: store.journal,
    ...(store.cluster === undefined ? {} : { cluster: store.cluster }),
    spool: () => store.spool(),
    claim: (request) => store.claim(request),
    nextDueAtMs: (except) => store.nextDueAtMs(except),
    renew: (tokens, untilMs) => store.renew(tokens, untilMs),
    release: (tokens) => store.release(tokens),
    content: (messageId) => store.content(messageId),
    counts: () => store.counts(),
    probe: () => store.probe(),
    claimMessage: (request) => store.claimMessage(request),
    find: (messageId) => store.find(messageId),
    list: (request) => store.list(request),
    search: (request) => store.search(request),
    destinations: (limit) => store.destinations(limit),
    paused: () => store.paused(),
    pause: (paused, events) => store.pause(paused, events),
    resume: (destination, events) => store.resume(destination, events),
    close: () => store.close(),
  };
}
