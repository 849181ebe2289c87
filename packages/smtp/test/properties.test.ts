import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  ClientSession,
  type ClientTransaction,
  type RecipientResult,
  ServerSession,
  type ServerSessionOptions,
  SmtpError,
} from '../src/index.ts';
import { cut, cuts, hostile, latin1, octets, runs } from './octets.ts';

// prettier-ignore
const everything = {
  pipelining: true, size: 60, vrfy: true, expn: true, startTls: true, auth: ['PLAIN', 'LOGIN'], enhancedStatusCodes: true, dsn: true,
  smtputf8: true, chunking: true, binaryMime: true, deliverBy: 0, mtPriority: '', rrvs: true, xclient: ['NAME'],
} as const;

const MAIL = 'MAIL FROM:<a@b.example>';
const RCPT = 'RCPT TO:<u@x.example>';
// prettier-ignore
const line = fc.oneof(
  fc.constantFrom(
    'EHLO c.example', 'HELO c', 'LHLO c', MAIL, 'MAIL FROM:<> RET=FULL ENVID=x+2By SIZE=5', 'MAIL FROM:<é@x> SMTPUTF8',
    'MAIL FROM:<a@b> BODY=BINARYMIME', RCPT, 'RCPT TO:<v@x.example> NOTIFY=NEVER', 'RCPT TO:<Postmaster>', 'DATA', '.', '..', '',
    'BDAT 4', 'BDAT 0 LAST', 'BDAT 7 LAST', 'BDAT x', 'RSET', 'NOOP', 'QUIT', 'STARTTLS', 'AUTH PLAIN AGEAYg==', 'AUTH LOGIN', 'YQ==', '*', 'VRFY u',
    'EXPN l', 'HELP', 'XCLIENT NAME=x', 'Subject: x', 'x'.repeat(70), 'x'.repeat(600),
  ),
  // Some that get far.
  fc.constantFrom(
    `${MAIL}\r\n${RCPT}\r\nRCPT TO:<v@x.example>\r\nDATA`, `${MAIL}\r\n${RCPT}\r\nDATA\r\n..text\r\n.`, `${MAIL}\r\n${RCPT}\r\nBDAT 6`,
    `${MAIL} BODY=BINARYMIME\r\n${RCPT}\r\nBDAT 9 LAST`, 'AUTH LOGIN\r\nYQ==\r\nYg==',
  ),
  fc.string({ unit: 'binary-ascii', maxLength: 12 }),
);
const ending = fc.constantFrom('\r\n', '\r\n', '\r\n', '\r\n', '\r\n', '\n', '\r', '');
const dialogue = fc
  .array(fc.tuple(line, ending), { maxLength: 30 })
  .map((parts) => parts.map(([text, end]) => text + end).join(''));
/** What the owner answers in turn: the standard answer, refusals, a challenge. */
const answers = fc.array(fc.constantFrom(200, 200, 200, 200, 450, 550, 334, 421), { maxLength: 40 });

/** Everything a server session says and tells, content put together. */
function serve(
  pieces: readonly string[],
  decisions: Iterator<number>,
  options: Partial<ServerSessionOptions> = {},
): string[] {
  const session = new ServerSession({ hostname: 'mx.example.org', extensions: everything, maxErrors: 50, ...options });
  const log: string[] = [];
  let content = '';
  session.start();
  for (const piece of [...pieces, undefined]) {
    if (piece === undefined) session.eof();
    else session.receive(new TextEncoder().encode(piece));
    for (let event = session.next(); event !== undefined; event = session.next()) {
      if (event.kind === 'content') content += latin1(event.octets);
      else
        log.push(
          `${event.kind}${'reason' in event ? ` ${event.reason}` : ''}${event.kind === 'end-of-content' ? ` ${content}` : ''}`,
        );
      if (event.kind === 'end-of-content' || event.kind === 'reset') content = '';
      if (session.paused && event.kind !== 'content' && event.kind !== 'reset')
        decide(session, event.kind, (decisions.next().value as number | undefined) ?? 200);
    }
  }
  return [...log, latin1(session.takeOutput() ?? octets(''))];
}

