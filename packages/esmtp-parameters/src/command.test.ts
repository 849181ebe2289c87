import { existsSync, readFileSync, readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fault } from '../test/fault.ts';
import {
  formatMailCommand,
  formatRcptCommand,
  parseMailCommand,
  parseRcptCommand,
  readMailParameters,
  readRcptParameters,
} from './index.ts';

const DSN = new Set(['DSN']);

describe('parseMailCommand', () => {
  it('RFC 3461 §4 R3461-4-a: parameters follow the path, in any order', () => {
    expect(parseMailCommand('MAIL FROM:<a@b> RET=HDRS ENVID=x')).toEqual({
      reversePath: { kind: 'mailbox', wire: 'a@b', address: 'a@b', localPart: 'a', domain: 'b' },
      parameters: [
        { keyword: 'RET', value: 'HDRS' },
        { keyword: 'ENVID', value: 'x' },
      ],
    });
    expect(parseMailCommand('mAiL fRoM:<> ENVID=x RET=HDRS').parameters.map(({ keyword }) => keyword)).toEqual([
      'ENVID',
      'RET',
    ]);
    expect(fault(() => parseMailCommand('MAIL RET=HDRS FROM:<a@b>'))).toMatchObject({ reply: '501 5.5.2' });
  });

  it.each([
    ['', 0, '500 5.5.1'],
    ['RCPT TO:<a@b>', 0, '500 5.5.1'],
    ['MAILX', 4, '500 5.5.1'],
    ['MAI', 3, '500 5.5.1'],
    ['MAIL', 4, '501 5.5.2'],
    ['MAIL ', 5, '501 5.5.2'],
    ['MAIL TO:<a@b>', 5, '501 5.5.2'],
    ['MAIL FROM <a@b>', 9, '501 5.5.2'],
    ['MAIL  FROM:<a@b>', 5, '501 5.5.2'],
    ['MAIL FROM :<a@b>', 9, '501 5.5.2'],
    ['MAIL\tFROM:<a@b>', 4, '501 5.5.2'],
    ['MAIL FROM: <a@b>', 10, '501 5.1.7'],
    ['MAIL FROM:a@b', 10, '501 5.1.7'],
    ['MAIL FROM:', 10, '501 5.1.7'],
    ['MAIL FROM:<a@b', 14, '501 5.1.7'],
    ['MAIL FROM:<a@b>RET=FULL', 15, '501 5.5.4'],
    ['MAIL FROM:<a@b>  RET=FULL', 16, '501 5.5.4'],
    ['MAIL FROM:<a@b> RET=', 20, '501 5.5.4'],
    ['MAIL FROM:<a@b>\t', 16, undefined],
    ['MAIL FROM:<a@b> \t ', 18, undefined],
    ['MAIL FROM:<a@b> RET=FULL  ', 26, undefined],
    ['MAIL FROM:<> ', 13, undefined],
  ])('RFC 5321 §4.1.1.2 R5321-3.3-b: %j', (line, offset, reply) => {
    const told = fault(() => parseMailCommand(line));
    if (reply === undefined) expect(told).toBeUndefined();
    else expect(told).toMatchObject({ offset, reply });
  });

  it('RFC 5321 §4.1.1: white space at the end of the line is tolerated and says nothing', () => {
    expect(parseMailCommand('MAIL FROM:<a@b> SIZE=1 \t').parameters).toEqual([{ keyword: 'SIZE', value: '1' }]);
  });

  it('RFC 6531 §3.5: an address beyond ASCII needs SMTPUTF8 in the same command', () => {
    expect(parseMailCommand('MAIL FROM:<josé@x> BODY=8BITMIME smtputf8').reversePath.localPart).toBe('josé');
    expect(fault(() => parseMailCommand('MAIL FROM:<josé@x> BODY=8BITMIME'))).toEqual({
      code: 'needs-smtputf8',
      offset: 14,
      reply: '550 5.6.7',
    });
    expect(fault(() => parseMailCommand('MAIL FROM:<a@x> X=é'))).toEqual({
      code: 'needs-smtputf8',
      offset: 18,
      keyword: 'X',
      reply: '501 5.5.4',
    });
  });
});

