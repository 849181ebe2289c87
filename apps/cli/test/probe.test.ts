import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server as NetServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { Card } from '../src/probe/card.ts';
import { temporaryFolder } from './support/folder.ts';
import { freePort, startServer } from './support/server.ts';
import { dsn, type Ran } from './support/terminal.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

/** A server that answers each line by a function, and keeps count of its connections. */
class ToyServer {
  readonly lines: string[] = [];
  connections = 0;
  mostAtOnce = 0;
  /** The greatest number of 5yz replies in one connection. */
  mostErrors = 0;
  readonly #open = new Set<Socket>();
  readonly #server: NetServer;

  constructor(reply: (line: string) => string) {
    this.#server = createServer((socket) => {
      this.connections++;
      this.#open.add(socket);
      this.mostAtOnce = Math.max(this.mostAtOnce, this.#open.size);
      let errors = 0;
      let rest = '';
      socket.write('220 toy.example ESMTP\r\n');
      socket.on('data', (octets) => {
        const lines = (rest + octets.toString()).split('\r\n');
        rest = lines.pop() ?? '';
        for (const line of lines) {
          this.lines.push(line);
          const text = line === 'QUIT' ? '221 bye' : reply(line);
          if (text.startsWith('5')) this.mostErrors = Math.max(this.mostErrors, ++errors);
          socket.write(`${text}\r\n`);
          if (line === 'QUIT' || text.startsWith('421')) socket.end();
        }
      });
      socket.on('error', () => undefined);
      socket.on('close', () => this.#open.delete(socket));
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

let toy: ToyServer | undefined;
afterEach(async () => {
  await toy?.stop();
  toy = undefined;
});

async function probe(
  reply: (line: string) => string,
  ...options: readonly string[]
): Promise<{ ran: Ran; card: Card; toy: ToyServer }> {
  toy = new ToyServer(reply);
  const ran = await dsn(['probe', await toy.listen(), '--helo', 'probe.example', '--json', ...options]);
  return { ran, card: (ran.stdout === '' ? {} : JSON.parse(ran.stdout)) as Card, toy };
}

const idsOf = ({ results }: Card, result: string): string[] =>
  results.filter((one) => one.result === result).map(({ id }) => id);
const hello = '250-toy.example\r\n250-DSN\r\n250 ENHANCEDSTATUSCODES';

/** As RFC 3461 and RFC 5321 want it, for the parameters that are tried. */
function conforming(line: string): string {
  if (/^EHLO/i.test(line))
    return `250-toy.example\r\n250-PIPELINING\r\n250-SMTPUTF8\r\n250-DSN\r\n250 ENHANCEDSTATUSCODES`;
  const [, verb = '', text = ''] = /^(MAIL|RCPT)[^>]*> ?(.*)$/i.exec(line) ?? [];
  const words = text === '' ? [] : text.split(' ');
  const keywords = words.map((word) => word.split('=')[0]?.toUpperCase() ?? '');
  const known = verb.toUpperCase() === 'MAIL' ? ['RET', 'ENVID'] : ['NOTIFY', 'ORCPT'];
  if (keywords.some((keyword) => !known.includes(keyword))) return '555 5.5.4 not known';
  const values = [
    /^RET=(FULL|HDRS)$/i,
    /^ENVID=([!-*,-<>-~]|\+[0-9A-F]{2})+$/i,
    /^NOTIFY=(NEVER|(SUCCESS|FAILURE|DELAY)(,(SUCCESS|FAILURE|DELAY))*)$/i,
    /^ORCPT=[\w-]+;([!-*,-<>-~]|\+[0-9A-F]{2})+$/i,
  ];
  const lower = /\+[0-9A-F]?[a-f]/.test(text);
  if (
    lower ||
    new Set(keywords).size < keywords.length ||
    !words.every((word) => values.some((value) => value.test(word)))
  )
    return '501 5.5.4 syntax';
  return '250 2.0.0 ok';
}

describe('dsn probe', () => {
  it('RFC 3461 §5.1: a server that conforms has a clean card', async () => {
    const { ran, card, toy: server } = await probe(conforming);
    expect(idsOf(card, 'fail').concat(idsOf(card, 'note'), idsOf(card, 'skip'))).toEqual([]);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(card.results.length).toBeGreaterThan(40);
    expect(card.extensions).toMatchObject({ DSN: '', PIPELINING: '' });
    expect(server.lines.filter((line) => line.startsWith('RCPT'))).toContain(`RCPT TO:<postmaster> NOTIFY=NEVER`);
  });

  it('is safe: no content, one connection at a time, two errors in each at most', async () => {
    const { toy: server } = await probe(conforming);
    expect(server.lines.filter((line) => /^(DATA|BDAT)/i.test(line))).toEqual([]);
    expect(server.mostAtOnce).toBe(1);
    expect(server.mostErrors).toBeLessThanOrEqual(2);
    expect(server.lines.filter((line) => /^RCPT/i.test(line)).length).toBeGreaterThan(20);
  });

  it('RFC 3461 §5.1(a): a server that takes everything has findings, with the dialogue of each', async () => {
    const { ran, card } = await probe((line) => (line.startsWith('EHLO') ? hello : '250 2.0.0 ok'));
    expect(ran.code).toBe(1);
    expect(idsOf(card, 'fail')).toEqual([
      'mail-ret-unknown', 'mail-ret-empty', 'mail-ret-twice', 'mail-envid-empty', 'mail-envid-hexchar', 'mail-envid-lower',
      'mail-envid-twice', 'mail-notify', 'mail-unknown', 'rcpt-ret', 'rcpt-unknown',
    ]); // prettier-ignore
    // RFC 3461 §5.1(b) says SHOULD.
    expect(idsOf(card, 'note').every((id) => id.startsWith('rcpt-'))).toBe(true);
    expect(idsOf(card, 'note')).toHaveLength(7);
    expect(idsOf(card, 'skip')).toEqual(['pipelining', 'rcpt-orcpt-utf8']);
    expect(card.results.find(({ id }) => id === 'mail-ret-unknown')).toEqual({
      id: 'mail-ret-unknown',
      group: 'MAIL',
      clause: 'RFC 3461 §5.1(a)',
      level: 'MUST',
      title: 'an unknown value of RET is refused with 501',
      result: 'fail',
      detail: '250 2.0.0 ok',
      transcript: ['C: MAIL FROM:<probe@example.org> RET=SOME', 'S: 250 2.0.0 ok', 'C: RSET', 'S: 250 2.0.0 ok'],
    });
  });

  it('RFC 5321 §3.8: 421 is obeyed at once; exit code 2', async () => {
    let mails = 0;
    const {
      ran,
      card,
      toy: server,
    } = await probe((line) => {
      if (line.startsWith('EHLO')) return hello;
      return line.startsWith('MAIL') && ++mails > 5 ? '421 4.3.2 too busy' : '250 2.0.0 ok';
    });
    expect(ran.code).toBe(2);
    expect(card.stopped).toBe('421 4.3.2 too busy');
    expect(server.connections).toBe(1);
    expect(server.lines.at(-1)).toMatch(/^MAIL/);
  });

  it('RFC 5321 §4.2.1: a server that takes no more for now is not said to break a rule', async () => {
    let mails = 0;
    const { ran, card } = await probe((line) => {
      const tooMuch = /^MAIL/i.test(line) && ++mails > 8;
      return tooMuch ? '450 4.7.1 too much mail from you' : conforming(line);
    });
    expect(ran.code).toBe(2);
    expect(card.stopped).toBe('450 4.7.1 too much mail from you');
    expect(idsOf(card, 'fail').concat(idsOf(card, 'note'))).toEqual([]);
  });

  it('RFC 5321 §4.2.1: who puts off a parameter, and nothing but that, breaks one', async () => {
    const { ran, card } = await probe((line) => (line.includes('ENVID=QQ') ? '451 4.3.0 eh?' : conforming(line)));
    expect(ran.code).toBe(1);
    expect(card.stopped).toBe(null);
    expect(idsOf(card, 'fail')).toEqual(['mail-envid', 'mail-both']);
  });

  it('a server that hangs up again and again is left alone', async () => {
    const {
      ran,
      card,
      toy: server,
    } = await probe((line) => {
      if (line.startsWith('EHLO')) return hello;
      return line.includes('RET=') ? '99 nonsense' : '250 2.0.0 ok';
    });
    expect(ran.code).toBe(2);
    expect(card.stopped).toContain('Not a reply: "99 nonsense"');
    expect(server.connections).toBeLessThanOrEqual(3);
  });

  it('RFC 5321 §4.1.1.11: without DSN only its refusal is tested, and nothing else is wrong with that', async () => {
    const { ran, card } = await probe((line) => {
      if (line.startsWith('EHLO')) return '250 toy.example';
      return /RET|NOTIFY/.test(line) ? '555 no' : '250 ok';
    });
    expect(ran.code).toBe(0);
    expect(card.results.map(({ id, result }) => `${result} ${id}`)).toEqual([
      'note dsn-announced', 'pass verbs-case', 'skip pipelining', 'pass mail-ret-without-dsn', 'pass rcpt-notify-without-dsn', 'skip status-codes',
    ]); // prettier-ignore
    expect((await probe((line) => (line.startsWith('EHLO') ? '250 toy.example' : '250 ok'))).ran.code).toBe(1);
  });

  it('--strict counts notes, too', async () => {
    const refusing = (line: string): string =>
      conforming(line).startsWith('501') ? '500 5.5.2 what?' : conforming(line);
    expect((await probe(refusing)).ran.code).toBe(0);
    expect((await probe(refusing, '--strict')).ran.code).toBe(1);
  });

  it('RFC 2034 §4: replies without codes are told', async () => {
    const { card } = await probe((line) => conforming(line).replace('501 5.5.4', '501'));
    expect(card.results.find(({ id }) => id === 'status-codes')).toMatchObject({
      result: 'fail',
      detail: expect.stringMatching(/^\d+ without, the first: MAIL FROM:<probe@example\.org> RET=SOME -> 501 syntax$/),
    });
  });

  it('what the recipient is refused for says nothing about parameters', async () => {
    const { ran, card } = await probe((line) => (line.startsWith('RCPT') ? '550 5.7.1 no relaying' : conforming(line)));
    expect(ran.code).toBe(0);
    expect(card.results.filter(({ id }) => id.startsWith('rcpt-')).every(({ result }) => result === 'skip')).toBe(true);
    expect(card.results.find(({ id }) => id === 'rcpt-never')?.detail).toBe(
      'the recipient is refused anyway (550); name another one with --to',
    );
  });

  it('a sender that is refused ends the test with one line', async () => {
    const { ran } = await probe((line) => (line.startsWith('MAIL') ? '550 5.7.1 not you' : conforming(line)));
    expect(ran).toMatchObject({
      code: 2,
      stdout: '',
      stderr: 'dsn: MAIL FROM:<probe@example.org> is refused (550 5.7.1 not you); name another sender with --from\n',
    });
  });

  it('what can not be written or listened on is told before the server is asked anything', async () => {
    const file = join(folder.path, 'no-folder', 'card.html');
    for (const [output, why] of [
      [file, 'no such file or folder'],
      [folder.path, 'is a folder'],
    ] as const) {
      const { ran, toy: unasked } = await probe(conforming, '-o', output);
      expect(ran).toMatchObject({ code: 2, stderr: `dsn: --output ${output}: ${why}\n` });
      expect(unasked.connections).toBe(0);
      await unasked.stop();
    }
    const busy = createServer();
    await new Promise<void>((resolve) => busy.listen(0, '127.0.0.1', resolve));
    const listen = `127.0.0.1:${(busy.address() as AddressInfo).port}`;
    const { ran, toy: asked } = await probe(conforming, '--deliver', '--domain', 'probe.test', '--listen', listen);
    busy.close();
    expect(ran.code).toBe(2);
    expect(ran.stderr).toMatch(/^dsn: listen EADDRINUSE[^\n]*\n$/);
    expect(asked.connections).toBe(0);
  });

  it('--tls-ca without --tls would check nothing: it is refused', async () => {
    expect((await probe(conforming, '--tls-ca', 'ca.pem')).ran).toMatchObject({
      code: 2,
      stderr: 'dsn: --tls-ca and --tls-name need --tls\n',
    });
  });

  it('a port that does not speak TLS is told in one line', async () => {
    const { ran } = await probe(conforming, '--tls', 'implicit');
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toMatch(/^dsn: 127\.0\.0\.1:\d+: no TLS: [a-z ]+\n$/);
  });

  it('prints the card for people, as JUnit and as a page, and nothing of a stranger is obeyed', async () => {
    const hostile = (line: string): string =>
      line.startsWith('EHLO') ? hello : line.includes('RET=SOME') ? '250 2.0.0 <b>"&\u001b[2J' : conforming(line);
    toy = new ToyServer(hostile);
    const host = await toy.listen();
    const text = await dsn(['probe', host]);
    expect(text.stdout).toMatch(
      /^127\.0\.0\.1:\d+: toy\.example ESMTP\n {2}announces: DSN, ENHANCEDSTATUSCODES\n\nannouncement\n {2}pass {2}RFC 3461 §3 {9} DSN is announced\n/,
    );
    expect(text.stdout).toContain(
      '  FAIL  RFC 3461 §5.1(a)     an unknown value of RET is refused with 501\n        250 2.0.0 <b>"& [2J\n          C: MAIL FROM:<probe@example.org> RET=SOME\n',
    );
    expect(text.stdout).toMatch(/\n\d+ passed, 1 failed, 0 noted, 2 left out\n$/);
    const file = join(folder.path, 'card.xml');
    expect((await dsn(['probe', host, '--junit', '-o', file])).code).toBe(1);
    const junit = readFileSync(file, 'utf8');
    expect(junit).toContain('<failure message="250 2.0.0 &lt;b&gt;&quot;&amp;?[2J">');
    expect(junit).toMatch(/tests="\d+" failures="1" skipped="2"/);
    const { stdout: html } = await dsn(['probe', host, '--html']);
    expect(html).toContain('<td>fail</td><td>RFC 3461 §5.1(a)</td>');
    expect(html).not.toMatch(/<b>|\u001b|<script|https?:/);
  });
});

describe('dsn matrix', () => {
  it('sets cards side by side, with the dialogue of each deviation', async () => {
    const files = [join(folder.path, 'good.json'), join(folder.path, 'bad.json')] as const;
    await probe(conforming, '-o', files[0]);
    await toy?.stop();
    await probe((line) => (line.includes('RET=SOME') ? '250 2.0.0 a|b' : conforming(line)), '-o', files[1]);
    const { stdout, code } = await dsn(['matrix', files[0], `Bad=${files[1]}`]);
    expect(code).toBe(0);
    expect(stdout).toContain('| clause | check | toy.example ESMTP | Bad |\n| --- | --- | --- | --- |\n');
    expect(stdout).toContain('| RFC 3461 §5.1(a) | an unknown value of RET is refused with 501 | yes | **no** |\n');
    expect(stdout).toContain('## toy.example ESMTP\n\ntoy.example ESMTP, ');
    expect(stdout).toContain('No deviations.');
    expect(stdout).toContain('- RFC 3461 §5.1(a): an unknown value of RET is refused with 501. 250 2.0.0 a\\|b\n');
    expect(stdout).toContain('\n  ```\n  C: MAIL FROM:<probe@example.org> RET=SOME\n  S: 250 2.0.0 a|b\n  C: RSET\n');
  });

  it('tells what is no card', async () => {
    expect((await dsn(['matrix', join(folder.path, 'none.json')])).stderr).toMatch(
      /none\.json: no such file or folder\n$/,
    );
    expect((await dsn(['matrix', new URL('../package.json', import.meta.url).pathname])).stderr).toMatch(
      /not a card of dsn probe --json\n$/,
    );
    const file = join(folder.path, 'card.json');
    for (const text of ['null', '[]', '{"results":[]}', '{"greeting":"a","date":"b","results":[{}]}']) {
      writeFileSync(file, text);
      const told = { code: 2, stdout: '', stderr: `dsn: ${file}: not a card of dsn probe --json\n` };
      expect(await dsn(['matrix', file])).toMatchObject(told);
    }
  });
});

describe('dsn probe --deliver, against our own server', () => {
  it('RFC 3461 §5.2 §6: relays and reports are right, clause by clause', async () => {
    const port = await freePort();
    const server = await startServer(folder.path, { 'probe.test': `smtp://127.0.0.1:${port}` });
    try {
      const options = [
        '--deliver',
        '--domain',
        'probe.test',
        '--listen',
        `127.0.0.1:${port}`,
        '--wait',
        '20',
        '--json',
      ];
      const ran = await dsn(['probe', `127.0.0.1:${server.port}`, ...options]);
      const card = JSON.parse(ran.stdout) as Card;
      expect(card.results.filter(({ result }) => result === 'fail' || result === 'note')).toEqual([]);
      expect(idsOf(card, 'skip')).toEqual([]);
      expect(ran.code).toBe(0);
      expect(idsOf(card, 'pass')).toEqual(
        expect.arrayContaining([
          'relay-orcpt',
          'relay-plain',
          'report-relayed',
          'report-diagnostic',
          'report-lint-failure',
        ]),
      );
      expect(ran.stderr).toMatch(/^waiting up to 20 s for messages and reports \(next hop with DSN\)\nwaiting/);
    } finally {
      await server.stop();
    }
  });
});
