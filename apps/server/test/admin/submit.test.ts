import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { open as openFile, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { openIdempotencyFile, KEY_WINDOW_MS } from '../../src/adapters/files/idempotency-file.ts';
import { canonicalLines } from '../../src/admin/canonical-lines.ts';
import { composeMessage } from '../../src/admin/compose.ts';
import type { MailEvent } from '../../src/model.ts';
import { startApi, type ApiServer } from './api-server.ts';

let server: ApiServer;
beforeAll(async () => {
  server = await startApi({
    toml: '[limits]\nmessage-size-octets = 20000\nmax-recipients = 100',
  });
});
afterAll(() => server.stop());

interface Accepted {
  readonly id: string;
}
async function submit(
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Accepted & { status: number }> {
  const response = await server.post('/api/v1/messages', body, headers);
  return { ...((await response.json()) as Accepted), status: response.status };
}

const to = (...addresses: string[]) => addresses.map((address) => ({ address }));

async function contentOf(id: string): Promise<string> {
  await server.event((event) => event.kind === 'deferred' && event.messageId === id);
  return await (await server.get(`/api/v1/messages/${id}/content`)).text();
}

describe('submitting', () => {
  it('RFC 5322 §3.5: takes no NUL, and no address with what ends a line for some reader, as with SMTP', async () => {
    const sound = { from: 'alice@example.org', recipients: to('4.2.1@simulator.test'), raw: 'Subject: x\n\nx' };
    expect((await submit({ ...sound, raw: 'Subject: x\n\nx\0y' })).status).toBe(422);
    for (const each of ['\n', '\u0085', '\u009b', '\u2028', '\u2029']) {
      const bad = `"a${each}b"@simulator.test`;
      for (const wrong of [
        { ...sound, from: bad },
        { ...sound, recipients: to(bad) },
        { ...sound, raw: undefined, message: { to: [`Bob <${bad}>`] } },
        { ...sound, raw: undefined, message: { from: bad } },
      ])
        expect([wrong, (await submit(wrong)).status]).toEqual([wrong, 400]);
    }
  });

  it('RFC 6531 §3.4: an address beyond ASCII brings SMTPUTF8 with it, whatever the envelope id is called', async () => {
    const { id } = await submit({
      from: 'alice@example.org',
      envelopeId: 'before-smtputf8',
      recipients: to('4.2.1@simulator.test', 'josé@4.2.1.example'),
      raw: 'Subject: x\n\nx',
    });
    const stored = (await server.store.find(id))?.message.mailParameters;
    expect(stored).toBe('ENVID=before-smtputf8 SMTPUTF8');
  });

  it('keeps wishes for reports as MAIL and RCPT would have brought them', async () => {
    const { id, status } = await submit({
      from: 'alice@example.org',
      envelopeId: 'a+b=c',
      ret: 'full',
      recipients: [
        { address: '4.2.1@simulator.test', notify: ['delay', 'success'], orcpt: 'rfc822;bob+x@example.net' },
        { address: '4.3.1@simulator.test', notify: 'never' },
        { address: 'josé@simulator.test' },
      ],
      raw: 'Subject: x\n\nx',
    });
    expect(status).toBe(202);
    const queued = (await (await server.get(`/api/v1/queue/${id}`)).json()) as {
      readonly parameters: string;
      readonly recipients: readonly { readonly address: string; readonly parameters: string }[];
    };
    expect(queued.parameters).toBe('RET=FULL ENVID=a+2Bb+3Dc SMTPUTF8');
    const parameters = Object.fromEntries(queued.recipients.map((one) => [one.address, one.parameters]));
    expect(parameters).toMatchObject({
      '4.2.1@simulator.test': 'NOTIFY=SUCCESS,DELAY ORCPT=rfc822;bob+2Bx@example.net',
      '4.3.1@simulator.test': 'NOTIFY=NEVER',
    });
  });

  it('RFC 4865 §4.2: holds a message until the time that it is given, in JSON and in the query, and takes it back', async () => {
    const holdUntil = new Date(Date.now() + 3_600_500).toISOString();
    const said = { from: 'alice@example.org', recipients: to('ok@simulator.test'), raw: 'Subject: x\n\nx', holdUntil };
    const whole = `${holdUntil.slice(0, 19)}Z`;
    const { id } = await submit(said);
    const asBody = await server.get(
      `/api/v1/messages?from=alice@example.org&to=ok@simulator.test&holdUntil=${holdUntil}`,
      { method: 'POST', body: said.raw, headers: { 'Content-Type': 'message/rfc822' } },
    );
    const other = (await asBody.json()) as Accepted;
    for (const each of [id, other.id]) {
      expect(await (await server.get(`/api/v1/queue/${each}`)).json()).toMatchObject({
        parameters: `HOLDUNTIL=${whole}`,
        recipients: [{ state: 'waiting', nextAttemptAt: new Date(whole).toISOString() }],
      });
      expect((await server.post('/api/v1/queue/drop', { messageId: each })).status).toBe(200);
    }
  });

  it('RFC 4865 §4.2(7): holds none for longer than max-hold, and takes no time that is none', async () => {
    const said = { from: 'alice@example.org', recipients: to('ok@simulator.test'), raw: 'Subject: x\n\nx' };
    const tooLate = new Date(Date.now() + 31 * 86_400_000).toISOString();
    expect((await submit({ ...said, holdUntil: tooLate })).status).toBe(422);
    expect((await submit({ ...said, holdUntil: 'tomorrow' })).status).toBe(400);
  });

  it('takes a message as it is, with its envelope in the query, and gives it a trace, Date and Message-ID', async () => {
    const response = await fetch(
      new URL(
        '/api/v1/messages?from=alice@example.org&to=4.2.1@simulator.test&notify=FAILURE&envelopeId=q',
        server.url,
      ),
      {
        method: 'POST',
        headers: { 'Content-Type': 'message/rfc822' },
        body: 'From: alice@example.org\nTo: x\n\nline\r.\n',
      },
    );
    expect(response.status).toBe(202);
    const { id } = (await response.json()) as Accepted;
    expect(await contentOf(id)).toMatch(
      new RegExp(
        `^Received: from \\[127\\.0\\.0\\.1\\]\r\n\tby mx\\.example\\.org with HTTP id ${id}\r\n\tfor <4\\.2\\.1@simulator\\.test>;\r\n\t.* \\+0000\r\n` +
          `Date: .*\r\nMessage-ID: <${id}@mx\\.example\\.org>\r\nFrom: alice@example\\.org\r\nTo: x\r\n\r\nline\r\n\\.\r\n$`,
      ),
    );
  });

  it('tells what is wrong inside of a list that had a choice, and not that a list is none', async () => {
    const recipients = [{ address: 'ok@simulator.test', notify: ['failure', 'never'] }];
    const response = await server.post('/api/v1/messages', { from: 'a@b.example', recipients, raw: 'Subject: x' });
    const { errors } = (await response.json()) as { readonly errors: readonly unknown[] };
    expect([response.status, errors]).toEqual([
      400,
      [
        {
          where: 'body.recipients.0.notify.1',
          message: 'is not allowed: expected "success" or "failure" or "delay"',
        },
      ],
    ]);
  });

  it.each([
    [{ from: 1, recipients: to('a@b.c'), raw: '' }, 'body.from', 'a string'],
    [{ from: '', recipients: 'a@b.c', raw: '' }, 'body.recipients', 'an array'],
    [{ from: '', recipients: ['a@b.c'], raw: '' }, 'body.recipients.0', 'an object'],
    [{ from: '', recipients: [], raw: '' }, 'body.recipients', 'at least 1'],
    [
      { from: '', recipients: [{ address: 'a@b.c', notify: 'NEVER' }], raw: '' },
      'body.recipients.0.notify',
      '"never" or an array',
    ],
    [7, 'body', 'an object'],
  ])('tells what is expected in the words of JSON: %j', async (body, where, expected) => {
    const { errors } = (await (await server.post('/api/v1/messages', body)).json()) as { readonly errors: unknown };
    expect(errors).toEqual([{ where, message: `is not allowed: expected ${expected}` }]);
  });

  it('tells of every fault at once, and takes nothing', async () => {
    const response = await server.post('/api/v1/messages', {
      from: 'alice@example.org',
      envelopeId: 'ü',
      recipients: [{ address: 'no address' }, { address: 'ok@simulator.test', orcpt: 'rfc822;ü@x' }],
      raw: 'a: b\n\n',
    });
    expect(response.status).toBe(422);
    const { errors } = (await response.json()) as { readonly errors: readonly { readonly where: string }[] };
    expect(errors.map(({ where }) => where)).toEqual(['body.from', 'body.recipients.0', 'body.recipients.1']);
  });

  it.each([
    ['no recipients', { from: '', recipients: [], raw: '' }, 400],
    [
      'too many recipients',
      { from: '', recipients: to(...Array.from({ length: 101 }, (_, i) => `${i}@b.c`)), raw: '' },
      422,
    ],
    ['message and raw', { from: '', recipients: to('a@b.c'), raw: '', message: {} }, 400],
    ['neither', { from: '', recipients: to('a@b.c') }, 400],
    ['NEVER among others', { from: '', recipients: [{ address: 'a@b.c', notify: ['never'] }], raw: '' }, 400],
    ['a field smuggled in', { from: '', recipients: to('a@b.c'), message: { subject: 'x\r\nBcc: y' } }, 400],
    ['a name that is none', { from: '', recipients: to('a@b.c'), message: { headers: { 'X Y': '1' } } }, 400],
    ...['From', 'date', 'Subject', 'Content-Type', 'MIME-Version'].map((name): [string, unknown, number] => [
      `RFC 5322 §3.6: a second ${name}`,
      { from: '', recipients: to('a@b.c'), message: { headers: { [name]: 'x' } } },
      400,
    ]),
    ['a message too large', { from: '', recipients: to('a@b.c'), raw: 'x'.repeat(20_001) }, 413],
  ])('refuses %s', async (_, body, status) => {
    expect((await submit(body)).status).toBe(status);
  });
});

describe('Idempotency-Key', () => {
  const body = { from: '', recipients: to('ok@simulator.test'), raw: 'a: b\n\n' };

  it('the same request, one after the other or side by side, is one message', async () => {
    const headers = { 'Idempotency-Key': 'once' };
    const answers = await Promise.all([submit(body, headers), submit(body, headers), submit(body, headers)]);
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    const again = await server.post('/api/v1/messages', body, headers);
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([202, 'true']);
    expect(await again.json()).toMatchObject({ id: answers[0].id });
    expect((await submit({ ...body, from: 'x@y.z' }, headers)).status).toBe(409);
    expect((await submit(body)).id).not.toBe(answers[0].id);
  });

  it('a request that was refused may be put right under the same key', async () => {
    const headers = { 'Idempotency-Key': 'twice' };
    expect((await submit({ ...body, recipients: to('no address') }, headers)).status).toBe(422);
    expect((await submit(body, headers)).status).toBe(202);
  });

  it('a key that is none is told so', async () => {
    expect((await submit(body, { 'Idempotency-Key': 'a b' })).status).toBe(400);
  });
});

describe('keys in a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dsnd-keys-'));
  const path = join(folder, 'keys.jsonl');
  afterEach(() => rmSync(path, { force: true }));
  afterAll(() => rmSync(folder, { recursive: true }));
  const record = { key: 'k', fingerprint: 'f', messageId: 'm1', atMs: 1000 };

  it('are known over a restart, answered or not, until their time is over', async () => {
    let nowMs = 1000;
    const open = () => openIdempotencyFile(path, () => nowMs);
    const first = await open();
    expect(await first.claim(record)).toEqual(record);
    await first.close();
    const second = await open();
    expect(await second.claim({ ...record, messageId: 'm2' })).toEqual(record);
    await second.finish('k', '{"id":"m1"}');
    await second.claim({ ...record, key: 'gone' });
    await second.forget('gone');
    await second.close();
    // A line that a crash cut off.
    appendFileSync(path, '{"key":"k","messageId":"m9"');
    const third = await open();
    expect(await third.claim({ ...record, messageId: 'm3' })).toEqual({ ...record, answer: '{"id":"m1"}' });
    expect(await third.claim({ ...record, key: 'gone', messageId: 'm4' })).toMatchObject({ messageId: 'm4' });
    nowMs += KEY_WINDOW_MS;
    const late = { ...record, messageId: 'm5', atMs: nowMs };
    expect(await third.claim(late)).toEqual(late);
    await third.close();
    expect(readFileSync(path, 'utf8')).toContain('m5');
  });

  it('are not taken once the file is closed: nothing of them would be known over a restart', async () => {
    const keys = await openIdempotencyFile(path, () => 1000);
    await keys.close();
    await expect(keys.claim(record)).rejects.toThrow('closed');
  });

  it('are forgotten after their time while the server runs, too, though each of them was answered', async () => {
    const lines = (count: number, name: string, atMs: number) =>
      Array.from({ length: count }, (_, index) => ({ ...record, key: `${name}-${index}`, atMs }));
    writeFileSync(
      path,
      lines(6_000, 'old', 1_000)
        .map((line) => `${JSON.stringify(line)}\n`)
        .join(''),
    );
    let nowMs = 1_000;
    const keys = await openIdempotencyFile(path, () => nowMs);
    nowMs += KEY_WINDOW_MS;
    const synced = await unsynced();
    for (const line of lines(4_000, 'new', nowMs)) {
      await keys.claim(line);
      await keys.finish(line.key, '{"id":"m1"}');
    }
    await keys.close();
    synced.mockRestore();
    const kept = readFileSync(path, 'utf8');
    expect([kept.includes('"new-0"'), kept.includes('"old-')]).toEqual([true, false]);
  });
});

