import type { JSX } from 'preact';
import { isStatusCode, type SmtpReply } from '@dsnkit/delivery-status';
import { explainStatus } from '@dsnkit/delivery-status/registry';
import { visible } from '../parts/source.tsx';

const CLASSES: Readonly<Record<string, string>> = {
  '2': 'It was accepted.',
  '4': 'It was refused for now: a server that sends will try again.',
  '5': 'It was refused for good.',
};

/** The words of a server, explained. */
export function ReplyView({ reply }: { readonly reply: SmtpReply }): JSX.Element {
  const { replyCode, status, lines } = reply;
  return (
    <div class="verdict">
      <p class="verdict-kind">The reply of a server</p>
      <p class="verdict-summary">
        {CLASSES[String(replyCode ?? status ?? '').charAt(0)] ?? 'It is no reply that tells an outcome.'}{' '}
        {status !== undefined && isStatusCode(status) && explainStatus(status)}
      </p>
      <dl class="facts">
        {replyCode !== undefined && (
          <div>
            <dt>Reply code</dt>
            <dd>
              <code>{replyCode}</code>
            </dd>
          </div>
        )}
        {status !== undefined && (
          <div>
            <dt>Status code</dt>
            <dd>
              <code>{status}</code>
            </dd>
          </div>
        )}
        <div>
          <dt>Its words</dt>
          <dd>{lines.map(visible).join(' ')}</dd>
        </div>
      </dl>
    </div>
  );
}
