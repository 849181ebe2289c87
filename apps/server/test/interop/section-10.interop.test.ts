import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseReport, type ParsedReport } from '@dsnkit/multipart-report';
import { describe, expect, it } from 'vitest';
import { submitTo } from '../support/dialogue.ts';
import { freePort, startDsnd, temporaryFolder, waitFor, waitForPort, type Dsnd } from '../support/dsnd.ts';
import { hasPostfix, startPostfix, type PostfixMore } from '../support/postfix.ts';
import { startRecordingHop, type RecordingHop } from '../support/recording-hop.ts';

const HOSTS = ['Example.ORG', 'mail.Example.COM', 'Ivory.EDU', 'Tax-ME.GOV', 'Boondoggle.GOV', 'Bombs.AF.MIL'] as const;
type Host = (typeof HOSTS)[number];

/** What the hosts that are none of the six answer at: Alice's mailbox, FooMail (no DSN), a store that is full, HELO only. */
interface Played {
  readonly alice: RecordingHop;
  readonly fooMail: RecordingHop;
  readonly store: RecordingHop;
  readonly bombs: RecordingHop;
}

type Ports = Readonly<Record<Host, number>>;

async function play(): Promise<Played> {
  return {
    alice: await startRecordingHop(),
    fooMail: await startRecordingHop({ extensions: ['8BITMIME', 'ENHANCEDSTATUSCODES'] }),
    store: await startRecordingHop({
      extensions: ['ENHANCEDSTATUSCODES'],
      lmtp: true,
      endOfData: () => '452 4.2.2 disk quota exceeded',
    }),
    bombs: await startRecordingHop({ extensions: undefined }),
  };
}

/** The tables of a host that is ours. */
function tablesOf(host: Exclude<Host, 'Bombs.AF.MIL'>, ports: Ports, played: Played): string[] {
  const route = (match: string, to: string, more = '') => `[[route]]\nmatch = "${match}"\nto = "${to}"\n${more}`;
  const on = (port: number) => `smtp://127.0.0.1:${port}`;
  const home = route('example.org', on(ports['Example.ORG']));
  switch (host) {
    case 'Example.ORG':
      return [
        route('example.org', on(played.alice.port)),
        route('example.com', on(ports['mail.Example.COM'])),
        route('ivory.edu', on(ports['Ivory.EDU'])),
        route('bombs.af.mil', on(ports['Bombs.AF.MIL'])),
        route('tax-me.gov', on(ports['Tax-ME.GOV'])),
      ];
    case 'mail.Example.COM':
      return [route('example.com', 'maildir:mail'), home];
    case 'Ivory.EDU':
      return [
        route('carol@ivory.edu', 'maildir:mail', 'recipients = ["dana"]\n'),
        route('ivory.edu', on(played.fooMail.port)),
        home,
      ];
    case 'Tax-ME.GOV':
      return [
        '[[alias]]\naddress = "George@Tax-ME.GOV"\nto = ["Sam@Boondoggle.GOV"]\n',
        route('boondoggle.gov', on(ports['Boondoggle.GOV'])),
        home,
      ];
    case 'Boondoggle.GOV':
      return [
        '[retry]\ndelays = ["1s"]\nexpire-after = "3s"\n',
        route('boondoggle.gov', `lmtp://127.0.0.1:${played.store.port}`),
        home,
      ];
  }
}

