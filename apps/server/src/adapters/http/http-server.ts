import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { Answer } from '../../admin/api.ts';

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