function decide(session: ServerSession, kind: string, code: number): void {
  if (code === 200) session.answer();
  else if (code !== 334) session.answer({ code, lines: ['No'] });
  else if (kind.startsWith('auth')) session.challenge(octets('?'));
  else session.answer();
}

it('RFC 5321 §4.2: how octets are cut never changes what a server says or tells, and it never throws', () => {
  fc.assert(
    fc.property(
      dialogue,
      cuts(400),
      answers,
      fc.constantFrom('smtp', 'lmtp'),
      fc.constantFrom('refuse', 'normalise'),
      (text, at, codes, protocol, bareLineEnds) => {
        const options = { protocol, bareLineEnds } as const;
        const hello = `${protocol === 'lmtp' ? 'LHLO' : 'EHLO'} c.example\r\n`;
        const turns = (): Iterator<number> => [200, ...codes].values();
        const whole = serve([hello + text], turns(), options);
        expect(serve(cut(hello + text, at), turns(), options)).toEqual(whole);
        // Every line is a reply, and the last event says why the session ended.
        for (const reply of whole.at(-1)!.split('\r\n').slice(0, -1)) expect(reply).toMatch(/^[2345]\d\d[ -]/);
        expect(whole.at(-2)).toMatch(/^closed /);
      },
    ),
    runs(400),
  );
});

it('RFC 2034 §3 R2034-3-b R2034-4-c: every line but greeting, hellos and 3yz has a status of its class', () => {
  fc.assert(
    fc.property(dialogue, (text) => {
      const said = serve([text], [].values()).at(-1)!;
      const hello = /^(220|500 LMTP|501 A domain|250[ -](mx\.example\.org|[A-Z0-9-]+( |$)))/;
      for (const reply of said.split('\r\n').slice(0, -1)) {
        if (!hello.test(reply) && !reply.startsWith('3'))
          expect(reply).toMatch(/^([245])\d\d[ -]\1\.\d{1,3}\.\d{1,3} /);
      }
    }),
    runs(300),
  );
});

// prettier-ignore
const replyLine = fc.oneof(
  fc.constantFrom(
    '220 mx', '250 ok', '250-PIPELINING', '250-x', '250 CHUNKING', '354 go', '550 5.1.1 no', '450 later', '421 bye', '221 bye', '334 YQ==', '235 in',
    '503 x', '999', '', '250\r\n250\r\n354', '250 ok\r\n550 no\r\n250 ok\r\n354 go\r\n250 queued',
  ),
  fc.string({ unit: 'binary-ascii', maxLength: 8 }),
);

/** A client that begins whatever it may; everything it says and tells. */
function ask(pieces: readonly string[], protocol: 'smtp' | 'lmtp', chunking: boolean): string[] {
  const client = new ClientSession({ clientName: 'client.example', protocol });
  const log: string[] = [];
  let begun = 0;
  for (const piece of [...pieces, undefined]) {
    if (piece === undefined) client.eof();
    else client.receive(octets(piece));
    for (let event = client.next(); event !== undefined; event = client.next()) {
      log.push(
        JSON.stringify(event, (key, value: unknown) => (key === 'transaction' || key === 'error' ? undefined : value)),
      );
      if (event.kind === 'content-wanted') {
        client.content(octets('x\r\n.\r\n'));
        client.endContent();
      }
      if (event.kind === 'done') expect(event.recipients).toHaveLength(event.transaction.recipients.length);
      if (event.kind === 'challenge') client.respond(octets('x'));
      while (client.canBegin && begun < 4) {
        begun++;
        const recipients = Array.from({ length: begun }, () => ({ forwardPath: 'u@x.example', parameters: [] }));
        client.begin({
          reversePath: '',
          mailParameters: [],
          recipients,
          chunking: chunking && client.extensions.has('CHUNKING') && client.extensions.has('PIPELINING'),
        });
      }
      if (begun === 4 && client.canBegin) client.quit();
    }
  }
  expect(client.closed).toBe(true);
  expect(log.filter((event) => event.startsWith('{"kind":"done"'))).toHaveLength(begun);
  return [...log, latin1(client.takeOutput() ?? octets(''))];
}

