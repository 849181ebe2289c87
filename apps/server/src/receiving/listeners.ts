import type { Config, ListenConfig } from '../config.ts';
import { overlaps } from '../config/networks.ts';
import type { Network } from '../ports.ts';
import { openListener, type Listener } from './listener.ts';
import type { ReceivingParts } from './parts.ts';

/** The listeners of a configuration, as far as they are new. */
export interface Opening {
  readonly listeners: ReadonlyMap<string, Listener>;
  /** Those that were open already go on under the new rules, connections and all. */
  apply(): void;
  /** Closes those that are new, and all is as it was. */
  cancel(): Promise<void>;
}

/** What decides where connections are taken, and how. */
interface Rules {
  readonly config: Pick<Config, 'listen'>;
  receivingOn(listener: ListenConfig): ReceivingParts;
}

interface OpeningParts {
  readonly network: Network;
  readonly trouble: (error: unknown) => void;
}

/**
 * Opens what a configuration listens on. When one can't be opened, none is changed.
 *
 * Where an address lies over that of a listener that goes, as `0.0.0.0` over any of IPv4, that one makes room first; who
 * connects in this moment is refused, and comes again.
 *
 * @param open those of before, by the names that the last opening gave them
 */
export async function openListeners(
  { network, trouble }: OpeningParts,
  rules: Rules,
  open: ReadonlyMap<string, Listener>,
): Promise<Opening> {
  const named = byAddress(rules.config.listen);
  const going = new Map([...open].filter(([key]) => !named.has(key)));
  const listeners = new Map<string, Listener>();
  const fresh: Listener[] = [];
  const withdrawn: Listener[] = [];
  const kept: (() => void)[] = [];

  async function makeRoom(at: ListenConfig): Promise<boolean> {
    const before = withdrawn.length;
    for (const [key, listener] of going) {
      if (!overlaps(listener, at) || !(await listener.withdraw())) continue;
      going.delete(key);
      withdrawn.push(listener);
    }
    return withdrawn.length > before;
  }

  async function openFresh(config: ListenConfig, parts: ReceivingParts): Promise<Listener> {
    try {
      return await openListener(network, parts);
    } catch (error) {
      if (!(await makeRoom(config))) throw error;
      return await openListener(network, parts);
    }
  }

  async function cancel(): Promise<void> {
    await Promise.all(fresh.map((listener) => listener.close()));
    for (const listener of withdrawn) await listener.resume().catch(trouble);
  }

  try {
    for (const [key, config] of named) {
      const parts = rules.receivingOn(config);
      const known = open.get(key);
      const listener = known ?? (await openFresh(config, parts));
      if (known === undefined) fresh.push(listener);
      else kept.push(() => known.update(parts));
      listeners.set(key, listener);
    }
  } catch (error) {
    await cancel();
    throw error;
  }
  return { listeners, apply: () => kept.forEach((update) => update()), cancel };
}

/** Each by its address; the same one again is another. */
function byAddress(listen: readonly ListenConfig[]): ReadonlyMap<string, ListenConfig> {
  const named = new Map<string, ListenConfig>();
  for (const config of listen) {
    let key = `${config.host} ${config.port}`;
    while (named.has(key)) key += ' again';
    named.set(key, config);
  }
  return named;
}