/** Writes to files are not synced until that is restored. */
async function unsynced() {
  const handle = await openFile(tmpdir());
  const prototype = Object.getPrototypeOf(handle) as FileHandle;
  await handle.close();
  return vi.spyOn(prototype, 'datasync').mockResolvedValue();
}

it('a key that was written after a write that failed half way is known over a restart', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'dsnd-torn-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'keys.jsonl');
  const open = () => openIdempotencyFile(path, () => 1000);
  const record = (key: string) => ({ key, fingerprint: 'f', messageId: `m-${key}`, atMs: 1000 });
  const keys = await open();
  await keys.claim(record('before'));
  // A disk that is full takes the start of a line, and has room again after that.
  const handle = await openFile(path);
  const prototype = Object.getPrototypeOf(handle) as FileHandle;
  await handle.close();
  const full = vi.spyOn(prototype, 'datasync').mockImplementationOnce(() => {
    truncateSync(path, statSync(path).size - 10);
    return Promise.reject(new Error('no space left on device'));
  });
  onTestFinished(() => full.mockRestore());
  await expect(keys.claim(record('half'))).rejects.toThrow('no space');
  await keys.claim(record('after'));
  await keys.close();
  const again = await open();
  for (const key of ['before', 'after'])
    expect(await again.claim({ ...record(key), messageId: 'other' })).toEqual(record(key));
  await again.close();
});

