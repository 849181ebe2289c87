import * as v from 'valibot';
import { isFound } from '../../history/search.ts';
import type { Content } from '../../model.ts';
import { RECIPIENT_STATES, type HistoryQuery } from '../../ports.ts';
import { readStart } from '../../queue/content.ts';
import { explainWithAttached } from '../explain.ts';
import { explanationSchema } from '../explain-schema.ts';
import { given } from '../given.ts';
import { address, place, id, instant, limit, line } from '../inputs.ts';
import type { ApiParts } from '../parts.ts';
import { Problem } from '../problem.ts';
import { route, type Route } from '../route.ts';
import { messageDetailSchema, messagePageSchema } from '../schemas.ts';
import { messageDetailJson, messageJson, summaryOfQueued } from '../wire.ts';

/** As much of a message as is read to explain it. */
const MAX_EXPLAINED_OCTETS = 16 * 1024 * 1024;

const search = {
  recipient: v.optional(v.pipe(address, v.description('Address of a recipient, or @domain'))),
  sender: v.optional(v.pipe(address, v.description('Address of the reverse-path, or @domain'))),
  from: instant('Arrived from then on'),
  to: instant('Arrived before then'),
  limit,
  cursor: place,
};

const ORIGINS = ['smtp', 'submission', 'lmtp', 'report', 'list'] as const;

const one = v.strictObject({ id });

/** Searching for messages and looking at one. */
export function messageRoutes(parts: ApiParts): readonly Route[] {
  return [
    route({
      method: 'get',
      path: '/api/v1/messages',
      id: 'searchMessages',
      tag: 'messages',
      summary: 'Search for messages, the latest first',
      description:
        'Conditions are joined by "and". A page may be short, or empty, and yet have a next one. Without a history only queued ' +
        'messages are found, the oldest first, and none by headerMessageId.',
      query: v.strictObject({
        ...search,
        envelopeId: v.optional(line(200, 'ENVID, decoded')),
        headerMessageId: v.optional(line(1000, 'Message-ID of the header, with or without angle brackets')),
        state: v.optional(v.pipe(v.picklist(RECIPIENT_STATES), v.description('A recipient is in this state'))),
        origin: v.optional(v.picklist(ORIGINS)),
      }),
      answer: { status: 200, description: 'Some messages', schema: messagePageSchema },
      handle: ({ query: { from, to, ...query } }) => find(parts, given({ ...query, fromMs: from, toMs: to })),
    }),
    route({
      method: 'get',
      path: '/api/v1/reports',
      id: 'listReports',
      tag: 'messages',
      summary: 'Reports that this server made, the latest first',
      query: v.strictObject(search),
      answer: { status: 200, description: 'Some reports', schema: messagePageSchema },
      handle: ({ query: { from, to, ...query } }) =>
        find(parts, given({ ...query, fromMs: from, toMs: to, origin: 'report' as const })),
    }),
    route({
      method: 'get',
      path: '/api/v1/messages/{id}',
      id: 'showMessage',
      tag: 'messages',
      summary: 'One message: timeline, recipients, reports',
      params: one,
      answer: { status: 200, description: 'The message', schema: messageDetailSchema },
      problems: ['not-found'],
      handle: async ({ params }) =>
        messageDetailJson(await parts.admin.history?.one(params.id), await parts.admin.queue.show(params.id)) ??
        missing(params.id),
    }),
    route({
      method: 'get',
      path: '/api/v1/messages/{id}/content',
      id: 'readMessage',
      tag: 'messages',
      summary: 'The message itself, as it lies in the queue or in the history',
      params: one,
      answer: { status: 200, description: 'Header and body', type: 'message/rfc822' },
      problems: ['not-found'],
      handle: async ({ params }) => contentResponse(params.id, await contentOf(parts, params.id)),
    }),
    route({
      method: 'get',
      path: '/api/v1/messages/{id}/explanation',
      id: 'explainMessage',
      tag: 'messages',
      summary: 'What a message says about another one, if it is a report',
      params: one,
      answer: { status: 200, description: 'What it says', schema: explanationSchema },
      problems: ['not-found'],
      handle: async ({ params }) => {
        const content = await contentOf(parts, params.id);
        return explainWithAttached(
          content instanceof Uint8Array ? content : await readStart(content, MAX_EXPLAINED_OCTETS),
        );
      },
    }),
  ];
}

async function find({ admin }: ApiParts, query: HistoryQuery) {
  if (admin.history !== undefined) {
    const { messages, next } = await admin.history.search(query);
    return { messages: messages.map(messageJson), next: next ?? null };
  }
  const { recipient, sender, toMs: beforeMs, limit: most, cursor: from } = query;
  const { messages, next } = await admin.queue.list(given({ recipient, sender, beforeMs, limit: most, cursor: from }));
  const found = messages.map(summaryOfQueued).filter((message) => isFound(message, query));
  return { messages: found.map(messageJson), next: next ?? null };
}

async function contentOf({ admin }: ApiParts, messageId: string): Promise<Content | Uint8Array> {
  return (await admin.queue.content(messageId)) ?? (await admin.history?.content(messageId)) ?? missing(messageId);
}

function missing(messageId: string): never {
  throw new Problem('not-found', `There is no message ${messageId}, or its content was not kept`);
}

/** Never shown in place of a page: a browser is to save it, and whatever it holds may do nothing. */
function contentResponse(messageId: string, content: Content | Uint8Array): Response {
  const body = content instanceof Uint8Array ? content.slice() : ReadableStream.from(pieces(content));
  return new Response(body, {
    headers: {
      'Content-Type': 'message/rfc822',
      'Content-Disposition': `attachment; filename="${messageId}.eml"`,
      'Content-Security-Policy': "sandbox; default-src 'none'",
    },
  });
}

/** Opens what it reads from only when somebody reads: what never begins is never ended either. */
async function* pieces(content: Content): AsyncGenerator<Uint8Array> {
  yield* content.read();
}
