import { describe, expect, it } from 'vitest';
import { parseConfig } from '../config.ts';
import type { Recipient } from '../model.ts';
import { expand, type ExpansionContext } from './expansion.ts';
import { listHeader } from './list-header.ts';
import { expandDestination, makeRouter } from './router.ts';

const router = makeRouter(
  parseConfig(
    `hostname = "mx.example.org"
store = "sqlite:data"
[[listen]]
address = "127.0.0.1:25"
[[route]]
match = "home.example"
to = "maildir:mail"
[[route]]
match = "*.nowhere.example"
to = "maildir:mail"
recipients = []
[[route]]
match = "away.example"
to = "smtp://192.0.2.1:25"
[[alias]]
address = "One@home.example"
to = ["b@away.example"]
[[alias]]
address = "many@home.example"
to = ["b@away.example", "many@home.example", "nobody@x.nowhere.example"]
[[alias]]
address = "outer@home.example"
to = ["secret@home.example", "staff@home.example", "one@home.example"]
[[alias]]
address = "secret@home.example"
to = ["hidden@away.example", "hidden@home.example"]
confidential = true
[[alias]]
address = "own@home.example"
to = ["own@home.example", "hidden@away.example"]
confidential = true
[[alias]]
address = "left@home.example"
to = ["right@home.example"]
[[alias]]
address = "right@home.example"
to = ["left@home.example"]
[[list]]
address = "staff@home.example"
owner = "owner@home.example"
members = ["Bob@away.example", "one@home.example", "bob@AWAY.example"]
`,
    'dsnd.toml',
    '/srv',
  ),
);

const context: ExpansionContext = {
  message: { reversePath: 'alice@example.org', mailParameters: 'RET=FULL ENVID=QQ314159 BODY=8BITMIME REQUIRETLS' },
  nextN: 7,
  nowMs: 1_000_000,
  postmaster: 'postmaster@mx.example.org',
};

function recipient(address: string, parameters = '', more: Partial<Recipient> = {}): Recipient {
  const times = { dueAtMs: 5, retryAtMs: 5, attempts: 0, delayReported: false };
  return { n: 0, address, parameters, destination: expandDestination, ...times, ...more };
}

const fresh = { attempts: 0, dueAtMs: 1_000_000, retryAtMs: 1_000_000, delayReported: false };

describe('an alias', () => {
  it('RFC 3461 §5.2.7.2 R3461-5.2.7.2-a R3461-5.2.7.2-b R3461-5.2.7-a: with one target passes everything on and reports nothing', () => {
    const parameters = 'NOTIFY=SUCCESS,FAILURE ORCPT=RFC822;one+2Bx@home.example';
    expect(expand(router, recipient('one@home.example', parameters), context)).toEqual({
      kind: 'forwarded',
      report: false,
      to: ['b@away.example'],
      children: [
        {
          n: 7,
          address: 'b@away.example',
          parameters,
          destination: 'smtp://192.0.2.1:25',
          shownAs: 'one@home.example',
          ...fresh,
        },
      ],
    });
  });

  it.each([
    ['NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;m@x', 'NOTIFY=FAILURE ORCPT=rfc822;m@x'],
    ['NOTIFY=SUCCESS', 'NOTIFY=NEVER'],
    ['NOTIFY=FAILURE', 'NOTIFY=FAILURE'],
    ['NOTIFY=NEVER', 'NOTIFY=NEVER'],
    ['', ''],
  ])(
    'RFC 3461 §5.2.7.3(c) R3461-5.2.7.3-c1 R3461-5.2.7.3-c4: with several targets "%s" goes on as "%s"',
    (parameters, passed) => {
      const expansion = expand(router, recipient('many@home.example', parameters), context);
      expect(expansion).toMatchObject({ kind: 'forwarded', report: true });
      expect(expansion.kind === 'forwarded' && expansion.children.map((child) => child.parameters)).toEqual([
        passed,
        passed,
        passed,
      ]);
    },
  );

  it('sends each target its way: a hop, its own mailbox, and to a failure of its own what has none', () => {
    const expansion = expand(router, recipient('many@home.example'), context);
    expect(expansion.kind === 'forwarded' && expansion.children).toMatchObject([
      { n: 7, address: 'b@away.example', destination: 'smtp://192.0.2.1:25' },
      { n: 8, address: 'many@home.example', destination: 'maildir:/srv/mail' },
      { n: 9, address: 'nobody@x.nowhere.example', destination: expandDestination },
    ]);
    expect(expand(router, recipient('nobody@x.nowhere.example'), context)).toEqual({
      kind: 'failed',
      failure: { status: '5.1.1', reason: 'There is no such mailbox here', atMs: 1_000_000 },
    });
  });

  it('RFC 3464 §2.3.2 R3464-2.3.2-b: children are shown as the address that was accepted, over several steps too', () => {
    const first = expand(router, recipient('Outer@home.example'), context);
    expect(first.kind === 'forwarded' && first.children).toMatchObject([
      { address: 'secret@home.example', shownAs: 'Outer@home.example', destination: expandDestination },
      { address: 'staff@home.example', shownAs: 'Outer@home.example', destination: expandDestination },
      { address: 'b@away.example', shownAs: 'Outer@home.example' },
    ]);
    const child = recipient('one@home.example', '', { shownAs: 'Outer@home.example', delayReported: true });
    const second = expand(router, child, context);
    expect(second).toMatchObject({ children: [{ shownAs: 'Outer@home.example', delayReported: true }] });
  });

  it('in a circle fails with 5.4.6', () => {
    expect(expand(router, recipient('left@home.example'), context)).toMatchObject({
      kind: 'failed',
      failure: { status: '5.4.6', atMs: 1_000_000 },
    });
  });

  it('that was taken out of the configuration meanwhile is a mailbox', () => {
    const was = recipient('was@home.example', 'NOTIFY=SUCCESS', { attempts: 1, delayReported: true });
    expect(expand(router, was, context)).toEqual({
      kind: 'forwarded',
      report: false,
      to: ['was@home.example'],
      children: [{ ...was, n: 7, destination: 'maildir:/srv/mail', dueAtMs: 1_000_000, retryAtMs: 1_000_000 }],
    });
  });
});