it('an accepted message whose answer was lost with the server is not taken twice', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'dsnd-lost-'));
  const keys = await openIdempotencyFile(join(folder, 'keys.jsonl'), () => 0);
  const accepted: MailEvent[] = [];
  const { makeSubmit } = await import('../../src/admin/submit.ts');
  const { submitParts } = await import('./submit-parts.ts');
  const known = new Set<string>();
  const parts = submitParts({ keys, known, events: { emit: (event) => void accepted.push(event) } });
  const submission = { from: '', recipients: to('ok@simulator.test'), content: new Uint8Array(), client: '::1' };
  // The queue took it, but the server stopped before it could say so.
  const stopped = { ...keys, finish: () => Promise.reject(new Error('stopped')), claim: keys.claim.bind(keys) };
  const torn = makeSubmit({ ...parts, keys: { ...stopped, forget: keys.forget.bind(keys) } });
  await expect(torn({ ...submission, idempotencyKey: 'k' })).rejects.toThrow('stopped');
  const answer = await makeSubmit(parts)({ ...submission, idempotencyKey: 'k' });
  expect(answer).toMatchObject({ isRepeated: true, submitted: { id: accepted[0]?.messageId } });
  expect(accepted).toHaveLength(1);
  await keys.close();
  rmSync(folder, { recursive: true });
});

