import { join } from 'node:path';
import { parseReport, type ParsedReport } from '@dsnkit/multipart-report';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { submitTo } from './dialogue.ts';
import { freePort, startDsnd, temporaryFolder, waitFor, type Dsnd } from './dsnd.ts';
import { readMaildirs } from './maildir.ts';
import type { Mta } from './mta.ts';
import { startRecordingHop, type Recorded, type RecordingHop } from './recording-hop.ts';
import { hasSamples, sampleReport, shapeOf } from './samples.ts';

/** A foreign mail server and what is known to be its own. */
export interface ForeignMta {
  readonly title: string;
  /** Folder of ../shared/samples. */
  readonly samples: string;
  readonly hostname: string;
  start(port: number, hops: Readonly<Record<string, number>>): Promise<Mta>;
  /** What it writes of a recipient that a hop without DSN has taken: `relayed` would be right. */
  readonly relayedAction: string;
  /** The status that it gives a recipient that was refused with 5.1.1. */
  readonly failedStatus: string;
}

const WAIT_MS = 60_000;
const RCPT = 'NOTIFY=SUCCESS ORCPT=rfc822;Bob+2Btag@example.com';
const content = (subject: string) =>
  `From: a@sender.example\nSubject: ${subject}\nMessage-ID: <${subject}@x>\n\nHello.`;

interface World {
  readonly hop: RecordingHop;
  readonly plain: RecordingHop;
  readonly inbox: RecordingHop;
  readonly mta: Mta;
  readonly ports: { readonly dsnd: number; readonly mta: number };
  /** Reports that reached a Maildir of ours. */
  reportsTo(address: string): readonly ParsedReport[];
  stop(): Promise<void>;
}

/**
 * `sender.example` is at home with us, `home.example` behind the foreign server. `hop`, `plain` and `rejecting.example` lie
 * behind either of them: through us by way of the foreign server (`next-*`), through it by way of us (`previous-*`).
 */
async function startWorld(foreign: ForeignMta): Promise<World> {
  const folder = temporaryFolder();
  const hop = await startRecordingHop();
  const plain = await startRecordingHop({ extensions: ['8BITMIME', 'ENHANCEDSTATUSCODES'] });
  const rejecting = await startRecordingHop({ rcpt: (address) => `550 5.1.1 <${address}>: User unknown` });
  const inbox = await startRecordingHop();
  const ports = { dsnd: await freePort(), mta: await freePort() };
  const ours = ['sender.example', 'previous-hop.example', 'previous-plain.example', 'simulator.example'];
  const mta = await foreign.start(ports.mta, {
    ...Object.fromEntries(ours.map((domain) => [domain, ports.dsnd])),
    'next-hop.example': hop.port,
    'next-plain.example': plain.port,
    'next-rejecting.example': rejecting.port,
    'home.example': inbox.port,
  });
  const route = (match: string, to: string) => `[[route]]\nmatch = "${match}"\nto = "${to}"\n`;
  const toMta = ['next-hop.example', 'next-plain.example', 'next-rejecting.example', 'home.example'];
  const toml = [
    `hostname = "mx.example.org"\nstore = "sqlite:./queue"\n[[listen]]\naddress = "127.0.0.1:${ports.dsnd}"\n`,
    route('sender.example', 'maildir:./mail'),
    route('simulator.example', 'simulator:'),
    route('previous-hop.example', `smtp://127.0.0.1:${hop.port}`),
    route('previous-plain.example', `smtp://127.0.0.1:${plain.port}`),
    ...toMta.map((domain) => route(domain, `smtp://127.0.0.1:${ports.mta}`)),
  ];
  const server: Dsnd = await startDsnd(folder.path, toml.join(''), ports.dsnd);
  return {
    ...{ hop, plain, inbox, mta, ports },
    reportsTo: (address) =>
      readMaildirs(join(folder.path, 'mail'))
        .filter((each) => each.folder === address)
        .map((each) => parseReport(each.message)!),
    async stop() {
      await Promise.all([server.stop(), mta.stop()]);
      await Promise.all([hop, plain, rejecting, inbox].map((each) => each.close()));
      folder.remove();
    },
  };
}

