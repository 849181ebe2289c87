import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { DSND } from '../../test/support/commands.ts';
import { ScramClient } from '../../test/support/scram-client.ts';
import { usersOf } from '../../test/support/users.ts';
import { parseUsers } from '../config.ts';
import { makeLogins, type Exchange } from '../receiving/auth/login.ts';
import { NodeCrypto } from './node-crypto.ts';
import { SystemClock } from './system-clock.ts';

const octets = (text: string) => new TextEncoder().encode(text);
const hashed = (input: string, ...args: string[]) =>
  spawnSync(process.execPath, [...DSND, 'hash-password', ...args], { input, encoding: 'utf8' });

describe('dsnd hash-password', () => {
  it('RFC 4616 §2 RFC 7677 §3: prints a table with which the password logs in, by each mechanism', async () => {
    const { stdout, status } = hashed('pa\u00DFword "1"\n', 'alice');
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^\[\[user\]\]\nname = "alice"\npassword = "\$scrypt\$ln=15,r=8,p=3\$\S+"\nscram = "SCRAM-SHA-256\$100000:\S+"\n$/,
    );
    expect(stdout).not.toBe(hashed('pa\u00DFword "1"\n', 'alice').stdout);
    const list = parseUsers(stdout, 'stdout');
    const users = usersOf(list);
    const logins = makeLogins({ users, crypto: new NodeCrypto(), clock: new SystemClock(), maxFailures: 9 });
    const begin = (mechanism: string) => logins.begin(mechanism, '192.0.2.1') as Exchange;
    expect(await begin('PLAIN')(octets('\0alice\0pa\u00DFword "1"'))).toMatchObject({ kind: 'success' });
    expect(await begin('PLAIN')(octets('\0alice\0password'))).toMatchObject({ reply: { code: 535 } });
    const client = new ScramClient('alice', 'pa\u00DFword "1"');
    const exchange = begin('SCRAM-SHA-256');
    const said = async (response: string) => {
      const step = await exchange(octets(response));
      return step.kind === 'challenge' ? new TextDecoder().decode(step.octets) : step.kind;
    };
    expect(client.accepts(await said(client.final(await said(client.first()))))).toBe(true);
    expect(await said('')).toBe('success');
  });

  it('says in one line what is wrong', () => {
    expect(hashed('\n')).toMatchObject({ status: 2, stdout: '', stderr: 'dsnd: the password is empty\n' });
    expect(hashed('a\u0007b\n')).toMatchObject({ status: 2, stdout: '' });
    expect(hashed('x\n', 'a', 'b').stderr).toBe('dsnd: "hash-password a b" is no command; see dsnd --help\n');
  });
});
