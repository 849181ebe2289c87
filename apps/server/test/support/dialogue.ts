import { createConnection } from 'node:net';

/** Sends an SMTP dialogue, one line for each reply, and gives the last line of every reply. */
export async function dialogue(port: number, lines: readonly string[]): Promise<string[]> {
  return await new Promise((resolve, reject) => {
    const socket = createConnection(port, '127.0.0.1');
    const replies: string[] = [];
    const waiting = [...lines];
    let buffer = '';
    socket.on('error', reject);
    socket.on('close', () => resolve(replies));
    socket.on('data', (chunk) => {
      buffer += chunk.toString('latin1');
      for (let end = buffer.indexOf('\r\n'); end >= 0; end = buffer.indexOf('\r\n')) {
        const line = buffer.slice(0, end);
        buffer = buffer.slice(end + 2);
        if (line[3] === '-') continue;
        replies.push(line);
        const next = waiting.shift();
        if (next === undefined) socket.end();
        else socket.write(`${next}\r\n`);
      }
    });
  });
}

/** Submits one message; throws with the whole dialogue if a reply is not positive. */
export async function submitTo(port: number, mail: string, rcpt: readonly string[], content: string): Promise<void> {
  const body = content.replace(/\r?\n/g, '\r\n');
  const lines = ['EHLO client.example', `MAIL FROM:${mail}`, ...rcpt.map((each) => `RCPT TO:${each}`)];
  const replies = await dialogue(port, [...lines, 'DATA', `${body}\r\n.`, 'QUIT']);
  if (replies.length !== lines.length + 4 || replies.some((reply) => !/^[23]/.test(reply)))
    throw new Error(`refused:\n${replies.join('\n')}`);
}
