import { parseReport } from '@dsnkit/multipart-report';
import { describe, expect, it } from 'vitest';
import { openMemoryQueueStore } from '../../src/adapters/memory/queue-store.ts';
import { runScript } from './scripted.ts';
import { submit } from './submit.ts';
import { World } from './world.ts';

const CONFIG = `
[report]
max-per-minute = 3
[[route]]
match = "sender.example"
to = "maildir:mail"
[[route]]
match = "local.example"
to = "maildir:mail"
recipients = ["ok"]
[[route]]
match = "*.hop.example"
to = "mx:"
[[alias]]
address = "gone@local.example"
to = ["nobody@local.example"]
`;

const text = (octets: Uint8Array) => new TextDecoder().decode(octets);

async function start(store = openMemoryQueueStore(), world = new World()) {
  return { world, store, server: await world.server('mx.example.org', CONFIG, { store }) };
}

function fail(world: World, n: number, parameters = ' RET=FULL') {
  return submit(
    world,
    'mx.example.org',
    [`MAIL FROM:<alice@sender.example> ENVID=E${n}${parameters}`, 'RCPT TO:<gone@local.example>'],
    `Subject: message ${n}\r\nMessage-ID: <${n}@sender.example>\r\nContent-Language: de\r\n\r\nHello.\r\n`,
  );
}

/** The reports within a message: itself, or those of its digest. */
function reportsIn(octets: Uint8Array) {
  const whole = text(octets);
  const inner = /Content-Type: multipart\/digest; boundary="([^"]+)"/.exec(whole)?.[1];
  const messages =
    inner === undefined
      ? [whole]
      : whole
          .split(`\r\n--${inner}`)
          .slice(1, -1)
          .map((part) => part.slice(part.indexOf('\r\n\r\n') + 4));
  return messages.map((message) => {
    const report = parseReport(new TextEncoder().encode(message))!;
    expect(report.issues).toEqual([]);
    return report;
  });
}

