import { escapeHarmful } from '@dsnkit/delivery-status';
import * as v from 'valibot';
import { given } from '../given.ts';
import { address, cursor, limit, line, time, timeOf } from '../inputs.ts';
import type { ApiParts } from '../parts.ts';
import { Problem } from '../problem.ts';
import { route, type Route } from '../route.ts';
import { countSchema, suppressionPageSchema, suppressionSchema } from '../schemas.ts';
import { suppressionJson } from '../wire.ts';

const MAX_ADD_OCTETS = 16 * 1024 * 1024;
const MAX_ADDED = 100_000;

const moment = time('As 2026-01-31T12:00:00Z');

/** One entry as it is added; an export can be added as it is. */
const entry = v.strictObject({
  // Nothing is ever sent to what stands in brackets, or to two addresses at once: such an entry would stop nothing.
  address: v.pipe(address, v.regex(/^(?:".*"|[^\s"<>(),:;@]+)@[^\s"<>(),;@]+$/, 'is no address')),
  reason: v.optional(line(500, 'Why, in one sentence'), 'added by an operator'),
  status: v.nullish(line(20, 'Of the failure')),
  since: v.nullish(moment),
  until: v.nullish(moment),
  messageId: v.nullish(line(64, 'The message that failed')),
  failures: v.nullish(v.number()),
});

/** Addresses to which nothing is submitted any more. */
export function suppressionRoutes({ admin, clock, by }: ApiParts): readonly Route[] {
  return [
    route({
      method: 'get',
      path: '/api/v1/suppressions',
      id: 'listSuppressions',
      tag: 'suppression',
      summary: 'Suppressed addresses, by address',
      query: v.strictObject({ search: v.optional(line(500, 'Text that the address contains')), limit, cursor }),
      answer: { status: 200, description: 'Some entries', schema: suppressionPageSchema },
      handle: async ({ query }) => {
        const { entries, next } = await admin.suppression.list(given(query));
        return { entries: entries.map(suppressionJson), next: next ?? null };
      },
    }),
    route({
      method: 'post',
      path: '/api/v1/suppressions',
      id: 'addSuppressions',
      tag: 'suppression',
      summary: 'Add entries, or replace those of the same address',
      description: 'Takes what an export gives. Postmasters are passed over.',
      body: {
        json: v.strictObject({ entries: v.pipe(v.array(entry), v.minLength(1), v.maxLength(MAX_ADDED)) }),
        maxOctets: MAX_ADD_OCTETS,
      },
      answer: { status: 200, description: 'How many were added', schema: countSchema },
      handle: async ({ body }) => {
        const added = (body?.entries ?? []).map((one) => ({
          address: one.address.toLowerCase(),
          reason: one.reason,
          sinceMs: msOf(one.since) ?? clock.now(),
          ...given({
            status: one.status ?? undefined,
            untilMs: msOf(one.until),
            messageId: one.messageId ?? undefined,
          }),
        }));
        return { count: await admin.suppression.add(added, by) };
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/suppressions/export',
      id: 'exportSuppressions',
      tag: 'suppression',
      summary: 'All entries, one JSON object on each line',
      answer: { status: 200, description: 'All entries', type: 'application/x-ndjson' },
      handle: () =>
        new Response(ReadableStream.from(linesOf(admin.suppression.all())), {
          headers: { 'Content-Type': 'application/x-ndjson' },
        }),
    }),
    route({
      method: 'get',
      path: '/api/v1/suppressions/{address}',
      id: 'showSuppression',
      tag: 'suppression',
      summary: 'One suppressed address',
      params: v.strictObject({ address }),
      answer: { status: 200, description: 'The entry', schema: suppressionSchema },
      problems: ['not-found'],
      handle: async ({ params }) => {
        const found = await admin.suppression.get(params.address.toLowerCase());
        return found === undefined ? missing(params.address) : suppressionJson(found);
      },
    }),
    route({
      method: 'delete',
      path: '/api/v1/suppressions/{address}',
      id: 'removeSuppression',
      tag: 'suppression',
      summary: 'Let mail go to an address again',
      params: v.strictObject({ address }),
      answer: { status: 204, description: 'It is not on the list any more' },
      problems: ['not-found'],
      handle: async ({ params }) => {
        if (!(await admin.suppression.remove(params.address.toLowerCase(), by))) missing(params.address);
      },
    }),
  ];
}

type Suppressions = ReturnType<ApiParts['admin']['suppression']['all']>;

async function* linesOf(entries: Suppressions): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for await (const one of entries) yield encoder.encode(`${escapeHarmful(JSON.stringify(suppressionJson(one)))}\n`);
}

function missing(address: string): never {
  throw new Problem('not-found', `${address} is not on the list`);
}

function msOf(text: string | null | undefined): number | undefined {
  return text === null || text === undefined ? undefined : timeOf(text);
}
