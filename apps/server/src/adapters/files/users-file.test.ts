import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { userTable } from '../../../test/support/users.ts';
import { UsersFile } from './users-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'dsnd-users-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const lookedAtAgain = () => new Promise((resolve) => setTimeout(resolve, 1_050));

describe('UsersFile', () => {
  it('knows the users of the file, those of a changed file soon after, and the last good ones while it is broken', async () => {
    const file = join(folder, 'users.toml');
    const troubles: unknown[] = [];
    writeFileSync(file, userTable('alice', 'pencil'));
    const users = new UsersFile(file, (error) => troubles.push(error));
    expect((await users.find('alice'))?.name).toBe('alice');
    expect(await users.find('bob')).toBeUndefined();
    writeFileSync(file, userTable('bob', 'pencil'));
    await lookedAtAgain();
    const both = await Promise.all([users.find('alice'), users.find('bob')]);
    expect(both.map((user) => user?.name)).toEqual([undefined, 'bob']);
    writeFileSync(file, '[[user]]\nname = 1');
    await lookedAtAgain();
    expect((await users.find('bob'))?.name).toBe('bob');
    rmSync(file);
    await lookedAtAgain();
    expect((await users.find('bob'))?.name).toBe('bob');
    await lookedAtAgain();
    await users.find('bob');
    expect(troubles).toHaveLength(2);
    expect(troubles[0]).toMatchObject({ name: 'ConfigError', key: 'user.name' });
    writeFileSync(file, userTable('carol', 'pencil'));
    await lookedAtAgain();
    expect((await users.find('carol'))?.name).toBe('carol');
  });

  it('waits for nobody who may write into a pipe that took the place of the file', async () => {
    const file = join(folder, 'piped.toml');
    const troubles: unknown[] = [];
    writeFileSync(file, userTable('alice', 'pencil'));
    const users = new UsersFile(file, (error) => troubles.push(error));
    rmSync(file);
    execFileSync('mkfifo', [file]);
    await lookedAtAgain();
    expect((await users.find('alice'))?.name).toBe('alice');
    expect(troubles).toMatchObject([{ message: `${file}: is a pipe; allowed: a file` }]);
  });

  it('knows the users of a file that may be read only later, though it has not changed since', async () => {
    const file = join(folder, 'unreadable.toml');
    const troubles: unknown[] = [];
    writeFileSync(file, userTable('alice', 'pencil'));
    const users = new UsersFile(file, (error) => troubles.push(error));
    writeFileSync(file, userTable('carol', 'pencil'));
    chmodSync(file, 0);
    // Root may read everything.
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) {
      chmodSync(folder, 0o755);
      process.seteuid?.(65_534);
    }
    try {
      for (let times = 0; times < 2; times++) {
        await lookedAtAgain();
        expect((await users.find('alice'))?.name).toBe('alice');
      }
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
    expect(troubles).toHaveLength(1);
    chmodSync(file, 0o600);
    await lookedAtAgain();
    expect([await users.find('alice'), (await users.find('carol'))?.name]).toEqual([undefined, 'carol']);
  });

  it('is not made of a file that is not there or can not be read', () => {
    expect(() => new UsersFile(join(folder, 'nowhere.toml'), () => undefined)).toThrow(/ENOENT/);
    writeFileSync(join(folder, 'bad.toml'), 'user = 1');
    expect(() => new UsersFile(join(folder, 'bad.toml'), () => undefined)).toThrow(/bad\.toml:1: user:/);
  });
});
