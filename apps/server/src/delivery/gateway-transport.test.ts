import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../test/simulation/clock.ts';
import { deliveryOf } from '../../test/simulation/delivery.ts';
import type { HttpPost } from '../ports.ts';
import { contentOf } from '../queue/content.ts';
import { GatewayTransport } from './gateway-transport.ts';

interface Posted {
  readonly recipients: readonly unknown[];
  readonly messageBase64: string;
}

const clock = new SimulatedClock(0);

class Gateway {
  readonly posts: { readonly post: HttpPost; readonly json: Posted }[] = [];
  readonly #answer: { readonly status: number; readonly body: string } | Error;
  constructor(answer: { readonly status: number; readonly body: string } | Error) {
    this.#answer = answer;
  }
  async post(post: HttpPost): Promise<{ status: number; body: string }> {
    let text = '';
    for await (const piece of post.body) text += new TextDecoder().decode(piece);
    this.posts.push({ post, json: JSON.parse(text) as Posted });
    if (this.#answer instanceof Error) throw this.#answer;
    return this.#answer;
  }
}

const deliver = async (
  answer: { status: number; body: string } | Error,
  recipients: Parameters<typeof deliveryOf>[0]['recipients'] = ['bob@chat.example'],
) => {
  const http = new Gateway(answer);
  const content = contentOf([Uint8Array.from({ length: 20_000 }, (_, i) => i % 256)]);
  const message = { mailParameters: 'RET=HDRS ENVID=QQ+2B1' };
  const outcomes = await new GatewayTransport('https://gw.example/mail', { http, clock }).deliver(
    deliveryOf({ message, recipients, content }),
  );
  return { outcomes, posts: http.posts };
};

describe('GatewayTransport', () => {
  it('RFC 3461 §3 R3461-3-e: every wish of the sender goes along, decoded, and the message to the octet', async () => {
    const { posts } = await deliver({ status: 202, body: '' }, [
      ['bob@chat.example', 'NOTIFY=SUCCESS,DELAY ORCPT=rfc822;Bob+2BTag@Example.COM'],
      ['carol@chat.example', 'NOTIFY=NEVER'],
      'dana@chat.example',
    ]);
    const [{ post, json }] = posts as [(typeof posts)[0]];
    expect(post.headers['content-type']).toBe('application/json');
    expect(json).toMatchObject({
      id: 'test',
      reversePath: 'alice@pure-heart.org',
      envelopeId: 'QQ+1',
      ret: 'HDRS',
      arrivedAt: '1970-01-01T00:00:00.000Z',
    });
    expect(json.recipients).toEqual([
      {
        address: 'bob@chat.example',
        notify: ['SUCCESS', 'DELAY'],
        originalRecipient: { type: 'rfc822', address: 'Bob+Tag@Example.COM' },
      },
      { address: 'carol@chat.example', notify: [], originalRecipient: null },
      { address: 'dana@chat.example', notify: null, originalRecipient: null },
    ]);
    const octets = Uint8Array.from(atob(json.messageBase64), (character) => character.charCodeAt(0));
    expect(octets).toEqual(Uint8Array.from({ length: 20_000 }, (_, i) => i % 256));
  });

  it('RFC 4648 §3.2: the message is one piece of base64, in whatever pieces it is read', async () => {
    const octets = Uint8Array.from({ length: 200 }, (_, i) => i);
    const content = {
      sizeOctets: octets.length,
      async *read() {
        for (const [from, to] of [
          [0, 1],
          [1, 3],
          [3, 10],
          [10, 10],
          [10, 111],
          [111, 200],
        ] as const)
          yield await Promise.resolve(octets.slice(from, to));
      },
    };
    const http = new Gateway({ status: 200, body: '' });
    const transport = new GatewayTransport('https://gw.example/mail', { http, clock });
    await transport.deliver(deliveryOf({ recipients: ['bob@chat.example'], content }));
    expect(http.posts[0]?.json.messageBase64).toBe(Buffer.from(octets).toString('base64'));
  });

  it.each([
    ['', false],
    ['{"confirms":true}', true],
    ['{"confirms":"yes"}', false],
    ['not JSON', false],
    ['null', false],
    ['{"recipients":[7,{"address":5}]}', false],
  ])('RFC 3461 §5.2.4: taken with %j is relayed; who reports then: the gateway %s', async (body, confirms) => {
    const { outcomes } = await deliver({ status: 200, body });
    expect(outcomes).toEqual([{ kind: 'relayed', status: '2.0.0', nextHopSupportsDsn: confirms }]);
  });

  it.each(['{"recipients":[{"address":"b@x","action":"failed"', '{', ' {"confirms":true}}'])(
    'RFC 3461 §5.2.4: taken with a verdict that can not be read, %j, nobody knows of whom: tried again',
    async (body) => {
      const { outcomes } = await deliver({ status: 200, body });
      const reason = 'the gateway at gw.example gave an answer that can not be read';
      expect(outcomes).toEqual([{ kind: 'deferred', failure: { status: '4.5.0', reason, atMs: 0 } }]);
    },
  );

  it('a verdict on each recipient counts for that recipient', async () => {
    const body = JSON.stringify({
      recipients: [
        { address: 'a@x', action: 'delivered', status: '2.1.5' },
        { address: 'b@x', action: 'failed', status: '5.2.2', reason: 'full\r\nInjected: yes' },
        { address: 'c@x', action: 'delayed', status: '5.0.0' },
        { address: 'e@x', action: 'failed', status: 'nonsense' },
        { address: 'f@x', action: 'failed', status: '4.2.2' },
      ],
    });
    const { outcomes } = await deliver({ status: 200, body }, ['a@x', 'b@x', 'c@x', 'd@x', 'e@x', 'f@x']);
    expect(outcomes).toEqual([
      { kind: 'delivered', status: '2.1.5' },
      { kind: 'failed', failure: { status: '5.2.2', reason: 'full Injected: yes', atMs: 0 } },
      { kind: 'deferred', failure: { status: '4.0.0', reason: 'the gateway gave no reason', atMs: 0 } },
      { kind: 'relayed', status: '2.0.0', nextHopSupportsDsn: false },
      { kind: 'failed', failure: { status: '5.0.0', reason: 'the gateway gave no reason', atMs: 0 } },
      { kind: 'failed', failure: { status: '5.0.0', reason: 'the gateway gave no reason', atMs: 0 } },
    ]);
  });

  it.each([
    [400, 'failed', '5.3.0'],
    [301, 'failed', '5.3.0'],
    [413, 'failed', '5.3.4'],
    [408, 'deferred', '4.3.2'],
    [429, 'deferred', '4.3.2'],
    [500, 'deferred', '4.3.2'],
    [503, 'deferred', '4.3.2'],
  ])('RFC 3463 §3.4: HTTP %i is %s with %s', async (status, kind, code) => {
    const { outcomes } = await deliver({ status, body: '{"confirms":true}' });
    expect(outcomes).toMatchObject([
      { kind, failure: { status: code, reason: `the gateway at gw.example answered ${status}` } },
    ]);
  });

  it('no answer is worth another attempt', async () => {
    const { outcomes } = await deliver(new Error('ECONNREFUSED'));
    expect(outcomes).toMatchObject([{ kind: 'deferred', failure: { status: '4.4.1' } }]);
  });
});