describe('a confidential alias', () => {
  it('RFC 5321 §6.3: that names itself means its own mailbox, and not itself once more', () => {
    const expansion = expand(router, recipient('own@home.example'), context);
    const { recipients } = expansion.kind === 'handed-over' ? expansion.post : { recipients: [] };
    expect(recipients.map(({ address, destination }) => [address, destination])).toEqual([
      ['own@home.example', 'maildir:/srv/mail'],
      ['hidden@away.example', 'smtp://192.0.2.1:25'],
    ]);
  });

  it('RFC 3461 §5.2.7.4 R3461-5.2.7.4-a: hands a new message over, with another return path and nothing that leads back; RFC 8689 §4.1 R8689-4.1-a: REQUIRETLS stays', () => {
    const asked = recipient('secret@home.example', 'NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;secret@home.example');
    expect(expand(router, asked, context)).toEqual({
      kind: 'handed-over',
      to: ['hidden@away.example', 'hidden@home.example'],
      post: {
        reversePath: 'postmaster@mx.example.org',
        mailParameters: 'BODY=8BITMIME REQUIRETLS',
        header: new Uint8Array(),
        recipients: [
          { n: 0, address: 'hidden@away.example', parameters: '', destination: 'smtp://192.0.2.1:25', ...fresh },
          { n: 1, address: 'hidden@home.example', parameters: '', destination: 'maildir:/srv/mail', ...fresh },
        ],
      },
    });
  });

  it('RFC 5321 §4.5.5: a null reverse-path stays null', () => {
    const report = { ...context, message: { reversePath: '', mailParameters: '' } };
    expect(expand(router, recipient('secret@home.example', 'NOTIFY=NEVER'), report)).toMatchObject({
      post: { reversePath: '', recipients: [{ parameters: 'NOTIFY=NEVER' }, { parameters: 'NOTIFY=NEVER' }] },
    });
  });
});

describe('a list', () => {
  const asked = recipient('Staff@home.example', 'NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;Staff@home.example');

  it('RFC 3461 §5.2.7.1(a) R3461-5.2.7.1-d R3461-5.2.7.1-f: copies come from the owner and inherit nothing; each member gets one', () => {
    expect(expand(router, asked, context)).toEqual({
      kind: 'handed-over',
      to: ['Bob@away.example', 'one@home.example'],
      post: {
        reversePath: 'owner@home.example',
        mailParameters: 'BODY=8BITMIME REQUIRETLS',
        header: listHeader({ address: 'staff@home.example', owner: 'owner@home.example' }),
        recipients: [
          { n: 0, address: 'Bob@away.example', parameters: '', destination: 'smtp://192.0.2.1:25', ...fresh },
          { n: 1, address: 'one@home.example', parameters: '', destination: expandDestination, ...fresh },
        ],
      },
    });
  });

  it('RFC 5321 §4.5.5: a post from the null reverse-path goes to the owner alone, as it is', () => {
    const report = { ...context, message: { reversePath: '', mailParameters: '' } };
    expect(expand(router, asked, report)).toMatchObject({
      kind: 'handed-over',
      to: ['owner@home.example'],
      post: { reversePath: '', header: new Uint8Array(), recipients: [{ parameters: 'NOTIFY=NEVER' }] },
    });
  });

  it('marks its copies in ASCII, whatever its address holds', () => {
    const text = (address: string) => new TextDecoder().decode(listHeader({ address, owner: 'o@x.example' }));
    expect(text('staff@home.example')).toBe(
      'List-Id: <staff.home.example>\r\nList-Post: <mailto:staff@home.example>\r\nList-Owner: <mailto:o@x.example>\r\nPrecedence: list\r\n',
    );
    expect(text('"a>\\"b"@x.example')).toContain(
      'List-Id: <-a-b-.x.example>\r\nList-Post: <mailto:%22a%3E%5C%22b%22@x.example>',
    );
    expect(text('büro@bücher.example')).toContain(
      'List-Id: <b-ro.xn--bcher-kva.example>\r\nList-Post: <mailto:b%C3%BCro@xn--bcher-kva.example>',
    );
  });
});
