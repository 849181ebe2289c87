import { Hono } from 'hono';
import * as v from 'valibot';
import { StoreError } from '../ports.ts';
import type { Access } from './access.ts';
import { openApiDocument } from './openapi.ts';
import { pageResponse, type PageFile } from './page-response.ts';
import type { ApiParts } from './parts.ts';
import { Problem } from './problem.ts';
import { readInput } from './read-input.ts';
import { route, type Route } from './route.ts';
import { eventRoutes } from './routes/events.ts';
import { messageRoutes } from './routes/messages.ts';
import { queueRoutes } from './routes/queue.ts';
import { resendRoutes } from './routes/resend.ts';
import { serverRoutes } from './routes/server.ts';
import { submitRoutes } from './routes/submit.ts';
import { suppressionRoutes } from './routes/suppression.ts';
import { webhookRoutes } from './routes/webhooks.ts';
import { namedSchemas } from './schemas.ts';

/**
 * The files of the page by their paths, `/` among them; undefined for what is none of them. Rejects if the page can't be
 * made.
 */
export type Page = (path: string) => Promise<PageFile | undefined>;

/** Answers a request of a client, whose network address is known. Never rejects. */
export type Answer = (request: Request, client: string) => Promise<Response>;

/** Makes the HTTP API and what it serves beside: metrics, health, the document about it, and the page. */
export function makeApi(
  parts: ApiParts & {
    readonly access: Access;
    /** Whether a token or password is needed. */
    readonly isGuarded: () => boolean;
    readonly page?: Page;
    readonly trouble: (error: unknown) => void;
  },
): Answer {
  const routes = routesOf(parts);
  const methods = methodsOf(routes);
  const { access } = parts;
  const app = new Hono<{ Bindings: { readonly client: string } }>();
  for (const each of routes) {
    app.on(each.method.toUpperCase(), each.path.replace(PARAMETER, ':$1'), async ({ req, env }) => {
      if (each.open !== true) await access(req.raw, env.client);
      const response = await each.run(await readInput(req.raw, env.client, req.param(), each.body));
      // Nobody reads the answer to HEAD: what it would come from has an end here.
      if (req.raw.method === 'HEAD') await response.body?.cancel();
      return response;
    });
  }
  app.all('*', ({ req, env }) => other(req.raw, env.client, { access, methods, page: parts.page }));
  app.onError((error) => {
    if (error instanceof Problem) return error.toResponse();
    parts.trouble(error);
    if (error instanceof StoreError)
      return new Problem('not-available', 'The store takes nothing now; try again later').toResponse();
    return new Problem('fault', 'A fault of this server; its log tells more').toResponse();
  });
  return async (request, client) => secured(await app.fetch(request, { client }), request);
}

/** Every operation, the document about them included. */
function routesOf(parts: ApiParts & { readonly isGuarded: () => boolean }): readonly Route[] {
  const routes: Route[] = [
    ...serverRoutes(parts),
    ...messageRoutes(parts),
    ...submitRoutes(parts),
    ...resendRoutes(parts),
    ...queueRoutes(parts),
    ...suppressionRoutes(parts),
    ...eventRoutes(parts),
    ...webhookRoutes(parts),
  ];
  const document = (guarded: boolean): unknown =>
    openApiDocument(routes, namedSchemas, { version: parts.version, guarded });
  const documents = new Map<boolean, unknown>();
  routes.push(
    route({
      method: 'get',
      path: '/openapi.json',
      id: 'openApi',
      tag: 'server',
      summary: 'This document',
      answer: { status: 200, description: 'OpenAPI 3.1', schema: v.looseObject({ openapi: v.string() }) },
      handle() {
        const guarded = parts.isGuarded();
        const made = documents.get(guarded) ?? document(guarded);
        documents.set(guarded, made);
        return made;
      },
    }),
  );
  return routes;
}

/** A parameter in the path of a route. */
const PARAMETER = /\{(\w+)\}/g;

/** The methods that a path takes; those of several routes where it fits several. */
type Methods = (path: string) => readonly string[];

function methodsOf(routes: readonly Route[]): Methods {
  const patterns = routes.map(({ path, method }) => ({
    pattern: new RegExp(`^${path.replace(/[.]/g, '\\.').replace(PARAMETER, '[^/]+')}$`),
    // Who may GET may ask for the fields alone (RFC 9110 §9.3.2).
    methods: method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()],
  }));
  return (path) => [...new Set(patterns.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods))];
}

async function other(
  request: Request,
  client: string,
  { access, methods, page }: { readonly access: Access; readonly methods: Methods; readonly page: Page | undefined },
): Promise<Response> {
  await access(request, client);
  const { pathname } = new URL(request.url);
  const allowed = methods(pathname);
  if (allowed.length > 0)
    throw new Problem('method-not-allowed', `${request.method} is not for ${pathname}`, {
      headers: { Allow: allowed.join(', ') },
    });
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  const file = isRead ? await page?.(pathname) : undefined;
  if (file === undefined) throw new Problem('not-found', `There is nothing at ${pathname}; see /openapi.json`);
  return pageResponse(file, request.headers);
}

/** Nothing from elsewhere, no inline scripts; of HTML in mail the page makes one use, in a frame that can do nothing. */
const POLICY = [
  "default-src 'none'",
  ...['script-src', 'style-src', 'connect-src', 'frame-src'].map((what) => `${what} 'self'`),
  "img-src 'self' data:",
  ...['base-uri', 'form-action', 'frame-ancestors'].map((what) => `${what} 'none'`),
  "require-trusted-types-for 'script'",
  'trusted-types mail-html',
].join('; ');

const SECURITY: readonly (readonly [string, string])[] = [
  ['Content-Security-Policy', POLICY],
  ['Cross-Origin-Opener-Policy', 'same-origin'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
  ['Referrer-Policy', 'no-referrer'],
  ['X-Content-Type-Options', 'nosniff'],
  ['X-Frame-Options', 'DENY'],
  ['Cache-Control', 'no-store'],
];

function secured(response: Response, request: Request): Response {
  const headers = new Headers(response.headers);
  for (const [name, value] of SECURITY) if (!headers.has(name)) headers.set(name, value);
  const body = request.method === 'HEAD' ? null : response.body;
  return new Response(body, { status: response.status, headers });
}
