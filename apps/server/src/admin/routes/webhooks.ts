import * as v from 'valibot';
import { given } from '../given.ts';
import { place, limit, line } from '../inputs.ts';
import type { ApiParts } from '../parts.ts';
import { Problem } from '../problem.ts';
import { route, type Route } from '../route.ts';
import { countSchema, deadLetterPageSchema, webhooksSchema } from '../schemas.ts';
import { eventJson, time, webhookJson } from '../wire.ts';

const params = v.strictObject({ webhook: line(2000, 'As the configuration names it') });
const body = {
  json: v.strictObject({
    ids: v.optional(
      v.pipe(v.array(line(64, 'Id of a dead letter')), v.maxLength(10_000), v.description('Absent: all')),
    ),
  }),
  maxOctets: 1024 * 1024,
};

/** How webhooks are doing, and what they could not deliver. */
export function webhookRoutes({ admin: { webhooks } }: ApiParts): readonly Route[] {
  const known = async (name: string): Promise<void> => {
    const states = await webhooks.states();
    if (!states.some(({ webhook }) => webhook === name)) throw new Problem('not-found', `There is no webhook ${name}`);
  };
  const onLetters = (action: 'replay' | 'discard', summary: string): Route =>
    route({
      method: 'post',
      path: `/api/v1/webhooks/{webhook}/dead-letters/${action}`,
      id: `${action}DeadLetters`,
      tag: 'webhooks',
      summary,
      params,
      problems: ['not-found'],
      body,
      answer: { status: 200, description: 'How many', schema: countSchema },
      handle: async ({ params: { webhook }, body: said }) => {
        await known(webhook);
        return { count: await webhooks[action](webhook, said?.ids) };
      },
    });
  return [
    route({
      method: 'get',
      path: '/api/v1/webhooks',
      id: 'listWebhooks',
      tag: 'webhooks',
      summary: 'How each webhook is doing',
      answer: { status: 200, description: 'All webhooks', schema: webhooksSchema },
      handle: async () => ({ webhooks: (await webhooks.states()).map(webhookJson) }),
    }),
    route({
      method: 'get',
      path: '/api/v1/webhooks/{webhook}/dead-letters',
      id: 'listDeadLetters',
      tag: 'webhooks',
      summary: 'Events that could not be delivered, the oldest first',
      params,
      problems: ['not-found'],
      query: v.strictObject({ limit, cursor: place }),
      answer: { status: 200, description: 'Some dead letters', schema: deadLetterPageSchema },
      handle: async ({ params: { webhook }, query }) => {
        await known(webhook);
        const { letters, next } = await webhooks.deadLetters({ webhook, ...given(query) });
        return {
          letters: letters.map((letter) => ({
            id: letter.id,
            at: time(letter.atMs),
            reason: letter.reason,
            event: eventJson(letter.event),
          })),
          next: next ?? null,
        };
      },
    }),
    onLetters('replay', 'Send dead letters again, after what waits'),
    onLetters('discard', 'Forget dead letters'),
  ];
}
