import * as v from 'valibot';

const text = v.nullable(v.string());
const time = v.nullable(v.pipe(v.string(), v.isoTimestamp()));
const typed = v.nullable(v.strictObject({ type: v.string(), value: v.string() }));
const field = v.strictObject({ name: v.string(), value: v.string(), meaning: text, clause: text });
const fields = v.array(field);
const header = { messageId: text, subject: text, from: text, to: text, date: text };

const judgement = v.strictObject({
  reason: v.string(),
  reasonMeaning: v.string(),
  permanence: v.picklist(['permanent', 'transient', 'unknown']),
  confidence: v.picklist(['high', 'medium', 'low']),
  advice: v.string(),
  adviceMeaning: v.string(),
  command: text,
  remoteHost: text,
  evidence: v.array(
    v.strictObject({
      of: v.picklist(['address', 'status', 'action', 'reply', 'reason', 'command', 'host']),
      source: v.picklist(['field', 'header', 'text', 'json', 'conclusion']),
      offset: v.nullable(v.pipe(v.number(), v.description('0-based octet offset in the message'))),
      line: v.nullable(v.pipe(v.number(), v.description('1-based line of the message'))),
      by: v.string(),
    }),
  ),
});

const recipient = v.strictObject({
  address: text,
  originalRecipient: typed,
  finalRecipient: typed,
  action: text,
  actionMeaning: text,
  status: text,
  statusMeaning: text,
  remoteMta: typed,
  diagnostic: typed,
  lastAttemptAt: time,
  willRetryUntil: time,
  judgement: v.nullable(judgement),
  fields,
});

const entries = {
  kind: v.picklist(['dsn', 'bounce', 'delay', 'success', 'mdn', 'feedback', 'auto-reply', 'challenge', 'other']),
  format: v.pipe(v.string(), v.description('The form it has: delivery-status, json, that of a mail system, or words')),
  summary: v.string(),
  header: v.strictObject(header),
  human: v.strictObject({
    text,
    html: text,
    language: text,
    translations: v.array(v.strictObject({ language: v.string(), subject: text, text })),
  }),
  message: v.nullable(
    v.strictObject({ envelopeId: text, reportingMta: typed, receivedFromMta: typed, arrivedAt: time, fields }),
  ),
  recipients: v.array(recipient),
  original: v.nullable(
    v.strictObject({ ...header, kind: v.picklist(['message', 'headers', 'told']), text, truncated: v.boolean() }),
  ),
  issues: v.array(
    v.strictObject({
      code: v.string(),
      line: v.number(),
      field: text,
      clause: v.string(),
      message: v.string(),
      repaired: text,
    }),
  ),
};

/** What any message says about the fate of another one, and what the reports say that were forwarded in it. */
export const explanationSchema = v.strictObject({
  ...entries,
  attached: v.pipe(
    v.array(
      v.strictObject({
        ...entries,
        begins: v.pipe(
          v.nullable(v.number()),
          v.description(
            '1-based line of the message in which it begins; null where a transfer encoding hides its lines',
          ),
        ),
        quoted: v.pipe(v.boolean(), v.description('It is no attachment, but stands among the words')),
      }),
    ),
    v.description(
      'The reports that are attached to a message which is none itself, or quoted in it; offsets and lines are their own',
    ),
  ),
});

/** What a message says, with what is attached to it. */
export type FullExplanation = v.InferOutput<typeof explanationSchema>;
/** What one message says by itself. */
export type Explanation = Omit<FullExplanation, 'attached'>;
export type ExplainedRecipient = v.InferOutput<typeof recipient>;
/** Why mail to a recipient failed or is late, and where in the message that was found. */
export type Judgement = v.InferOutput<typeof judgement>;
/** One field as it stands in a report, with what it means. */
export type ExplainedField = v.InferOutput<typeof field>;
export type ExplainedHeader = Pick<Explanation['header'], keyof typeof header>;
export type Typed = NonNullable<v.InferOutput<typeof typed>>;
