import { EsmtpParameterError, parseNotify, type Notify } from '@dsnkit/esmtp-parameters';
import * as v from 'valibot';
import { MADE } from '../compose.ts';
import { address, addressLine, instant, line } from '../inputs.ts';
import type { ApiParts } from '../parts.ts';
import { Problem } from '../problem.ts';
import { route, type Route } from '../route.ts';
import { submittedSchema } from '../schemas.ts';
import type { Submission } from '../submit.ts';

/** For base64, names of keys and escapes around the message. */
const ROOM_OCTETS = 1024 * 1024;

const EVENTS = ['success', 'failure', 'delay'] as const;
const notify = v.union([v.literal('never'), v.pipe(v.array(v.picklist(EVENTS)), v.minLength(1))]);
const described = <S extends v.GenericSchema>(schema: S, words: string) => v.pipe(schema, v.description(words));

const recipient = v.strictObject({
  address,
  notify: v.optional(described(notify, 'Which reports are wanted; absent: as the servers on the way like it')),
  orcpt: v.optional(line(1000, 'Original recipient, as TYPE;ADDRESS or an address; not in xtext')),
});

const mailbox = addressLine(1000, 'An address, or NAME <ADDRESS>');
const letter = v.strictObject({
  from: v.optional(described(mailbox, 'Absent: the reverse-path')),
  to: v.optional(described(v.pipe(v.array(mailbox), v.maxLength(1000)), 'Absent: the recipients')),
  cc: v.optional(v.pipe(v.array(mailbox), v.maxLength(1000))),
  subject: v.optional(line(2000, 'In any language')),
  text: v.optional(v.string()),
  html: v.optional(v.string()),
  headers: v.optional(
    v.record(
      v.pipe(
        v.string(),
        v.regex(/^[!-9;-~]{1,100}$/, 'is no name of a header field'),
        v.check((name) => !MADE.has(name.toLowerCase()), 'is a field that this server writes: see raw'),
      ),
      line(2000, 'Its value'),
    ),
  ),
});

const body = v.pipe(
  v.strictObject({
    from: described(address, 'Reverse-path: where reports go; empty: nowhere'),
    recipients: v.pipe(v.array(recipient), v.minLength(1), v.maxLength(100_000)),
    ret: v.optional(described(v.picklist(['full', 'headers']), 'How much of it a report of failure returns')),
    envelopeId: v.optional(line(100, 'ENVID: comes back in every report; not in xtext')),
    holdUntil: instant('No attempt before this time (RFC 4865), until when it can be taken back'),
    message: v.optional(described(letter, 'Of what the message is made')),
    raw: v.optional(described(v.string(), 'In place of message: the message as it is (RFC 5322)')),
  }),
  v.check(({ message, raw }) => (message === undefined) !== (raw === undefined), 'needs either message or raw'),
);

/** Of a message that is the body itself. */
const query = v.strictObject({
  from: v.optional(described(address, 'Only with a message as body: reverse-path')),
  to: v.optional(addressLine(100_000, 'Only with a message as body: recipients, with commas between')),
  notify: v.optional(line(40, 'Only with a message as body: NOTIFY of all recipients, as SUCCESS,FAILURE')),
  ret: v.optional(v.picklist(['full', 'headers'])),
  envelopeId: v.optional(line(100, 'Only with a message as body: ENVID')),
  holdUntil: instant('Only with a message as body: no attempt before this time (RFC 4865)'),
});

/** Handing messages over. */
export function submitRoutes({ config, submit }: ApiParts): readonly Route[] {
  return [
    route({
      method: 'post',
      path: '/api/v1/messages',
      id: 'submitMessage',
      tag: 'messages',
      summary: 'Submit a message, with wishes for reports',
      description:
        'Answers when a power cut can not lose the message. The body is JSON, or the message itself as message/rfc822 ' +
        'with the envelope in the query. With an Idempotency-Key the same request may be made again without a second message.',
      headers: { 'Idempotency-Key': 'Up to 200 characters; good for 24 hours' },
      query,
      body: { json: body, raw: true, maxOctets: config().limits.messageSizeOctets * 2 + ROOM_OCTETS },
      answer: { status: 202, description: 'It is in the queue', schema: submittedSchema },
      problems: ['refused', 'conflict', 'too-large', 'unsupported-media-type'],
      handle: async ({ query: said, body: json, raw, request, client }) => {
        const idempotencyKey = keyOf(request);
        const submission = raw === undefined ? fromJson(json) : fromQuery(said, raw);
        const { submitted, isRepeated } = await submit({ ...submission, client, idempotencyKey });
        return Response.json(submitted, { status: 202, ...(isRepeated ? { headers: REPEATED } : {}) });
      },
    }),
  ];
}

export const REPEATED: Readonly<Record<string, string>> = { 'Idempotency-Replayed': 'true' };

type Said = Omit<Submission, 'client' | 'idempotencyKey'>;

function fromJson(json: v.InferOutput<typeof body> | undefined): Said {
  if (json === undefined) throw new Problem('bad-request', 'body is missing');
  const { from, recipients, ret, envelopeId, holdUntil: holdUntilMs, message, raw } = json;
  return {
    from,
    recipients: recipients.map((to) => ({ ...to, notify: to.notify === undefined ? undefined : notifyOf(to.notify) })),
    ret: retOf(ret),
    envelopeId,
    holdUntilMs,
    content:
      raw === undefined
        ? { ...message, from: message?.from ?? from, to: message?.to ?? recipients.map((to) => to.address) }
        : new TextEncoder().encode(raw),
  };
}

function fromQuery(said: v.InferOutput<typeof query>, raw: Uint8Array): Said {
  const { from, to, notify: wish, ret, envelopeId, holdUntil: holdUntilMs } = said;
  if (from === undefined) throw new Problem('bad-request', 'query.from is missing');
  if (to === undefined || to === '') throw new Problem('bad-request', 'query.to is missing');
  const asked = wish === undefined ? undefined : parsedNotify(wish);
  return {
    from,
    recipients: to.split(',').map((each) => ({ address: each.trim(), notify: asked })),
    ret: retOf(ret),
    envelopeId,
    holdUntilMs,
    content: raw,
  };
}

function notifyOf(wish: v.InferOutput<typeof notify>): Notify {
  const has = (event: (typeof EVENTS)[number]): boolean => wish !== 'never' && wish.includes(event);
  return { success: has('success'), failure: has('failure'), delay: has('delay') };
}

function parsedNotify(text: string): Notify {
  try {
    return parseNotify(text);
  } catch (error) {
    if (!(error instanceof EsmtpParameterError)) throw error;
    throw new Problem('bad-request', 'query.notify is not allowed: expected NEVER or some of SUCCESS,FAILURE,DELAY');
  }
}

function retOf(ret: 'full' | 'headers' | undefined): 'FULL' | 'HDRS' | undefined {
  return ret === undefined ? undefined : ret === 'full' ? 'FULL' : 'HDRS';
}

/** The Idempotency-Key of a request. */
export function keyOf(request: Request): string | undefined {
  const key = request.headers.get('idempotency-key') ?? undefined;
  if (key !== undefined && !/^[!-~]{1,200}$/.test(key))
    throw new Problem('bad-request', 'Idempotency-Key is not allowed: expected 1 to 200 printable characters');
  return key;
}
