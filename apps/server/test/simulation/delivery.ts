import type { Content, Delivery, Message, Recipient } from '../../src/model.ts';
import { contentOf } from '../../src/queue/content.ts';

/** A recipient of a test: no parameters, first attempt. */
export function recipientOf(address: string, more: Partial<Recipient> = {}): Recipient {
  return {
    n: 0,
    address,
    parameters: '',
    destination: 'test:',
    attempts: 0,
    dueAtMs: 0,
    retryAtMs: 0,
    delayReported: false,
    ...more,
  };
}

/** A message on its way, for tests of transports. Recipients are addresses, or `[address, parameters]`. */
export function deliveryOf(of: {
  readonly message?: Partial<Message>;
  readonly recipients: readonly (string | readonly [string, string])[];
  readonly content?: Content;
}): Delivery {
  const content = of.content ?? contentOf([new TextEncoder().encode('Subject: test\r\n\r\nHello\r\n')]);
  return {
    message: {
      id: 'test',
      reversePath: 'alice@pure-heart.org',
      mailParameters: '',
      arrivedAtMs: 0,
      origin: 'smtp',
      sizeOctets: content.sizeOctets,
      ...of.message,
    },
    recipients: of.recipients.map((one, n) => {
      const [address, parameters] = typeof one === 'string' ? [one, ''] : one;
      return recipientOf(address, { n, parameters });
    }),
    content,
  };
}
