import { existsSync, readFileSync } from 'node:fs';
import { parseMailCommand, parseRcptCommand, formatParameters } from '@dsnkit/esmtp-parameters';
import { describe, expect, it } from 'vitest';
import { type Transcript, playClient, playServer } from './transcript.ts';

/** The sessions that the RFCs print, kept beside the repository; without them there is nothing to compare with. */
const folder = new URL('../../../../shared/spec/examples/', import.meta.url);
const skip = !existsSync(folder);
if (skip) console.log('The published sessions (../shared/spec/examples) are not here: skipped.');

interface Line {
  readonly from: 'C' | 'S';
  readonly line: string;
}
/** One thing the client says, and the reply to it. */
interface Exchange {
  readonly said: string;
  readonly reply: readonly string[];
}

const names = [
  ['RFC 1870 §8', 'rfc1870-8-size'],
  ['RFC 2034 §6', 'rfc2034-6-enhanced-codes'],
  ['RFC 2852 §6', 'rfc2852-6-deliverby-1'],
  ['RFC 2852 §6', 'rfc2852-6-deliverby-3'],
  ['RFC 3461 §10.1', 'rfc3461-10.1-submission'],
  ['RFC 3461 §10.2', 'rfc3461-10.2-relay-example-com'],
  ['RFC 3461 §10.3', 'rfc3461-10.3-relay-ivory-edu'],
  ['RFC 3461 §10.4', 'rfc3461-10.4-relay-bombs-af-mil'],
  ['RFC 3461 §10.5', 'rfc3461-10.5-forward-to-boondoggle'],
  ['RFC 6758 §5', 'rfc6758-5-mt-priority-dsn'],
] as const;

describe.skipIf(skip).each(names)('%s: the session as published', (_, name) => {
  const exchanges = skip ? [] : read(name);

  it('the server gives the same reply codes', () => {
    const { said } = playServer(forServer(exchanges), 'line by line');
    const codes = said.join('').match(/^\d{3}(?= )/gm);
    expect(codes).toEqual(exchanges.map(({ reply }) => reply.at(-1)?.slice(0, 3)));
  });

  it('the client says the same lines and knows the same outcome', () => {
    const transcript = forClient(exchanges);
    const { said, results } = playClient(transcript, 'line by line');
    const lines = transcript.steps
      .filter(({ kind }) => kind === 'C')
      .map(({ text }) => `${text.replace('\\r\\n', '\r\n')}\r\n`);
    // Two of the sessions break off before DATA.
    expect(said.filter((text) => text !== '').slice(0, lines.length)).toEqual(lines);
    expect(results).toEqual(outcomes(exchanges));
  });
});

/**
 * Exchanges in order, the greeting as the reply to nothing. Left out: RSET between EHLO and HELO (RFC 3461 §10.4), which
 * RFC 5321 does not ask for, and STARTTLS without its reply (RFC 6758 §5).
 */
function read(name: string): Exchange[] {
  const { events } = JSON.parse(readFileSync(new URL(`${name}.session.json`, folder), 'utf8')) as { events: Line[] };
  const exchanges: { said: string; reply: string[] }[] = [{ said: '', reply: [] }];
  for (const { from, line } of events) {
    if (line.startsWith('<')) continue;
    const last = exchanges.at(-1)!;
    if (from === 'S') last.reply.push(line);
    else if (last.reply.length === 0 && last.said.startsWith('(')) last.said += `\\r\\n${line}`;
    else exchanges.push({ said: line, reply: [] });
  }
  return exchanges.filter(({ said }) => said !== 'RSET' && said !== 'STARTTLS');
}

const KINDS: Readonly<Record<string, string>> = { EHLO: 'hello', HELO: 'hello', MAIL: 'mail', RCPT: 'rcpt' };

function forServer(exchanges: readonly Exchange[]): Transcript {
  const offered = exchanges
    .flatMap(({ said, reply }) => (said.startsWith('EHLO') ? reply.slice(1) : []))
    .map((line) => line.slice(4));
  const has = (keyword: string): boolean => offered.some((line) => line.startsWith(keyword));
  const extensions = {
    enhancedStatusCodes: has('ENHANCEDSTATUSCODES'),
    dsn: has('DSN'),
    ...(has('SIZE') && { size: Number(/SIZE (\d+)/.exec(offered.join())?.[1] ?? 0) }),
    ...(has('DELIVERBY') && { deliverBy: 0 }),
    ...(has('MT-PRIORITY') && { mtPriority: 'STANAG4406' }),
  };
  const steps = exchanges.flatMap(({ said, reply }): Transcript['steps'] => {
    const kind = said === '.' || said.endsWith('\\n.') ? 'end-of-content' : KINDS[said.slice(0, 4)];
    const answer = reply.at(-1)?.replace(/^(\d{3})-/, '$1 ');
    const step = said === '' ? [] : [{ kind: 'C', text: said } as const];
    return kind === undefined || answer === undefined
      ? step
      : [{ kind: 'A', text: `${kind} ${answer}` }, ...step, { kind: 'S', text: '' }];
  });
  return { title: '', options: { hostname: 'mx.example.org', extensions }, steps };
}

function forClient(exchanges: readonly Exchange[]): Transcript {
  const transactions: { from: string; mail: string; to: [string, string][]; content: string }[] = [];
  for (const { said } of exchanges) {
    if (said.startsWith('MAIL')) {
      const { reversePath, parameters } = parseMailCommand(said);
      transactions.push({ from: reversePath.wire, mail: formatParameters(parameters), to: [], content: '' });
    } else if (said.startsWith('RCPT')) {
      const { forwardPath, parameters } = parseRcptCommand(said);
      transactions.at(-1)!.to.push([forwardPath.wire, formatParameters(parameters)]);
    } else if (said.startsWith('(')) transactions.at(-1)!.content = said.slice(0, said.indexOf('\\'));
  }
  const steps = exchanges.flatMap(({ said, reply }): Transcript['steps'] => [
    ...(said === 'QUIT' ? [{ kind: '!', text: 'quit' } as const] : []),
    ...(said === '' ? [] : [{ kind: 'C', text: said } as const]),
    ...reply.map((text) => ({ kind: 'S', text }) as const),
  ]);
  const clientName = exchanges.find(({ said }) => said.startsWith('EHLO'))?.said.slice(5);
  return {
    title: '',
    options: { clientName },
    steps: [...transactions.map((t) => ({ kind: 'T', text: JSON.stringify(t) }) as const), ...steps],
  };
}

/** What the text of the RFC means for each recipient of the transactions that end. */
function outcomes(exchanges: readonly Exchange[]): string[] {
  const results: string[] = [];
  let open: { path: string; refusal: string | undefined }[] = [];
  for (const { said, reply } of exchanges) {
    const text = reply.join('|');
    if (said.startsWith('RCPT'))
      open.push({ path: parseRcptCommand(said).forwardPath.wire, refusal: text.startsWith('2') ? undefined : text });
    if (said !== '.' && !said.endsWith('\\n.')) continue;
    for (const { path, refusal } of open)
      results.push(refusal === undefined ? `${path} accepted content ${text}` : `${path} refused rcpt ${refusal}`);
    open = [];
  }
  return results;
}
