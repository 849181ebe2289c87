import { describe, expect, it } from 'vitest';
import { deliveryOf } from '../../test/simulation/delivery.ts';
import { relayWorld, told } from '../../test/simulation/relay.ts';
import type { Script } from '../../test/simulation/scripted-host.ts';
import type { HttpGetter } from '../ports.ts';
import { namesExchanger, parseStsPolicy, readStsRecord } from './mta-sts.ts';
import { StsPolicies } from './sts-policies.ts';

const day = 86_400_000;

describe('RFC 8461 §3.1: the TXT record', () => {
  it.each([
    [['v=STSv1; id=20160831085700Z;'], '20160831085700Z'],
    [['v=STSv1;id=a'], 'a'],
    [['v=spf1 -all', 'v=STSv1; x=y; id=7 ;'], '7'],
    [['v=STSv1; id=1', 'v=STSv1; id=2'], undefined],
    [['v=STSv2; id=1'], undefined],
    [['v=STSv1; id='], undefined],
    [[`v=STSv1; id=${'1'.repeat(33)}`], undefined],
    [['id=1; v=STSv1'], undefined],
    [[], undefined],
  ])('%j: %s', (records, id) => {
    expect(readStsRecord(records)).toBe(id);
  });
});

describe('RFC 8461 §3.2: the policy', () => {
  it('is read with either line end, its first mode, and unknown keys', () => {
    const text =
      'version: STSv1\r\nmode: enforce\nmode: none\nx: y\nmx: Mail.Ivory.EDU\r\nmx:*.ivory.edu\nmax_age: 604800';
    expect(parseStsPolicy(text)).toEqual({
      mode: 'enforce',
      mx: ['mail.ivory.edu', '*.ivory.edu'],
      maxAgeSeconds: 604_800,
    });
  });

  it.each([
    ['no version', 'mode: none\nmax_age: 1'],
    ['other version', 'version: STSv2\nmode: none\nmax_age: 1'],
    ['no mode', 'version: STSv1\nmx: a\nmax_age: 1'],
    ['unknown mode', 'version: STSv1\nmode: strict\nmx: a\nmax_age: 1'],
    ['no max_age', 'version: STSv1\nmode: enforce\nmx: a'],
    ['odd max_age', 'version: STSv1\nmode: enforce\nmx: a\nmax_age: -1'],
    ['no mx', 'version: STSv1\nmode: enforce\nmax_age: 1'],
    ['a web page', '<html>version: STSv1</html>'],
  ])('%s: none', (_, text) => {
    expect(parseStsPolicy(text)).toBeUndefined();
  });

  it('needs no mx in mode none, and lasts a year at most', () => {
    expect(parseStsPolicy('version: STSv1\nmode: none\nmax_age: 9999999999')).toEqual({
      mode: 'none',
      mx: [],
      maxAgeSeconds: 31_557_600,
    });
  });

  it.each([
    ['mail.ivory.edu', 'MAIL.ivory.edu', true],
    ['mail.ivory.edu', 'xmail.ivory.edu', false],
    ['*.ivory.edu', 'mail.ivory.edu', true],
    ['*.ivory.edu', 'a.b.ivory.edu', false],
    ['*.ivory.edu', 'ivory.edu', false],
    ['*.ivory.edu', '.ivory.edu', false],
    ['*.edu', 'evil.ivory.edu', false],
  ])('RFC 8461 §4.1: %s names %s: %s', (pattern, host, expected) => {
    expect(namesExchanger({ mode: 'enforce', mx: [pattern], maxAgeSeconds: 1 }, host)).toBe(expected);
  });
});

/** A web whose pages can be changed; it counts what was asked for. */
function web(pages: Map<string, string>) {
  const asked: string[] = [];
  const get: HttpGetter['get'] = ({ url }) => {
    asked.push(url);
    const body = pages.get(url);
    if (body === undefined) return Promise.reject(new Error('no such host'));
    return Promise.resolve({ status: 200, contentType: 'text/plain; charset=us-ascii', body });
  };
  return { asked, get };
}

const url = 'https://mta-sts.ivory.edu/.well-known/mta-sts.txt';
const policy = (mode: string, mx = 'mail.ivory.edu', maxAge = 604_800) =>
  `version: STSv1\nmode: ${mode}\nmx: ${mx}\nmax_age: ${maxAge}\n`;

function secured(...words: string[]): Script {
  const last = ['250 DSN'];
  return {
    EHLO: (_, dialogue) =>
      ['250-host', ...(dialogue.secured ? words.map((word) => `250-${word}`) : ['250-STARTTLS']), ...last].join('\n'),
  };
}