/** Tests with a foreign server as our next hop and as our previous one. */
export function describeMta(foreign: ForeignMta): void {
  describe(foreign.title, () => {
    let world: World;
    beforeAll(async () => {
      world = await startWorld(foreign);
    });
    afterAll(() => world.stop());
    describeAsNextHop(foreign, () => world);
    describeAsPreviousHop(() => world);
  });
}

function describeAsNextHop(foreign: ForeignMta, world: () => World): void {
  const submit = async (from: string, parameters: string, rcpt: readonly string[]) => {
    await submitTo(world().ports.dsnd, `<${from}> ${parameters}`, rcpt, content(from.split('@')[0]!));
  };

  it('RFC 3461 §5.2.1: as next hop hears every parameter exactly as we heard it', async () => {
    const rcpt = [
      '<ok@next-hop.example> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;Bob+2BTag@Example.COM',
      '<plain@next-hop.example>',
      '<never@next-hop.example> NOTIFY=NEVER',
      '<delay@next-hop.example> NOTIFY=DELAY,FAILURE ORCPT=rfc822;delay@next-hop.example',
    ];
    // OpenSMTPD refuses NEVER beside other wishes in one transaction.
    for (const those of [rcpt.filter((each) => !each.includes('NEVER')), rcpt.filter((each) => each.includes('NEVER'))])
      await submit('next@sender.example', 'RET=HDRS ENVID=QQ+2B314+3D159', those);
    const heard = () => world().mta.heard();
    await waitFor(() => rcpt.every((each) => heard().includes(`RCPT TO:${each}`)), WAIT_MS).catch(() => {
      throw new Error(`heard:\n${heard().join('\n')}`);
    });
    const mail = heard().find((line) => line.startsWith('MAIL FROM:<next@'));
    expect(mail).toContain(' RET=HDRS ENVID=QQ+2B314+3D159');
  });

  it('as next hop: what we were told reaches the hop behind it', async () => {
    await submit('through@sender.example', 'RET=HDRS ENVID=QQ+2B314', [`<bob@next-hop.example> ${RCPT}`]);
    const sent = await transaction(world().hop, 'through@sender.example');
    expect(parametersOf(sent.mail)).toEqual(expect.arrayContaining(['RET=HDRS', 'ENVID=QQ+2B314']));
    expect(sent.rcpt.map(parametersOf)).toEqual([RCPT.split(' ')]);
    expect(world().reportsTo('through@sender.example')).toEqual([]);
  });

  it('as next hop: its report of a failure reaches the sender through us, and we add none', async () => {
    await submit('s-rej550-failure@sender.example', 'RET=HDRS ENVID=QQ314159', [
      '<bob@next-rejecting.example> NOTIFY=FAILURE ORCPT=rfc822;Bob+2Btag@example.com',
    ]);
    const report = await onlyReport(world(), 's-rej550-failure@sender.example');
    expect(report.deliveryStatus?.message.reportingMta?.value).toBe(foreign.hostname);
    expect(report.deliveryStatus?.recipients).toMatchObject([{ action: 'failed', status: foreign.failedStatus }]);
    if (hasSamples) expect(shapeOf(report)).toEqual(shapeOf(sampleReport(foreign.samples, 'rej550-failure')));
  });

  it('as next hop: its report of a success reaches the sender through us', async () => {
    await submit('s-nodsn-success@sender.example', 'RET=HDRS ENVID=QQ314159', [`<bob@next-plain.example> ${RCPT}`]);
    const report = await onlyReport(world(), 's-nodsn-success@sender.example');
    expect(report.deliveryStatus?.recipients).toMatchObject([{ action: foreign.relayedAction, status: '2.0.0' }]);
    if (hasSamples) expect(shapeOf(report)).toEqual(shapeOf(sampleReport(foreign.samples, 'nodsn-success')));
  });
}

