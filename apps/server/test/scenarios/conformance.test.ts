import { parseReport } from '@dsnkit/multipart-report';
import { describe, expect, it } from 'vitest';
import type { HttpPost } from '../../src/ports.ts';
import { runScript, type Script } from './scripted.ts';
import { submit } from './submit.ts';
import { World } from './world.ts';

const ROUTES = `
[[route]]
match = "sender.example"
to = "smtp://back.example:25"
[[route]]
match = "hop.example"
to = "smtp://next.example:25"
[[route]]
match = "chat.example"
to = "gateway+https://gateway.example/mail"
[[route]]
match = "local.example"
to = "maildir:mail"
[[list]]
address = "list@local.example"
owner = "list-owner@local.example"
members = ["bob@hop.example"]
[[alias]]
address = "alias@local.example"
to = ["bob@hop.example"]
`;

const HEADER = `Received: from one.example by two.example; Thu, 7 Jul 1994 17:15:49 +0000
Received: from zero.example by one.example; Thu, 7 Jul 1994 17:15:40 +0000
From: Alice <alice@sender.example>
Subject:  two spaces   stay
X-Odd:\tfolded
\tas it came
Message-ID: <m1@sender.example>

`.replaceAll('\n', '\r\n');
const CONTENT = `${HEADER}${'x'.repeat(998)}\r\nthe end\r\n`;

/** One message through a server whose next hop follows a script; what came back to the sender's host is heard too. */
async function run(options: {
  readonly envelope: readonly string[];
  readonly next?: Partial<Script>;
  readonly days?: number;
  readonly post?: (post: HttpPost) => Promise<{ readonly status: number; readonly body: string }>;
}) {
  const world = new World();
  const next = await runScript(world.host('next.example'), 25, { extensions: ['DSN', '8BITMIME'], ...options.next });
  const back = await runScript(world.host('back.example'), 25, { extensions: ['DSN'] });
  const http = options.post === undefined ? {} : { http: { post: options.post } };
  const server = await world.server('mx.example.org', ROUTES, http);
  const replies = await submit(world, 'mx.example.org', options.envelope, CONTENT);
  await world.clock.advance((options.days ?? 6) * 86_400_000);
  return { next, back, server, replies };
}

const toHop = ['MAIL FROM:<alice@sender.example> ENVID=E1', 'RCPT TO:<bob@hop.example>'];

describe('what a relay does to a message', () => {
  it('RFC 5321 §3.6.3 R5321-3.6.3-d, RFC 5321 §4.4 R5321-4.4-b: puts one Received line before it and changes nothing else', async () => {
    const { next } = await run({ envelope: toHop });
    const [sent = ''] = next.contents;
    expect(sent).toMatch(
      /^Received: from agent\.example \(\[192\.0\.2\.\d+\]\)\r\n\tby mx\.example\.org with ESMTP id \w+\r\n/,
    );
    // The witness splits at CRLF: what it heard lacks the last one.
    expect(sent.slice(sent.indexOf('Received: from one.example'))).toBe(CONTENT.slice(0, -2));
  });

  it('RFC 5321 §4.5.3.1.6 R5321-4.5.3.1.6-a: a line of 1000 octets with its CRLF goes through whole', async () => {
    const { next, replies } = await run({ envelope: toHop });
    expect(replies.at(-1)).toMatch(/^250 /);
    expect(next.contents[0]!.split('\r\n')).toContain('x'.repeat(998));
  });

  it('RFC 5321 §4.5.4.1 R5321-4.5.4.1-a: what can not be delivered now is tried again with the same envelope', async () => {
    let tries = 0;
    const rcpt = () => (++tries < 3 ? '451 4.7.1 later' : '250 ok');
    const envelope = [
      'MAIL FROM:<alice@sender.example> RET=HDRS ENVID=E1',
      'RCPT TO:<bob@hop.example> NOTIFY=FAILURE ORCPT=rfc822;B+2Bx@hop.example',
    ];
    const { next, back } = await run({ envelope, next: { rcpt } });
    expect(next.lines.filter((line) => line.startsWith('MAIL'))).toEqual([envelope[0], envelope[0], envelope[0]]);
    expect(next.lines.filter((line) => line.startsWith('RCPT'))).toEqual([envelope[1], envelope[1], envelope[1]]);
    expect(back.contents).toEqual([]);
  });

  it('RFC 5321 §3.7.2 R5321-3.7.2-a: a gateway gets Received before the lines that were there', async () => {
    let body = '';
    await run({
      envelope: ['MAIL FROM:<alice@sender.example>', 'RCPT TO:<bob@chat.example>'],
      post: async (post) => {
        for await (const piece of post.body) body += new TextDecoder().decode(piece);
        return { status: 200, body: '' };
      },
    });
    const sent = atob((JSON.parse(body) as { messageBase64: string }).messageBase64);
    expect(sent.indexOf('by mx.example.org')).toBeLessThan(sent.indexOf('Received: from one.example'));
    expect(sent.endsWith(CONTENT)).toBe(true);
  });
});

