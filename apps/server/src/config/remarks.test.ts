import { describe, expect, it } from 'vitest';
import { parseConfig, remarksOn } from '../config.ts';

const remarks = (...matches: readonly string[]): readonly string[] =>
  remarksOn(
    parseConfig(
      `hostname = "mx.example.org"\nstore = "sqlite:q"\n[[listen]]\naddress = "127.0.0.1:25"\n` +
        matches.map((match) => `[[route]]\nmatch = "${match}"\nto = "mx:"\n`).join(''),
      'dsnd.toml',
      '/etc/dsnd',
    ),
  );

describe('remarks on a configuration', () => {
  it('RFC 3461 §6.1: reports have to go to senders anywhere', () => {
    expect(remarks('example.org', '*.example.org')).toEqual([expect.stringContaining('no route is for "*"')]);
    expect(remarks('example.org', '*')).toEqual([]);
  });
});