async function ivory(text: string | undefined, script: Script = secured()) {
  const world = relayWorld();
  const good = await world.add('mail.ivory.edu', '192.0.2.1', script);
  const other = await world.add('evil.example', '192.0.2.2', script);
  world.resolver.table.set('ivory.edu', {
    mx: [
      [10, 'evil.example'],
      [20, 'mail.ivory.edu'],
    ],
  });
  world.resolver.table.set('_mta-sts.ivory.edu', { txt: ['v=STSv1; id=1'] });
  const pages = new Map(text === undefined ? [] : [[url, text]]);
  const server = web(pages);
  const policies = new StsPolicies({ ...world, web: server });
  const relay = world.transport({ kind: 'mx', domain: 'ivory.edu' }, { idleMs: 0 }, { policies });
  const deliver = async (mailParameters = '') => {
    const delivery = deliveryOf({ message: { mailParameters }, recipients: ['bob@ivory.edu'] });
    return (await world.clock.during(relay.deliver(delivery))).map(told);
  };
  return { ...world, good, other, pages, asked: server.asked, policies, deliver };
}

describe('RFC 8461 §5: sending under a policy', () => {
  it('RFC 8461 §4.1: enforce: only exchangers that it names, and only if they prove it', async () => {
    const world = await ivory(policy('enforce'));
    expect(await world.deliver()).toEqual(['relayed 2.0.0 content: 250 2.0.0 Queued']);
    expect(world.other.host.accepted).toBe(0);
    world.good.host.tls = { names: ['mail.ivory.edu'], trusted: false };
    await world.clock.advance(120_000);
    expect(await world.deliver()).toEqual([
      'deferred 4.7.5 (mail.ivory.edu did not prove who it is, which the MTA-STS policy of ivory.edu demands: self-signed certificate)',
    ]);
    expect(world.good.peer.transactions).toHaveLength(1);
  });

  it('enforce: no STARTTLS, no mail', async () => {
    const world = await ivory(policy('enforce'), {});
    expect(await world.deliver()).toEqual([
      'deferred 4.7.4 (mail.ivory.edu does not offer TLS, which the MTA-STS policy of ivory.edu demands)',
    ]);
  });

  it('enforce: no handshake: not again in the clear', async () => {
    const world = await ivory(policy('enforce'));
    world.good.host.tls = { names: [], trusted: true, fails: 'handshake' };
    expect((await world.deliver())[0]).toContain('deferred 4.7.5 (no TLS with mail.ivory.edu came about');
    expect(world.good.peer.transactions).toEqual([]);
  });

  it('enforce: none of the exchangers is named', async () => {
    const world = await ivory(policy('enforce', '*.mail.example'));
    expect(await world.deliver()).toEqual([
      'deferred 4.7.0 (none of the mail exchangers of ivory.edu is named by its MTA-STS policy)',
    ]);
  });

  it.each(['testing', 'none'])('%s: nothing is demanded', async (mode) => {
    const world = await ivory(policy(mode), {});
    expect(await world.deliver()).toEqual(['relayed 2.0.0 content: 250 2.0.0 Queued']);
    expect(world.other.host.accepted).toBe(1);
  });

  it('RFC 8689 §4.2.1: REQUIRETLS goes to an exchanger that a policy names', async () => {
    const world = await ivory(policy('enforce'), secured('REQUIRETLS'));
    expect(await world.deliver('REQUIRETLS')).toEqual(['relayed 2.0.0 content: 250 2.0.0 Queued']);
    expect(world.good.peer.transactions[0]?.mail).toContain('REQUIRETLS');
    const none = await ivory(policy('none'), secured('REQUIRETLS'));
    expect((await none.deliver('REQUIRETLS'))[0]).toContain('failed 5.7.10');
  });

  it('TLS set to off is the word of the operator: no policy is asked for, and the mail goes in the clear', async () => {
    const world = await ivory(policy('enforce'));
    const { clock, policies, transport } = world;
    const relay = transport({ kind: 'mx', domain: 'ivory.edu' }, { idleMs: 0, tls: 'off' }, { policies });
    const outcomes = await clock.during(relay.deliver(deliveryOf({ recipients: ['bob@ivory.edu'] })));
    expect(outcomes.map(told)).toEqual(['relayed 2.0.0 content: 250 2.0.0 Queued']);
    expect(world.asked).toEqual([]);
    expect(world.other.peer.commands).not.toContain('STARTTLS');
  });

  it('a policy that can not be had is none', async () => {
    const world = await ivory(undefined, {});
    expect(await world.deliver()).toEqual(['relayed 2.0.0 content: 250 2.0.0 Queued']);
  });
});

