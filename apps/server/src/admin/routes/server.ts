import * as v from 'valibot';
import { configView } from '../config-view.ts';
import { explainWithAttached } from '../explain.ts';
import { explanationSchema } from '../explain-schema.ts';
import type { ApiParts } from '../parts.ts';
import { STEP_MS } from '../rates.ts';
import { route, type Route } from '../route.ts';
import { overviewSchema, readinessSchema } from '../schemas.ts';
import { time } from '../wire.ts';

const MAX_EXPLAINED_OCTETS = 16 * 1024 * 1024;

/** The server itself: what goes on, what is set, whether it is well. */
export function serverRoutes(parts: ApiParts): readonly Route[] {
  const startedAt = time(parts.clock.now());
  return [
    route({
      method: 'get',
      path: '/api/v1/overview',
      id: 'overview',
      tag: 'server',
      summary: 'What goes on: counts since the start, and the last hour in steps',
      answer: { status: 200, description: 'Counts', schema: overviewSchema },
      handle: async () => ({
        hostname: parts.config().hostname,
        version: parts.version,
        startedAt,
        now: time(parts.clock.now()),
        queue: await parts.counts(),
        totals: parts.rates.totals(),
        failures: parts.rates.failures(),
        stepSeconds: STEP_MS / 1000,
        steps: parts.rates.steps().map(({ atMs, ...counts }) => ({ at: time(atMs), ...counts })),
      }),
    }),
    route({
      method: 'get',
      path: '/api/v1/config',
      id: 'showConfig',
      tag: 'server',
      summary: 'The configuration in force, defaults filled in, secrets hidden',
      answer: { status: 200, description: 'The configuration', schema: v.looseObject({ hostname: v.string() }) },
      handle: () => configView(parts.config()),
    }),
    route({
      method: 'post',
      path: '/api/v1/explain',
      id: 'explain',
      tag: 'server',
      summary: 'What any message says about the fate of another one',
      body: {
        json: v.strictObject({ message: v.pipe(v.string(), v.description('The whole message, header and body')) }),
        raw: true,
        maxOctets: MAX_EXPLAINED_OCTETS,
      },
      answer: {
        status: 200,
        description: 'What it says, of ten thousand recipients and a hundred thousand fields at most',
        schema: explanationSchema,
      },
      problems: ['too-large', 'unsupported-media-type'],
      handle: ({ body, raw }) => explainWithAttached(raw ?? new TextEncoder().encode(body?.message ?? '')),
    }),
    ...healthRoutes(parts),
    route({
      method: 'get',
      path: '/metrics',
      id: 'metrics',
      tag: 'server',
      summary: 'Metrics for Prometheus',
      answer: { status: 200, description: 'Text of the Prometheus exposition format', type: 'text/plain' },
      handle: async () => {
        const { text, type } = await parts.metrics();
        return new Response(text, { headers: { 'Content-Type': type } });
      },
    }),
  ];
}

function healthRoutes({ notReady }: ApiParts): readonly Route[] {
  return [
    route({
      method: 'get',
      path: '/healthz',
      id: 'health',
      tag: 'server',
      summary: 'Whether the process answers at all',
      answer: { status: 200, description: 'It does', type: 'text/plain' },
      open: true,
      handle: () => new Response('ok\n', { headers: { 'Content-Type': 'text/plain; charset=utf-8' } }),
    }),
    route({
      method: 'get',
      path: '/readyz',
      id: 'readiness',
      tag: 'server',
      summary: 'Whether the server takes mail: 503 before the queue is open, and while the store fails',
      answer: { status: 200, description: 'It does', schema: readinessSchema },
      open: true,
      handle: async () => {
        const reason = await notReady();
        return Response.json(
          { ready: reason === undefined, reason: reason ?? null },
          { status: reason === undefined ? 200 : 503 },
        );
      },
    }),
  ];
}