describe('a flood of reports to one sender', () => {
  it('RFC 3461 §5.2.6(a) R3461-5.2.6-a R3464-2-j: what is beyond the limit comes together at the end of the minute, nothing is lost', async () => {
    const { world, server, store } = await start();
    for (let n = 0; n < 8; n++) await fail(world, n);
    await world.clock.advance(300_000);
    const mails = server.delivered.filter(({ folder }) => folder === 'alice@sender.example');
    expect(mails).toHaveLength(4);
    const reports = mails.map(({ octets }) => reportsIn(octets));
    expect(reports.map((each) => each.length)).toEqual([1, 1, 1, 5]);
    const envelopeIds = reports.flat().map((report) => report.deliveryStatus!.message.originalEnvelopeId);
    expect(envelopeIds.sort()).toEqual(['E0', 'E1', 'E2', 'E3', 'E4', 'E5', 'E6', 'E7']);
    for (const report of reports.flat()) expect(report.deliveryStatus!.recipients).toHaveLength(1);
    expect(reports[3]?.every(({ returned }) => returned?.kind === 'headers')).toBe(true);
    const held = server.events.filter((event) => event.kind === 'report-held');
    expect(held).toHaveLength(5);
    const issued = server.events.filter((event) => event.kind === 'report-issued');
    expect(new Set(issued.map(({ messageId }) => messageId)).size).toBe(8);
    expect(await store.counts()).toEqual({ messages: 0, recipients: 0 });
    expect(server.troubles).toEqual([]);
    await world.clock.during(server.stop());
  });

  it('RFC 3834 §5 RFC 2046 §5.1.5: they come as one auto-replied message from <>, in the language of the sender', async () => {
    const { world, server } = await start();
    for (let n = 0; n < 5; n++) await fail(world, n);
    await world.clock.advance(120_000);
    const bundle = server.delivered.at(-1)!;
    expect(bundle.text).toContain('Return-Path: <>\r\n');
    expect(bundle.text).toContain('Auto-Submitted: auto-replied\r\n');
    expect(bundle.text).toContain('Subject: 2 Zustellberichte\r\n');
    expect(bundle.text).toContain('Content-Type: multipart/mixed; boundary="');
    expect(bundle.text).toContain('Content-Language: de\r\n');
    for (const line of text(bundle.octets).split('\r\n')) expect(line.length).toBeLessThanOrEqual(998);
    expect(text(bundle.octets)).not.toMatch(/[^\u0000-\u007f]/);
    await world.clock.during(server.stop());
  });

  it('RFC 3461 §5.2.8 R5321-4.4-g: of one message there is one report, for all of its recipients', async () => {
    const { world, server } = await start();
    // Each destination settles by itself, so that each owes a report of its own.
    const recipients = Array.from({ length: 6 }, (_, i) => `bob@h${i}.hop.example`);
    for (let i = 0; i < 6; i++) {
      const host = world.host(`h${i}.hop.example`);
      await runScript(host, 25, { extensions: [], rcpt: () => '550 5.1.1 no such user' });
    }
    await submit(world, 'mx.example.org', [
      'MAIL FROM:<alice@sender.example> RET=FULL ENVID=many',
      ...recipients.map((address) => `RCPT TO:<${address}>`),
    ]);
    await world.clock.advance(300_000);
    const reports = server.delivered.flatMap(({ octets }) => reportsIn(octets));
    expect(reports.map((report) => report.deliveryStatus!.recipients.length)).toEqual([1, 1, 1, 3]);
    const told = reports.flatMap((report) =>
      report.deliveryStatus!.recipients.map((each) => each.finalRecipient?.value),
    );
    expect([...told].sort()).toEqual(recipients);
    expect(reports[3]?.returned?.kind).toBe('message');
    const [group] = reports[3]!.deliveryStatus!.recipients;
    expect(group).toMatchObject({ action: 'failed', status: '5.1.1', lastAttemptDate: expect.any(Date) });
    await world.clock.during(server.stop());
  });

  it('RFC 3464 §2.3: of a recipient that failed while the report of its delay was held only the failure is told', async () => {
    const world = new World(6_000_000);
    const config = `${CONFIG}[[route]]\nmatch = "*"\nto = "smtp://slow.example:25"\n[retry]\ndelays = ["10s"]\nexpire-after = "5h"\ndelayed-after = "5s"`;
    const server = await world.server('mx.example.org', config);
    let answer = '450 4.2.1 later';
    await runScript(world.host('slow.example'), 25, { extensions: [], rcpt: () => answer });
    for (let n = 0; n < 4; n++) await fail(world, n);
    await submit(world, 'mx.example.org', [
      'MAIL FROM:<alice@sender.example> ENVID=slow',
      'RCPT TO:<bob@far.example> NOTIFY=DELAY,FAILURE',
      'RCPT TO:<carol@far.example> NOTIFY=DELAY,FAILURE',
    ]);
    await world.clock.advance(8_000);
    answer = '550 5.1.1 gone';
    await world.clock.advance(120_000);
    expect(server.events.filter(({ kind }) => kind === 'report-held').length).toBeGreaterThan(2);
    const told = server.delivered
      .flatMap(({ octets }) => reportsIn(octets))
      .filter(({ deliveryStatus }) => deliveryStatus?.message.originalEnvelopeId === 'slow')
      .map(({ deliveryStatus }) =>
        deliveryStatus?.recipients.map(({ finalRecipient, action }) => [finalRecipient?.value, action]),
      );
    expect(told).toEqual([
      [
        ['bob@far.example', 'failed'],
        ['carol@far.example', 'failed'],
      ],
    ]);
    await world.clock.during(server.stop());
  });

  it('RFC 3461 §5.2.5(a): no delay is told of who waits no more when it comes, though the failure is in another message', async () => {
    const world = new World(6_000_000);
    const config = `${CONFIG}[[route]]\nmatch = "*"\nto = "smtp://slow.example:25"\n[retry]\ndelays = ["10s"]\nexpire-after = "5h"\ndelayed-after = "5s"`;
    const server = await world.server('mx.example.org', config);
    let answer = '450 4.2.1 later';
    await runScript(world.host('slow.example'), 25, {
      extensions: [],
      rcpt: (line) => (line.includes('waiting@') ? '450 4.2.1 later' : answer),
    });
    // Three go at once, and a hundred go together: the delay is the last of these.
    for (let n = 0; n < 3 + 99; n++) await fail(world, n);
    await submit(world, 'mx.example.org', [
      'MAIL FROM:<alice@sender.example> ENVID=slow',
      'RCPT TO:<bob@far.example> NOTIFY=DELAY,FAILURE',
      'RCPT TO:<waiting@far.example> NOTIFY=DELAY,FAILURE',
    ]);
    await world.clock.advance(8_000);
    answer = '550 5.1.1 gone';
    await world.clock.advance(120_000);
    const told = server.delivered
      .flatMap(({ octets }) => reportsIn(octets))
      .filter(({ deliveryStatus }) => deliveryStatus?.message.originalEnvelopeId === 'slow')
      .flatMap(({ deliveryStatus }) => deliveryStatus?.recipients ?? [])
      .map(({ finalRecipient, action }) => [finalRecipient?.value, action]);
    expect(told.sort()).toEqual([
      ['bob@far.example', 'failed'],
      ['waiting@far.example', 'delayed'],
    ]);
    await world.clock.during(server.stop());
  });

  it('RFC 6533 §4.5 R6533-4.5-a: several together reach a sender whose way back takes neither SMTPUTF8 nor 8BITMIME', async () => {
    const world = new World();
    const server = await world.server('mx.example.org', CONFIG);
    const away = await runScript(world.host('away.hop.example'), 25, { extensions: [] });
    for (let n = 0; n < 6; n++) {
      await submit(
        world,
        'mx.example.org',
        [`MAIL FROM:<alice@away.hop.example> SMTPUTF8 BODY=8BITMIME`, 'RCPT TO:<zoë@away.hop.example>'],
        `Subject: Grüße ${n}\r\nMessage-ID: <${n}@away.hop.example>\r\n\r\nHallo\r\n`,
      );
    }
    await world.clock.advance(300_000);
    const reports = away.contents.map((content) => reportsIn(new TextEncoder().encode(`${content}\r\n`)));
    expect(reports.map((each) => each.length)).toEqual([1, 1, 1, 3]);
    expect(away.contents.join('')).not.toMatch(/[^\u0000-\u007f]/);
    for (const { returned, deliveryStatus } of reports[3]!) {
      expect(returned?.mediaType).toBe('message/global-headers');
      expect(deliveryStatus?.recipients[0]?.finalRecipient?.value).toBe('zo\\x{EB}@away.hop.example');
    }
    expect(server.events.filter(({ kind }) => kind === 'not-reported')).toEqual([]);
    await world.clock.during(server.stop());
  });

  it('other senders are not concerned', async () => {
    const { world, server } = await start();
    for (let n = 0; n < 5; n++) await fail(world, n);
    await submit(world, 'mx.example.org', ['MAIL FROM:<carol@sender.example>', 'RCPT TO:<gone@local.example>']);
    expect(server.delivered.filter(({ folder }) => folder === 'carol@sender.example')).toHaveLength(1);
    await world.clock.during(server.stop());
  });

  it('what is held survives a restart', async () => {
    const first = await start();
    for (let n = 0; n < 7; n++) await fail(first.world, n);
    await first.world.clock.during(first.server.stop());
    expect((await first.store.counts()).messages).toBe(4);
    const world = new World(first.world.clock.now() + 3_600_000);
    const { server } = await start(first.store, world);
    await world.clock.advance(60_000);
    expect(server.delivered.flatMap(({ octets }) => reportsIn(octets))).toHaveLength(4);
    await world.clock.during(server.stop());
  });
});
