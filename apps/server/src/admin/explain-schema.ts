import * as v from 'valibot';

const text = v.nullable(v.string());
const time = v.nullable(v.pipe(v.string(), v.isoTimestamp()));
const typed = v.nullable(v.strictObject({ type: v.string(), value: v.string() }));
const field = v.strictObject({ name: v.string(), value: v.string(), meaning: text, clause: text });
const fields = v.array(field);
const header = { messageId: text, subject: text, from: text, to: text, date: text };

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
  fields,
});

/** What any message says about the fate of another one. */
export const explanationSchema = v.strictObject({
  kind: v.picklist(['dsn', 'mdn', 'feedback', 'auto-reply', 'other']),
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
    v.strictObject({ ...header, kind: v.picklist(['message', 'headers']), text: v.string(), truncated: v.boolean() }),
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
});

export type Explanation = v.InferOutput<typeof explanationSchema>;
export type ExplainedRecipient = v.InferOutput<typeof recipient>;
/** One field as it stands in a report, with what it means. */
export type ExplainedField = v.InferOutput<typeof field>;
export type ExplainedHeader = Pick<Explanation['header'], keyof typeof header>;
export type Typed = NonNullable<v.InferOutput<typeof typed>>;
