import { createConnection } from 'node:net';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseReport } from '@dsnkit/multipart-report';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort, startDsnd, temporaryFolder, waitFor, type Dsnd } from '../support/dsnd.ts';
import { startRecordingHop, type RecordingHop } from '../support/recording-hop.ts';

const MESSAGES = 200;
const KILLS = 4;
const NOTIFY = ['', ' NOTIFY=NEVER', ' NOTIFY=SUCCESS', ' NOTIFY=FAILURE', ' NOTIFY=SUCCESS,FAILURE,DELAY'];

/** Two recipients each: the hop takes one and refuses the other. What is owed follows from NOTIFY alone. */
function envelope(i: number): { readonly lines: readonly string[]; readonly owed: readonly string[] } {
  const notify = NOTIFY[i % NOTIFY.length]!;
  const success = notify.includes('SUCCESS');
  const failure = notify === '' || notify.includes('FAILURE');
  return {
    lines: [
      `MAIL FROM:<s${i}@sender.example> RET=HDRS ENVID=m${i}`,
      `RCPT TO:<ok${i}@hop.example>${notify}`,
      `RCPT TO:<no${i}@hop.example>${notify}`,
    ],
    owed: [...(success ? [`relayed ok${i}@hop.example`] : []), ...(failure ? [`failed no${i}@hop.example`] : [])],
  };
}

/** Submits one message; resolves to whether it was answered 250 at the end. Never rejects. */
async function submit(port: number, i: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1');
    const lines = [
      'EHLO client.example',
      ...envelope(i).lines,
      'DATA',
      `Subject: ${i}\r\nMessage-ID: <m${i}@sender.example>\r\n\r\nHello.\r\n.`,
    ];
    let text = '';
    let said = 0;
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(false));
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      for (let end = text.indexOf('\r\n'); end >= 0; end = text.indexOf('\r\n')) {
        const reply = text.slice(0, end);
        text = text.slice(end + 2);
        if (reply[3] === '-') continue;
        if (said === lines.length) {
          resolve(reply.startsWith('250'));
          socket.destroy();
          return;
        }
        socket.write(`${lines[said++]!}\r\n`);
      }
    });
  });
}

describe('kill -9 in the middle of the work', () => {
  const folder = temporaryFolder();
  let hop: RecordingHop | undefined;
  let server: Dsnd | undefined;
  afterEach(async () => {
    await server?.stop();
    await hop?.close();
    folder.remove();
  });

  it(`RFC 3464 §3: ${MESSAGES} messages, ${KILLS} kills: nothing accepted is lost, each owed report exists once`, async () => {
    hop = await startRecordingHop({
      extensions: ['PIPELINING', '8BITMIME', 'ENHANCEDSTATUSCODES'],
      rcpt: (address) => (address.startsWith('no') ? '550 5.1.1 no such user' : '250 2.1.5 Ok'),
    });
    const port = await freePort();
    const toml = `hostname = "mx.example.org"
store = "sqlite:queue"
[[listen]]
address = "127.0.0.1:${port}"
[[route]]
match = "hop.example"
to = "smtp://127.0.0.1:${hop.port}"
[[route]]
match = "sender.example"
to = "maildir:mail"
[retry]
delays = ["200ms"]
`;
    server = await startDsnd(folder.path, toml, port);
    const accepted = new Set<number>();
    let next = 0;
    // Ten clients; a message without an answer is not sent again: another one takes its place.
    const clients = Array.from({ length: 10 }, async () => {
      while (accepted.size < MESSAGES) {
        const i = next++;
        if (await submit(port, i)) accepted.add(i);
        else await new Promise((resolve) => setTimeout(resolve, 20));
      }
    });
    for (let kill = 1; kill <= KILLS; kill++) {
      await waitFor(() => accepted.size >= (kill * MESSAGES) / (KILLS + 1));
      await server.kill();
      server = await startDsnd(folder.path, toml, port);
    }
    await Promise.all(clients);
    const reports = () => readReports(join(folder.path, 'mail'));
    const expected = () => [...accepted].flatMap((i) => envelope(i).owed);
    await waitFor(() => expected().every((owed) => reports().includes(owed)), 40_000).catch(() => undefined);
    // A report too many would come with the next retries.
    await new Promise((resolve) => setTimeout(resolve, 800));
    const found = reports();
    expect(expected().filter((owed) => !found.includes(owed))).toEqual([]);
    expect(found.filter((report, index) => found.indexOf(report) !== index)).toEqual([]);
    // Unanswered messages may have been stored, or not: their reports are owed all the same, but once.
    const delivered = hop.transactions.map((each) => /<ok(\d+)@/.exec(each.rcpt[0] ?? '')?.[1]);
    expect([...accepted].filter((i) => !delivered.includes(String(i)))).toEqual([]);
    const doubles = delivered.length - new Set(delivered).size;
    console.log(
      `${accepted.size} accepted, ${found.length} reports, ${doubles} delivered twice (RFC 5321 §6.1's window)`,
    );
    expect(doubles).toBeLessThanOrEqual(KILLS * 50);
  }, 120_000);
});

/** `action address` of every group of every report in the Maildirs below a folder. */
function readReports(mail: string): string[] {
  if (!existsSync(mail)) return [];
  return readdirSync(mail).flatMap((name) => {
    const fresh = join(mail, name, 'new');
    const files = existsSync(fresh) ? readdirSync(fresh) : [];
    return files.flatMap((file) => {
      const recipients = parseReport(readFileSync(join(fresh, file)))?.deliveryStatus?.recipients ?? [];
      return recipients.map((each) => `${each.action ?? ''} ${each.finalRecipient?.value ?? ''}`);
    });
  });
}
