import { escapeHarmful } from '@dsnkit/delivery-status';
import { isoTime } from '../input/iso-time.ts';
import { readInput } from '../input/read-all.ts';
import { jsonText } from '../terminal/json.ts';
import { EXIT, type Context, type ExitCode } from '../terminal/terminal.ts';
import { UsageError } from '../usage-error.ts';
import { ApiClient, type ApiOptions } from './client.ts';
import type { Suppression } from './shapes.ts';
import { table } from './table.ts';

const PATH = '/api/v1/suppressions';
const PAGE = 500;
const ADDED_AT_ONCE = 10_000;

export interface SuppressListOptions extends ApiOptions {
  readonly search?: string;
  readonly json?: true;
}

interface Page {
  readonly entries: readonly Suppression[];
  readonly next: string | null;
}

/** Lists suppressed addresses, page by page. */
export async function listSuppressed(options: SuppressListOptions, { terminal, paint }: Context): Promise<ExitCode> {
  const client = new ApiClient(options);
  let count = 0;
  let next: string | null = '';
  while (next !== null) {
    const query = { search: options.search, limit: String(PAGE), ...(next === '' ? {} : { cursor: next }) };
    const page: Page = await client.get<Page>(PATH, 'entries', query);
    if (options.json === true) terminal.out(page.entries.map((one) => `${jsonText(one)}\n`).join(''));
    else if (page.entries.length > 0)
      terminal.out(table(['ADDRESS', 'SINCE', 'UNTIL', 'REASON'], page.entries.map(row), { terminal, paint }));
    await terminal.drained();
    count += page.entries.length;
    next = page.next;
  }
  if (count === 0 && options.json !== true) terminal.out('no address is suppressed\n');
  return EXIT.fine;
}

function row({ address, since, until, reason, status }: Suppression): readonly string[] {
  const why = status === null ? reason : `${status} ${reason}`;
  return [address, since.slice(0, 10), until === null ? 'for good' : until.slice(0, 10), why];
}

/** Shows one suppressed address. */
export async function showSuppressed(
  address: string,
  options: SuppressListOptions,
  { terminal, paint }: Context,
): Promise<ExitCode> {
  const entry = await new ApiClient(options).get<Suppression>(`${PATH}/${encodeURIComponent(address)}`, 'since');
  terminal.out(
    options.json === true
      ? `${jsonText(entry)}\n`
      : table(['ADDRESS', 'SINCE', 'UNTIL', 'REASON'], [row(entry)], { terminal, paint }),
  );
  return EXIT.fine;
}

/** Adds addresses. */
export async function suppress(
  addresses: readonly string[],
  options: ApiOptions & { readonly reason?: string; readonly until?: string },
  { terminal }: Context,
): Promise<ExitCode> {
  const { reason, until } = options;
  for (const address of addresses) if (!isAddress(address)) throw new UsageError(`${address}: ${AN_ADDRESS}`);
  const untilMs = until === undefined ? undefined : isoTime(until);
  if (untilMs !== undefined && !(untilMs > Date.now()))
    throw new UsageError(`--until ${until}: expected a date or time to come, such as 2030-01-31`);
  const count = await add(
    new ApiClient(options),
    // A time that says no distance from UTC is one of here, wherever the server is.
    addresses.map((address) => ({ address, reason, until: untilMs && new Date(untilMs).toISOString() })),
  );
  terminal.out(told(count, addresses.length));
  return EXIT.fine;
}

/** Takes addresses from the list. */
export async function unsuppress(
  addresses: readonly string[],
  options: ApiOptions,
  { terminal, complain }: Context,
): Promise<ExitCode> {
  const client = new ApiClient(options);
  for (const address of addresses) {
    try {
      await client.order('DELETE', `${PATH}/${encodeURIComponent(address)}`);
      terminal.out(`${address}: removed\n`);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      complain(error.message);
    }
  }
  return EXIT.fine;
}

/** Writes all entries, one JSON object on each line. */
export async function exportSuppressed(options: ApiOptions, { terminal }: Context): Promise<ExitCode> {
  const decoder = new TextDecoder();
  for await (const piece of await new ApiClient(options).stream(`${PATH}/export`, 'application/x-ndjson', {})) {
    terminal.out(escapeHarmful(decoder.decode(piece, { stream: true })));
    await terminal.drained();
  }
  return EXIT.fine;
}

/** Reads what an export wrote, or a list of addresses, one on each line. What is neither is told, and the rest is added. */
export async function importSuppressed(
  file: string,
  options: ApiOptions,
  { terminal, complain }: Context,
): Promise<ExitCode> {
  const text = Buffer.from(await readInput(file, () => terminal.input())).toString('utf8');
  const read = text.split(/\r?\n/).map((line) => entryOf(line.trim()));
  const faults = read.flatMap((one, at) => (typeof one === 'string' ? [`${file}:${at + 1}: ${one}`] : []));
  for (const fault of faults.slice(0, FAULTS_TOLD)) complain(fault);
  if (faults.length > FAULTS_TOLD) complain(`${file}: ${faults.length - FAULTS_TOLD} more lines are no entries`);
  const entries = read.filter((one) => typeof one === 'object');
  const client = new ApiClient(options);
  let count = 0;
  for (let at = 0; at < entries.length; at += ADDED_AT_ONCE)
    count += await add(client, entries.slice(at, at + ADDED_AT_ONCE));
  terminal.out(told(count, entries.length));
  return EXIT.fine;
}

/** A file that is no list at all has a fault in each line. */
const FAULTS_TOLD = 20;

/** Who is passed over by the server: RFC 5321 §4.5.1. */
function told(added: number, given: number): string {
  return `${added} added${added < given ? `; ${given - added} passed over: mail to postmasters is never refused` : ''}\n`;
}

/** Nothing is ever sent to what stands in brackets, or to two addresses at once: such an entry would stop nothing. */
function isAddress(text: string): boolean {
  return /^(?:"[^\n]*"|[^\s"<>(),:;@]+)@[^\s"<>(),;@]+$/.test(text);
}

const AN_ADDRESS = 'expected an address such as someone@example.org';

async function add(client: ApiClient, entries: readonly object[]): Promise<number> {
  return (await client.post<{ readonly count: number }>(PATH, 'count', { entries })).count;
}

/** The entry of a line, or what is wrong with it; undefined where there is none. */
function entryOf(line: string): { readonly address: string } | string | undefined {
  if (line === '' || line.startsWith('#')) return undefined;
  const entry = line.startsWith('{') ? jsonOf(line) : { address: line };
  if (entry === undefined) return 'is no JSON object';
  const address = typeof entry.address === 'string' ? bare(entry.address) : undefined;
  return address !== undefined && isAddress(address) ? { ...entry, address } : AN_ADDRESS;
}

/** QUIRK: lists of other systems, and older ones of ours, have addresses as they stand in paths. RFC 5321 §4.1.2 */
function bare(address: string): string {
  return address.replace(/^<(.*)>$/s, '$1');
}

function jsonOf(line: string): { readonly address?: unknown } | undefined {
  try {
    return JSON.parse(line) as { readonly address?: unknown };
  } catch {
    return undefined;
  }
}