describe('parseRcptCommand', () => {
  it('RFC 5321 §4.1.1.3: <Postmaster> and source routes', () => {
    expect(parseRcptCommand('rcpt to:<postmaster>').forwardPath.kind).toBe('postmaster');
    expect(parseRcptCommand('RCPT TO:<@x:a@b> NOTIFY=NEVER')).toMatchObject({
      forwardPath: { wire: '@x:a@b', address: 'a@b' },
      parameters: [{ keyword: 'NOTIFY', value: 'NEVER' }],
    });
  });

  it.each([
    ['MAIL FROM:<a@b>', '500 5.5.1'],
    ['RCPT', '501 5.5.2'],
    ['RCPT TO', '501 5.5.2'],
    ['RCPT TO:', '501 5.1.3'],
    ['RCPT TO:<>', '501 5.1.3'],
    ['RCPT TO: <a@b>', '501 5.1.3'],
    ['RCPT TO:<a_\x01@b>', '501 5.1.3'],
    ['RCPT TO:<a@b> =x', '501 5.5.4'],
  ])('RFC 5321 §4.1.1.3 R5321-4.1.2-f: %j is answered %s', (line, reply) => {
    expect(fault(() => parseRcptCommand(line))).toMatchObject({ reply });
  });

  it.each([
    ['RCPT TO:<josé@x>', 12, '553 5.6.7'],
    ['RCPT TO:<"é"@x>', 10, '553 5.6.7'],
    ['RCPT TO:<a@exämple.org>', 13, '553 5.6.7'],
    ['RCPT TO:<@ä:a@b>', 10, '553 5.6.7'],
    ['RCPT TO:<a@b> ORCPT=utf-8;é@x', 26, '501 5.5.4'],
  ])('RFC 6531 §3.5: %s belongs into a transaction begun with SMTPUTF8', (line, offset, reply) => {
    expect(fault(() => parseRcptCommand(line))).toMatchObject({ code: 'needs-smtputf8', offset, reply });
    expect(fault(() => parseRcptCommand(line, { smtputf8: true }))).toBeUndefined();
  });
});

describe('formatMailCommand and formatRcptCommand', () => {
  it.each(['a@b>', 'a@b> X', 'a@b> X=1', 'a@b>,<c@d', 'a@b> é'])(
    'the path %j is at fault, not what follows it',
    (path) => {
      expect(fault(() => formatMailCommand({ reversePath: path, parameters: [] }))).toEqual({
        code: 'bad-path',
        offset: 14,
        reply: '501 5.1.7',
      });
      expect(fault(() => formatRcptCommand({ forwardPath: path, parameters: [] }))).toEqual({
        code: 'bad-path',
        offset: 12,
        reply: '501 5.1.3',
      });
    },
  );

  it('RFC 5321 §4.1.1.2: the line that says it', () => {
    expect(formatMailCommand({ reversePath: '', parameters: [] })).toBe('MAIL FROM:<>');
    expect(formatMailCommand({ reversePath: 'josé@x', parameters: [{ keyword: 'SMTPUTF8' }] })).toBe(
      'MAIL FROM:<josé@x> SMTPUTF8',
    );
    expect(
      formatRcptCommand({ forwardPath: 'Bob@Example.COM', parameters: [{ keyword: 'NOTIFY', value: 'SUCCESS' }] }),
    ).toBe('RCPT TO:<Bob@Example.COM> NOTIFY=SUCCESS');
    expect(formatRcptCommand({ forwardPath: 'é@x', parameters: [] }, { smtputf8: true })).toBe('RCPT TO:<é@x>');
  });

  it.each([
    ['a', 'bad-path'],
    ['a@b> NOTIFY=NEVER', 'bad-path'],
    ['a@b> X', 'bad-path'],
    ['a@b>\r\nDATA', 'bad-path'],
    ['a@b\r\n', 'bad-path'],
    ['é@x', 'needs-smtputf8'],
  ])('RFC 5321 §4.1.1.2: the path %j is not emitted', (path, code) => {
    expect(fault(() => formatMailCommand({ reversePath: path, parameters: [] }))).toMatchObject({ code });
    expect(fault(() => formatRcptCommand({ forwardPath: path, parameters: [] }))).toMatchObject({ code });
    const parameters = [{ keyword: 'X', value: ' ' }];
    expect(fault(() => formatRcptCommand({ forwardPath: 'a@b', parameters }))).toMatchObject({ code: 'syntax' });
  });

  it('RFC 3461 §5.2.1(d) R3461-5.2.1-d1: any line that is understood is written back to the octet', () => {
    const unit = fc.constantFrom('<a@b>', '<>', ' ', '@', 'X=', '=', 'RET=FULL', 'SMTPUTF8', 'é', '"', '\t', '<', '>');
    fc.assert(
      fc.property(fc.string({ unit }), fc.boolean(), (rest, smtputf8) => {
        const mail = `MAIL FROM:${rest}`;
        if (fault(() => parseMailCommand(mail)) === undefined) {
          const { reversePath, parameters } = parseMailCommand(mail);
          expect(formatMailCommand({ reversePath: reversePath.wire, parameters })).toBe(mail.replace(/[ \t]+$/, ''));
        }
        const rcpt = `RCPT TO:${rest}`;
        if (fault(() => parseRcptCommand(rcpt, { smtputf8 })) === undefined) {
          const { forwardPath, parameters } = parseRcptCommand(rcpt, { smtputf8 });
          const again = formatRcptCommand({ forwardPath: forwardPath.wire, parameters }, { smtputf8 });
          expect(again).toBe(rcpt.replace(/[ \t]+$/, ''));
        }
      }),
    );
  });
});

