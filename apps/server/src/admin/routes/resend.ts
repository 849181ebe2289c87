import * as v from 'valibot';
import type { HistoryEntry } from '../../ports.ts';
import { readWhole } from '../../queue/content.ts';
import { address, id } from '../inputs.ts';
import type { ApiParts } from '../parts.ts';
import { Problem } from '../problem.ts';
import { route, type Route } from '../route.ts';
import { submittedSchema } from '../schemas.ts';
import { keyOf, REPEATED } from './submit.ts';

const MAX_BODY = 1024 * 1024;

const GIVEN_UP: ReadonlySet<string> = new Set(['failed', 'expired', 'bounced', 'dropped']);

/** Sending again what was given up. */
export function resendRoutes(parts: ApiParts): readonly Route[] {
  return [
    route({
      method: 'post',
      path: '/api/v1/messages/{id}/resend',
      id: 'resendMessage',
      tag: 'messages',
      summary: 'Send a message again to recipients that did not get it',
      description:
        'As a new message with content, reverse-path and envelope id of the first one; reports are those that servers make ' +
        'unasked. The history must have kept the content as a whole. With an Idempotency-Key the request may be made again.',
      headers: { 'Idempotency-Key': 'Up to 200 characters; good for 24 hours' },
      params: v.strictObject({ id }),
      body: {
        json: v.strictObject({
          recipients: v.optional(
            v.pipe(
              v.array(address),
              v.minLength(1),
              v.maxLength(1000),
              v.description('Of those of the message; absent: all that were given up'),
            ),
          ),
        }),
        maxOctets: MAX_BODY,
      },
      answer: { status: 202, description: 'The new message is in the queue', schema: submittedSchema },
      problems: ['not-found', 'conflict', 'refused'],
      handle: async ({ params, body, request, client }) => {
        const entry = await parts.admin.history?.one(params.id);
        if (entry === undefined) throw new Problem('not-found', `There is no message ${params.id} in the history`);
        const content = await wholeContent(parts, entry);
        const { submitted, isRepeated } = await parts.submit({
          from: entry.reversePath,
          recipients: recipientsOf(entry, body?.recipients).map((to) => ({ address: to })),
          envelopeId: entry.envelopeId,
          ...{ content, client, idempotencyKey: keyOf(request) },
        });
        return Response.json(submitted, { status: 202, ...(isRepeated ? { headers: REPEATED } : {}) });
      },
    }),
  ];
}

function recipientsOf({ id: messageId, recipients }: HistoryEntry, wanted: readonly string[] | undefined): string[] {
  if (wanted === undefined) {
    const found = recipients.flatMap(({ address: to, state }) => (GIVEN_UP.has(state) ? [to] : []));
    if (found.length === 0) throw new Problem('conflict', `No recipient of ${messageId} was given up`);
    return found;
  }
  const known = new Map(recipients.map(({ address: to }) => [to.toLowerCase(), to]));
  return wanted.map((to) => {
    const found = known.get(to.toLowerCase());
    if (found === undefined) throw new Problem('conflict', `${to} is no recipient of ${messageId}`);
    return found;
  });
}

/** Of a report there is nobody whom its failure could be told. */
async function wholeContent(
  { admin }: ApiParts,
  { id: messageId, origin, sizeOctets }: HistoryEntry,
): Promise<Uint8Array> {
  if (origin === 'report') throw new Problem('conflict', `${messageId} is a report: reports are not sent again`);
  const queued = await admin.queue.content(messageId);
  const content = queued === undefined ? await admin.history?.content(messageId) : await readWhole(queued);
  if (content === undefined || content.length < sizeOctets)
    throw new Problem('conflict', `The content of ${messageId} was not kept as a whole; see contents of [history]`);
  return content;
}
