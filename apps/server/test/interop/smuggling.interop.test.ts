import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { freePort, startDsnd, temporaryFolder, waitFor } from '../support/dsnd.ts';
import { startExim } from '../support/exim.ts';
import { hasPostfix, startPostfix } from '../support/postfix.ts';
import { startRecordingHop } from '../support/recording-hop.ts';
import { hasUnpacked } from '../support/unpacked.ts';

const SMUGGLED =
  'MAIL FROM:<smuggled@evil.example>\r\nRCPT TO:<victim@hop.example>\r\nDATA\r\nSubject: smuggled\r\n\r\nx';
const breaks = [
  '',
  '\r',
  '\n',
  '\0',
  '\r\n',
  '\n\r',
  '\r\r',
  '\n\n',
  '\r\0\n',
  '\0\r\n',
  '\r\n\0',
  '\r\r\n',
  '\n\r\n',
  '\r\n\n',
];
/** All but the true end of data, behind which commands are the client's own. */
const variants = breaks
  .flatMap((before) => breaks.map((after) => `${before}.${after}`))
  .filter((each) => !each.includes('\r\n.\r\n'));

type StartForeign = (port: number, hop: number) => Promise<{ stop(): void | Promise<void> }>;

/** One message; resolves with the last reply before that to QUIT. */
async function send(port: number, n: number, variant: string): Promise<string> {
  const envelope = `EHLO c.example\r\nMAIL FROM:<a${n}@sender.example>\r\nRCPT TO:<u@hop.example>\r\nDATA\r\n`;
  const octets = `${envelope}Subject: ${n}\r\n\r\ntext${variant}${SMUGGLED}\r\n.\r\nQUIT\r\n`;
  return await new Promise((resolve, reject) => {
    let heard = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(octets, 'latin1'));
    socket.on('data', (chunk: Buffer) => (heard += chunk.toString('latin1')));
    socket.on('error', reject);
    socket.on('close', () => resolve(heard.trimEnd().split('\r\n').at(-2) ?? heard));
  });
}

/** client → dsnd, which normalises → the foreign server → a witness. */
async function relayChain(startForeign: StartForeign): Promise<void> {
  const folder = temporaryFolder('dsnd-smuggling-');
  const hop = await startRecordingHop();
  const ports = { dsnd: await freePort(), foreign: await freePort() };
  const foreign = await startForeign(ports.foreign, hop.port);
  const toml = `hostname = "mx.example.org"
store = "sqlite:queue"
[[listen]]
address = "127.0.0.1:${ports.dsnd}"
bare-line-ends = "normalise"
[[route]]
match = "*"
to = "smtp://127.0.0.1:${ports.foreign}"
`;
  const server = await startDsnd(folder.path, toml, ports.dsnd);
  try {
    for (const [n, variant] of variants.entries())
      expect([variant, await send(ports.dsnd, n, variant)]).toEqual([variant, expect.stringMatching(/^250 2\.0\.0/)]);
    await waitFor(() => hop.transactions.length >= variants.length, 120_000);
    const senders = hop.transactions.map(({ mail }) => mail.replace(/>.*/, '>'));
    expect(senders.toSorted()).toEqual(variants.map((_, n) => `MAIL FROM:<a${n}@sender.example>`).toSorted());
    // What was to be smuggled is where it belongs: in the content.
    for (const { content } of hop.transactions) expect(content).toContain('smuggled@evil.example');
  } finally {
    await server.stop();
    await foreign.stop();
    await hop.close();
    folder.remove();
  }
}

describe('RFC 5321 §2.3.8: smuggling through a chain of relays', () => {
  it.runIf(hasPostfix)(
    `${variants.length} variants: one message each behind a Postfix that takes bare LF`,
    async () => {
      const folder = temporaryFolder('dsnd-postfix-');
      await relayChain(async (port, hop) => {
        const main = 'smtpd_forbid_bare_newline = no\nsmtpd_client_connection_count_limit = 0\n';
        const postfix = await startPostfix(folder.path, port, [`hop.example relay:[127.0.0.1]:${hop}`], { main });
        return {
          stop() {
            postfix.stop();
            folder.remove();
          },
        };
      });
    },
  );

  it.runIf(hasUnpacked('exim'))(`${variants.length} variants: one message each behind Exim`, async () => {
    await relayChain((port, hop) => startExim(port, { 'hop.example': hop }));
  });

  it.skipIf(hasPostfix || hasUnpacked('exim'))('skipped: Postfix or Exim, and root are needed', () => {
    expect(true).toBe(true);
  });
});
