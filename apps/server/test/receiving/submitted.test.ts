import { describe, expect, it } from 'vitest';
import { openMemoryQueueStore } from '../../src/adapters/memory/queue-store.ts';
import type { ServerOptions } from '../scenarios/world.ts';
import { receivingWorld, ROUTES, STRANGER } from './world.ts';

const submission = `[[listen]]
address = "0.0.0.0:587"
role = "submission"
relay-from = ["198.51.100.0/24"]
${ROUTES}`;
const relay = submission.replace('587', '25').replace('submission', 'relay');

/** What lies in Bob's mailbox after a content has been given to a listener. */
async function delivered(listen: string, content: string, options: ServerOptions = {}): Promise<string> {
  const { world, server, greeted } = await receivingWorld(listen, options);
  const dialogue = await greeted(STRANGER, listen === relay ? 25 : 587);
  for (const line of ['MAIL FROM:<alice@example.org>', 'RCPT TO:<bob@example.org>', 'DATA']) await dialogue.say(line);
  expect(await dialogue.say(`${content}.`)).toMatch(/^250 2\.0\.0/);
  await world.clock.advance(1_000);
  return server.delivered[0]!.text.replace(/^[\s\S]*?Received: [\s\S]*?\r\n(?=\S|\r\n)/, '');
}

const DATE = /^Date: Thu, 07 Jul 1994 21:03:0\d \+0000\r\n/;

describe('RFC 6409 §8: what a submitted message lacks', () => {
  it('RFC 6409 §8.2 RFC 6409 §8.3 R6409-8.8-a: Date and Message-ID are added, nothing else is touched', async () => {
    const content =
      'From: Alice <alice@example.org>\r\nSender: <x@y.example>\r\nTo: BOB <Bob@Example.org>\r\n\r\nHello\r\n';
    const text = await delivered(submission, content);
    expect(text).toMatch(DATE);
    expect(text.replace(DATE, '')).toBe(`Message-ID: <mxexam000001@mx.example.org>\r\n${content}`);
  });

  it.each([
    ['what is there', 'Date: yesterday\r\nMESSAGE-id : <1@x>\r\n\r\nDate\r\n'],
    ['fields in other spellings', 'date: x\r\nmessage-ID:\r\n <1@x>\r\n\r\n'],
  ])('RFC 6409 §8: leaves %s alone', async (_, content) => {
    expect(await delivered(submission, content)).toBe(content);
  });

  it('RFC 6409 §8.3: what only looks like a field is none', async () => {
    const content = 'Message-IDs: 1\r\nDated: x\r\nSubject: Date: x\r\n Message-ID: <1@x>\r\n\r\nMessage-ID: <1@x>\r\n';
    expect(await delivered(submission, content)).toMatch(
      /^Date: .*\r\nMessage-ID: <mxexam000001@mx\.example\.org>\r\nMessage-IDs/,
    );
  });

  it('RFC 6409 §8.2: a message without header, and one without body', async () => {
    expect(await delivered(submission, 'Hello Bob,\r\nhow are you?\r\n')).toMatch(
      /^Date: .*\r\nMessage-ID: .*\r\n\r\nHello Bob,\r\nhow are you\?\r\n$/,
    );
    expect(await delivered(submission, '\r\nHello\r\n')).toMatch(/^Date: .*\r\nMessage-ID: .*\r\n\r\nHello\r\n$/);
    expect(await delivered(submission, 'Subject: all\r\n')).toMatch(/^Date: .*\r\nMessage-ID: .*\r\nSubject: all\r\n$/);
    expect(await delivered(submission, '')).toMatch(/^Date: .*\r\nMessage-ID: .*\r\n$/);
  });

  it('RFC 6409 §8.2: a message that is too large for memory', async () => {
    const store = () => openMemoryQueueStore({ inlineMaxOctets: 4_096 });
    const body = `${'x'.repeat(70)}\r\n`.repeat(500);
    const text = await delivered(submission, `From: a@b.example\r\n\r\n${body}`, { store: store() });
    expect(text).toMatch(/^Date: .*\r\nMessage-ID: <mxexam000001@mx\.example\.org>\r\nFrom: a@b\.example\r\n\r\nxxx/);
    expect(text.endsWith(body)).toBe(true);
  });

  it('RFC 5321 §6.4: a relay adds nothing but its trace', async () => {
    expect(await delivered(relay, 'Subject: bare\r\n\r\nHello\r\n')).toBe('Subject: bare\r\n\r\nHello\r\n');
  });
});
