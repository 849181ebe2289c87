import { describe, expect, it } from 'vitest';
import { userTable } from '../../test/support/users.ts';
import { parseUsers } from './users.ts';

const failure = (source: string): string => {
  try {
    parseUsers(source, 'users.toml');
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
  return 'nothing was thrown';
};

describe('parseUsers', () => {
  it('reads names, hashes and who may send as whom', () => {
    const source = `${userTable('alice', 'pencil', 'senders = ["Alice@Example.ORG", "@bücher.example"]')}
[[user]]
name = "I\u00ADX"
scram = ${/"SCRAM.*"/.exec(userTable('x', 'y'))?.[0] ?? ''}
`;
    const users = parseUsers(source, 'users.toml');
    expect([...users.keys()]).toEqual(['alice', 'IX']);
    expect(users.get('alice')).toMatchObject({
      password: { costLog2: 1 },
      scram: { iterations: 4096 },
      senders: new Set(['alice@example.org', '@xn--bcher-kva.example']),
    });
    expect(users.get('IX')).not.toHaveProperty('password');
    expect(parseUsers('', 'users.toml').size).toBe(0);
  });

  it.each([
    ['no secret', '[[user]]\nname = "a"', 'users.toml:1: user: has no secret; allowed: password, scram, or both'],
    ['no name', '\n[[user]]\npassword = "x"', /^users\.toml:\d: user\.(name|password): /],
    [
      'a password as it is, which is not shown',
      '[[user]]\nname = "a"\npassword = "secret"',
      'users.toml:3: user.password: is not allowed; allowed: what dsnd hash-password prints as password',
    ],
    ['a name of which RFC 4013 leaves nothing', '[[user]]\nname = "\\u00AD"', /^users\.toml:2: user\.name: /],
    ['a name of 256 characters', `[[user]]\nname = "${'a'.repeat(256)}"`, /^users\.toml:2: user\.name: /],
    ['a name that nobody can type', '[[user]]\nname = "a\\u0007"', /^users\.toml:2: user\.name: /],
    [
      'a name that stands twice',
      `${userTable('a', 'x')}${userTable('\u00ADa', 'y')}`,
      /^users\.toml:\d+: user\.name: "a" stands twice; allowed: each name once$/,
    ],
    [
      'a sender that is no address',
      userTable('a', 'x', 'senders = ["nobody"]'),
      /user\.senders: "nobody" is not allowed/,
    ],
    ['an unknown key', userTable('a', 'x', 'sender = []'), /user\.sender: is unknown, did you mean "senders"\?/],
  ])('refuses %s', (_, source, message) => {
    const told = failure(source);
    if (typeof message === 'string') expect(told).toBe(message);
    else expect(told).toMatch(message);
    expect(told).not.toContain('secret"');
  });
});
