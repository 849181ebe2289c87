import { describe, expect, it } from 'vitest';
import { configView } from '../admin/config-view.ts';
import { parseConfig, withBucketSecret } from '../config.ts';

const text = (bodies: string, store = 'postgres://dsnd@db.example/queue'): string =>
  `hostname = "mx.example.org"\nstore = "${store}"\n[[listen]]\naddress = "[::1]:25"\n[bodies]\n${bodies}`;
const least = 'endpoint = "https://s3.example:9000"\nbucket = "mail"\naccess-key = "AK"\nsecret-key-file = "key"\n';
const read = (bodies: string, store?: string) => parseConfig(text(bodies, store), 'dsnd.toml', '/etc/dsnd');
const complain = (what: string): Error => new Error(what);

describe('[bodies]', () => {
  it('names a bucket, and the file that holds its secret', () => {
    const { bodies } = read(`${least}prefix = "dsnd/mx-1/"`);
    expect(bodies).toEqual({
      ...{ endpoint: 'https://s3.example:9000', bucket: 'mail', region: 'us-east-1', prefix: 'dsnd/mx-1/' },
      ...{ accessKey: 'AK', secretKeyFile: '/etc/dsnd/key' },
    });
    const whole = withBucketSecret(
      read(least),
      (path) => `secret of ${path.slice(-3)}\n`.replaceAll(' ', '-'),
      complain,
    );
    expect(whole.bodies?.secretKey).toBe('secret-of-key');
    expect(JSON.stringify(configView(whole))).not.toContain('secret-of-key');
    expect(() => withBucketSecret(read(least), () => '\n', complain)).toThrow('/etc/dsnd/key: expected one line');
  });

  it.each([
    ['nothing', '', 'dsnd.toml:5: bodies.endpoint: is missing; allowed: an https:// or http:// URL'],
    [
      'a path',
      least.replace(':9000', '/mail'),
      'dsnd.toml:6: bodies.endpoint: "https://s3.example/mail" is not allowed; allowed:',
    ],
    ['a user', least.replace('s3.', 'a:b@s3.'), 'dsnd.toml:6: bodies.endpoint: '],
    [
      'a bucket with capitals',
      least.replace('"mail"', '"Mail"'),
      'dsnd.toml:7: bodies.bucket: "Mail" is not allowed; allowed:',
    ],
    [
      'a prefix that leads elsewhere',
      `${least}prefix = "a/../b"`,
      'dsnd.toml:10: bodies.prefix: "a/../b" is not allowed',
    ],
    [
      'no secret',
      least.replace(/secret.*\n/, ''),
      'dsnd.toml:5: bodies.secret-key-file: is missing; allowed: the path',
    ],
  ])('does not take %s', (_, bodies, message) => {
    expect(() => read(bodies)).toThrow(message);
  });

  it('has no meaning with a store of one machine', () => {
    expect(() => read(least, 'sqlite:data')).toThrow(
      'dsnd.toml:5: bodies: has no meaning with sqlite:; allowed: only with',
    );
  });
});
