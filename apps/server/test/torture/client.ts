import { createConnection } from 'node:net';

/** A message as a client says it. */
export interface Submission {
  /** Commands between EHLO and MAIL, such as a login. */
  readonly before?: readonly string[];
  readonly mail: string;
  readonly rcpt: readonly string[];
  /** Without the dot at the end. */
  readonly content: string;
  /** Called when half of the content is on its way; the rest waits for it. */
  readonly halfway?: () => Promise<void>;
  /** Told the reply by which it is refused. */
  readonly refused?: (reply: string) => void;
  /** Told how long each command waited for its reply. */
  readonly replied?: (command: string, tookMs: number) => void;
}

/** What the client knows at the end: `refused` and `accepted` are replies, `unanswered` may be stored or not. */
export type Answered = 'accepted' | 'refused' | 'unanswered' | 'not-sent';

/** Says one message to a server. Never rejects. */
export async function submit(
  port: number,
  { before = [], mail, rcpt, content, halfway, refused, replied }: Submission,
  address = '127.0.0.1',
): Promise<Answered> {
  return await new Promise((resolve) => {
    const socket = createConnection(port, address);
    const lines = ['EHLO client.example', ...before, mail, ...rcpt, 'DATA'];
    let text = '';
    let said = 0;
    let saidAtMs = performance.now();
    const end = (answer: Answered) => {
      resolve(answer);
      socket.destroy();
    };
    const say = async () => {
      if (said < lines.length) {
        socket.write(`${lines[said++] ?? ''}\r\n`);
        saidAtMs = performance.now();
        return;
      }
      said += 1;
      const half = halfway === undefined ? 0 : Math.floor(content.length / 2);
      if (half > 0) socket.write(content.slice(0, half));
      await halfway?.();
      socket.write(`${content.slice(half)}\r\n.\r\n`);
    };
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('close', () => end(said > lines.length ? 'unanswered' : 'not-sent'));
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      for (let at = text.indexOf('\r\n'); at >= 0; at = text.indexOf('\r\n')) {
        const reply = text.slice(0, at);
        text = text.slice(at + 2);
        if (reply[3] === '-') continue;
        if (said > 0 && said <= lines.length) replied?.(lines[said - 1] ?? '', performance.now() - saidAtMs);
        if (/^[45]/.test(reply)) refused?.(reply);
        if (said > lines.length) end(reply.startsWith('250') ? 'accepted' : 'refused');
        else if (/^[45]/.test(reply)) end('refused');
        else void say();
      }
    });
  });
}
