import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../test/simulation/clock.ts';
import { clientKey, parseConfig } from '../config.ts';
import { makeAdmission } from './admission.ts';

function admission(more = '') {
  const toml = `hostname = "mx.example.org"\nstore = "sqlite:x"\n[[listen]]\naddress = "[::]:25"\n${more}`;
  const clock = new SimulatedClock();
  const made = makeAdmission(parseConfig(toml, 'x', '').listen[0]!, clock);
  return {
    clock,
    enter: (address: string) => made.enter(address),
    leave: (address: string) => made.leave(address),
  };
}

describe('makeAdmission', () => {
  it('RFC 5321 §7.8: counts a client while its connections are open', () => {
    const { enter, leave } = admission('max-connections-per-client = 2');
    expect([enter('192.0.2.1'), enter('192.0.2.1')]).toEqual([undefined, undefined]);
    expect(enter('::ffff:192.0.2.1')).toMatchObject({ code: 421 });
    expect(enter('192.0.2.2')).toBeUndefined();
    leave('192.0.2.1');
    expect(enter('192.0.2.1')).toBeUndefined();
    expect(enter('192.0.2.1')).toMatchObject({ code: 421 });
  });

  it('RFC 5321 §7.8: relay-from and proxies count in the whole only', () => {
    const { enter } = admission(
      'max-connections = 6\nmax-connections-per-client = 1\nmax-connections-per-minute = 1\nxclient-from = ["10.0.0.1"]',
    );
    const all = ['127.0.0.1', '127.0.0.1', '::1', '10.0.0.1', '10.0.0.1', '192.0.2.1'].map((address) => enter(address));
    expect(all).toEqual(Array(6).fill(undefined));
    expect(enter('127.0.0.1')).toEqual({ code: 421, lines: ['Too many connections, come back later'] });
  });

  it('RFC 5321 §7.8: the rate comes back with time, up to a minute of it', async () => {
    const { enter, leave, clock } = admission('max-connections-per-minute = 6');
    const come = () => {
      const refusal = enter('192.0.2.1');
      if (refusal === undefined) leave('192.0.2.1');
      return refusal === undefined;
    };
    const comes = (times: number) => Array.from({ length: times }, come).filter(Boolean).length;
    expect(comes(10)).toBe(6);
    await clock.advance(10_000);
    expect(comes(10)).toBe(1);
    await clock.advance(3_600_000);
    expect(comes(10)).toBe(6);
  });

  it('RFC 5321 §7.8: a clock that is set back keeps nobody out', async () => {
    const { enter, leave, clock } = admission('max-connections-per-minute = 6');
    enter('192.0.2.1');
    leave('192.0.2.1');
    clock.jump(-3_600_000);
    expect(enter('192.0.2.1')).toBeUndefined();
    leave('192.0.2.1');
    await clock.advance(60_000);
    for (let i = 0; i < 6; i++) expect(enter('192.0.2.1')).toBeUndefined();
    expect(enter('192.0.2.1')).toMatchObject({ code: 421 });
  });

  it('RFC 5321 §7.8: a crowd of clients is forgotten, those with open connections are not', () => {
    const { enter, leave } = admission('max-connections = 1000000\nmax-connections-per-client = 1');
    const address = (i: number) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`;
    enter('192.0.2.1');
    for (let i = 0; i < 200_000; i++) {
      enter(address(i));
      leave(address(i));
    }
    expect(enter('192.0.2.1')).toMatchObject({ code: 421 });
    expect(enter(address(199_999))).toBeUndefined();
  });
});

describe('clientKey', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2::1', '32:1:13:184:0:1:0:2'],
    ['2001:db8:1:2:ffff:ffff:ffff:ffff', '32:1:13:184:0:1:0:2'],
    ['fe80::1%eth0', '254:128:0:0:0:0:0:0'],
    ['no:address', 'no:address'],
    ['', ''],
  ])('%s counts as %s', (address, key) => {
    expect(clientKey(address)).toBe(key);
  });
});
