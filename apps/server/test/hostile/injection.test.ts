import { parseReport } from '@dsnkit/multipart-report';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { harmless, logSink, noticeSink } from '../../src/adapters/process/log-sink.ts';
import type { ReportFiles } from '../../src/queue/telling/report.ts';
import { Dialogue } from '../receiving/dialogue.ts';
import { runScript, type Heard } from '../scenarios/scripted.ts';
import { World, type SimulatedServer } from '../scenarios/world.ts';

const CONFIG = `
[[listen]]
address = "0.0.0.0:25"
relay-from = ["0.0.0.0/0"]
dsn = "everyone"
xclient-from = ["0.0.0.0/0"]
[report]
html = true
[[route]]
match = "sender.example"
to = "maildir:mail"
[[route]]
match = "far.example"
to = "smtp://far.hop.example:25"
[[list]]
address = "list@mx.example.org"
owner = "owner@sender.example"
members = ["bob@far.example"]
`;

/** What must begin no line, and what is tried to make it begin one. */
const MARK = 'Injected: yes';
const BREAKS = ['\r\n', '\n', '\r', '\r\n\r\n', '\0', '\x0b', '\x0c', '\x85', '\u2028', '\u2029', '\x1b[2J', '\x9b2J'];
const xtext = (text: string): string =>
  [...new TextEncoder().encode(text)].map((octet) => `+${octet.toString(16).toUpperCase().padStart(2, '0')}`).join('');

interface Hostile {
  readonly world: World;
  readonly server: SimulatedServer;
  readonly far: Heard;
  readonly client: Dialogue;
}

async function start(rcpt: string, greeting = '220 far.hop.example', reportFiles?: ReportFiles): Promise<Hostile> {
  const world = new World();
  const far = await runScript(world.host('far.hop.example'), 25, { extensions: ['DSN'], greeting, rcpt: () => rcpt });
  const server = await world.server('mx.example.org', '', {
    listen: CONFIG,
    ...(reportFiles === undefined ? {} : { reportFiles }),
  });
  const client = await Dialogue.open(world.clock, world.host('client.example'), 'mx.example.org');
  await client.hear();
  return { world, server, far, client };
}

async function send(
  { client, world }: Hostile,
  lines: readonly string[],
  content = 'Subject: x\r\n\r\nx\r\n',
): Promise<string> {
  let replies = '';
  for (const line of [...lines, 'DATA', `${content}.`]) replies += await client.say(line, 50);
  await world.clock.advance(120_000);
  return replies;
}

/** The reports, without the content that they return, which is the sender's own. */
function reports({ server }: Hostile): string[] {
  return server.delivered.map(({ octets }) => {
    const whole = new TextDecoder().decode(octets);
    expect(parseReport(octets)?.issues).toEqual([]);
    const returned = /\r\n--[^\r\n]+\r\nContent-Type: (?:message\/rfc822|text\/rfc822-headers)/i.exec(whole);
    return whole.slice(0, returned?.index ?? whole.length);
  });
}

function expectHarmless(hostile: Hostile, least = 1): void {
  const texts = reports(hostile);
  expect(texts.length).toBeGreaterThanOrEqual(least);
  for (const text of texts) {
    expect(text).not.toMatch(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]|\r(?!\n)|(?<!\r)\n/);
    for (const line of text.split('\r\n')) expect(line.startsWith('Injected')).toBe(false);
  }
  for (const line of hostile.far.lines) expect(line).toMatch(/^[ -~]*$/);
  expect(hostile.server.troubles).toEqual([]);
}

const ENVELOPE = ['EHLO client.example', 'MAIL FROM:<alice@sender.example>', 'RCPT TO:<bob@far.example>'];