describe('whole commands', () => {
  const answer = (line: string): string => {
    const told = fault(() => {
      if (/^MAIL/i.test(line)) readMailParameters(parseMailCommand(line).parameters, DSN);
      else readRcptParameters(parseRcptCommand(line).parameters, DSN);
    });
    return told?.reply ?? '250';
  };

  it.each([
    ['MAIL FROM:<a@b.example> NOTIFY=NEVER', '555 5.5.4'],
    ['MAIL FROM:<a@b.example> ORCPT=rfc822;a', '555 5.5.4'],
    ['RCPT TO:<u@x.example> RET=FULL', '555 5.5.4'],
    ['RCPT TO:<u@x.example> ENVID=x', '555 5.5.4'],
    ['RCPT TO:<u@x.example> BY=120;R', '555 5.5.4'],
    ['RCPT TO:<u@x.example> MT-PRIORITY=3', '555 5.5.4'],
    ['MAIL FROM:<a@b.example> RRVS=2014-04-03T23:01:00Z', '555 5.5.4'],
    ['MAIL FROM:<a@b.example> FOO=bar', '555 5.5.4'],
    ['MAIL FROM:<a@b.example> SIZE=1', '555 5.5.4'],
    ['MAIL FROM:<a@b.example> DSN', '555 5.5.4'],
  ])('RFC 5321 §4.1.1.11 R5321-4.1.1.11-a R3461-2-c: %s is answered %s', (line, reply) => {
    expect(answer(line)).toBe(reply);
  });

  const examples = new URL('../../../../shared/spec/examples/', import.meta.url);
  const here = existsSync(examples);
  const json = (name: string): unknown => JSON.parse(readFileSync(new URL(name, examples), 'utf8'));

  it.skipIf(!here)('RFC 3461 §5.1 R3461-5.1-a2 R3461-5.1-b2: constructed vectors (needs ../shared)', () => {
    const vectors = json('rfc3461-5.1-constructed-command-vectors.json') as {
      readonly valid: readonly { readonly cmd: string }[];
      readonly invalid501: readonly string[];
      readonly unknown555: readonly string[];
    };
    for (const { cmd } of vectors.valid) expect([cmd, answer(cmd)]).toEqual([cmd, '250']);
    for (const cmd of vectors.invalid501) expect([cmd, answer(cmd)]).toEqual([cmd, '501 5.5.4']);
    for (const cmd of vectors.unknown555) expect([cmd, answer(cmd)]).toEqual([cmd, '555 5.5.4']);
  });

  it.skipIf(!here)('RFC 3461 §10: the commands of all published dialogues survive (needs ../shared)', () => {
    let seen = 0;
    for (const name of readdirSync(examples).filter((file) => file.endsWith('.session.json'))) {
      const { events } = json(name) as { readonly events: readonly { readonly from: string; readonly line: string }[] };
      for (const { from, line } of events) {
        if (from !== 'C') continue;
        if (line.startsWith('MAIL')) {
          const { reversePath, parameters } = parseMailCommand(line);
          expect(formatMailCommand({ reversePath: reversePath.wire, parameters })).toBe(line);
          expect(readMailParameters(parameters).extensions).toEqual([]);
        } else if (line.startsWith('RCPT')) {
          const { forwardPath, parameters } = parseRcptCommand(line);
          expect(formatRcptCommand({ forwardPath: forwardPath.wire, parameters })).toBe(line);
          expect(readRcptParameters(parameters).extensions).toEqual([]);
        } else continue;
        seen++;
      }
    }
    expect(seen).toBeGreaterThan(20);
  });
});
