import { parseReport, type ParsedReport } from '@dsnkit/multipart-report';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { MailEvent } from '../../src/model.ts';
import { DELAYED_AFTER_MS, live, plan, type Life, type Sent } from './random-lives.ts';

type To = Sent['to'][number];
type Groups = NonNullable<ParsedReport['deliveryStatus']>['recipients'];
/** Recipients that come of an alias, if more than one do. */
const LEAVES: Readonly<Record<string, number>> = { many: 3 };

/** How a recipient ended, by the events about it. */
function endsOf({ events }: Life, { envelopeId }: Sent, { address }: To) {
  const accepted = events.find((event) => event.kind === 'accepted' && event.envelopeId === envelopeId);
  const own = events.filter(
    (event): event is Extract<MailEvent, { recipient: string }> =>
      event.messageId === accepted?.messageId && 'recipient' in event && event.recipient === address,
  );
  const of = (...kinds: string[]) => own.filter(({ kind }) => kinds.includes(kind));
  return {
    delivered: of('delivered').length,
    relayed: of('relayed').map((event) => ('destination' in event ? event.destination : '')),
    failed: of('failed', 'expired', 'bounced').length,
    expanded: of('expanded').length,
    lastAtMs: Math.max(...own.map(({ atMs }) => atMs)),
  };
}

/** What the sender is owed of one recipient, beside delays: RFC 3461 §5.2 and §5.2.7 written down once more. */
function owed(life: Life, sent: Sent, to: To): string[] {
  const ends = endsOf(life, sent, to);
  if (sent.from === '') return [];
  const success = to.notify?.includes('SUCCESS') === true;
  const failed = to.notify === undefined || to.notify.includes('FAILURE') ? ends.failed : 0;
  const times = (action: string, count: number) => Array.from({ length: count }, () => action);
  const failures = times('failed', failed);
  if (!success) return failures;
  if (to.kind === 'list' || to.kind === 'secret') return [...times('delivered', ends.expanded), ...failures];
  if (to.kind === 'many') return [...times('expanded', ends.expanded), ...failures];
  // §5.2.1: the next hop reports in our place; §5.2.2(b): nobody else will.
  const silent = ends.relayed.filter((destination) => destination.includes('nodsn'));
  return [...times('delivered', ends.delivered), ...times('relayed', silent.length), ...failures];
}

/** Mail that a crash delivered twice is one mail. */
function reportsOf({ delivered }: Life): ParsedReport[] {
  const mails = new Map(
    delivered
      .filter(({ folder }) => folder === 'alice@sender.example')
      .map((mail) => [/^Message-ID: (.*)$/im.exec(mail.text)?.[1] ?? '', mail]),
  );
  return [...mails.values()].map(({ octets, text }) => {
    expect(text).toContain('Return-Path: <>\r\n');
    const report = parseReport(octets);
    expect(report?.issues).toEqual([]);
    return report!;
  });
}

function check(life: Life): void {
  expect(life.left).toEqual({ messages: 0, recipients: 0 });
  expect(life.troubles).toEqual([]);
  const reports = reportsOf(life);
  for (const sent of life.sent) {
    const about = reports.filter(
      ({ deliveryStatus }) => deliveryStatus?.message.originalEnvelopeId === sent.envelopeId,
    );
    const groups = about.flatMap((report) => report.deliveryStatus!.recipients);
    for (const to of sent.to) {
      const own = groups.filter(({ finalRecipient }) => finalRecipient?.value === to.address);
      checkRecipient(life, sent, to, own);
    }
    const addresses = sent.to.map(({ address }) => address);
    expect(addresses).toEqual(expect.arrayContaining(groups.map((group) => group.finalRecipient?.value)));
    for (const { deliveryStatus, returned } of about) {
      const isFailure = deliveryStatus!.recipients.some(({ action }) => action === 'failed');
      expect(returned?.kind).toBe(isFailure && sent.ret !== ' RET=HDRS' ? 'message' : 'headers');
    }
  }
  const known = life.sent.map(({ envelopeId }) => envelopeId);
  for (const report of reports) expect(known).toContain(report.deliveryStatus!.message.originalEnvelopeId);
}

function checkRecipient(life: Life, sent: Sent, to: To, groups: Groups): void {
  const { delivered, relayed, failed, expanded, lastAtMs } = endsOf(life, sent, to);
  const isHandedOver = to.kind === 'list' || to.kind === 'secret';
  const ends = delivered + relayed.length + failed + (isHandedOver ? expanded : 0);
  // An alias that an operator gave up before it was expanded has one end.
  expect(ends).toBe(to.kind === 'many' && expanded === 0 ? 1 : (LEAVES[to.kind] ?? 1));
  const actions = groups.map(({ action }) => action);
  expect(actions.filter((action) => action !== 'delayed').sort()).toEqual(owed(life, sent, to).sort());
  const wantsDelay = sent.from !== '' && (to.notify === undefined || to.notify.includes('DELAY'));
  const mayBeLate = wantsDelay && lastAtMs - sent.atMs >= DELAYED_AFTER_MS;
  const delays = actions.filter((action) => action === 'delayed').length;
  expect(delays).toBeLessThanOrEqual(mayBeLate ? (LEAVES[to.kind] ?? 1) : 0);
  for (const { status, action, originalRecipient, willRetryUntil } of groups) {
    expect(`${action ?? ''} ${String(status)}`).toMatch(
      /^(?:delivered|relayed|expanded) 2\.|^failed [45]\.|^delayed 4\./,
    );
    expect(originalRecipient?.value).toBe(to.original);
    expect(willRetryUntil !== undefined).toBe(action === 'delayed');
  }
  if (to.kind !== 'dsn' && to.kind !== 'nodsn') return;
  const taken = life.taken.get(to.address) ?? 0;
  // RFC 5321 §6.1: only what a crash left unsettled may come twice.
  if (life.crashes === 0) expect(taken).toBe(relayed.length);
  else expect(taken).toBeGreaterThanOrEqual(relayed.length);
}

it(
  'RFC 3461 §5.2: whatever happens to them, recipients end once, and their senders hear what they are owed once',
  { timeout: 120_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(plan, async (one) => {
        check(await live(one));
      }),
      {
        numRuns: Number(process.env['DSNKIT_MODEL_RUNS'] ?? 150),
        seed: Number(process.env['DSNKIT_MODEL_SEED'] ?? 3461),
      },
    );
  },
);