describe('CR, LF, NUL and their kin reach no report and no wire', () => {
  it('RFC 3461 §4 R3461-4.4-b: hidden in xtext: refused with 501', async () => {
    for (const parameter of BREAKS.flatMap((each) => {
      const hidden = xtext(`a${each}${MARK}`);
      return [
        `MAIL FROM:<alice@sender.example> ENVID=${hidden}`,
        `MAIL FROM:<alice@sender.example>|RCPT TO:<bob@far.example> ORCPT=rfc822;${hidden}`,
      ];
    })) {
      const hostile = await start('550 5.1.1 no');
      await hostile.client.say('EHLO client.example');
      let last = '';
      for (const line of parameter.split('|')) last = await hostile.client.say(line);
      expect([parameter, last]).toEqual([parameter, expect.stringMatching(/^501 5\.5\.\d+ /)]);
    }
  });

  it('RFC 6533 §3: written as \\x{0D} they stay written so, in 7-bit and in UTF-8 reports', async () => {
    for (const sender of ['MAIL FROM:<alice@sender.example>', 'MAIL FROM:<alice@sender.example> SMTPUTF8']) {
      const hostile = await start('550 5.1.1 no');
      const orcpt = `ORCPT=utf-8;b\\x{0D}\\x{0A}${MARK.replace(' ', '')}\\x{85}\\x{2028}@far.example`;
      await send(hostile, ['EHLO client.example', sender, `RCPT TO:<bob@far.example> ${orcpt}`]);
      expectHarmless(hostile);
    }
  });

  it('in the reply of a next hop', async () => {
    for (const each of BREAKS) {
      const hostile = await start(`550-5.1.1 no${each}${MARK}\r\n550 5.1.1 no${each}${MARK}`);
      await send(hostile, ENVELOPE);
      // What is no reply is tried again, for days.
      await hostile.world.clock.advance(7 * 86_400_000);
      expectHarmless(hostile);
    }
  });

  it('in the greeting of a next hop, and in a reply that is none', async () => {
    for (const each of BREAKS) {
      for (const hostile of [
        await start('250 ok', `554 far${each}${MARK}`),
        await start(`999${each}${MARK}`),
        await start(`550${each}${MARK}`),
      ]) {
        await send(hostile, ENVELOPE);
        await hostile.world.clock.advance(7 * 86_400_000);
        expectHarmless(hostile);
      }
    }
  });

  it('in the name that a client gives itself, or a proxy its client', async () => {
    for (const each of BREAKS) {
      const hostile = await start('550 5.1.1 no');
      const replies = await send(hostile, [
        `EHLO client${each}${MARK}`,
        'EHLO client.example',
        `XCLIENT NAME=host${xtext(each + MARK)} ADDR=192.0.2.77`,
        `XCLIENT HELO=client${xtext(each + MARK)} ADDR=192.0.2.77`,
        ...ENVELOPE,
      ]);
      expect(replies).not.toMatch(/\r(?!\n)|(?<!\r)\n|\0/);
      expectHarmless(hostile);
      for (const content of hostile.far.contents) expect(content).not.toContain(MARK);
    }
  });

  it('in an address', async () => {
    for (const each of BREAKS) {
      const hostile = await start('550 5.1.1 no');
      await hostile.client.say('EHLO client.example');
      for (const quoted of [`"a${each}${MARK}"`, `"a\\${each}${MARK}"`]) {
        for (const line of [
          `MAIL FROM:<${quoted}@sender.example> SMTPUTF8`,
          `MAIL FROM:<alice@sender.example> SMTPUTF8\r\nRCPT TO:<${quoted}@far.example>`,
        ]) {
          await hostile.client.say(line, 50);
          await hostile.client.say('RCPT TO:<bob@far.example>\r\nDATA\r\nSubject: x\r\n\r\nx\r\n.\r\nRSET', 200);
        }
      }
      await hostile.world.clock.advance(120_000);
      expectHarmless(hostile);
    }
  });

  it('RFC 5322 §2.2: in the header fields that a report quotes', async () => {
    for (const each of BREAKS) {
      const hostile = await start('550 5.1.1 no');
      const encoded = `=?utf-8?q?x${xtext(each + MARK).replaceAll('+', '=')}?=`;
      const content = `Subject: ${encoded}\r\nMessage-ID: <a${encoded}@sender.example>\r\nReferences: <a@b>\t${encoded}\r\nDate: ${encoded}\r\nFrom: ${encoded} <alice@sender.example>\r\nAccept-Language: ${encoded}\r\n\r\nx\r\n`;
      await send(hostile, ENVELOPE, content);
      expectHarmless(hostile);
      const raw = await start('550 5.1.1 no');
      // BINARYMIME is content of any octets, in the header, too.
      const octets = `Subject: x${each}${MARK}\r\nMessage-ID: <a${each}${MARK}@b>\r\n\r\nx\r\n`;
      await raw.client.say('EHLO client.example');
      await raw.client.say('MAIL FROM:<alice@sender.example> BODY=BINARYMIME');
      await raw.client.say('RCPT TO:<bob@far.example>');
      await raw.client.say(`BDAT ${new TextEncoder().encode(octets).length} LAST\r\n${octets}`.slice(0, -2), 200);
      await raw.world.clock.advance(120_000);
      expectHarmless(raw);
    }
  });
});