/** The same host as a Postfix. */
function postfixOf(host: Host, ports: Ports, played: Played): PostfixMore & { readonly transports: readonly string[] } {
  const on = (domain: string, port: number) => `${domain} relay:[127.0.0.1]:${port}`;
  const home = on('example.org', ports['Example.ORG']);
  // Only of Bombs.AF.MIL every line is wanted in the log.
  const name = `myhostname = ${host}\n${host === 'Bombs.AF.MIL' ? '' : 'debug_peer_list =\n'}`;
  switch (host) {
    case 'Example.ORG':
      return {
        main: name,
        transports: [
          on('example.org', played.alice.port),
          on('example.com', ports['mail.Example.COM']),
          on('ivory.edu', ports['Ivory.EDU']),
          on('bombs.af.mil', ports['Bombs.AF.MIL']),
          on('tax-me.gov', ports['Tax-ME.GOV']),
        ],
      };
    case 'mail.Example.COM':
      return {
        main: `${name}virtual_mailbox_domains = example.com\nvirtual_mailbox_maps = texthash:$config_directory/boxes\n`,
        tables: { boxes: 'bob@example.com bob/' },
        transports: [home],
      };
    case 'Ivory.EDU':
      return {
        main: `${name}smtpd_recipient_restrictions = check_recipient_access texthash:$config_directory/access, permit_mynetworks, reject\n`,
        tables: { access: 'carol@ivory.edu 550 5.1.1 no such user here' },
        transports: [on('ivory.edu', played.fooMail.port), home],
      };
    case 'Tax-ME.GOV':
      return {
        main: `${name}virtual_alias_domains = tax-me.gov\nvirtual_alias_maps = texthash:$config_directory/aliases\n`,
        tables: { aliases: 'george@tax-me.gov Sam@Boondoggle.GOV' },
        transports: [on('boondoggle.gov', ports['Boondoggle.GOV']), home],
      };
    case 'Boondoggle.GOV':
      return {
        main: `${name}maximal_queue_lifetime = 3s\nqueue_run_delay = 1s\nminimal_backoff_time = 4s\nmaximal_backoff_time = 4s\n`,
        transports: [`boondoggle.gov lmtp:inet:127.0.0.1:${played.store.port}`, home],
      };
    case 'Bombs.AF.MIL':
      return { main: `${name}smtpd_discard_ehlo_keywords = dsn\n`, transports: ['bombs.af.mil discard:'] };
  }
}

interface Run {
  readonly reports: readonly ParsedReport[];
  readonly played: Played;
  /** The log of the Postfix. */
  readonly log: string;
}

/** Alice's message (RFC 3461 §10.1) with one host a Postfix, until all has come to rest. */
async function runWith(postfixHost: Host): Promise<Run> {
  const folder = temporaryFolder();
  const postfixFolder = temporaryFolder('dsnd-postfix-');
  const played = await play();
  const ports = Object.fromEntries(await Promise.all(HOSTS.map(async (host) => [host, await freePort()]))) as Ports;
  const own = postfixHost === 'Bombs.AF.MIL' ? ports : { ...ports, 'Bombs.AF.MIL': played.bombs.port };
  const { transports, ...more } = postfixOf(postfixHost, own, played);
  const postfix = await startPostfix(postfixFolder.path, own[postfixHost], transports, more);
  const servers: Dsnd[] = [];
  try {
    await waitForPort(own[postfixHost], postfix.log);
    await Promise.all(
      HOSTS.map(async (host) => {
        if (host === postfixHost || host === 'Bombs.AF.MIL') return;
        const head = `hostname = "${host}"\nstore = "sqlite:queue"\n[[listen]]\naddress = "127.0.0.1:${own[host]}"\n`;
        const home = join(folder.path, host);
        mkdirSync(home);
        const server = await startDsnd(home, head + tablesOf(host, own, played).join(''), own[host]);
        servers.push(server);
      }),
    );
    await submitTo(own['Example.ORG'], '<Alice@Example.ORG> RET=HDRS ENVID=QQ314159', RECIPIENTS, CONTENT);
    await waitFor(() => reportsAt(played.alice).length >= 4, 60_000).catch(() => {
      throw new Error(`${reportsAt(played.alice).length} reports:\n${postfix.log().slice(-6000)}`);
    });
    await waitFor(() => bombsHeard(postfixHost, played, postfix.log()).length >= 2, 60_000);
    // What is in flight is finished before they stop: a fifth report would still come.
    await Promise.all(servers.splice(0).map((server) => server.stop()));
    postfix.stop();
    return { reports: reportsAt(played.alice), played, log: postfix.log() };
  } finally {
    // Only after a failure are there any: they may wait for one another.
    await Promise.all(servers.map((server) => server.kill()));
    postfix.stop();
    await Promise.all(Object.values(played).map((hop: RecordingHop) => hop.close()));
    folder.remove();
    postfixFolder.remove();
  }
}