describe('RFC 8461 §3.3: keeping policies', () => {
  const mode = async ({ clock, policies }: Awaited<ReturnType<typeof ivory>>) =>
    (await clock.during(policies.policyOf('Ivory.EDU')))?.mode;

  it('one is fetched once, though the DNS is asked now and then', async () => {
    const world = await ivory(policy('enforce'));
    for (let i = 0; i < 3; i++) {
      expect(await mode(world)).toBe('enforce');
      await world.clock.advance(120_000);
    }
    expect(world.asked).toEqual([url]);
    expect(world.resolver.questions.filter((question) => question === 'txt _mta-sts.ivory.edu')).toHaveLength(3);
  });

  it('RFC 8461 §5.1: it counts until max_age, whatever becomes of the record and the file', async () => {
    const world = await ivory(policy('enforce', 'mail.ivory.edu', 600));
    expect(await mode(world)).toBe('enforce');
    world.pages.clear();
    world.resolver.table.set('_mta-sts.ivory.edu', { trouble: 'SERVFAIL' });
    await world.clock.advance(599_000);
    expect(await mode(world)).toBe('enforce');
    await world.clock.advance(1000);
    expect(await mode(world)).toBeUndefined();
  });

  it('a new id brings the new policy; a file that fails leaves the old one, and is spared for five minutes', async () => {
    const world = await ivory(policy('enforce'));
    await mode(world);
    world.pages.clear();
    world.resolver.table.set('_mta-sts.ivory.edu', { txt: ['v=STSv1; id=2'] });
    for (let minute = 0; minute < 4; minute++) {
      await world.clock.advance(61_000);
      expect(await mode(world)).toBe('enforce');
    }
    expect(world.asked).toHaveLength(2);
    world.pages.set(url, policy('none'));
    await world.clock.advance(300_000);
    expect(await mode(world)).toBe('none');
  });

  it('one that stays is fetched anew each day, so that it does not run out', async () => {
    const world = await ivory(policy('enforce', 'mail.ivory.edu', 2 * 86_400));
    for (let i = 0; i < 5; i++) {
      expect(await mode(world)).toBe('enforce');
      await world.clock.advance(day);
    }
    expect(world.asked).toHaveLength(5);
  });

  it('one that lasts a day is fetched anew before that is over: one fetch that fails loses nothing', async () => {
    const world = await ivory(policy('enforce', 'mail.ivory.edu', 86_400));
    expect(await mode(world)).toBe('enforce');
    world.pages.clear();
    await world.clock.advance(day / 2);
    expect(await mode(world)).toBe('enforce');
    expect(world.asked).toHaveLength(2);
    world.pages.set(url, policy('enforce'));
    await world.clock.advance(day / 2 - 1000);
    expect(await mode(world)).toBe('enforce');
    await world.clock.advance(1000);
    expect(await mode(world)).toBe('enforce');
  });

  it('whoever comes while the policy is being fetched waits for it', async () => {
    const { clock, resolver } = await ivory(undefined);
    const asked = Promise.withResolvers<undefined>();
    const page = Promise.withResolvers<Awaited<ReturnType<HttpGetter['get']>>>();
    const get = (): typeof page.promise => {
      asked.resolve(undefined);
      return page.promise;
    };
    const policies = new StsPolicies({ clock, resolver, web: { get } });
    const first = policies.policyOf('ivory.edu');
    await asked.promise;
    const second = policies.policyOf('ivory.edu');
    page.resolve({ status: 200, contentType: 'text/plain', body: policy('enforce') });
    expect((await Promise.all([first, second])).map((found) => found?.mode)).toEqual(['enforce', 'enforce']);
  });

  it('a clock that was set back does not keep the record from being asked for', async () => {
    const { resolver } = await ivory(policy('enforce'));
    let nowMs = 365 * day;
    let body = 'Not here';
    const clock = { now: () => nowMs, after: () => ({ cancel: () => undefined }) };
    const get = (): ReturnType<HttpGetter['get']> => Promise.resolve({ status: 200, contentType: 'text/plain', body });
    const policies = new StsPolicies({ clock, resolver, web: { get } });
    expect(await policies.policyOf('ivory.edu')).toBeUndefined();
    nowMs = 0;
    body = policy('enforce');
    expect((await policies.policyOf('ivory.edu'))?.mode).toBe('enforce');
  });

  it('RFC 8461 §3.3: a clock that was set back does not keep a policy from being fetched again', async () => {
    const { resolver } = await ivory(policy('enforce'));
    let nowMs = 365 * day;
    let body = policy('enforce');
    const clock = { now: () => nowMs, after: () => ({ cancel: () => undefined }) };
    const get = (): ReturnType<HttpGetter['get']> => Promise.resolve({ status: 200, contentType: 'text/plain', body });
    const policies = new StsPolicies({ clock, resolver, web: { get } });
    expect((await policies.policyOf('ivory.edu'))?.mode).toBe('enforce');
    nowMs = 0;
    body = policy('testing');
    expect((await policies.policyOf('ivory.edu'))?.mode).toBe('testing');
  });

  it.each([
    ['a redirect', 302, 'text/plain', policy('enforce')],
    ['a web page', 200, 'text/html', policy('enforce')],
    ['text/plainish', 200, 'text/plainish', policy('enforce')],
    ['no policy', 200, 'text/plain', 'Not here'],
  ])('%s is none', async (_, status, contentType, body) => {
    const { clock, resolver } = await ivory(undefined);
    const policies = new StsPolicies({
      clock,
      resolver,
      web: { get: () => Promise.resolve({ status, contentType, body }) },
    });
    expect(await policies.policyOf('ivory.edu')).toBeUndefined();
  });
});
