import { jsonText } from '../terminal/json.ts';
import { EXIT, type Context, type ExitCode } from '../terminal/terminal.ts';
import { printable, type Palette } from '../terminal/palette.ts';
import { UsageError } from '../usage-error.ts';
import { ApiClient, type ApiOptions } from './client.ts';
import type { Destination, QueuedMessage, QueuedRecipient } from './shapes.ts';
import { counted, spanOf, table } from './table.ts';

export interface ListOptions extends ApiOptions {
  readonly destination?: string;
  readonly sender?: string;
  readonly recipient?: string;
  readonly state?: string;
  readonly limit: string;
  readonly json?: true;
}

interface Page {
  readonly messages: readonly QueuedMessage[];
  readonly next: string | null;
}

const PAGE = 200;

/** Lists queued messages, the oldest first. */
export async function listQueue(options: ListOptions, { terminal, paint }: Context): Promise<ExitCode> {
  const limit = Number(options.limit);
  if (!/^\d+$/.test(options.limit) || limit < 1)
    throw new UsageError(`--limit ${options.limit}: expected a number from 1`);
  const { destination, sender, recipient, state } = options;
  const client = new ApiClient(options);
  const found: QueuedMessage[] = [];
  let next: string | null = '';
  while (next !== null && found.length < limit) {
    const page: Page = await client.get<Page>('/api/v1/queue', 'messages', {
      ...{ destination, sender, recipient, state },
      limit: String(Math.min(PAGE, limit - found.length)),
      ...(next === '' ? {} : { cursor: next }),
    });
    found.push(...page.messages);
    next = page.next;
  }
  if (options.json === true) {
    for (const message of found) terminal.out(`${jsonText(message)}\n`);
    return EXIT.fine;
  }
  if (found.length === 0) {
    terminal.out('nothing is queued\n');
    return EXIT.fine;
  }
  terminal.out(table(['ID', 'AGE', 'SIZE', 'FROM', 'TO', 'STATE'], found.flatMap(rowsOf), { terminal, paint }));
  if (next !== null) terminal.out(`the first ${counted(found.length, 'message')}; there are more, see --limit\n`);
  return EXIT.fine;
}

/** One line for each recipient; what they share stands once. */
function rowsOf(message: QueuedMessage): readonly (readonly string[])[] {
  const age = spanOf(Date.now() - Date.parse(message.arrivedAt));
  const shared = [message.id, age, String(message.sizeOctets), `<${message.reversePath}>`];
  const rows = message.recipients.map((recipient, i) => [
    ...(i === 0 ? shared : ['', '', '', '']),
    recipient.address,
    stateWords(recipient),
  ]);
  const more = (message.recipientCount ?? rows.length) - rows.length;
  return more > 0 ? [...rows, ['', '', '', '', `and ${counted(more, 'more recipient')}`, '']] : rows;
}

function stateWords({ state, attempts, nextAttemptAt, lastFailure }: QueuedRecipient): string {
  const tried = attempts === 0 ? '' : `, ${counted(attempts, 'attempt')}`;
  const wait = Date.parse(nextAttemptAt) - Date.now();
  const when = state === 'waiting' ? ` ${wait > 0 ? `for ${spanOf(wait)}` : 'to be taken up'}` : '';
  const why = lastFailure === null ? '' : `: ${lastFailure.reply ?? `${lastFailure.status} ${lastFailure.reason}`}`;
  return `${state}${when}${tried}${why}`;
}

/** Shows one queued message. */
export async function showQueued(
  id: string,
  options: ApiOptions & { readonly json?: true },
  { terminal, paint }: Context,
): Promise<ExitCode> {
  const message = await new ApiClient(options).get<QueuedMessage>(
    `/api/v1/queue/${encodeURIComponent(id)}`,
    'recipients',
  );
  terminal.out(options.json === true ? `${jsonText(message)}\n` : describe(message, paint));
  return EXIT.fine;
}

function describe(message: QueuedMessage, paint: Palette): string {
  const line = (label: string, value: string): string => `  ${`${label}:`.padEnd(13)}${printable(value)}\n`;
  const head =
    `${paint.bold(printable(message.id))}\n` +
    line('from', `<${message.reversePath}>`) +
    (message.parameters === '' ? '' : line('with', message.parameters)) +
    line('arrived', `${message.arrivedAt} by ${message.origin}`) +
    line('size', counted(message.sizeOctets, 'octet'));
  const recipients = message.recipients.map(
    (recipient) =>
      `\n  ${printable(recipient.address)}: ${printable(stateWords(recipient))}\n` +
      `  ${line('goes to', recipient.destination)}` +
      (recipient.parameters === '' ? '' : `  ${line('with', recipient.parameters)}`) +
      (recipient.lastFailure === null ? '' : `  ${line('last tried', recipient.lastFailure.at)}`),
  );
  return head + recipients.join('');
}

/** Lists where mail waits to go. */
export async function listDestinations(
  options: ApiOptions & { readonly json?: true },
  { terminal, paint }: Context,
): Promise<ExitCode> {
  const { destinations } = await new ApiClient(options).get<{ readonly destinations: readonly Destination[] }>(
    '/api/v1/destinations',
    'destinations',
  );
  if (options.json === true) terminal.out(destinations.map((one) => `${jsonText(one)}\n`).join(''));
  else if (destinations.length === 0) terminal.out('nothing is queued\n');
  else
    terminal.out(
      table(['RECIPIENTS', 'OLDEST', 'IN HAND', 'STATE', 'DESTINATION'], destinations.map(row), { terminal, paint }),
    );
  return EXIT.fine;
}

function row({ destination, recipients, oldestAt, pausedSince, inHand }: Destination): readonly string[] {
  const oldest = oldestAt === null ? '-' : spanOf(Date.now() - Date.parse(oldestAt));
  return [String(recipients), oldest, String(inHand), pausedSince === null ? '-' : 'paused', destination];
}