it('RFC 5321 §4.2.1: whatever a server says, in any pieces, a client tells the same, closes, and gives each recipient one result', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(replyLine, ending), { maxLength: 25 }),
      cuts(200),
      fc.constantFrom('smtp', 'lmtp'),
      fc.boolean(),
      (parts, at, protocol, chunking) => {
        const text = `220 mx\r\n250-mx\r\n${chunking ? '250-CHUNKING\r\n250 PIPELINING' : '250 x'}\r\n${parts.map(([reply, end]) => reply + end).join('')}`;
        // All at once it still closes; but then replies come before what they would have to answer.
        ask([text], protocol, chunking);
        const lines = text.split(/(?<=\n)/);
        const whole = ask(lines, protocol, chunking);
        const ends = lines.map((_, count) => lines.slice(0, count).join('').length);
        const cutUp = ask(
          cut(
            text,
            [...at, ...ends].toSorted((a, b) => a - b),
          ),
          protocol,
          chunking,
        );
        // Calls come at other times when replies come in other pieces; what comes of them does not change.
        expect(cutUp.slice(0, -1)).toEqual(whole.slice(0, -1));
      },
    ),
    runs(600),
  );
});

interface Plan {
  readonly sender: number;
  readonly recipients: readonly number[];
  readonly content: string;
  readonly outcome: number;
}

const plan = fc.record<Plan>({
  sender: fc.constantFrom(250, 250, 250, 451, 550),
  recipients: fc.array(fc.constantFrom(250, 250, 251, 450, 550), { minLength: 1, maxLength: 5 }),
  content: fc
    .array(fc.constantFrom('\r', '\n', '.', '\r\n', '\r\n.', 'a', 'bcd'), { maxLength: 10 })
    .map((parts) => parts.join('')),
  outcome: fc.constantFrom(250, 250, 452, 554),
});

it('RFC 2920 §3.1 R2920-3.1-a R2033-4.2-a: back to back, each recipient gets the outcome that was meant for it', () => {
  fc.assert(
    fc.property(
      fc.array(plan, { minLength: 1, maxLength: 5 }),
      fc.boolean(),
      fc.boolean(),
      fc.constantFrom('smtp', 'lmtp'),
      fc.constantFrom(0, 6),
      (plans, pipelining, chunks, protocol, size) => {
        const chunking = chunks && pipelining;
        const { results, contents } = backToBack(plans, { pipelining, chunking, protocol, size });
        const sent = ({ content }: Plan): string => (chunking ? content : inLines(content));
        const fits = (each: Plan): boolean => size === 0 || sent(each).length <= size;
        expect(results).toEqual(plans.map((each) => expectedOf(each, fits(each))));
        const accepted = plans.filter(
          (each) => each.sender < 300 && each.recipients.some((code) => code < 300) && fits(each),
        );
        expect(contents).toEqual(accepted.map(sent));
      },
    ),
    runs(400),
  );
});

function inLines(content: string): string {
  const lines = content.replace(/\r\n|\r|\n/g, '\r\n');
  return lines === '' || lines.endsWith('\r\n') ? lines : `${lines}\r\n`;
}

/** Stage and code for each recipient; the code of RCPT is unique to its place. */
function expectedOf({ sender, recipients, outcome }: Plan, fits: boolean): string[] {
  return recipients.map((code, place) => {
    if (sender >= 300) return `mail ${sender} sender`;
    if (code >= 300) return `rcpt ${code} ${place}`;
    return fits ? `content ${outcome} message` : 'content 552 Message larger than the limit';
  });
}

interface Manner {
  readonly pipelining: boolean;
  readonly chunking: boolean;
  readonly protocol: 'smtp' | 'lmtp';
  /** Octets that the server takes; 0 for any number. */
  readonly size: number;
}

