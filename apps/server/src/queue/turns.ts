import type { Clock } from '../ports.ts';

/**
 * Makes a gate for work that keeps the processor busy: of those that wait one goes through in each turn of the event loop,
 * in their order, so that whatever else happens comes in between. Who is alone does not wait.
 */
export function makeTurns(clock: Pick<Clock, 'after'>): () => Promise<void> {
  const waiting: (() => void)[] = [];
  let isOpen = true;

  function next(): void {
    const first = waiting.shift();
    if (first === undefined) {
      isOpen = true;
      return;
    }
    first();
    clock.after(0, next);
  }

  return () => {
    if (!isOpen) return new Promise((resolve) => waiting.push(resolve));
    isOpen = false;
    clock.after(0, next);
    return Promise.resolve();
  };
}
