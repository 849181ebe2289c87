import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../../test/simulation/clock.ts';
import { ScramClient } from '../../../test/support/scram-client.ts';
import { usersOf, userTable } from '../../../test/support/users.ts';
import { NodeCrypto } from '../../adapters/node-crypto.ts';
import { parseUsers } from '../../config.ts';
import type { Crypto, ScryptHash, Users } from '../../ports.ts';
import { Conversation } from './conversation.ts';
import { makeLogins, type Exchange, type Logins } from './login.ts';

const octets = (text: string) => new TextEncoder().encode(text);

/** Counts how often a password is worked on. */
class CountingCrypto extends NodeCrypto implements Crypto {
  readonly asked: ScryptHash[] = [];
  override checkPassword(password: Uint8Array, hash: ScryptHash): Promise<boolean> {
    this.asked.push(hash);
    return super.checkPassword(password, hash);
  }
}

function world(source = userTable('alice', 'pencil')) {
  const clock = new SimulatedClock();
  const crypto = new CountingCrypto();
  const list = new Map(parseUsers(source, 'users.toml'));
  const users = usersOf(list);
  return { clock, crypto, list, users, logins: makeLogins({ users, crypto, clock, maxFailures: 5 }) };
}

function begin(logins: Logins, mechanism = 'PLAIN'): Exchange {
  const begun = logins.begin(mechanism, '192.0.2.1');
  if (typeof begun !== 'function') throw new Error(begun.lines.join());
  return begun;
}

const plain = async (logins: Logins, name: string, password: string) => {
  const step = await begin(logins)(octets(`\0${name}\0${password}`));
  return step.kind === 'failure' ? step.reply.code : step.kind;
};