describe('configuration', () => {
  const BASE = 'hostname = "mx.example.org"\nstore = "sqlite:unused"\n[[listen]]\naddress = "0.0.0.0:25"\n';
  const quote = (text: string): string =>
    JSON.stringify(text).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
  /** Each value that reaches a header, a reply or a command. */
  const values: Readonly<Record<string, (bad: string) => string>> = {
    hostname: (bad) => BASE.replace('"mx.example.org"', quote(`mx.example.org${bad}`)),
    'alias.address': (bad) => `${BASE}[[alias]]\naddress = ${quote(`a${bad}@b.example`)}\nto = ["c@d.example"]`,
    'alias.to': (bad) => `${BASE}[[alias]]\naddress = "a@b.example"\nto = [${quote(`"c${bad}"@d.example`)}]`,
    'list.address': (bad) => `${BASE}[[list]]\naddress = ${quote(`"l${bad}"@b.example`)}\nowner = "o@b.example"`,
    'list.owner': (bad) => `${BASE}[[list]]\naddress = "l@b.example"\nowner = ${quote(`o@b.example${bad}`)}`,
    'list.members': (bad) =>
      `${BASE}[[list]]\naddress = "l@b.example"\nowner = "o@b.example"\nmembers = [${quote(`m${bad}@b.example`)}]`,
    'report.postmaster': (bad) => `${BASE}[report]\npostmaster = ${quote(`p@b.example${bad}`)}`,
    'report.language': (bad) => `${BASE}[report]\nlanguage = ${quote(`de${bad}`)}`,
    'report.languages': (bad) => `${BASE}[report]\nlanguages = [${quote(`de${bad}`)}]`,
    'report.dkim.domain': (bad) =>
      `${BASE}[[report.dkim]]\ndomain = ${quote(`example.org${bad}`)}\nselector = "s"\nkey-file = "k"`,
    'report.dkim.selector': (bad) =>
      `${BASE}[[report.dkim]]\ndomain = "example.org"\nselector = ${quote(`s${bad}`)}\nkey-file = "k"`,
    'route.match': (bad) => `${BASE}[[route]]\nmatch = ${quote(`b.example${bad}`)}\nto = "mx:"`,
    'route.to': (bad) => `${BASE}[[route]]\nmatch = "*"\nto = ${quote(`smtp://hop${bad}:25`)}`,
    'route.recipients': (bad) =>
      `${BASE}[[route]]\nmatch = "b.example"\nto = "maildir:m"\nrecipients = [${quote(`bob${bad}`)}]`,
  };
  it.each(Object.keys(values))('%s takes none of them, and says so in one line', async (key) => {
    const { parseConfig } = await import('../../src/config.ts');
    for (const each of BREAKS) {
      const told = (() => {
        try {
          parseConfig(values[key]!(`${each}Injected`), 'dsnd.toml', '');
          return 'taken';
        } catch (error) {
          return (error as Error).message;
        }
      })();
      expect([each, told]).toEqual([each, expect.stringMatching(new RegExp(`^dsnd\\.toml:\\d+: ${key}: `))]);
      expect(told).not.toMatch(/[\x00-\x1f\x7f-\x9f\u2028\u2029]/);
    }
  });
});

