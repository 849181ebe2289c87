import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { ExplainedField, ExplainedRecipient, Explanation } from '../../../src/admin/explain-schema.ts';
import { Badge } from '../parts/basics.tsx';
import { HtmlBody } from '../parts/html-body.tsx';
import type { IconName } from '../parts/icon.tsx';
import { Source, visible } from '../parts/source.tsx';
import { Tabs } from '../parts/tabs.tsx';
import { toneOfAction } from '../words.ts';
import { Findings } from './findings.tsx';
import { Judged, marksOf } from './judged.tsx';
import type { ReadMessage } from './reader.ts';

/** A report or bounce as people read it: what became of each recipient and why, what was said, each field, the original. */
export function ReportView({ read: { explanation, findings, octets } }: { readonly read: ReadMessage }): JSX.Element {
  const { recipients, message, original, human } = explanation;
  const [tab, setTab] = useState('said');
  const [line, setLine] = useState<number>();
  const hasFields = (message?.fields.length ?? 0) > 0 || recipients.some(({ fields }) => fields.length > 0);
  const show = (name: string): void => {
    setTab(name);
    setLine(undefined);
  };
  const showLine = (wanted: number): void => {
    setTab('source');
    setLine(wanted);
  };
  const source = useMemo(() => new TextDecoder().decode(octets), [octets]);
  const marks = useMemo(() => marksOf(recipients), [recipients]);
  const tabs = [
    ...(human.text === null && human.html === null
      ? []
      : [{ name: 'said', label: 'What it says', show: () => <Said human={human} /> }]),
    ...(hasFields ? [{ name: 'fields', label: 'Fields', show: () => <Fields explanation={explanation} /> }] : []),
    ...(original?.text == null
      ? []
      : [
          {
            name: 'original',
            label: 'The original',
            show: () => <Original text={original.text ?? ''} original={original} />,
          },
        ]),
    {
      name: 'source',
      label: 'Source',
      show: () => <Source text={source} label="Source of the bounce" marks={marks} at={line} />,
    },
    {
      name: 'checks',
      label: `Checks (${findings.length})`,
      show: () => <Findings findings={findings} kind={explanation.kind} />,
    },
  ];
  return (
    <div class="report-view">
      <Verdict explanation={explanation} />
      {recipients.map((recipient, index) => (
        <RecipientCard key={index} recipient={recipient} showLine={showLine} />
      ))}
      <Tabs label="Parts of the report" tabs={tabs} name={tab} choose={show} />
    </div>
  );
}

const KINDS: Readonly<Record<Explanation['kind'], string>> = {
  dsn: 'Delivery status notification',
  bounce: 'Bounce in a form of its own',
  delay: 'Word of a delay',
  success: 'Word of delivery',
  challenge: 'Question back',
  mdn: 'Read receipt',
  feedback: 'Abuse complaint',
  'auto-reply': 'Automatic reply',
  other: 'No bounce',
};

/** Formats that say no more than the kind does. */
const NAMELESS: ReadonlySet<string> = new Set(['delivery-status', 'words', 'fields', 'mdn', 'feedback']);

function Verdict({ explanation }: { readonly explanation: Explanation }): JSX.Element {
  const { kind, format, summary, message, header, original } = explanation;
  return (
    <div class="verdict">
      <p class="verdict-kind">
        {KINDS[kind]}
        {NAMELESS.has(format) || kind === 'other' ? '' : ` (${format})`}
      </p>
      <p class="verdict-summary">{visible(summary)}</p>
      <dl class="facts">
        <Fact label="About">{original?.subject ?? original?.messageId}</Fact>
        <Fact label="Sent by">{original?.from}</Fact>
        <Fact label="Told by">{message?.reportingMta?.value ?? header.from}</Fact>
        <Fact label="Envelope id">{message?.envelopeId}</Fact>
        <Fact label="Report">{header.subject}</Fact>
      </dl>
    </div>
  );
}

function Fact({
  label,
  children,
}: {
  readonly label: string;
  readonly children: string | null | undefined;
}): JSX.Element | null {
  if (children === null || children === undefined || children === '') return null;
  return (
    <div>
      <dt>{label}</dt>
      <dd>{visible(children)}</dd>
    </div>
  );
}