describe('logins', () => {
  it('RFC 4616 §2: who has no name here is asked for a password like everybody', async () => {
    const { logins, crypto } = world();
    expect(await plain(logins, 'alice', 'crayon')).toBe(535);
    expect(await plain(logins, 'mallory', 'pencil')).toBe(535);
    expect(await plain(logins, '', 'pencil')).toBe(535);
    expect(crypto.asked).toHaveLength(3);
    expect(await plain(logins, 'alice', '')).toBe(535);
    expect(await plain(logins, 'alice', 'x'.repeat(2_000))).toBe(535);
    expect(await plain(logins, 'alice', 'pen\u0007cil')).toBe(535);
  });

  it('RFC 4616 §2: a right password is worked on once in a while, a wrong one always, a changed one anew', async () => {
    const { logins, crypto, clock, list } = world();
    expect([await plain(logins, 'alice', 'pencil'), await plain(logins, 'alice', 'pencil')]).toEqual([
      'success',
      'success',
    ]);
    expect(crypto.asked).toHaveLength(1);
    expect(await plain(logins, 'alice', 'crayon')).toBe(535);
    expect(await plain(logins, 'alice', 'pencil')).toBe('success');
    expect(crypto.asked).toHaveLength(2);
    await clock.advance(300_001);
    expect(await plain(logins, 'alice', 'pencil')).toBe('success');
    expect(crypto.asked).toHaveLength(3);
    list.set('alice', parseUsers(userTable('alice', 'crayon'), 'users.toml').get('alice')!);
    expect([await plain(logins, 'alice', 'pencil'), await plain(logins, 'alice', 'crayon')]).toEqual([535, 'success']);
    list.delete('alice');
    expect(await plain(logins, 'alice', 'crayon')).toBe(535);
  });

  it('RFC 4954 §6: 454 while users can not be looked up, or too many passwords wait', async () => {
    const { logins } = world();
    const users: Users = { ...usersOf(new Map()), find: () => Promise.reject(new Error('gone')) };
    const { clock, crypto } = world();
    const broken = makeLogins({ users, crypto, clock, maxFailures: 5 });
    expect(await plain(broken, 'alice', 'pencil')).toBe(454);
    expect(await broken.find('alice')).toBeUndefined();
    const many = await Promise.all(Array.from({ length: 210 }, () => plain(logins, 'alice', 'crayon')));
    expect(many.filter((code) => code === 454)).toHaveLength(8);
    expect(many.filter((code) => code === 535)).toHaveLength(202);
  });

  it('RFC 4954 §9: so many failures from one site, and no more for ten minutes', async () => {
    const { logins, clock } = world();
    const fail = (address: string) => logins.ended(address, false);
    for (let i = 0; i < 5; i++) fail(`2001:db8:1:1::${i}`);
    expect(logins.begin('PLAIN', '2001:db8:1:1:ffff::')).toMatchObject({ code: 454, status: '4.7.0' });
    expect(logins.begin('PLAIN', '2001:db8:1:2::1')).toBeTypeOf('function');
    logins.ended('2001:db8:1:1::1', true);
    expect(logins.begin('PLAIN', '2001:db8:1:1::1')).toMatchObject({ code: 454 });
    await clock.advance(600_000);
    expect(logins.begin('PLAIN', '2001:db8:1:1::1')).toBeTypeOf('function');
    // However many there are, they are not remembered for ever.
    for (let i = 0; i < 50_000; i++) fail(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`);
    expect(logins.begin('PLAIN', '10.0.195.79')).toBeTypeOf('function');
  });

  it('RFC 4954 §9: many connections at once may guess no more often than one', async () => {
    const { users, crypto, clock } = world();
    const logins = makeLogins({ users, crypto: clock.tracked(crypto), clock, maxFailures: 5 });
    const guesses = Array.from({ length: 40 }, (_, at) =>
      new Conversation(logins, clock, 3).begin(
        'PLAIN',
        '192.0.2.1',
        octets(`\0alice\0${at === 30 ? 'pencil' : 'crayon'}`),
      ),
    );
    const steps = await clock.during(Promise.all(guesses));
    const codes = steps.map((step) => (step.kind === 'failure' ? step.reply.code : step.kind));
    expect(codes.filter((code) => code === 535)).toHaveLength(5);
    expect(codes.filter((code) => code === 454)).toHaveLength(35);
  });

  it('RFC 4954 §9: an exchange that was begun before the last failure counts as one that begins after it', async () => {
    const { logins } = world();
    const client = new ScramClient('alice', 'pencil');
    const exchange = begin(logins, 'SCRAM-SHA-256');
    const challenge = await exchange(octets(client.first()));
    for (let i = 0; i < 5; i++) logins.ended('192.0.2.1', false);
    const final = client.final(challenge.kind === 'challenge' ? new TextDecoder().decode(challenge.octets) : '');
    expect(await exchange(octets(final))).toMatchObject({ kind: 'failure', reply: { code: 454 } });
  });

  it('RFC 4954 §9: ten minutes are ten minutes, also when the clock is set back meanwhile', async () => {
    const { logins, clock } = world();
    for (let i = 0; i < 5; i++) logins.ended('192.0.2.1', false);
    clock.jump(-3_600_000);
    expect(logins.begin('PLAIN', '192.0.2.1')).toMatchObject({ code: 454 });
    await clock.advance(600_000);
    expect(logins.begin('PLAIN', '192.0.2.1')).toBeTypeOf('function');
  });

  it('RFC 4954 §4: LOGIN asks for the name, then for the password', async () => {
    const { logins } = world();
    const exchange = begin(logins, 'LOGIN');
    const text = (step: Awaited<ReturnType<Exchange>>) =>
      step.kind === 'challenge' ? new TextDecoder().decode(step.octets) : step.kind;
    expect(text(await exchange(undefined))).toBe('Username:');
    expect(text(await exchange(octets('alice')))).toBe('Password:');
    expect(text(await exchange(octets('pencil')))).toBe('success');
    expect(await begin(logins, 'LOGIN')(Uint8Array.of(0xff))).toMatchObject({ reply: { code: 501 } });
  });

  it.each(['alice', 'alice\0', '\0alice', '\0alice\0pencil\0', 'a\0b'])(
    'RFC 4616 §2: %j is no message of PLAIN',
    async (message) => {
      const { logins } = world();
      const step = await begin(logins)(octets(message));
      expect(step).toMatchObject({ kind: 'failure', reply: { code: 501, status: '5.5.2' } });
    },
  );

  it('RFC 4954 §4: an exchange that is given up counts as an attempt, and only one that was begun', async () => {
    const { clock, logins } = world();
    const failing = async (conversation: Conversation) => {
      const step = await clock.during(conversation.begin('CRAM-MD5', '192.0.2.1', undefined));
      return step.kind === 'failure' ? step.reply.code : step.kind;
    };
    const begun = new Conversation(logins, clock, 2);
    expect((await begun.begin('LOGIN', '192.0.2.1', undefined)).kind).toBe('challenge');
    begun.cancel();
    expect(await failing(begun)).toBe(421);
    const other = new Conversation(logins, clock, 2);
    other.cancel();
    expect(await failing(other)).toBe(504);
  });

  it('RFC 4954 §4: a mechanism that is not ours gets 504', () => {
    expect(world().logins.begin('CRAM-MD5', '192.0.2.1')).toMatchObject({ code: 504, status: '5.5.4' });
    expect(world().logins.begin('toString', '192.0.2.1')).toMatchObject({ code: 504 });
  });
});
