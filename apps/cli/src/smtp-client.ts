import { connect, type Socket } from 'node:net';
import { ClientSession, type ClientTransaction, type RecipientResult } from '@dsnkit/smtp';
import { UsageError } from './usage-error.ts';

/** What to say to whom. */
export interface Submission {
  readonly host: string;
  readonly port: number;
  readonly clientName: string;
  /** Made once the server's extensions are known. */
  readonly transaction: (extensions: ReadonlyMap<string, string>) => ClientTransaction;
  readonly content: Uint8Array;
  /** Sees the dialogue line by line; content is not shown. */
  readonly trace: (direction: 'C' | 'S', line: string) => void;
}

/**
 * Hands one message over and gives what became of each recipient.
 *
 * @throws {UsageError} when no session came about
 */
export async function submit(submission: Submission): Promise<readonly RecipientResult[]> {
  const session = new ClientSession({ clientName: submission.clientName });
  const socket = connect({ host: submission.host, port: submission.port, noDelay: true });
  return await new Promise((resolve, reject) => {
    const fail = (what: string): void => {
      socket.destroy();
      reject(new UsageError(`${submission.host}:${submission.port}: ${what}`));
    };
    let inContent = false;
    let timer: NodeJS.Timeout | undefined;
    const pump = (): void => {
      for (let event = session.next(); event !== undefined; event = session.next()) {
        if (event.kind === 'ready') {
          try {
            session.begin(submission.transaction(event.extensions));
          } catch (error) {
            fail(error instanceof Error ? error.message : String(error));
            return;
          }
        } else if (event.kind === 'content-wanted') {
          send(socket, session, submission);
          inContent = true;
          session.content(submission.content);
          session.endContent();
          const octets = session.takeOutput();
          if (octets !== undefined) socket.write(octets);
          submission.trace('C', `[${submission.content.length} octets of content]`);
          inContent = false;
        } else if (event.kind === 'done') {
          session.quit();
          resolve(event.recipients);
        } else if (event.kind === 'failed') {
          fail(event.reply.raw.join(' '));
          return;
        } else if (event.kind === 'closed') {
          if (event.reason !== 'quit') fail(`the connection ended (${event.reason})`);
          else socket.end();
        }
      }
      if (!inContent) send(socket, session, submission);
      clearTimeout(timer);
      const { timeoutMs } = session;
      if (timeoutMs !== undefined && !socket.destroyed) timer = setTimeout(() => fail('no answer in time'), timeoutMs);
    };
    let shown = '';
    socket.on('data', (octets: Buffer) => {
      shown += octets.toString('utf8');
      const lines = shown.split('\r\n');
      shown = lines.pop() ?? '';
      for (const line of lines) submission.trace('S', line);
      session.receive(octets);
      pump();
    });
    socket.on('end', () => {
      session.eof();
      pump();
    });
    socket.on('error', (error) => fail(error.message));
    socket.on('close', () => clearTimeout(timer));
  });
}

function send(socket: Socket, session: ClientSession, submission: Submission): void {
  const octets = session.takeOutput();
  if (octets === undefined) return;
  for (const line of new TextDecoder().decode(octets).split('\r\n').slice(0, -1)) submission.trace('C', line);
  socket.write(octets);
}
