import { REASONS, type Reason } from '@dsnkit/bounce';
import { isStatusCode } from '@dsnkit/delivery-status';
import { explainStatus } from '@dsnkit/delivery-status/registry';
import { adviceOnRecipient, saysReason } from '../explain/advice.ts';
import { printable, type Palette } from '../terminal/palette.ts';
import type { RecipientSummary } from './recipient-summary.ts';
import type { HeaderSummary, Summary } from './summary.ts';

/**
 * A report in words for people, some lines without the last line end.
 *
 * @param explain tell what to do about it, too
 */
export function describe(summary: Summary, paint: Palette, explain = false): string {
  return [...paragraphs(summary, paint, explain)].join('\n\n');
}

/** The same piece by piece, since a report may name very many recipients: an empty line is to stand between them. */
export function* paragraphs(summary: Summary, paint: Palette, explain: boolean): Generator<string> {
  const { kind, recipients, issues } = summary;
  yield [`${paint.bold(nameOf(summary))}: ${placeOf(summary)}${KINDS[kind]}`, ...messageLines(summary)].join('\n');
  for (const recipient of recipients) {
    yield kind !== 'mdn' && kind !== 'feedback'
      ? recipientLines(recipient, paint, explain || kind !== 'dsn').join('\n')
      : `  ${nameOfRecipient(recipient)}`;
  }
  if (kind === 'dsn' && recipients.length === 0) yield '  it names no recipient';
  if (issues.length > 0) {
    const count = issues.length === 1 ? 'one departure' : `${issues.length} departures`;
    yield paint.dim(`  ${count} from the standards; dsn lint tells more`);
  }
}

/** The file, and the place in it where it holds several messages; strangers may have named it. */
export function nameOf({ file, index }: Pick<Summary, 'file' | 'index'>): string {
  return printable(index === null ? file : `${file}#${index}`);
}

/** A message may have come inside of one in which somebody asks about it. */
export function placeOf({ attached, quoted }: Pick<Summary, 'attached' | 'quoted'>): string {
  if (attached === undefined) return '';
  return `${quoted ? 'quoted' : 'attached'}${attached === 1 ? '' : ` ${attached}`}: `;
}

const KINDS: Readonly<Record<Summary['kind'], string>> = {
  dsn: 'delivery status notification',
  mdn: 'message disposition notification (a read receipt or its like)',
  feedback: 'feedback report (an abuse complaint or its like)',
  bounce: 'bounce in no standard form',
  delay: 'notice of a delay in no standard form',
  success: 'notice of a delivery in no standard form',
  challenge: 'challenge to the sender, to prove that a person wrote',
  'auto-reply': 'automatic reply',
  other: 'no report',
};

function messageLines({ kind, report, original, header }: Summary): string[] {
  const lines: string[] = [];
  if (report?.disposition) lines.push(field('disposition', report.disposition));
  if (report?.feedbackType) lines.push(field('complaint', report.feedbackType));
  if (report?.reportingMta) lines.push(field('told by', report.reportingMta.value));
  if (report?.arrivalDate) lines.push(field('arrived', report.arrivalDate));
  if (report?.originalEnvelopeId) lines.push(field('envelope id', report.originalEnvelopeId));
  if (original !== null) lines.push(...headerLines('message', original));
  if (kind === 'other' || kind === 'auto-reply' || kind === 'challenge') lines.push(...headerLines('it is', header));
  return lines;
}

function headerLines(label: string, { subject, messageId, from, to }: HeaderSummary): string[] {
  const about = [subject && `"${subject}"`, messageId].filter(Boolean).join(' ');
  const lines = about === '' ? [] : [field(label, about)];
  if (from) lines.push(field('from', from));
  if (to) lines.push(field('to', to));
  return lines;
}

const ACTIONS: Readonly<Partial<Record<string, string>>> = {
  failed: 'failed: the message was not delivered and will not be',
  delayed: 'delayed: not delivered yet; the server goes on trying',
  delivered: 'delivered',
  relayed: 'relayed to a system that does not confirm delivery',
  expanded: 'delivered to an alias that passed it on to several addresses',
};

/** The colour that an action is seen in. */
export function paintAction(action: string | null, paint: Palette): (text: string) => string {
  if (action === 'failed') return paint.red;
  if (action === 'delayed') return paint.yellow;
  return action !== null && action in ACTIONS ? paint.green : paint.dim;
}

function recipientLines(recipient: RecipientSummary, paint: Palette, explain: boolean): string[] {
  const { action, status, originalRecipient, finalRecipient, remoteMta, diagnostic } = recipient;
  const lines = [`  ${nameOfRecipient(recipient)}: ${paintAction(action, paint)(actionOf(recipient))}`];
  const add = (label: string, value: string): void => void lines.push(`  ${field(label, value)}`);
  if (originalRecipient !== null && originalRecipient.value !== finalRecipient?.value) {
    if (finalRecipient?.value === recipient.address) add('sent as', originalRecipient.value);
    else if (finalRecipient !== null) add('turned into', finalRecipient.value);
  }
  if (status !== null) add('status', status + (isStatusCode(status) ? `: ${explainStatus(status)}` : ''));
  const reason = reasonOf(recipient);
  const code = status !== null && isStatusCode(status) ? status : undefined;
  if (explain && reason !== undefined) {
    const isTold = code !== undefined && saysReason(code, reason);
    add('reason', `${reason}, ${recipient.permanence ?? ''}${isTold ? '' : `: ${REASONS[reason].definition}`}`);
  }
  if (remoteMta !== null) add(action === 'failed' ? 'refused by' : 'remote host', remoteMta.value);
  if (diagnostic !== null) add('its words', diagnostic.value);
  if (recipient.lastAttemptDate !== null) add('last tried', recipient.lastAttemptDate);
  if (recipient.willRetryUntil !== null) add('tries until', recipient.willRetryUntil);
  const advice =
    explain && code !== undefined ? adviceOnRecipient(code, reason, isOver(recipient) ? 'failed' : action) : undefined;
  if (advice !== undefined) {
    add('sender', advice.sender);
    add('operator', advice.operator);
  }
  return lines;
}

/** Why it failed or is late, where anything tells. */
function reasonOf({ reason }: RecipientSummary): Reason | undefined {
  return reason === null || reason === 'undefined' || reason === 'delivered' ? undefined : reason;
}

function actionOf(recipient: RecipientSummary): string {
  const { action } = recipient;
  if (action === null) return 'the report names no action';
  if (isOver(recipient)) return 'said to be delayed, but its time is up: it will not be delivered';
  return ACTIONS[action] ?? `unknown action: ${printable(action)}`;
}

/** What the report declares late is lost: who waits for it waits for ever. */
function isOver({ action, advice }: RecipientSummary): boolean {
  return action === 'delayed' && advice !== 'wait';
}

function nameOfRecipient({ address }: RecipientSummary): string {
  return printable(address ?? '(no address)');
}

function field(label: string, value: string): string {
  return `  ${`${label}:`.padEnd(13)}${printable(value)}`;
}
