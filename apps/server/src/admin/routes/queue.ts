import * as v from 'valibot';
import type { ActionResult, QueueTarget } from '../../ports.ts';
import { formatNextHop, NextHopError, parseDestination } from '../../routing/next-hop.ts';
import { given } from '../given.ts';
import { address, place, destination, id, instant, limit, line, oneTarget, target, TARGET_RULE } from '../inputs.ts';
import type { ApiParts } from '../parts.ts';
import { Problem } from '../problem.ts';
import { route, type Route } from '../route.ts';
import { actionResultSchema, destinationsSchema, queuedMessageSchema, queuePageSchema } from '../schemas.ts';
import { destinationJson, queuedMessageJson } from '../wire.ts';

const MAX_BODY = 65_536;

/** Of each message in a list. */
const MOST_RECIPIENTS = 100;

/** The queue: what waits, and what operators do with it. */
export function queueRoutes(parts: ApiParts): readonly Route[] {
  const { queue } = parts.admin;
  return [
    route({
      method: 'get',
      path: '/api/v1/queue',
      id: 'listQueue',
      tag: 'queue',
      summary: 'Queued messages, the oldest first',
      description:
        'A page may be short, or empty, and yet have a next one: a search looks so far in one step. Of each message there are a hundred recipients at most, first those that are asked for.',
      query: v.strictObject({
        destination: v.optional(destination),
        sender: v.optional(v.pipe(address, v.description('Text that the reverse-path contains'))),
        recipient: v.optional(v.pipe(address, v.description('Text that the address of a recipient contains'))),
        state: v.optional(v.picklist(['active', 'waiting', 'held', 'paused'])),
        before: instant('Only messages that arrived before then'),
        limit,
        cursor: place,
      }),
      answer: { status: 200, description: 'Some messages', schema: queuePageSchema },
      handle: async ({ query: { before, ...query } }) => {
        const { messages, next } = await queue.list(
          given({ ...query, beforeMs: before, mostRecipients: MOST_RECIPIENTS }),
        );
        return { messages: messages.map(queuedMessageJson), next: next ?? null };
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/queue/{id}',
      id: 'showQueued',
      tag: 'queue',
      summary: 'One queued message with all of its recipients',
      params: v.strictObject({ id }),
      answer: { status: 200, description: 'The message', schema: queuedMessageSchema },
      problems: ['not-found'],
      handle: async ({ params }) => {
        const found = await queue.show(params.id);
        if (found === undefined) throw await gone(parts, params.id);
        return queuedMessageJson(found);
      },
    }),
    ...simpleActions(parts),
    route({
      method: 'post',
      path: '/api/v1/queue/retry-all',
      id: 'retryAllQueued',
      tag: 'queue',
      summary: 'Attempt now everything that waits; what is held stays held',
      answer: { status: 200, description: 'How many were changed', schema: actionResultSchema },
      handle: () => queue.retryAll(parts.by),
    }),
    ...actionsWithWords(parts),
    ...destinationRoutes(parts),
  ];
}

async function gone({ admin }: ApiParts, messageId: string): Promise<Problem> {
  if ((await admin.history?.one(messageId)) === undefined)
    return new Problem('not-found', `${messageId} is not in the queue`);
  const where = `GET /api/v1/messages/${messageId} and the page tell what became of it`;
  return new Problem('not-found', `${messageId} is not in the queue any more; ${where}`);
}

const ACTIONS = {
  retry: 'Attempt now what waits; what is held stays held',
  hold: 'Keep recipients until they are released: no attempt, no notice, no expiry meanwhile',
  release: 'Let held recipients go on',
  drop: 'Take recipients out of the queue; nobody is told',
} as const;

function simpleActions({ admin: { queue }, by }: ApiParts): readonly Route[] {
  return (Object.keys(ACTIONS) as (keyof typeof ACTIONS)[]).map((name) =>
    route({
      method: 'post',
      path: `/api/v1/queue/${name}`,
      id: `${name}Queued`,
      tag: 'queue',
      summary: ACTIONS[name],
      body: {
        json: v.pipe(
          v.strictObject(target),
          v.check((input) => oneTarget(input), TARGET_RULE),
        ),
        maxOctets: MAX_BODY,
      },
      answer: { status: 200, description: 'How many were changed', schema: actionResultSchema },
      problems: ['not-found'],
      handle: async ({ body }) => resultOf(await queue[name](targetOf(body), by), body),
    }),
  );
}

function actionsWithWords({ admin: { queue }, by }: ApiParts): readonly Route[] {
  const status = v.pipe(v.string(), v.regex(/^5\.\d{1,3}\.\d{1,3}$/, 'is no status 5.X.Y'));
  const reason = line(200, 'One sentence for the report, without full stop');
  const bounce = v.strictObject({ ...target, status: v.optional(status), reason: v.optional(reason) });
  const nextHop = line(1000, 'As in routes: smtp://host:25, mx:example.net');
  return [
    route({
      method: 'post',
      path: '/api/v1/queue/bounce',
      id: 'bounceQueued',
      tag: 'queue',
      summary: 'Fail recipients now; the report goes to the sender as NOTIFY asks for it',
      body: {
        json: v.pipe(
          bounce,
          v.check((input) => oneTarget(input), TARGET_RULE),
        ),
        maxOctets: MAX_BODY,
      },
      answer: { status: 200, description: 'How many were changed', schema: actionResultSchema },
      problems: ['not-found'],
      handle: async ({ body }) => {
        const words = given({ status: body?.status as `5.${number}.${number}` | undefined, reason: body?.reason });
        return resultOf(await queue.bounce(targetOf(body), words, by), body);
      },
    }),
    route({
      method: 'post',
      path: '/api/v1/queue/reroute',
      id: 'rerouteQueued',
      tag: 'queue',
      summary: 'Send recipients to another next hop, whatever the routes say, and attempt them now',
      body: {
        json: v.pipe(
          v.strictObject({ ...target, nextHop }),
          v.check((input) => oneTarget(input), TARGET_RULE),
        ),
        maxOctets: MAX_BODY,
      },
      answer: { status: 200, description: 'How many were changed', schema: actionResultSchema },
      problems: ['not-found'],
      handle: async ({ body }) => {
        try {
          return resultOf(await queue.reroute(targetOf(body), body?.nextHop ?? '', by), body);
        } catch (error) {
          throw asProblem(error, body?.nextHop ?? '');
        }
      },
    }),
  ];
}

interface TargetInput {
  readonly messageId?: string | undefined;
  readonly recipient?: string | undefined;
  readonly destination?: string | undefined;
}

/** The schema has seen that one of the two is there. */
function targetOf({ messageId, recipient, destination: hop = '' }: TargetInput = {}): QueueTarget {
  return messageId === undefined
    ? { destination: hop }
    : { messageId, ...(recipient === undefined ? {} : { recipient }) };
}

function resultOf(result: ActionResult, { messageId, recipient }: TargetInput = {}): ActionResult {
  if (messageId === undefined || result.recipients > 0 || result.busy > 0) return result;
  const what = recipient === undefined ? messageId : `${recipient} of ${messageId}`;
  throw new Problem('not-found', `There is nothing of ${what} in the queue for which this can be done`);
}

function destinationRoutes({ admin: { queue }, by }: ApiParts): readonly Route[] {
  const body = { json: v.strictObject({ destination }), maxOctets: MAX_BODY };
  return [
    route({
      method: 'get',
      path: '/api/v1/destinations',
      id: 'listDestinations',
      tag: 'queue',
      summary: 'Where mail waits to go, the fullest first',
      answer: { status: 200, description: 'At most 1000 destinations', schema: destinationsSchema },
      handle: async () => ({ destinations: (await queue.destinations()).map(destinationJson) }),
    }),
    route({
      method: 'post',
      path: '/api/v1/destinations/pause',
      id: 'pauseDestination',
      tag: 'queue',
      summary:
        'Leave a destination alone until it is resumed: its mail is not attempted, and does not expire; senders hear of the delay',
      body,
      answer: { status: 204, description: 'It is paused' },
      handle: ({ body: said }) => queue.pause(keyOf(said?.destination ?? ''), by),
    }),
    route({
      method: 'post',
      path: '/api/v1/destinations/resume',
      id: 'resumeDestination',
      tag: 'queue',
      summary: 'End a pause',
      body,
      answer: { status: 204, description: 'It is resumed' },
      problems: ['not-found'],
      handle: async ({ body: said }) => {
        const hop = said?.destination ?? '';
        if (!(await queue.resume(hop, by)) && !(await queue.resume(keyOf(hop), by)))
          throw new Problem('not-found', `${hop} is not paused`);
      },
    }),
  ];
}

/** As recipients have it: a pause of `smtp://host` would never be found where they wait for `smtp://host:25`. */
function keyOf(destination: string): string {
  try {
    return formatNextHop(parseDestination(destination.replace(/^mx:.*/s, (key) => key.toLowerCase())));
  } catch (error) {
    throw asProblem(error, destination);
  }
}

function asProblem(error: unknown, nextHop: string): unknown {
  if (!(error instanceof NextHopError)) return error;
  return new Problem('bad-request', `"${nextHop}" is no next hop: ${error.message}`);
}
