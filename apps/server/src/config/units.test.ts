import { describe, expect, it } from 'vitest';
import { parseDuration, parseHostPort, resolvePath } from './units.ts';

describe('parseDuration', () => {
  it.each([
    ['250ms', 250],
    ['90s', 90_000],
    ['30m', 1_800_000],
    ['4h', 14_400_000],
    ['5d', 432_000_000],
    ['0s', 0],
  ])('reads %s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });
  it.each(['', '5', 'm', '-1s', '1.5h', '1h30m', ' 1s', '1w', '1000000000s', '1constructor'])(
    'refuses "%s"',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );
});

describe('parseHostPort', () => {
  it.each([
    ['127.0.0.1:2525', '127.0.0.1', 2525],
    ['[::1]:25', '::1', 25],
    ['mx.example.org:0', 'mx.example.org', 0],
  ])('reads %s', (text, host, port) => {
    expect(parseHostPort(text)).toEqual({ host, port });
  });
  it.each(['', ':25', '25', '::1:25', '[::1]', 'host', 'host:', 'host:65536', 'host:-1', 'a b:25'])(
    'refuses "%s"',
    (text) => {
      expect(parseHostPort(text)).toBeUndefined();
    },
  );
});

describe('resolvePath', () => {
  it.each([
    ['/etc/dsnd', './data', '/etc/dsnd/data'],
    ['/etc/dsnd/', 'a//b/.', '/etc/dsnd/a/b'],
    ['/etc/dsnd', '../run', '/etc/run'],
    ['/', 'data', '/data'],
    ['.', '../data', './../data'],
    ['/etc/dsnd', '/var/mail', '/var/mail'],
    ['C:\\dsnd', 'D:\\mail', 'D:\\mail'],
    ['', './data', './data'],
    ['/etc/dsnd', 'env:SECRET_1', 'env:SECRET_1'],
    ['/etc/dsnd', 'env:a/b', '/etc/dsnd/env:a/b'],
  ])('in %s, %s is %s', (folder, path, expected) => {
    expect(resolvePath(folder, path)).toBe(expected);
  });
});
