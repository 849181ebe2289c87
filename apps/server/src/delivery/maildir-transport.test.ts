import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../test/simulation/clock.ts';
import type { Mailboxes } from '../ports.ts';
import { contentOf } from '../queue/content.ts';
import { deliveryHeader, MaildirTransport } from './maildir-transport.ts';
import { deliveryOf, recipientOf } from '../../test/simulation/delivery.ts';

const clock = new SimulatedClock(0);

class Kept {
  readonly stored: string[] = [];
  readonly keys: string[] = [];
  readonly errors = new Map<string, Error>();
  deliver({ directory, folder, key, prefix, content }: Parameters<Mailboxes['deliver']>[0]): Promise<void> {
    const error = this.errors.get(folder);
    if (error !== undefined) return Promise.reject(error);
    const text = new TextDecoder().decode(prefix) + new TextDecoder().decode(content.octets);
    this.keys.push(`${folder} ${key}`);
    this.stored.push(`${directory} ${folder} ${text}`);
    return Promise.resolve();
  }
}

describe('MaildirTransport', () => {
  it('RFC 5321 §4.4: two recipients of one mailbox get two messages, whenever that is tried again the same two', async () => {
    const mailboxes = new Kept();
    const transport = new MaildirTransport('./mail', { mailboxes, clock }, () => 'bob@ivory.edu');
    const delivery = deliveryOf({ recipients: ['bob+a@ivory.edu', 'bob+b@ivory.edu'] });
    await transport.deliver(delivery);
    await transport.deliver(delivery);
    expect(mailboxes.keys).toHaveLength(4);
    expect(new Set(mailboxes.keys).size).toBe(2);
  });

  it('RFC 5321 §4.4 R5321-4.4-c: each recipient gets a copy of its own behind Return-Path', async () => {
    const mailboxes = new Kept();
    const transport = new MaildirTransport('./mail', { mailboxes, clock });
    const delivery = deliveryOf({
      message: { reversePath: 'alice@pure-heart.org' },
      recipients: ['Bob@ivory.edu', 'carol@ivory.edu'],
      content: contentOf([new TextEncoder().encode('Subject: x\r\n\r\nbody\r\n')]),
    });
    expect(await transport.deliver(delivery)).toEqual([
      { kind: 'delivered', status: '2.0.0' },
      { kind: 'delivered', status: '2.0.0' },
    ]);
    expect(mailboxes.stored).toEqual([
      './mail Bob@ivory.edu Return-Path: <alice@pure-heart.org>\r\nDelivered-To: Bob@ivory.edu\r\nSubject: x\r\n\r\nbody\r\n',
      './mail carol@ivory.edu Return-Path: <alice@pure-heart.org>\r\nDelivered-To: carol@ivory.edu\r\nSubject: x\r\n\r\nbody\r\n',
    ]);
  });

  it.each([
    ['ENOSPC', '4.3.1', 'there is no space left for mailboxes'],
    ['EROFS', '4.3.5', 'the mailbox may not be written (EROFS)'],
    ['EIO', '4.3.0', 'the mailbox could not be written (EIO)'],
    [undefined, '4.3.0', 'the mailbox could not be written'],
  ])(
    'RFC 3463 §3.4: a mailbox that fails with %s is tried again, the others are delivered',
    async (code, status, reason) => {
      const mailboxes = new Kept();
      mailboxes.errors.set('a@x', Object.assign(new Error('no'), code === undefined ? {} : { code }));
      const outcomes = await new MaildirTransport('.', { mailboxes, clock }).deliver(
        deliveryOf({ recipients: ['a@x', 'b@x'] }),
      );
      expect(outcomes).toEqual([
        { kind: 'deferred', failure: { status, reason, atMs: 0 } },
        { kind: 'delivered', status: '2.0.0' },
      ]);
    },
  );
});

describe('deliveryHeader', () => {
  it.each([
    ['', ''],
    ['NOTIFY=NEVER', ''],
    ['ORCPT=rfc822;Bob+2Bx@Ivory.EDU NOTIFY=NEVER', 'Original-Recipient: rfc822; Bob+x@Ivory.EDU\r\n'],
    ['orcpt=x400;/c=us/', ''],
    ['ORCPT=X400;/c+3Dus/', 'Original-Recipient: X400; /c=us/\r\n'],
    ['ORCPT=utf-8;jos\\x{E9}@example.org', 'Original-Recipient: utf-8; jos\\x{E9}@example.org\r\n'],
    ['ORCPT=utf-8;josé@example.org', 'Original-Recipient: utf-8; jos\\x{E9}@example.org\r\n'],
    ['ORCPT=rfc822;a+0D+0ABcc:x', ''],
  ])('RFC 8098 §2.3 R8098-2.3-a: %j gives %j', (parameters, expected) => {
    expect(deliveryHeader({ reversePath: '', mailParameters: '' }, recipientOf('bob@x', { parameters }))).toBe(
      `Return-Path: <>\r\nDelivered-To: bob@x\r\n${expected}`,
    );
  });

  it.each(['ORCPT=utf-8;jos\\x{E9}@example.org', 'ORCPT=utf-8;josé@example.org'])(
    'RFC 6533 §5 R6533-5-a: in a UTF-8 message %s is shown in its native form',
    (parameters) => {
      const header = deliveryHeader(
        { reversePath: 'ä@x', mailParameters: 'SMTPUTF8' },
        recipientOf('bob@x', { parameters }),
      );
      expect(header).toContain('Original-Recipient: utf-8; josé@example.org\r\n');
    },
  );

  it('RFC 6533 §3: a message is none in UTF-8 because its envelope id is called so', () => {
    const recipient = recipientOf('bob@x', { parameters: 'ORCPT=utf-8;jos\\x{E9}@example.org' });
    const header = deliveryHeader({ reversePath: 'a@x', mailParameters: 'RET=HDRS ENVID=before-smtputf8' }, recipient);
    expect(header).toContain('Original-Recipient: utf-8; jos\\x{E9}@example.org\r\n');
  });

  it.each(['\\x{85}', '\\x{2028}', '\\x{9B}', '\u0085', '\u2029'])(
    'RFC 6533 §3: what ends a line for some readers stays written as ASCII in a UTF-8 message, too: %j',
    (hidden) => {
      const recipient = recipientOf('bob@x', { parameters: `ORCPT=utf-8;b${hidden}Bcc:@example.org` });
      const header = deliveryHeader({ reversePath: 'ä@x', mailParameters: 'SMTPUTF8' }, recipient);
      expect(header).toMatch(/\r\nOriginal-Recipient: utf-8; b\\x\{[0-9A-F]+\}Bcc:@example\.org\r\n$/);
    },
  );
});