describe('what a report travels in', () => {
  it('RFC 5321 §3.6.3 R5321-3.6.3-a R5321-3.6.3-c, RFC 5321 §4.1.1.4 R5321-4.1.1.4-a, RFC 5321 §6.1 R5321-6.1-b, RFC 1123 §5.3.3 R1123-5.3.3-a: a failure after the 250 goes from <> to the reverse-path, less its source route', async () => {
    const { back, replies } = await run({
      envelope: ['MAIL FROM:<@relay.example:alice@sender.example> ENVID=E1', 'RCPT TO:<bob@hop.example>'],
      next: { rcpt: () => '550 5.1.1 no such user' },
    });
    expect(replies.at(-1)).toMatch(/^250 2\.0\.0 /);
    expect(back.lines.filter((line) => /^(MAIL|RCPT)/.test(line))).toEqual([
      'MAIL FROM:<>',
      'RCPT TO:<alice@sender.example> NOTIFY=NEVER',
    ]);
    const report = parseReport(new TextEncoder().encode(back.contents[0]));
    expect(report?.deliveryStatus?.recipients).toMatchObject([{ action: 'failed', status: '5.1.1' }]);
  });

  it('RFC 5321 §4.4 R5321-4.4-e R5321-4.4-h: nowhere but to the reverse-path, whatever the header says', async () => {
    const { back, server } = await run({
      envelope: ['MAIL FROM:<envelope@sender.example>', 'RCPT TO:<bob@hop.example>'],
      next: { content: '554 5.6.0 no' },
    });
    expect(back.lines.filter((line) => line.startsWith('RCPT'))).toEqual([
      'RCPT TO:<envelope@sender.example> NOTIFY=NEVER',
    ]);
    expect(server.delivered).toEqual([]);
  });

  it('RFC 5321 §4.5.5, RFC 3834 §2 R3834-2-a R3834-2-d: nothing answers a message from <>', async () => {
    const { back, server } = await run({
      envelope: ['MAIL FROM:<>', 'RCPT TO:<bob@hop.example> NOTIFY=SUCCESS,FAILURE,DELAY'],
      next: { rcpt: () => '550 5.1.1 no such user' },
    });
    expect(back.contents).toEqual([]);
    expect(server.events.map((event) => event.kind)).toContain('not-reported');
    expect(await server.store.counts()).toEqual({ messages: 0, recipients: 0 });
  });
});

describe('lists and aliases', () => {
  it("RFC 5321 §3.9 R5321-3.9-a, RFC 1123 §5.3.6 R1123-5.3.6-a: a list sends in its owner's name and leaves the header as it is", async () => {
    const { next } = await run({
      envelope: ['MAIL FROM:<alice@sender.example> ENVID=E1', 'RCPT TO:<list@local.example> NOTIFY=NEVER'],
    });
    expect(next.lines.filter((line) => /^(MAIL|RCPT)/.test(line))).toEqual([
      'MAIL FROM:<list-owner@local.example>',
      'RCPT TO:<bob@hop.example>',
    ]);
    expect(next.contents[0]!.endsWith(CONTENT.slice(0, -2))).toBe(true);
  });

  it('RFC 3461 §5.2.7.1 R3461-5.2.7.1-e: a failure of a member is told to the owner, and mail to the owner reaches a person', async () => {
    const { server, back } = await run({
      envelope: [
        'MAIL FROM:<alice@sender.example>',
        'RCPT TO:<list@local.example>',
        'RCPT TO:<list-owner@local.example>',
      ],
      next: { rcpt: () => '550 5.1.1 gone' },
    });
    const mail = server.delivered.filter(({ folder }) => folder === 'list-owner@local.example');
    expect(mail).toHaveLength(2);
    expect(mail.some(({ octets }) => parseReport(octets)?.deliveryStatus?.recipients[0]?.action === 'failed')).toBe(
      true,
    );
    expect(back.contents).toEqual([]);
  });

  it('RFC 3461 §5 R3461-5-a, RFC 3464 §3 R3464-3-a: an MTA that announces DSN keeps its word as server and as client', async () => {
    const envelope = [
      'MAIL FROM:<alice@sender.example> RET=HDRS ENVID=E1',
      'RCPT TO:<alias@local.example> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;a@b.example',
    ];
    const asked = await run({ envelope });
    expect(asked.next.lines).toContain('RCPT TO:<bob@hop.example> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;a@b.example');
    expect(asked.back.contents).toEqual([]);
    const refused = await run({ envelope, next: { rcpt: () => '550 5.1.1 gone' } });
    const report = parseReport(new TextEncoder().encode(refused.back.contents[0]));
    expect(report?.deliveryStatus).toMatchObject({
      message: { originalEnvelopeId: 'E1' },
      recipients: [{ action: 'failed', originalRecipient: { value: 'a@b.example' } }],
    });
  });
});
