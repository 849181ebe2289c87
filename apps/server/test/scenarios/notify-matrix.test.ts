import { parseReport } from '@dsnkit/multipart-report';
import { describe, expect, it } from 'vitest';
import type { HttpClient } from '../../src/ports.ts';
import { NOTIFY } from '../support/notify.ts';
import { runScript, type Script } from './scripted.ts';
import { submit } from './submit.ts';
import { World } from './world.ts';

/*
 * Every NOTIFY value × every kind of destination × every kind of ending, generated. What is expected follows from
 * RFC 3461 alone, written down once more below as `owed`, without a look at the code that decides.
 */

const ENDINGS = ['success', '5xx at RCPT', '5xx at data', '4xx then expiry', 'timeout', 'lost after data'] as const;
type Ending = (typeof ENDINGS)[number];

const DESTINATIONS = {
  local: 'ok@local.example',
  'hop with DSN': 'bob@dsn.example',
  'hop without DSN': 'bob@nodsn.example',
  LMTP: 'bob@lmtp.example',
  'alias 1:1': 'one@local.example',
  'alias 1:n': 'many@local.example',
  'confidential forward': 'secret@local.example',
  list: 'list@local.example',
  gateway: 'bob@chat.example',
} as const;
type Destination = keyof typeof DESTINATIONS;

const CONFIG = `
[[route]]
match = "sender.example"
to = "maildir:mail"
[[route]]
match = "local.example"
to = "maildir:mail"
[[route]]
match = "dsn.example"
to = "smtp://dsn.hop.example:25"
[[route]]
match = "nodsn.example"
to = "smtp://nodsn.hop.example:25"
[[route]]
match = "lmtp.example"
to = "lmtp://lmtp.hop.example:24"
[[route]]
match = "chat.example"
to = "gateway+https://gateway.example/mail"
[[alias]]
address = "one@local.example"
to = ["bob@nodsn.example"]
[[alias]]
address = "many@local.example"
to = ["bob@nodsn.example", "carol@nodsn.example"]
[[alias]]
address = "secret@local.example"
to = ["hidden@nodsn.example"]
confidential = true
[[list]]
address = "list@local.example"
owner = "owner@local.example"
members = ["bob@nodsn.example", "carol@nodsn.example"]
`;

const SCRIPTS: Readonly<Record<Ending, Partial<Script>>> = {
  success: {},
  '5xx at RCPT': { rcpt: () => '550 5.1.1 no such user' },
  '5xx at data': { content: '554 5.6.0 not like this' },
  '4xx then expiry': { rcpt: () => '451 4.7.1 come back later' },
  timeout: { silent: true },
  'lost after data': { content: 'CUT' },
};

/** A mailbox of our own is there or it is not: what a remote host may do it can't. */
function happens(destination: Destination, ending: Ending): boolean {
  if (destination === 'gateway') return ending !== 'lost after data' && ending !== '5xx at data';
  return destination !== 'local' || ending === 'success' || ending === '4xx then expiry';
}

/** The gateway takes part in the same endings: it refuses the recipient, is busy, or never answers. */
function gateway(ending: Ending): HttpClient {
  const refusal =
    '{"recipients":[{"address":"bob@chat.example","action":"failed","status":"5.1.1","reason":"unknown"}]}';
  return {
    post: () => {
      if (ending === 'timeout') return Promise.reject(new Error('no answer'));
      if (ending === '4xx then expiry') return Promise.resolve({ status: 503, body: '' });
      return Promise.resolve({ status: 200, body: ending === 'success' ? '' : refusal });
    },
  };
}

interface Cell {
  readonly notify: string | undefined;
  readonly destination: Destination;
  readonly ending: Ending;
}

/** What the sender is owed, by the table of RFC 3461 §5.2 and the rules of §5.2.7: actions in the order of time. */
function owed({ notify, destination, ending }: Cell): string[] {
  const asked = (value: string) => notify?.split(',').includes(value) === true;
  const success = asked('SUCCESS');
  const failure = notify === undefined || asked('FAILURE');
  const delay = notify === undefined || asked('DELAY');
  // §5.2.7.1, §5.2.7.4: delivered at hand-over; what comes later concerns the owner or the postmaster.
  if (destination === 'list' || destination === 'confidential forward') return success ? ['delivered'] : [];
  const copies = destination === 'alias 1:n' ? 2 : 1;
  // §5.2.7.3(c): the alias reports expanded, its copies no success.
  const first = destination === 'alias 1:n' && success ? ['expanded'] : [];
  const times = (action: string, count: number) => Array.from({ length: count }, () => action);
  if (ending === 'success') return [...first, ...(success ? successAction(destination) : [])];
  if (ending.startsWith('5xx')) return [...first, ...times('failed', failure ? copies : 0)];
  return [...first, ...times('delayed', delay ? copies : 0), ...times('failed', failure ? copies : 0)];
}