describe('messages made of parts', () => {
  const text = (octets: Uint8Array): string => new TextDecoder().decode(octets);

  it('RFC 5322 §2.1.1: long values of header fields are folded', () => {
    const subject = 'word '.repeat(390).trim();
    const written = text(composeMessage({ from: 'a@b.c', to: ['d@e.f'], subject, text: 'x' }, 0, 'b'));
    expect(Math.max(...written.split('\r\n').map(({ length }) => length))).toBeLessThanOrEqual(998);
    expect(written.replaceAll('\r\n ', ' ')).toContain(`Subject: ${subject}\r\n`);
  });

  it.each([
    ['a@b.c', 'a@b.c'],
    [' <a@b.c> ', '<a@b.c>'],
    ['Al  <a@b.c>', 'Al <a@b.c>'],
    ['"A, B" <a@b.c>', '"A, B" <a@b.c>'],
    ['A <b> <a@b.c>', '"A <b>" <a@b.c>'],
    ['A "b" C<a@b.c>', '"A \\"b\\" C" <a@b.c>'],
    ['A <a@b.c> b', 'A <a@b.c> b'],
    ['A <a@b.c>>', 'A <a@b.c>>'],
  ])('RFC 5322 §3.4: %j stands as %j', (from, written) => {
    const octets = composeMessage({ from, to: [], text: '' }, 0, 'b');
    expect(new TextDecoder().decode(octets).split('\r\n', 1)).toEqual([`From: ${written}`]);
  });

  it('are plain where they can be, and ASCII always', () => {
    const plain = text(composeMessage({ from: 'A. B <a@b.c>', to: ['d@e.f'], subject: 'hi', text: 'x\ny' }, 0, 'b'));
    expect(plain).toBe(
      'From: "A. B" <a@b.c>\r\nTo: d@e.f\r\nSubject: hi\r\nDate: Thu, 01 Jan 1970 00:00:00 +0000\r\nMIME-Version: 1.0\r\n' +
        'Content-Type: text/plain; charset=us-ascii\r\n\r\nx\r\ny\r\n',
    );
    const both = text(
      composeMessage(
        { from: 'José <a@b.c>', to: [], cc: ['x@y.z'], text: 'é', html: `<p>${'x'.repeat(2000)}</p>` },
        0,
        'b',
      ),
    );
    expect(both).toMatch(/^From: =\?utf-8\?B\?Sm9zw6k=\?=\r\n <a@b\.c>\r\nCc: x@y\.z\r\n/);
    expect(both).toContain('boundary="b"');
    expect(both).not.toMatch(/[^\r\n\u0020-\u007e]/);
    expect(Math.max(...both.split('\r\n').map((line) => line.length))).toBeLessThan(999);
  });

  it('RFC 5321 §2.3.8: every line ends in CRLF, whatever it came with', () => {
    const canonical = (line: string): string => text(canonicalLines(new TextEncoder().encode(line)));
    expect(canonical('a\nb\r\nc\rd')).toBe('a\r\nb\r\nc\r\nd\r\n');
    expect(canonical('a\r\n')).toBe('a\r\n');
    expect(canonical('a\r')).toBe('a\r\n');
    expect(canonical('\n\n')).toBe('\r\n\r\n');
    expect(canonical('')).toBe('');
  });
});
