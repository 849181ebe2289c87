import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { DSND } from '../../test/support/commands.ts';
import { hasPython } from '../../test/support/python.ts';
import { typeAt } from '../../test/support/python-terminal.ts';
import { ScramClient } from '../../test/support/scram-client.ts';
import { usersOf } from '../../test/support/users.ts';
import { parseUsers } from '../config.ts';
import { makeLogins, type Exchange } from '../receiving/auth/login.ts';
import { NodeCrypto } from './node-crypto.ts';
import { SystemClock } from './system-clock.ts';

const octets = (text: string) => new TextEncoder().encode(text);
const hashed = (input: string, ...args: string[]) =>
  spawnSync(process.execPath, [...DSND, 'hash-password', ...args], { input, encoding: 'utf8' });

describe.skipIf(!hasPython)('dsnd hash-password at a terminal (skipped where there is no python3)', () => {
  const command = [process.execPath, ...DSND, 'hash-password', 'bob'];
  const typed = (...answers: Parameters<typeof typeAt>[1]) => typeAt(command, answers);

  it('asks twice, and shows nothing of what is typed, however soon that comes', async () => {
    const { shown, code } = await typed(['Password: ', 'secreX\u007ft-w\u00f6rd\r'], ['Again: ', 'secret-w\u00f6rd\r']);
    expect(shown).toMatch(/^Password: \r\nAgain: \r\n\[\[user\]\]\r\nname = "bob"\r\npassword = "\$scrypt\$/);
    expect(code).toBe(0);
    const table = shown.slice(shown.indexOf('[[user]]')).replaceAll('\r', '');
    const users = usersOf(parseUsers(table, 'shown'));
    const logins = makeLogins({ users, crypto: new NodeCrypto(), clock: new SystemClock(), maxFailures: 9 });
    const begun = logins.begin('PLAIN', '192.0.2.1') as Exchange;
    expect(await begun(octets('\0bob\0secret-w\u00f6rd'))).toMatchObject({ kind: 'success' });
  });

  it('takes nothing where the two differ, and ends at Ctrl-C', async () => {
    expect(await typed(['Password: ', 'secret\r'], ['Again: ', 'other\r'])).toEqual({
      shown: 'Password: \r\nAgain: \r\ndsnd: the two are not the same\r\n',
      code: 2,
    });
    expect(await typed(['Password: ', 'secret\u0003'])).toEqual({ shown: 'Password: ', code: 130 });
  });
});

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
