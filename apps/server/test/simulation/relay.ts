import { SmtpTransport, type SmtpOptions, type SmtpPorts } from '../../src/delivery/smtp-transport.ts';
import type { Delivery, Outcome } from '../../src/model.ts';
import type { RelayHop } from '../../src/routing/next-hop.ts';
import { SimulatedClock } from './clock.ts';
import { SimulatedNetwork, type SimulatedHost } from './network.ts';
import { TableResolver } from './resolver.ts';
import { ScriptedHost, type Script } from './scripted-host.ts';

/** A client, scripted hosts and the DNS in one simulated world. */
export interface RelayWorld {
  readonly clock: SimulatedClock;
  readonly network: SimulatedNetwork;
  readonly resolver: TableResolver;
  readonly client: SimulatedHost;
  /** Adds a host with a script; it listens on port 25 of its address, which the DNS knows. */
  add(
    name: string,
    address: string,
    script?: Script,
  ): Promise<{ readonly host: SimulatedHost; readonly peer: ScriptedHost }>;
  readonly transport: (nextHop: RelayHop, options?: Partial<SmtpOptions>, more?: Partial<SmtpPorts>) => SmtpTransport;
}

export function relayWorld(): RelayWorld {
  const clock = new SimulatedClock(0);
  const network = new SimulatedNetwork(clock, 5);
  const resolver = new TableResolver();
  const client = network.host('mx.example.org', '192.0.2.9');
  return {
    clock,
    network,
    resolver,
    client,
    add: async (name, address, script) => {
      const host = network.host(name, address);
      resolver.table.set(name, { ...resolver.table.get(name), addresses: [address] });
      return { host, peer: await ScriptedHost.start(host, script) };
    },
    transport: (nextHop, options, more) =>
      new SmtpTransport(
        nextHop,
        { clock, network: client, resolver, random: () => 0, ...more },
        { hostname: 'mx.example.org', ...options },
      ),
  };
}

/** One host `mx.ivory.edu` with a script, and a transport that relays to it. */
export async function oneHop(
  script: Script = {},
  options: Partial<SmtpOptions> = {},
  kind: 'smtp' | 'lmtp' = 'smtp',
): Promise<
  RelayWorld & {
    readonly host: SimulatedHost;
    readonly peer: ScriptedHost;
    readonly relay: SmtpTransport;
    readonly deliver: (delivery: Delivery) => Promise<readonly Outcome[]>;
  }
> {
  const world = relayWorld();
  const { host, peer } = await world.add('mx.ivory.edu', '192.0.2.1', script);
  const relay = world.transport({ kind, host: 'mx.ivory.edu', port: 25 }, options);
  return { ...world, host, peer, relay, deliver: (delivery) => world.clock.during(relay.deliver(delivery)) };
}

/** An outcome in one line: kind, status, then stage and first reply line, or our reason. */
export function told(outcome: Outcome): string {
  const { status, remote } = 'failure' in outcome ? outcome.failure : outcome;
  const reason = 'failure' in outcome ? `(${outcome.failure.reason})` : '';
  return `${outcome.kind} ${status} ${remote === undefined ? reason : `${remote.stage}: ${remote.rawLines[0]}`}`;
}
