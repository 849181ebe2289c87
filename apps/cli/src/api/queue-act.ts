import { jsonText } from '../terminal/json.ts';
import { EXIT, type Context, type ExitCode } from '../terminal/terminal.ts';
import { UsageError } from '../usage-error.ts';
import { ApiClient, type ApiOptions } from './client.ts';
import type { ActionResult } from './shapes.ts';
import { counted } from './table.ts';

/** What operators do with what waits. */
export type QueueAction = 'retry' | 'hold' | 'release' | 'drop' | 'bounce' | 'reroute';

export interface ActOptions extends ApiOptions {
  readonly recipient?: string;
  readonly destination?: string;
  readonly status?: string;
  readonly reason?: string;
  readonly to?: string;
  readonly all?: true;
  readonly json?: true;
}

const DONE: Readonly<Record<QueueAction, string>> = {
  retry: 'to be attempted now',
  hold: 'held',
  release: 'released',
  drop: 'dropped; nobody is told',
  bounce: 'failed; senders are told as they asked',
  reroute: 'sent another way',
};

/** Does one thing with messages, or with all that waits for a destination. */
export async function act(
  action: QueueAction,
  ids: readonly string[],
  options: ActOptions,
  { terminal, complain }: Context,
): Promise<ExitCode> {
  const { recipient, destination, status, reason, to } = options;
  if ((ids.length === 0) === (destination === undefined))
    throw new UsageError(`queue ${action}: name messages by their ids, or --destination`);
  if (recipient !== undefined && ids.length !== 1)
    throw new UsageError(`queue ${action}: --recipient goes with one message`);
  if (status !== undefined && !/^5\.\d{1,3}\.\d{1,3}$/.test(status))
    throw new UsageError(`--status ${status}: expected a status of failure, such as 5.7.1`);
  const client = new ApiClient(options);
  const words = { status, reason, ...(to === undefined ? {} : { nextHop: to }) };
  const targets = destination === undefined ? ids.map((messageId) => ({ messageId, recipient })) : [{ destination }];
  const total = { messages: 0, recipients: 0, busy: 0 };
  for (const target of targets) {
    try {
      const result = await client.post<ActionResult>(`/api/v1/queue/${action}`, 'recipients', {
        ...target,
        ...words,
      });
      for (const key of ['messages', 'recipients', 'busy'] as const) total[key] += result[key];
    } catch (error) {
      // The others are done all the same.
      if (!(error instanceof UsageError) || targets.length === 1) throw error;
      complain(error.message);
    }
  }
  terminal.out(options.json === true ? `${jsonText(total)}\n` : `${tell(total, action)}\n`);
  return EXIT.fine;
}

function tell({ messages, recipients, busy }: ActionResult, action: QueueAction): string {
  const left = busy === 0 ? '' : `; ${busy} left alone, since an attempt is being made`;
  return `${counted(recipients, 'recipient')} of ${counted(messages, 'message')}: ${DONE[action]}${left}`;
}

/** Attempts everything that waits. */
export async function retryAll(ids: readonly string[], options: ActOptions, { terminal }: Context): Promise<ExitCode> {
  if (ids.length > 0) throw new UsageError('queue retry: name messages by their ids, or --all alone');
  const result = await new ApiClient(options).post<ActionResult>('/api/v1/queue/retry-all', 'recipients', {});
  terminal.out(options.json === true ? `${jsonText(result)}\n` : `${tell(result, 'retry')}\n`);
  return EXIT.fine;
}

/** Pauses a destination, or resumes it. */
export async function pauseOrResume(
  what: 'pause' | 'resume',
  destination: string,
  options: ApiOptions,
  { terminal, quiet }: Context,
): Promise<ExitCode> {
  await new ApiClient(options).order('POST', `/api/v1/destinations/${what}`, { destination });
  if (!quiet) terminal.out(`${destination} ${what === 'pause' ? 'paused' : 'resumed'}\n`);
  return EXIT.fine;
}