describe('files of texts', () => {
  it('reach a report as text of one paragraph, or are refused in one line', async () => {
    const bad = (each: string): string =>
      JSON.stringify(`x${each}${MARK}`).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
    const { parseTexts } = await import('../../src/notification/texts/file.ts');
    for (const each of BREAKS) {
      for (const toml of [
        `language = "nl"\nsender = ${bad(each)}`,
        `language = "nl"\n[subject.one]\nfailed = ${bad(each)}`,
        `language = "nl"\n[explanations]\n"1.1" = ${bad(each)}`,
        `language = ${bad(each)}`,
      ]) {
        const texts = (() => {
          try {
            return parseTexts(toml, 'nl.toml').texts;
          } catch (error) {
            expect((error as Error).message).toMatch(/^nl\.toml[^\r\n\0]*$/);
            return undefined;
          }
        })();
        if (texts === undefined) continue;
        const hostile = await start('550 5.1.1 no', undefined, { texts: [texts], dkimKeys: [] });
        await send(hostile, ENVELOPE, 'Subject: x\r\nContent-Language: nl\r\n\r\nx\r\n');
        expectHarmless(hostile);
      }
    }
  });
});

describe('a client that is ahead of its turn', () => {
  it('RFC 4954 §4: what is pipelined behind AUTH counts by what AUTH came to', async () => {
    const hostile = await start('250 ok');
    const said = await hostile.client.say(
      'EHLO c\r\nAUTH PLAIN AGFsaWNlAHg=\r\nMAIL FROM:<a@b.example>\r\nRSET',
      5_000,
    );
    // Nobody offers AUTH here: the response is not taken for a command, and the rest goes on as ever.
    expect(said.split('\r\n').slice(-4)).toEqual([
      expect.stringMatching(/^50[234] /),
      '250 2.1.0 Sender ok',
      '250 2.0.0 Reset',
      '',
    ]);
  });

  it('XCLIENT: what is pipelined behind it is said by the client that it names', async () => {
    const hostile = await start('250 ok');
    await hostile.client.say('EHLO proxy.example');
    const envelope = 'MAIL FROM:<a@b.example>\r\nRCPT TO:<bob@far.example>';
    const said = await hostile.client.say(`XCLIENT ADDR=203.0.113.5 HELO=c.example\r\n${envelope}\r\nQUIT`, 5_000);
    // The session begins anew with a greeting, and wants to be greeted first.
    expect(said).toMatch(/^220 [^\r\n]*\r\n503 5\.5\.1 Say hello first\r\n503 5\.5\.1 [^\r\n]*\r\n221 /);
  });
});

describe('the log', () => {
  it('has one line for each event, whatever strangers said', async () => {
    for (const each of BREAKS) {
      const lines: string[] = [];
      const output = harmless({ write: (line) => void lines.push(line) });
      const log = pino({ base: null, level: 'debug' }, output);
      const hostile = await start(`550 5.1.1 no${each}${MARK}`);
      await send(hostile, [`EHLO a${each}b`, ...ENVELOPE]);
      await hostile.client.say(`MAIL FROM:<"a${each}b"@sender.example> SMTPUTF8`, 50);
      const sink = logSink(log, output);
      const notice = noticeSink(log);
      for (const event of hostile.server.events) sink.emit(event);
      for (const one of hostile.server.notices) notice(one);
      expect(lines.length).toBe(hostile.server.events.length + hostile.server.notices.length);
      for (const line of lines) {
        expect(line).toMatch(/^\{[^\x00-\x1f\x7f-\x9f\u2028\u2029]*\}\n$/);
        expect(() => JSON.parse(line) as unknown).not.toThrow();
      }
    }
  });
});