const ACTION_ICONS: Readonly<Record<string, IconName>> = {
  failed: 'failed',
  delayed: 'deferred',
  delivered: 'delivered',
  relayed: 'relayed',
  expanded: 'expanded',
};

function RecipientCard({
  recipient,
  showLine,
}: {
  readonly recipient: ExplainedRecipient;
  readonly showLine: (line: number) => void;
}): JSX.Element {
  const { address, action, actionMeaning, status, statusMeaning, remoteMta, diagnostic, originalRecipient } = recipient;
  const { judgement } = recipient;
  const host = remoteMta?.value ?? judgement?.remoteHost ?? null;
  return (
    <article class={`recipient-card t-${toneOfAction(action)}`}>
      <div class="recipient-head">
        <h3 class="address">{visible(address ?? 'An address that is not told')}</h3>
        {action !== null && (
          <Badge tone={toneOfAction(action)} {...(ACTION_ICONS[action] && { icon: ACTION_ICONS[action] })}>
            {visible(action)}
          </Badge>
        )}
        {status !== null && <code class="status-code">{visible(status)}</code>}
      </div>
      <p>
        {actionMeaning === null ? 'The report does not say what was done.' : `The message ${actionMeaning}.`}{' '}
        {statusMeaning !== null && statusMeaning}
      </p>
      {diagnostic !== null && (
        <blockquote class="reply">
          <p class="reply-from">{host === null ? 'Diagnostic' : `${visible(host)} answered`}</p>
          <code>{visible(diagnostic.value)}</code>
        </blockquote>
      )}
      {originalRecipient !== null && originalRecipient.value !== address && (
        <p class="quiet">Sent as {visible(originalRecipient.value)}.</p>
      )}
      {judgement !== null && <Judged judgement={judgement} showLine={showLine} />}
    </article>
  );
}

function Said({ human }: { readonly human: Explanation['human'] }): JSX.Element {
  const { text, html, translations } = human;
  const [asHtml, setAsHtml] = useState(false);
  if (text === null && html === null) return <p class="quiet">The report has no part for people.</p>;
  return (
    <>
      {text !== null && html !== null && (
        <label class="check">
          <input type="checkbox" checked={asHtml} onChange={() => setAsHtml(!asHtml)} /> As HTML
        </label>
      )}
      {html !== null && (asHtml || text === null) ? (
        <HtmlBody html={html} />
      ) : (
        <p class="letter">{visible(text ?? '')}</p>
      )}
      {translations.map(({ language, text: translated }) => (
        <details key={language}>
          <summary>In another language: {visible(language)}</summary>
          <p class="letter" lang={language}>
            {visible(translated ?? '')}
          </p>
        </details>
      ))}
    </>
  );
}

function Fields({ explanation: { message, recipients } }: { readonly explanation: Explanation }): JSX.Element {
  return (
    <>
      {message !== null && message.fields.length > 0 && (
        <FieldTable caption="About the message" fields={message.fields} />
      )}
      {recipients.map(({ address, fields }, index) => (
        <FieldTable key={index} caption={`About ${visible(address ?? `recipient ${index + 1}`)}`} fields={fields} />
      ))}
    </>
  );
}

function FieldTable({
  caption,
  fields,
}: {
  readonly caption: string;
  readonly fields: readonly ExplainedField[];
}): JSX.Element {
  return (
    <table class="fields">
      <caption>{caption}</caption>
      <thead class="visually-hidden">
        <tr>
          <th scope="col">Field and meaning</th>
          <th scope="col">Value</th>
        </tr>
      </thead>
      <tbody>
        {fields.map(({ name, value, meaning, clause }, index) => (
          <tr key={index}>
            <th scope="row">
              <code>{visible(name)}</code>
              <small>
                {meaning ?? 'A field of their own'}
                {clause !== null && <span class="clause"> {clause}</span>}
              </small>
            </th>
            <td>
              <code>{visible(value)}</code>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Original({
  original,
  text,
}: {
  readonly original: NonNullable<Explanation['original']>;
  readonly text: string;
}): JSX.Element {
  return (
    <>
      <p class="quiet">
        {original.kind === 'headers'
          ? 'The header of the message came back, not its body.'
          : 'The whole message came back.'}
        {original.truncated && ' Its begin is shown.'}
      </p>
      <Source text={text} label="The original message" />
    </>
  );
}
