import { formatDate } from '@dsnkit/delivery-status';
import { base64Lines } from './encoded-words.ts';
import { visible } from './visible.ts';
import { wrap } from './wrap.ts';

/** A failure of which no report may tell the sender. */
export interface Unreported {
  readonly messageId: string;
  readonly reversePath: string;
  /** The message was itself a report of this server. */
  readonly isReport: boolean;
  readonly recipient: string;
  readonly why: 'null-reverse-path' | 'not-asked' | 'trouble';
  readonly atMs: number;
  readonly status?: string;
  readonly reason?: string;
  readonly remote?: { readonly mta: string; readonly line: string };
}

/** What a digest is made of. */
export interface DigestInput {
  readonly hostname: string;
  readonly postmaster: string;
  readonly id: string;
  readonly nowMs: number;
  readonly failures: readonly Unreported[];
  /** Failures beside those that are listed. */
  readonly uncounted: number;
}

/** The field by which a digest is known: of its own failure no other one tells. */
export const digestField = 'X-Dsnkit-Digest';

/**
 * Composes the message that tells the postmaster of failures of which no sender was told (RFC 3461 §5.2, §5.2.6(b)).
 *
 * It is no report, since it answers nobody: plain text, `Auto-Submitted: auto-generated` (RFC 3834 §5).
 */
export function composeDigest(input: DigestInput): Uint8Array {
  const { hostname, postmaster, id, nowMs, failures, uncounted } = input;
  const count = failures.length + uncounted;
  const text = digestText(input);
  const ascii = !/[^\u0000-\u007f]/.test(text);
  const body = ascii
    ? text.replaceAll('\n', '\r\n')
    : base64Lines(new TextEncoder().encode(text.replaceAll('\n', '\r\n')));
  const header = [
    `From: Mail Delivery System <MAILER-DAEMON@${hostname}>`,
    `To: <${postmaster}>`,
    `Subject: ${count} failure${count === 1 ? '' : 's'} of which no sender was told`,
    `Date: ${formatDate(new Date(nowMs))}`,
    `Message-ID: <${id}@${hostname}>`,
    'Auto-Submitted: auto-generated',
    `${digestField}: ${hostname}`,
    'MIME-Version: 1.0',
    `Content-Type: text/plain; charset=${ascii ? 'us-ascii' : 'utf-8'}`,
    'Content-Language: en',
    ...(ascii ? [] : ['Content-Transfer-Encoding: base64']),
  ];
  return new TextEncoder().encode(`${header.join('\r\n')}\r\n\r\n${body}`);
}

/** In this order, with what it means. */
const kinds: readonly { readonly heading: string; readonly holds: (failure: Unreported) => boolean }[] = [
  {
    heading:
      'Reports of this server that could not be delivered, so that senders do not learn of the fate of their mail',
    holds: ({ isReport, why }) => isReport && why === 'null-reverse-path',
  },
  {
    heading: 'Other mail without a return address, such as reports of other servers, that could not be delivered',
    holds: ({ isReport, why }) => !isReport && why === 'null-reverse-path',
  },
  {
    heading: 'Mail that could not be delivered, whose sender had asked not to be told of failures',
    holds: ({ why }) => why === 'not-asked',
  },
  {
    heading: 'Failures whose report this server could not make; its log tells more',
    holds: ({ why }) => why === 'trouble',
  },
];

function digestText({ hostname, failures, uncounted }: DigestInput): string {
  const sections = kinds.flatMap(({ heading, holds }) => {
    const some = failures.filter(holds);
    return some.length === 0 ? [] : [wrap(`${heading} (${some.length}):`, ''), ...some.map(entryText)];
  });
  const more =
    uncounted === 0
      ? []
      : [wrap(`And ${uncounted} more, which are not listed; the log has each of them as "not-reported".`, '')];
  const opening = `This is the mail system at ${hostname}. These recipients could not be served, and their senders are not told.`;
  return `${[wrap(opening, ''), ...sections, ...more].join('\n\n')}\n`;
}

function entryText({ messageId, reversePath, recipient, atMs, status, reason, remote }: Unreported): string {
  const said = remote === undefined ? reason : `${visible(remote.mta, 200)} said: ${remote.line}`;
  return [
    wrap(visible(recipient, 300), '  '),
    wrap(`${formatDate(new Date(atMs))}, message ${messageId} from <${visible(reversePath, 300)}>`, '    '),
    ...(status === undefined ? [] : [wrap(visible([status, said ?? ''].join(' ').trim(), 500), '    ')]),
  ].join('\n');
}
