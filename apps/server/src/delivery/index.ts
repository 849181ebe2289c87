import type { Transport } from '../model.ts';
import type { Cluster, HttpClient, Mailboxes, Programs } from '../ports.ts';
import { parseDestination, type NextHop } from '../routing/next-hop.ts';
import type { RouteConfig } from '../config/model.ts';
import { DiscardTransport } from './discard-transport.ts';
import { GatewayTransport } from './gateway-transport.ts';
import { hopSettings } from './hop-settings.ts';
import { MaildirTransport } from './maildir-transport.ts';
import { PipeTransport } from './pipe-transport.ts';
import { SimulatorTransport } from './simulator-transport.ts';
import type { DestinationElsewhere } from './smtp-pool.ts';
import { SmtpTransport, type SmtpOptions, type SmtpPorts } from './smtp-transport.ts';

export type { DanePorts } from './dane-targets.ts';
export type { SmtpOptions, SmtpPorts } from './smtp-transport.ts';
export { StsPolicies } from './sts-policies.ts';

/** What delivery needs of the outside world. */
export interface DeliveryPorts extends Omit<SmtpPorts, 'others'> {
  readonly mailboxes: Mailboxes;
  readonly http: HttpClient;
  readonly programs: Programs;
  /** Other nodes that deliver from the same queue. */
  readonly cluster?: Cluster;
}

/** How delivery behaves. */
export interface DeliveryOptions extends SmtpOptions {
  /** The address whose Maildir an address is; itself by default. */
  readonly mailboxOf?: (address: string) => string;
  /** What they say about TLS and logins. */
  readonly routes?: readonly RouteConfig[];
}

/** The transports of all destinations. */
export interface Transports {
  /**
   * The transport of a destination, as `destinationKey` writes it; the same one as long as it has work or connections.
   *
   * @throws {NextHopError} for a key that stands for no next hop
   */
  transportFor(destination: string): Transport;
  /** Closes all; attempts under way are finished. */
  close(): Promise<void>;
}

/** Transports of SMTP destinations that are kept although they are idle. */
const maxIdle = 1000;

/**
 * Makes the transport of a next hop.
 *
 * @example makeTransport({ kind: 'discard' }, ports, { hostname: 'mx.example.org' })
 */
export function makeTransport(
  nextHop: NextHop,
  ports: DeliveryPorts & Pick<SmtpPorts, 'others'>,
  options: DeliveryOptions,
): Transport {
  switch (nextHop.kind) {
    case 'smtp':
    case 'smtps':
    case 'lmtp':
    case 'mx':
      return new SmtpTransport(nextHop, ports, { ...options, ...hopSettings(options.routes ?? [], nextHop) });
    case 'maildir':
      return new MaildirTransport(nextHop.directory, ports, options.mailboxOf);
    case 'gateway':
      return new GatewayTransport(nextHop.url, ports);
    case 'pipe':
      return new PipeTransport(nextHop.command, ports);
    case 'simulator':
      return new SimulatorTransport(ports.clock);
    case 'discard':
      return new DiscardTransport();
  }
}

/**
 * Makes transports as destinations come up, and forgets idle ones when there are many.
 *
 * @example makeTransports(ports, { hostname: 'mx.example.org' }).transportFor('mx:ivory.edu')
 */
export function makeTransports(ports: DeliveryPorts, options: DeliveryOptions): Transports {
  const transports = new Map<string, Transport>();
  return {
    transportFor: (destination) => {
      const known = transports.get(destination);
      if (known !== undefined) return known;
      if (transports.size >= maxIdle) forgetIdle(transports);
      const made = makeTransport(parseDestination(destination), { ...ports, ...othersAt(destination, ports) }, options);
      transports.set(destination, made);
      return made;
    },
    close: async () => {
      await Promise.all([...transports.values()].map((transport) => transport.close()));
    },
  };
}

/** The other nodes, as one destination is concerned. */
function othersAt(destination: string, { cluster }: DeliveryPorts): { readonly others?: DestinationElsewhere } {
  if (cluster === undefined) return {};
  const others: DestinationElsewhere = {
    nodes: () => cluster.nodes(),
    tellDown: (untilMs) => cluster.tellDown(destination, untilMs),
    downUntilMs: () => cluster.downUntilMs(destination),
  };
  return { others };
}

function forgetIdle(transports: Map<string, Transport>): void {
  for (const [destination, transport] of transports) {
    if (transport instanceof SmtpTransport && transport.idle) transports.delete(destination);
  }
}
