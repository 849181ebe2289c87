import { parseReport } from '@dsnkit/multipart-report';
import { describe, expect, it } from 'vitest';
import { hasPython, readWithPython } from '../support/python.ts';
import { runScript, type Script } from './scripted.ts';
import { submit } from './submit.ts';
import { World, type SimulatedServer } from './world.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const CONFIG = `
[[route]]
match = "sender.example"
to = "maildir:mail"
[[route]]
match = "away.example"
to = "smtp://away.hop.example:25"
[[route]]
match = "far.example"
to = "smtp://far.hop.example:25"
[[route]]
match = "local.example"
to = "maildir:mail"
[[alias]]
address = "gone@local.example"
to = ["nobody@nowhere.example"]
[[alias]]
address = "gone2@local.example"
to = ["nobody@nowhere.example"]
[[alias]]
address = "team@local.example"
to = ["bob@far.example", "ok@local.example"]
[[list]]
address = "list@local.example"
owner = "owner@local.example"
members = [${Array.from({ length: 300 }, (_, i) => `"m${i}@local.example"`).join(', ')}]
`;

/** A server with two hosts: of the sender, and of recipients, which answers as the script says. */
async function start(script: Partial<Script> = {}, more = '') {
  const world = new World();
  const away = await runScript(world.host('away.hop.example'), 25, { extensions: ['DSN'] });
  const far = await runScript(world.host('far.hop.example'), 25, { extensions: [], ...script });
  const server = await world.server('mx.example.org', `${CONFIG}${more}`);
  return { world, server, away, far };
}

/** What Alice was told, in the order of time: action and recipient. */
function told(server: SimulatedServer): string[] {
  return server.delivered
    .filter(({ folder }) => folder === 'alice@sender.example')
    .flatMap(({ octets }) => {
      const report = parseReport(octets)!;
      expect(report.issues).toEqual([]);
      return report.deliveryStatus!.recipients.map((group) => `${group.action!} ${group.finalRecipient!.value}`);
    });
}

const ALICE = 'MAIL FROM:<alice@sender.example>';

describe('the envelope of a report on the wire', () => {
  it('RFC 5321 §4.4 R5321-3.6.3-a R5321-3.6.3-c R5321-4.4-e R5321-4.4-h R5321-4.5.5-a R5321-6.1-b R3834-3.3-a R3834-4-a R3834-3.1.7-a: one report from <> to the reverse-path and nowhere else, NOTIFY=NEVER', async () => {
    const { world, server, away } = await start();
    const header = [
      'From: Author <author@other.example>',
      'Sender: sender@other.example',
      'Reply-To: reply@other.example',
      'Errors-To: errors@other.example',
      'Return-Receipt-To: receipt@other.example',
      'Disposition-Notification-To: mdn@other.example',
    ];
    await submit(
      world,
      'mx.example.org',
      [
        'MAIL FROM:<alice@away.example> RET=FULL ENVID=E1',
        'RCPT TO:<gone@local.example>',
        'RCPT TO:<gone2@local.example>',
      ],
      `${header.join('\r\n')}\r\n\r\nHello.\r\n`,
    );
    await world.clock.advance(60_000);
    expect(away.lines.filter((line) => /^(?:MAIL|RCPT)/.test(line))).toEqual([
      'MAIL FROM:<>',
      'RCPT TO:<alice@away.example> NOTIFY=NEVER',
    ]);
    const report = parseReport(new TextEncoder().encode(`${away.contents[0] ?? ''}\r\n`));
    expect(report?.kind).toBe('dsn');
    expect(report?.deliveryStatus?.recipients).toHaveLength(2);
    const value = (name: string) => report?.headers.filter((field) => field.name === name).map((field) => field.value);
    expect(value('To')).toEqual(['<alice@away.example>']);
    expect(value('Auto-Submitted')).toEqual(['auto-replied']);
    expect(value('Reply-To')).toEqual([]);
    await world.clock.during(server.stop());
  });

  it('RFC 3834 §2 R3834-2-d R3461-4.1-f: no report to a null path, none for NEVER', async () => {
    const { world, server, away } = await start();
    await submit(world, 'mx.example.org', ['MAIL FROM:<>', 'RCPT TO:<gone@local.example> NOTIFY=FAILURE']);
    await submit(world, 'mx.example.org', [
      'MAIL FROM:<alice@away.example>',
      'RCPT TO:<gone@local.example> NOTIFY=NEVER',
    ]);
    await world.clock.advance(60_000);
    expect(away.lines).toEqual([]);
    expect(server.delivered).toEqual([]);
    await world.clock.during(server.stop());
  });
});

describe('what a sender is told over time', () => {
  it('RFC 3464 §2.3.3 R3464-2.3.3-d: delayed, then delivered: both are told', async () => {
    let busy = true;
    const { world, server } = await start({ rcpt: () => (busy ? '450 4.2.1 busy' : '250 ok') });
    await submit(world, 'mx.example.org', [ALICE, 'RCPT TO:<bob@far.example> NOTIFY=SUCCESS,DELAY']);
    await world.clock.advance(5 * HOUR);
    expect(told(server)).toEqual(['delayed bob@far.example']);
    busy = false;
    await world.clock.advance(DAY);
    expect(told(server)).toEqual(['delayed bob@far.example', 'relayed bob@far.example']);
    await world.clock.during(server.stop());
  });

  it('RFC 3464 §2.3.3 R3464-2.3.3-c: after failed nothing more is told', async () => {
    const { world, server } = await start({ rcpt: () => '450 4.2.1 busy' });
    await submit(world, 'mx.example.org', [ALICE, 'RCPT TO:<bob@far.example> NOTIFY=SUCCESS,FAILURE,DELAY']);
    await world.clock.advance(30 * DAY);
    expect(told(server)).toEqual(['delayed bob@far.example', 'failed bob@far.example']);
    await world.clock.during(server.stop());
  });

  it('RFC 3464 §2.3.3 R3464-2.3.3-e R3461-8-a R3461-5.2.7.1-b: a list delivers once, whatever becomes of its three hundred copies', async () => {
    const { world, server } = await start();
    await submit(world, 'mx.example.org', [ALICE, 'RCPT TO:<list@local.example> NOTIFY=SUCCESS,FAILURE,DELAY']);
    await world.clock.advance(10 * DAY);
    expect(server.delivered.filter(({ folder }) => /^m\d+@/.test(folder))).toHaveLength(300);
    expect(told(server)).toEqual(['delivered list@local.example']);
    await world.clock.during(server.stop());
  });

  it('RFC 3464 §2.3.3 R3464-2.3.3-g R3461-5.2.7.3-c2: expanded, then failed for one of the several', async () => {
    const { world, server } = await start({ rcpt: () => '550 5.1.1 no such user' });
    await submit(world, 'mx.example.org', [ALICE, 'RCPT TO:<team@local.example> NOTIFY=SUCCESS,FAILURE']);
    await world.clock.advance(60_000);
    expect(told(server)).toEqual(['expanded team@local.example', 'failed team@local.example']);
    await world.clock.during(server.stop());
  });

  it('RFC 3461 §5.2.5 R3461-5.2.5-0 R3461-5.2.5-d: when delay is told is the site’s choice; a site need not at all', async () => {
    for (const [after, expected] of [
      ['1h', 'delayed bob@far.example'],
      ['5d', ''],
    ] as const) {
      const { world, server } = await start({ rcpt: () => '450 4.2.1 busy' }, `[retry]\ndelayed-after = "${after}"\n`);
      await submit(world, 'mx.example.org', [ALICE, 'RCPT TO:<bob@far.example> NOTIFY=DELAY']);
      await world.clock.advance(2 * HOUR);
      expect(told(server).join()).toBe(expected);
      await world.clock.advance(10 * DAY);
      expect(told(server).join()).toBe(expected);
      await world.clock.during(server.stop());
    }
  });

  it('RFC 5321 §7.2 R5321-7.2-a R3461-5.2.8-b: who did not ask is named nowhere in a report', async () => {
    const { world, server } = await start({ rcpt: () => '550 5.1.1 no such user' });
    await submit(world, 'mx.example.org', [
      ALICE,
      'RCPT TO:<bob@far.example>',
      'RCPT TO:<secret@far.example> NOTIFY=NEVER',
      'RCPT TO:<quiet@far.example> NOTIFY=SUCCESS',
    ]);
    await world.clock.advance(60_000);
    expect(told(server)).toEqual(['failed bob@far.example']);
    const [report] = server.delivered.filter(({ folder }) => folder === 'alice@sender.example');
    expect(report?.text).not.toMatch(/secret|quiet/);
    await world.clock.during(server.stop());
  });
});

describe('every report of one run', () => {
  it.skipIf(!hasPython)(
    'RFC 3464 §3 R3464-3-a R3464-1.2-a: is read by another program as it was meant (skipped where there is no python3)',
    async () => {
      const { world, server } = await start({
        rcpt: (address) => (address.startsWith('bob') ? '450 4.2.1 busy' : '250 ok'),
      });
      await submit(world, 'mx.example.org', [
        `${ALICE} RET=HDRS ENVID=all+20of+20them`,
        'RCPT TO:<ok@local.example> NOTIFY=SUCCESS',
        'RCPT TO:<team@local.example> NOTIFY=SUCCESS',
        'RCPT TO:<carol@far.example> NOTIFY=SUCCESS',
        'RCPT TO:<bob@far.example> NOTIFY=FAILURE,DELAY',
        'RCPT TO:<gone@local.example> NOTIFY=FAILURE',
      ]);
      await world.clock.advance(10 * DAY);
      const reports = server.delivered.filter(({ folder }) => folder === 'alice@sender.example');
      const groups = reports.flatMap(({ octets }) => {
        const read = readWithPython(octets);
        expect(read.contentType).toBe('multipart/report');
        expect(read.reportType).toBe('delivery-status');
        expect(read.defects).toEqual([]);
        const [message, ...recipients] = read.groups;
        expect(message).toMatchObject({
          'reporting-mta': 'dns; mx.example.org',
          'original-envelope-id': 'all of them',
        });
        return recipients;
      });
      const actions = groups.map((group) => group['action']);
      expect(new Set(actions)).toEqual(new Set(['delivered', 'expanded', 'relayed', 'delayed', 'failed']));
      for (const group of groups) {
        expect(group['status']).toMatch(/^[245]\.\d+\.\d+$/);
        expect(group['final-recipient']).toMatch(/^rfc822; \S+@\S+$/);
      }
      await world.clock.during(server.stop());
    },
  );
});

describe('a report on a way that takes less than the message did', () => {
  const utf8 = 'Subject: Gr\u00fc\u00dfe\r\nFrom: Alice <alice@away.example>\r\n\r\nHallo\r\n';

  it.each([
    ['neither SMTPUTF8 nor 8BITMIME', []],
    ['8BITMIME alone', ['8BITMIME']],
  ])('RFC 6533 §4.5 R6533-4.5-a: %s: goes in 7 bits', async (_, extensions) => {
    const world = new World();
    const away = await runScript(world.host('away.hop.example'), 25, { extensions: ['DSN', ...extensions] });
    const server = await world.server('mx.example.org', CONFIG);
    await submit(
      world,
      'mx.example.org',
      ['MAIL FROM:<alice@away.example> SMTPUTF8 BODY=8BITMIME RET=FULL', 'RCPT TO:<gone@local.example>'],
      utf8,
    );
    await world.clock.advance(60_000);
    expect(away.lines.filter((line) => /^(?:MAIL|RCPT)/.test(line))).toEqual([
      'MAIL FROM:<>',
      'RCPT TO:<alice@away.example> NOTIFY=NEVER',
    ]);
    const content = away.contents[0] ?? '';
    expect(content).not.toMatch(/[^\u0000-\u007f]/);
    const report = parseReport(new TextEncoder().encode(`${content}\r\n`));
    expect(report?.issues).toEqual([]);
    expect(report?.returned?.mediaType).toBe('message/global');
    expect(server.events.filter(({ kind }) => kind === 'not-reported')).toEqual([]);
    expect(await server.store.counts()).toEqual({ messages: 0, recipients: 0 });
    await world.clock.during(server.stop());
  });

  it.each([
    ['refused for what it returns', { extensions: ['DSN'], content: '550 5.7.1 That is spam' }, 2],
    ['too large', { extensions: ['SIZE 2500'] }, 1],
  ])('RFC 3461 §6.2: %s: goes with the header alone, once', async (_, script, times) => {
    const world = new World();
    const away = await runScript(world.host('away.hop.example'), 25, script);
    const server = await world.server('mx.example.org', CONFIG);
    await submit(
      world,
      'mx.example.org',
      ['MAIL FROM:<alice@away.example> RET=FULL', 'RCPT TO:<gone@local.example>'],
      `Subject: a bargain\r\n\r\n${'buy\r\n'.repeat(400)}`,
    );
    await world.clock.advance(60_000);
    expect(away.contents).toHaveLength(times);
    const report = parseReport(new TextEncoder().encode(`${away.contents.at(-1) ?? ''}\r\n`));
    expect(report?.returned?.mediaType).toBe('text/rfc822-headers');
    expect(report?.deliveryStatus?.recipients).toMatchObject([{ action: 'failed' }]);
    await world.clock.during(server.stop());
  });

  it('RFC 6533 §4.5 R6533-4.5-b: SMTPUTF8: goes as it is', async () => {
    const world = new World();
    const away = await runScript(world.host('away.hop.example'), 25, { extensions: ['SMTPUTF8', '8BITMIME'] });
    const server = await world.server('mx.example.org', CONFIG);
    await submit(
      world,
      'mx.example.org',
      ['MAIL FROM:<alice@away.example> SMTPUTF8 BODY=8BITMIME', 'RCPT TO:<gone@local.example>'],
      utf8,
    );
    await world.clock.advance(60_000);
    expect(away.lines).toContain('MAIL FROM:<> BODY=8BITMIME SMTPUTF8');
    await world.clock.during(server.stop());
  });
});
