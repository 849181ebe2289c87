import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../test/simulation/clock.ts';
import { deliveryOf } from '../../test/simulation/delivery.ts';
import type { ProgramCall } from '../ports.ts';
import { PipeTransport } from './pipe-transport.ts';

const clock = new SimulatedClock(0);

async function deliver(result: { exitCode: number; said: string } | Error) {
  const calls: { readonly call: ProgramCall; readonly input: string }[] = [];
  const programs = {
    async run(call: ProgramCall) {
      let input = '';
      for await (const piece of call.input) input += new TextDecoder().decode(piece);
      calls.push({ call, input });
      if (result instanceof Error) throw result;
      return result;
    },
  };
  const outcomes = await new PipeTransport(['/usr/bin/ticket', '--new'], { programs, clock }).deliver(
    deliveryOf({ message: { mailParameters: 'ENVID=E1' }, recipients: ['bob@x', ['carol@x', 'ORCPT=rfc822;c@y']] }),
  );
  return { outcomes, calls };
}

describe('PipeTransport', () => {
  it('RFC 5321 §4.4: the program reads the message behind Return-Path, once per recipient', async () => {
    const { outcomes, calls } = await deliver({ exitCode: 0, said: '' });
    expect(outcomes).toEqual([
      { kind: 'delivered', status: '2.0.0' },
      { kind: 'delivered', status: '2.0.0' },
    ]);
    expect(calls.map(({ input }) => input)).toEqual([
      'Return-Path: <alice@pure-heart.org>\r\nDelivered-To: bob@x\r\nSubject: test\r\n\r\nHello\r\n',
      'Return-Path: <alice@pure-heart.org>\r\nDelivered-To: carol@x\r\nOriginal-Recipient: rfc822; c@y\r\nSubject: test\r\n\r\nHello\r\n',
    ]);
    expect(calls[0]!.call).toMatchObject({
      command: ['/usr/bin/ticket', '--new'],
      environment: { SENDER: 'alice@pure-heart.org', RECIPIENT: 'bob@x', ENVELOPE_ID: 'E1', QUEUE_ID: 'test' },
    });
  });

  it.each([
    [65, 'failed', '5.6.0'],
    [67, 'failed', '5.1.1'],
    [68, 'failed', '5.1.2'],
    [69, 'failed', '5.3.0'],
    [70, 'deferred', '4.3.0'],
    [71, 'deferred', '4.3.0'],
    [72, 'failed', '5.3.0'],
    [73, 'deferred', '4.3.0'],
    [74, 'deferred', '4.3.0'],
    [75, 'deferred', '4.3.0'],
    [76, 'failed', '5.3.0'],
    [77, 'failed', '5.7.1'],
    [1, 'failed', '5.3.0'],
  ])('RFC 3463 §3.4: exit code %i is %s with %s', async (exitCode, kind, status) => {
    const { outcomes } = await deliver({ exitCode, said: 'bad\nday' });
    const reason = `the program that takes this mail ended with code ${exitCode}: bad day`;
    expect(outcomes[0]).toEqual({ kind, failure: { status, reason, atMs: 0 } });
  });

  it('a program that can not be run is worth another attempt', async () => {
    const { outcomes } = await deliver(new Error('ENOENT'));
    expect(outcomes[0]).toMatchObject({ kind: 'deferred', failure: { status: '4.3.0' } });
  });
});
