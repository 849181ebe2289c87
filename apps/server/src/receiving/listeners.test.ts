import { describe, expect, it } from 'vitest';
import { parseConfig, type ListenConfig } from '../config.ts';
import type { Network } from '../ports.ts';
import type { ReceivingParts } from './parts.ts';
import { openListeners } from './listeners.ts';

/** A machine on which `0.0.0.0` is taken as long as any address is, with what happened on it. */
class Machine {
  readonly open = new Set<string>();
  readonly happened: string[] = [];
  /** The service manager holds these. */
  readonly #held: ReadonlySet<string>;

  constructor(held: readonly string[] = []) {
    this.#held = new Set(held);
  }

  readonly network = {
    listen: ({ host, port }: { readonly host: string; readonly port: number }) => {
      const name = `${host}:${port}`;
      const taken = [...this.open, ...this.#held].some(
        (each) => each !== name && each.endsWith(`:${port}`) && (each.startsWith('0.') || host === '0.0.0.0'),
      );
      if (taken || host === '192.0.2.9') return Promise.reject(new Error(`${name} can not be had`));
      this.open.add(name);
      this.happened.push(`open ${name}`);
      const close = (): Promise<void> => {
        if (this.open.delete(name)) this.happened.push(`close ${name}`);
        return Promise.resolve();
      };
      return Promise.resolve({ host, port, close, ...(this.#held.has(name) ? { isShared: true } : {}) });
    },
  } as unknown as Network;

  /** Opens what a configuration has, beside what is open. */
  listen(addresses: readonly string[], before: Awaited<ReturnType<typeof openListeners>>['listeners'] = new Map()) {
    const text = addresses.map((address) => `[[listen]]\naddress = "${address}"\n`).join('');
    const config = parseConfig(`hostname = "mx.example.org"\nstore = "sqlite:q"\n${text}`, 'dsnd.toml', '');
    const receivingOn = (listener: ListenConfig): ReceivingParts => ({ listener }) as ReceivingParts;
    const trouble = (error: unknown): void => void this.happened.push(String(error));
    return openListeners({ network: this.network, trouble }, { config, receivingOn }, before);
  }
}

describe('another configuration listens', () => {
  it.each([
    [['127.0.0.1:25'], ['0.0.0.0:25']],
    [['0.0.0.0:25'], ['127.0.0.1:25', '192.0.2.1:25']],
    [
      ['127.0.0.1:25', '192.0.2.1:25', '127.0.0.1:26'],
      ['127.0.0.1:26', '0.0.0.0:25'],
    ],
  ])('at %j, then at %j: what goes makes room', async (before, after) => {
    const machine = new Machine();
    const { listeners } = await machine.listen(before);
    await machine.listen(after, listeners);
    expect([...machine.open].sort()).toEqual([...after].sort());
  });

  it('as before where another address can not be had', async () => {
    const machine = new Machine();
    const { listeners } = await machine.listen(['127.0.0.1:25', '192.0.2.1:25']);
    await expect(machine.listen(['0.0.0.0:25', '192.0.2.9:26'], listeners)).rejects.toThrow('192.0.2.9:26');
    expect([...machine.open].sort()).toEqual(['127.0.0.1:25', '192.0.2.1:25']);
    expect(machine.happened).toContain('close 0.0.0.0:25');
  });

  it('as before where what comes after it fails', async () => {
    const machine = new Machine();
    const { listeners } = await machine.listen(['127.0.0.1:25', '192.0.2.1:25']);
    await (await machine.listen(['0.0.0.0:25'], listeners)).cancel();
    expect([...machine.open].sort()).toEqual(['127.0.0.1:25', '192.0.2.1:25']);
    expect(machine.happened).toContain('close 0.0.0.0:25');
  });

  it('without touching what stays, and what the service manager holds', async () => {
    const staying = new Machine();
    const { listeners } = await staying.listen(['127.0.0.1:25']);
    await expect(staying.listen(['127.0.0.1:25', '0.0.0.0:25'], listeners)).rejects.toThrow('0.0.0.0:25');
    expect(staying.happened).toEqual(['open 127.0.0.1:25']);
    const held = new Machine(['127.0.0.1:25']);
    const first = await held.listen(['127.0.0.1:25']);
    await expect(held.listen(['0.0.0.0:25'], first.listeners)).rejects.toThrow('0.0.0.0:25');
    expect(held.happened).toEqual(['open 127.0.0.1:25']);
  });
});
