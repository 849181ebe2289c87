import { explainStatus } from '@dsnkit/delivery-status/registry';
import { isStatusCode } from '@dsnkit/delivery-status';
import type { RecipientSummary, Summary } from './summary.ts';

/** A report in words for people, some lines without the last line end. */
export function describe(summary: Summary): string {
  const name = summary.index === null ? summary.file : `${summary.file}#${summary.index}`;
  const lines = [`${name}: ${KINDS[summary.kind]}`];
  const { report, original } = summary;
  if (report?.reportingMta) lines.push(field('told by', report.reportingMta.value));
  if (report?.arrivalDate) lines.push(field('arrived', report.arrivalDate));
  if (report?.originalEnvelopeId) lines.push(field('envelope id', report.originalEnvelopeId));
  if (original !== null) {
    const about = [original.subject && `"${printable(original.subject)}"`, original.messageId]
      .filter(Boolean)
      .join(' ');
    if (about !== '') lines.push(field('message', about));
    if (original.to) lines.push(field('sent to', original.to));
  }
  for (const recipient of summary.recipients) lines.push('', ...recipientLines(recipient));
  if (summary.issues.length > 0) {
    lines.push('', `  ${summary.issues.length} departures from the standards; dsn lint tells them`);
  }
  return lines.join('\n');
}

const KINDS: Readonly<Record<Summary['kind'], string>> = {
  dsn: 'delivery status notification',
  mdn: 'message disposition notification (a read receipt or its like)',
  feedback: 'feedback report (an abuse complaint or its like)',
  'auto-reply': 'automatic reply',
  other: 'no report',
};

const ACTIONS: Readonly<Record<string, string>> = {
  failed: 'failed: the message was not and will not be delivered',
  delayed: 'delayed: not delivered yet; the server goes on trying',
  delivered: 'delivered',
  relayed: 'relayed to a system that does not confirm delivery',
  expanded: 'delivered to an alias that passed it on to several addresses',
};

function recipientLines(recipient: RecipientSummary): string[] {
  const lines = [
    `  ${printable(recipient.address ?? '(no address)')}: ${ACTIONS[recipient.action ?? ''] ?? 'no action named'}`,
  ];
  const original = recipient.originalRecipient?.value;
  if (original !== undefined && original !== recipient.finalRecipient?.value) {
    lines.push(`  ${field('sent as', original)}`);
  }
  if (recipient.status !== null) {
    const words = isStatusCode(recipient.status) ? `: ${explainStatus(recipient.status)}` : '';
    lines.push(`  ${field('status', recipient.status + words)}`);
  }
  if (recipient.remoteMta !== null) lines.push(`  ${field('refused by', recipient.remoteMta.value, recipient.action)}`);
  if (recipient.diagnostic !== null) lines.push(`  ${field('its words', recipient.diagnostic.value)}`);
  if (recipient.willRetryUntil !== null) lines.push(`  ${field('tries until', recipient.willRetryUntil)}`);
  return lines;
}

function field(label: string, value: string, action: string | null = 'failed'): string {
  const name = label === 'refused by' && action !== 'failed' ? 'remote host' : label;
  return `  ${`${name}:`.padEnd(13)}${printable(value)}`;
}

/** A terminal must not obey what a stranger wrote. */
function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');
}
