import { maxHeaderSize, STATUS_CODES, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { Answer } from '../../admin/api.ts';
import { Problem } from '../../admin/problem.ts';

/** A socket that answers HTTP. */
export interface HttpServer {
  readonly host: string;
  readonly port: number;
  /** Ends streams: who may still see them asks again. */
  endStreams(): void;
  /** Ends streams, closes, and resolves once what is under way is over, though its clients may not hear of it any more. */
  close(): Promise<void>;
}

/** A client that says nothing keeps no connection for longer. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 120_000;
const MAX_CONNECTIONS = 500;
/** For so long what is under way may still be answered. */
const CLOSE_GRACE_MS = 2_000;

/**
 * Listens for HTTP. Rejects when the address can't be had.
 *
 * @param headersTimeoutMs after which a connection ends whose request has not come with all of its fields; half as much
 *   again may pass until it is noticed
 */
export async function openHttpServer(
  at: { readonly host: string; readonly port: number },
  answer: Answer,
  headersTimeoutMs = HEADERS_TIMEOUT_MS,
): Promise<HttpServer> {
  /** Connections of streams, which have no end of their own. */
  const endless = new Set<{ destroy(): unknown }>();
  const underWay = new Set<Promise<unknown>>();
  const server = createAdaptorServer({
    fetch: async (request, { incoming: { socket } }) => {
      const answering = answer(request, socket.remoteAddress ?? '');
      underWay.add(answering);
      const response = await answering.finally(() => underWay.delete(answering));
      if (response.headers.get('content-type')?.startsWith('text/event-stream') === true) {
        endless.add(socket);
        socket.once('close', () => endless.delete(socket));
      }
      return response;
    },
    overrideGlobalObjects: false,
    serverOptions: {
      headersTimeout: headersTimeoutMs,
      requestTimeout: REQUEST_TIMEOUT_MS,
      // Node looks every 30 s else: so long slow clients would hold all connections.
      connectionsCheckingInterval: headersTimeoutMs / 2,
    },
  });
  answerBroken(server as Server);
  server.maxConnections = MAX_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(at.port, at.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const { port } = server.address() as AddressInfo;
  const endStreams = (): void => {
    for (const socket of endless) socket.destroy();
  };
  return {
    host: at.host,
    port,
    endStreams,
    async close() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        endStreams();
        if (!('closeIdleConnections' in server)) return;
        server.closeIdleConnections();
        setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS).unref();
      });
      await Promise.allSettled(underWay);
    },
  };
}

/** Answers what is no request as everything else is answered, where no other answer is under way on its connection. */
function answerBroken(server: Server): void {
  const busy = new WeakSet<object>();
  server.on('request', ({ socket }, response) => {
    busy.add(socket);
    response.once('close', () => busy.delete(socket));
  });
  server.on('clientError', ({ code }: NodeJS.ErrnoException, socket) => {
    if (!socket.writable || busy.has(socket)) socket.destroy();
    else void problemOf(code).then((answer) => socket.end(answer, () => socket.destroy()));
  });
}

async function problemOf(code: string | undefined): Promise<string> {
  const problem =
    code === 'HPE_HEADER_OVERFLOW'
      ? new Problem(
          'header-too-large',
          `The request line and the fields of the header are longer than ${maxHeaderSize} octets`,
        )
      : code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? new Problem('too-slow', 'The request did not come in time')
        : new Problem('bad-request', 'That is no HTTP request');
  const response = problem.toResponse();
  const body = await response.text();
  return [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`,
    `Content-Type: ${response.headers.get('content-type') ?? ''}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}