function successAction(destination: Destination): string[] {
  if (destination === 'local' || destination === 'LMTP') return ['delivered'];
  // §5.2.1: the next hop reports in our place; §5.2.2(b): nobody else will.
  // §5.2.4: a gateway that confirms nothing is such a hop.
  const silent: readonly Destination[] = ['hop without DSN', 'alias 1:1', 'gateway'];
  return silent.includes(destination) ? ['relayed'] : [];
}

const STATUS: Readonly<Record<Ending, RegExp>> = {
  success: /^2\.\d+\.\d+$/,
  '5xx at RCPT': /^5\.1\.1$/,
  '5xx at data': /^5\.6\.0$/,
  '4xx then expiry': /^4\.(7\.1|3\.\d)$/,
  timeout: /^4\.4\.[12]$/,
  'lost after data': /^4\.4\.2$/,
};

async function run(cell: Cell) {
  const world = new World();
  const script = { extensions: [], ...SCRIPTS[cell.ending] };
  const dsn = await runScript(world.host('dsn.hop.example'), 25, { ...script, extensions: ['DSN'] });
  await runScript(world.host('nodsn.hop.example'), 25, script);
  await runScript(world.host('lmtp.hop.example'), 24, { ...script, lmtp: true, extensions: ['ENHANCEDSTATUSCODES'] });
  const server = await world.server('mx.example.org', CONFIG, {
    mailboxFault: cell.destination === 'local' && cell.ending !== 'success' ? 'ok@local.example' : undefined,
    http: gateway(cell.ending),
  });
  const address = DESTINATIONS[cell.destination];
  const notify = cell.notify === undefined ? '' : ` NOTIFY=${cell.notify}`;
  const replies = await submit(world, 'mx.example.org', [
    'MAIL FROM:<alice@sender.example> RET=FULL ENVID=matrix',
    `RCPT TO:<${address}>${notify} ORCPT=rfc822;Ask+2BFor@Example.COM`,
  ]);
  expect(replies.at(-1)).toMatch(/^250 /);
  await world.clock.advance(8 * 86_400_000);
  const reports = server.delivered.flatMap(({ folder, octets }) =>
    folder === 'alice@sender.example' ? [parseReport(octets)!] : [],
  );
  const left = await server.store.counts();
  await world.clock.during(server.stop());
  return { reports, troubles: server.troubles, left, dsn };
}

const cells: Cell[] = (Object.keys(DESTINATIONS) as Destination[]).flatMap((destination) =>
  ENDINGS.filter((ending) => happens(destination, ending)).flatMap((ending) =>
    NOTIFY.map((notify) => ({ notify, destination, ending })),
  ),
);

describe('RFC 3461 §5.2: NOTIFY × destination × ending', () => {
  it.each(cells)('$destination, $ending, NOTIFY=$notify', async (cell) => {
    const { reports, troubles, left, dsn } = await run(cell);
    const groups = reports.flatMap((report) => report.deliveryStatus!.recipients);
    expect(groups.map((group) => group.action)).toEqual(owed(cell));
    expect(troubles).toEqual([]);
    // Nothing stays behind, reports included.
    expect(left).toEqual({ messages: 0, recipients: 0 });
    for (const report of reports) {
      expect(report.issues).toEqual([]);
      expect(report.deliveryStatus!.message.originalEnvelopeId).toBe('matrix');
      const failed = report.deliveryStatus!.recipients.some((group) => group.action === 'failed');
      // RFC 3461 §4.3: RET=FULL counts for failures alone.
      expect(report.returned?.kind).toBe(failed ? 'message' : 'headers');
    }
    for (const group of groups) {
      expect(group.originalRecipient).toEqual({ type: 'rfc822', value: 'Ask+For@Example.COM' });
      expect(group.finalRecipient?.value).toBe(DESTINATIONS[cell.destination]);
      if (group.action === 'failed' || group.action === 'delayed') expect(group.status).toMatch(STATUS[cell.ending]);
      else expect(group.status).toMatch(/^2\./);
      expect(group.willRetryUntil !== undefined).toBe(group.action === 'delayed');
    }
    if (cell.destination === 'hop with DSN' && cell.ending === 'success') {
      const notify = cell.notify === undefined ? '' : ` NOTIFY=${cell.notify}`;
      expect(dsn.lines).toContain('MAIL FROM:<alice@sender.example> RET=FULL ENVID=matrix');
      expect(dsn.lines).toContain(`RCPT TO:<bob@dsn.example>${notify} ORCPT=rfc822;Ask+2BFor@Example.COM`);
    }
  });
});