const RECIPIENTS = [
  '<Bob@Example.COM> NOTIFY=SUCCESS ORCPT=rfc822;Bob@Example.COM',
  '<Carol@Ivory.EDU> NOTIFY=FAILURE ORCPT=rfc822;Carol@Ivory.EDU',
  '<Dana@Ivory.EDU> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;Dana@Ivory.EDU',
  '<Eric@Bombs.AF.MIL> NOTIFY=FAILURE ORCPT=rfc822;Eric@Bombs.AF.MIL',
  '<Fred@Bombs.AF.MIL> NOTIFY=NEVER',
  '<George@Tax-ME.GOV> NOTIFY=FAILURE ORCPT=rfc822;George@Tax-ME.GOV',
];

const CONTENT =
  'From: Alice <Alice@Example.ORG>\nSubject: six recipients\nMessage-ID: <six@Example.ORG>\n\n(message goes here)';

function reportsAt(alice: RecordingHop): ParsedReport[] {
  return alice.transactions.map((each) => parseReport(Buffer.from(each.content, 'latin1'))!);
}

/** Command lines about recipients that Bombs.AF.MIL heard. */
function bombsHeard(postfixHost: Host, played: Played, log: string): string[] {
  if (postfixHost !== 'Bombs.AF.MIL') return played.bombs.commands.filter((line) => line.startsWith('RCPT'));
  return [...log.matchAll(/< [^ ]*\[127\.0\.0\.1\]: (RCPT .*)$/gm)].map((match) => match[1]!);
}

/** What RFC 3461 §10.6 to §10.9 print, with the Status of §10.7 as exact as the host that refused told it. */
const EXPECTED = {
  'Bob@Example.COM': ['mail.Example.COM', 'Bob@Example.COM', 'delivered', '2.0.0'],
  'Carol@Ivory.EDU': ['Example.ORG', 'Carol@Ivory.EDU', 'failed', '5.1.1'],
  'Dana@Ivory.EDU': ['Ivory.EDU', 'Dana@Ivory.EDU', 'relayed', '2.0.0'],
  'George@Tax-ME.GOV': ['Boondoggle.GOV', 'Sam@Boondoggle.GOV', 'failed', '4.2.2'],
};

describe.runIf(hasPostfix)('RFC 3461 §10: six recipients, with Postfix in the place of', () => {
  it.each(HOSTS.slice(0, 5))('%s: the same four reports', async (host) => {
    const { reports, log } = await runWith(host);
    expect(log).toMatch(/postfix\/qmgr\[\d+\]: \w+: from=<Alice@Example\.ORG>/);
    const told = reports.map((report) => {
      const { message, recipients } = report.deliveryStatus!;
      const [recipient, ...others] = recipients;
      expect(others).toEqual([]);
      expect(message.originalEnvelopeId).toBe('QQ314159');
      expect(report.returned?.mediaType).toBe('text/rfc822-headers');
      return [
        recipient!.originalRecipient?.value,
        [message.reportingMta?.value, recipient!.finalRecipient?.value, recipient!.action, recipient!.status],
      ] as const;
    });
    expect(told).toHaveLength(4);
    expect(Object.fromEntries(told)).toEqual(EXPECTED);
  });

  it('Bombs.AF.MIL, the host without DSN: it hears no parameters, and of Fred from a null reverse-path', async () => {
    const { reports, log } = await runWith('Bombs.AF.MIL');
    expect(reports).toHaveLength(4);
    const heard = [...log.matchAll(/< [^ ]*\[127\.0\.0\.1\]: ((?:MAIL|RCPT) .*)$/gm)].map((match) => match[1]!);
    const transactions = heard.join('\n').split(/\n(?=MAIL)/);
    expect(transactions.map((each) => each.replace(/ (?:BODY|SIZE)=\S+/g, '')).sort()).toEqual([
      'MAIL FROM:<>\nRCPT TO:<Fred@Bombs.AF.MIL>',
      'MAIL FROM:<Alice@Example.ORG>\nRCPT TO:<Eric@Bombs.AF.MIL>',
    ]);
  });
});

it.skipIf(hasPostfix)('skipped: Postfix (a Debian package) and root are needed', () => {
  expect(true).toBe(true);
});