function describeAsPreviousHop(world: () => World): void {
  const submit = async (from: string, rcpt: readonly string[]) => {
    await submitTo(world().ports.mta, `<${from}> RET=HDRS ENVID=QQ314159`, rcpt, content(from.split('@')[0]!));
  };

  it('RFC 3461 §5.2.1: as previous hop relays to us with its parameters, and they go on from here', async () => {
    await submit('on@home.example', [`<bob@previous-hop.example> ${RCPT}`]);
    const sent = await transaction(world().hop, 'on@home.example');
    expect(sent.mail).toMatch(/^MAIL FROM:<on@home\.example> /);
    // The order in which it writes them, as captured: RET before ENVID, NOTIFY before ORCPT.
    expect(parametersOf(sent.mail).filter((each) => /^(RET|ENVID)=/.test(each))).toEqual([
      'RET=HDRS',
      'ENVID=QQ314159',
    ]);
    expect(sent.rcpt).toEqual([`RCPT TO:<bob@previous-hop.example> ${RCPT}`]);
  });

  it('RFC 3461 §5.2.2(b) R3461-5.2.2-b: as previous hop gets our report of relayed back, from a null reverse-path', async () => {
    await submit('relayed@home.example', [`<dana@previous-plain.example> ${RCPT}`]);
    const returned = await transaction(world().inbox, '', 'relayed@home.example');
    const report = parseReport(Buffer.from(returned.content, 'latin1'))!;
    expect(report.deliveryStatus?.message).toMatchObject({
      reportingMta: { value: 'mx.example.org' },
      originalEnvelopeId: 'QQ314159',
    });
    expect(report.deliveryStatus?.recipients).toMatchObject([{ action: 'relayed', status: '2.0.0' }]);
    // Only Postfix says of such recipients what we do.
    if (hasSamples) {
      const [theirs] = sampleReport('postfix', 'nodsn-success').deliveryStatus!.recipients;
      expect(report.deliveryStatus?.recipients[0]).toMatchObject({ action: theirs!.action, status: theirs!.status });
    }
  });

  it('as previous hop: reports for what succeeded and failed, none for NEVER', async () => {
    await submit('mixed@home.example', ['<5.2.2@simulator.example> NOTIFY=NEVER']);
    await submit('mixed@home.example', [
      '<ok@simulator.example> NOTIFY=SUCCESS ORCPT=rfc822;Ok@Simulator.Example',
      '<550@simulator.example> NOTIFY=FAILURE',
    ]);
    const groups = () =>
      world()
        .inbox.transactions.filter((each) => each.rcpt[0]?.includes('<mixed@home.example>'))
        .flatMap((each) => parseReport(Buffer.from(each.content, 'latin1'))?.deliveryStatus?.recipients ?? []);
    await waitFor(() => groups().length >= 2, WAIT_MS);
    expect(Object.fromEntries(groups().map((group) => [group.finalRecipient?.value, group.action]))).toEqual({
      'ok@simulator.example': 'delivered',
      '550@simulator.example': 'failed',
    });
    const delivered = groups().find((group) => group.action === 'delivered');
    expect(delivered?.originalRecipient?.value).toBe('Ok@Simulator.Example');
  });
}

/** The transaction with a reverse-path (and a recipient), when it has come. */
async function transaction(hop: RecordingHop, from: string, to = ''): Promise<Recorded> {
  const matches = (each: Recorded) =>
    each.mail.startsWith(`MAIL FROM:<${from}>`) && each.rcpt[0]?.includes(to) === true;
  await waitFor(() => hop.transactions.some(matches), WAIT_MS);
  return hop.transactions.find(matches)!;
}

async function onlyReport(world: World, address: string): Promise<ParsedReport> {
  await waitFor(() => world.reportsTo(address).length > 0, WAIT_MS).catch(() => {
    throw new Error(`no report to ${address}:\n${world.mta.log().slice(-4000)}`);
  });
  const reports = world.reportsTo(address);
  expect(reports).toHaveLength(1);
  return reports[0]!;
}

/** The parameters of a command, split at spaces. */
function parametersOf(line: string): string[] {
  return line.split(' ').slice(2);
}
