import type { Action } from '@dsnkit/delivery-status';
import { UsageError } from '../usage-error.ts';
import type { ComposeInput, RecipientInput } from './input.ts';

/** The options of `dsn compose` that describe a report. */
export interface ComposeFlags {
  readonly recipient?: readonly string[];
  readonly reportingMta?: string;
  readonly gateway?: string;
  readonly receivedFrom?: string;
  readonly arrivalDate?: string;
  readonly envid?: string;
  readonly from?: string;
  readonly to?: string;
  readonly subject?: string;
  readonly date?: string;
  readonly messageId?: string;
  readonly original?: string;
  readonly return?: 'full' | 'headers' | 'none';
  readonly language?: readonly string[];
  readonly global?: true;
}

/** What the flags say, with what a JSON document says underneath. */
export function withFlags(input: ComposeInput | undefined, flags: ComposeFlags): ComposeInput {
  assertForms(flags);
  const recipients = (flags.recipient ?? []).map(parseRecipient);
  const reportingMta = flags.reportingMta ?? input?.report.reportingMta;
  if (reportingMta === undefined) throw new UsageError('compose: --reporting-mta is needed, or a JSON document');
  const all = [...(input?.recipients ?? []), ...recipients];
  if (all.length === 0) throw new UsageError('compose: at least one --recipient is needed, or a JSON document');
  return {
    ...input,
    header: {
      ...input?.header,
      ...present({
        from: flags.from,
        to: flags.to,
        subject: flags.subject,
        date: flags.date,
        messageId: flags.messageId,
      }),
    },
    report: {
      ...input?.report,
      reportingMta,
      ...present({
        dsnGateway: flags.gateway,
        receivedFromMta: flags.receivedFrom,
        arrivalDate: flags.arrivalDate,
        originalEnvelopeId: flags.envid,
      }),
    },
    recipients: all,
    ...present({ original: flags.original, return: flags.return, languages: flags.language, global: flags.global }),
  };
}

/** RFC 5322 §3.6.4; RFC 3464 §2.1.2 for what has hosts as values. */
function assertForms({ messageId, reportingMta, gateway, receivedFrom }: ComposeFlags): void {
  if (messageId !== undefined && !/^<[^\s<>@]+@[^\s<>@]+>$/.test(messageId))
    throw new UsageError(`--message-id ${JSON.stringify(messageId)}: expected <ID@HOST>`);
  const hosts = { '--reporting-mta': reportingMta, '--gateway': gateway, '--received-from': receivedFrom };
  for (const [flag, host] of Object.entries(hosts)) {
    if (host !== undefined && !/^[^\s\0-\x1f]+$/.test(host))
      throw new UsageError(`${flag} ${JSON.stringify(host)}: the name of a host holds no blanks`);
  }
}

function present<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

const KEYS: Readonly<Record<string, keyof RecipientInput>> = {
  action: 'action',
  status: 'status',
  original: 'originalRecipient',
  remote: 'remoteMta',
  diagnostic: 'diagnostic',
  'last-attempt': 'lastAttemptDate',
  'log-id': 'finalLogId',
  'retry-until': 'willRetryUntil',
};

/**
 * A recipient as a flag has it: `ADDRESS [key=value …]`, values in quotes where they hold spaces; `diagnostic.de=…` is the
 * diagnostic in German.
 *
 * @throws {UsageError} one line that names the key
 */
export function parseRecipient(text: string): RecipientInput {
  const [address, ...pairs] = words(text);
  if (address === undefined || address.includes('=')) throw fault(text, 'expected ADDRESS key=value …');
  const recipient: Record<string, unknown> = { address, action: 'failed' };
  const localized: { language: string; text: string }[] = [];
  for (const pair of pairs) {
    const [, key = '', value = ''] = /^([a-z-]+(?:\.[A-Za-z0-9-]+)?)=(.*)$/s.exec(pair) ?? [];
    const name = KEYS[key];
    if (name !== undefined && value === '') throw fault(text, `${key} has no value`);
    const language = /^diagnostic\.(.+)$/.exec(key)?.[1];
    if (language !== undefined) localized.push({ language, text: value });
    else if (name === undefined)
      throw fault(text, `${JSON.stringify(pair)} is not known; one of ${Object.keys(KEYS).join(', ')}`);
    else recipient[name] = value;
  }
  if (!ACTIONS.has(String(recipient['action']))) throw fault(text, `action is one of ${[...ACTIONS].join(', ')}`);
  if (localized.length > 0) recipient['localizedDiagnostics'] = localized;
  return recipient as unknown as RecipientInput;
}

const ACTIONS: ReadonlySet<string> = new Set<Action>(['failed', 'delayed', 'delivered', 'relayed', 'expanded']);

/** Words parted by blanks; quotes keep blanks, `\"` is a quote. */
function words(text: string): string[] {
  return Array.from(text.matchAll(/(?:"(?:[^"\\]|\\.)*"|[^\s"])+/g), ([word]) =>
    word.replace(/"((?:[^"\\]|\\.)*)"/g, (_, inner: string) => inner.replace(/\\(.)/g, '$1')),
  );
}

function fault(text: string, what: string): UsageError {
  return new UsageError(`--recipient ${JSON.stringify(text)}: ${what}`);
}