function backToBack(
  plans: readonly Plan[],
  { pipelining, chunking, protocol, size }: Manner,
): { results: string[][]; contents: string[] } {
  const server = new ServerSession({
    hostname: 'mx',
    protocol,
    extensions: { pipelining, chunking, binaryMime: chunking, eightBitMime: true, size },
  });
  const client = new ClientSession({ clientName: 'c', protocol });
  const waiting = plans.map((each, index): ClientTransaction => ({
    reversePath: `s${index}@b.example`,
    mailParameters: chunking ? [{ keyword: 'BODY', value: 'BINARYMIME' }] : [],
    recipients: each.recipients.map((_, place) => ({ forwardPath: `r${place}@x.example`, parameters: [] })),
    chunking,
  }));
  const planOf = (transaction: ClientTransaction): Plan => plans[Number(/^s(\d+)/.exec(transaction.reversePath)?.[1])]!;
  const results: string[][] = [];
  const contents: string[] = [];
  const summary = ({ stage, reply }: RecipientResult): string => `${stage} ${reply?.code} ${reply?.lines.join()}`;
  let current: Plan = plans[0]!;
  let content = '';
  /** What is still to be given of the content that is wanted: a piece each round, so that replies come in between. */
  let pieces: string[] | undefined;
  server.start();
  for (let round = 0; round < 1000 && !client.closed; round++) {
    for (let event = server.next(); event !== undefined; event = server.next()) {
      if (event.kind === 'content') content += latin1(event.octets);
      if (event.kind === 'hello') server.answer();
      if (event.kind === 'mail') {
        current = plans[Number(event.path.localPart.slice(1))]!;
        server.answer({ code: current.sender, lines: ['sender'] });
      }
      if (event.kind === 'rcpt') {
        const place = Number(event.path.localPart.slice(1));
        server.answer({ code: current.recipients[place]!, lines: [`${place}`] });
      }
      if (event.kind === 'reset') content = '';
      if (event.kind === 'end-of-content') {
        contents.push(content);
        content = '';
        server.answer({ code: current.outcome, lines: ['message'] });
      }
    }
    client.receive(server.takeOutput() ?? octets(''));
    for (let event = client.next(); event !== undefined; event = client.next()) {
      if (event.kind === 'content-wanted') pieces = [...cut(planOf(event.transaction).content, [1, 4, 7])];
      if (event.kind === 'done') results.push(event.recipients.map(summary));
      while (client.canBegin && waiting[0] !== undefined) client.begin(waiting.shift() ?? waiting[0]);
      if (client.canBegin) client.quit();
    }
    const piece = pieces?.shift();
    if (piece !== undefined) client.content(octets(piece));
    if (pieces?.length === 0) {
      pieces = undefined;
      client.endContent();
    }
    server.receive(client.takeOutput() ?? octets(''));
  }
  return { results, contents };
}

it('RFC 5321 §4.1.2: begin throws only the package’s error, and nothing it says has a line more', () => {
  const parameter = fc.record({
    keyword: fc.oneof(fc.constantFrom('SIZE', 'ENVID', 'BODY', 'x'), hostile),
    value: hostile,
  });
  const path = fc.oneof(fc.constantFrom('a@b.example', ''), hostile);
  fc.assert(
    fc.property(path, path, fc.array(parameter, { maxLength: 2 }), (reversePath, forwardPath, parameters) => {
      const client = new ClientSession({ clientName: 'c' });
      client.receive(octets('220 x\r\n250-x\r\n250-DSN\r\n250-SIZE\r\n250-8BITMIME\r\n250-X\r\n250 PIPELINING\r\n'));
      client.next();
      client.takeOutput();
      try {
        client.begin({ reversePath, mailParameters: parameters, recipients: [{ forwardPath, parameters: [] }] });
        expect(latin1(client.takeOutput()!)).toMatch(/^MAIL FROM:<[^\r\n]*\r\nRCPT TO:<[^\r\n]*\r\nDATA\r\n$/);
      } catch (error) {
        expect(error).toBeInstanceOf(SmtpError);
        expect(client.takeOutput()).toBeUndefined();
      }
    }),
    runs(500),
  );
});
