import type { Clock, HttpGetter, KeptPolicy, PolicyStore, Resolver } from '../ports.ts';
import { isAhead } from './ahead.ts';
import { parseStsPolicy, readStsRecord, type StsPolicy } from './mta-sts.ts';
import { makeStsKeeping, type StsKeeping } from './sts-keeping.ts';

/** What looking up policies needs of the outside world. */
export interface StsPorts {
  readonly clock: Clock;
  readonly resolver: Resolver;
  readonly web: HttpGetter;
  /** Keeps them over a restart; absent: they go with the process. */
  readonly kept?: { readonly store: PolicyStore; readonly trouble: (error: unknown) => void };
}

type Known = Omit<KeptPolicy, 'domain'>;

interface Entry {
  known: Known | undefined;
  /** When the TXT record is to be asked for again. */
  askAtMs: number;
  /** The id whose policy could not be had, and until when it is left at that. */
  failed: { readonly id: string; readonly untilMs: number } | undefined;
  asking: Promise<void> | undefined;
}

/** How long the answer for a TXT record is used again. */
const askAgainMs = 60_000;
/** RFC 8461 §3.3: at least five minutes between tries for the same id. */
const failedMs = 300_000;
/** RFC 8461 §3.3: a policy that stays is fetched again long before it runs out: so often, or at half of its time. */
const refreshMs = 86_400_000;
/** RFC 8461 §3.3 suggests a minute, and 64 KB. */
const fetchTimeoutMs = 60_000;
const maxPolicyOctets = 65_536;
const maxDomains = 10_000;

/**
 * The MTA-STS policies of the domains that we send to: each is used until its `max_age` has gone by, whatever the DNS says
 * meanwhile, and replaced as soon as its id changes. RFC 8461 §3.3, §5.1. They are kept over a restart: a server that forgot
 * them would give whoever holds back the DNS another first time. RFC 8461 §10.2
 *
 * @example await new StsPolicies({ clock, resolver, web }).policyOf('ivory.edu')
 */
export class StsPolicies {
  readonly #ports: StsPorts;
  readonly #entries = new Map<string, Entry>();
  readonly #keeping: StsKeeping | undefined;
  readonly #loaded: Promise<void> | undefined;

  constructor(ports: StsPorts) {
    this.#ports = ports;
    if (ports.kept === undefined) return;
    this.#keeping = makeStsKeeping({ ...ports.kept, clock: ports.clock, known: () => this.#known() });
    this.#loaded = this.#load(this.#keeping);
  }

  /** Saves what has changed. */
  async stop(): Promise<void> {
    await this.#keeping?.stop();
  }

  /** The policy in force; undefined if there is none, or none that could be had. */
  async policyOf(domain: string): Promise<StsPolicy | undefined> {
    const { clock } = this.#ports;
    await this.#loaded;
    const entry = this.#entry(domain.toLowerCase());
    if (!isAhead(entry.askAtMs, askAgainMs, clock.now()))
      entry.asking ??= this.#ask(domain.toLowerCase(), entry).finally(() => (entry.asking = undefined));
    // Whoever comes while the policy is fetched waits for it, too: the mail must not go without.
    await entry.asking;
    const { known } = entry;
    return known !== undefined && known.expiresAtMs > clock.now() ? known.policy : undefined;
  }

  #entry(domain: string): Entry {
    const entry = this.#entries.get(domain) ?? { known: undefined, askAtMs: 0, failed: undefined, asking: undefined };
    // Moved to the end: the first ones are those that were not wanted for longest.
    this.#entries.delete(domain);
    this.#entries.set(domain, entry);
    if (this.#entries.size > maxDomains) {
      for (const oldest of this.#entries.keys()) {
        this.#entries.delete(oldest);
        break;
      }
    }
    return entry;
  }

  async #load(keeping: StsKeeping): Promise<void> {
    for (const { domain, ...known } of await keeping.load()) this.#entry(domain).known = known;
  }

  /** Those in force, in the order in which they were wanted last. */
  #known(): readonly KeptPolicy[] {
    const nowMs = this.#ports.clock.now();
    return [...this.#entries].flatMap(([domain, { known }]) =>
      known !== undefined && known.expiresAtMs > nowMs ? { domain, ...known } : [],
    );
  }

  async #ask(domain: string, entry: Entry): Promise<void> {
    const { clock, resolver } = this.#ports;
    const answer = await resolver.txt(`_mta-sts.${domain}`);
    entry.askAtMs = clock.now() + askAgainMs;
    const id = answer.kind === 'records' ? readStsRecord(answer.records) : undefined;
    if (id === undefined || !isNeeded(entry, id, clock.now())) return;
    const policy = await this.#fetch(domain);
    const nowMs = clock.now();
    if (policy === undefined) entry.failed = { id, untilMs: nowMs + failedMs };
    else {
      entry.known = { policy, id, fetchedAtMs: nowMs, expiresAtMs: nowMs + policy.maxAgeSeconds * 1000 };
      this.#keeping?.changed();
    }
  }

  /** RFC 8461 §3.3: 200, plain text, no redirects; the certificate is for the HTTP client to check. */
  async #fetch(domain: string): Promise<StsPolicy | undefined> {
    try {
      const { status, contentType, body } = await this.#ports.web.get({
        url: `https://mta-sts.${domain}/.well-known/mta-sts.txt`,
        timeoutMs: fetchTimeoutMs,
        maxOctets: maxPolicyOctets,
      });
      if (status !== 200 || !/^text\/plain[\t ]*(?:;|$)/i.test(contentType)) return undefined;
      return parseStsPolicy(body);
    } catch {
      return undefined;
    }
  }
}

function isNeeded({ known, failed }: Entry, id: string, nowMs: number): boolean {
  if (failed?.id === id && isAhead(failed.untilMs, failedMs, nowMs)) return false;
  if (known?.id !== id) return true;
  const staysMs = Math.min(refreshMs, (known.expiresAtMs - known.fetchedAtMs) / 2);
  return !isAhead(known.fetchedAtMs + staysMs, staysMs, nowMs);
}
