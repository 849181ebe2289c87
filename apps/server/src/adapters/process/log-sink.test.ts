import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { MailEvent, RemoteReply } from '../../model.ts';
import { logSink } from './log-sink.ts';

const reply: RemoteReply = {
  mta: 'mx.example.net',
  rawLines: ['550-5.1.1 No "such" user', '550 5.1.1 \u0007 caf\u00e9 \ud800'],
  reply: { code: 550, lines: ['No "such" user'] },
  stage: 'rcpt',
};
const failure = { status: '5.1.1', reason: 'no such user\r\nX: y', atMs: 1, remote: reply } as const;
const known = { atMs: Date.UTC(2026, 10, 21, 9, 8, 7, 6), messageId: 'm1' };

/** Each event with the values that its line has, in their order. */
const LINES: readonly (readonly [MailEvent, Record<string, unknown>])[] = [
  [
    {
      ...{ kind: 'accepted', reversePath: 'a"b@c.example', recipients: ['d@e.example', 'f@e.example'], sizeOctets: 17 },
      ...{ origin: 'smtp', client: '192.0.2.1', ...known },
    },
    {
      ...{ reversePath: 'a"b@c.example', recipients: ['d@e.example', 'f@e.example'], sizeOctets: 17 },
      ...{ origin: 'smtp', client: '192.0.2.1' },
    },
  ],
  [
    {
      ...{ kind: 'relayed', recipient: 'd@e.example', destination: 'e.example', status: '2.0.0', delayMs: 0.5 },
      ...{ remote: reply, ...known },
    },
    {
      ...{ recipient: 'd@e.example', destination: 'e.example', status: '2.0.0', delayMs: 0.5 },
      ...{ mta: reply.mta, reply: reply.rawLines.join(' / ') },
    },
  ],
  [
    { kind: 'failed', recipient: 'd@e.example', destination: 'e.example', failure, ...known },
    {
      ...{ recipient: 'd@e.example', destination: 'e.example', status: '5.1.1', reason: failure.reason },
      ...{ mta: reply.mta, reply: reply.rawLines.join(' / ') },
    },
  ],
  [
    {
      ...{ kind: 'deferred', recipient: 'd@e.example', destination: 'e.example', failure, attempts: 1 },
      ...{ retryAtMs: Date.UTC(2026, 10, 21, 10), ...known },
    },
    {
      ...{ recipient: 'd@e.example', destination: 'e.example', attempts: 1, retryAt: '2026-11-21T10:00:00.000Z' },
      ...{ status: '5.1.1', reason: failure.reason, mta: reply.mta, reply: reply.rawLines.join(' / ') },
    },
  ],
  [
    {
      ...{ kind: 'report-received', reportId: 'r', verified: true, what: 'dsn' },
      ...{ actions: [{ recipient: 'd@e.example', action: 'failed', status: '5.1.1' }], ...known },
    },
    {
      ...{ reportId: 'r', verified: true, what: 'dsn' },
      actions: [{ recipient: 'd@e.example', action: 'failed', status: '5.1.1' }],
    },
  ],
];

describe('the log', () => {
  for (const [event, values] of LINES) {
    it(`has for an event of kind ${event.kind} the line that pino writes`, () => {
      const lines: string[] = [];
      const output = { write: (line: string) => void lines.push(line) };
      const log = pino({ base: null }, output);
      logSink(log, output).emit(event);
      const at = new Date(known.atMs).toISOString();
      log[event.kind === 'failed' ? 'warn' : 'info']({ event: event.kind, at, id: 'm1', ...values }, event.kind);
      const [ours, its] = lines.map((line) => line.replace(/"time":\d+/, '"time":0'));
      expect(ours).toBe(its);
    });
  }

  it('leaves out attempts, unless they are asked for', () => {
    const lines: string[] = [];
    const output = { write: (line: string) => void lines.push(line) };
    const attempted = { kind: 'attempted', destination: 'e.example', recipients: [], durationMs: 1, ...known } as const;
    logSink(pino({ base: null }, output), output).emit(attempted);
    expect(lines).toEqual([]);
    logSink(pino({ base: null, level: 'debug' }, output), output).emit(attempted);
    expect(lines).toHaveLength(1);
  });
});
